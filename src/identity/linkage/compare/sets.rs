//! Words, character triples or elements of each distinct value, so that nothing is split once for every pair.

use super::super::columns::{Column, ListColumn, NONE, Rows};
use super::measure::idf;
use super::text::{Outline, jaro_winkler, outline};

/// What a value is taken apart into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Words of a text, parted by blanks; elements of a list.
    Word,
    /// Character triples of a text, with two blanks before and one after.
    Triple,
}

/// Sets by value: by code of the text, or by row of a list.
#[derive(Debug)]
pub(super) struct Sets<'r> {
    column: &'r Column,
    own: ListColumn,
    /// Squared inverse document frequency of each item.
    squares: Vec<f64>,
    /// Their sum over each set.
    norms: Vec<f64>,
    outlines: Vec<Outline>,
}

impl<'r> Sets<'r> {
    /// Takes every distinct value of a column apart; `None` where it has none. O(length of the texts).
    pub(super) fn new(rows: &'r Rows, column: usize, unit: Unit) -> Option<Self> {
        let column = &rows.columns[column];
        let mut own = ListColumn::default();
        let (sets, counts, values) = match column {
            Column::Text(texts) => {
                let values = texts.texts.len() as u32;
                (0..values).for_each(|code| take_apart(texts.texts.get(code), unit, &mut own));
                let mut counts = vec![0u64; own.texts.len()];
                for code in 0..values {
                    let rows = u64::from(texts.counts[code as usize]);
                    own.get(code).iter().for_each(|item| counts[*item as usize] += rows);
                }
                (&own, counts, values)
            }
            Column::List(lists) => {
                (lists, lists.counts.iter().map(|count| u64::from(*count)).collect(), lists.ends.len() as u32)
            }
            _ => return None,
        };
        let all = f64::from(rows.len());
        let squares: Vec<f64> = counts.iter().map(|count| idf(all, *count as f64).powi(2)).collect();
        let norm = |value| sets.get(value).iter().map(|item| squares[*item as usize]).sum();
        let norms = (0..values).map(norm).collect();
        Some(Self { column, own, squares, norms, outlines: Vec::new() })
    }

    /// Notes the outline of every word, which [`Self::monge_elkan`] needs.
    pub(super) fn with_outlines(mut self) -> Self {
        self.outlines = (0..self.own.texts.len() as u32).map(|word| outline(self.own.texts.get(word))).collect();
        self
    }

    /// Name of a row's value among the sets; `None` where the row has none.
    pub(super) fn value(&self, row: u32) -> Option<u32> {
        match self.column {
            Column::Text(texts) => Some(texts.codes[row as usize]).filter(|code| *code != NONE),
            Column::List(lists) => (!lists.get(row).is_empty()).then_some(row),
            _ => None,
        }
    }

    /// Items of a value, ascending.
    pub(super) fn get(&self, value: u32) -> &[u32] {
        match self.column {
            Column::List(lists) => lists.get(value),
            _ => self.own.get(value),
        }
    }

    /// Squared inverse document frequency of an item.
    pub(super) fn square(&self, item: u32) -> f64 {
        self.squares[item as usize]
    }

    /// Sum of the squares of a value's items.
    pub(super) fn norm(&self, value: u32) -> f64 {
        self.norms[value as usize]
    }

    /// Mean of each word's best Jaro–Winkler partner, of both sides (Monge and Elkan 1996, made symmetric);
    /// a word that a text has twice counts once. 0 where it lies below `least`: what the words' outlines
    /// allow at best is asked first, and most pairs end there.
    pub(super) fn monge_elkan(&self, a: u32, b: u32, least: f64) -> f64 {
        let (a, b) = (self.get(a), self.get(b));
        if a.is_empty() || b.is_empty() {
            return 0.0;
        }
        let mean = |of_a: &[f64], of_b: &[f64]| {
            let mean = |best: &[f64]| best.iter().sum::<f64>() / best.len() as f64;
            (mean(of_a) + mean(of_b)) / 2.0
        };
        let at_best = |x: u32, y: u32| {
            if x == y { 1.0 } else { self.outlines[x as usize].jaro_winkler_at_best(self.outlines[y as usize]) }
        };
        let (mut of_a, mut of_b) = (vec![0.0f64; a.len()], vec![0.0f64; b.len()]);
        let mut fill = |like: &dyn Fn(u32, u32, f64) -> f64| {
            of_a.fill(0.0);
            of_b.fill(0.0);
            for (x, best) in a.iter().zip(&mut of_a) {
                for (y, other) in b.iter().zip(&mut of_b) {
                    let found = like(*x, *y, best.min(*other));
                    (*best, *other) = (best.max(found), other.max(found));
                }
            }
            mean(&of_a, &of_b)
        };
        if fill(&|x, y, _| at_best(x, y)) < least - 1e-12 {
            return 0.0;
        }
        fill(&|x, y, known| {
            if x == y {
                1.0
            } else if at_best(x, y) <= known {
                0.0
            } else {
                jaro_winkler(self.own.texts.get(x), self.own.texts.get(y), known)
            }
        })
    }
}

/// Adds the set of a text.
fn take_apart(text: &str, unit: Unit, into: &mut ListColumn) {
    match unit {
        Unit::Word => into.add(text.split_whitespace()),
        Unit::Triple => {
            let padded = format!("  {text} ");
            let starts: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
            into.add(starts.windows(4).map(|at| &padded[at[0]..at[3]]));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::columns::TextColumn;
    use super::super::measure::Overlap;
    use super::*;

    /// Rows of one column of these texts.
    fn rows(texts: &[&str]) -> Rows {
        let mut column = TextColumn::default();
        texts.iter().for_each(|text| column.add(Some(text)));
        let (left, columns) = (texts.len() as u32, vec![Column::Text(column)]);
        Rows { left, right: None, columns, ids: Vec::new(), hashes: Vec::new() }
    }

    /// Monge–Elkan by its definition.
    fn plain(a: &str, b: &str) -> f64 {
        let words = |text: &str| -> Vec<String> {
            let found: std::collections::BTreeSet<_> = text.split_whitespace().map(str::to_owned).collect();
            found.into_iter().collect()
        };
        let one_way = |a: &[String], b: &[String]| {
            let best = a.iter().map(|x| b.iter().map(|y| jaro_winkler(x, y, 0.0)).fold(0.0, f64::max));
            best.sum::<f64>() / a.len() as f64
        };
        let (a, b) = (words(a), words(b));
        (one_way(&a, &b) + one_way(&b, &a)) / 2.0
    }

    #[test]
    fn triples_and_rare_words() {
        let rows = rows(&["abc", "abd", "the abc", "the abd", "the"]);
        let triples = Sets::new(&rows, 0, Unit::Triple).unwrap();
        // "  a", " ab" of six in all.
        assert_eq!(Overlap::Jaccard.of(&triples, 0, 1, 0.0), 2.0 / 6.0);
        let words = Sets::new(&rows, 0, Unit::Word).unwrap();
        assert!(Overlap::Rare.of(&words, 0, 2, 0.0) > Overlap::Rare.of(&words, 2, 4, 0.0));
        assert_eq!((Overlap::Count.of(&words, 2, 3, 0.0), Overlap::Containment.of(&words, 2, 4, 0.0)), (1.0, 1.0));
    }

    proptest! {
        #[test]
        fn a_bound_changes_nothing_on_its_near_side(
            a in "[a-d张章伟]{1,4}( [a-d]{1,9}){0,3}", b in "[a-d张章伟]{1,4}( [a-d]{1,9}){0,3}", bound in 0.0f64..1.0
        ) {
            let rows = rows(&[&a, &b]);
            let (x, y) = (0, u32::from(a != b));
            let words = Sets::new(&rows, 0, Unit::Word).unwrap().with_outlines();
            let full = plain(&a, &b);
            prop_assert!((words.monge_elkan(x, y, 0.0) - full).abs() < 1e-12);
            prop_assert_eq!(words.monge_elkan(x, y, bound), words.monge_elkan(y, x, bound));
            if full >= bound {
                prop_assert!((words.monge_elkan(x, y, bound) - full).abs() < 1e-12);
            }
            for sets in [words, Sets::new(&rows, 0, Unit::Triple).unwrap()] {
                for overlap in [Overlap::Jaccard, Overlap::Containment, Overlap::Rare, Overlap::Count] {
                    let (full, cut) = (overlap.of(&sets, x, y, 0.0), overlap.of(&sets, x, y, bound));
                    prop_assert_eq!(full >= bound, cut >= bound);
                    prop_assert_eq!(cut, overlap.of(&sets, y, x, bound));
                }
            }
        }
    }
}
