//! The rows of a table between the passes: staged files of this delivery, and what is carried over from
//! the snapshot that it builds on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::FileReader;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::contract::{ROW_ID, Table};
use crate::snapshot::file_no;

use super::ImportError;
use super::stage::staged_schema;

/// Some rows of a table in its contract columns and `row_id`.
#[derive(Debug, Clone)]
pub enum Part {
    /// Parsed rows of a delivered file.
    Staged(PathBuf),
    /// The table of a former snapshot, without the rows of the files of those numbers.
    Carried(PathBuf, Arc<BTreeSet<u32>>),
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

impl Part {
    /// The share `share` of `of` of its batches.
    pub fn batches(&self, table: &Table, share: usize, of: usize) -> Result<Batches, ImportError> {
        match self {
            Self::Staged(path) => {
                let file = File::open(path).map_err(|e| ImportError::io(path, e))?;
                let mut reader = FileReader::try_new(BufReader::new(file), None)?;
                let mine = (share..reader.num_batches()).step_by(of);
                Ok(Box::new(mine.map(move |i| {
                    reader.set_index(i)?;
                    reader.next().unwrap_or_else(|| Err(ArrowError::IpcError(format!("batch {i} is missing"))))
                })))
            }
            Self::Carried(path, without) => {
                let schema = staged_schema(table);
                let file = File::open(path).map_err(|e| ImportError::io(path, e))?;
                let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
                let names = schema.fields().iter().map(|f| f.name().as_str());
                let mask = ProjectionMask::columns(builder.parquet_schema(), names);
                let groups = (share..builder.metadata().num_row_groups()).step_by(of).collect();
                let reader = builder.with_projection(mask).with_row_groups(groups).build()?;
                let (row_id, without) = (schema.index_of(ROW_ID)?, Arc::clone(without));
                Ok(Box::new(reader.map(move |batch| {
                    let batch = conform(&batch?, &schema)?;
                    if without.is_empty() {
                        Ok(batch)
                    } else {
                        retain(&batch, row_id, |id| !without.contains(&file_no(id)))
                    }
                })))
            }
        }
    }
}

/// Puts the columns of a stored batch in the order and types of the contract.
fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = schema.fields().iter().map(|field| {
        let column = batch.column(batch.schema().index_of(field.name())?);
        cast(column, field.data_type())
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)
}

/// The rows of a batch whose `row_id` (the column of that index) passes a test.
pub fn retain(batch: &RecordBatch, row_id: usize, keep: impl Fn(i64) -> bool) -> Result<RecordBatch, ArrowError> {
    let ids = batch.column(row_id).as_primitive::<Int64Type>();
    let mask: BooleanArray = ids.values().iter().map(|id| Some(keep(*id))).collect();
    if mask.true_count() == mask.len() { Ok(batch.clone()) } else { filter_record_batch(batch, &mask) }
}
