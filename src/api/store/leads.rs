//! The leads of an audit in memory, and which findings each gathers.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use arrow::array::{Array, BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array, StringArray};
use arrow::datatypes::{Decimal128Type, Float64Type, Int32Type, Int64Type};
use serde::Serialize;
use utoipa::ToSchema;

use super::columns::{number, text, whole, yuan};
use super::filter::{Filter, Mask};
use super::order::Orders;
use super::{Findings, List, Loaded, StoreError};
use crate::flags::leads_schema;

/// A lead as it is answered: the open findings that one reviewer takes up together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadRow {
    /// Stable id: queue and subject.
    pub lead_id: String,
    /// irregularity, governance, exclusion or data_quality.
    pub queue: String,
    /// household, official, account, institution, village or region; a person or a terminal that belongs to none of them.
    pub subject_kind: String,
    /// The source's own number of the subject.
    pub subject_key: String,
    /// 12-digit region.
    pub region_code: String,
    /// That at least one of its findings holds, those that rest on one row or one rule counting once.
    pub probability: f64,
    /// Yuan with two decimals, as text; each payment counted once.
    #[schema(example = "1234.50")]
    pub amount: String,
    /// The same in fen.
    pub amount_fen: i64,
    /// The highest among its findings.
    pub severity: i32,
    /// How many findings it gathers.
    pub findings: i64,
    /// Their codes.
    pub typologies: Vec<String>,
    /// Why what raised some of them should not be trusted on this data; mostly nothing.
    pub warning: String,
}

/// What leads can be sorted by, beside their id.
const SORTED_BY: [&str; 4] = ["probability", "amount", "severity", "findings"];

/// The leads of one audit.
#[derive(Debug)]
pub struct Leads {
    lead_id: StringArray,
    queue: StringArray,
    subject_kind: StringArray,
    subject_key: StringArray,
    region_code: StringArray,
    probability: Float64Array,
    amount: Decimal128Array,
    severity: Int32Array,
    findings: Int64Array,
    typologies: StringArray,
    warning: StringArray,
    orders: Orders,
    /// Finding rows of all leads, one lead after the other, and where each lead's begin.
    gathered: Vec<u32>,
    starts: Vec<u32>,
    bytes: usize,
}

impl Leads {
    /// Reads `leads.parquet` and finds each lead's findings.
    pub fn read(path: &Path, findings: &Findings) -> Result<Self, StoreError> {
        let schema = leads_schema();
        let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        let batch = whole(path, &names, usize::MAX)?.ok_or(StoreError::TooLarge(usize::MAX))?;
        let lead_id = text(path, &batch, "lead_id")?;
        let (gathered, starts) = gather(&lead_id, findings);
        let text = |name: &str| text(path, &batch, name);
        Ok(Self {
            queue: text("queue")?,
            subject_kind: text("subject_kind")?,
            subject_key: text("subject_key")?,
            region_code: text("region_code")?,
            probability: number::<Float64Type>(path, &batch, "probability")?,
            amount: number::<Decimal128Type>(path, &batch, "amount")?,
            severity: number::<Int32Type>(path, &batch, "severity")?,
            findings: number::<Int64Type>(path, &batch, "findings")?,
            typologies: text("typologies")?,
            warning: text("warning")?,
            orders: Orders::new(&batch, &SORTED_BY, "lead_id")?,
            bytes: batch.get_array_memory_size() + 4 * (gathered.len() + starts.len()),
            lead_id,
            gathered,
            starts,
        })
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lead_id.len()
    }

    /// How many there are by queue.
    pub fn by_queue(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for row in 0..self.len() {
            *counts.entry(self.queue.value(row).to_owned()).or_default() += 1;
        }
        counts
    }

    /// Rows of the findings that a lead gathers, in the order of the file.
    pub fn findings_of(&self, lead: u32) -> &[u32] {
        let lead = lead as usize;
        match (self.starts.get(lead), self.starts.get(lead + 1)) {
            (Some(&from), Some(&to)) => &self.gathered[from as usize..to as usize],
            _ => &[],
        }
    }

    /// A row as it is answered.
    pub fn row(&self, row: u32) -> LeadRow {
        let row = row as usize;
        let text = |column: &StringArray| column.value(row).to_owned();
        let fen = self.amount.value(row);
        LeadRow {
            lead_id: text(&self.lead_id),
            queue: text(&self.queue),
            subject_kind: text(&self.subject_kind),
            subject_key: text(&self.subject_key),
            region_code: text(&self.region_code),
            probability: self.probability.value(row),
            amount: yuan(fen),
            amount_fen: fen as i64,
            severity: self.severity.value(row),
            findings: self.findings.value(row),
            typologies: self.typologies.value(row).split('|').map(str::to_owned).collect(),
            warning: self.warning.value(row).to_owned(),
        }
    }
}

impl List for Leads {
    const NAME: &'static str = "leads";
    type Row = LeadRow;

    fn of(audit: &Loaded) -> &Self {
        &audit.leads
    }

    fn orders(&self) -> &Orders {
        &self.orders
    }

    /// What only findings have (award, person, official,
    /// household, text) lets a lead pass where one of its findings passes.
    fn passing(audit: &Loaded, filter: &Filter) -> Result<Option<BooleanArray>, StoreError> {
        let leads = &audit.leads;
        let mut mask = Mask::default();
        mask.text(&leads.queue, filter.queue.map(crate::contract::Queue::as_str))?;
        mask.text(&leads.subject_kind, filter.subject_kind.map(crate::contract::SubjectKind::as_str))?;
        mask.text(&leads.subject_key, filter.subject_key.as_deref())?;
        mask.region(&leads.region_code, filter.region.as_deref())?;
        mask.at_least_int(&leads.severity, filter.severity_min)?;
        mask.at_least(&leads.probability, filter.probability_min)?;
        let of_findings = Filter {
            typology: filter.typology.clone(),
            household_no: filter.household_no.clone(),
            award_no: filter.award_no.clone(),
            id_number: filter.id_number.clone(),
            official_no: filter.official_no.clone(),
            q: filter.q.clone(),
            ..Filter::default()
        };
        if let Some(passing) = audit.findings.narrowed(&of_findings)? {
            let any = |lead: u32| leads.findings_of(lead).iter().any(|&row| passing.value(row as usize));
            mask.also((0..leads.len() as u32).map(|lead| Some(any(lead))).collect())?;
        }
        Ok(mask.finish())
    }

    fn rows(&self, wanted: &[u32]) -> Result<Vec<LeadRow>, StoreError> {
        Ok(wanted.iter().map(|&row| self.row(row)).collect())
    }
}

/// Finding rows by lead, and where each lead's begin.
fn gather(lead_id: &StringArray, findings: &Findings) -> (Vec<u32>, Vec<u32>) {
    let leads: HashMap<&str, u32> = (0..lead_id.len()).map(|row| (lead_id.value(row), row as u32)).collect();
    let mut of: Vec<(u32, u32)> = (0..findings.len() as u32)
        .filter_map(|row| Some((*leads.get(findings.lead_id(row)?.as_str())?, row)))
        .collect();
    of.sort_unstable();
    let starts = (0..=lead_id.len() as u32).map(|lead| of.partition_point(|(l, _)| *l < lead) as u32).collect();
    (of.into_iter().map(|(_, row)| row).collect(), starts)
}
