//! Stored tables of a snapshot, read row by row without the engine.

use std::fs::File;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::snapshot::{Snapshot, SnapshotError};

/// Why a stored table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// Its file cannot be opened.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// It is no Parquet.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// It is not as it should be.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Cells of some columns of a table as text, in stored order; no rows where there is no such table.
pub fn text_rows<const N: usize>(
    snapshot: &Snapshot,
    table: &str,
    columns: [&str; N],
    mut row: impl FnMut([Option<&str>; N]),
) -> Result<(), StoredError> {
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
            row(std::array::from_fn(|column| {
                let column = texts[column].as_string::<i32>();
                column.is_valid(i).then(|| column.value(i))
            }));
        }
    }
    Ok(())
}
