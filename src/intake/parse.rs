//! A chunk of text rows → a record batch, and the rows that cannot be part of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde::Serialize;

use super::cells::{self, Refusal};
use super::chunk::{CellFault, RowFault};
use super::plan::{ColumnPlan, Origin};
use super::{IntakeError, Profile, RawChunk, Source};
use crate::contract::{Table, stored_name, stored_type};

/// Name of the last column of a parsed batch: the row's number in its file.
pub const ROW_NUMBER: &str = "row_number";

/// Longest text of a bad cell that a reason quotes.
const QUOTED_CHARACTERS: usize = 40;

/// Why a row was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectKind {
    /// A required cell is empty.
    Missing,
    /// A required cell cannot be read.
    Broken,
    /// The row has more or fewer fields than the header, or is not what the format wants.
    Shape,
    /// The row holds bytes that are no text in the file's encoding.
    Encoding,
}

/// A row that is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Its number in the file, as a spreadsheet counts.
    pub row_number: u64,
    /// The first column that rejects it, where one does.
    pub column: Option<&'static str>,
    /// The kind of reason.
    pub kind: RejectKind,
    /// The reason in Chinese.
    pub reason_zh: String,
    /// The reason in English.
    pub reason_en: String,
    /// The row as it stood in the file.
    pub raw: String,
}

/// What a chunk became.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The accepted rows, in order: see [`parsed_schema`].
    pub batch: RecordBatch,
    /// The others, in order.
    pub rejected: Vec<Rejected>,
    /// Counts over all rows.
    pub profile: Profile,
}

/// The schema of the parsed rows of a table: the contract's columns in their order, under their stored
/// names and types, then [`ROW_NUMBER`] as `Int64`.
pub fn parsed_schema(table: &Table) -> SchemaRef {
    let columns = table.columns.iter().map(|column| Field::new(stored_name(column), stored_type(column), true));
    Arc::new(Schema::new(columns.chain([Field::new(ROW_NUMBER, DataType::Int64, false)]).collect::<Vec<_>>()))
}

/// Parses a chunk that its source has read.
///
/// # Errors
/// Only if Arrow refuses the columns made here, which would be a mistake of this program.
pub fn parse(source: &Source, chunk: &RawChunk) -> Result<Parsed, IntakeError> {
    let count = chunk.rows();
    let mut rejected: BTreeMap<usize, Rejected> = BTreeMap::new();
    let mut dead = vec![false; count];
    for (row, fault) in chunk.row_faults() {
        rejected.insert(*row, unreadable(chunk, *row, fault));
        dead[*row] = true;
    }
    for (row, dead) in dead.iter_mut().enumerate().filter(|(_, dead)| !**dead) {
        if let Some(reason) = misshapen(source, chunk, row) {
            rejected.insert(row, reason);
            *dead = true;
        }
    }
    let mut profile = Profile { rows: count as u64, columns: BTreeMap::new() };
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(source.plan.columns.len() + 1);
    let mut refusals = Vec::new();
    for plan in &source.plan.columns {
        let column = profile.columns.entry(plan.column.name.clone()).or_default();
        arrays.push(cells::read(plan, chunk, &dead, column, &mut refusals));
        for refusal in refusals.drain(..) {
            // The first column that rejects a row names the reason.
            rejected.entry(refusal.row).or_insert_with(|| refused(plan, chunk, &refusal));
        }
    }
    let numbers = (0..count).map(|row| i64::try_from(chunk.row_number(row)).unwrap_or(i64::MAX));
    arrays.push(Arc::new(Int64Array::from_iter_values(numbers)));
    let mistake = |error: arrow::error::ArrowError| IntakeError::Damaged {
        file: source.name.clone(),
        row: None,
        message: format!("the parsed rows do not fit the table: {error}"),
    };
    let mut batch = RecordBatch::try_new(parsed_schema(source.plan.table), arrays).map_err(mistake)?;
    if !rejected.is_empty() {
        let kept: BooleanArray = (0..count).map(|row| Some(!rejected.contains_key(&row))).collect();
        batch = filter_record_batch(&batch, &kept).map_err(mistake)?;
    }
    Ok(Parsed { batch, rejected: rejected.into_values().collect(), profile })
}

fn rejected(chunk: &RawChunk, row: usize, kind: RejectKind, reason_zh: String, reason_en: String) -> Rejected {
    Rejected {
        row_number: chunk.row_number(row),
        column: None,
        kind,
        reason_zh,
        reason_en,
        raw: chunk.raw(row).to_owned(),
    }
}

fn unreadable(chunk: &RawChunk, row: usize, fault: &RowFault) -> Rejected {
    match fault {
        RowFault::Encoding => rejected(
            chunk,
            row,
            RejectKind::Encoding,
            "该行含有无法按文件编码解读的字节（以 ? 表示）".to_owned(),
            "the row holds bytes that are no text in the file's encoding (shown as ?)".to_owned(),
        ),
        RowFault::Malformed(why) => rejected(
            chunk,
            row,
            RejectKind::Shape,
            format!("该行不是一个 JSON 对象：{why}"),
            format!("the line is not a JSON object: {why}"),
        ),
    }
}

/// Too few fields, or too many of which one behind the header's end is not empty.
fn misshapen(source: &Source, chunk: &RawChunk, row: usize) -> Option<Rejected> {
    let (width, due) = (chunk.width(row), source.plan.header.len());
    let short = width < due && !source.short_rows();
    let long = width > due && (due..width).any(|column| !chunk.cell(row, column).trim().is_empty());
    (short || long).then(|| {
        rejected(
            chunk,
            row,
            RejectKind::Shape,
            format!("该行有{width}个字段，表头有{due}个"),
            format!("the row has {width} fields, the header {due}"),
        )
    })
}

fn refused(plan: &ColumnPlan, chunk: &RawChunk, refusal: &Refusal) -> Rejected {
    let column = plan.column;
    let label = column.headers_zh.first().unwrap_or(&column.name);
    let cell = match &plan.origin {
        Origin::Field(field) => chunk.cell(refusal.row, *field),
        _ => "",
    };
    let quoted: String = cell.trim().chars().take(QUOTED_CHARACTERS).collect();
    let (zh, en) = match (refusal.kind, refusal.fault) {
        (RejectKind::Missing, _) => {
            (format!("必填列“{label}”为空"), format!("the required column `{}` is empty", column.name))
        }
        (_, fault) if fault == Some(CellFault::Rounded) || cells::is_rounded(&quoted) => (
            format!("列“{label}”是超过15位的数字“{quoted}”，已被电子表格舍入，请以文本格式重新导出"),
            format!(
                "`{}` is a number of more than 15 digits, '{quoted}', that the spreadsheet has rounded: export it as text",
                column.name
            ),
        ),
        (_, Some(CellFault::Formula)) => (
            format!("列“{label}”是出错的公式“{quoted}”"),
            format!("`{}` is a formula that failed, '{quoted}'", column.name),
        ),
        (_, Some(CellFault::Nested)) => {
            (format!("列“{label}”不是单个值"), format!("`{}` is an array or object, not one value", column.name))
        }
        _ => {
            let (zh, en) = cells::expected(column);
            (format!("列“{label}”的值“{quoted}”不是{zh}"), format!("`{}`: '{quoted}' is not {en}", column.name))
        }
    };
    Rejected { column: Some(&column.name), ..rejected(chunk, refusal.row, refusal.kind, zh, en) }
}
