//! Tables as Parquet: typed columns under canonical names, months as text, codes canonical.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder, RecordBatch,
    StringBuilder, TimestampSecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use chrono::{NaiveDate, NaiveDateTime};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::super::MadeError;
use super::super::rows::{Cells, Code, Row};
use crate::contract::{Column, ColumnKind, Table};
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// Rows of a batch, and of a row group.
const BATCH: usize = 16_384;
const ROW_GROUP: usize = 262_144;
/// Days from 1 January of year 1 to the epoch.
const EPOCH: i32 = 719_163;

#[derive(Debug)]
enum Values {
    Text(StringBuilder),
    Int(Int32Builder),
    Money(Decimal128Builder),
    Fraction(Float64Builder),
    Flag(BooleanBuilder),
    Date(Date32Builder),
    Time(TimestampSecondBuilder),
}

impl Values {
    fn of(kind: &DataType) -> Self {
        match kind {
            DataType::Int32 => Self::Int(Int32Builder::new()),
            DataType::Decimal128(..) => Self::Money(Decimal128Builder::new().with_data_type(kind.clone())),
            DataType::Float64 => Self::Fraction(Float64Builder::new()),
            DataType::Boolean => Self::Flag(BooleanBuilder::new()),
            DataType::Date32 => Self::Date(Date32Builder::new()),
            DataType::Timestamp(..) => Self::Time(TimestampSecondBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Int(values) => Arc::new(values.finish()),
            Self::Money(values) => Arc::new(values.finish()),
            Self::Fraction(values) => Arc::new(values.finish()),
            Self::Flag(values) => Arc::new(values.finish()),
            Self::Date(values) => Arc::new(values.finish()),
            Self::Time(values) => Arc::new(values.finish()),
        }
    }
}

fn arrow_type(column: &Column) -> DataType {
    match column.kind {
        ColumnKind::Text | ColumnKind::Code(_) | ColumnKind::Month => DataType::Utf8,
        ColumnKind::Int => DataType::Int32,
        ColumnKind::Decimal if column.is_money() => DataType::Decimal128(14, 2),
        ColumnKind::Decimal => DataType::Float64,
        ColumnKind::Bool => DataType::Boolean,
        ColumnKind::Date => DataType::Date32,
        ColumnKind::Timestamp => DataType::Timestamp(TimeUnit::Second, None),
    }
}

/// Columns under construction. A cell of another kind than its column is a fault of the row types that
/// their test would show; it is left out, and the batch then fails to build.
#[derive(Debug)]
struct Columns {
    values: Vec<Values>,
    at: usize,
}

impl Columns {
    fn next(&mut self) -> &mut Values {
        let at = self.at;
        self.at = (at + 1) % self.values.len();
        &mut self.values[at]
    }
}

macro_rules! put {
    ($columns:ident, $kind:ident, $value:expr) => {
        if let Values::$kind(values) = $columns.next() {
            values.append_option($value);
        }
    };
}

impl Cells for Columns {
    fn text(&mut self, value: Option<&str>) {
        put!(self, Text, value);
    }

    fn code(&mut self, value: Option<Code>) {
        put!(self, Text, value);
    }

    fn int(&mut self, value: Option<i32>) {
        put!(self, Int, value);
    }

    fn money(&mut self, value: Option<Fen>) {
        put!(self, Money, value.map(|fen| i128::from(fen.0)));
    }

    fn fraction(&mut self, value: Option<f64>) {
        put!(self, Fraction, value);
    }

    fn flag(&mut self, value: Option<bool>) {
        put!(self, Flag, value);
    }

    fn date(&mut self, value: Option<NaiveDate>) {
        put!(self, Date, value.map(|day| chrono::Datelike::num_days_from_ce(&day) - EPOCH));
    }

    fn month(&mut self, value: Option<Month>) {
        let digits = value.map(month_digits);
        let text = digits.as_ref().and_then(|digits| std::str::from_utf8(digits).ok());
        put!(self, Text, text);
    }

    fn time(&mut self, value: Option<NaiveDateTime>) {
        put!(self, Time, value.map(|time| time.and_utc().timestamp()));
    }
}

/// `2024-03`, without the machinery of formatting: a payment table has one for each row.
fn month_digits(month: Month) -> [u8; 7] {
    let (year, month) = month.year_month();
    let digit = |n: i32| b'0' + (n % 10) as u8;
    [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month as i32 / 10),
        digit(month as i32),
    ]
}

/// One table's file.
#[derive(Debug)]
pub(super) struct ParquetTable {
    schema: SchemaRef,
    columns: Columns,
    rows: usize,
    writer: ArrowWriter<File>,
}

impl ParquetTable {
    pub(super) fn create(table: &Table, path: &Path) -> Result<Self, MadeError> {
        let fields: Vec<Field> =
            table.columns.iter().map(|c| Field::new(&c.name, arrow_type(c), !c.required)).collect();
        let values = fields.iter().map(|f| Values::of(f.data_type())).collect();
        let schema = Arc::new(Schema::new(fields));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(ROW_GROUP));
        if let Some(primary) = table.primary() {
            // Every value is new, so a dictionary is only work.
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(primary.name.as_str()), false);
        }
        let writer = ArrowWriter::try_new(File::create(path)?, schema.clone(), Some(properties.build()))?;
        Ok(Self { schema, columns: Columns { values, at: 0 }, rows: 0, writer })
    }

    pub(super) fn take<R: Row>(&mut self, rows: &[R]) -> Result<(), MadeError> {
        for row in rows {
            row.put(&mut self.columns);
            self.rows += 1;
            if self.rows == BATCH {
                self.write()?;
            }
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), MadeError> {
        self.rows = 0;
        let arrays = self.columns.values.iter_mut().map(Values::finish).collect();
        self.writer.write(&RecordBatch::try_new(self.schema.clone(), arrays)?)?;
        Ok(())
    }

    pub(super) fn close(mut self) -> Result<(), MadeError> {
        if self.rows > 0 {
            self.write()?;
        }
        self.writer.close()?;
        Ok(())
    }
}
