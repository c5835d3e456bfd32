//! Edges and vertices in the columns of a Parquet file.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;

use super::layout::Layout;
use super::rows::Delimiter;
use super::{Edges, Id, names, weight};
use crate::graph::GraphError;

/// Which columns hold the ends and the weight.
pub(super) fn layout(path: &Path, batches: &[RecordBatch]) -> Result<Layout, GraphError> {
    // Columns keep blanks, so a text of vertices beside them does as well.
    let mut layout = Layout { format: "Parquet".to_owned(), delimiter: Delimiter::byte(b','), ..Layout::default() };
    let Some(first) = batches.first() else { return Ok(layout) };
    let schema = first.schema();
    let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let found = names::ends(&columns).map_err(|_| {
        GraphError::file(path, "the columns must name both ends of an edge, source and target, or none of them")
    })?;
    if columns.len() < 2 {
        return Err(GraphError::file(path, "edges need two columns of ids: source and target"));
    }
    layout.most = columns.len();
    layout.ends = found.map_or([0, 1], |found| found.columns);
    layout.weigh(columns, |at| schema.field(at).data_type().is_numeric());
    Ok(layout)
}

/// Edges of ids of a kind; nothing where they are not of it. Weights are looked at only where they are asked for.
pub(super) fn edges<T: Id>(
    path: &Path,
    batches: &[RecordBatch],
    layout: &Layout,
    weighted: bool,
) -> Result<Option<Edges<T>>, GraphError> {
    if batches.is_empty() {
        return Ok(Some(Edges::default()));
    }
    let mut weights = Vec::new();
    if let Some(at) = layout.weight.filter(|_| weighted) {
        weights =
            column(path, batches, at, &DataType::Float64, |array, row| array.as_primitive::<Float64Type>().value(row))?;
        if let Some((row, message)) =
            weights.iter().enumerate().find_map(|(row, w)| weight(*w).err().map(|message| (row, message)))
        {
            return Err(GraphError::row(path, row + 1, Some(at + 1), message));
        }
    }
    let [source, target] = layout.ends;
    let Some(sources) = T::column(path, batches, source)? else { return Ok(None) };
    let Some(targets) = T::column(path, batches, target)? else { return Ok(None) };
    Ok(Some(Edges { sources, targets, weights, vertices: Vec::new() }))
}

/// The rows of a file.
pub(super) fn batches(path: &Path, file: impl ChunkReader + 'static) -> Result<Vec<RecordBatch>, GraphError> {
    let fault = |e: &dyn std::fmt::Display| GraphError::file(path, format!("no readable Parquet file: {e}"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| fault(&e))?;
    reader.with_batch_size(1 << 16).build().map_err(|e| fault(&e))?.collect::<Result<_, _>>().map_err(|e| fault(&e))
}

/// Whole numbers up to this are exact as floats.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Ids that are numbers; nothing where the column has others than whole numbers that fit 64 bits with a sign.
pub(super) fn numbers(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Option<Vec<i64>>, GraphError> {
    let Some(kind) = batches.first().map(|batch| batch.column(at).data_type().clone()) else {
        return Ok(Some(Vec::new()));
    };
    match kind {
        DataType::UInt64 => {
            let ids = column(path, batches, at, &kind, |array, row| array.as_primitive::<UInt64Type>().value(row))?;
            Ok(ids.into_iter().map(|id| i64::try_from(id).ok()).collect())
        }
        kind if kind.is_floating() => {
            let ids = floats(path, batches, at)?;
            let whole = |id: f64| (id.fract() == 0.0 && id.abs() <= EXACT).then_some(id as i64);
            Ok(ids.into_iter().map(whole).collect())
        }
        DataType::Decimal128(_, 0) | DataType::Decimal256(_, 0) => {
            Ok(texts(path, batches, at)?.into_iter().map(|id| id.parse().ok()).collect())
        }
        kind if kind.is_integer() => {
            let id = |array: &dyn Array, row| array.as_primitive::<Int64Type>().value(row);
            column(path, batches, at, &DataType::Int64, id).map(Some)
        }
        _ => Ok(None),
    }
}

/// Ids that are texts; whole floats are written without a point.
pub(super) fn texts(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Vec<String>, GraphError> {
    if batches.first().is_some_and(|batch| batch.column(at).data_type().is_floating()) {
        return Ok(floats(path, batches, at)?.into_iter().map(|id| id.to_string()).collect());
    }
    column(path, batches, at, &DataType::Utf8, |array, row| array.as_string::<i32>().value(row).to_owned())
}

/// Floats of a column, where one that is no number stands for a missing value, as pandas writes it.
fn floats(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Vec<f64>, GraphError> {
    let values =
        column(path, batches, at, &DataType::Float64, |array, row| array.as_primitive::<Float64Type>().value(row))?;
    match values.iter().position(|value| value.is_nan()) {
        Some(row) => Err(GraphError::row(path, row + 1, Some(at + 1), MISSING)),
        None => Ok(values),
    }
}

const MISSING: &str = "the value is missing: every edge and vertex needs it";

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
            return Err(GraphError::row(path, values.len() + row + 1, Some(at + 1), MISSING));
        }
        values.extend((0..cast.len()).map(|row| value(cast.as_ref(), row)));
    }
    Ok(values)
}
