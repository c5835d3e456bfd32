use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::rows;

/// The queue a finding goes to. Data quality goes to a data steward and never to discipline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Suspected fraud, favouritism or embezzlement.
    Irregularity,
    /// Procedure and accounting faults of an office.
    Governance,
    /// People left out or underpaid (漏保).
    Exclusion,
    /// Faults of the records.
    DataQuality,
}

impl Queue {
    /// The contract's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Irregularity => "irregularity",
            Self::Governance => "governance",
            Self::Exclusion => "exclusion",
            Self::DataQuality => "data_quality",
        }
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Queue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Irregularity, Self::Governance, Self::Exclusion, Self::DataQuality]
            .into_iter()
            .find(|q| q.as_str() == text)
            .ok_or_else(|| format!("unknown queue '{text}'"))
    }
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's own")]
pub enum SubjectKind {
    Person,
    Household,
    Award,
    Application,
    Account,
    Official,
    Institution,
    Terminal,
    Village,
    Region,
}

impl SubjectKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Person,
        Self::Household,
        Self::Award,
        Self::Application,
        Self::Account,
        Self::Official,
        Self::Institution,
        Self::Terminal,
        Self::Village,
        Self::Region,
    ];

    /// The contract's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Household => "household",
            Self::Award => "award",
            Self::Application => "application",
            Self::Account => "account",
            Self::Official => "official",
            Self::Institution => "institution",
            Self::Terminal => "terminal",
            Self::Village => "village",
            Self::Region => "region",
        }
    }
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SubjectKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|k| k.as_str() == text).ok_or_else(|| format!("unknown subject '{text}'"))
    }
}

/// One irregularity of the catalogue.
#[derive(Debug, Clone)]
pub struct Typology {
    /// Code, for example `A01`.
    pub code: String,
    /// English slug, for example `paid_after_death`.
    pub slug: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Queue its findings go to.
    pub queue: Queue,
    /// What its findings are about.
    pub subject: SubjectKind,
    /// 1 data, 2 correct, 3 verify first, 4 possible discipline or crime.
    pub severity: u8,
    /// Legal basis.
    pub basis: String,
    /// What makes it.
    pub logic: String,
    /// What makes a look-alike lawful.
    pub exemptions: String,
}

pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Typology>, String> {
    rows(text)?
        .into_iter()
        .map(|row| {
            let code = row["code"].clone();
            let typology = Typology {
                code: code.clone(),
                slug: row["slug"].clone(),
                name_zh: row["name_zh"].clone(),
                name_en: row["name_en"].clone(),
                queue: row["queue"].parse()?,
                subject: row["subject"].parse()?,
                severity: row["severity"].parse().map_err(|_| format!("typologies.csv: severity of {code}"))?,
                basis: row["basis"].clone(),
                logic: row["logic"].clone(),
                exemptions: row["exemptions"].clone(),
            };
            Ok((code, typology))
        })
        .collect()
}
