//! Batches as bytes, as they come.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::writer::StreamWriter;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::json::Json;
use crate::api::Problem;
use crate::query::safe_in_spreadsheet;

/// Rows of a row group: they wait in memory until it is full.
const ROW_GROUP_ROWS: usize = 64 * 1024;

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Columns and rows in one object.
    Json,
    /// With a header, safe to open in a spreadsheet.
    Csv,
    /// Arrow IPC stream.
    Arrow,
    /// Parquet file.
    Parquet,
}

impl Form {
    /// Media types, the preferred first.
    pub const OFFERED: [&'static str; 4] =
        ["application/json", "text/csv", "application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"];

    /// The form of an offered media type.
    pub fn named(media_type: &str) -> Self {
        match media_type {
            "text/csv" => Self::Csv,
            "application/vnd.apache.arrow.stream" => Self::Arrow,
            "application/vnd.apache.parquet" => Self::Parquet,
            _ => Self::Json,
        }
    }

    /// Its content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The types that rows have in this form: text in its common layout, and for CSV what is nested in words.
    pub fn schema(self, schema: &Schema) -> SchemaRef {
        let field = |field: &Arc<Field>| {
            let kind = match field.data_type() {
                DataType::Utf8View => DataType::Utf8,
                DataType::BinaryView => DataType::Binary,
                kind if self == Self::Csv && (kind.is_nested() || kind.is_binary()) => DataType::Utf8,
                other => other.clone(),
            };
            Field::new(field.name(), kind, field.is_nullable())
        };
        Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
    }

    /// An encoder of rows with that schema.
    pub fn encoder(self, schema: &SchemaRef) -> Result<Box<dyn Encoder>, ArrowError> {
        Ok(match self {
            Self::Json => Box::new(Json::new(schema)),
            Self::Csv => Box::new(Csv { schema: Arc::clone(schema), header: true }),
            Self::Arrow => {
                let sink = Sink::default();
                Box::new(Arrow { writer: StreamWriter::try_new(sink.clone(), schema)?, sink })
            }
            Self::Parquet => {
                let sink = Sink::default();
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
                    .build();
                Box::new(Parquet {
                    writer: ArrowWriter::try_new(sink.clone(), Arc::clone(schema), Some(properties))?,
                    sink,
                })
            }
        })
    }
}

/// Brings a batch to the types of a form.
pub fn fitted(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let column = |(column, field): (&ArrayRef, &Arc<Field>)| -> Result<ArrayRef, ArrowError> {
        let kind = column.data_type();
        if kind == field.data_type() {
            Ok(Arc::clone(column))
        } else if kind.is_nested() || kind.is_binary() {
            let formatter = ArrayFormatter::try_new(column, &FormatOptions::default())?;
            let text = |i| if column.is_null(i) { None } else { Some(formatter.value(i).to_string()) };
            Ok(Arc::new((0..column.len()).map(text).collect::<StringArray>()))
        } else {
            cast(column, field.data_type())
        }
    };
    let columns = batch.columns().iter().zip(schema.fields()).map(column).collect::<Result<Vec<_>, _>>()?;
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}

/// How an answer ended.
#[derive(Debug)]
pub struct Ending {
    /// Rows that were sent.
    pub rows: usize,
    /// Whether there were more.
    pub truncated: bool,
    /// Milliseconds that it took.
    pub elapsed_ms: u64,
    /// Why it broke, where it broke after rows were sent.
    pub problem: Option<Problem>,
}

/// Turns batches into bytes.
pub trait Encoder: Send {
    /// Bytes of a batch that has the encoder's schema.
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError>;
    /// The last bytes; `None` where the form cannot tell of a broken answer.
    fn end(self: Box<Self>, ending: &Ending) -> Result<Option<Vec<u8>>, ArrowError>;
}

struct Csv {
    schema: SchemaRef,
    header: bool,
}

impl Csv {
    fn write(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        let mut bytes = Vec::new();
        let header = std::mem::take(&mut self.header);
        arrow::csv::WriterBuilder::new().with_header(header).build(&mut bytes).write(&safe_in_spreadsheet(batch)?)?;
        Ok(bytes)
    }
}

impl Encoder for Csv {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        self.write(batch)
    }

    fn end(mut self: Box<Self>, ending: &Ending) -> Result<Option<Vec<u8>>, ArrowError> {
        if ending.problem.is_some() {
            return Ok(None);
        }
        // No row at all still has its header.
        let empty = RecordBatch::new_empty(Arc::clone(&self.schema));
        Ok(Some(if self.header { self.write(&empty)? } else { Vec::new() }))
    }
}

/// Bytes written and not yet taken.
#[derive(Debug, Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Arrow {
    writer: StreamWriter<Sink>,
    sink: Sink,
}

impl Encoder for Arrow {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        self.writer.write(batch)?;
        self.writer.flush()?;
        Ok(self.sink.take())
    }

    fn end(mut self: Box<Self>, ending: &Ending) -> Result<Option<Vec<u8>>, ArrowError> {
        if ending.problem.is_some() {
            return Ok(None);
        }
        self.writer.finish()?;
        Ok(Some(self.sink.take()))
    }
}

struct Parquet {
    writer: ArrowWriter<Sink>,
    sink: Sink,
}

impl Encoder for Parquet {
    fn batch(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
        self.writer.write(batch)?;
        Ok(self.sink.take())
    }

    fn end(self: Box<Self>, ending: &Ending) -> Result<Option<Vec<u8>>, ArrowError> {
        if ending.problem.is_some() {
            return Ok(None);
        }
        self.writer.close()?;
        Ok(Some(self.sink.take()))
    }
}
