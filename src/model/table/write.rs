//! Scores to a file: a row number, the score, the label where there is one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch};
use parquet::arrow::ArrowWriter;

use super::{TableError, ending};

/// Writes scores (n) as `row, score[, label]`, in the order of the rows, the first being 1: Parquet where
/// the name ends so, else CSV.
pub fn write_scores(path: &Path, scores: &[f64], labels: Option<&[bool]>) -> Result<(), TableError> {
    let io = |source| TableError::Io { path: path.to_owned(), source };
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).map_err(io)?);
    if ending(path) == "parquet" {
        let wrong = |e: &dyn std::fmt::Display| TableError::File { path: path.to_owned(), message: e.to_string() };
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            ("row", Arc::new((1..=scores.len() as i64).collect::<Int64Array>())),
            ("score", Arc::new(Float64Array::from(scores.to_vec()))),
        ];
        if let Some(labels) = labels {
            columns.push(("label", Arc::new(BooleanArray::from(labels.to_vec()))));
        }
        let batch = RecordBatch::try_from_iter(columns).map_err(|e| wrong(&e))?;
        let mut writer = ArrowWriter::try_new(&mut out, batch.schema(), None).map_err(|e| wrong(&e))?;
        writer.write(&batch).map_err(|e| wrong(&e))?;
        writer.close().map_err(|e| wrong(&e))?;
    } else {
        let header = if labels.is_some() { "row,score,label" } else { "row,score" };
        writeln!(out, "{header}").map_err(io)?;
        for (i, score) in scores.iter().enumerate() {
            match labels {
                // With an exponent where it is large or small, which every program reads as a number.
                Some(labels) => writeln!(out, "{},{score:?},{}", i + 1, u8::from(labels[i])),
                None => writeln!(out, "{},{score:?}", i + 1),
            }
            .map_err(io)?;
        }
    }
    out.flush().map_err(io)
}
