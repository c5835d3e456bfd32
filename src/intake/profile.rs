//! Data quality, counted while parsing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Different bad spellings that are counted one by one; the rest is counted together.
const SPELLINGS: usize = 1_000;
/// Characters of a spelling that are kept.
const SPELLING_CHARACTERS: usize = 60;

/// Quality of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Cells without a value.
    pub missing: u64,
    /// Cells with a text that cannot be read.
    pub invalid: u64,
    /// Such texts and how often they were met.
    pub spellings: BTreeMap<String, u64>,
    /// Cells with texts beyond the first thousand different ones.
    pub other_spellings: u64,
}

impl ColumnProfile {
    /// Counts an unreadable text.
    pub(super) fn bad(&mut self, spelling: &str) {
        self.invalid += 1;
        let spelling: String = spelling.chars().take(SPELLING_CHARACTERS).collect();
        self.count(spelling, 1);
    }

    fn count(&mut self, spelling: String, times: u64) {
        if let Some(count) = self.spellings.get_mut(&spelling) {
            *count += times;
        } else if self.spellings.len() < SPELLINGS {
            self.spellings.insert(spelling, times);
        } else {
            self.other_spellings += times;
        }
    }

    /// The most frequent unreadable texts, most frequent first, equals in order of text.
    pub fn top(&self, count: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> = self.spellings.iter().map(|(s, n)| (s.as_str(), *n)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(count);
        all
    }
}

/// Quality of a source, or of a part of it. Merging the chunks in their order gives the same profile
/// every time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows read, rejected ones included.
    pub rows: u64,
    /// By canonical column name; every column of the table, also those the file does not have.
    pub columns: BTreeMap<String, ColumnProfile>,
}

impl Profile {
    /// Adds the counts of a later part.
    pub fn merge(&mut self, later: Self) {
        self.rows += later.rows;
        for (name, column) in later.columns {
            let own = self.columns.entry(name).or_default();
            own.missing += column.missing;
            own.invalid += column.invalid;
            own.other_spellings += column.other_spellings;
            for (spelling, times) in column.spellings {
                own.count(spelling, times);
            }
        }
    }

    /// Keeps the ten most frequent spellings of each column, for a manifest.
    pub fn condense(&mut self) {
        for column in self.columns.values_mut() {
            let top: BTreeMap<String, u64> = column.top(10).into_iter().map(|(s, n)| (s.to_owned(), n)).collect();
            let kept: u64 = top.values().sum();
            let all: u64 = column.spellings.values().sum();
            column.other_spellings += all - kept;
            column.spellings = top;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_merge_and_stay_bounded() {
        let mut column = ColumnProfile::default();
        for number in 0..1_500 {
            column.bad(&format!("x{number}"));
        }
        column.bad("x7");
        assert_eq!((column.invalid, column.spellings.len(), column.other_spellings), (1_501, SPELLINGS, 500));
        assert_eq!(column.top(2), [("x7", 2), ("x0", 1)]);
        let part = Profile { rows: 10, columns: BTreeMap::from([("a".to_owned(), column)]) };
        let mut whole = part.clone();
        whole.merge(part);
        whole.condense();
        let column = &whole.columns["a"];
        assert_eq!((whole.rows, column.invalid, column.spellings.len()), (20, 3_002, 10));
        assert_eq!(column.spellings.values().sum::<u64>() + column.other_spellings, 3_002);
    }
}
