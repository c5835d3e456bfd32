//! A household and what the office did for it, before it becomes rows. Planted cases change this, and
//! the rows of every table follow from it, so that no table contradicts another.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::debits::Banking;
use super::rows::{ApplicationRow, Code, Text};
use super::slips::Slips;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// A made person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) sex: Code,
    pub(super) born: NaiveDate,
    pub(super) died: Option<NaiveDate>,
}

impl Person {
    /// Full years on a day.
    pub(super) fn age(&self, day: NaiveDate) -> i32 {
        let had_birthday = (day.month(), day.day()) >= (self.born.month(), self.born.day());
        day.year() - self.born.year() - i32::from(!had_birthday)
    }
}

/// A member of an assisted household.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) person: Person,
    pub(super) relation: Code,
    pub(super) joined: NaiveDate,
    /// When the office took the member off the file.
    pub(super) left: Option<NaiveDate>,
}

/// An assisted or applying family.
#[derive(Debug, Clone)]
pub(super) struct Household {
    pub(super) no: Text,
    pub(super) hukou: Code,
    pub(super) address: Text,
    pub(super) phone: Option<Text>,
    /// The head first.
    pub(super) members: Vec<Member>,
    /// Close relatives who live elsewhere.
    pub(super) outside: Vec<Person>,
    pub(super) applications: Vec<ApplicationRow>,
    pub(super) benefits: Vec<Benefit>,
    /// What the declared size differs by from the member list.
    pub(super) size_shift: i32,
    /// Made to order for a planted case: nothing happens in it by chance.
    pub(super) to_order: bool,
    /// A lawful order produced the statements of its account.
    pub(super) statement: bool,
    /// What was planned for its account.
    pub(super) banking: Banking,
    /// The institution says that the head still lives there, whatever happened.
    pub(super) stays_on: bool,
}

/// A person covered by a benefit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cover {
    /// Index among the household's members.
    pub(super) member: usize,
    pub(super) from: Month,
    /// Last month, as the office has it.
    pub(super) to: Option<Month>,
}

impl Cover {
    /// Whether the month is covered.
    pub(super) fn holds(&self, month: Month) -> bool {
        self.from <= month && self.to.is_none_or(|to| month <= to)
    }
}

/// Who collects, and where.
#[derive(Debug, Clone)]
pub(super) struct Payee {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) account_no: Text,
    pub(super) account_name: Text,
}

/// What became of one month's payment, where it was not simply paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Paid that many days after it was due.
    Late(i64),
    /// Only that many hundredths were paid.
    Short(i64),
    /// That many hundredths were paid, more than all.
    Over(i64),
    /// That many hundredths were paid, and the rest that many days after it was due.
    Supplemented(i64, i64),
    /// Nothing was paid.
    Missed,
    /// Paid together with what earlier months were missed.
    Arrears,
    /// Only the share of those who live was paid, before the award was changed.
    Survivors,
    /// The bank returned it; paid again that many days after it was due, or never.
    Returned(Option<i64>),
}

/// One row of `award`: a benefit at one amount.
#[derive(Debug, Clone)]
pub(super) struct Grade {
    pub(super) no: Text,
    pub(super) from: Month,
    pub(super) to: Option<Month>,
    pub(super) persons: i64,
    pub(super) amount: i64,
}

/// One benefit of a household from decision to end.
#[derive(Debug, Clone)]
pub(super) struct Benefit {
    /// Index among the household's applications; where there is none, the award was entered without one.
    pub(super) application: usize,
    pub(super) programme: Code,
    pub(super) tier: Option<Code>,
    pub(super) single_person: bool,
    pub(super) income: i64,
    /// Yuan fixed by the decision and not by the standards: of a grant paid once, or the same every month.
    pub(super) grant: Option<i64>,
    pub(super) covers: Vec<Cover>,
    pub(super) start: Month,
    pub(super) end: Option<Month>,
    pub(super) stop_notice_on: Option<NaiveDate>,
    pub(super) phase_out_from: Option<Month>,
    /// Payees, each from a month on.
    pub(super) payees: Vec<(Month, Payee)>,
    pub(super) turns: BTreeMap<Month, Turn>,
    pub(super) slips: Slips,
    /// Filled by the ledger: the award rows, and what was paid for each month and for how many.
    pub(super) grades: Vec<Grade>,
    pub(super) paid: Vec<(Month, Fen, i64)>,
}

impl Benefit {
    /// Persons covered in a month.
    pub(super) fn persons(&self, month: Month) -> i64 {
        self.covers.iter().filter(|c| c.holds(month)).count() as i64
    }

    /// Who collects in a month.
    pub(super) fn payee(&self, month: Month) -> &Payee {
        let after = self.payees.partition_point(|(from, _)| *from <= month);
        &self.payees[after.max(1) - 1].1
    }

    /// The member is covered no longer than to that month; the last one ends the benefit.
    pub(super) fn uncover(&mut self, member: usize, to: Month) {
        for cover in self.covers.iter_mut().filter(|c| c.member == member) {
            cover.to = Some(cover.to.map_or(to, |old| old.min(to)));
        }
        if self.covers.iter().all(|c| c.to.is_some()) {
            self.end = self.covers.iter().filter_map(|c| c.to).max();
        }
    }
}
