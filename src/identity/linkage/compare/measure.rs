//! What is measured of a pair: one number, or nothing where a side has no value.

use super::super::columns::{Column, NONE, Rows};
use super::words::Words;
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
    /// Overlap of the words of texts, or of the elements of lists.
    Overlap(Overlap),
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
    /// The number, of two rows.
    pub(super) fn value(&self, rows: &Rows, words: Option<&Words>, a: u32, b: u32) -> Option<f64> {
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
            What::Overlap(overlap) => match column {
                Column::List(lists) => {
                    let (x, y) = (lists.get(a), lists.get(b));
                    let rarity = |item: u32| idf(f64::from(rows.len()), f64::from(lists.counts[item as usize]));
                    (!x.is_empty() && !y.is_empty()).then(|| overlap.of(x, y, rarity))
                }
                Column::Text(texts) => {
                    let (x, y) = (texts.codes[a as usize], texts.codes[b as usize]);
                    let words = words.filter(|_| x != NONE && y != NONE)?;
                    Some(overlap.of(words.get(x), words.get(y), |word| words.rarity(word)))
                }
                _ => None,
            },
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
    fn of(self, a: &[u32], b: &[u32], rarity: impl Fn(u32) -> f64) -> f64 {
        let (mut i, mut j, mut shared, mut weight) = (0, 0, 0usize, 0.0);
        while i < a.len() && j < b.len() {
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    if self == Self::Rare {
                        weight += rarity(a[i]).powi(2);
                    }
                    (i, j) = (i + 1, j + 1);
                }
            }
        }
        let shared = shared as f64;
        match self {
            Self::Count => shared,
            Self::Jaccard => shared / ((a.len() + b.len()) as f64 - shared).max(1.0),
            Self::Containment => shared / a.len().min(b.len()).max(1) as f64,
            Self::Rare => {
                let norm = |set: &[u32]| set.iter().map(|item| rarity(*item).powi(2)).sum::<f64>();
                let all = (norm(a) * norm(b)).sqrt();
                if all == 0.0 { 0.0 } else { weight / all }
            }
        }
    }
}
