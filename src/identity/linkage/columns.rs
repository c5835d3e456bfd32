//! The rows of both sides as the comparisons read them: texts as codes of a shared dictionary, numbers
//! and days as such. Left rows come first, right rows after them, so one `u32` names a row.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Float64Array, ListBuilder, StringArray, StringBuilder};
use arrow::datatypes::{Date32Type, Float64Type};

use crate::identity::Interner;

use super::LinkageError;
use super::spec::Kind;

/// Code of a missing text.
pub(super) const NONE: u32 = u32::MAX;
/// Day of a missing date.
const NO_DAY: i32 = i32::MIN;

/// Texts, each held once.
#[derive(Debug, Default)]
pub(super) struct TextColumn {
    /// Code by row; [`NONE`] where the cell is empty.
    pub codes: Vec<u32>,
    /// Texts by code.
    pub texts: Interner,
    /// Rows by code.
    pub counts: Vec<u32>,
}

impl TextColumn {
    /// Adds the text of the next row.
    pub fn add(&mut self, text: Option<&str>) {
        let code = text.map_or(NONE, |text| self.texts.intern(text));
        if code != NONE {
            if code as usize == self.counts.len() {
                self.counts.push(0);
            }
            self.counts[code as usize] += 1;
        }
        self.codes.push(code);
    }

    /// Text of a row.
    pub fn get(&self, row: u32) -> Option<&str> {
        let code = self.codes[row as usize];
        (code != NONE).then(|| self.texts.get(code))
    }
}

/// Sets of texts.
#[derive(Debug, Default)]
pub(super) struct ListColumn {
    /// Where the items of each row end.
    pub ends: Vec<usize>,
    /// Codes of the items of all rows, ascending and distinct within a row.
    pub items: Vec<u32>,
    /// Texts by code.
    pub texts: Interner,
    /// Rows that have an item, by code.
    pub counts: Vec<u32>,
}

impl ListColumn {
    /// Adds a set.
    pub fn add<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        let start = self.items.len();
        self.items.extend(texts.map(|text| self.texts.intern(text)));
        self.items[start..].sort_unstable();
        let mut end = start;
        for i in start..self.items.len() {
            if end == start || self.items[end - 1] != self.items[i] {
                self.items[end] = self.items[i];
                end += 1;
            }
        }
        self.items.truncate(end);
        self.counts.resize(self.texts.len(), 0);
        for item in &self.items[start..] {
            self.counts[*item as usize] += 1;
        }
        self.ends.push(end);
    }

    /// Items of a row.
    pub fn get(&self, row: u32) -> &[u32] {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.items[start..self.ends[row]]
    }
}

/// One column of both sides.
#[derive(Debug)]
pub(super) enum Column {
    /// Texts.
    Text(TextColumn),
    /// Numbers; NaN where missing.
    Number(Vec<f64>),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    /// Sets of texts; empty where missing.
    List(ListColumn),
}

impl Column {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(TextColumn::default()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::Date => Self::Date(Vec::new()),
            Kind::List => Self::List(ListColumn::default()),
        }
    }

    /// Adds rows in the column's Arrow form ([`super::normalise::typed`]).
    pub(super) fn add(&mut self, array: &ArrayRef) -> Result<(), LinkageError> {
        let wrong = || LinkageError::Engine(format!("unexpected form of a column: {}", array.data_type()));
        match self {
            Self::Text(column) => {
                array.as_string_opt::<i32>().ok_or_else(wrong)?.iter().for_each(|text| column.add(text));
            }
            Self::Number(values) => {
                let array = array.as_primitive_opt::<Float64Type>().ok_or_else(wrong)?;
                values.extend(array.iter().map(|value| value.unwrap_or(f64::NAN)));
            }
            Self::Date(days) => {
                let array = array.as_primitive_opt::<Date32Type>().ok_or_else(wrong)?;
                days.extend(array.iter().map(|day| day.unwrap_or(NO_DAY)));
            }
            Self::List(column) => {
                for items in array.as_list_opt::<i32>().ok_or_else(wrong)?.iter() {
                    match items.as_ref().and_then(|items| items.as_string_opt::<i32>()) {
                        Some(items) => column.add(items.iter().flatten()),
                        None => column.add(std::iter::empty()),
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a row has no value.
    pub(super) fn is_missing(&self, row: u32) -> bool {
        match self {
            Self::Text(column) => column.codes[row as usize] == NONE,
            Self::Number(values) => values[row as usize].is_nan(),
            Self::Date(days) => days[row as usize] == NO_DAY,
            Self::List(column) => column.get(row).is_empty(),
        }
    }

    /// Whether two rows have the same value; `None` where one has none.
    pub(super) fn equal(&self, a: u32, b: u32) -> Option<bool> {
        if self.is_missing(a) || self.is_missing(b) {
            return None;
        }
        let (i, j) = (a as usize, b as usize);
        Some(match self {
            Self::Text(column) => column.codes[i] == column.codes[j],
            Self::Number(values) => values[i] == values[j],
            Self::Date(days) => days[i] == days[j],
            Self::List(column) => column.get(a) == column.get(b),
        })
    }

    /// Day of a row.
    pub(super) fn day(&self, row: u32) -> Option<i32> {
        match self {
            Self::Date(days) => Some(days[row as usize]).filter(|day| *day != NO_DAY),
            _ => None,
        }
    }

    /// Number of a row.
    pub(super) fn number(&self, row: u32) -> Option<f64> {
        match self {
            Self::Number(values) => Some(values[row as usize]).filter(|value| !value.is_nan()),
            _ => None,
        }
    }

    /// Value of a row for people.
    pub(super) fn show(&self, row: u32) -> Option<String> {
        match self {
            Self::Text(column) => column.get(row).map(str::to_owned),
            Self::Number(_) => self.number(row).map(|value| value.to_string()),
            Self::Date(_) => self.day(row).and_then(super::normalise::date).map(|date| date.to_string()),
            Self::List(column) => {
                let items: Vec<_> = column.get(row).iter().map(|item| column.texts.get(*item)).collect();
                (!items.is_empty()).then(|| items.join(", "))
            }
        }
    }

    /// Rows in Arrow form, for expressions over pairs.
    pub(super) fn take(&self, rows: impl Iterator<Item = u32>) -> ArrayRef {
        use std::sync::Arc;
        match self {
            Self::Text(column) => Arc::new(rows.map(|row| column.get(row)).collect::<StringArray>()),
            Self::Number(_) => Arc::new(rows.map(|row| self.number(row)).collect::<Float64Array>()),
            Self::Date(_) => Arc::new(rows.map(|row| self.day(row)).collect::<Date32Array>()),
            Self::List(column) => {
                let mut lists = ListBuilder::new(StringBuilder::new());
                for row in rows {
                    let items = column.get(row);
                    items.iter().for_each(|item| lists.values().append_value(column.texts.get(*item)));
                    lists.append(!items.is_empty());
                }
                Arc::new(lists.finish())
            }
        }
    }
}

/// Both sides, ready to be compared.
#[derive(Debug)]
pub(super) struct Rows {
    /// Rows of the left side.
    pub left: u32,
    /// Rows of the right side; `None` in a deduplication.
    pub right: Option<u32>,
    /// Columns in the order of the spec; those that nothing reads are left empty.
    pub columns: Vec<Column>,
    /// Names of rows as the files have them, left then right; row numbers where they have none.
    pub ids: Vec<Option<arrow::array::LargeStringArray>>,
    /// A hash of what each row holds: samples follow it, so that they do not depend on row order.
    pub hashes: Vec<u64>,
}

impl Rows {
    /// Rows of both sides.
    pub fn len(&self) -> u32 {
        self.left + self.right.unwrap_or(0)
    }

    /// Pairs there are between the sides, or within the one.
    pub fn pairs(&self) -> f64 {
        let left = f64::from(self.left);
        self.right.map_or(left * (left - 1.0) / 2.0, |right| left * f64::from(right))
    }

    /// Rows that can stand on the right of a pair.
    pub fn right_rows(&self) -> std::ops::Range<u32> {
        if self.right.is_some() { self.left..self.len() } else { 0..self.left }
    }

    /// Name of a row.
    pub fn id(&self, row: u32) -> String {
        let (side, at) = if row < self.left { (0, row) } else { (1, row - self.left) };
        match self.ids.get(side) {
            Some(Some(ids)) => ids.value(at as usize).to_owned(),
            _ => (at + 1).to_string(),
        }
    }

    /// The row of a name on a side.
    pub fn find(&self, id: &str, right_side: bool) -> Option<u32> {
        let range = if right_side { self.right_rows() } else { 0..self.left };
        let mut range = range;
        range.find(|row| self.id(*row) == id)
    }

    /// Rows by name on a side.
    pub fn by_id(&self, right_side: bool) -> HashMap<String, u32> {
        let range = if right_side { self.right_rows() } else { 0..self.left };
        range.map(|row| (self.id(row), row)).collect()
    }
}
