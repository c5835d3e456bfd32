//! The header of a rule: its leading `--` lines, read as TOML.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Protected, RuleError};
use crate::contract::{Queue, SubjectKind, contract};

/// How far a rule has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its findings have not been followed up enough to know how many hold.
    Experimental,
    /// In service.
    Stable,
    /// Kept for replay, no longer run.
    Retired,
}

/// A circumstance that makes a look-alike lawful. Its rows come out with its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// What it says, in Chinese.
    pub zh: String,
    /// What it says, in English.
    pub en: String,
    /// Which of the contract's exemptions of the typology it is, in the contract's words; empty where
    /// the law or the contract's logic says it and the list does not.
    #[serde(default)]
    pub contract: String,
}

/// What an irregularity is called whose code is not the contract's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnName {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A protected attribute that a rule may read, because a law makes it a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalCriterion {
    /// The attribute.
    pub attribute: Protected,
    /// The law.
    pub law: String,
}

/// A number of the rule itself that an auditor may change inside bounds; bound as `$name`. What a
/// county decides is no rule parameter but a local parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleParameter {
    /// The value unless another is given.
    pub default: f64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// What it decides.
    pub meaning: String,
}

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// File stem.
    pub id: String,
    /// Code of the irregularity in the contract, or a code of an analyst's own: `X01` to `X99`.
    pub typology: String,
    /// Name of the irregularity, for a code of an analyst's own only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<OwnName>,
    /// Version, raised with every change of what it finds.
    pub version: u32,
    /// How far it has come.
    pub status: Status,
    /// 1 data, 2 correct, 3 verify first, 4 possible discipline or crime.
    pub severity: u8,
    /// Queue of its findings.
    pub queue: Queue,
    /// What a finding is about.
    pub subject: SubjectKind,
    /// Tables and views it reads.
    pub reads: Vec<String>,
    /// Those of the tables it reads without which it still runs, taking them as empty.
    #[serde(default)]
    pub optional: Vec<String>,
    /// Optional tables of which one at least must be there: any of them can tell, and without all nothing does.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// Columns that a table may come without, `table.column`, and without which the rule can tell nothing.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Optional columns, as `table.column`, whose empty cells say something: that an award has not ended, a payment was
    /// never made. The file must have them, be they empty; without them the rule would accuse of what nobody recorded.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Probability that a check would confirm a finding, before any model knows better.
    pub prior: f64,
    /// What a finding says, in Chinese, with `{value}`s.
    pub reason_zh: String,
    /// The same in English.
    pub reason_en: String,
    /// Why it matters.
    pub why: String,
    /// Innocent explanations a reviewer looks for.
    pub innocent: Vec<String>,
    /// What it cannot see.
    pub blind: Vec<String>,
    /// Legal basis.
    pub basis: Vec<String>,
    /// Parameters of its own.
    #[serde(default)]
    pub parameters: BTreeMap<String, RuleParameter>,
    /// Protected attributes it reads, with the law.
    #[serde(default)]
    pub legal_criteria: Vec<LegalCriterion>,
    /// Exemptions by code.
    #[serde(default)]
    pub exemptions: BTreeMap<String, Exemption>,
}

impl Header {
    /// Reads the header of a rule file.
    pub fn parse(rule: &str, text: &str) -> Result<Self, RuleError> {
        read(rule, text)
    }

    /// What the irregularity is called, in Chinese and English.
    pub fn names(&self) -> (&str, &str) {
        match (&self.name, contract().typologies.get(&self.typology)) {
            (Some(name), _) => (&name.zh, &name.en),
            (None, Some(typology)) => (&typology.name_zh, &typology.name_en),
            (None, None) => ("", ""),
        }
    }
}

/// The leading `--` lines of an SQL file without their dashes.
pub(super) fn leading_comment(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines()
        .map_while(|line| line.strip_prefix("--"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Reads the leading comment of an SQL file as TOML; unknown keys are told with their path.
pub fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, RuleError> {
    let fail = |path: String, message: String| RuleError::Header { rule: name.to_owned(), path, message };
    let comment = leading_comment(text);
    if comment.is_empty() {
        return Err(fail(".".to_owned(), "the file does not begin with '-- ' lines".to_owned()));
    }
    let document = toml::Deserializer::parse(&comment).map_err(|e| fail(".".to_owned(), one_line(e.message())))?;
    serde_path_to_error::deserialize(document).map_err(|e| fail(e.path().to_string(), one_line(e.inner().message())))
}

pub(super) fn one_line(message: &str) -> String {
    message.trim().replace('\n', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"-- id         = "a02_paid_in_detention"
-- typology   = "A02"
-- version    = 1
-- status     = "experimental"
-- severity   = 3
-- queue      = "irregularity"
-- subject    = "person"
-- reads      = ["award"]
-- prior      = 0.6
-- reason_zh  = "{name}"
-- reason_en  = "{name}"
-- why        = "x"
-- innocent   = []
-- blind      = []
-- basis      = []
-- [exemptions.probation]
-- zh = "缓刑"
-- en = "probation"

-- a comment of the SQL
SELECT 1
"#;

    #[test]
    fn leading_lines_are_toml_and_end_at_the_first_other_line() {
        let header = Header::parse("a02_paid_in_detention", GOOD).unwrap();
        assert_eq!(header.subject, SubjectKind::Person);
        assert_eq!(header.exemptions["probation"].en, "probation");
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_told_with_their_path() {
        let unknown = Header::parse("x", &GOOD.replace("-- en =", "-- note =")).unwrap_err().to_string();
        assert!(unknown.contains("exemptions.probation") && unknown.contains("note"), "{unknown}");
        let wrong = Header::parse("x", &GOOD.replace("\"person\"", "\"persona\"")).unwrap_err().to_string();
        assert!(wrong.contains("subject"), "{wrong}");
        assert!(Header::parse("x", "SELECT 1").is_err());
    }
}
