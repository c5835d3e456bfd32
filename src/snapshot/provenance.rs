//! The tables that no export brings and every snapshot has: `source_file`, one row a delivered file;
//! `quarantine`, one row a set-aside row with its reason and its raw text; `identity`, one row a person;
//! `identity_issue`, one row a reference to a person whose number was not plainly valid.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::{SnapshotError, SourceEntry, TableWriter};

/// Schema of a table that no export brings.
pub fn derived_schema(name: &str) -> Option<SchemaRef> {
    Some(match name {
        "identity" => identity_schema(),
        "identity_issue" => issue_schema(),
        "quarantine" => quarantine_schema(),
        "source_file" => source_file_schema(),
        _ => return None,
    })
}

/// Names of the tables that no export brings.
pub const DERIVED_TABLES: [&str; 4] = ["identity", "identity_issue", "quarantine", "source_file"];

/// Schema of `source_file`.
pub fn source_file_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let count = |name: &str| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![
        Field::new("file_no", DataType::Int32, false),
        text("path"),
        text("table_name"),
        text("sha256"),
        count("rows_read"),
        count("rows_accepted"),
        count("rows_duplicate"),
        count("rows_quarantined"),
    ]))
}

/// The rows of `source_file`.
pub fn source_file_batch(sources: &[SourceEntry]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let text =
        |of: fn(&SourceEntry) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(sources.iter().map(of))) };
    let count = |of: fn(&SourceEntry) -> u64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(sources.iter().map(|s| of(s) as i64)))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(sources.iter().map(|s| s.file_no as i32))),
        text(|s| &s.source.name),
        text(|s| &s.table),
        text(|s| &s.source.sha256),
        count(|s| s.read),
        count(|s| s.accepted),
        count(|s| s.duplicate),
        count(|s| s.quarantined),
    ];
    RecordBatch::try_new(source_file_schema(), columns)
}

/// Schema of `quarantine`.
pub fn quarantine_schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Arc::new(Schema::new(vec![
        Field::new("row_id", DataType::Int64, false),
        text("table_name", false),
        text("column_name", true),
        text("kind", false),
        text("reason_zh", false),
        text("reason_en", false),
        text("raw", false),
    ]))
}

/// Schema of `identity`, sorted by `person_key`:
/// the normal number (the text as met, where it is faulty; with the name, where people of several names share
/// it; a placeholder with name and family), the register's name or else the first
/// name met, birth date by the register or else by the number, and whether the register has the person.
pub fn identity_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("person_key", DataType::Int32, false),
        Field::new("id_number", DataType::Utf8, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("birth_date", DataType::Date32, true),
        Field::new("in_register", DataType::Boolean, true),
        Field::new("hukou_kind", DataType::Utf8, true),
        Field::new("region_code", DataType::Utf8, true),
    ]))
}

/// Schema of `identity_issue`, sorted by `row_id` and column.
pub fn issue_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("row_id", DataType::Int64, false),
        Field::new("table_name", DataType::Utf8, true),
        Field::new("column_name", DataType::Utf8, true),
        Field::new("raw_text", DataType::Utf8, true),
        Field::new("normal_text", DataType::Utf8, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("fault", DataType::Utf8, true),
        Field::new("person_key", DataType::Int32, true),
        Field::new("method", DataType::Utf8, true),
        Field::new("probability", DataType::Float64, true),
        // A person that an unresolved reference may mean: for a steward to decide.
        Field::new("offered_key", DataType::Int32, true),
        Field::new("offered_probability", DataType::Float64, true),
    ]))
}

/// One set-aside row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Where it stands.
    pub row_id: i64,
    /// Contract table.
    pub table: String,
    /// Column at fault, where it is one.
    pub column: Option<String>,
    /// Kind of fault: `missing`, `broken`, `shape`, `conflict` …
    pub kind: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
    /// The row as it stood.
    pub raw: String,
}

/// Writes `quarantine` as rows come in; nothing is held back.
#[derive(Debug)]
pub struct QuarantineWriter {
    writer: TableWriter,
    pending: Vec<Quarantined>,
}

impl QuarantineWriter {
    const BATCH: usize = 4096;

    /// Over the writer of the table.
    pub fn new(writer: TableWriter) -> Self {
        Self { writer, pending: Vec::new() }
    }

    /// Sets a row aside.
    pub fn push(&mut self, row: Quarantined) -> Result<(), SnapshotError> {
        self.pending.push(row);
        if self.pending.len() >= Self::BATCH { self.flush() } else { Ok(()) }
    }

    /// Takes over rows that a former snapshot had set aside.
    pub fn carry_over(&mut self, batch: RecordBatch) -> Result<(), SnapshotError> {
        self.flush()?;
        self.writer.write(batch)
    }

    fn flush(&mut self) -> Result<(), SnapshotError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.pending);
        let text =
            |of: fn(&Quarantined) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(of))) };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.row_id))),
            text(|r| &r.table),
            Arc::new(rows.iter().map(|r| r.column.as_deref()).collect::<StringArray>()),
            text(|r| &r.kind),
            text(|r| &r.reason_zh),
            text(|r| &r.reason_en),
            text(|r| &r.raw),
        ];
        let batch = RecordBatch::try_new(quarantine_schema(), columns);
        self.writer.write(batch.map_err(|e| self.writer.error(e.into()))?)
    }

    /// Ends the table.
    pub fn finish(mut self) -> Result<super::TableEntry, SnapshotError> {
        self.flush()?;
        self.writer.finish()
    }
}
