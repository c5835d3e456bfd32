//! Faults put into the files of a dirty county. Those that a reader must count or set aside (duplicates,
//! blank lines, broken rows) are listed in `dirt.csv`; mistyped ID numbers are irregularities (Q01) and
//! go into `truth.csv`.

use std::collections::BTreeSet;

use super::super::numbers;
use super::super::random::{Dice, Purpose};
use super::super::rows::Text;
use super::super::truth::Truth;
use super::super::{Settings, numbers::mistyped};
use super::spelling::{Value, is_id};
use crate::contract::{Column, ColumnKind, Table};
use crate::domain::id_number;
use crate::domain::money::Fen;

/// Registers in which an unreadable number hides nothing that makes another household lawful.
const FREE: [&str; 5] = ["vehicle", "real_estate", "pension", "deposit", "enterprise_role"];
/// Tables in which a mistyped number can always be repaired from the name beside it.
const REPAIRABLE: [&str; 6] =
    ["household_member", "award_member", "account", "employment", "medical_settlement", "detention"];
/// Registers that get rows with a missing or broken cell.
const BREAKABLE: [&str; 10] = [
    "marriage",
    "vehicle",
    "real_estate",
    "enterprise_role",
    "employment",
    "pension",
    "deposit",
    "death",
    "disability",
    "medical_settlement",
];
const BROKEN: [&str; 4] = ["不详", "—", "x", "待补"];

/// A fault that follows a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The row stands in the file once more.
    Duplicate,
    /// An empty line.
    Blank,
    /// A copy of the row with that cell missing, or with that text in it.
    Broken(usize, Option<&'static str>),
}

/// Chooses the faults of one file.
#[derive(Debug)]
pub(super) struct Dirt {
    pub(super) dice: Dice,
    table: &'static str,
    /// Rates are raised in small lands, which else would have no fault at all.
    rate: f64,
    mistyped: u32,
}

impl Dirt {
    pub(super) fn of(settings: &Settings, table: &'static Table, index: u64, chunk: usize) -> Self {
        let dice = Dice::of(settings.seed, Purpose::Dirt, (chunk as u64) << 8 | index);
        let rate = if settings.households < 500 { 6.0 } else { 1.0 };
        Self { dice, table: &table.name, rate, mistyped: 0 }
    }

    /// Mistypes ID numbers of a row, or writes them in the old series.
    pub(super) fn mistype(&mut self, cells: &mut [Value], columns: &[Column], kept: &BTreeSet<Text>) -> Vec<Truth> {
        let (free, repairable) = (FREE.contains(&self.table), REPAIRABLE.contains(&self.table));
        let mut truths = Vec::new();
        if !free && !repairable {
            return truths;
        }
        for (cell, column) in cells.iter_mut().zip(columns).filter(|(_, c)| is_id(c)) {
            let Value::Text(id) = cell else { continue };
            if id.len() != 18 || id_number::fault(id).is_some() {
                continue;
            }
            if free && self.dice.chance(0.003) {
                if let Some(old) = numbers::fifteen(id) {
                    *cell = Value::Text(old.to_string());
                }
            } else if self.dice.chance(if free { 0.015 } else { 0.003 }) {
                let lost = free && !kept.contains(id.as_str()) && self.dice.chance(0.25);
                let wrong = mistyped(&mut self.dice, id, if lost { 2 } else { 1 });
                self.mistyped += 1;
                truths.push(Truth {
                    typology: "Q01",
                    subject_kind: "person",
                    subject_key: wrong.clone(),
                    household_no: Text::default(),
                    amount: Fen(0),
                    months: None,
                    decoy: None,
                    hard: false,
                    alt_keys: vec![id.as_str().into()],
                    case: format!("Q01-{}-{:05}", self.table, self.mistyped),
                    note: format!("{} {}", self.table, column.name),
                });
                *cell = Value::Text(wrong.to_string());
            }
        }
        truths
    }

    /// The faults that follow a row.
    pub(super) fn faults(&mut self, columns: &[Column]) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.dice.chance(0.0006 * self.rate) {
            faults.push(Fault::Duplicate);
        }
        if self.dice.chance(0.0002 * self.rate) {
            faults.push(Fault::Blank);
        }
        if BREAKABLE.contains(&self.table) && self.dice.chance(0.0016 * self.rate) {
            let choices: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].required).collect();
            let at = *self.dice.pick(&choices);
            let readable = matches!(columns[at].kind, ColumnKind::Text | ColumnKind::Code(_));
            let text = (!readable && self.dice.chance(0.6)).then(|| *self.dice.pick(&BROKEN));
            faults.push(Fault::Broken(at, text));
        }
        faults
    }
}
