//! Parquet: columns of integers, floats, decimals and booleans, as doubles.

use std::fs::File;
use std::path::Path;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Missing, NumericTable, Reading, Role, TableError, no_number};

/// Reads a Parquet file.
pub fn read(path: &Path, reading: &Reading) -> Result<NumericTable, TableError> {
    let file = File::open(path).map_err(|source| TableError::Io { path: path.to_owned(), source })?;
    let wrong = |message: String| TableError::File { path: path.to_owned(), message };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| wrong(e.to_string()))?;
    let schema = builder.schema().clone();
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let roles = reading.roles(path, &names)?;
    for (field, role) in schema.fields().iter().zip(&roles) {
        let kind = field.data_type();
        let numeric = kind.is_numeric() || *kind == DataType::Boolean;
        if !numeric && *role != Role::Ignored {
            let name = field.name();
            return Err(wrong(format!("column '{name}' holds {kind}, no numbers; leave it out with --ignore {name}")));
        }
    }
    let read: Vec<usize> = (0..names.len()).filter(|j| roles[*j] != Role::Ignored).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), read.iter().copied());
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let batches = builder.with_projection(mask).with_batch_size(1 << 16).build().map_err(|e| wrong(e.to_string()))?;
    let mut columns: Vec<Vec<f64>> = read.iter().map(|_| Vec::with_capacity(rows)).collect();
    for batch in batches {
        let batch = batch.map_err(|e| wrong(e.to_string()))?;
        for ((column, values), j) in batch.columns().iter().zip(&mut columns).zip(&read) {
            let cell = |row: usize, message: &str| TableError::Cell {
                path: path.to_owned(),
                row: (values.len() + row + 1) as u64,
                column: names[*j].clone(),
                message: message.to_owned(),
            };
            let numbers = cast(column, &DataType::Float64).map_err(|e| wrong(e.to_string()))?;
            let numbers = numbers.as_primitive::<Float64Type>();
            let fills = reading.missing == Missing::Median && roles[*j] != Role::Label;
            let mut read = Vec::with_capacity(numbers.len());
            for (row, value) in numbers.iter().enumerate() {
                match value.filter(|value| !value.is_nan()) {
                    Some(value) if !value.is_finite() => return Err(cell(row, &no_number(&value.to_string()))),
                    None if !fills => return Err(cell(row, &no_number(if value.is_some() { "NaN" } else { "" }))),
                    Some(value) if roles[*j] == Role::Label && value != 0.0 && value != 1.0 => {
                        return Err(cell(row, "a label must be 0 or 1"));
                    }
                    known => read.push(known.unwrap_or(f64::NAN)),
                }
            }
            values.append(&mut read);
        }
    }
    let columns = read.iter().zip(columns).map(|(j, values)| (names[*j].clone(), roles[*j], values));
    NumericTable::of_columns(path, reading, columns.collect(), Vec::new())
}
