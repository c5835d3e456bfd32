//! The findings of an audit in memory.

use std::path::{Path, PathBuf};

use arrow::array::{Array, BooleanArray, Decimal128Array, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Decimal128Type, Float64Type, Int32Type};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use serde::Serialize;
use utoipa::ToSchema;

use super::columns::{number, open, rows, text, whole, yuan};
use super::filter::{Filter, Mask};
use super::order::Orders;
use super::{List, Loaded, StoreError};
use crate::flags::{LeadParts, findings_schema};

/// A finding as it is answered. It is a suspicion (疑点), never a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FindingRow {
    /// Stable id: the same facts give the same id in every run.
    pub finding_id: String,
    /// Lead it belongs to; none where it is exempted.
    pub lead_id: Option<String>,
    /// Code of the irregularity.
    pub typology: String,
    /// Rule that raised it.
    pub rule_id: String,
    /// Version of that rule.
    pub rule_version: i32,
    /// irregularity, governance, exclusion or data_quality.
    pub queue: String,
    /// 1 to 4.
    pub severity: i32,
    /// What it is about.
    pub subject_kind: String,
    /// The source's own number of the subject.
    pub subject_key: String,
    /// 12-digit region.
    pub region_code: String,
    /// Household number, or empty.
    pub household_no: String,
    /// Award number, or empty.
    pub award_no: String,
    /// ID number, or empty.
    pub id_number: String,
    /// Official's number, or empty.
    pub official_no: String,
    /// First month, `2024-03`, or empty.
    pub month_from: String,
    /// Last month, or empty.
    pub month_to: String,
    /// Day from which the office could know, or empty where that is no question.
    pub known_from: String,
    /// Yuan with two decimals, as text so that no digit is lost; the lawful share taken off.
    #[schema(example = "1234.50")]
    pub amount: String,
    /// The same in fen.
    pub amount_fen: i64,
    /// Probability that a check would confirm it.
    pub probability: f64,
    /// open, exempted, or dismissed by a person whose finding of the same facts stands.
    pub status: String,
    /// Exemption that applies, or empty.
    pub exemption: String,
    /// What a person found before: confirmed, dismissed, or empty.
    pub disposition: String,
    /// Fingerprint of its facts: a later audit finds the same facts again, or others.
    pub facts: String,
    /// What is suspected, in Chinese.
    pub summary_zh: String,
    /// What is suspected, in English.
    pub summary_en: String,
}

/// The two summaries: in memory, or in the file.
#[derive(Debug)]
enum Summaries {
    Held(Box<[StringArray; 2]>),
    InFile(Box<ArrowReaderMetadata>),
}

const SUMMARIES: [&str; 2] = ["summary_zh", "summary_en"];

/// What findings can be sorted by, beside their id.
const SORTED_BY: [&str; 4] = ["probability", "amount", "severity", "month_from"];

/// The findings of one audit.
#[derive(Debug)]
pub struct Findings {
    path: PathBuf,
    finding_id: StringArray,
    typology: StringArray,
    rule_id: StringArray,
    rule_version: Int32Array,
    queue: StringArray,
    severity: Int32Array,
    subject_kind: StringArray,
    subject_key: StringArray,
    region_code: StringArray,
    household_no: StringArray,
    award_no: StringArray,
    id_number: StringArray,
    official_no: StringArray,
    month_from: StringArray,
    month_to: StringArray,
    known_from: StringArray,
    amount: Decimal128Array,
    probability: Float64Array,
    status: StringArray,
    exemption: StringArray,
    disposition: StringArray,
    facts: StringArray,
    summaries: Summaries,
    orders: Orders,
    bytes: usize,
}

impl Findings {
    /// Reads `findings.parquet`; the summaries only where they fit beside the columns.
    pub fn read(path: &Path, limit: usize) -> Result<Self, StoreError> {
        let schema = findings_schema();
        let keys: Vec<&str> =
            schema.fields().iter().map(|f| f.name().as_str()).filter(|name| !SUMMARIES.contains(name)).collect();
        let batch = whole(path, &keys, limit)?.ok_or(StoreError::TooLarge(limit))?;
        let mut bytes = batch.get_array_memory_size();
        let summaries = match whole(path, &SUMMARIES, limit - bytes.min(limit))? {
            Some(held) => {
                bytes += held.get_array_memory_size();
                Summaries::Held(Box::new([text(path, &held, SUMMARIES[0])?, text(path, &held, SUMMARIES[1])?]))
            }
            None => Summaries::InFile(Box::new(open(path)?.1)),
        };
        let text = |name: &str| text(path, &batch, name);
        Ok(Self {
            path: path.to_owned(),
            finding_id: text("finding_id")?,
            typology: text("typology")?,
            rule_id: text("rule_id")?,
            rule_version: number::<Int32Type>(path, &batch, "rule_version")?,
            queue: text("queue")?,
            severity: number::<Int32Type>(path, &batch, "severity")?,
            subject_kind: text("subject_kind")?,
            subject_key: text("subject_key")?,
            region_code: text("region_code")?,
            household_no: text("household_no")?,
            award_no: text("award_no")?,
            id_number: text("id_number")?,
            official_no: text("official_no")?,
            month_from: text("month_from")?,
            month_to: text("month_to")?,
            known_from: text("known_from")?,
            amount: number::<Decimal128Type>(path, &batch, "amount")?,
            probability: number::<Float64Type>(path, &batch, "probability")?,
            status: text("status")?,
            exemption: text("exemption")?,
            disposition: text("disposition")?,
            facts: text("facts")?,
            summaries,
            orders: Orders::new(&batch, &SORTED_BY, "finding_id")?,
            bytes,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.finding_id.len()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Rows that pass a filter; `None` where all do.
    pub fn narrowed(&self, filter: &Filter) -> Result<Option<BooleanArray>, StoreError> {
        let mut mask = Mask::default();
        mask.text(&self.queue, filter.queue.map(crate::contract::Queue::as_str))?;
        mask.text(&self.typology, filter.typology.as_deref())?;
        mask.text(&self.status, filter.status.map(crate::flags::Status::as_str))?;
        mask.text(&self.subject_kind, filter.subject_kind.map(crate::contract::SubjectKind::as_str))?;
        mask.text(&self.subject_key, filter.subject_key.as_deref())?;
        mask.text(&self.household_no, filter.household_no.as_deref())?;
        mask.text(&self.award_no, filter.award_no.as_deref())?;
        mask.text(&self.id_number, filter.id_number.as_deref())?;
        mask.text(&self.official_no, filter.official_no.as_deref())?;
        mask.region(&self.region_code, filter.region.as_deref())?;
        mask.at_least_int(&self.severity, filter.severity_min)?;
        mask.at_least(&self.probability, filter.probability_min)?;
        if filter.q.is_some() {
            match &self.summaries {
                Summaries::Held(held) => mask.search(held.each_ref(), filter.q.as_deref())?,
                Summaries::InFile(_) => mask.also(self.search_file(filter.q.as_deref())?)?,
            }
        }
        Ok(mask.finish())
    }

    /// Searches summaries that are not held, a batch at a time.
    fn search_file(&self, q: Option<&str>) -> Result<BooleanArray, StoreError> {
        let mut passing = Vec::with_capacity(self.len());
        let Summaries::InFile(metadata) = &self.summaries else { return Ok(BooleanArray::from(passing)) };
        for start in (0..self.len()).step_by(SEARCH_ROWS) {
            let range = start..(start + SEARCH_ROWS).min(self.len());
            let batch = rows(&self.path, metadata, &SUMMARIES, std::iter::once(range))?;
            let column = |name: &str| text(&self.path, &batch, name);
            let mut mask = Mask::default();
            mask.search([&column(SUMMARIES[0])?, &column(SUMMARIES[1])?], q)?;
            passing.extend(mask.finish().iter().flatten().map(|passes| passes.unwrap_or(false)));
        }
        Ok(BooleanArray::from(passing))
    }

    /// The id of a row.
    pub fn id(&self, row: u32) -> &str {
        self.finding_id.value(row as usize)
    }

    /// The lead that an open finding belongs to.
    pub fn lead_id(&self, row: u32) -> Option<String> {
        let row = row as usize;
        if self.status.value(row) != crate::flags::Status::Open.as_str() {
            return None;
        }
        let parts = LeadParts {
            queue: self.queue.value(row).parse().ok()?,
            subject_kind: self.subject_kind.value(row).parse().ok()?,
            subject_key: self.subject_key.value(row),
            household_no: self.household_no.value(row),
            official_no: self.official_no.value(row),
            region_code: self.region_code.value(row),
        };
        Some(parts.lead_id())
    }

    fn row(&self, number: u32, (summary_zh, summary_en): (String, String)) -> FindingRow {
        let row = number as usize;
        let text = |column: &StringArray| column.value(row).to_owned();
        let fen = self.amount.value(row);
        FindingRow {
            finding_id: text(&self.finding_id),
            lead_id: self.lead_id(number),
            typology: text(&self.typology),
            rule_id: text(&self.rule_id),
            rule_version: self.rule_version.value(row),
            queue: text(&self.queue),
            severity: self.severity.value(row),
            subject_kind: text(&self.subject_kind),
            subject_key: text(&self.subject_key),
            region_code: text(&self.region_code),
            household_no: text(&self.household_no),
            award_no: text(&self.award_no),
            id_number: text(&self.id_number),
            official_no: text(&self.official_no),
            month_from: text(&self.month_from),
            month_to: text(&self.month_to),
            known_from: text(&self.known_from),
            amount: yuan(fen),
            amount_fen: fen as i64,
            probability: self.probability.value(row),
            status: text(&self.status),
            exemption: text(&self.exemption),
            disposition: text(&self.disposition),
            facts: text(&self.facts),
            summary_zh,
            summary_en,
        }
    }

    fn summaries(&self, wanted: &[u32]) -> Result<Vec<(String, String)>, StoreError> {
        let (zh, en, places): (StringArray, StringArray, Vec<usize>) = match &self.summaries {
            Summaries::Held(held) => {
                let [zh, en] = held.as_ref();
                (zh.clone(), en.clone(), wanted.iter().map(|r| *r as usize).collect())
            }
            Summaries::InFile(metadata) => {
                let mut rising: Vec<u32> = wanted.to_vec();
                rising.sort_unstable();
                rising.dedup();
                let ranges = rising.iter().map(|r| *r as usize..*r as usize + 1);
                let batch: RecordBatch = rows(&self.path, metadata, &SUMMARIES, ranges)?;
                let place = |row: &u32| rising.binary_search(row).unwrap_or_default();
                let column = |name: &str| text(&self.path, &batch, name);
                (column(SUMMARIES[0])?, column(SUMMARIES[1])?, wanted.iter().map(place).collect())
            }
        };
        Ok(places.into_iter().map(|at| (zh.value(at).to_owned(), en.value(at).to_owned())).collect())
    }
}

impl List for Findings {
    const NAME: &'static str = "findings";
    type Row = FindingRow;

    fn of(audit: &Loaded) -> &Self {
        &audit.findings
    }

    fn orders(&self) -> &Orders {
        &self.orders
    }

    fn passing(audit: &Loaded, filter: &Filter) -> Result<Option<BooleanArray>, StoreError> {
        audit.findings.narrowed(filter)
    }

    fn rows(&self, wanted: &[u32]) -> Result<Vec<FindingRow>, StoreError> {
        let summaries = self.summaries(wanted)?;
        Ok(wanted.iter().zip(summaries).map(|(&row, summary)| self.row(row, summary)).collect())
    }
}

/// Rows searched at once where summaries are not held.
const SEARCH_ROWS: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Queue, SubjectKind};
    use crate::flags::{Finding, Money, Output, Status, findings_batch};

    fn finding(number: u32) -> Finding {
        Finding {
            finding_id: format!("A01-{:08x}", number.wrapping_mul(2_654_435_761)),
            typology: "A01".to_owned(),
            rule_id: "a01_paid_after_death".to_owned(),
            rule_version: 1,
            queue: Queue::Irregularity,
            severity: 1 + (number % 4) as u8,
            subject_kind: SubjectKind::Person,
            subject_key: number.to_string(),
            region_code: "439931001001".to_owned(),
            household_no: format!("JT{number}"),
            award_no: String::new(),
            id_number: String::new(),
            official_no: String::new(),
            month_from: "2024-01".to_owned(),
            month_to: "2024-02".to_owned(),
            known_from: String::new(),
            disposition: String::new(),
            facts: String::new(),
            amount_fen: i64::from(number % 50) * 100,
            probability: 0.7,
            link: 1.0,
            status: if number.is_multiple_of(9) { Status::Exempted } else { Status::Open },
            exemption: String::new(),
            summary_zh: format!("第{number}号疑点，说明文字若干若干若干若干"),
            summary_en: format!("Finding number {number}, said in many words"),
            money: Money::default(),
            evidence: Vec::new(),
            warning: String::new(),
        }
    }

    #[test]
    fn summaries_that_do_not_fit_are_read_from_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<Finding> = (0..40_000).map(finding).collect();
        let mut output = Output::create(folder.path(), "findings", findings_schema()).unwrap();
        output.write(findings_batch(&all).unwrap()).unwrap();
        output.finish().unwrap();
        let path = folder.path().join("findings.parquet");
        let held = Findings::read(&path, usize::MAX).unwrap();
        assert!(matches!(held.summaries, Summaries::Held(_)));
        let in_file = (0..64)
            .map(|step| Findings::read(&path, (1 << 20) + (step << 19)))
            .find_map(Result::ok)
            .expect("some bound holds the columns");
        assert!(matches!(in_file.summaries, Summaries::InFile(_)));
        assert!(matches!(Findings::read(&path, 1 << 20), Err(StoreError::TooLarge(_))));

        let order = |findings: &Findings| {
            let orders = findings.orders();
            orders.get(orders.sort("-amount").unwrap()).unwrap()
        };
        let by_amount = order(&held);
        assert_eq!(by_amount, order(&in_file));
        let wanted = &by_amount.values()[100..150];
        assert_eq!(held.rows(wanted).unwrap(), in_file.rows(wanted).unwrap());
        let filter = Filter { q: Some("NUMBER 1234,".to_owned()), ..Filter::default() };
        let (one, other) = (held.narrowed(&filter).unwrap().unwrap(), in_file.narrowed(&filter).unwrap().unwrap());
        assert_eq!((one.true_count(), one), (1, other));
        let found = [all[77].finding_id.as_str(), "A01-nothing"].map(|id| held.orders().find(id).unwrap());
        assert_eq!(found, [Some(77), None]);
    }
}
