//! Why a reference is, or is not, taken for a person: the waterfall of the import's own linkage.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::domain::{id_number, name};
use crate::identity::linkage::{LinkageError, ReferenceFiles, Waterfall, link_references};
use crate::snapshot::{Snapshot, SnapshotError};

/// What is asked.
#[derive(Debug, Clone)]
pub struct LinkQuestion {
    /// The number of the reference, as met.
    pub reference: String,
    /// The name beside it; the one it came with where this is left out.
    pub name: Option<String>,
    /// The ID number of the person.
    pub person: String,
}

/// Why it cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The question names nothing that the snapshot has.
    #[error("{0}")]
    Question(String),
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The linkage failed.
    #[error(transparent)]
    Linkage(#[from] LinkageError),
    /// A table of the snapshot could not be read.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A table of the snapshot is not as it should be.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Links the snapshot's open references, and the one that is asked for, with its people once more, and
/// explains the pair. Works in a folder of its own under `scratch`.
pub fn explain_link(snapshot: &Snapshot, scratch: &Path, asked: &LinkQuestion) -> Result<Waterfall, ExplainError> {
    std::fs::create_dir_all(scratch).map_err(|source| SnapshotError::Io { path: scratch.to_owned(), source })?;
    let number = id_number::normalise(&asked.reference).text;
    let person = id_number::normalise(&asked.person).text;
    let mut references: BTreeSet<(String, String)> = BTreeSet::new();
    let mut named = asked.name.as_deref().map(name::normal);
    rows(snapshot, "identity_issue", ["normal_text", "name", "method"], |[text, beside, method]| {
        let (Some(text), Some(beside)) = (text, beside) else { return Ok(()) };
        let beside = name::normal(beside);
        if text == number && named.is_none() {
            named = Some(beside.clone());
        }
        if matches!(method, Some("linked" | "unresolved")) {
            references.insert((text.to_owned(), beside));
        }
        Ok(())
    })?;
    let Some(beside) = named else {
        return Err(ExplainError::Question(format!(
            "no faulty reference with a name is {:?} here; give the name beside it",
            asked.reference
        )));
    };
    references.insert((number.clone(), beside.clone()));
    let mut files = ReferenceFiles::create(scratch)?;
    let mut known = false;
    rows(snapshot, "identity", ["id_number", "name", "in_register"], |[number, own, registered]| {
        let (Some(number), Some(own)) = (number, own) else { return Ok(()) };
        known |= number == person;
        if (registered == Some("true") || number == person) && id_number::fault(number).is_none() {
            files.person(number, own)?;
        }
        Ok(())
    })?;
    if !known {
        return Err(ExplainError::Question(format!("no person here has the number {:?} and a name", asked.person)));
    }
    let mut at = None;
    for (i, (text, own)) in references.iter().enumerate() {
        files.reference(text, own)?;
        if *text == number && *own == beside {
            at = Some(i.to_string());
        }
    }
    let found = link_references(files, at.as_deref().map(|at| (person.as_str(), at)))?;
    let waterfall = found.waterfall.ok_or_else(|| ExplainError::Question("the pair was not compared".into()))?;
    Ok(Waterfall { ids: (number, person), ..waterfall })
}

/// Text columns of a table, row by row.
fn rows<const N: usize>(
    snapshot: &Snapshot,
    table: &str,
    columns: [&str; N],
    mut row: impl FnMut([Option<&str>; N]) -> Result<(), ExplainError>,
) -> Result<(), ExplainError> {
    let Some(path) = snapshot.table_path(table) else { return Ok(()) };
    let file = File::open(&path).map_err(|source| SnapshotError::Io { path: path.clone(), source })?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    for batch in builder.with_projection(mask).build()? {
        let batch: RecordBatch = batch?;
        let texts = columns
            .iter()
            .map(|name| cast(batch.column(batch.schema().index_of(name)?), &DataType::Utf8))
            .collect::<Result<Vec<_>, _>>()?;
        for i in 0..batch.num_rows() {
            let text = |column: usize| {
                let column = texts[column].as_string::<i32>();
                column.is_valid(i).then(|| column.value(i))
            };
            row(std::array::from_fn(text))?;
        }
    }
    Ok(())
}
