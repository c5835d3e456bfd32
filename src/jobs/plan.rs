//! A reviewer's plan over the leads of the latest audit.

use std::fs::File;

use arrow::array::{AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::cases::CaseError;
use crate::contract::SubjectKind;
use crate::domain::region;
use crate::model::plan::{Budget, Candidate, Planned, Weights, plan};
use crate::snapshot::DataDir;

use super::RecordError;
use super::audit::audits;
use super::ranking::{Open, features, shadow};

/// A lead that waits for a check.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// What it may bring and cost.
    pub candidate: Candidate,
    /// What it is about.
    pub subject_kind: SubjectKind,
    /// Its number.
    pub subject_key: String,
    /// Where it belongs.
    pub region_code: String,
    /// Codes of its findings.
    pub typologies: String,
}

/// Leads that wait, and those of them that are planned.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitPlan {
    /// The audit they are of.
    pub audit: String,
    /// Leads of the queue and the regions that wait for a check.
    pub waiting: Vec<Waiting>,
    /// What is planned of them, in order.
    pub planned: Vec<Planned>,
    /// Whether the learnt ranking ordered them, having beaten the present one.
    pub learnt: bool,
}

/// Plans the checks of a queue in some regions (all where none is named). Leads whose every finding a
/// person has looked at are left out. Where `learnt`, the ranking learnt from checked leads orders them, if it
/// is better than the present one.
pub fn visit_plan(
    data: &DataDir,
    queue: &str,
    regions: &[String],
    budget: &Budget,
    weights: &Weights,
    learnt: bool,
) -> Result<VisitPlan, RecordError> {
    let Some(audit) = audits(data)?.pop() else {
        return Ok(VisitPlan { audit: String::new(), waiting: Vec::new(), planned: Vec::new(), learnt: false });
    };
    let open = Open::read(&audit.path)?;
    let inside = |place: &str| regions.is_empty() || regions.iter().any(|region| region::contains(region, place));
    let mut waiting = leads(&audit.path.join("leads.parquet"), Some(queue))?;
    waiting.retain(|lead| open.waits(&lead.candidate.lead_id) && inside(&lead.region_code));
    let ranking = if learnt { shadow(data, queue)?.ranking } else { None };
    for lead in &mut waiting {
        lead.candidate.visits = weights.visits(lead.subject_kind.as_str());
        if let Some(ranking) = &ranking {
            lead.candidate.probability = ranking.of(lead.candidate.probability, &features(lead));
        }
    }
    let candidates: Vec<Candidate> = waiting.iter().map(|lead| lead.candidate.clone()).collect();
    Ok(VisitPlan {
        audit: audit.manifest.id,
        planned: plan(&candidates, budget, weights),
        learnt: ranking.is_some(),
        waiting,
    })
}

/// The leads of a queue in a file, or of all; what a check takes is left at one visit.
pub(super) fn leads(path: &std::path::Path, queue: Option<&str>) -> Result<Vec<Waiting>, RecordError> {
    let damaged = |reason: String| CaseError::Damaged { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|source| CaseError::Io { path: path.to_owned(), source })?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build());
    let mut leads = Vec::new();
    for batch in reader.map_err(|e| damaged(e.to_string()))? {
        let batch = batch.map_err(|e| damaged(e.to_string()))?;
        let column = |name: &str, kind: DataType| {
            let column = batch.column_by_name(name).ok_or_else(|| damaged(format!("there is no column {name}")))?;
            cast(column, &kind).map_err(|e| damaged(e.to_string()))
        };
        let text = |name: &str| -> Result<StringArray, CaseError> {
            Ok(column(name, DataType::Utf8)?.as_string::<i32>().clone())
        };
        let (id, of_queue, kind) = (text("lead_id")?, text("queue")?, text("subject_kind")?);
        let (subject, region, typologies) = (text("subject_key")?, text("region_code")?, text("typologies")?);
        let probability = column("probability", DataType::Float64)?;
        let severity = column("severity", DataType::Int32)?;
        let amount = column("amount", DataType::Decimal128(18, 2))?;
        for i in (0..batch.num_rows()).filter(|i| queue.is_none_or(|queue| of_queue.value(*i) == queue)) {
            let subject_kind: SubjectKind = kind.value(i).parse().map_err(&damaged)?;
            leads.push(Waiting {
                candidate: Candidate {
                    lead_id: id.value(i).to_owned(),
                    probability: probability.as_primitive::<Float64Type>().value(i),
                    amount_fen: amount.as_primitive::<Decimal128Type>().value(i) as i64,
                    severity: severity.as_primitive::<Int32Type>().value(i).clamp(1, 4) as u8,
                    visits: 1.0,
                },
                subject_kind,
                subject_key: subject.value(i).to_owned(),
                region_code: region.value(i).to_owned(),
                typologies: typologies.value(i).to_owned(),
            });
        }
    }
    Ok(leads)
}
