//! Drift: how far features and scores moved between the snapshot a model is trusted on and another.
//!
//! The population stability index is Σ (a − b) ln(a/b) over ten bins of equal counts of the first, shares
//! kept from zero by half a row. A value that holds a tenth of the rows or more has a bin of its own, apart from
//! what lies below and above it, and so have missing values: of a feature that is mostly 0, deciles alone would
//! make one bin of all. Below 0.1 nothing moved, from 0.25 the model should not be trusted
//! (Siddiqi, Credit Risk Scorecards, 2006, whose limits are a convention). With few rows it is that high by
//! chance: where nothing moved, index / (1/n + 1/m) is χ² with as many degrees of freedom as bins less one
//! (Yurdakul, Statistical properties of population stability index, 2018), so an index that chance reaches
//! once in a thousand times is no drift. O(n log n) a feature.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::peers::residuals;
use super::run::Fitted;
use super::{FeatureTable, Model, ModelError};
use crate::model::detector::ensemble::{combine, tails_among};

/// Index from which a model should not be trusted.
pub const MOVED: f64 = 0.25;
/// How rarely chance alone may reach an index that counts.
const CHANCE: f64 = 0.999;

/// How far one feature, or the score, moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The feature; `score` is the score.
    pub name: String,
    /// Population stability index.
    pub index: f64,
    /// What chance alone reaches once in a thousand times.
    pub chance: f64,
}

impl Drift {
    fn new(name: &str, before: &[f64], now: &[f64]) -> Self {
        let (index, bins) = stability_index(before, now);
        let rows = 1.0 / before.len().max(1) as f64 + 1.0 / now.len().max(1) as f64;
        let chance =
            ChiSquared::new(bins.saturating_sub(1).max(1) as f64).map_or(0.0, |d| d.inverse_cdf(CHANCE)) * rows;
        Self { name: name.to_owned(), index, chance }
    }

    /// Whether it moved so far that the model should not be trusted.
    pub fn moved(&self) -> bool {
        self.index >= MOVED && self.index > self.chance
    }
}

/// Drift of a model against another snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Drifted {
    /// The other snapshot.
    pub against: String,
    /// By feature, the score last.
    pub of: Vec<Drift>,
    /// Share of the subjects now that score as high as the quota of those before: about the quota where nothing
    /// changed. Of rows that a model did not learn from this need not hold, so it tells a false-alarm rate.
    pub beyond: f64,
}

impl Drifted {
    /// A warning in Chinese and English where the model should not be trusted on this data.
    pub fn warning(&self) -> Option<(String, String)> {
        let moved: Vec<String> =
            self.of.iter().filter(|one| one.moved()).map(|one| format!("{} {:.2}", one.name, one.index)).collect();
        (!moved.is_empty()).then(|| {
            let (moved, against) = (moved.join(", "), &self.against);
            (
                format!("与快照{against}相比数据漂移（群体稳定性指数 {moved}），本模型结论暂不宜采信。"),
                format!("The data moved since snapshot {against} (population stability index {moved}): do not trust this model before somebody has looked why."),
            )
        })
    }
}

/// Population stability index of values against those before, and how many bins it is over; 0 where either
/// is empty. NaN is a missing value.
pub fn stability_index(before: &[f64], now: &[f64]) -> (f64, usize) {
    if before.is_empty() || now.is_empty() {
        return (0.0, 1);
    }
    let edges = edges(before);
    let counts = |values: &[f64]| {
        // The last bin is of those missing.
        let mut counts = vec![0u64; edges.len() + 2];
        for value in values {
            let bin = edges.partition_point(|edge| edge <= value);
            counts[if value.is_nan() { edges.len() + 1 } else { bin }] += 1;
        }
        counts
    };
    // Where there is nobody, neither before nor now, there is no bin.
    let pairs = counts(before).into_iter().zip(counts(now));
    let pairs: Vec<(f64, f64)> =
        pairs.filter(|(b, a)| b + a > 0).map(|(b, a)| (b as f64 + 0.5, a as f64 + 0.5)).collect();
    let (all_before, all_now) = pairs.iter().fold((0.0, 0.0), |(b, a), pair| (b + pair.0, a + pair.1));
    let shares = pairs.iter().map(|(b, a)| (b / all_before, a / all_now));
    (shares.map(|(b, a)| (a - b) * (a / b).ln()).sum(), pairs.len())
}

/// Where bins of known values end and begin, ascending: at their deciles, and below and above each value that holds a
/// tenth of them or more.
fn edges(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let held = |value: f64| sorted.partition_point(|v| *v <= value) - sorted.partition_point(|v| *v < value);
    let deciles = (0..10).filter(|_| n > 0).map(|i| sorted[i * n / 10]);
    // The lowest value is no decile, and an end only where it holds so many.
    let ends = deciles.enumerate().flat_map(|(i, value)| {
        let heavy = 10 * held(value) >= n;
        [(i > 0 || heavy).then_some(value), heavy.then(|| value.next_up())].into_iter().flatten()
    });
    let mut edges: Vec<f64> = ends.collect();
    edges.sort_unstable_by(f64::total_cmp);
    edges.dedup();
    edges
}

/// Drift of every feature that both tables have, and of the score: what the model that learnt from the
/// rows before says of either. None where the rows before are too few to learn from.
pub fn drift(
    model: &Model,
    against: &str,
    before: &FeatureTable,
    now: &FeatureTable,
) -> Result<Option<Drifted>, ModelError> {
    if before.subjects.len() < model.spec.least_rows || now.subjects.is_empty() {
        return Ok(None);
    }
    let features = now.names.iter().zip(now.rows.columns()).filter_map(|(name, column)| {
        let i = before.names.iter().position(|known| known == name)?;
        Some(Drift::new(name, &before.rows.column(i).to_vec(), &column.to_vec()))
    });
    let mut of: Vec<Drift> = features.collect();
    let fitted = Fitted::new(model, &residuals(before))?;
    let (before, now) = (combine(&fitted.scores), fitted.others(&residuals(now)));
    of.push(Drift::new("score", &before.to_vec(), &now.to_vec()));
    let tails = tails_among(before.view(), now.view());
    let beyond = tails.iter().filter(|tail| **tail <= model.spec.share).count() as f64 / tails.len() as f64;
    Ok(Some(Drifted { against: against.to_owned(), of, beyond }))
}
