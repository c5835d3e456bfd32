//! Principal components: how far a row lies from the plane that holds most rows, or how unusual its
//! place is in it.
//!
//! Columns are centred and divided by their standard deviations; the components are the eigenvectors of
//! their correlations.
//!
//! - `score = weighted`: Σ yᵢ²/λᵢ over components with λᵢ above a ten-millionth of the largest; major
//!   components find extreme rows, minor ones rows against the pattern.
//! - `score = reconstruction`: squared distance to the span of the first components that hold `share` of
//!   the variance.
//! - Fit: O(n d² + d³) time, O(d²) memory. Scoring m rows: O(m d²).
//! - Contributions are exact: zⱼ · (M z)ⱼ for the standardised row z, M being Σ eᵢeᵢᵀ/λᵢ (weighted) or the
//!   projection on the minor components (reconstruction).
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
    /// Sum of squares over variances.
    Weighted,
    /// Squared distance to the major components.
    Reconstruction,
}

impl fmt::Display for PcaScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weighted => "weighted",
            Self::Reconstruction => "reconstruction",
        })
    }
}

impl FromStr for PcaScore {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "weighted" => Ok(Self::Weighted),
            "reconstruction" => Ok(Self::Reconstruction),
            _ => Err("weighted or reconstruction"),
        }
    }
}

detector! {
    /// Parameters of the principal component detector.
    "pca", PcaParams, PcaValidParams => Pca, rows 2 {
        /// What is scored: weighted or reconstruction
        score: PcaScore = PcaScore::Weighted;
        /// Share of variance that the major components hold (reconstruction)
        share: f64 = 0.9, in 0.0..=1.0;
    }
}

/// A fitted principal component detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    mean: Array1<f64>,
    deviations: Array1<f64>,
    /// A score is |z · directions|² (d × r).
    directions: Array2<f64>,
}

impl Detect for PcaValidParams {
    type Model = Pca;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Pca, DetectError> {
        let n = rows.nrows();
        let (mean, scatter) = moments(rows);
        let deviations = deviations(&scatter, n);
        let correlations =
            Array2::from_shape_fn(scatter.dim(), |(i, j)| scatter[[i, j]] / (n as f64 * deviations[i] * deviations[j]));
        let (values, vectors) = eigen(&correlations).ok_or(DetectError::Constant { kind: "pca" })?;
        let whole: f64 = values.iter().filter(|v| **v > 0.0).sum();
        if whole <= 0.0 {
            return Err(DetectError::Constant { kind: "pca" });
        }
        let directions = match self.score {
            PcaScore::Weighted => {
                let kept = values.iter().take_while(|v| **v > values[0] * 1e-7).count();
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
                // All components would leave nothing to score: the last one is always minor.
                let major = major.count().min(values.len() - 1);
                vectors.slice(s![.., major..]).to_owned()
            }
        };
        Ok(Pca { mean, deviations, directions })
    }
}

impl Pca {
    fn standard(&self, block: &Array2<f64>) -> Array2<f64> {
        (block - &self.mean) / &self.deviations
    }
}

impl Score for Pca {
    fn columns(&self) -> usize {
        self.mean.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        each_row(rows, |block, scores| {
            let places = self.standard(block).dot(&self.directions);
            for (place, score) in places.rows().into_iter().zip(scores) {
                *score = place.dot(&place);
            }
        })
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        each_cell(rows, |block, cells| {
            let z = self.standard(block);
            let parts = z.dot(&self.directions).dot(&self.directions.t()) * z;
            for (cell, part) in cells.iter_mut().zip(&parts) {
                *cell = *part;
            }
        })
    }
}
