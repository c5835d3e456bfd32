//! One-class support vector machine: rows outside a smooth surface that holds all but a share ν of them.
//!
//! With a Gaussian kernel k(x, y) = exp(−γ|x − y|²) it minimises ½ αᵀKα over 0 ≤ αᵢ ≤ 1, Σα = ν n, by
//! exchanging the pair that violates the optimum most (sequential minimal optimisation). The score is
//! ρ − Σ αᵢ k(xᵢ, x). Kernel columns, in single precision as libsvm has them, are made
//! many together and kept while they fit `cache` MiB.
//!
//! Fitting takes between quadratic and cubic time: more than `sample` rows are fitted on a seeded sample.
//!
//! - Fit: O(steps · m d), m = min(n, sample). Scoring r rows: O(r · vectors · d).
//! - Contributions: the score gained by moving a column alone to the mean of the fit, which are exact for
//!   each column and do not sum to the score.
//! - Papers: Schölkopf, Platt, Shawe-Taylor, Smola, Williamson: Estimating the Support of a
//!   High-Dimensional Distribution. Neural Computation 13 (2001); Fan, Chen, Lin, JMLR 6 (2005).

use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
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
        tolerance: f64 = 1e-3, in 1e-12..=1.0, also ["tol"];
        /// Rows fitted on, at most
        sample: usize = 20_000, in 2..=1 << 20;
        /// Memory for kernel columns, in MiB
        cache: usize = 1024, in 1..=1 << 20, also ["cache_size"];
        /// Seed of the sample
        seed: u64 = 0, also ["random_state"];
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

/// A fitted one-class support vector machine.
#[derive(Debug, Clone)]
pub struct OneClassSvm {
    standard: Standard,
    /// Support vectors (s × d), scaled.
    vectors: Points,
    weights: Vec<f64>,
    gamma: f64,
    rho: f64,
    mean: Array1<f64>,
}

/// Rows about the mean of the fit, with their squared lengths: |x − y|² is |x|² + |y|² − 2 x·y, and of many rows
/// the products are one of matrices.
#[derive(Debug, Clone)]
struct Points {
    rows: Array2<f64>,
    squares: Vec<f64>,
}

impl Points {
    fn of(rows: &Array2<f64>, mean: &Array1<f64>) -> Self {
        let rows = rows - mean;
        Self { squares: rows.rows().into_iter().map(|row| row.dot(&row)).collect(), rows }
    }

    /// Kernel of points (b × m).
    fn kernel(&self, points: Range<usize>, others: ArrayView2<'_, f64>, squares: &[f64], gamma: f64) -> Array2<f64> {
        let mut kernel = self.rows.slice(s![points.clone(), ..]).dot(&others.t());
        for (mut row, own) in kernel.rows_mut().into_iter().zip(&self.squares[points]) {
            for (cell, other) in row.iter_mut().zip(squares) {
                *cell = (-gamma * (own + other - 2.0 * *cell).max(0.0)).exp();
            }
        }
        kernel
    }

    /// Weighted sums of the kernel of each point with others (n).
    fn sums(&self, others: &Self, weights: &[f64], gamma: f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.squares.len()];
        sums.par_chunks_mut(BLOCK).enumerate().for_each(|(block, sums)| {
            let points = block * BLOCK..block * BLOCK + sums.len();
            let parts = others.rows.axis_chunks_iter(Axis(0), BLOCK);
            for ((part, squares), weights) in parts.zip(others.squares.chunks(BLOCK)).zip(weights.chunks(BLOCK)) {
                let kernel = self.kernel(points.clone(), part, squares, gamma);
                for (sum, row) in sums.iter_mut().zip(kernel.rows()) {
                    *sum += row.iter().zip(weights).map(|(k, weight)| k * weight).sum::<f64>();
                }
            }
        });
        sums
    }
}

/// Points whose kernel is taken in one product.
const BLOCK: usize = 256;
/// Columns of the kernel matrix that are made together: one product of matrices reads the rows once for all.
const TOGETHER: usize = 64;

/// Columns of the kernel matrix in single precision, kept while they fit; those used longest ago go first.
struct Kernel<'a> {
    points: &'a Points,
    gamma: f64,
    kept: Vec<Option<Arc<Vec<f32>>>>,
    /// When each column was last used.
    used: Vec<u64>,
    now: u64,
    held: usize,
    most: usize,
}

impl Kernel<'_> {
    /// A column; where it must be made, those that are likely to be asked for next (the least of `order`) are
    /// made with it.
    fn column(&mut self, i: usize, order: impl Fn(usize) -> f64) -> Arc<Vec<f32>> {
        self.now += 1;
        self.used[i] = self.now;
        if let Some(column) = &self.kept[i] {
            return Arc::clone(column);
        }
        let mut wanted: Vec<(f64, usize)> =
            (0..self.kept.len()).filter(|j| *j != i && self.kept[*j].is_none()).map(|j| (order(j), j)).collect();
        let more = (TOGETHER.min(self.most / 2).max(1) - 1).min(wanted.len());
        if more > 0 && more < wanted.len() {
            wanted.select_nth_unstable_by(more, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        wanted.truncate(more);
        let mut chosen: Vec<usize> = wanted.into_iter().map(|(_, j)| j).collect();
        chosen.push(i);
        self.make_room(chosen.len());
        for j in &chosen {
            self.used[*j] = self.now;
        }
        let rows = self.points.rows.select(Axis(0), &chosen);
        let squares: Vec<f64> = chosen.iter().map(|j| self.points.squares[*j]).collect();
        let n = self.kept.len();
        let parts: Vec<Array2<f64>> = (0..n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|b| self.points.kernel(b * BLOCK..((b + 1) * BLOCK).min(n), rows.view(), &squares, self.gamma))
            .collect();
        let columns: Vec<Arc<Vec<f32>>> = (0..chosen.len())
            .into_par_iter()
            .map(|c| Arc::new(parts.iter().flat_map(|part| part.column(c).mapv(|k| k as f32)).collect()))
            .collect();
        self.held += chosen.len();
        for (j, column) in chosen.iter().zip(&columns) {
            self.kept[*j] = Some(Arc::clone(column));
        }
        columns.into_iter().next_back().unwrap_or_default()
    }

    fn make_room(&mut self, wanted: usize) {
        if self.held + wanted <= self.most {
            return;
        }
        let mut oldest: Vec<usize> = (0..self.kept.len()).filter(|j| self.kept[*j].is_some()).collect();
        oldest.sort_by_key(|j| (self.used[*j], *j));
        for j in oldest.into_iter().take(self.held + wanted - self.most) {
            self.kept[j] = None;
            self.held -= 1;
        }
    }
}

impl OneClassSvmValidParams {
    /// Weights of the points, and the offset.
    fn optimum(&self, points: &Points, gamma: f64) -> (Vec<f64>, f64) {
        let n = points.squares.len();
        let most = ((self.cache << 20) / (size_of::<f32>() * n).max(1)).max(2);
        let (kept, used) = (vec![None; n], vec![0; n]);
        let mut kernel = Kernel { points, gamma, kept, used, now: 0, held: 0, most };
        let total = self.nu * n as f64;
        let full = total as usize;
        let mut alpha = vec![0.0; n];
        alpha[..full].fill(1.0);
        if full < n {
            alpha[full] = total - full as f64;
        }
        let mut gradient = points.sums(points, &alpha, gamma);
        for _ in 0..(100 * n).max(10_000_000 / n.max(1)) {
            // The one to grow has the least gradient, the one to shrink gains most by the exchange.
            let mut up = (f64::INFINITY, n);
            for (i, (g, a)) in gradient.iter().zip(&alpha).enumerate() {
                if *a < 1.0 && *g < up.0 {
                    up = (*g, i);
                }
            }
            if up.1 == n {
                break;
            }
            let column = kernel.column(up.1, |j| if alpha[j] < 1.0 { gradient[j] } else { f64::INFINITY });
            let (mut worst, mut gain, mut down) = (f64::NEG_INFINITY, 0.0, n);
            for (j, ((g, a), k)) in gradient.iter().zip(&alpha).zip(column.iter()).enumerate() {
                let off = g - up.0;
                if *a > 0.0 && off > 0.0 {
                    worst = f64::max(worst, off);
                    let curve = (2.0 - 2.0 * f64::from(*k)).max(1e-12);
                    if off * off > gain * curve {
                        (gain, down) = (off * off / curve, j);
                    }
                }
            }
            if worst < self.tolerance || down == n {
                break;
            }
            let curve = (2.0 - 2.0 * f64::from(column[down])).max(1e-12);
            let step = ((gradient[down] - up.0) / curve).min(1.0 - alpha[up.1]).min(alpha[down]);
            alpha[up.1] = (alpha[up.1] + step).min(1.0);
            alpha[down] = if step >= alpha[down] { 0.0 } else { alpha[down] - step };
            let other = kernel.column(down, |j| if alpha[j] > 0.0 { -gradient[j] } else { f64::INFINITY });
            for ((g, up), down) in gradient.iter_mut().zip(column.iter()).zip(other.iter()) {
                *g += step * (f64::from(*up) - f64::from(*down));
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
        let mean = means(sample.view());
        let (alpha, rho) = self.optimum(&Points::of(&sample, &mean), gamma);
        let support: Vec<usize> = (0..alpha.len()).filter(|i| alpha[*i] > 0.0).collect();
        Ok(OneClassSvm {
            standard,
            vectors: Points::of(&sample.select(Axis(0), &support), &mean),
            weights: support.iter().map(|i| alpha[*i]).collect(),
            gamma,
            rho,
            mean,
        })
    }
}

impl OneClassSvm {
    /// Of scaled rows.
    fn score(&self, rows: &Array2<f64>) -> Vec<f64> {
        let inside = Points::of(rows, &self.mean).sums(&self.vectors, &self.weights, self.gamma);
        inside.into_iter().map(|inside| self.rho - inside).collect()
    }
}

impl Score for OneClassSvm {
    fn columns(&self) -> usize {
        self.mean.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        each_row(rows, |block, scores| scores.copy_from_slice(&self.score(&self.standard.apply(block.view()))))
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        each_cell(rows, |block, cells| {
            let scaled = self.standard.apply(block.view());
            let scores = self.score(&scaled);
            for (j, mean) in self.mean.iter().enumerate() {
                let mut moved = scaled.clone();
                moved.column_mut(j).fill(*mean);
                let of_column = cells.iter_mut().skip(j).step_by(self.mean.len());
                for ((cell, score), without) in of_column.zip(&scores).zip(self.score(&moved)) {
                    *cell = score - without;
                }
            }
        })
    }
}
