//! Edges and vertices in the columns of a Parquet file.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Edges, Read, role, weight};
use crate::graph::GraphError;

/// Reads edges.
pub(super) fn edges(path: &Path) -> Result<Read, GraphError> {
    let batches = batches(path)?;
    let Some(first) = batches.first() else { return Ok(Read::Numbers(Edges::default())) };
    let schema = first.schema();
    let place = |wanted| schema.fields().iter().position(|f| role(f.name()) == Some(wanted));
    let (source, target) = (place(0).unwrap_or(0), place(1).unwrap_or(1));
    if schema.fields().len() < 2 || source == target {
        return Err(GraphError::file(path, "edges need two columns of ids: source and target"));
    }
    let weight_at = place(2).or_else(|| (place(0).is_none() && schema.fields().len() > 2).then_some(2));
    let mut weights = Vec::new();
    if let Some(at) = weight_at {
        weights = column::<f64>(path, &batches, at, &DataType::Float64, |array, row| {
            array.as_primitive::<Float64Type>().value(row)
        })?;
        if let Some(row) = weights.iter().position(|w| weight(*w).is_err()) {
            let message = weight(weights[row]).err().unwrap_or_default();
            return Err(GraphError::row(path, row + 1, Some(at + 1), message));
        }
    }
    let whole = [source, target].iter().all(|at| schema.field(*at).data_type().is_integer());
    if whole {
        let (sources, targets) = (numbers(path, &batches, source)?, numbers(path, &batches, target)?);
        return Ok(Read::Numbers(Edges { sources, targets, weights }));
    }
    let (sources, targets) = (texts(path, &batches, source)?, texts(path, &batches, target)?);
    Ok(Read::Texts(Edges { sources, targets, weights }))
}

/// Reads vertices with numbers for ids.
pub(super) fn vertex_numbers(path: &Path) -> Result<Vec<i64>, GraphError> {
    numbers(path, &batches(path)?, 0)
}

/// Reads vertices with texts for ids.
pub(super) fn vertex_texts(path: &Path) -> Result<Vec<String>, GraphError> {
    texts(path, &batches(path)?, 0)
}

fn batches(path: &Path) -> Result<Vec<RecordBatch>, GraphError> {
    let fault = |e: &dyn std::fmt::Display| GraphError::file(path, format!("no readable Parquet file: {e}"));
    let file = File::open(path).map_err(|e| GraphError::io(path, e))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| fault(&e))?;
    reader.with_batch_size(1 << 16).build().map_err(|e| fault(&e))?.collect::<Result<_, _>>().map_err(|e| fault(&e))
}

fn numbers(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Vec<i64>, GraphError> {
    column(path, batches, at, &DataType::Int64, |array, row| array.as_primitive::<Int64Type>().value(row))
}

fn texts(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Vec<String>, GraphError> {
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
