use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::Origin;
use super::{AmountUnit, Format, Source};

/// What a manifest keeps of a source: enough to know it again, and to tell how it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSummary {
    /// Display name.
    pub name: String,
    /// `csv`, `xlsx`, `jsonl` or `parquet`.
    pub format: String,
    /// Name of the sheet, where the workbook has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// SHA-256 of the whole file.
    pub sha256: String,
    /// Canonical column → the header it was read from, or `=` and the constant of the mapping; behind it
    /// the unit of money, where it is not the yuan of a month.
    pub columns: BTreeMap<String, String>,
}

impl Source {
    /// What a manifest keeps.
    pub fn summary(&self) -> SourceSummary {
        let columns = self.plan.columns.iter().filter_map(|plan| {
            let from = match &plan.origin {
                Origin::Field(at) => self.header()[*at].trim().to_owned(),
                Origin::Constant(value) => format!("={value}"),
                Origin::Absent => return None,
            };
            let unit = if plan.unit == AmountUnit::default() { String::new() } else { format!(" {:?}", plan.unit) };
            Some((plan.column.name.clone(), format!("{from}{unit}")))
        });
        let format = match self.format {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::JsonLines => "jsonl",
            Format::Parquet => "parquet",
        };
        SourceSummary {
            name: self.name.clone(),
            format: format.to_owned(),
            sheet: self.sheet.clone(),
            sha256: self.sha256.clone(),
            columns: columns.collect(),
        }
    }
}
