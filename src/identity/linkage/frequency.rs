//! Term frequency: that two people share 张伟 proves little, that they share a rare name proves much.

use super::columns::{Column, NONE, Rows};
use super::compare::{Pattern, level_of};
use super::model::Model;
use super::spec::Comparison;

/// Adjusts exact agreement by how common the value is.
#[derive(Debug)]
pub(super) struct Frequencies<'r> {
    rows: &'r Rows,
    /// Comparison, its column, and the chance that two random values are equal.
    adjusted: Vec<(usize, usize, f64)>,
    exact: Vec<Vec<bool>>,
}

impl<'r> Frequencies<'r> {
    pub(super) fn new(rows: &'r Rows, comparisons: &[Comparison]) -> Self {
        let adjusted =
            comparisons.iter().enumerate().filter(|(_, c)| c.term_frequency).filter_map(|(i, comparison)| {
                let Column::Text(column) = &rows.columns[comparison.column] else { return None };
                let all: f64 = column.counts.iter().map(|count| f64::from(*count)).sum();
                let equal: f64 = column.counts.iter().map(|count| share(*count, all).powi(2)).sum();
                (all > 0.0).then_some((i, comparison.column, equal))
            });
        let exact = comparisons.iter().map(|comparison| comparison.exact.clone()).collect();
        Self { rows, adjusted: adjusted.collect(), exact }
    }

    /// log2 by which the agreements of a pair weigh more (rare values) or less (common ones), in all.
    pub(super) fn adjustment(&self, model: &Model, pattern: Pattern, a: u32, b: u32) -> f64 {
        (0..self.adjusted.len()).map(|i| self.part(i, model, pattern, a, b)).sum()
    }

    /// The same by comparison, as the waterfall shows it.
    pub(super) fn parts(&self, model: &Model, pattern: Pattern, a: u32, b: u32) -> Vec<(usize, f64)> {
        (0..self.adjusted.len()).map(|i| (self.adjusted[i].0, self.part(i, model, pattern, a, b))).collect()
    }

    fn part(&self, i: usize, model: &Model, pattern: Pattern, a: u32, b: u32) -> f64 {
        let (comparison, column, equal) = self.adjusted[i];
        let level = level_of(pattern, comparison);
        let Some(Column::Text(column)) = self.rows.columns.get(column) else { return 0.0 };
        let (x, y) = (column.codes[a as usize], column.codes[b as usize]);
        if level == 0 || x == NONE || y == NONE || self.exact[comparison].get(level - 1) != Some(&true) {
            return 0.0;
        }
        let all = f64::from(self.rows.len());
        let chance = share(column.counts[x as usize].max(column.counts[y as usize]), all);
        // Never below the next level: a shared common name is still no evidence against.
        let weights = &model.comparisons[comparison];
        let floor = weights.at(level + 1) - weights.at(level);
        (equal / chance).log2().max(floor.min(0.0))
    }
}

/// Share of a value, without the one row that is being compared.
fn share(count: u32, all: f64) -> f64 {
    f64::from(count.saturating_sub(1)).max(0.5) / all
}
