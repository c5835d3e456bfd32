//! Principal components: how far a row lies from the plane that holds most rows, or how unusual its
//! place is in it.
//!
//! Columns are centred and divided by their standard deviations; the components are the eigenvectors of
//! their correlations.
//!
//! - `score = eigenvectors`: Σ |z − eᵢ| / sᵢ with the unit eigenvectors eᵢ and their shares sᵢ of the variance,
//!   as PyOD scores: in effect the length of the standardised row z, minor components counting most.
//! - `score = weighted`: Σ yᵢ²/λᵢ over components with λᵢ above a ten-millionth of the largest; major
//!   components find extreme rows, minor ones rows against the pattern.
//! - `score = reconstruction`: squared distance to the span of the first components that hold `share` of
//!   the variance.
//! - Fit: O(n d² + d³) time, O(d²) memory. Scoring m rows: O(m d²).
//! - Contributions are exact for two: zⱼ · (M z)ⱼ for the standardised row z, M being Σ eᵢeᵢᵀ/λᵢ (weighted) or
//!   the projection on the minor components (reconstruction). For `eigenvectors` the score is shared by zⱼ², a
//!   convention.
//! - Paper: Shyu, Chen, Sarinnapakorn, Chang: A Novel Anomaly Detection Scheme Based on Principal
//!   Component Classifier. ICDM 2003.

use std::fmt;
use std::str::FromStr;

use ndarray::{Array1, Array2, ArrayView2, s};

use super::covariance::eigen;
use super::rows::{deviations, each_cell, each_row, moments};
use super::{Detect, DetectError, Score};

/// What of the components is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PcaScore {
    /// Sum of distances to the eigenvectors over their shares of variance.
    Eigenvectors,
    /// Sum of squares over variances.
    Weighted,
    /// Squared distance to the major components.
    Reconstruction,
}

impl fmt::Display for PcaScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eigenvectors => "eigenvectors",
            Self::Weighted => "weighted",
            Self::Reconstruction => "reconstruction",
        })
    }
}

impl FromStr for PcaScore {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "eigenvectors" => Ok(Self::Eigenvectors),
            "weighted" => Ok(Self::Weighted),
            "reconstruction" => Ok(Self::Reconstruction),
            _ => Err("eigenvectors, weighted or reconstruction"),
        }
    }
}

detector! {
    /// Parameters of the principal component detector.
    "pca", PcaParams, PcaValidParams => Pca, rows 2 {
        /// What is scored: eigenvectors, weighted or reconstruction
        score: PcaScore = PcaScore::Eigenvectors;
        /// Share of variance that the major components hold (reconstruction)
        share: f64 = 0.9, in 0.0..=1.0;
        /// Components that are kept, the first ones (reconstruction: the major ones); 0 is all (those of the share)
        components: usize = 0, in 0..=1_000_000, also ["n_components"];
    }
}

/// A fitted principal component detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    mean: Array1<f64>,
    deviations: Array1<f64>,
    /// Eigenvectors, or those divided by deviations (d × r).
    directions: Array2<f64>,
    /// One over the share of variance of each eigenvector (r), where distances to them are scored; else a
    /// score is |z · directions|².
    weights: Option<Array1<f64>>,
}

impl Detect for PcaValidParams {
    type Model = Pca;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Pca, DetectError> {
        let n = rows.nrows();
        let (mean, scatter) = moments(rows);
        let deviations = deviations(&scatter, n);
        let correlations =
            Array2::from_shape_fn(scatter.dim(), |(i, j)| scatter[[i, j]] / (n as f64 * deviations[i] * deviations[j]));
        let (values, vectors) = eigen(&correlations).ok_or(DetectError::Covariance { kind: "pca" })?;
        let whole: f64 = values.iter().filter(|v| **v > 0.0).sum();
        if whole <= 0.0 {
            // In constant columns no row is further from ordinary than another.
            return Ok(Pca { mean, deviations, directions: Array2::zeros((rows.ncols(), 0)), weights: None });
        }
        let asked = if self.components == 0 { values.len() } else { self.components };
        let kept = values.iter().take(asked).take_while(|v| **v > values[0] * 1e-7).count();
        let directions = match self.score {
            PcaScore::Eigenvectors => vectors.slice(s![.., ..kept]).to_owned(),
            PcaScore::Weighted => {
                let mut directions = vectors.slice(s![.., ..kept]).to_owned();
                for (mut column, value) in directions.columns_mut().into_iter().zip(&values) {
                    column /= value.sqrt();
                }
                directions
            }
            PcaScore::Reconstruction => {
                let mut held = 0.0;
                let major = values.iter().take_while(|v| {
                    let more = held < self.share * whole - 1e-9;
                    held += **v;
                    more
                });
                let major = if self.components == 0 { major.count() } else { self.components };
                // All components would leave nothing to score: the last one is always minor.
                let major = major.min(values.len() - 1);
                vectors.slice(s![.., major..]).to_owned()
            }
        };
        let weights = (self.score == PcaScore::Eigenvectors).then(|| values.slice(s![..kept]).mapv(|v| whole / v));
        Ok(Pca { mean, deviations, directions, weights })
    }
}

impl Pca {
    fn standard(&self, block: &Array2<f64>) -> Array2<f64> {
        (block - &self.mean) / &self.deviations
    }

    /// Scores of standardised rows into `scores`.
    fn score(&self, z: &Array2<f64>, scores: &mut [f64]) {
        let places = z.dot(&self.directions);
        for ((z, place), score) in z.rows().into_iter().zip(places.rows()).zip(scores) {
            *score = match &self.weights {
                // |z − e|² = |z|² − 2 z·e + 1.
                Some(weights) => {
                    let square = z.dot(&z) + 1.0;
                    place.iter().zip(weights).map(|(y, w)| (square - 2.0 * y).max(0.0).sqrt() * w).sum()
                }
                None => place.dot(&place),
            };
        }
    }
}

impl Score for Pca {
    fn columns(&self) -> usize {
        self.mean.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        each_row(rows, |block, scores| self.score(&self.standard(block), scores))
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        each_cell(rows, |block, cells| {
            let z = self.standard(block);
            let parts = if self.weights.is_some() {
                let mut scores = vec![0.0; z.nrows()];
                self.score(&z, &mut scores);
                let mut parts = &z * &z;
                for (mut row, score) in parts.rows_mut().into_iter().zip(scores) {
                    let whole = row.sum();
                    row *= if whole > 0.0 { score / whole } else { 0.0 };
                }
                parts
            } else {
                z.dot(&self.directions).dot(&self.directions.t()) * z
            };
            for (cell, part) in cells.iter_mut().zip(&parts) {
                *cell = *part;
            }
        })
    }
}
