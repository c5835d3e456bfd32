use std::path::Path;

use serde::{Deserialize, Serialize};

use super::CaseError;
use super::sheet::{Column, Sheet};
use crate::domain::date::{Day, parse_date};
use crate::domain::text::squeeze;

/// What a person found when they looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is as suspected (查实).
    Confirmed,
    /// It is not, or it is lawful (排除).
    Dismissed,
}

impl Outcome {
    fn parse(text: &str) -> Option<Self> {
        match squeeze(text).to_ascii_lowercase().as_str() {
            "confirmed" | "查实" | "属实" | "部分属实" => Some(Self::Confirmed),
            "dismissed" | "排除" | "不属实" | "查否" | "误报" => Some(Self::Dismissed),
            _ => None,
        }
    }

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }
}

/// What somebody recorded of one finding, as it comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Row of the file, the header being row 1.
    pub row: u64,
    /// Id of the finding.
    pub finding_id: String,
    /// What was found.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// When it was decided.
    pub decided_on: Day,
    /// How likely it was to be checked, in millionths.
    pub likely_ppm: u32,
}

/// What is sure, in millionths.
pub const SURE: u32 = 1_000_000;

fn sure() -> u32 {
    SURE
}

fn is_sure(ppm: &u32) -> bool {
    *ppm == SURE
}

/// A disposition with the finding it is of, as the finding stood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// Id of the finding.
    pub finding_id: String,
    /// When it was decided.
    pub decided_on: Day,
    /// What was found.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// Name of the facts then: a finding with other facts is looked at anew.
    pub facts: String,
    /// Rule that raised it.
    pub rule_id: String,
    /// Where it belongs.
    pub region_code: String,
    /// How likely it was to be checked, in millionths: less than all for those a plan drew at random.
    #[serde(default = "sure", skip_serializing_if = "is_sure")]
    pub likely_ppm: u32,
}

/// Columns of the CSV, with the headers met; the last is that of a plan's random controls: how likely they were to be
/// drawn, as the plan says.
const COLUMNS: [Column; 5] = [
    Column { name: "finding", headers: &["finding", "finding_id", "疑点编号", "疑点"], required: true },
    Column { name: "outcome", headers: &["outcome", "结论", "核查结果", "处置结果"], required: true },
    Column { name: "reason", headers: &["reason", "理由", "原因", "说明"], required: true },
    Column { name: "date", headers: &["date", "decided_on", "日期", "核查日期", "处置日期"], required: true },
    Column { name: "likely", headers: &["likely", "抽查概率"], required: false },
];

impl Recorded {
    /// Reads a CSV of dispositions: `finding, outcome, reason, date`, and `likely` where it has that column, in
    /// any order; UTF-8 or GB18030.
    /// Every fault of the file is told at once, with row and column.
    pub fn read(path: &Path) -> Result<Vec<Self>, CaseError> {
        let sheet = Sheet::read(path, COLUMNS)?;
        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        for (row, [finding_id, outcome, reason, date, likely]) in &sheet.rows {
            let mut wrong = |column: &str, message: String| faults.push(format!("row {row}, {column}: {message}"));
            if finding_id.is_empty() {
                wrong("finding", "no finding is named".to_owned());
            }
            if reason.is_empty() {
                wrong("reason", "a disposition needs a reason".to_owned());
            }
            let read = Outcome::parse(outcome);
            if read.is_none() {
                wrong("outcome", format!("'{outcome}' is neither confirmed (查实) nor dismissed (排除)"));
            }
            let day = parse_date(date);
            if day.is_none() {
                wrong("date", format!("'{date}' is no date; write it as 2024-07-01"));
            }
            let likely_ppm = if likely.is_empty() {
                Some(SURE)
            } else {
                let share = likely.parse::<f64>().ok().filter(|p| *p > 0.0 && *p <= 1.0);
                share.map(|p| (p * f64::from(SURE)).ceil() as u32)
            };
            if likely_ppm.is_none() {
                wrong("likely", format!("'{likely}' is no probability above 0 and up to 1"));
            }
            if let (Some(outcome), Some(day), Some(likely_ppm)) = (read, day, likely_ppm) {
                let (finding_id, reason) = (finding_id.clone(), reason.clone());
                rows.push(Self { row: *row, finding_id, outcome, reason, decided_on: Day(day), likely_ppm });
            }
        }
        if faults.is_empty() { Ok(rows) } else { Err(sheet.wrong(faults.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<Recorded>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dispositions.csv");
        std::fs::write(&path, bytes).unwrap();
        Recorded::read(&path).map_err(|e| e.to_string())
    }

    #[test]
    fn headers_and_outcomes_come_in_both_languages_and_encodings() {
        let text = "核查日期,结论,疑点编号,理由\n2024年7月1日,排除,A01-1,同名不同人\n,,,\n20240702,属实,A01-2,已退款\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        for bytes in [text.as_bytes(), &gb] {
            let rows = read(bytes).unwrap();
            assert_eq!(rows.len(), 2);
            assert_eq!((rows[0].row, rows[0].outcome, rows[0].reason.as_str()), (2, Outcome::Dismissed, "同名不同人"));
            assert_eq!((rows[1].row, rows[1].outcome), (4, Outcome::Confirmed));
        }
    }

    #[test]
    fn every_fault_is_told_with_its_row() {
        let error =
            read(b"finding,outcome,reason,date\nA01-1,perhaps,x,2024-07-01\nA01-2,dismissed,,yesterday\n").unwrap_err();
        for told in ["row 2, outcome: 'perhaps'", "row 3, reason", "row 3, date: 'yesterday'"] {
            assert!(error.contains(told), "{error}");
        }
        let drawn = read(
            "finding,outcome,reason,date,抽查概率\nA,confirmed,x,2024-07-01,0.25\nB,dismissed,x,2024-07-01,\n"
                .as_bytes(),
        );
        assert_eq!(drawn.unwrap().iter().map(|row| row.likely_ppm).collect::<Vec<_>>(), [250_000, SURE]);
        let wrong = read(b"finding,outcome,reason,date,likely\nA,confirmed,x,2024-07-01,0\n").unwrap_err();
        assert!(wrong.contains("row 2, likely: '0' is no probability"), "{wrong}");
        assert!(read(b"finding,outcome,date\n").unwrap_err().contains("no column 'reason'"));
    }
}
