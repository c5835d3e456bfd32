//! Batches as one JSON object, written as they come.

use std::io::Write;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, SchemaRef, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::Serialize;
use utoipa::ToSchema;

use super::encode::{Encoder, Ending};
use crate::api::Problem;

/// The greatest whole number that every JSON reader keeps exact.
const EXACT: u64 = (1 << 53) - 1;

/// The answer of the SQL door in JSON.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonAnswer {
    /// Columns in order.
    columns: Vec<JsonColumn>,
    /// Rows, each an array in the order of the columns.
    #[schema(value_type = Vec<Vec<Object>>)]
    rows: Vec<Vec<serde_json::Value>>,
    /// How many rows there are.
    row_count: usize,
    /// Whether there were more than the limit.
    truncated: bool,
    /// Milliseconds that it took.
    elapsed_ms: u64,
    /// Why it broke, where it broke after rows were sent.
    problem: Option<Problem>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonColumn {
    /// Name.
    name: String,
    /// Arrow type.
    r#type: String,
    /// Whether it may be null.
    nullable: bool,
}

/// Writes the object.
pub struct Json {
    columns: Vec<JsonColumn>,
    begun: bool,
}

impl Json {
    /// Of rows with that schema.
    pub fn new(schema: &SchemaRef) -> Self {
        let columns = schema.fields().iter().map(|field| JsonColumn {
            name: field.name().clone(),
            r#type: field.data_type().to_string(),
            nullable: field.is_nullable(),
        });
        Self { columns: columns.collect(), begun: false }
    }

    fn begin(&self, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        out.extend_from_slice(b"{\"columns\":");
        put(out, &self.columns)?;
        out.extend_from_slice(b",\"rows\":[");
        Ok(())
    }
}

fn put(out: &mut Vec<u8>, value: &impl Serialize) -> Result<(), ArrowError> {
    serde_json::to_writer(out, value).map_err(|e| ArrowError::JsonError(e.to_string()))
}

impl Encoder for Json {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        let mut out = Vec::with_capacity(batch.get_array_memory_size());
        let mut first = !self.begun;
        if first {
            self.begin(&mut out)?;
            self.begun = true;
        }
        let options = FormatOptions::default();
        let cells = batch.columns().iter().map(|c| Cells::of(c, &options)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            out.extend_from_slice(if first { b"[" } else { b",[" });
            first = false;
            for (i, cell) in cells.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                cell.write(row, &mut out)?;
            }
            out.push(b']');
        }
        // A first batch without rows must not leave a comma to the next.
        self.begun = self.begun && !(first && batch.num_rows() == 0);
        if !self.begun {
            out.clear();
        }
        Ok(out)
    }

    fn end(self: Box<Self>, ending: &Ending) -> Result<Option<Vec<u8>>, ArrowError> {
        let mut out = Vec::new();
        if !self.begun {
            self.begin(&mut out)?;
        }
        let Ending { rows, truncated, elapsed_ms, problem } = ending;
        write!(out, "],\"row_count\":{rows},\"truncated\":{truncated},\"elapsed_ms\":{elapsed_ms}")
            .map_err(|e| ArrowError::JsonError(e.to_string()))?;
        if let Some(problem) = problem {
            out.extend_from_slice(b",\"problem\":");
            out.extend_from_slice(problem.json().as_bytes());
        }
        out.push(b'}');
        Ok(Some(out))
    }
}

/// The cells of a column, ready to be written.
enum Cells<'a> {
    Bool(&'a arrow::array::BooleanArray),
    Whole(&'a ArrayRef, fn(&ArrayRef, usize) -> i128),
    Real(&'a ArrayRef, fn(&ArrayRef, usize) -> f64),
    Text(&'a arrow::array::StringArray),
    /// Everything else in words: dates, times, decimals, what is nested.
    Words(&'a ArrayRef, ArrayFormatter<'a>),
}

impl<'a> Cells<'a> {
    fn of(column: &'a ArrayRef, options: &'a FormatOptions<'a>) -> Result<Self, ArrowError> {
        macro_rules! whole {
            ($kind:ty) => {
                Self::Whole(column, |c, i| c.as_primitive::<$kind>().value(i).into())
            };
        }
        Ok(match column.data_type() {
            DataType::Boolean => Self::Bool(column.as_boolean()),
            DataType::Utf8 => Self::Text(column.as_string()),
            DataType::Int8 => whole!(Int8Type),
            DataType::Int16 => whole!(Int16Type),
            DataType::Int32 => whole!(Int32Type),
            DataType::Int64 => whole!(Int64Type),
            DataType::UInt8 => whole!(UInt8Type),
            DataType::UInt16 => whole!(UInt16Type),
            DataType::UInt32 => whole!(UInt32Type),
            DataType::UInt64 => whole!(UInt64Type),
            DataType::Float32 => Self::Real(column, |c, i| c.as_primitive::<Float32Type>().value(i).into()),
            DataType::Float64 => Self::Real(column, |c, i| c.as_primitive::<Float64Type>().value(i)),
            _ => Self::Words(column, ArrayFormatter::try_new(column, options)?),
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Bool(column) => column.is_null(row),
            Self::Text(column) => column.is_null(row),
            Self::Whole(column, _) | Self::Real(column, _) | Self::Words(column, _) => column.is_null(row),
        }
    }

    fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        if self.is_null(row) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        match self {
            Self::Bool(column) => put(out, &column.value(row)),
            Self::Text(column) => put(out, &column.value(row)),
            Self::Whole(column, value) => {
                let value = value(column, row);
                let quote = value.unsigned_abs() > u128::from(EXACT);
                let written = if quote { write!(out, "\"{value}\"") } else { write!(out, "{value}") };
                written.map_err(|e| ArrowError::JsonError(e.to_string()))
            }
            Self::Real(column, value) => match value(column, row) {
                value if value.is_finite() => put(out, &value),
                value => put(out, &value.to_string()),
            },
            Self::Words(_, formatter) => put(out, &formatter.value(row).to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Float64Array, Int64Array, StringArray};
    use arrow::datatypes::{Field, Schema};

    use super::*;

    #[test]
    fn no_digit_is_lost_and_no_text_breaks_out() {
        let schema = Arc::new(Schema::new(vec![
            Field::new("n", DataType::Int64, true),
            Field::new("x", DataType::Float64, true),
            Field::new("t\"", DataType::Utf8, true),
            Field::new("d", DataType::Date32, true),
        ]));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_993), Some(-5), None])),
            Arc::new(Float64Array::from(vec![Some(0.1), Some(f64::NAN), None])),
            Arc::new(StringArray::from(vec![Some("a\"\n李"), Some(""), None])),
            Arc::new(Date32Array::from(vec![Some(19783), Some(0), None])),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        let mut json = Json::new(&schema);
        let mut bytes = json.batch(&RecordBatch::new_empty(Arc::clone(&schema))).unwrap();
        bytes.extend(json.batch(&batch).unwrap());
        let ending = Ending { rows: 3, truncated: false, elapsed_ms: 1, problem: None };
        bytes.extend(Box::new(json).end(&ending).unwrap().unwrap());
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["rows"][0], serde_json::json!(["9007199254740993", 0.1, "a\"\n李", "2024-03-01"]));
        assert_eq!(value["rows"][1], serde_json::json!([-5, "NaN", "", "1970-01-01"]));
        assert_eq!(value["rows"][2], serde_json::json!([null, null, null, null]));
        assert_eq!(value["columns"][2]["name"], "t\"");
    }

    #[test]
    fn no_row_is_still_an_answer() {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let ending = Ending { rows: 0, truncated: false, elapsed_ms: 1, problem: None };
        let bytes = Box::new(Json::new(&schema)).end(&ending).unwrap().unwrap();
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((value["rows"].as_array().unwrap().len(), &value["columns"][0]["name"]), (0, &"n".into()));
    }
}
