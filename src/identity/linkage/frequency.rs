//! Term frequency: that two people share 张伟 proves little, that they share a rare name proves much.

use super::columns::{Column, NONE, Rows};
use super::compare::{Pattern, level_of};
use super::model::Model;
use super::spec::Comparison;

/// A comparison whose agreements are adjusted.
#[derive(Debug, Clone, Copy)]
struct Adjusted {
    comparison: usize,
    column: usize,
    /// Rows that have a value: of these, not of all, chances are shares.
    filled: f64,
    /// The chance that two random values are equal.
    equal: f64,
}

/// Adjusts exact agreement by how common the value is.
#[derive(Debug)]
pub(super) struct Frequencies<'r> {
    rows: &'r Rows,
    adjusted: Vec<Adjusted>,
    exact: Vec<Vec<bool>>,
}

impl<'r> Frequencies<'r> {
    pub(super) fn new(rows: &'r Rows, comparisons: &[Comparison]) -> Self {
        let adjusted =
            comparisons.iter().enumerate().filter(|(_, c)| c.term_frequency).filter_map(|(i, comparison)| {
                let Column::Text(column) = &rows.columns[comparison.column] else { return None };
                let filled: f64 = column.counts.iter().map(|count| f64::from(*count)).sum();
                let equal: f64 = column.counts.iter().map(|count| share(*count, filled).powi(2)).sum();
                (filled > 0.0).then_some(Adjusted { comparison: i, column: comparison.column, filled, equal })
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
        (0..self.adjusted.len()).map(|i| (self.adjusted[i].comparison, self.part(i, model, pattern, a, b))).collect()
    }

    fn part(&self, i: usize, model: &Model, pattern: Pattern, a: u32, b: u32) -> f64 {
        let Adjusted { comparison, column, filled, equal } = self.adjusted[i];
        let level = level_of(pattern, comparison);
        let Some(Column::Text(column)) = self.rows.columns.get(column) else { return 0.0 };
        let (x, y) = (column.codes[a as usize], column.codes[b as usize]);
        if level == 0 || x == NONE || y == NONE || self.exact[comparison].get(level - 1) != Some(&true) {
            return 0.0;
        }
        let chance = share(column.counts[x as usize].max(column.counts[y as usize]), filled);
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

#[cfg(test)]
mod tests {
    use super::super::columns::TextColumn;
    use super::super::model::Weights;
    use super::*;

    #[test]
    fn a_sparse_column_is_adjusted_as_a_full_one_is() {
        // Two of ten values are equal; the same among ninety empty cells.
        let part = |empty: usize| {
            let mut column = TextColumn::default();
            ["anna", "anna", "b", "c", "d", "e", "f", "g", "h", "i"].iter().for_each(|text| column.add(Some(text)));
            (0..empty).for_each(|_| column.add(None));
            let columns = vec![Column::Text(column)];
            let rows = Rows { left: 10 + empty as u32, right: None, columns, ids: Vec::new(), hashes: Vec::new() };
            let labels = vec!["exact".to_owned(), "else".to_owned()];
            let comparison = Comparison {
                name: "name".into(),
                column: 0,
                term_frequency: true,
                tests: Vec::new(),
                labels: labels.clone(),
                exact: vec![true],
            };
            let weights = Weights::new("name", &labels, vec![0.9, 0.1], vec![0.01, 0.99]);
            let model = Model { prior: 0.1, comparisons: vec![weights] };
            Frequencies::new(&rows, &[comparison]).adjustment(&model, 1, 0, 1)
        };
        assert!(part(0) < 0.0, "what is shared more often than values are on the mean weighs less");
        assert!((part(0) - part(90)).abs() < 1e-12, "{} {}", part(0), part(90));
    }
}
