use std::collections::BTreeMap;

use super::rows;

/// A local parameter with its national default; a county overrides it in `local_rule`.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Name, as `local_rule.parameter` spells it.
    pub name: String,
    /// Default as text: a number, a word, or a `|` list.
    pub default: String,
    /// Unit of the value.
    pub unit: String,
    /// What it decides.
    pub meaning: String,
    /// Legal basis of the default.
    pub basis: String,
}

pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Parameter>, String> {
    Ok(rows(text)?
        .into_iter()
        .map(|row| {
            let name = row["parameter"].clone();
            let parameter = Parameter {
                name: name.clone(),
                default: row["default"].clone(),
                unit: row["unit"].clone(),
                meaning: row["meaning"].clone(),
                basis: row["basis"].clone(),
            };
            (name, parameter)
        })
        .collect())
}
