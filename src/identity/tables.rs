//! The tables that identity adds to a snapshot: `identity`, one row a person, and `identity_issue`, one
//! row a reference whose number was not plainly valid.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{Date32Type, Int32Type};
use arrow::error::ArrowError;
use chrono::NaiveDate;

use crate::domain::id_number::{self, IdFault};
use crate::snapshot::{identity_schema, issue_schema};

use super::keyed::Issue;
use super::persons::Persons;

const ROWS: usize = 8 * 1024;

/// Rows of `identity_issue`, of issues with their table names.
pub fn issues_batch(issues: &[(&str, &Issue)]) -> Result<RecordBatch, ArrowError> {
    let text = |of: fn(&Issue) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(issues.iter().map(|(_, issue)| of(issue))))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(issues.iter().map(|(_, issue)| issue.row_id))),
        Arc::new(StringArray::from_iter_values(issues.iter().map(|(table, _)| table))),
        text(|issue| &issue.column),
        text(|issue| &issue.raw_text),
        text(|issue| &issue.inference.normal_text),
        Arc::new(issues.iter().map(|(_, issue)| issue.name.as_deref()).collect::<StringArray>()),
        Arc::new(issues.iter().map(|(_, issue)| issue.inference.fault.map(IdFault::as_str)).collect::<StringArray>()),
        Arc::new(issues.iter().map(|(_, issue)| issue.person_key).collect::<Int32Array>()),
        text(|issue| issue.inference.method.as_str()),
        Arc::new(issues.iter().map(|(_, issue)| issue.inference.probability).collect::<Float64Array>()),
        Arc::new(issues.iter().map(|(_, issue)| issue.inference.offered.map(|o| o.0)).collect::<Int32Array>()),
        Arc::new(issues.iter().map(|(_, issue)| issue.inference.offered.map(|o| o.1)).collect::<Float64Array>()),
    ];
    RecordBatch::try_new(issue_schema(), columns)
}

/// Builds `identity` in key order from the register's stored rows, which come in key order, and the
/// names met elsewhere of people whom the register does not have.
#[derive(Debug)]
pub struct IdentityRows<'a> {
    persons: &'a Persons,
    names: &'a BTreeMap<i32, String>,
    next: i32,
    pending: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    key: i32,
    name: Option<String>,
    birth_date: Option<i32>,
    in_register: bool,
    hukou_kind: Option<String>,
    region_code: Option<String>,
}

/// Days since 1970-01-01, as `Date32` counts.
fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

impl<'a> IdentityRows<'a> {
    /// Columns of the stored `person` table that are read.
    pub const PERSON_COLUMNS: [&'static str; 5] = ["person_key", "name", "birth_date", "hukou_kind", "region_code"];

    /// Starts at the first key.
    pub fn new(persons: &'a Persons, names: &'a BTreeMap<i32, String>) -> Self {
        Self { persons, names, next: 0, pending: Vec::new() }
    }

    fn unregistered_up_to(&mut self, end: i32) {
        for key in self.next..end {
            self.pending.push(Row {
                key,
                name: self.names.get(&key).cloned(),
                birth_date: id_number::birth_date(self.persons.number(key)).map(days),
                in_register: false,
                hukou_kind: None,
                region_code: None,
            });
        }
        self.next = end;
    }

    /// Takes rows of the register, with [`Self::PERSON_COLUMNS`] in that order.
    pub fn register(&mut self, batch: &RecordBatch) -> Result<Vec<RecordBatch>, ArrowError> {
        let keys = batch.column(0).as_primitive::<Int32Type>();
        let texts = |i: usize| batch.column(i).as_string::<i32>();
        let (names, births) = (texts(1), batch.column(2).as_primitive::<Date32Type>());
        let (hukou, regions) = (texts(3), texts(4));
        let cell = |column: &StringArray, i: usize| column.is_valid(i).then(|| column.value(i).to_owned());
        // A row without a key has a placeholder for a number, and so is nobody who could be met elsewhere.
        for i in (0..batch.num_rows()).filter(|i| keys.is_valid(*i)) {
            let key = keys.value(i);
            self.unregistered_up_to(key);
            let birth_date = births.is_valid(i).then(|| births.value(i));
            self.pending.push(Row {
                key,
                name: cell(names, i),
                birth_date: birth_date.or_else(|| id_number::birth_date(self.persons.number(key)).map(days)),
                in_register: true,
                hukou_kind: cell(hukou, i),
                region_code: cell(regions, i),
            });
            self.next = key + 1;
        }
        self.batches(false)
    }

    /// The rest.
    pub fn finish(mut self) -> Result<Vec<RecordBatch>, ArrowError> {
        self.unregistered_up_to(self.persons.len() as i32);
        self.batches(true)
    }

    fn batches(&mut self, all: bool) -> Result<Vec<RecordBatch>, ArrowError> {
        let mut out = Vec::new();
        while self.pending.len() >= ROWS || (all && !self.pending.is_empty()) {
            let rest = self.pending.split_off(ROWS.min(self.pending.len()));
            let rows = std::mem::replace(&mut self.pending, rest);
            out.push(self.batch(&rows)?);
        }
        Ok(out)
    }

    fn batch(&self, rows: &[Row]) -> Result<RecordBatch, ArrowError> {
        let text =
            |of: fn(&Row) -> Option<&str>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<StringArray>()) };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r.key))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|r| self.persons.number(r.key)))),
            text(|r| r.name.as_deref()),
            Arc::new(rows.iter().map(|r| r.birth_date).collect::<Date32Array>()),
            Arc::new(BooleanArray::from_iter(rows.iter().map(|r| Some(r.in_register)))),
            text(|r| r.hukou_kind.as_deref()),
            text(|r| r.region_code.as_deref()),
        ];
        RecordBatch::try_new(identity_schema(), columns)
    }
}
