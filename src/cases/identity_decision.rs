use std::path::Path;

use serde::{Deserialize, Serialize};

use super::CaseError;
use super::sheet::{Column, Sheet};
use crate::domain::date::{Day, parse_date};
use crate::domain::text::squeeze;
use crate::domain::{id_number, name};

/// What a steward said of a reference whose number is faulty and a person whom it may mean. Both are named by the
/// sources' own numbers, so that it outlives snapshots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityDecision {
    /// Number of the reference without spaces and signs, as met.
    pub number: String,
    /// Name beside it, in normal form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ID number of the person.
    pub person: String,
    /// When it was decided.
    pub decided_on: Day,
    /// Whether the reference means the person. Of a yes and a no of one day the no stands.
    pub decision: Same,
    /// Why.
    pub reason: String,
}

/// The answer: yes before no, so that the more careful one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// The reference means the person (是).
    Yes,
    /// It does not (否).
    No,
}

impl Same {
    fn parse(text: &str) -> Option<Self> {
        match squeeze(text).to_ascii_lowercase().as_str() {
            "yes" | "y" | "是" | "是本人" | "同一人" => Some(Self::Yes),
            "no" | "n" | "否" | "不是" | "非本人" | "不是同一人" => Some(Self::No),
            _ => None,
        }
    }
}

impl IdentityDecision {
    /// The reference: number and name.
    pub fn reference(&self) -> (String, Option<String>) {
        (self.number.clone(), self.name.clone())
    }
}

/// Columns of the CSV, with the headers met.
const COLUMNS: [Column; 6] = [
    column("number", &["number", "证件号码", "引用号码", "号码"]),
    column("name", &["name", "姓名", "引用姓名"]),
    column("person", &["person", "人员号码", "人员证件号码", "对应号码"]),
    column("decision", &["decision", "结论", "是否本人", "是否同一人"]),
    column("reason", &["reason", "理由", "原因", "说明"]),
    column("date", &["date", "decided_on", "日期", "核定日期"]),
];

const fn column(name: &'static str, headers: &'static [&'static str]) -> Column {
    Column { name, headers, required: true }
}

/// Decisions as they come in.
#[derive(Debug)]
pub struct DecidedFile {
    sheet: Sheet<6>,
    /// Those that say anything, by row of the file, the header being row 1.
    pub decisions: Vec<(u64, IdentityDecision)>,
}

impl DecidedFile {
    /// Reads a CSV: `number, name, person, decision, reason, date`, in any order, other columns left alone; UTF-8 or
    /// GB18030. A row without a decision waits. Every fault of the file is told at once, with row and column.
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let sheet = Sheet::read(path, COLUMNS)?;
        let (mut decisions, mut faults) = (Vec::new(), Vec::new());
        for (row, [number, beside, person, decision, reason, date]) in &sheet.rows {
            if decision.is_empty() {
                continue;
            }
            let mut wrong = |column: &str, message: String| faults.push(format!("row {row}, {column}: {message}"));
            let text = id_number::normalise(number).text;
            if text.is_empty() {
                wrong("number", "no reference is named".to_owned());
            }
            let whom = id_number::normalise(person);
            if whom.fault.is_some() {
                wrong("person", format!("'{person}' is no valid ID number; copy it from `mingjing identity offers`"));
            }
            let said = Same::parse(decision);
            if said.is_none() {
                wrong("decision", format!("'{decision}' is neither yes (是) nor no (否)"));
            }
            if reason.is_empty() {
                wrong("reason", "a decision needs a reason".to_owned());
            }
            let day = parse_date(date);
            if day.is_none() {
                wrong("date", format!("'{date}' is no date; write it as 2024-07-01"));
            }
            if let (Some(said), Some(day)) = (said, day) {
                // A text that a spreadsheet would run was given an apostrophe.
                let beside = Some(name::normal(beside.strip_prefix('\'').unwrap_or(beside))).filter(|n| !n.is_empty());
                let decided = IdentityDecision {
                    number: text,
                    name: beside,
                    person: whom.text,
                    decided_on: Day(day),
                    decision: said,
                    reason: reason.clone(),
                };
                decisions.push((*row, decided));
            }
        }
        if faults.is_empty() { Ok(Self { sheet, decisions }) } else { Err(sheet.wrong(faults.join("; "))) }
    }

    /// What is wrong with the file.
    pub fn wrong(&self, faults: &[String]) -> CaseError {
        self.sheet.wrong(faults.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::IdentityDecisions;

    fn read(text: &str) -> Result<Vec<(u64, IdentityDecision)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("decided.csv");
        std::fs::write(&path, text).unwrap();
        DecidedFile::read(&path).map(|file| file.decisions).map_err(|e| e.to_string())
    }

    #[test]
    fn answers_come_in_both_languages_and_what_is_not_answered_waits() {
        let rows = read(
            "核定日期,结论,号码,姓名,人员号码,理由,表\n2024年7月1日,是,'439931195908030271,曾 建华,'439931195908030117,电话核实,vehicle\n\
             ,,439931195908030271,赵六,439931195908030117,,vehicle\n2024-07-02,NO,439931195908030271,,439931195908030117,同名,\n",
        )
        .unwrap();
        assert_eq!(rows.iter().map(|(row, d)| (*row, d.decision)).collect::<Vec<_>>(), [(2, Same::Yes), (4, Same::No)]);
        let (number, name) = rows[0].1.reference();
        assert_eq!((number.as_str(), name.as_deref()), ("439931195908030271", Some("曾建华")));
        assert_eq!(rows[0].1.person, "439931195908030117");
    }

    #[test]
    fn every_fault_is_told_with_row_and_column() {
        let header = "number,name,person,decision,reason,date\n";
        let error = read(&format!("{header},甲,1,perhaps,,soon\n")).unwrap_err();
        for told in ["row 2, number", "row 2, person: '1'", "decision: 'perhaps'", "row 2, reason", "date: 'soon'"] {
            assert!(error.contains(told), "{error}");
        }
        assert!(read("number,name,person,decision,date\n").unwrap_err().contains("no column 'reason'"));
    }

    #[test]
    fn the_latest_word_stands_and_of_one_day_the_no() {
        let said = |decision, day: u32| IdentityDecision {
            number: "1".to_owned(),
            name: None,
            person: "2".to_owned(),
            decided_on: Day(chrono::NaiveDate::from_ymd_opt(2024, 7, day).unwrap()),
            decision,
            reason: "x".to_owned(),
        };
        let stands = |all: &[IdentityDecision]| {
            let mut decisions = IdentityDecisions::default();
            decisions.add(all.iter().cloned());
            decisions.standing().map(|d| d.decision).collect::<Vec<_>>()
        };
        assert_eq!(stands(&[said(Same::No, 1), said(Same::Yes, 2)]), [Same::Yes]);
        assert_eq!(stands(&[said(Same::Yes, 2), said(Same::No, 2)]), [Same::No]);
    }
}
