//! What was planted: claims about the model, and the rows of `truth.csv` and `dirt.csv`.

use std::io::Write;

use super::MadeError;
use super::model::Household;
use super::numbers::{Numbers, Series};
use super::rows::Text;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// Columns of `truth.csv`.
pub(super) const TRUTH_COLUMNS: &str =
    "typology,subject_kind,subject_key,household_no,amount,month_from,month_to,decoy,hard,alt_keys,case,note";
/// Columns of `dirt.csv`.
pub(super) const DIRT_COLUMNS: &str = "file,row,column,kind";

/// Whom a claim is about.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Person(Text),
    /// The claim's household.
    Household,
    /// The claim's benefit.
    Award,
    Account(Text),
    /// Another kind of subject and its number.
    Named(&'static str, Text),
}

/// How the amount follows from what was paid in the claim's months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    Nothing,
    /// All of it.
    Whole,
    /// The part of one person.
    Share,
    /// What is missing.
    Gap,
    /// That much.
    Exactly(Fen),
    /// What is too much.
    Excess,
}

/// One case: an irregularity, or a look-alike with the exemption that makes it lawful.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) typology: &'static str,
    pub(super) subject: Subject,
    /// Household and benefit by index in the village.
    pub(super) of: Option<(usize, usize)>,
    pub(super) months: Option<(Month, Month)>,
    pub(super) amount: Amount,
    pub(super) decoy: Option<&'static str>,
    pub(super) hard: bool,
    pub(super) alt: Vec<Text>,
    pub(super) note: &'static str,
}

impl Claim {
    /// A real irregularity.
    pub(super) fn real(typology: &'static str, subject: Subject) -> Self {
        Self {
            typology,
            subject,
            of: None,
            months: None,
            amount: Amount::Nothing,
            decoy: None,
            hard: false,
            alt: Vec::new(),
            note: "",
        }
    }

    /// A look-alike that is lawful.
    pub(super) fn decoy(typology: &'static str, exemption: &'static str, subject: Subject) -> Self {
        Self { decoy: Some(exemption), ..Self::real(typology, subject) }
    }

    /// Names the household and benefit (by index in the village).
    pub(super) fn of(mut self, household: usize, benefit: usize) -> Self {
        self.of = Some((household, benefit));
        self
    }

    /// First and last month, and how the amount follows from them.
    pub(super) fn months(mut self, from: Month, to: Month, amount: Amount) -> Self {
        self.months = Some((from, to));
        self.amount = amount;
        self
    }

    /// Other numbers of the case.
    pub(super) fn alt(mut self, keys: impl IntoIterator<Item = Text>) -> Self {
        self.alt.extend(keys);
        self
    }

    /// Needs identity resolution beyond one repaired digit.
    pub(super) fn hard(mut self, hard: bool) -> Self {
        self.hard = hard;
        self
    }

    /// A remark for people.
    pub(super) fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// The row, once the ledger has numbered the awards.
    pub(super) fn row(self, households: &[Household], numbers: &mut Numbers) -> Truth {
        let household = self.of.map(|(h, _)| &households[h]);
        let benefit = self.of.and_then(|(h, b)| households[h].benefits.get(b));
        let mut keys: Vec<Text> = self.alt;
        keys.extend(benefit.into_iter().flat_map(|b| b.grades.iter().map(|g| g.no.clone())));
        keys.extend(household.map(|h| h.no.clone()));
        let (kind, key) = match self.subject {
            Subject::Person(id) => ("person", id),
            Subject::Account(no) => ("account", no),
            Subject::Named(kind, key) => (kind, key),
            Subject::Household => ("household", household.map(|h| h.no.clone()).unwrap_or_default()),
            Subject::Award => {
                let month = self.months.map(|(_, to)| to);
                let grades = benefit.map(|b| b.grades.as_slice()).unwrap_or_default();
                let at = grades.iter().rfind(|g| month.is_none_or(|m| g.from <= m)).or(grades.first());
                ("award", at.map(|g| g.no.clone()).unwrap_or_default())
            }
        };
        let mut alt: Vec<Text> = Vec::new();
        for other in keys {
            if other != key && !alt.contains(&other) {
                alt.push(other);
            }
        }
        let mut amount = if let Amount::Exactly(fen) = self.amount { fen } else { Fen(0) };
        if let (Some((from, to)), Some(benefit)) = (self.months, benefit) {
            for (month, paid, persons) in benefit.paid.iter().filter(|p| from <= p.0 && p.0 <= to) {
                let grade = benefit.grades.iter().rfind(|g| g.from <= *month);
                amount.0 += match self.amount {
                    Amount::Nothing | Amount::Exactly(_) => 0,
                    Amount::Whole => paid.0,
                    Amount::Share => paid.0 / (*persons).max(1),
                    Amount::Gap => grade.map_or(0, |g| (g.amount * 100 - paid.0).max(0)),
                    Amount::Excess => grade.map_or(0, |g| (paid.0 - g.amount * 100).max(0)),
                };
            }
        }
        Truth {
            typology: self.typology,
            subject_kind: kind,
            subject_key: key,
            household_no: household.map(|h| h.no.clone()).unwrap_or_default(),
            amount,
            months: self.months,
            decoy: self.decoy,
            hard: self.hard,
            alt_keys: alt,
            case: format!("{}-{:05}", self.typology, numbers.next(Series::Case)),
            note: self.note.to_owned(),
        }
    }
}

/// A row of `truth.csv`.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    pub(super) typology: &'static str,
    pub(super) subject_kind: &'static str,
    pub(super) subject_key: Text,
    pub(super) household_no: Text,
    pub(super) amount: Fen,
    pub(super) months: Option<(Month, Month)>,
    pub(super) decoy: Option<&'static str>,
    pub(super) hard: bool,
    pub(super) alt_keys: Vec<Text>,
    pub(super) case: String,
    pub(super) note: String,
}

impl Truth {
    /// Writes the row. No cell contains a comma, a quote or a line end.
    pub(super) fn write(&self, out: &mut impl Write) -> Result<(), MadeError> {
        let month = |pick: fn(&(Month, Month)) -> Month| self.months.as_ref().map(|m| pick(m).to_string());
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{}",
            self.typology,
            self.subject_kind,
            self.subject_key,
            self.household_no,
            self.amount,
            month(|m| m.0).unwrap_or_default(),
            month(|m| m.1).unwrap_or_default(),
            self.decoy.unwrap_or("no"),
            if self.hard { "yes" } else { "no" },
            self.alt_keys.join("|"),
            self.case,
            self.note
        )?;
        Ok(())
    }
}

/// A row of `dirt.csv`: a fault put into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) file: String,
    /// As a spreadsheet counts: the header is row 1.
    pub(super) row: u64,
    pub(super) column: &'static str,
    pub(super) kind: &'static str,
}

impl Fault {
    /// Writes the row.
    pub(super) fn write(&self, out: &mut impl Write) -> Result<(), MadeError> {
        writeln!(out, "{},{},{},{}", self.file, self.row, self.column, self.kind)?;
        Ok(())
    }
}
