//! Rows in blocks: read once each, in any layout, on all threads, put together in a fixed order.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

/// Rows of a block: small enough for the cache, many enough that handing them out costs nothing.
pub const BLOCK: usize = 1024;

/// Cells up to which sums of squares are numbers, whatever the table.
const SQUARABLE: f64 = 1e150;

/// Ranges of at most `size` that cover `0..n`, in order.
fn ranges(n: usize, size: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
    (0..n.div_ceil(size)).into_par_iter().map(move |i| i * size..((i + 1) * size).min(n))
}

/// A block of rows, row after row.
pub fn block(rows: ArrayView2<'_, f64>, range: Range<usize>) -> Array2<f64> {
    let part = rows.slice(s![range, ..]);
    let mut copy = Array2::zeros(part.raw_dim());
    // Column by column: the tables that come in lie so, and a block fits the cache either way.
    for (mut to, from) in copy.columns_mut().into_iter().zip(part.columns()) {
        to.assign(&from);
    }
    copy
}

/// One result of every block of rows, in order.
pub fn each_block<R: Send>(rows: ArrayView2<'_, f64>, of: impl Fn(Array2<f64>) -> R + Sync + Send) -> Vec<R> {
    ranges(rows.nrows(), BLOCK).map(|range| of(block(rows, range))).collect()
}

/// One number a row.
pub fn each_row(rows: ArrayView2<'_, f64>, of: impl Fn(&Array2<f64>, &mut [f64]) + Sync + Send) -> Array1<f64> {
    let mut out = vec![0.0; rows.nrows()];
    out.par_chunks_mut(BLOCK).enumerate().for_each(|(i, scores)| {
        let from = i * BLOCK;
        of(&block(rows, from..from + scores.len()), scores);
    });
    out.into()
}

/// One number a cell.
pub fn each_cell(rows: ArrayView2<'_, f64>, of: impl Fn(&Array2<f64>, &mut [f64]) + Sync + Send) -> Array2<f64> {
    let (n, d) = rows.dim();
    let mut out = Array2::zeros((n, d));
    if let Some(cells) = out.as_slice_mut() {
        cells.par_chunks_mut((BLOCK * d).max(1)).enumerate().for_each(|(i, part)| {
            let from = i * BLOCK;
            of(&block(rows, from..(from + BLOCK).min(n)), part);
        });
    }
    out
}

/// The first cell that is no finite number, or, where cells are `squared`, one that is too large for it.
pub fn first_beyond(rows: ArrayView2<'_, f64>, squared: bool) -> Option<((usize, usize), f64)> {
    let bound = if squared { SQUARABLE } else { f64::MAX };
    let wrong = |range: Range<usize>| {
        let part = rows.slice(s![range.clone(), ..]);
        part.indexed_iter().find(|(_, x)| x.is_nan() || x.abs() > bound).map(|((r, c), x)| ((range.start + r, c), *x))
    };
    // A sum over cells is finite where all of them are, and takes a tenth of the time.
    let sum = |range: Range<usize>| {
        let part = rows.slice(s![range, ..]);
        if squared { part.fold(0.0, |sum, x| sum + x * x) } else { part.sum() }
    };
    let sums: Vec<bool> = ranges(rows.nrows(), 1 << 16).map(|range| (sum(range) * 0.0) != 0.0).collect();
    if !sums.contains(&true) {
        return None;
    }
    let found: Vec<_> = ranges(rows.nrows(), 1 << 16).map(wrong).collect();
    found.into_iter().flatten().next()
}

/// Means of the columns (d); zeros where there is no row.
pub fn means(rows: ArrayView2<'_, f64>) -> Array1<f64> {
    let sums = each_block(rows, |block| block.sum_axis(Axis(0)));
    let sum = sums.into_iter().fold(Array1::zeros(rows.ncols()), |sum: Array1<f64>, part| sum + part);
    sum / rows.nrows().max(1) as f64
}

/// Means of the columns (d) and the sums of squares and products about them (d × d).
pub fn moments(rows: ArrayView2<'_, f64>) -> (Array1<f64>, Array2<f64>) {
    let d = rows.ncols();
    let mean = means(rows);
    let scatter = each_block(rows, |mut block| {
        block -= &mean;
        block.t().dot(&block)
    })
    .into_iter()
    .fold(Array2::zeros((d, d)), |sum: Array2<f64>, part| sum + part);
    (mean, scatter)
}

/// Columns brought to mean zero and variance one, or left as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// Means and standard deviations of the columns (d each); none where they are left as they are.
    by: Option<(Array1<f64>, Array1<f64>)>,
    columns: usize,
}

impl Standard {
    /// Of rows (n × d). O(n d) time, O(n) memory a thread.
    pub fn of(rows: ArrayView2<'_, f64>, standardise: bool) -> Self {
        let by = standardise.then(|| {
            let columns: Vec<_> = rows.axis_iter(Axis(1)).collect();
            let scales: Vec<(f64, f64)> = columns.par_iter().map(|column| scale(*column)).collect();
            scales.into_iter().unzip::<_, _, Vec<_>, Vec<_>>()
        });
        Self { by: by.map(|(means, deviations)| (means.into(), deviations.into())), columns: rows.ncols() }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows (m × d) so brought. The mean goes first and then the scale: where rows tie depends on the rounding.
    pub fn apply(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        match &self.by {
            Some((mean, deviations)) => (&rows - mean) / deviations,
            None => rows.to_owned(),
        }
    }

    /// One value of a column so brought.
    #[inline]
    pub fn value(&self, column: usize, x: f64) -> f64 {
        match &self.by {
            Some((mean, deviations)) => (x - mean[column]) / deviations[column],
            None => x,
        }
    }
}

/// What is nothing but rounding in a column that has been brought to mean zero and variance one.
const ROUNDING: f64 = 1e-9;

/// Mean and standard deviation (divisor n) of a column, by the operations of numpy and scikit-learn's
/// `StandardScaler` in their order: where whole numbers meet the edges of bins or each other, the last bit of
/// the scale decides on which side they fall. Zero and one for a column that is standardised already; a
/// deviation of one for one that is constant but for rounding.
fn scale(column: ArrayView1<'_, f64>) -> (f64, f64) {
    let n = column.len() as f64;
    let mut values = column.to_vec();
    let mean = pairwise_sum(&values) / n;
    values.iter_mut().for_each(|x| *x -= mean);
    let rest = pairwise_sum(&values);
    values.iter_mut().for_each(|x| *x *= *x);
    let variance = (pairwise_sum(&values) - rest * rest / n) / n;
    let error = n * f64::EPSILON;
    if variance <= error * variance + (error * mean) * (error * mean) {
        return (mean, 1.0);
    }
    let deviation = variance.sqrt();
    if mean.abs() < ROUNDING && (deviation - 1.0).abs() < ROUNDING { (0.0, 1.0) } else { (mean, deviation) }
}

/// The sum as numpy takes it of numbers that lie side by side: halves of whole eights down to 128 numbers, and
/// those in eight sums.
fn pairwise_sum(values: &[f64]) -> f64 {
    const LANES: usize = 8;
    const SMALL: usize = 128;
    if values.len() < LANES {
        return values.iter().sum();
    }
    if values.len() > SMALL {
        let half = values.len() / 2;
        let (first, second) = values.split_at(half - half % LANES);
        return pairwise_sum(first) + pairwise_sum(second);
    }
    let (eights, rest) = values.as_chunks::<LANES>();
    let mut r = [0.0; LANES];
    for eight in eights {
        r.iter_mut().zip(eight).for_each(|(sum, x)| *sum += x);
    }
    let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    rest.iter().fold(sum, |sum, x| sum + x)
}

/// Standard deviations of the columns (divisor n); 1 where a column is constant.
pub fn deviations(scatter: &Array2<f64>, n: usize) -> Array1<f64> {
    scatter.diag().mapv(|square| {
        let deviation = (square / n as f64).sqrt();
        if deviation > 0.0 { deviation } else { 1.0 }
    })
}
