//! How good a linkage is, where the truth is known.

use std::collections::HashMap;

use super::columns::{Column, NONE, Rows};
use super::predict::Scored;

/// Precision and recall from a threshold up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Probability from which pairs count as links.
    pub threshold: f64,
    /// Links that are right.
    pub precision: f64,
    /// Of all true pairs, also those that no blocking rule made.
    pub recall: f64,
}

impl Point {
    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        let sum = self.precision + self.recall;
        if sum == 0.0 { 0.0 } else { 2.0 * self.precision * self.recall / sum }
    }
}

/// Measures of a linkage against the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// All true pairs.
    pub true_pairs: u64,
    /// True pairs among those written.
    pub found: u64,
    /// Mean of precision over recall, of pairs in order of probability.
    pub average_precision: f64,
    /// Expected calibration error: mean difference between the probabilities of pairs and the share of them
    /// that is true, over 20 equal bands of probability, weighted by pairs (Naeini et al. 2015).
    pub calibration_error: f64,
    /// Where F1 is best.
    pub best: Point,
    /// Along probabilities.
    pub points: Vec<Point>,
}

/// Probabilities along which precision and recall are told.
const TOLD: [f64; 11] = [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99];

/// Bands of probability in which calibration is measured.
const BANDS: usize = 20;

/// See [`Evaluation::calibration_error`].
fn calibration_error(pairs: &[(f64, f64, bool)]) -> f64 {
    let mut bands = [(0.0, 0.0); BANDS];
    for (_, probability, is_true) in pairs {
        let band = &mut bands[((probability * BANDS as f64) as usize).min(BANDS - 1)];
        *band = (band.0 + probability, band.1 + f64::from(*is_true));
    }
    bands.iter().map(|(expected, found)| (expected - found).abs()).sum::<f64>() / (pairs.len() as f64).max(1.0)
}

/// True pairs in all: rows of one entity, between the sides or within the one.
pub(super) fn true_pairs(rows: &Rows, truth: usize) -> u64 {
    let mut entities: HashMap<u64, (u64, u64)> = HashMap::new();
    for row in 0..rows.len() {
        let Some(entity) = entity(rows, truth, row) else { continue };
        let counts = entities.entry(entity).or_default();
        if row < rows.left { counts.0 += 1 } else { counts.1 += 1 }
    }
    let pairs = |(left, right): &(u64, u64)| if rows.right.is_some() { left * right } else { left * (left - 1) / 2 };
    entities.values().map(pairs).sum()
}

fn entity(rows: &Rows, truth: usize, row: u32) -> Option<u64> {
    match &rows.columns[truth] {
        Column::Text(column) => Some(column.codes[row as usize]).filter(|code| *code != NONE).map(u64::from),
        column => column.number(row).map(f64::to_bits),
    }
}

/// Whether two rows are one entity.
pub(super) fn is_true(rows: &Rows, truth: usize, pair: &Scored) -> bool {
    rows.columns[truth].equal(pair.left, pair.right) == Some(true)
}

/// Evaluates pairs, given with whether they are true, against a number of true pairs in all. Pairs of the
/// same score count together.
pub(super) fn evaluate(pairs: impl Iterator<Item = (f64, f64, bool)>, true_pairs: u64) -> Evaluation {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = (true_pairs as f64).max(1.0);
    let mut best = Point { threshold: 1.0, precision: 0.0, recall: 0.0 };
    let (mut right, mut seen, mut area, mut last) = (0u64, 0u64, 0.0, 0.0);
    let mut points: Vec<Point> = Vec::new();
    let mut told: Vec<f64> = TOLD.to_vec();
    let mut at = 0;
    let mut point = best;
    while at < pairs.len() {
        let (weight, probability, _) = pairs[at];
        while told.last().is_some_and(|threshold| probability < *threshold) {
            points.push(Point { threshold: told.pop().unwrap_or_default(), ..point });
        }
        while at < pairs.len() && pairs[at].0 == weight {
            right += u64::from(pairs[at].2);
            seen += 1;
            at += 1;
        }
        point = Point { threshold: probability, precision: right as f64 / seen as f64, recall: right as f64 / all };
        area += (point.recall - last) * point.precision;
        last = point.recall;
        if point.f1() > best.f1() {
            best = point;
        }
    }
    while let Some(threshold) = told.pop() {
        points.push(Point { threshold, ..point });
    }
    points.reverse();
    let calibration_error = calibration_error(&pairs);
    Evaluation { true_pairs, found: right, average_precision: area, calibration_error, best, points }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_precision_of_a_known_order() {
        let found = evaluate([(3.0, 0.9, true), (2.0, 0.8, false), (1.0, 0.6, true)].into_iter(), 2);
        assert!((found.average_precision - (0.5 + 0.5 * 2.0 / 3.0)).abs() < 1e-12);
        assert_eq!((found.best.recall, found.found), (1.0, 2));
        // Each in a band of its own: 0.1 and 0.4 too low, 0.8 too high.
        assert!((found.calibration_error - (0.1 + 0.8 + 0.4) / 3.0).abs() < 1e-12);
    }
}
