//! Findings, evidence, leads and coverage as Arrow batches, and their files.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::csv::{Writer, WriterBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use crate::query::library::EvidenceRole;
use crate::query::safe_in_spreadsheet;
use crate::snapshot::{ReadFor, TableEntry, TableWriter};

use super::{Coverage, EvidenceRow, Finding, FlagError, Lead};

fn schema(fields: &[(&str, DataType)]) -> SchemaRef {
    Arc::new(Schema::new(fields.iter().map(|(n, t)| Field::new(*n, t.clone(), false)).collect::<Vec<_>>()))
}

const YUAN: DataType = DataType::Decimal128(18, 2);

fn texts<'a, T>(rows: &'a [T], of: impl Fn(&'a T) -> &'a str) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(rows.iter().map(of)))
}

fn counts<T>(rows: &[T], of: impl Fn(&T) -> u64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| of(row) as i64)))
}

fn small<T>(rows: &[T], of: impl Fn(&T) -> u32) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| of(row) as i32)))
}

fn yuan<T>(rows: &[T], fen: impl Fn(&T) -> i64) -> Result<ArrayRef, ArrowError> {
    let amounts = Decimal128Array::from_iter_values(rows.iter().map(|row| i128::from(fen(row))));
    Ok(Arc::new(amounts.with_precision_and_scale(18, 2)?))
}

fn shares<T>(rows: &[T], of: impl Fn(&T) -> f64) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(rows.iter().map(of)))
}

/// Schema of `findings`: the contract's columns, the day from which the office could know, and the code
/// of the exemption.
pub fn findings_schema() -> SchemaRef {
    use DataType::{Float64, Int32, Utf8};
    schema(&[
        ("finding_id", Utf8),
        ("typology", Utf8),
        ("rule_id", Utf8),
        ("rule_version", Int32),
        ("queue", Utf8),
        ("severity", Int32),
        ("subject_kind", Utf8),
        ("subject_key", Utf8),
        ("region_code", Utf8),
        ("household_no", Utf8),
        ("award_no", Utf8),
        ("id_number", Utf8),
        ("official_no", Utf8),
        ("month_from", Utf8),
        ("month_to", Utf8),
        ("known_from", Utf8),
        ("amount", YUAN),
        ("probability", Float64),
        ("status", Utf8),
        ("exemption", Utf8),
        ("disposition", Utf8),
        ("facts", Utf8),
        ("summary_zh", Utf8),
        ("summary_en", Utf8),
    ])
}

/// Rows of `findings`.
pub fn findings_batch(rows: &[Finding]) -> Result<RecordBatch, ArrowError> {
    let columns = vec![
        texts(rows, |f| &f.finding_id),
        texts(rows, |f| &f.typology),
        texts(rows, |f| &f.rule_id),
        small(rows, |f| f.rule_version),
        texts(rows, |f| f.queue.as_str()),
        small(rows, |f| f.severity.into()),
        texts(rows, |f| f.subject_kind.as_str()),
        texts(rows, |f| &f.subject_key),
        texts(rows, |f| &f.region_code),
        texts(rows, |f| &f.household_no),
        texts(rows, |f| &f.award_no),
        texts(rows, |f| &f.id_number),
        texts(rows, |f| &f.official_no),
        texts(rows, |f| &f.month_from),
        texts(rows, |f| &f.month_to),
        texts(rows, |f| &f.known_from),
        yuan(rows, |f| f.amount_fen)?,
        shares(rows, |f| f.probability),
        texts(rows, |f| f.status.as_str()),
        texts(rows, |f| &f.exemption),
        texts(rows, |f| &f.disposition),
        texts(rows, |f| &f.facts),
        texts(rows, |f| &f.summary_zh),
        texts(rows, |f| &f.summary_en),
    ];
    RecordBatch::try_new(findings_schema(), columns)
}

/// Schema of `evidence`.
pub fn evidence_schema() -> SchemaRef {
    use DataType::{Int64, Utf8};
    schema(&[
        ("finding_id", Utf8),
        ("role", Utf8),
        ("table", Utf8),
        ("source_file", Utf8),
        ("source_row", Int64),
        ("text", Utf8),
    ])
}

/// Rows of `evidence`; `id` names the finding of a position.
pub fn evidence_batch<'a>(
    rows: &'a [EvidenceRow<'_>],
    id: impl Fn(usize) -> &'a str,
) -> Result<RecordBatch, ArrowError> {
    let role = |role: EvidenceRole| match role {
        EvidenceRole::For => "for",
        EvidenceRole::Against => "against",
    };
    let columns = vec![
        texts(rows, |e| id(e.finding)),
        texts(rows, |e| role(e.role)),
        texts(rows, |e| e.table),
        texts(rows, |e| e.source_file),
        counts(rows, |e| e.source_row),
        texts(rows, |e| &e.text),
    ];
    RecordBatch::try_new(evidence_schema(), columns)
}

/// Schema of `leads`.
pub fn leads_schema() -> SchemaRef {
    use DataType::{Float64, Int32, Int64, Utf8};
    schema(&[
        ("lead_id", Utf8),
        ("queue", Utf8),
        ("subject_kind", Utf8),
        ("subject_key", Utf8),
        ("region_code", Utf8),
        ("probability", Float64),
        ("amount", YUAN),
        ("severity", Int32),
        ("findings", Int64),
        ("typologies", Utf8),
        ("warning", Utf8),
    ])
}

/// Rows of `leads`.
pub fn leads_batch(rows: &[Lead]) -> Result<RecordBatch, ArrowError> {
    let typologies = StringArray::from_iter_values(rows.iter().map(|lead| lead.typologies.join("|")));
    let columns = vec![
        texts(rows, |l| &l.lead_id),
        texts(rows, |l| l.queue.as_str()),
        texts(rows, |l| l.subject_kind.as_str()),
        texts(rows, |l| &l.subject_key),
        texts(rows, |l| &l.region_code),
        shares(rows, |l| l.probability),
        yuan(rows, |l| l.amount_fen)?,
        small(rows, |l| l.severity.into()),
        counts(rows, |l| l.findings),
        Arc::new(typologies),
        texts(rows, |l| &l.warning),
    ];
    RecordBatch::try_new(leads_schema(), columns)
}

/// Schema of `coverage`.
pub fn coverage_schema() -> SchemaRef {
    use DataType::{Int64, Utf8};
    schema(&[
        ("rule_id", Utf8),
        ("typology", Utf8),
        ("outcome", Utf8),
        ("missing", Utf8),
        ("reason", Utf8),
        ("rows_read", Int64),
        ("findings", Int64),
        ("exempted", Int64),
        ("time_ms", Int64),
    ])
}

/// Rows of `coverage`.
pub fn coverage_batch(rows: &[Coverage]) -> Result<RecordBatch, ArrowError> {
    let missing = StringArray::from_iter_values(rows.iter().map(|c| c.missing.join("|")));
    let columns = vec![
        texts(rows, |c| &c.rule_id),
        texts(rows, |c| &c.typology),
        texts(rows, |c| c.outcome.as_str()),
        Arc::new(missing),
        texts(rows, |c| &c.reason),
        counts(rows, |c| c.rows_read),
        counts(rows, |c| c.findings),
        counts(rows, |c| c.exempted),
        counts(rows, |c| c.time_ms),
    ];
    RecordBatch::try_new(coverage_schema(), columns)
}

/// Columns that hardly repeat.
const UNLIKE: &[&str] = &["finding_id", "facts", "summary_zh", "summary_en", "source_row", "text"];

/// One output table, written as CSV for people and spreadsheets and as Parquet, exact, for programs.
pub struct Output {
    csv: Writer<File>,
    parquet: TableWriter,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("parquet", &self.parquet).finish_non_exhaustive()
    }
}

impl Output {
    /// Starts `<name>.csv` and `<name>.parquet` in a folder.
    pub fn create(folder: &Path, name: &str, schema: SchemaRef) -> Result<Self, FlagError> {
        let path: PathBuf = folder.join(format!("{name}.csv"));
        let file = File::create(&path).map_err(|source| FlagError::Io { path, source })?;
        let path = folder.join(format!("{name}.parquet"));
        let parquet = TableWriter::create_for(ReadFor::SingleRows(UNLIKE), path, Arc::clone(&schema), &[])?;
        let mut csv = WriterBuilder::new().with_header(true).build(file);
        // An empty table still has its header.
        csv.write(&RecordBatch::new_empty(schema))?;
        Ok(Self { csv, parquet })
    }

    /// Appends rows, to both files side by side.
    pub fn write(&mut self, batch: RecordBatch) -> Result<(), FlagError> {
        let Self { csv, parquet } = self;
        let (csv, parquet) = rayon::join(
            || Ok::<_, FlagError>(csv.write(&safe_in_spreadsheet(&batch)?)?),
            || Ok::<_, FlagError>(parquet.write(batch.clone())?),
        );
        csv.and(parquet)
    }

    /// Ends both files.
    pub fn finish(self) -> Result<TableEntry, FlagError> {
        Ok(self.parquet.finish()?)
    }
}
