use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{AsArray, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::CaseError;

/// What a disposition keeps of the finding it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Rule that raised it.
    pub rule_id: String,
    /// Where it belongs.
    pub region_code: String,
    /// Name of its facts.
    pub facts: String,
}

/// The findings of those ids, in the first of the audit folders that has them. A scan of four columns an
/// audit, and only while an id is missing.
pub fn find(audits: &[PathBuf], ids: &BTreeSet<&str>) -> Result<BTreeMap<String, Known>, CaseError> {
    let mut found = BTreeMap::new();
    for audit in audits {
        if found.len() == ids.len() {
            break;
        }
        read(audit, ["finding_id", "rule_id", "region_code", "facts"], |[id, rule, region, facts]| {
            if ids.contains(id) && !found.contains_key(id) {
                let known = Known { rule_id: rule.to_owned(), region_code: region.to_owned(), facts: facts.to_owned() };
                found.insert(id.to_owned(), known);
            }
        })?;
    }
    Ok(found)
}

/// Text columns of an audit's findings, row by row.
pub fn read<const N: usize>(audit: &Path, columns: [&str; N], mut row: impl FnMut([&str; N])) -> Result<(), CaseError> {
    let path = audit.join("findings.parquet");
    let path = path.as_path();
    let damaged = |reason: String| CaseError::Damaged { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|source| CaseError::Io { path: path.to_owned(), source })?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(e.to_string()))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).build().map_err(|e| damaged(e.to_string()))?;
    for batch in reader {
        let batch = batch.map_err(|e| damaged(e.to_string()))?;
        let text = |name: &str| -> Result<StringArray, CaseError> {
            let column = batch.column_by_name(name).ok_or_else(|| damaged(format!("there is no column {name}")))?;
            let column =
                arrow::compute::cast(column, &arrow::datatypes::DataType::Utf8).map_err(|e| damaged(e.to_string()))?;
            Ok(column.as_string::<i32>().clone())
        };
        let texts = columns.iter().map(|name| text(name)).collect::<Result<Vec<_>, _>>()?;
        for i in 0..batch.num_rows() {
            row(std::array::from_fn(|column| texts[column].value(i)));
        }
    }
    Ok(())
}
