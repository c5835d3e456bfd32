//! Drift: how far features moved between the snapshot a model is trusted on and another.
//!
//! The population stability index is Σ (a − b) ln(a/b) over ten bins of equal counts of the first, shares
//! kept from zero by half a row. Below 0.1 nothing moved, from 0.25 the model should not be trusted
//! (Siddiqi, Credit Risk Scorecards, 2006, whose limits are a convention). O(n log n) a feature.

use super::FeatureTable;

/// Index from which a model should not be trusted.
pub const MOVED: f64 = 0.25;

/// How far one feature moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The feature.
    pub name: String,
    /// Population stability index.
    pub index: f64,
}

impl Drift {
    /// Whether it moved so far that the model should not be trusted.
    pub fn moved(&self) -> bool {
        self.index >= MOVED
    }
}

/// Population stability index of values against those before; 0 where either is empty.
pub fn stability_index(before: &[f64], now: &[f64]) -> f64 {
    if before.is_empty() || now.is_empty() {
        return 0.0;
    }
    let mut sorted = before.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..10).map(|i| sorted[i * sorted.len() / 10]).collect();
    edges.dedup();
    let shares = |values: &[f64]| {
        let mut counts = vec![0.5; edges.len() + 1];
        for value in values {
            counts[edges.partition_point(|edge| edge <= value)] += 1.0;
        }
        let whole: f64 = counts.iter().sum();
        counts.into_iter().map(|count| count / whole).collect::<Vec<f64>>()
    };
    shares(before).iter().zip(shares(now)).map(|(b, a)| (a - b) * (a / b).ln()).sum()
}

/// Drift of every feature that both tables have.
pub fn drift(before: &FeatureTable, now: &FeatureTable) -> Vec<Drift> {
    let column = |table: &FeatureTable, j: usize| table.rows.column(j).to_vec();
    let of = |(j, name): (usize, &String)| {
        let i = before.names.iter().position(|known| known == name)?;
        Some(Drift { name: name.clone(), index: stability_index(&column(before, i), &column(now, j)) })
    };
    now.names.iter().enumerate().filter_map(of).collect()
}
