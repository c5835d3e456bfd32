//! CSV is opened in spreadsheets, and a spreadsheet runs a cell that begins like a formula. Names, numbers
//! and remarks come from files that anybody may have written into, so what is written as CSV goes through
//! here first; JSON, Arrow and Parquet hold every text as it is.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;

/// How a formula may begin, with the full-width signs that a Chinese spreadsheet takes for it.
const BEGINNINGS: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];

/// Rows as a spreadsheet may open them: an apostrophe stands before every text and column name that it
/// would run. Numbers stay numbers, negative ones and those written as text too.
pub fn safe_in_spreadsheet(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(safe_column).collect::<Result<Vec<_>, _>>()?;
    let schema = batch.schema();
    let fields = schema.fields().iter().zip(&columns).map(|(field, column)| {
        Field::new(spreadsheet_text(field.name()), column.data_type().clone(), field.is_nullable())
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

fn safe_column(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let kind = match column.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        kind => kind,
    };
    if !matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) {
        return Ok(Arc::clone(column));
    }
    let column = cast(column, &DataType::Utf8)?;
    let texts = column.as_string::<i32>();
    if !texts.iter().flatten().any(is_formula) {
        return Ok(column);
    }
    Ok(Arc::new(texts.iter().map(|text| text.map(spreadsheet_text)).collect::<StringArray>()))
}

/// A text as a spreadsheet may open it.
pub fn spreadsheet_text(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn is_formula(text: &str) -> bool {
    // A sign before nothing but digits is a number, and a lone one nothing at all: neither runs.
    let number = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    text.starts_with(BEGINNINGS) && !text.strip_prefix(['+', '-']).is_some_and(number)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Decimal128Array, Int64Array, LargeStringArray};

    use super::*;

    #[test]
    fn what_would_run_is_quoted_and_nothing_else() {
        for text in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "－1＋1", "+1 0"] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["", "-", "-12.50", "+86", "-1,234.00", "1+1", "李=1", "'=1", "a@b", "2024-01"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn every_kind_of_text_and_no_number_is_touched() {
        let amounts = Decimal128Array::from(vec![Some(-150), None]).with_precision_and_scale(18, 2).unwrap();
        let columns: [(&str, ArrayRef); 4] = [
            ("=name", Arc::new(StringArray::from(vec![Some("=1"), None]))),
            ("long", Arc::new(LargeStringArray::from(vec!["@x", "plain"]))),
            ("amount", Arc::new(amounts)),
            ("count", Arc::new(Int64Array::from(vec![-1, 1]))),
        ];
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap();
        let mut csv = Vec::new();
        arrow::csv::Writer::new(&mut csv).write(&safe_in_spreadsheet(&batch).unwrap()).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "'=name,long,amount,count\n'=1,'@x,-1.50,-1\n,plain,,1\n");
    }
}
