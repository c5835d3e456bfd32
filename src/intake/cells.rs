//! One column of a chunk: text cells → an Arrow array.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
    TimestampSecondBuilder, new_null_array,
};
use chrono::{Datelike, NaiveDate};

use super::chunk::CellFault;
use super::plan::{ColumnPlan, Origin};
use super::profile::ColumnProfile;
use super::{RawChunk, RejectKind};
use crate::contract::{CodeList, Column, ColumnKind, contract, stored_type};
use crate::domain::date::{parse_date, parse_timestamp};
use crate::domain::money::parse_fen;
use crate::domain::month::Month;
use crate::domain::number::{parse_decimal, parse_int};
use crate::domain::region::RegionCode;
use crate::domain::text::{clean, means_none, squeeze};
use crate::domain::yes_no::parse_bool;

/// What a cell turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Stored,
    Missing,
    Invalid,
}

/// A row that a column rejects.
pub(super) struct Refusal {
    pub(super) row: usize,
    pub(super) kind: RejectKind,
    pub(super) fault: Option<CellFault>,
}

/// Reads a column of all rows but the `dead` ones, which become null and are not counted.
pub(super) fn read(
    plan: &ColumnPlan,
    chunk: &RawChunk,
    dead: &[bool],
    profile: &mut ColumnProfile,
    refusals: &mut Vec<Refusal>,
) -> ArrayRef {
    let mut rows = Rows { plan, chunk, dead, profile, refusals };
    let count = chunk.rows();
    if plan.origin == Origin::Absent {
        rows.profile.missing += dead.iter().filter(|dead| !**dead).count() as u64;
        return new_null_array(&stored_type(plan.column), count);
    }
    /// Fills a builder whose values are parsed from the text as it stands.
    macro_rules! parsed {
        ($builder:expr, $parse:expr) => {{
            let mut builder = $builder;
            let parse = $parse;
            rows.each(|text| match text.map(parse) {
                Some(Some(value)) => {
                    builder.append_value(value);
                    Cell::Stored
                }
                other => {
                    builder.append_null();
                    if other.is_none() || is_absent(text.unwrap_or_default()) { Cell::Missing } else { Cell::Invalid }
                }
            });
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    match &plan.column.kind {
        ColumnKind::Text => texts(&mut rows),
        ColumnKind::Code(list) => codes(&mut rows, contract().code_list(list)),
        ColumnKind::Int => parsed!(Int32Builder::with_capacity(count), parse_int),
        ColumnKind::Decimal if plan.column.is_money() => {
            parsed!(Int64Builder::with_capacity(count), |text: &str| money(plan, text))
        }
        ColumnKind::Decimal => parsed!(Float64Builder::with_capacity(count), parse_decimal),
        ColumnKind::Bool => parsed!(BooleanBuilder::with_capacity(count), parse_bool),
        ColumnKind::Date => {
            parsed!(Date32Builder::with_capacity(count), |text: &str| parse_date(text).map(days))
        }
        ColumnKind::Month => {
            parsed!(Date32Builder::with_capacity(count), |text: &str| Month::parse(text).map(|m| days(m.first_day())))
        }
        ColumnKind::Timestamp => {
            parsed!(TimestampSecondBuilder::with_capacity(count), |text: &str| {
                parse_timestamp(text).map(|moment| moment.and_utc().timestamp())
            })
        }
    }
}

struct Rows<'r> {
    plan: &'r ColumnPlan,
    chunk: &'r RawChunk,
    dead: &'r [bool],
    profile: &'r mut ColumnProfile,
    refusals: &'r mut Vec<Refusal>,
}

impl Rows<'_> {
    /// Calls `put` once a row, with `None` where nothing is to be read; it must append one value or null.
    fn each(&mut self, mut put: impl FnMut(Option<&str>) -> Cell) {
        for row in 0..self.chunk.rows() {
            if self.dead[row] {
                put(None);
                continue;
            }
            let (text, fault) = match &self.plan.origin {
                Origin::Field(field) => (self.chunk.cell(row, *field), self.chunk.cell_fault(row, *field)),
                Origin::Constant(value) => (value.as_str(), None),
                Origin::Absent => ("", None),
            };
            let cell = match (text, fault) {
                ("", None) => put(None),
                (_, None) => put(Some(text)),
                (_, Some(_)) => {
                    put(None);
                    Cell::Invalid
                }
            };
            match cell {
                Cell::Stored => continue,
                Cell::Missing => self.profile.missing += 1,
                Cell::Invalid => self.profile.bad(text),
            }
            if self.plan.column.required {
                let kind = if cell == Cell::Missing { RejectKind::Missing } else { RejectKind::Broken };
                self.refusals.push(Refusal { row, kind, fault });
            }
        }
    }
}

/// Text columns by what their values are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextUse {
    /// Read by people: cleaned.
    Words,
    /// A person's number: cleaned; identity resolution wants to see it as it came.
    Person,
    /// A number that names something: no spaces at all, no placeholders, not rounded.
    Number,
    /// A region code: in its form of 12 digits.
    Region,
}

fn text_use(column: &Column) -> TextUse {
    let name = column.name.as_str();
    match column.references.as_deref() {
        Some("region") => TextUse::Region,
        Some("person") => TextUse::Person,
        Some(_) => TextUse::Number,
        None if name == "region_code" => TextUse::Region,
        None if name == "id_number" => TextUse::Person,
        None if column.primary || name == "phone" || name.ends_with("_no") => TextUse::Number,
        None => TextUse::Words,
    }
}

fn texts(rows: &mut Rows<'_>) -> ArrayRef {
    let meant = text_use(rows.plan.column);
    let count = rows.chunk.rows();
    let share = rows.chunk.bytes() / rows.chunk.width(0).max(1);
    let mut builder = StringBuilder::with_capacity(count, share);
    rows.each(|text| {
        let outcome = text.map_or(Cell::Missing, |text| text_cell(meant, text, |value| builder.append_value(value)));
        if outcome != Cell::Stored {
            builder.append_null();
        }
        outcome
    });
    Arc::new(builder.finish())
}

/// Stores what a text cell holds through `store`, if anything.
fn text_cell(meant: TextUse, text: &str, store: impl FnOnce(&str)) -> Cell {
    let text = if meant == TextUse::Number { squeeze(text) } else { clean(text) };
    let text = text.as_ref();
    if says_nothing(text) {
        return Cell::Missing;
    }
    match meant {
        TextUse::Words => store(text),
        TextUse::Person if is_rounded(text) => return Cell::Invalid,
        TextUse::Number if is_rounded(text) || means_none(text) => return Cell::Invalid,
        TextUse::Person | TextUse::Number => store(text),
        TextUse::Region => match RegionCode::parse(text) {
            Some(code) => store(code.as_str()),
            // Kept as it is: a region that is not known yet is better than none.
            None => store(text),
        },
    }
    Cell::Stored
}

fn codes(rows: &mut Rows<'_>, list: Option<&CodeList>) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.chunk.rows(), rows.chunk.rows() * 8);
    // Neighbouring rows often hold the same spelling; the last one is remembered.
    let mut last: (String, Option<&str>) = Default::default();
    rows.each(|text| {
        let Some(text) = text else {
            builder.append_null();
            return Cell::Missing;
        };
        if last.0 != text {
            last = (text.to_owned(), list.and_then(|list| code(list, text)));
        }
        match last.1 {
            Some(code) => {
                builder.append_value(code);
                Cell::Stored
            }
            None => {
                builder.append_null();
                if is_absent(text) { Cell::Missing } else { Cell::Invalid }
            }
        }
    });
    Arc::new(builder.finish())
}

fn code<'l>(list: &'l CodeList, text: &str) -> Option<&'l str> {
    let text = clean(text);
    list.canonical(&text).or_else(|| list.canonical(&squeeze(&text)))
}

fn money(plan: &ColumnPlan, text: &str) -> Option<i64> {
    let fen = parse_fen(text, plan.unit.money).ok()?;
    Some(if plan.unit.per_year { fen.twelfth() } else { fen }.0)
}

/// Days since 1970-01-01.
fn days(date: NaiveDate) -> i32 {
    const EPOCH: i32 = 719_163;
    date.num_days_from_ce() - EPOCH
}

/// Whether a cell says nothing: only spaces, or the word that stands for nothing.
fn is_absent(text: &str) -> bool {
    text.len() <= 32 && says_nothing(&clean(text))
}

/// The same for a cleaned text: empty, or the word that databases and spreadsheets write for nothing.
fn says_nothing(text: &str) -> bool {
    match text.as_bytes().first() {
        None => true,
        Some(b'\\' | b'#' | b'(' | b'n' | b'N') => {
            ["\\N", "#N/A", "null", "(null)", "nan"].iter().any(|word| text.eq_ignore_ascii_case(word))
        }
        Some(_) => false,
    }
}

/// Whether a text is a number that a spreadsheet shows rounded: `4.39931E+17`.
pub(super) fn is_rounded(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let Some(exponent) = exponent.strip_prefix('+') else { return false };
    mantissa.starts_with(|c: char| c.is_ascii_digit())
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !exponent.is_empty()
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a column wants, in Chinese and English: `日期（如2023-05-01）`, `a date such as 2023-05-01`.
pub(super) fn expected(column: &Column) -> (String, String) {
    let (zh, en) = match &column.kind {
        ColumnKind::Text => ("编号", "a number that names something"),
        ColumnKind::Code(list) => return (format!("已知的代码（{list}）"), format!("a known spelling of {list}")),
        ColumnKind::Int => ("整数", "a whole number"),
        ColumnKind::Decimal if column.is_money() => ("金额（精确到分）", "an amount of money in whole fen"),
        ColumnKind::Decimal => ("数值", "a number"),
        ColumnKind::Bool => ("是或否", "a yes or no"),
        ColumnKind::Date => ("日期（如2023-05-01）", "a date such as 2023-05-01"),
        ColumnKind::Month => ("月份（如2023-05）", "a month such as 2023-05"),
        ColumnKind::Timestamp => ("时间（如2023-05-01 09:03:21）", "a time such as 2023-05-01 09:03:21"),
    };
    (zh.to_owned(), en.to_owned())
}

/// Whether a constant of the mapping can be read; else what the column wants.
pub(super) fn check(plan: &ColumnPlan, value: &str) -> Result<(), String> {
    let readable = match &plan.column.kind {
        ColumnKind::Text => text_cell(text_use(plan.column), value, |_| {}) == Cell::Stored,
        ColumnKind::Code(list) => contract().code_list(list).and_then(|list| code(list, value)).is_some(),
        ColumnKind::Int => parse_int(value).is_some(),
        ColumnKind::Decimal if plan.column.is_money() => money(plan, value).is_some(),
        ColumnKind::Decimal => parse_decimal(value).is_some(),
        ColumnKind::Bool => parse_bool(value).is_some(),
        ColumnKind::Date => parse_date(value).is_some(),
        ColumnKind::Month => Month::parse(value).is_some(),
        ColumnKind::Timestamp => parse_timestamp(value).is_some(),
    };
    if readable { Ok(()) } else { Err(expected(plan.column).1) }
}
