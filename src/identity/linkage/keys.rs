//! Keys of rows under a blocking rule, a few bytes each.

use super::expression::{BatchKeys, Rule};

/// Keys of the rows of a side.
#[derive(Debug)]
pub(super) enum Keys {
    /// One a row; 0 where there is none.
    One(Vec<u64>),
    /// Several a row.
    Many(ManyKeys),
}

/// Several keys a row.
#[derive(Debug, Default)]
pub(super) struct ManyKeys {
    /// Where each row's end.
    ends: Vec<usize>,
    /// All of them.
    keys: Vec<u64>,
    /// Rows that had more than are kept.
    shortened: u64,
}

impl ManyKeys {
    fn add(&mut self, own: impl IntoIterator<Item = u64>) {
        self.keys.extend(own);
        self.ends.push(self.keys.len());
    }
}

impl Keys {
    /// None yet.
    pub fn new(rule: &Rule) -> Self {
        if rule.lists { Self::Many(ManyKeys::default()) } else { Self::One(Vec::new()) }
    }

    /// Adds those of the next rows.
    pub fn add(&mut self, batch: BatchKeys) {
        match (self, batch) {
            (Self::One(keys), BatchKeys::One(new)) => keys.extend(new),
            (Self::Many(many), BatchKeys::Many { rows, shortened }) => {
                rows.into_iter().for_each(|own| many.add(own));
                many.shortened += shortened;
            }
            (Self::One(keys), BatchKeys::Many { rows, .. }) => {
                keys.extend(rows.iter().map(|own| own.first().copied().unwrap_or(0)))
            }
            (Self::Many(many), BatchKeys::One(new)) => {
                new.into_iter().for_each(|own| many.add(Some(own).filter(|own| *own != 0)));
            }
        }
    }

    /// Rows that had more keys than are kept of one.
    pub fn shortened(&self) -> u64 {
        match self {
            Self::One(_) => 0,
            Self::Many(many) => many.shortened,
        }
    }

    /// Rows that have keys.
    pub fn rows(&self) -> usize {
        match self {
            Self::One(keys) => keys.len(),
            Self::Many(many) => many.ends.len(),
        }
    }

    /// Keys of a row.
    pub fn of(&self, row: usize) -> &[u64] {
        match self {
            Self::One(keys) if keys[row] == 0 => &[],
            Self::One(keys) => &keys[row..=row],
            Self::Many(ManyKeys { ends, keys, .. }) => &keys[if row == 0 { 0 } else { ends[row - 1] }..ends[row]],
        }
    }
}

/// Keys of both sides under a rule.
#[derive(Debug)]
pub(super) struct RuleKeys {
    /// Of rows on the left of a pair.
    pub left: Keys,
    /// Of rows on the right; `None` where these are the same.
    pub right: Option<Keys>,
}
