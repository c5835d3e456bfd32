//! Gaussian mixture: rows where the fitted density is low.
//!
//! Components with full covariances, fitted by expectation and maximisation from the best of a few k-means
//! starts (k-means++ on a sample). The score is −ln density. One component is the plain normal
//! distribution, found in one pass.
//!
//! - Fit: O(iterations · n · components · d²) time, O(components · d²) memory beside the rows, which are
//!   read block by block. Scoring m rows: O(m · components · d²).
//! - Contributions: by the component a row most likely belongs to, half of (x − μ)ⱼ · (Σ⁻¹(x − μ))ⱼ; they
//!   sum to half its squared distance, the part of the score that depends on the row when there is one
//!   component.
//! - Papers: Dempster, Laird, Rubin, JRSS B 39 (1977); Arthur, Vassilvitskii: k-means++. SODA 2007.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::Rng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use super::covariance::Ellipsoid;
use super::isolation_forest::stream;
use super::rows::{deviations, each_block, each_cell, each_row, moments};
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of a Gaussian mixture.
    "gmm", GaussianMixtureParams, GaussianMixtureValidParams => GaussianMixture, rows 2 {
        /// Number of components
        components: usize = 1, in 1..=1000, also ["n_components"];
        /// Added to the variances, as a share of a column's own, which keeps a covariance regular
        ridge: f64 = 1e-6, in 0.0..=1.0;
        /// The fit ends when the mean log likelihood grows by less
        tolerance: f64 = 1e-3, in 0.0..=1.0, also ["tol"];
        /// The fit ends after so many rounds
        rounds: usize = 100, in 1..=100_000, also ["max_iter"];
        /// Seed of the starts
        seed: u64 = 0, also ["random_state"];
    }
}

/// A fitted Gaussian mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianMixture {
    components: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq)]
struct Component {
    /// ln of weight and normalisation.
    log_scale: f64,
    shape: Ellipsoid,
}

/// Weighted sums of a component: rows, columns, products about a fixed origin.
#[derive(Debug, Clone)]
struct Sums {
    weight: f64,
    first: Array1<f64>,
    second: Array2<f64>,
}

impl Sums {
    fn zero(d: usize) -> Self {
        Self { weight: 0.0, first: Array1::zeros(d), second: Array2::zeros((d, d)) }
    }

    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        self.first += &other.first;
        self.second += &other.second;
    }

    /// Of rows about an origin, each with its weight.
    fn of(off: &Array2<f64>, weights: ArrayView1<'_, f64>) -> Self {
        let weighted = off * &weights.insert_axis(Axis(1));
        Self { weight: weights.sum(), first: weighted.sum_axis(Axis(0)), second: off.t().dot(&weighted) }
    }

    fn component(&self, origin: &Array1<f64>, n: f64, ridge: &Array1<f64>) -> Option<Component> {
        let weight = self.weight.max(10.0 * f64::EPSILON);
        let shift = &self.first / weight;
        let outer = shift.view().insert_axis(Axis(1)).dot(&shift.view().insert_axis(Axis(0)));
        let mut covariance = &self.second / weight - outer;
        covariance.diag_mut().zip_mut_with(ridge, |v, ridge| *v = v.max(0.0) + ridge);
        component(&shift + origin, &covariance, weight / n)
    }
}

fn component(centre: Array1<f64>, covariance: &Array2<f64>, weight: f64) -> Option<Component> {
    let d = centre.len() as f64;
    let shape = Ellipsoid::new(centre, covariance)?;
    // A singular covariance has no density; the directions it has give one.
    let log_determinant = if shape.log_determinant.is_finite() { shape.log_determinant } else { 0.0 };
    let log_scale = weight.ln() - 0.5 * (d * std::f64::consts::TAU.ln() + log_determinant);
    Some(Component { log_scale, shape })
}

impl GaussianMixture {
    /// ln of weight times density by component (b × k).
    fn log_parts(&self, block: &Array2<f64>) -> Array2<f64> {
        let mut parts = Array2::zeros((block.nrows(), self.components.len()));
        let mut squares = vec![0.0; block.nrows()];
        for (mut part, component) in parts.columns_mut().into_iter().zip(&self.components) {
            component.shape.squares(block, &mut squares);
            part.iter_mut().zip(&squares).for_each(|(part, square)| *part = component.log_scale - 0.5 * square);
        }
        parts
    }

    /// The next fit and the mean log likelihood of this one.
    fn improved(&self, rows: ArrayView2<'_, f64>, origin: &Array1<f64>, ridge: &Array1<f64>) -> Option<(Self, f64)> {
        let n = rows.nrows() as f64;
        let of_block = |block: Array2<f64>| {
            let mut parts = self.log_parts(&block);
            let mut likelihood = 0.0;
            for mut row in parts.rows_mut() {
                let whole = log_sum(row.view());
                likelihood += whole;
                row.mapv_inplace(|part| (part - whole).exp());
            }
            let off = block - origin;
            (parts.columns().into_iter().map(|weights| Sums::of(&off, weights)).collect::<Vec<_>>(), likelihood)
        };
        let mut sums = vec![Sums::zero(rows.ncols()); self.components.len()];
        let mut likelihood = 0.0;
        for (parts, part) in each_block(rows, of_block) {
            sums.iter_mut().zip(&parts).for_each(|(sum, part)| sum.add(part));
            likelihood += part;
        }
        let components = sums.iter().map(|sum| sum.component(origin, n, ridge)).collect::<Option<_>>()?;
        Some((Self { components }, likelihood / n))
    }
}

fn log_sum(parts: ArrayView1<'_, f64>) -> f64 {
    let largest = parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + parts.iter().map(|part| (part - largest).exp()).sum::<f64>().ln()
}

/// Centres (k × d) by k-means++ and Lloyd's rounds on rows.
fn centres(rows: &Array2<f64>, k: usize, rng: &mut ChaCha8Rng) -> (Array2<f64>, Vec<usize>) {
    let n = rows.nrows();
    let square = |i: usize, centre: ArrayView1<'_, f64>| {
        rows.row(i).iter().zip(centre).map(|(x, y)| (x - y) * (x - y)).sum::<f64>()
    };
    let mut centres = Array2::zeros((k, rows.ncols()));
    centres.row_mut(0).assign(&rows.row(rng.random_range(0..n)));
    let mut nearest: Vec<f64> = (0..n).map(|i| square(i, centres.row(0))).collect();
    for c in 1..k {
        let mut left = rng.random::<f64>() * nearest.iter().sum::<f64>();
        let drawn = nearest.iter().position(|s| {
            left -= s;
            left < 0.0
        });
        centres.row_mut(c).assign(&rows.row(drawn.unwrap_or(n - 1)));
        for (i, nearest) in nearest.iter_mut().enumerate() {
            *nearest = nearest.min(square(i, centres.row(c)));
        }
    }
    let mut labels = vec![0; n];
    for _ in 0..50 {
        let mut changed = false;
        for (i, label) in labels.iter_mut().enumerate() {
            let distances = (0..k).map(|c| (square(i, centres.row(c)), c));
            let best = distances.fold((f64::INFINITY, 0), |a, b| if b.0 < a.0 { b } else { a }).1;
            changed |= best != *label;
            *label = best;
        }
        for c in 0..k {
            let own: Vec<usize> = (0..n).filter(|i| labels[*i] == c).collect();
            if let Some(mean) = rows.select(Axis(0), &own).mean_axis(Axis(0)) {
                centres.row_mut(c).assign(&mean);
            }
        }
        if !changed {
            break;
        }
    }
    (centres, labels)
}

/// Rows on which the start is looked for.
const START_ROWS: usize = 20_000;

impl Detect for GaussianMixtureValidParams {
    type Model = GaussianMixture;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<GaussianMixture, DetectError> {
        let n = rows.nrows();
        let beyond = || DetectError::Covariance { kind: "gmm" };
        let (mean, scatter) = moments(rows);
        let mut covariance = &scatter / n as f64;
        let scale = deviations(&scatter, n);
        let ridge = scale.mapv(|deviation| self.ridge * deviation * deviation);
        covariance.diag_mut().zip_mut_with(&ridge, |v, ridge| *v += ridge);
        if self.components == 1 {
            let only = component(mean, &covariance, 1.0).ok_or_else(beyond)?;
            return Ok(GaussianMixture { components: vec![only] });
        }
        if n < self.components {
            return Err(DetectError::TooFew { kind: "gmm", needed: self.components, rows: n, columns: rows.ncols() });
        }
        let mut rng = stream(self.seed, 0);
        let mut chosen = index::sample(&mut rng, n, n.min(START_ROWS)).into_vec();
        chosen.sort_unstable();
        let sample = rows.select(Axis(0), &chosen).as_standard_layout().into_owned();
        let (_, labels) = centres(&(&sample / &scale), self.components, &mut rng);
        let off = &sample - &mean;
        let start = (0..self.components).map(|c| {
            let weights: Array1<f64> = labels.iter().map(|label| f64::from(u8::from(*label == c))).collect();
            Sums::of(&off, weights.view()).component(&mean, sample.nrows() as f64, &ridge)
        });
        let mut fitted = GaussianMixture { components: start.collect::<Option<_>>().ok_or_else(beyond)? };
        let mut before = f64::NEG_INFINITY;
        for _ in 0..self.rounds {
            let (next, likelihood) = fitted.improved(rows, &mean, &ridge).ok_or_else(beyond)?;
            fitted = next;
            if likelihood - before < self.tolerance {
                break;
            }
            before = likelihood;
        }
        Ok(fitted)
    }
}

impl Score for GaussianMixture {
    fn columns(&self) -> usize {
        self.components.first().map_or(0, |component| component.shape.centre.len())
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        each_row(rows, |block, scores| {
            for (parts, score) in self.log_parts(block).rows().into_iter().zip(scores) {
                *score = -log_sum(parts);
            }
        })
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let d = self.columns();
        each_cell(rows, |block, cells| {
            let likely: Vec<usize> = self
                .log_parts(block)
                .rows()
                .into_iter()
                .map(|row| {
                    row.iter()
                        .enumerate()
                        .fold((0, f64::NEG_INFINITY), |a, (i, p)| if *p > a.1 { (i, *p) } else { a })
                        .0
                })
                .collect();
            for (c, component) in self.components.iter().enumerate() {
                if !likely.contains(&c) {
                    continue;
                }
                let parts = component.shape.parts(block);
                let own = likely.iter().enumerate().filter(|(_, likely)| **likely == c);
                for (i, _) in own {
                    for (cell, part) in cells[i * d..(i + 1) * d].iter_mut().zip(parts.row(i)) {
                        *cell = part / 2.0;
                    }
                }
            }
        })
    }
}
