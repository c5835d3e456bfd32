use ndarray::{Array1, Array2, Axis};

use super::beside::beside;
use super::peers::{Ordinary, residuals};
use super::{FeatureTable, Model, ModelError};
use crate::model::count::robust_scale;
use crate::model::detector::ensemble::{combine, combine_against, tail_probabilities};
use crate::model::detector::{Detector, Score};

/// Features named in a reason.
const NAMED: usize = 3;

/// A feature that made a subject unlike its peers.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// Place of the feature.
    pub feature: usize,
    /// Its part of what is unusual, 0 to 1.
    pub part: f64,
    /// The subject's value.
    pub value: f64,
    /// What would have been ordinary: the 5 %, 50 % and 95 % quantiles of its peers.
    pub ordinary: [f64; 3],
    /// How many known values those are of.
    pub among: usize,
    /// Whether that is ordinary among all subjects, because it is known of few peers.
    pub of_all: bool,
}

impl Driver {
    /// Whether the value lies outside what is ordinary, by a difference that means anything.
    fn outside(&self, least: f64) -> bool {
        self.value < self.ordinary[0] && self.value <= self.ordinary[0] - least
            || self.value > self.ordinary[2] && self.value >= self.ordinary[2] + least
    }
}

/// What a model says of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Place of the subject in the table.
    pub subject: usize,
    /// Mean of −ln tail probability over the detectors.
    pub score: f64,
    /// Share of subjects with such a score or a higher one.
    pub tail: f64,
    /// Whether the model raises it: among the share, and unlike its peers in enough ways.
    pub raised: bool,
    /// What made it so, the most first; for those raised.
    pub drivers: Vec<Driver>,
    /// The counterfactual: had the first so many drivers their peers' median, it would not be among the
    /// share; 0 where not even all named ones suffice.
    pub enough: usize,
    /// Those most like it in all but what drove it, and ordinary in that; for those raised.
    pub beside: Vec<usize>,
    /// Its peers; none where they are few and it is compared with all.
    pub peers: Option<usize>,
}

impl Scored {
    /// What raised it, so coarsely that the same facts told again have the same name: the model with its version, and
    /// what it takes to make the subject ordinary, each value as the power of two of the least difference that means
    /// anything. Who was looked at and found in order is not asked about again for the same facts.
    pub fn facts(&self, model: &Model, table: &FeatureTable) -> String {
        let decisive = if self.enough > 0 { self.enough } else { self.drivers.len() };
        let coarse = |driver: &Driver| {
            let steps = driver.value.abs() / table.least[driver.feature];
            let power = if steps < 1.0 { 0.0 } else { driver.value.signum() * (1.0 + steps.log2().round()) };
            format!("{}={power}", table.names[driver.feature])
        };
        let mut facts: Vec<String> = self.drivers.iter().take(decisive).map(coarse).collect();
        facts.sort_unstable();
        format!("{} v{}: {}", model.spec.id, model.spec.version, facts.join(", "))
    }
}

/// What a model says of all.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// By subject, in the order of the table.
    Scored(Vec<Scored>),
    /// Too few subjects to say anything.
    NotAssessable {
        /// How many there are.
        rows: usize,
        /// How many it takes.
        least: usize,
    },
}

/// Detectors that have learnt, with the scores of the rows they learnt from.
pub(super) struct Fitted {
    models: Vec<Box<dyn Score>>,
    /// By detector (n).
    pub(super) scores: Vec<Array1<f64>>,
}

impl Fitted {
    /// Of rows (n × d).
    pub(super) fn new(model: &Model, rows: &Array2<f64>) -> Result<Self, ModelError> {
        let (mut models, mut scores) = (Vec::new(), Vec::new());
        for detector in model.detectors()? {
            scores.push(Detector::own_scores(&*detector, rows.view())?);
            models.push(detector.learn(rows.view())?);
        }
        Ok(Self { models, scores })
    }

    /// Combined scores of other rows (m × d), by tail probabilities among the rows learnt from.
    pub(super) fn others(&self, rows: &Array2<f64>) -> Array1<f64> {
        let scores: Vec<Array1<f64>> = self.models.iter().map(|model| model.scores(rows.view())).collect();
        combine_against(&self.scores, &scores)
    }
}

/// Runs a model over its features.
pub fn run(model: &Model, table: &FeatureTable) -> Result<Outcome, ModelError> {
    let n = table.subjects.len();
    if n < model.spec.least_rows.max(2) {
        return Ok(Outcome::NotAssessable { rows: n, least: model.spec.least_rows });
    }
    let rows = residuals(table);
    let fitted = Fitted::new(model, &rows)?;
    let combined = combine(&fitted.scores);
    let tails = tail_probabilities(combined.view());
    let ordinary = Ordinary::new(table);
    let candidates: Vec<usize> = (0..n).filter(|i| tails[*i] <= model.spec.share).collect();
    let parts = parts(&fitted, &rows, table, &candidates);
    let mut scored: Vec<Scored> = (0..n)
        .map(|subject| Scored {
            subject,
            score: combined[subject],
            tail: tails[subject],
            raised: false,
            drivers: Vec::new(),
            enough: 0,
            beside: Vec::new(),
            peers: ordinary.peers(&table.peers[subject]),
        })
        .collect();
    for (subject, parts) in candidates.iter().zip(parts.rows()) {
        // A value that nobody told is no way of being unlike others.
        let driver = |(feature, part): (usize, &f64)| {
            let usual = ordinary.of(&table.peers[*subject], feature)?;
            let value = table.known(*subject, feature)?;
            Some(Driver {
                feature,
                part: *part,
                value,
                ordinary: usual.quantiles,
                among: usual.of,
                of_all: usual.of_all,
            })
        };
        let mut drivers: Vec<Driver> = parts.iter().enumerate().filter_map(driver).collect();
        scored[*subject].raised =
            drivers.iter().filter(|driver| driver.outside(table.least[driver.feature])).count() >= model.spec.ways;
        drivers.retain(|driver| driver.part > 0.0);
        drivers.sort_by(|a: &Driver, b| b.part.total_cmp(&a.part).then(a.feature.cmp(&b.feature)));
        drivers.truncate(NAMED);
        scored[*subject].drivers = drivers;
    }
    let raised: Vec<usize> = (0..n).filter(|i| scored[*i].raised).collect();
    let cut = candidates.iter().map(|i| combined[*i]).fold(f64::INFINITY, f64::min);
    counterfactuals(&fitted, &rows, cut, &raised, &mut scored);
    let found = beside(table, &rows, &raised, &scored);
    raised.iter().zip(found).for_each(|(subject, found)| scored[*subject].beside = found);
    scored.iter_mut().filter(|one| !one.raised).for_each(|one| one.drivers.clear());
    Ok(Outcome::Scored(scored))
}

/// How many of the first drivers must be ordinary for a subject to fall below the cut: each in turn is
/// given its peers' median, which is a residual of 0, and the row is scored again.
fn counterfactuals(fitted: &Fitted, rows: &Array2<f64>, cut: f64, raised: &[usize], scored: &mut [Scored]) {
    let mut open = raised.to_vec();
    let mut changed = rows.select(Axis(0), raised);
    for nth in 0..NAMED {
        if changed.is_empty() {
            return;
        }
        for (mut row, subject) in changed.rows_mut().into_iter().zip(&open) {
            if let Some(driver) = scored[*subject].drivers.get(nth) {
                row[driver.feature] = 0.0;
            }
        }
        let again = fitted.others(&changed);
        let still: Vec<usize> = (0..open.len()).filter(|i| again[*i] >= cut).collect();
        for (i, subject) in open.iter().enumerate().filter(|(i, _)| again[*i] < cut) {
            debug_assert!(!still.contains(&i));
            scored[*subject].enough = (nth + 1).min(scored[*subject].drivers.len());
        }
        changed = changed.select(Axis(0), &still);
        open = still.into_iter().map(|i| open[i]).collect();
    }
}

/// Rows, spread over all, that tell what a feature usually adds.
const USUAL: usize = 20_000;

/// What each feature adds for some subjects (m × d), over all detectors: of each detector what a feature
/// adds above its median over the rows, as a share of all that is above, weighted by −ln of the row's tail
/// probability under that detector. The shares of a row sum to one, where anything is above; what is missing
/// has no share.
fn parts(fitted: &Fitted, rows: &Array2<f64>, table: &FeatureTable, subjects: &[usize]) -> Array2<f64> {
    let mut whole = Array2::zeros((subjects.len(), rows.ncols()));
    let spread: Vec<usize> = (0..rows.nrows()).step_by(rows.nrows().div_ceil(USUAL).max(1)).collect();
    let (spread, own) = (rows.select(Axis(0), &spread), rows.select(Axis(0), subjects));
    let values = table.rows.select(Axis(0), subjects);
    for (model, scores) in fitted.models.iter().zip(&fitted.scores) {
        let usual = model.contributions(spread.view());
        let mut parts = model.contributions(own.view());
        for (mut column, usual) in parts.columns_mut().into_iter().zip(usual.columns()) {
            let middle = robust_scale(usual.to_vec()).0;
            column.mapv_inplace(|part| (part - middle).max(0.0));
        }
        parts.zip_mut_with(&values, |part, value| *part = if value.is_nan() { 0.0 } else { *part });
        let tails = tail_probabilities(scores.view());
        for (mut part, subject) in parts.rows_mut().into_iter().zip(subjects) {
            let sum = part.sum();
            part *= if sum > 0.0 { -tails[*subject].ln() / sum } else { 0.0 };
        }
        whole += &parts;
    }
    for mut row in whole.rows_mut() {
        let sum = row.sum();
        if sum > 0.0 {
            row /= sum;
        }
    }
    whole
}
