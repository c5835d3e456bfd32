//! The words of the distinct values of a text column.

use super::super::columns::{ListColumn, TextColumn};
use super::measure::idf;

/// Words by code of the text.
#[derive(Debug)]
pub(super) struct Words {
    sets: ListColumn,
    /// Rows that have a word, by its code.
    counts: Vec<u64>,
    rows: f64,
}

impl Words {
    /// Splits every distinct text at blanks. O(length of the texts).
    pub(super) fn new(column: &TextColumn, rows: u32) -> Self {
        let mut sets = ListColumn::default();
        for code in 0..column.texts.len() as u32 {
            sets.add(column.texts.get(code).split_whitespace());
        }
        let mut counts = vec![0u64; sets.texts.len()];
        for code in 0..column.texts.len() as u32 {
            for word in sets.get(code) {
                counts[*word as usize] += u64::from(column.counts[code as usize]);
            }
        }
        Self { sets, counts, rows: f64::from(rows) }
    }

    /// Words of a text, ascending.
    pub(super) fn get(&self, code: u32) -> &[u32] {
        self.sets.get(code)
    }

    /// Inverse document frequency of a word.
    pub(super) fn rarity(&self, word: u32) -> f64 {
        idf(self.rows, self.counts[word as usize] as f64)
    }
}
