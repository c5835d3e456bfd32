use serde::{Deserialize, Serialize};

/// How a rule or model fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It ran to its end.
    Ran,
    /// What it needs was not handed over, or this version has no rule for the typology.
    NotRunnable,
    /// It ran and broke.
    Failed,
}

impl Outcome {
    /// The contract's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ran => "ran",
            Self::NotRunnable => "not_runnable",
            Self::Failed => "failed",
        }
    }
}

/// One rule or model of an audit: never silently skipped.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Rule; empty for a typology that this version has no rule for.
    pub rule_id: String,
    /// Irregularity it looks for.
    pub typology: String,
    /// How it fared.
    pub outcome: Outcome,
    /// Tables for want of which it could not run.
    pub missing: Vec<String>,
    /// Why it did not run or broke, or what weakens it.
    pub reason: String,
    /// Rows it read.
    pub rows_read: u64,
    /// Open findings.
    pub findings: u64,
    /// Exempted look-alikes.
    pub exempted: u64,
    /// Time in milliseconds, as a clock on the wall measures.
    pub time_ms: u64,
}

impl Coverage {
    /// Of a rule or model that ran to its end, nothing counted yet.
    pub fn of(rule_id: &str, typology: &str) -> Self {
        Self {
            rule_id: rule_id.to_owned(),
            typology: typology.to_owned(),
            outcome: Outcome::Ran,
            missing: Vec::new(),
            reason: String::new(),
            rows_read: 0,
            findings: 0,
            exempted: 0,
            time_ms: 0,
        }
    }
}
