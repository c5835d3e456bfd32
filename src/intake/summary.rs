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
    /// What its characters were read as, of text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What parted its cells, of CSV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Row of the headers; 0 where the format has none.
    #[serde(default)]
    pub header_row: u64,
    /// Canonical column → the header it was read from, or `=` and the constant of the mapping; behind it
    /// the unit of money, where it is not the yuan of a month.
    pub columns: BTreeMap<String, String>,
}

impl SourceSummary {
    /// Whether a source is read now as this one was: the same cells come of the same bytes. What an older manifest
    /// does not tell is not held against it.
    pub fn is_read_as(&self, now: &Self) -> bool {
        let way = |of: &Self| (of.encoding.clone(), of.delimiter, of.header_row);
        self.columns == now.columns && (way(self) == (None, None, 0) || way(self) == way(now))
    }

    /// Whether a source is this one: its name, its bytes, and how they are read.
    pub fn is_unchanged(&self, now: &Self) -> bool {
        let file = |of: &Self| (of.name.clone(), of.format.clone(), of.sheet.clone(), of.sha256.clone());
        file(self) == file(now) && self.is_read_as(now)
    }
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
            encoding: self.encoding().map(str::to_owned),
            delimiter: self.delimiter(),
            header_row: self.header_row,
            columns: columns.collect(),
        }
    }
}
