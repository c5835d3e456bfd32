use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Distinct spellings that are counted a column; beyond, the rare ones stay uncounted.
const DISTINCT: usize = 1_000;
/// Spellings that are kept when a profile is stored.
const TOP: usize = 10;

/// Quality of the cells of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Cells without text.
    pub missing: u64,
    /// Cells whose text means nothing in that column.
    pub invalid: u64,
    /// The texts that mean nothing, by frequency.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spellings: BTreeMap<String, u64>,
}

/// Quality of the cells of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows looked at, rejected ones too.
    pub rows: u64,
    /// By canonical column; columns without a fault are left out.
    pub columns: BTreeMap<String, ColumnProfile>,
}

impl Profile {
    /// Notes a cell without text.
    pub(super) fn missing(&mut self, column: &str, cells: u64) {
        if cells > 0 {
            self.column(column).missing += cells;
        }
    }

    /// Notes a text that means nothing.
    pub(super) fn invalid(&mut self, column: &str, text: &str) {
        let profile = self.column(column);
        profile.invalid += 1;
        count(&mut profile.spellings, text, 1);
    }

    fn column(&mut self, column: &str) -> &mut ColumnProfile {
        if !self.columns.contains_key(column) {
            self.columns.insert(column.to_owned(), ColumnProfile::default());
        }
        self.columns.entry(column.to_owned()).or_default()
    }

    /// Adds another part of the same file.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        for (name, theirs) in &other.columns {
            let mine = self.column(name);
            mine.missing += theirs.missing;
            mine.invalid += theirs.invalid;
            for (text, times) in &theirs.spellings {
                count(&mut mine.spellings, text, *times);
            }
        }
    }

    /// Keeps the most frequent spellings only, as a manifest does.
    #[must_use]
    pub fn condensed(mut self) -> Self {
        for column in self.columns.values_mut() {
            let mut spellings: Vec<(String, u64)> = std::mem::take(&mut column.spellings).into_iter().collect();
            spellings.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            column.spellings = spellings.into_iter().take(TOP).collect();
        }
        self
    }
}

fn count(spellings: &mut BTreeMap<String, u64>, text: &str, times: u64) {
    if let Some(known) = spellings.get_mut(text) {
        *known += times;
    } else if spellings.len() < DISTINCT {
        // A long text is no spelling of anything; its beginning is enough to find it.
        spellings.insert(text.chars().take(80).collect(), times);
    }
}
