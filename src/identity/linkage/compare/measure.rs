//! What is measured of a pair: one number, or nothing where a side has no value.

use super::super::columns::{Column, Rows};
use super::sets::{Sets, Unit};
use super::{text, values};

/// How words or elements in common are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// In common over all.
    Jaccard,
    /// In common over those of the smaller set.
    Containment,
    /// Cosine of inverse document frequencies.
    Rare,
    /// How many.
    Count,
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// 1 where equal, else 0.
    Equal,
    /// A function of two texts; it need not tell values beyond the bound apart.
    Text(Text),
    /// A function of two days.
    Days(Days),
    /// A function of two numbers.
    Numbers(fn(f64, f64) -> f64),
    /// Great-circle distance; the second column is the longitude.
    Kilometres,
    /// Overlap of the sets that texts or lists are taken apart into.
    Overlap(Overlap, Unit),
    /// Likeness of the words of two texts.
    MongeElkan,
    /// Similarity of a value with the other column's on the other side, the worse of both ways.
    Swapped,
    /// 1 where a value stands in the other column of the other side, either way.
    Crossed,
}

/// A function of two texts and the loosest bound that any level asks of it.
pub(super) type Text = fn(&str, &str, f64) -> f64;
/// A function of two days.
pub(super) type Days = fn(i32, i32) -> f64;

/// A measure of one column, or of two.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    pub what: What,
    /// What tells it from others: its kind's name.
    pub name: &'static str,
    pub column: usize,
    pub with: usize,
    /// Loosest bound asked.
    pub bound: f64,
}

impl Measure {
    /// What the values of the measure's column must be taken apart into beforehand.
    pub(super) fn unit(&self) -> Option<Unit> {
        match self.what {
            What::Overlap(_, unit) => Some(unit),
            What::MongeElkan => Some(Unit::Word),
            _ => None,
        }
    }

    /// The number, of two rows; `sets` are those that [`Self::unit`] asks for.
    pub(super) fn value(&self, rows: &Rows, sets: Option<&Sets<'_>>, a: u32, b: u32) -> Option<f64> {
        let column = &rows.columns[self.column];
        match self.what {
            What::Equal => column.equal(a, b).map(f64::from),
            What::Text(measure) => {
                let Column::Text(column) = column else { return None };
                Some(measure(column.get(a)?, column.get(b)?, self.bound))
            }
            What::Days(measure) => Some(measure(column.day(a)?, column.day(b)?)),
            What::Numbers(measure) => Some(measure(column.number(a)?, column.number(b)?)),
            What::Kilometres => {
                let longitude = &rows.columns[self.with];
                let place = |row| Some((column.number(row)?, longitude.number(row)?));
                Some(values::kilometres(place(a)?, place(b)?))
            }
            What::Overlap(overlap, _) => {
                let sets = sets?;
                Some(overlap.of(sets, sets.value(a)?, sets.value(b)?, self.bound))
            }
            What::MongeElkan => {
                let sets = sets?;
                Some(sets.monge_elkan(sets.value(a)?, sets.value(b)?, self.bound))
            }
            What::Swapped => {
                let (Column::Text(one), Column::Text(other)) = (column, &rows.columns[self.with]) else { return None };
                let like = |a: u32, b: u32| Some(text::jaro_winkler(one.get(a)?, other.get(b)?, self.bound));
                Some(like(a, b)?.min(like(b, a)?))
            }
            What::Crossed => {
                let (Column::Text(one), Column::Text(other)) = (column, &rows.columns[self.with]) else { return None };
                let same = |a: u32, b: u32| Some(one.get(a)? == other.get(b)?);
                match (same(a, b), same(b, a)) {
                    (None, None) => None,
                    (x, y) => Some(f64::from(x == Some(true) || y == Some(true))),
                }
            }
        }
    }
}

/// Inverse document frequency, never negative.
pub(super) fn idf(rows: f64, count: f64) -> f64 {
    (1.0 + rows / count.max(1.0)).ln()
}

impl Overlap {
    /// The overlap of two values; 0 where it lies below `least`.
    pub(super) fn of(self, sets: &Sets<'_>, x: u32, y: u32, least: f64) -> f64 {
        let (a, b) = (sets.get(x), sets.get(y));
        let (all, fewer) = ((a.len() + b.len()) as f64, a.len().min(b.len()).max(1) as f64);
        // So many must be in common; once these can no longer be reached, the rest need not be looked at.
        let needed = match self {
            Self::Jaccard => least / (1.0 + least) * all,
            Self::Containment => least * fewer,
            Self::Count => least,
            Self::Rare => f64::from(least > 0.0),
        };
        let needed = (needed - 1e-9).ceil().max(0.0) as usize;
        let (mut i, mut j, mut shared, mut weight) = (0, 0, 0usize, 0.0);
        while i < a.len() && j < b.len() {
            if shared + (a.len() - i).min(b.len() - j) < needed {
                return 0.0;
            }
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    if self == Self::Rare {
                        weight += sets.square(a[i]);
                    }
                    (i, j) = (i + 1, j + 1);
                }
            }
        }
        if shared == 0 {
            return 0.0;
        }
        let shared = shared as f64;
        match self {
            Self::Count => shared,
            Self::Jaccard => shared / (all - shared),
            Self::Containment => shared / fewer,
            Self::Rare => {
                let norm = (sets.norm(x) * sets.norm(y)).sqrt();
                if norm == 0.0 { 0.0 } else { weight / norm }
            }
        }
    }
}
