use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::AuditError;
use crate::contract::contract;
use crate::domain::date::Day;
use crate::model::spec;
use crate::query::library::Library;

/// What to audit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditRequest {
    /// Snapshot; the one in force unless given.
    pub snapshot: Option<String>,
    /// What is not yet due on this day is not late; the last day of the latest payment month unless given.
    pub as_of: Option<Day>,
    /// Only what belongs to this region and those inside it.
    pub region: Option<String>,
    /// Only rules of these typologies; all unless given.
    pub only: Vec<String>,
    /// Rule parameters that differ from their defaults, by rule and name.
    pub parameters: BTreeMap<String, BTreeMap<String, f64>>,
}

impl AuditRequest {
    /// Checks everything that can be known before the audit runs.
    ///
    /// # Errors
    /// [`AuditError::Request`] and [`AuditError::Rule`], which name what is wrong.
    pub fn check(&self, library: &Library) -> Result<(), AuditError> {
        for code in &self.only {
            let of_a_model = spec::headers().values().any(|header| header.typology == *code);
            if !contract().typologies.contains_key(code) && library.find(code).is_none() && !of_a_model {
                return Err(AuditError::Request(format!(
                    "only: neither the contract nor a rule or model has the typology '{code}'"
                )));
            }
        }
        for (id, values) in &self.parameters {
            let rule = library.get(id);
            let rule = rule.ok_or_else(|| AuditError::Request(format!("parameters: there is no rule '{id}'")))?;
            rule.takes(values)?;
        }
        match &self.region {
            Some(code) if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) => {
                Err(AuditError::Request(format!("region: '{code}' is no region code: 12 digits, as 439931000000")))
            }
            _ => Ok(()),
        }
    }
}
