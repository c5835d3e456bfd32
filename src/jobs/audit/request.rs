use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::AuditError;
use crate::contract::contract;
use crate::domain::date::Day;
use crate::domain::region::RegionCode;
use crate::model::spec;
use crate::query::library::Library;
use crate::query::{QueryError, Session};

/// What to audit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditRequest {
    /// Snapshot; the one in force unless given.
    pub snapshot: Option<String>,
    /// What is not yet due on this day is not late; the last day of the latest payment month unless given.
    pub as_of: Option<Day>,
    /// Only what belongs to this region and those inside it. Rules look at everything, since what a family shares and
    /// whom it is compared with does not end at a border; what they raise elsewhere is left out.
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
            if !is_typology(library, code) {
                return Err(AuditError::Request(format!(
                    "only: neither the contract nor a rule or model has the typology '{code}'; write codes as A01"
                )));
            }
        }
        for (id, values) in &self.parameters {
            let rule = library.get(id);
            let rule = rule.ok_or_else(|| AuditError::Request(format!("parameters: there is no rule '{id}'")))?;
            rule.takes(values)?;
        }
        self.whole_region().map(drop)
    }

    /// The region asked for, which the snapshot must know: of a mistyped one nothing would be found, and that would look
    /// like good news.
    pub(super) async fn region_in(&self, session: &Session) -> Result<Option<String>, AuditError> {
        let Some(code) = self.whole_region()? else { return Ok(None) };
        let sql = format!(
            "SELECT 1 FROM (SELECT region_code FROM region UNION ALL SELECT region_code FROM household) AS r \
             WHERE region_contains('{code}', region_code) LIMIT 1"
        );
        let met = session.sql(&sql).await?.collect().await.map_err(QueryError::engine)?;
        if met.iter().all(|batch| batch.num_rows() == 0) {
            return Err(AuditError::Request(format!(
                "region: nothing of this snapshot lies in {code}; SELECT * FROM region lists those it has"
            )));
        }
        Ok(Some(code))
    }

    /// The region's code in twelve digits; one may be asked for by the digits of its level alone, as `439931001`.
    fn whole_region(&self) -> Result<Option<String>, AuditError> {
        let code = self.region.as_deref().map(str::parse::<RegionCode>).transpose();
        let code = code.map_err(|error| AuditError::Request(format!("region: {error}")))?;
        Ok(code.map(|code| code.to_string()))
    }
}

/// Whether the contract, a rule or a model has this code, spelt as it is. What nothing has is nowhere found, and that
/// would look like good news.
pub fn is_typology(library: &Library, code: &str) -> bool {
    contract().typologies.contains_key(code)
        || library.rules().any(|rule| rule.header().typology == code)
        || spec::headers().values().any(|header| header.typology == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_asked_for_by_its_whole_code_or_the_digits_of_its_level() {
        let of = |code: &str| AuditRequest { region: Some(code.to_owned()), ..AuditRequest::default() }.whole_region();
        for (asked, meant) in
            [("439931", "439931000000"), ("439931001", "439931001000"), ("439931001003", "439931001003")]
        {
            assert_eq!(of(asked).unwrap().as_deref(), Some(meant));
        }
        for wrong in ["43993", "临江县", "4399310010033", ""] {
            assert!(of(wrong).unwrap_err().to_string().contains("no region code"), "{wrong}");
        }
    }
}
