//! HBOS: density of each column by a histogram of equal widths, summed over columns in logarithms.
//!
//! A column counts −log₂(density + α). A value outside the histogram by at most `tolerance` bin widths
//! counts as the bin next to it, any further as the emptiest bin. Rows are counted with an edge in the bin
//! above it, and values looked up with the edge in the bin below, as PyOD does: scores are the same as its.
//! Columns are brought to mean zero and variance one first, unless `standardise` is off: α is a density and
//! means nothing without a scale.
//!
//! - Fit: O(n d) time, O(bins d) memory. Scoring m rows: O(m d).
//! - Contributions are exact: a score is the sum of its columns.
//! - Paper: Goldstein, Dengel: Histogram-based Outlier Score (HBOS): A fast Unsupervised Anomaly Detection
//!   Algorithm. KI 2012.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::rows::{Standard, each_cell, each_row};
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of HBOS.
    "hbos", HbosParams, HbosValidParams => Hbos, rows 2 {
        /// Bins a column
        bins: usize = 10, in 2..=65_536, also ["n_bins"];
        /// Added to a density, so that an empty bin counts something finite
        alpha: f64 = 0.1, in 1e-12..=1.0;
        /// How many bin widths outside still count as the outermost bin
        tolerance: f64 = 0.5, in 0.0..=10.0, also ["tol"];
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

/// A fitted HBOS: a histogram a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Hbos {
    standard: Standard,
    columns: Vec<Histogram>,
}

#[derive(Debug, Clone, PartialEq)]
struct Histogram {
    low: f64,
    high: f64,
    width: f64,
    tolerance: f64,
    /// Lower edges of the bins, then the upper end.
    edges: Vec<f64>,
    /// What a value in each bin counts.
    counts: Vec<f64>,
    /// What a value far outside counts.
    outside: f64,
}

impl Histogram {
    fn new(column: &Array1<f64>, parameters: &HbosValidParams) -> Self {
        let (mut low, mut high) = column.iter().fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(*x), h.max(*x)));
        if low == high {
            (low, high) = (low - 0.5, high + 0.5);
        }
        let bins = parameters.bins;
        let width = (high - low) / bins as f64;
        let tolerance = parameters.tolerance;
        let mut edges: Vec<f64> = (0..bins).map(|i| low + i as f64 * width).collect();
        edges.push(high);
        let mut histogram = Self { low, high, width, tolerance, edges, counts: vec![0.0; bins], outside: 0.0 };
        for x in column {
            let bin = histogram.bin(*x);
            histogram.counts[bin] += 1.0;
        }
        let n = column.len() as f64;
        for count in &mut histogram.counts {
            *count = -(*count / (n * width) + parameters.alpha).log2();
        }
        histogram.outside = histogram.counts.iter().copied().fold(f64::MIN, f64::max);
        histogram
    }

    /// The bin in which a row is counted: an edge belongs to the one above it, the upper end to the last.
    #[inline]
    fn bin(&self, x: f64) -> usize {
        let last = self.counts.len() - 1;
        let bin = (((x - self.low) / self.width) as usize).min(last);
        // The division rounds; the edges decide.
        if x < self.edges[bin] && bin > 0 {
            bin - 1
        } else if x >= self.edges[bin + 1] && bin < last {
            bin + 1
        } else {
            bin
        }
    }

    /// What a value counts: one on an edge as those below it.
    #[inline]
    fn count(&self, x: f64) -> f64 {
        let off = (self.low - x).max(x - self.high);
        if off > self.width * self.tolerance {
            return self.outside;
        }
        let bin = self.bin(x);
        self.counts[if x == self.edges[bin] { bin.saturating_sub(1) } else { bin }]
    }
}

impl Detect for HbosValidParams {
    type Model = Hbos;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Hbos, DetectError> {
        let standard = Standard::of(rows, self.standardise);
        let columns: Vec<_> = rows.axis_iter(Axis(1)).enumerate().collect();
        let of =
            |(j, column): &(usize, ArrayView1<'_, f64>)| Histogram::new(&column.mapv(|x| standard.value(*j, x)), self);
        let columns = columns.par_iter().map(of).collect();
        Ok(Hbos { standard, columns })
    }
}

impl Hbos {
    /// What a value of a column counts.
    #[inline]
    fn count(&self, column: usize, x: f64) -> f64 {
        self.columns[column].count(self.standard.value(column, x))
    }
}

impl Score for Hbos {
    fn columns(&self) -> usize {
        self.columns.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        each_row(rows, |block, scores| {
            for (row, score) in block.rows().into_iter().zip(scores) {
                *score = row.iter().enumerate().map(|(j, x)| self.count(j, *x)).sum();
            }
        })
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        each_cell(rows, |block, cells| {
            for (row, cells) in block.rows().into_iter().zip(cells.chunks_mut(self.columns.len())) {
                for ((j, x), cell) in row.iter().enumerate().zip(cells) {
                    *cell = self.count(j, *x);
                }
            }
        })
    }
}
