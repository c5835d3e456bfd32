//! Parquet: every column rendered to the text that a CSV export would hold.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::chunk::{CellFault, ChunkWriter};
use super::{IntakeError, guarded};

/// The column names.
pub(super) fn columns(path: &Path, name: &str) -> Result<Vec<String>, IntakeError> {
    let schema = builder(path, name)?.schema().clone();
    Ok(schema.fields().iter().map(|field| field.name().clone()).collect())
}

/// Reads all records as rows, numbered from 1.
pub(super) fn read(path: &Path, name: &str, writer: &mut ChunkWriter<'_>) -> Result<(), IntakeError> {
    let mut reader = builder(path, name)?.with_batch_size(4_096).build().map_err(|error| damaged(name, &error))?;
    let mut number = 0;
    loop {
        let Some(batch) = guarded(|| reader.next()).map_err(|error| damaged(name, &error))? else { break };
        write(&batch.map_err(|error| damaged(name, &error))?, name, &mut number, writer)?;
    }
    writer.flush()
}

fn builder(path: &Path, name: &str) -> Result<ParquetRecordBatchReaderBuilder<File>, IntakeError> {
    let file = File::open(path).map_err(|error| IntakeError::io(path, error))?;
    guarded(|| ParquetRecordBatchReaderBuilder::try_new(file))
        .map_err(|error| damaged(name, &error))?
        .map_err(|error| damaged(name, &error))
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> IntakeError {
    let message = format!("not a whole Parquet file ({error}): export it again");
    IntakeError::Damaged { file: name.to_owned(), row: None, message }
}

fn write(batch: &RecordBatch, name: &str, number: &mut u64, writer: &mut ChunkWriter<'_>) -> Result<(), IntakeError> {
    let options = FormatOptions::default();
    let formatters: Vec<ArrayFormatter<'_>> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<_, _>>()
        .map_err(|error| damaged(name, &error))?;
    for row in 0..batch.num_rows() {
        *number += 1;
        writer.begin();
        for (column, formatter) in batch.columns().iter().zip(&formatters) {
            if column.is_null(row) {
                writer.cell("", None);
                continue;
            }
            match column.data_type() {
                DataType::Utf8 => writer.cell(column.as_string::<i32>().value(row), None),
                DataType::Float64 => super::cell_of_float(column.as_primitive::<Float64Type>().value(row), writer),
                DataType::Float32 => writer.cell(&column.as_primitive::<Float32Type>().value(row).to_string(), None),
                kind => {
                    let fault = kind.is_nested().then_some(CellFault::Nested);
                    let text = formatter.value(row).try_to_string().map_err(|error| damaged(name, &error))?;
                    writer.cell(&text, fault);
                }
            }
        }
        if !writer.end(*number)? {
            writer.blank += 1;
        }
    }
    Ok(())
}
