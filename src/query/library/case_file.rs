//! The cases of a rule, as people write them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;

use super::RuleError;
use super::header::one_line;

/// On which side of a threshold of the rule a case lies, as near to it as the data allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// Still lawful.
    Within,
    /// No longer.
    Beyond,
}

/// One case: rows in, what comes out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Tables as CSV text with any of their stored columns. Cells of key columns are labels as `p1`.
    #[serde(default)]
    pub given: BTreeMap<String, String>,
    /// As-of date; else the last day of 2024.
    #[serde(default, with = "day")]
    pub as_of: Option<NaiveDate>,
    /// First and last payment month as `2024-01`; else the months of the given payments.
    #[serde(default)]
    pub window: Option<[String; 2]>,
    /// Tables that were not handed over. Tables that are not given are empty, but there.
    #[serde(default)]
    pub missing: BTreeSet<String>,
    /// Open rows: subject, month, fen, as far as the rule gives them.
    #[serde(default)]
    pub flagged: Vec<String>,
    /// Exempted rows: subject, month, exemption.
    #[serde(default)]
    pub exempted: Vec<String>,
    /// No row at all.
    #[serde(default)]
    pub clear: bool,
    /// The rule cannot say: the tables it lacks. They count as missing.
    #[serde(default)]
    pub not_assessable: Vec<String>,
    /// For a case at a threshold, the side.
    #[serde(default)]
    pub edge: Option<Edge>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Case>,
}

pub(super) fn parse(rule: &str, text: &str) -> Result<Vec<Case>, RuleError> {
    let fail = |message: String| RuleError::Cases { rule: rule.to_owned(), message };
    let document = toml::Deserializer::parse(text).map_err(|e| fail(one_line(e.message())))?;
    let file: File = serde_path_to_error::deserialize(document)
        .map_err(|e| fail(format!("{}: {}", e.path(), one_line(e.inner().message()))))?;
    let mut names = BTreeSet::new();
    for case in &file.case {
        let outcomes =
            [case.clear, !case.not_assessable.is_empty(), !(case.flagged.is_empty() && case.exempted.is_empty())];
        if outcomes.into_iter().filter(|o| *o).count() != 1 {
            return Err(fail(format!(
                "'{}' expects not exactly one of: rows flagged or exempted, clear, not_assessable",
                case.name
            )));
        }
        if !names.insert(&case.name) {
            return Err(fail(format!("two cases are named '{}'", case.name)));
        }
    }
    Ok(file.case)
}

/// A day as text or as TOML's own date.
mod day {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, de::Error};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
        let text = match toml::Value::deserialize(from)? {
            toml::Value::String(text) => text,
            toml::Value::Datetime(date) => date.to_string(),
            other => return Err(D::Error::custom(format!("{other} is no date"))),
        };
        text.parse().map(Some).map_err(|_| D::Error::custom(format!("'{text}' is no date")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_expects_one_outcome() {
        let text = "[[case]]\nname = \"x\"\nas_of = 2024-03-01\nclear = true\n";
        let cases = parse("r", text).unwrap();
        assert_eq!(cases[0].as_of, NaiveDate::from_ymd_opt(2024, 3, 1));
        for wrong in [
            "[[case]]\nname = \"x\"\n",
            "[[case]]\nname = \"x\"\nclear = true\nflagged = [\"p1\"]\n",
            "[[case]]\nname = \"x\"\nclear = true\n[[case]]\nname = \"x\"\nclear = true\n",
            "[[case]]\nname = \"x\"\nclaer = true\n",
        ] {
            assert!(parse("r", wrong).is_err(), "{wrong}");
        }
    }
}
