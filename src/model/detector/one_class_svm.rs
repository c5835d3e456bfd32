//! One-class support vector machine: rows outside a smooth surface that holds all but a share ν of them.
//!
//! With a Gaussian kernel k(x, y) = exp(−γ|x − y|²) it minimises ½ αᵀKα over 0 ≤ αᵢ ≤ 1, Σα = ν n, by
//! exchanging the pair that violates the optimum most (sequential minimal optimisation). The score is
//! ρ − Σ αᵢ k(xᵢ, x). Kernel columns are kept while they fit `cache` MiB.
//!
//! Fitting takes between quadratic and cubic time: more than `sample` rows are fitted on a seeded sample.
//!
//! - Fit: O(steps · m d), m = min(n, sample). Scoring r rows: O(r · vectors · d).
//! - Contributions: the score gained by moving a column alone to the mean of the fit, which are exact for
//!   each column and do not sum to the score.
//! - Papers: Schölkopf, Platt, Shawe-Taylor, Smola, Williamson: Estimating the Support of a
//!   High-Dimensional Distribution. Neural Computation 13 (2001); Fan, Chen, Lin, JMLR 6 (2005).

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::seq::index;
use rayon::prelude::*;

use super::isolation_forest::stream;
use super::rows::{Standard, each_cell, each_row, means};
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of the one-class support vector machine.
    "ocsvm", OneClassSvmParams, OneClassSvmValidParams => OneClassSvm, rows 2 {
        /// Share of rows that may lie outside
        nu: f64 = 0.5, in 1e-6..=1.0;
        /// Width of the kernel, exp(−γ|x − y|²); 0 is one over the number of columns
        gamma: f64 = 0.0, in 0.0..=1e9;
        /// How far from the optimum the fit may end
        tolerance: f64 = 1e-3, in 1e-12..=1.0;
        /// Rows fitted on, at most
        sample: usize = 20_000, in 2..=1 << 20;
        /// Memory for kernel columns, in MiB
        cache: usize = 256, in 1..=1 << 20;
        /// Seed of the sample
        seed: u64 = 0;
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

/// A fitted one-class support vector machine.
#[derive(Debug, Clone, PartialEq)]
pub struct OneClassSvm {
    standard: Standard,
    /// Support vectors, scaled (s × d).
    vectors: Array2<f64>,
    weights: Vec<f64>,
    gamma: f64,
    rho: f64,
    mean: Array1<f64>,
}

/// Columns of the kernel matrix, kept while they fit.
struct Kernel<'a> {
    rows: &'a Array2<f64>,
    gamma: f64,
    kept: HashMap<usize, Arc<Vec<f64>>>,
    most: usize,
}

impl Kernel<'_> {
    fn column(&mut self, i: usize) -> Arc<Vec<f64>> {
        if let Some(column) = self.kept.get(&i) {
            return Arc::clone(column);
        }
        let row = self.rows.row(i);
        let gamma = self.gamma;
        let mut column = vec![0.0; self.rows.nrows()];
        column.par_iter_mut().with_min_len(1024).enumerate().for_each(|(j, k)| {
            let square: f64 = row.iter().zip(self.rows.row(j)).map(|(x, y)| (x - y) * (x - y)).sum();
            *k = (-gamma * square).exp();
        });
        let column = Arc::new(column);
        if self.kept.len() >= self.most {
            self.kept.clear();
        }
        self.kept.insert(i, Arc::clone(&column));
        column
    }
}

impl OneClassSvmValidParams {
    /// Weights of the rows, and the offset.
    fn optimum(&self, rows: &Array2<f64>, gamma: f64) -> (Vec<f64>, f64) {
        let n = rows.nrows();
        let most = (self.cache << 20) / (8 * n).max(1);
        let mut kernel = Kernel { rows, gamma, kept: HashMap::new(), most: most.max(2) };
        let total = self.nu * n as f64;
        let full = total as usize;
        let mut alpha = vec![0.0; n];
        alpha[..full].fill(1.0);
        if full < n {
            alpha[full] = total - full as f64;
        }
        let weighted: Vec<(usize, f64)> = alpha.iter().copied().enumerate().filter(|(_, a)| *a > 0.0).collect();
        let mut gradient: Vec<f64> = (0..n)
            .into_par_iter()
            .map(|j| {
                let row = rows.row(j);
                let value = |(i, a): &(usize, f64)| {
                    let square: f64 = row.iter().zip(rows.row(*i)).map(|(x, y)| (x - y) * (x - y)).sum();
                    a * (-gamma * square).exp()
                };
                weighted.iter().map(value).sum()
            })
            .collect();
        for _ in 0..(100 * n).max(10_000_000 / n.max(1)) {
            // The one to grow has the least gradient, the one to shrink gains most by the exchange.
            let up = (0..n)
                .filter(|i| alpha[*i] < 1.0)
                .fold((f64::INFINITY, n), |a, i| if gradient[i] < a.0 { (gradient[i], i) } else { a });
            if up.1 == n {
                break;
            }
            let column = kernel.column(up.1);
            let (mut worst, mut gain, mut down) = (f64::NEG_INFINITY, 0.0, n);
            for j in (0..n).filter(|j| alpha[*j] > 0.0) {
                let off = gradient[j] - up.0;
                worst = f64::max(worst, off);
                if off > 0.0 {
                    let curve = (2.0 - 2.0 * column[j]).max(1e-12);
                    if off * off / curve > gain {
                        (gain, down) = (off * off / curve, j);
                    }
                }
            }
            if worst < self.tolerance || down == n {
                break;
            }
            let curve = (2.0 - 2.0 * column[down]).max(1e-12);
            let step = ((gradient[down] - up.0) / curve).min(1.0 - alpha[up.1]).min(alpha[down]);
            alpha[up.1] = (alpha[up.1] + step).min(1.0);
            alpha[down] = if step >= alpha[down] { 0.0 } else { alpha[down] - step };
            let other = kernel.column(down);
            for ((g, up), down) in gradient.iter_mut().zip(column.iter()).zip(other.iter()) {
                *g += step * (up - down);
            }
        }
        let free: Vec<f64> = (0..n).filter(|i| alpha[*i] > 0.0 && alpha[*i] < 1.0).map(|i| gradient[i]).collect();
        let rho = if free.is_empty() {
            let low = (0..n).filter(|i| alpha[*i] >= 1.0).map(|i| gradient[i]).fold(f64::NEG_INFINITY, f64::max);
            let high = (0..n).filter(|i| alpha[*i] <= 0.0).map(|i| gradient[i]).fold(f64::INFINITY, f64::min);
            if low.is_finite() && high.is_finite() { (low + high) / 2.0 } else { low.max(-high.abs()) }
        } else {
            free.iter().sum::<f64>() / free.len() as f64
        };
        (alpha, rho)
    }
}

impl Detect for OneClassSvmValidParams {
    type Model = OneClassSvm;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<OneClassSvm, DetectError> {
        let n = rows.nrows();
        let mut chosen: Vec<usize> = if n > self.sample {
            index::sample(&mut stream(self.seed, 0), n, self.sample).into_vec()
        } else {
            (0..n).collect()
        };
        chosen.sort_unstable();
        let standard = Standard::of(rows, self.standardise);
        let sample = standard.apply(rows.select(Axis(0), &chosen).view()).as_standard_layout().into_owned();
        let gamma = if self.gamma > 0.0 { self.gamma } else { 1.0 / rows.ncols() as f64 };
        let (alpha, rho) = self.optimum(&sample, gamma);
        let support: Vec<usize> = (0..alpha.len()).filter(|i| alpha[*i] > 0.0).collect();
        Ok(OneClassSvm {
            standard,
            vectors: sample.select(Axis(0), &support),
            weights: support.iter().map(|i| alpha[*i]).collect(),
            gamma,
            rho,
            mean: means(sample.view()),
        })
    }
}

impl OneClassSvm {
    /// Of a scaled row.
    fn score(&self, row: &[f64]) -> f64 {
        let inside = self.vectors.rows().into_iter().zip(&self.weights).map(|(vector, weight)| {
            let square: f64 = vector.iter().zip(row).map(|(x, y)| (x - y) * (x - y)).sum();
            weight * (-self.gamma * square).exp()
        });
        self.rho - inside.sum::<f64>()
    }
}

impl Score for OneClassSvm {
    fn columns(&self) -> usize {
        self.mean.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        each_row(rows, |block, scores| {
            for (row, score) in self.standard.apply(block.view()).rows().into_iter().zip(scores) {
                *score = self.score(row.to_slice().unwrap_or_default());
            }
        })
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        each_cell(rows, |block, cells| {
            for (row, cells) in
                self.standard.apply(block.view()).rows().into_iter().zip(cells.chunks_mut(self.columns()))
            {
                let mut row = row.to_vec();
                let score = self.score(&row);
                for (j, cell) in cells.iter_mut().enumerate() {
                    let own = std::mem::replace(&mut row[j], self.mean[j]);
                    *cell = score - self.score(&row);
                    row[j] = own;
                }
            }
        })
    }
}
