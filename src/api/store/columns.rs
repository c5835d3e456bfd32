//! Columns of a Parquet file that an audit wrote, in memory.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::{concat, concat_batches};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::file::metadata::PageIndexPolicy;

use super::StoreError;

/// Rows read at once: few enough that the reader's buffers are used again and not handed back to the system,
/// whose fresh pages cost more than the reading.
const BATCH_ROWS: usize = 8 * 1024;

/// Opens a file with its page index, by which single rows can be read without their row group.
pub fn open(path: &Path) -> Result<(File, ArrowReaderMetadata), StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(|e| StoreError::damaged(path, e))?;
    Ok((file, metadata))
}

/// Reads columns whole, as long as they take no more than `limit` bytes; `None` where they take more.
pub fn whole(path: &Path, names: &[&str], limit: usize) -> Result<Option<RecordBatch>, StoreError> {
    let (file, metadata) = open(path)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    let reader = reader.map_err(|e| StoreError::damaged(path, e))?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let mut parts: Vec<Vec<ArrayRef>> = vec![Vec::new(); schema.fields().len()];
    let mut bytes = 0;
    for batch in reader {
        let batch = batch.map_err(|e| StoreError::damaged(path, e))?;
        bytes += batch.get_array_memory_size();
        if bytes > limit {
            return Ok(None);
        }
        for (parts, column) in parts.iter_mut().zip(batch.columns()) {
            parts.push(ArrayRef::clone(column));
        }
    }
    if bytes == 0 {
        return Ok(Some(RecordBatch::new_empty(schema)));
    }
    // A column at a time, each letting its parts go: the whole is never held twice.
    let joined = |parts: Vec<ArrayRef>| concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>());
    let columns = parts.into_iter().map(joined).collect::<Result<_, _>>()?;
    Ok(Some(RecordBatch::try_new(schema, columns)?))
}

/// Reads single rows of some columns, in the order of the file; `rows` rise.
pub fn rows(
    path: &Path,
    metadata: &ArrowReaderMetadata,
    names: &[&str],
    rows: impl Iterator<Item = std::ops::Range<usize>>,
) -> Result<RecordBatch, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
    let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    let (mut selectors, mut at) = (Vec::new(), 0);
    for range in rows {
        selectors.push(RowSelector::skip(range.start.saturating_sub(at)));
        selectors.push(RowSelector::select(range.len()));
        at = range.end;
    }
    let builder = builder.with_projection(mask).with_row_selection(RowSelection::from(selectors));
    let reader = builder.build().map_err(|e| StoreError::damaged(path, e))?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

/// A text column.
pub fn text(path: &Path, batch: &RecordBatch, name: &str) -> Result<StringArray, StoreError> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_string_opt::<i32>())
        .filter(|column| column.null_count() == 0)
        .cloned()
        .ok_or_else(|| StoreError::damaged(path, format!("no text column '{name}'")))
}

/// A number column.
pub fn number<T: arrow::datatypes::ArrowPrimitiveType>(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
) -> Result<arrow::array::PrimitiveArray<T>, StoreError> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_primitive_opt::<T>())
        .filter(|column| column.null_count() == 0)
        .cloned()
        .ok_or_else(|| StoreError::damaged(path, format!("no number column '{name}'")))
}

/// Fen as yuan with two decimals.
pub fn yuan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}
