//! What a rule found, as rows for the rules that follow.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;

use crate::query::library::{EvidenceRole, Header, finding_schema};

use super::{RawFinding, Subject};

/// One row: a finding, and one award, month and person whose money is at issue.
struct Row<'a> {
    finding_no: i64,
    header: &'a Header,
    raw: &'a RawFinding,
    award: Option<i32>,
    month: Option<i32>,
    person: Option<i32>,
    fen: Option<i64>,
}

impl Row<'_> {
    fn key(&self, column: &str) -> Option<i32> {
        let own = super::directory::key_of(self.header.subject);
        match &self.raw.subject {
            Subject::Key(key) if own == Some(column) => Some(*key),
            _ => self.raw.keys.get(column).copied(),
        }
    }
}

/// The open ones among what a rule raised, in the columns of [`finding_schema`]; numbers begin with `first`.
pub fn found_rows(header: &Header, raised: &[RawFinding], first: i64) -> Result<RecordBatch, ArrowError> {
    let mut rows = Vec::new();
    let open = raised.iter().filter(|raw| raw.exemption.is_none());
    for (finding_no, raw) in (first..).zip(open) {
        let row = |award, month, person, fen| Row { finding_no, header, raw, award, month, person, fen };
        let before = rows.len();
        rows.extend(raw.money.parts().map(|(award, month, person, fen)| row(award, month, person, Some(fen))));
        if rows.len() == before {
            rows.push(row(None, raw.months.map(|(first, _)| first), None, None));
        }
    }
    let keys = |of: fn(&Row<'_>) -> Option<i32>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Int32Array>()) };
    let text = |of: fn(&Header) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| of(row.header))))
    };
    let severity = |row: &Row<'_>| Some(i32::from(row.raw.severity.unwrap_or(row.header.severity)));
    let evidence = |row: &Row<'_>| row.raw.evidence.iter().find(|e| e.role == EvidenceRole::For).map(|e| e.row_id);
    RecordBatch::try_new(
        finding_schema(),
        vec![
            Arc::new(rows.iter().map(|row| row.finding_no).collect::<Int64Array>()),
            text(|header| &header.typology),
            text(|header| header.queue.as_str()),
            keys(severity),
            keys(|row| row.key("household_key")),
            keys(|row| row.award.or_else(|| row.key("award_key"))),
            keys(|row| row.person.or_else(|| row.key("person_key"))),
            keys(|row| row.key("official_key")),
            Arc::new(rows.iter().map(|row| row.month).collect::<Date32Array>()),
            Arc::new(rows.iter().map(|row| row.fen).collect::<Int64Array>()),
            Arc::new(rows.iter().map(evidence).collect::<Int64Array>()),
        ],
    )
}
