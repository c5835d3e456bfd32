use ndarray::{Array1, Array2, Axis};

use super::{FeatureTable, Model, ModelError};
use crate::model::count::robust_scale;
use crate::model::detector::ensemble::{combine, tail_probabilities};
use crate::model::detector::{Detector, Neighbours, Score};

/// Features named in a reason.
const NAMED: usize = 3;
/// Ordinary subjects shown beside.
const BESIDE: usize = 3;

/// A feature that made a subject unlike the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// Place of the feature.
    pub feature: usize,
    /// Its part of what is unusual, 0 to 1.
    pub part: f64,
    /// The subject's value.
    pub value: f64,
    /// What would have been ordinary: the 5 %, 50 % and 95 % quantiles of all.
    pub ordinary: [f64; 3],
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
    /// Whether it is among the share that the model raises.
    pub raised: bool,
    /// What made it so, the most first; for those raised.
    pub drivers: Vec<Driver>,
    /// The ordinary subjects nearest to it, by the features divided by their spread; for those raised.
    pub beside: Vec<usize>,
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

/// Runs a model over its features.
pub fn run(model: &Model, table: &FeatureTable) -> Result<Outcome, ModelError> {
    let n = table.subjects.len();
    if n < model.spec.least_rows.max(2) {
        return Ok(Outcome::NotAssessable { rows: n, least: model.spec.least_rows });
    }
    let (mut scores, mut fitted) = (Vec::new(), Vec::new());
    for detector in model.detectors()? {
        scores.push(Detector::own_scores(&*detector, table.rows.view())?);
        fitted.push(detector.learn(table.rows.view())?);
    }
    let combined = combine(&scores);
    let tails = tail_probabilities(combined.view());
    let quantiles: Vec<[f64; 3]> = table.rows.axis_iter(Axis(1)).map(|column| quantiles(column.to_vec())).collect();
    let parts = parts(&fitted, &scores, &table.rows);
    let raised: Vec<bool> = tails.iter().map(|tail| *tail <= model.spec.share).collect();
    let ordinary: Vec<usize> = (0..n).filter(|i| !raised[*i]).collect();
    let scaled = scaled(&table.rows);
    let near = Neighbours::new(scaled.select(Axis(0), &ordinary).view());
    let scored = (0..n).map(|subject| {
        let (mut drivers, mut beside) = (Vec::new(), Vec::new());
        if raised[subject] {
            let value = |feature: usize| table.rows[[subject, feature]];
            let driver = |(feature, part): (usize, &f64)| Driver {
                feature,
                part: *part,
                value: value(feature),
                ordinary: quantiles[feature],
            };
            drivers = parts.row(subject).iter().enumerate().filter(|(_, part)| **part > 0.0).map(driver).collect();
            drivers.sort_by(|a: &Driver, b| b.part.total_cmp(&a.part).then(a.feature.cmp(&b.feature)));
            drivers.truncate(NAMED);
            let row = scaled.select(Axis(0), &[subject]);
            beside = near.of(row.view(), BESIDE).rows.iter().map(|i| ordinary[*i as usize]).collect();
        }
        Scored { subject, score: combined[subject], tail: tails[subject], raised: raised[subject], drivers, beside }
    });
    Ok(Outcome::Scored(scored.collect()))
}

/// What each feature adds (n × d), over all detectors: of each detector what a feature adds above its
/// median over the rows, as a share of all that is above, weighted by −ln of the row's tail probability
/// under that detector. The shares of a row sum to one, where anything is above.
fn parts(fitted: &[Box<dyn Score>], scores: &[Array1<f64>], rows: &Array2<f64>) -> Array2<f64> {
    let mut whole = Array2::zeros(rows.dim());
    for (model, scores) in fitted.iter().zip(scores) {
        let mut parts = model.contributions(rows.view());
        for mut column in parts.columns_mut() {
            let middle = robust_scale(column.to_vec()).0;
            column.mapv_inplace(|part| (part - middle).max(0.0));
        }
        let tails = tail_probabilities(scores.view());
        for (mut part, tail) in parts.rows_mut().into_iter().zip(&tails) {
            let sum = part.sum();
            part *= if sum > 0.0 { -tail.ln() / sum } else { 0.0 };
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

/// Columns over their spread, by median and median absolute deviation; by the standard deviation where
/// most values are one.
fn scaled(rows: &Array2<f64>) -> Array2<f64> {
    let mut scaled = rows.clone();
    for mut column in scaled.columns_mut() {
        let (middle, spread) = robust_scale(column.to_vec());
        let spread = if spread > 0.0 { spread } else { column.std(0.0) };
        column.mapv_inplace(|x| if spread > 0.0 { (x - middle) / spread } else { 0.0 });
    }
    scaled
}

fn quantiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    [0.05, 0.5, 0.95].map(|q| values.get((q * last).round() as usize).copied().unwrap_or(0.0))
}
