//! Why a reference is, or is not, taken for a person: the waterfall of the import's own linkage.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::contract::contract;
use crate::domain::{id_number, name};
use crate::identity::Faulty;
use crate::identity::linkage::{LinkageError, PersonRow, ReferenceFiles, Waterfall, link_references};
use crate::snapshot::{Snapshot, SnapshotError};

use super::import::{ImportError, Part, Tables, write_people, write_references};

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
    /// The tables that references stand in could not be read.
    #[error(transparent)]
    Import(#[from] ImportError),
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
    let mut references: BTreeSet<Faulty> = BTreeSet::new();
    let mut beside = asked.name.as_deref().map(name::normal);
    rows(snapshot, "identity_issue", ["normal_text", "name", "method"], |[text, named, method]| {
        let Some(text) = text else { return Ok(()) };
        let named = named.map(name::normal);
        if text == number && beside.is_none() {
            beside.clone_from(&named);
        }
        if matches!(method, Some("linked" | "unresolved")) {
            references.insert((text.to_owned(), named));
        }
        Ok(())
    })?;
    let asked_for = (number.clone(), beside);
    if asked_for.1.is_none() && !references.contains(&asked_for) {
        return Err(ExplainError::Question(format!(
            "no faulty reference is {:?} here; give the name beside it",
            asked.reference
        )));
    }
    references.insert(asked_for.clone());
    let tables: Tables = contract()
        .tables
        .iter()
        .filter_map(|table| Some((table.name.clone(), vec![Part::Carried(snapshot.table_path(&table.name)?)])))
        .collect();
    let mut files = ReferenceFiles::create(scratch)?;
    let mut seen = HashSet::new();
    write_people(&tables, &mut files, |number| seen.insert(number.to_owned()))?;
    if !seen.contains(&person) {
        // Whom the register does not have may be asked about all the same.
        rows(snapshot, "identity", ["id_number", "name"], |[number, own]| {
            if let Some(name) = own.filter(|_| number == Some(&person)) {
                let (address, phone, register) = (None, None, None);
                files.person(&PersonRow { number: &person, name, address, phone, register })?;
                seen.insert(person.clone());
            }
            Ok(())
        })?;
    }
    if !seen.contains(&person) {
        return Err(ExplainError::Question(format!("no person here has the number {:?} and a name", asked.person)));
    }
    let references: Vec<Faulty> = references.into_iter().collect();
    write_references(&references, &tables, &mut files)?;
    let at = references.iter().position(|reference| *reference == asked_for).map(|at| at.to_string());
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
