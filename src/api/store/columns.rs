//! Columns of a Parquet file that an audit wrote, in memory.

use std::fs::File;
use std::ops::Range;
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

/// Reads single rows of some columns, in the order of the file; `rows` rise. Row groups that hold none of them
/// are not opened.
pub fn rows(
    path: &Path,
    metadata: &ArrowReaderMetadata,
    names: &[&str],
    rows: impl Iterator<Item = Range<usize>>,
) -> Result<RecordBatch, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
    let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
    let sizes: Vec<usize> = metadata.metadata().row_groups().iter().map(|group| group.num_rows() as usize).collect();
    let (groups, selectors) = selected(&sizes, rows);
    let builder = builder.with_projection(mask).with_row_groups(groups);
    let builder = builder.with_row_selection(RowSelection::from(selectors));
    let reader = builder.build().map_err(|e| StoreError::damaged(path, e))?;
    let schema = arrow::array::RecordBatchReader::schema(&reader);
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches)?)
}

/// The row groups, by their sizes, that hold rising ranges of rows, and what to select of those groups.
fn selected(sizes: &[usize], ranges: impl Iterator<Item = Range<usize>>) -> (Vec<usize>, Vec<RowSelector>) {
    let (mut groups, mut selectors) = (Vec::new(), Vec::new());
    let mut ranges = ranges.peekable();
    let mut start = 0;
    for (group, &size) in sizes.iter().enumerate() {
        let end = start + size;
        let mut at = start;
        while let Some(range) = ranges.peek_mut().filter(|range| range.start < end) {
            selectors.push(RowSelector::skip(range.start.saturating_sub(at)));
            at = range.end.min(end);
            selectors.push(RowSelector::select(at - range.start));
            if range.end > end {
                range.start = end;
                break;
            }
            ranges.next();
        }
        if at > start {
            selectors.push(RowSelector::skip(end - at));
            groups.push(group);
        }
        start = end;
    }
    (groups, selectors)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_groups_with_wanted_rows_are_opened() {
        let told = |ranges: &[(usize, usize)]| {
            let (groups, selectors) = selected(&[10, 10, 10], ranges.iter().map(|(from, to)| *from..*to));
            let parts = selectors.iter().filter(|s| s.row_count > 0);
            let parts: Vec<i64> = parts.map(|s| s.row_count as i64 * if s.skip { -1 } else { 1 }).collect();
            (groups, parts)
        };
        assert_eq!(told(&[]), (vec![], vec![]));
        assert_eq!(told(&[(12, 14)]), (vec![1], vec![-2, 2, -6]));
        assert_eq!(told(&[(0, 1), (3, 4), (29, 30)]), (vec![0, 2], vec![1, -2, 1, -6, -9, 1]));
        assert_eq!(told(&[(8, 23)]), (vec![0, 1, 2], vec![-8, 2, 10, 3, -7]));
        assert_eq!(told(&[(5, 10), (10, 11)]), (vec![0, 1], vec![-5, 5, 1, -9]));
    }
}
