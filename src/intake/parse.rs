//! Chunks of text → typed batches. A required cell that is missing or broken sets its row aside; an
//! optional one becomes null and is counted.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Array, Int64Builder,
    RecordBatch, StringBuilder, TimestampSecondBuilder,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::source::Slot;
use super::{AmountUnit, CellFault, Profile, RawChunk, RowFault, Source};
use crate::contract::{CodeList, Column, ColumnKind, contract, stored_name, stored_type};
use crate::domain::date::{parse_date, parse_timestamp};
use crate::domain::money::parse_fen;
use crate::domain::month::Month;
use crate::domain::number::{parse_decimal, parse_int};
use crate::domain::region::RegionCode;
use crate::domain::text::{clean, squeeze};
use crate::domain::yes_no::parse_bool;

/// Why a row is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectedKind {
    /// A required cell is empty.
    Missing,
    /// A required cell means nothing in its column.
    Broken,
    /// The row has not as many cells as there are headers.
    Shape,
    /// The row holds bytes that are no text, or is not what the format wants.
    Unreadable,
}

impl RejectedKind {
    /// The name used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Broken => "broken",
            Self::Shape => "shape",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A row that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// As a spreadsheet counts.
    pub row_number: u64,
    /// Canonical column at fault, where it is one.
    pub column: Option<&'static str>,
    /// Kind of fault.
    pub kind: RejectedKind,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
    /// The row as it stood.
    pub raw: String,
}

/// A chunk, parsed.
#[derive(Debug)]
pub struct Parsed {
    /// Accepted rows: the contract's columns under their stored names, and `row_number` (`Int64`).
    pub batch: RecordBatch,
    /// Rows set aside.
    pub rejected: Vec<Rejected>,
    /// Quality of the cells.
    pub profile: Profile,
}

/// Parses a chunk of a source. Work is column by column, so that each needs one builder and no cell an
/// allocation of its own.
///
/// # Errors
/// None that a file could cause: only a batch that does not fit its own schema.
pub fn parse(source: &Source, chunk: &RawChunk) -> Result<Parsed, ArrowError> {
    let rows = chunk.rows();
    let mut work = Work { chunk, refused: vec![None; rows], profile: Profile::default() };
    work.profile.rows = rows as u64;
    work.shapes(source.strict_width());
    let table = source.table();
    let mut fields = Vec::with_capacity(table.columns.len() + 1);
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(table.columns.len() + 1);
    for ((column, slot), unit) in table.columns.iter().zip(&source.slots).zip(&source.units) {
        fields.push(Field::new(stored_name(column), stored_type(column), true));
        columns.push(work.column(column, slot, *unit));
    }
    fields.push(Field::new("row_number", DataType::Int64, false));
    columns.push(Arc::new(Int64Array::from_iter_values((0..rows).map(|row| chunk.row_number(row) as i64))));
    let mut batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    let mut rejected = Vec::new();
    if work.refused.iter().any(Option::is_some) {
        let keep: BooleanArray = work.refused.iter().map(|refused| Some(refused.is_none())).collect();
        batch = filter_record_batch(&batch, &keep)?;
        let refused = work.refused.into_iter().enumerate();
        rejected.extend(refused.filter_map(|(row, refused)| refused.map(|r| r.reject(chunk, row))));
    }
    Ok(Parsed { batch, rejected, profile: work.profile })
}

/// Why a row is refused, before it is put in words.
#[derive(Debug, Clone)]
enum Refused {
    Missing(&'static Column),
    Broken(&'static Column, String, &'static str, &'static str),
    Shape(usize, usize),
    Encoding,
    Malformed(String),
}

impl Refused {
    fn reject(self, chunk: &RawChunk, row: usize) -> Rejected {
        let header = |c: &'static Column| c.headers_zh.first().map_or(c.name.as_str(), String::as_str);
        let (column, kind, reason_zh, reason_en) = match self {
            Self::Missing(c) => (
                Some(c),
                RejectedKind::Missing,
                format!("缺少必填项“{}”({})；请补全后重新报送", header(c), c.name),
                format!("the required `{}` ({}) is empty; fill it in and deliver the row again", c.name, header(c)),
            ),
            Self::Broken(c, text, zh, en) => (
                Some(c),
                RejectedKind::Broken,
                format!("“{}”({})的值“{text}”{zh}；请更正后重新报送", header(c), c.name),
                format!("'{text}' in the required `{}` ({}) {en}; correct it and deliver the row again", c.name, header(c)),
            ),
            Self::Shape(found, expected) => (
                None,
                RejectedKind::Shape,
                format!("该行有{found}列，表头有{expected}列；请检查分隔符和引号"),
                format!("the row has {found} cells, the header {expected}; check delimiters and quotes"),
            ),
            Self::Encoding => (
                None,
                RejectedKind::Unreadable,
                "该行含有无法识别的字节；请以 UTF-8 或 GB18030 重新导出".to_owned(),
                "the row holds bytes that are no text; export it again as UTF-8 or GB18030".to_owned(),
            ),
            Self::Malformed(why) => (
                None,
                RejectedKind::Unreadable,
                format!("该行格式有误：{why}"),
                format!("the line is malformed: {why}"),
            ),
        };
        Rejected {
            row_number: chunk.row_number(row),
            column: column.map(|c| c.name.as_str()),
            kind,
            reason_zh,
            reason_en,
            raw: chunk.raw(row).to_owned(),
        }
    }
}

struct Work<'c> {
    chunk: &'c RawChunk,
    refused: Vec<Option<Refused>>,
    profile: Profile,
}

impl Work<'_> {
    fn refuse(&mut self, row: usize, why: impl FnOnce() -> Refused) {
        // The first fault of a row is told.
        if self.refused[row].is_none() {
            self.refused[row] = Some(why());
        }
    }

    fn shapes(&mut self, expected: Option<usize>) {
        for (row, fault) in self.chunk.row_faults() {
            self.refuse(*row, || match fault {
                RowFault::Encoding => Refused::Encoding,
                RowFault::Malformed(why) => Refused::Malformed(why.clone()),
            });
        }
        let Some(expected) = expected else { return };
        for row in 0..self.chunk.rows() {
            let found = self.chunk.width(row);
            let surplus = (expected..found).any(|column| !clean(self.chunk.cell(row, column)).is_empty());
            if found < expected || surplus {
                self.refuse(row, || Refused::Shape(found, expected));
            }
        }
    }

    /// Parses a column cell by cell; `read` answers `None` where a text means nothing. Neighbouring
    /// cells that say the same are parsed once.
    fn cells<T: Clone>(
        &mut self,
        column: &'static Column,
        slot: &Slot,
        means: (&'static str, &'static str),
        mut read: impl FnMut(&str) -> Option<T>,
        mut take: impl FnMut(Option<T>),
    ) {
        let chunk = self.chunk;
        let mut missing = 0;
        let mut last: Option<(&str, T)> = None;
        for row in 0..chunk.rows() {
            let (text, fault) = match slot {
                Slot::Cell(at) => (chunk.cell(row, *at), chunk.cell_fault(row, *at)),
                Slot::Constant(text) => (text.as_str(), None),
                Slot::Absent => ("", None),
            };
            if fault.is_none()
                && let Some((known, value)) = &last
                && *known == text
            {
                take(Some(value.clone()));
                continue;
            }
            let empty = text.is_empty() || (text.len() < 16 && clean(text).is_empty());
            if empty {
                missing += 1;
                if column.required {
                    self.refuse(row, || Refused::Missing(column));
                }
                take(None);
                continue;
            }
            let value = if fault.is_none() { read(text) } else { None };
            if value.is_none() {
                self.profile.invalid(&column.name, text);
                if column.required {
                    let (zh, en) = fault.map_or(means, told);
                    self.refuse(row, || Refused::Broken(column, text.chars().take(80).collect(), zh, en));
                }
            } else {
                last = value.clone().map(|value| (text, value));
            }
            take(value);
        }
        self.profile.missing(&column.name, missing);
    }

    fn column(&mut self, column: &'static Column, slot: &Slot, unit: AmountUnit) -> ArrayRef {
        let rows = self.chunk.rows();
        match &column.kind {
            ColumnKind::Text => self.text(column, slot),
            ColumnKind::Code(list) => {
                let empty = CodeList::default();
                let list = contract().code_list(list).unwrap_or(&empty);
                let mut built = StringBuilder::with_capacity(rows, rows * 8);
                let read = |text: &str| list.canonical(text).or_else(|| list.canonical(&squeeze(text)));
                self.cells(column, slot, ("不在代码表中", "is no code of its list"), read, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Int => {
                let mut built = Int32Builder::with_capacity(rows);
                self.cells(column, slot, ("不是整数", "is no whole number"), parse_int, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Decimal if column.is_money() => {
                let mut built = Int64Builder::with_capacity(rows);
                let read = |text: &str| {
                    let fen = parse_fen(text, unit.money).ok()?;
                    Some(if unit.per_year { fen.twelfth() } else { fen }.0)
                };
                self.cells(column, slot, ("不是金额", "is no amount of money"), read, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Decimal => {
                let mut built = Float64Builder::with_capacity(rows);
                self.cells(column, slot, ("不是数字", "is no number"), parse_decimal, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Bool => {
                let mut built = BooleanBuilder::with_capacity(rows);
                self.cells(column, slot, ("不是“是/否”", "is no yes or no"), parse_bool, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Date => {
                let mut built = Date32Builder::with_capacity(rows);
                let read = |text: &str| parse_date(text).map(days);
                self.cells(column, slot, ("不是日期", "is no date"), read, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Month => {
                let mut built = Date32Builder::with_capacity(rows);
                let read = |text: &str| Month::parse(text).map(|month| days(month.first_day()));
                self.cells(column, slot, ("不是月份", "is no month"), read, |v| built.append_option(v));
                Arc::new(built.finish())
            }
            ColumnKind::Timestamp => {
                let mut built = TimestampSecondBuilder::with_capacity(rows);
                let read = |text: &str| parse_timestamp(text).map(|moment| moment.and_utc().timestamp());
                self.cells(column, slot, ("不是时间", "is no time"), read, |v| built.append_option(v));
                Arc::new(built.finish())
            }
        }
    }

    /// Text is cleaned; numbers that are names lose inner spaces; region codes get their twelve digits.
    fn text(&mut self, column: &'static Column, slot: &Slot) -> ArrayRef {
        let rows = self.chunk.rows();
        let mut built = StringBuilder::with_capacity(rows, rows * 16);
        let region = column.references.as_deref() == Some("region") || (column.primary && column.name == "region_code");
        let number = column.primary || column.references.is_some();
        let chunk = self.chunk;
        let mut missing = 0;
        for row in 0..rows {
            let (text, fault) = match slot {
                Slot::Cell(at) => (chunk.cell(row, *at), chunk.cell_fault(row, *at)),
                Slot::Constant(text) => (text.as_str(), None),
                Slot::Absent => ("", None),
            };
            let tidy = if number { squeeze(text) } else { clean(text) };
            let tidy = match RegionCode::parse(&tidy).filter(|_| region) {
                Some(code) => Cow::Owned(code.as_str().to_owned()),
                None => tidy,
            };
            if tidy.is_empty() {
                missing += 1;
                built.append_null();
                if column.required {
                    self.refuse(row, || Refused::Missing(column));
                }
            } else if let Some(fault) = fault {
                self.profile.invalid(&column.name, text);
                built.append_null();
                if column.required {
                    let (zh, en) = told(fault);
                    self.refuse(row, || Refused::Broken(column, text.chars().take(80).collect(), zh, en));
                }
            } else {
                built.append_value(&tidy);
            }
        }
        self.profile.missing(&column.name, missing);
        Arc::new(built.finish())
    }
}

/// What a cell that cannot be trusted is, in both languages.
fn told(fault: CellFault) -> (&'static str, &'static str) {
    match fault {
        CellFault::Rounded => (
            "超过15位，已被电子表格舍入，请按文本格式导出",
            "has more than 15 digits and was rounded by the spreadsheet: export it as text",
        ),
        CellFault::Formula => ("是出错的公式", "is a formula that failed"),
        CellFault::Nested => ("不是单个值", "is not a single value"),
    }
}

/// Days since 1970-01-01, as `Date32` counts.
fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}
