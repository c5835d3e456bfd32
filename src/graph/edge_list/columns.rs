//! Edges and vertices in the columns of a Parquet file.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::header::{letter, role};
use super::{Edges, Id, weight};
use crate::graph::GraphError;

/// Edges of ids of a kind; nothing where they are not of it. Weights are looked at only where they are asked for.
pub(super) fn edges<T: Id>(
    path: &Path,
    batches: &[RecordBatch],
    weighted: bool,
) -> Result<Option<Edges<T>>, GraphError> {
    let Some(first) = batches.first() else { return Ok(Some(Edges::default())) };
    let schema = first.schema();
    let part = |name: &str| role(name).or_else(|| letter(name));
    let place = |wanted| schema.fields().iter().position(|f| part(f.name()) == Some(wanted));
    let (source, target) = (place(0).unwrap_or(0), place(1).unwrap_or(1));
    if schema.fields().len() < 2 || source == target {
        return Err(GraphError::file(path, "edges need two columns of ids: source and target"));
    }
    let weight_at = place(2).or_else(|| (place(0).is_none() && schema.fields().len() > 2).then_some(2));
    let mut weights = Vec::new();
    if let Some(at) = weight_at.filter(|_| weighted) {
        weights = column::<f64>(path, batches, at, &DataType::Float64, |array, row| {
            array.as_primitive::<Float64Type>().value(row)
        })?;
        if let Some(row) = weights.iter().position(|w| weight(*w).is_err()) {
            let message = weight(weights[row]).err().unwrap_or_default();
            return Err(GraphError::row(path, row + 1, Some(at + 1), message));
        }
    }
    let Some(sources) = T::column(path, batches, source)? else { return Ok(None) };
    let Some(targets) = T::column(path, batches, target)? else { return Ok(None) };
    Ok(Some(Edges { sources, targets, weights }))
}

/// The rows of a file.
pub(super) fn batches(path: &Path) -> Result<Vec<RecordBatch>, GraphError> {
    let fault = |e: &dyn std::fmt::Display| GraphError::file(path, format!("no readable Parquet file: {e}"));
    let file = File::open(path).map_err(|e| GraphError::io(path, e))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| fault(&e))?;
    reader.with_batch_size(1 << 16).build().map_err(|e| fault(&e))?.collect::<Result<_, _>>().map_err(|e| fault(&e))
}

/// Ids that are numbers; nothing where the column is not of whole numbers.
pub(super) fn numbers(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Option<Vec<i64>>, GraphError> {
    if batches.iter().any(|batch| !batch.column(at).data_type().is_integer()) {
        return Ok(None);
    }
    column(path, batches, at, &DataType::Int64, |array, row| array.as_primitive::<Int64Type>().value(row)).map(Some)
}

/// Ids that are texts.
pub(super) fn texts(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Vec<String>, GraphError> {
    column(path, batches, at, &DataType::Utf8, |array, row| array.as_string::<i32>().value(row).to_owned())
}

fn column<T>(
    path: &Path,
    batches: &[RecordBatch],
    at: usize,
    kind: &DataType,
    value: impl Fn(&dyn Array, usize) -> T,
) -> Result<Vec<T>, GraphError> {
    let mut values = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    for batch in batches {
        let cast = cast_with_options(batch.column(at), kind, &strict)
            .map_err(|e| GraphError::file(path, format!("column {}: {e}", at + 1)))?;
        if let Some(row) = (0..cast.len()).find(|row| cast.is_null(*row)) {
            let message = "the value is missing: every edge and vertex needs it";
            return Err(GraphError::row(path, values.len() + row + 1, Some(at + 1), message));
        }
        values.extend((0..cast.len()).map(|row| value(cast.as_ref(), row)));
    }
    Ok(values)
}
