//! Tail probabilities of each column by its empirical distribution, summed: what ECOD and COPOD share.

use std::marker::PhantomData;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::Score;
use super::rows::each_cell;

/// What a column counts of −ln of a value's left and right tail probability and the sign of its skewness.
pub trait TailCount: std::fmt::Debug + Send + Sync + 'static {
    /// Of one value.
    fn count(left: f64, right: f64, skew: f64) -> f64;
}

/// The tail that a column's skewness points at; both where it is symmetric.
pub fn towards(left: f64, right: f64, skew: f64) -> f64 {
    if skew < 0.0 {
        left
    } else if skew > 0.0 {
        right
    } else {
        left + right
    }
}

/// Empirical distribution of every column; a score is the sum of what the columns count.
#[derive(Debug, Clone, PartialEq)]
pub struct TailSum<K> {
    /// Values of each column, ascending.
    sorted: Vec<Vec<f64>>,
    /// Sign of the skewness of each column: −1, 0 or 1.
    skew: Vec<f64>,
    counts: PhantomData<fn() -> K>,
}

impl<K: TailCount> TailSum<K> {
    /// Of rows (n × d). O(d n log n) time, O(n d) memory.
    pub fn new(rows: ArrayView2<'_, f64>) -> Self {
        let sorted = |column: ArrayView1<'_, f64>| {
            let mut values = column.to_vec();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let columns: Vec<_> = rows.axis_iter(Axis(1)).collect();
        Self {
            sorted: columns.par_iter().map(|column| sorted(*column)).collect(),
            skew: columns.par_iter().map(|column| skew_sign(*column)).collect(),
            counts: PhantomData,
        }
    }

    /// Scores of the very rows (n × d), without keeping a model. O(d n log n) time; O(n) memory a thread
    /// beside the rows.
    pub fn own_scores(rows: ArrayView2<'_, f64>) -> Array1<f64> {
        let n = rows.nrows();
        // The table of −ln(k/n), k from 0, is read in order; the logarithms are taken once for all columns.
        let shares: Vec<f64> = (0..=n).into_par_iter().map(|k| -(k as f64 / n as f64).ln()).collect();
        let mut sums = Array1::zeros(n);
        let columns: Vec<_> = rows.axis_iter(Axis(1)).collect();
        // As many columns at a time as there are threads, summed in their order.
        for group in columns.chunks(rayon::current_num_threads().max(1)) {
            for cells in group.par_iter().map(|column| own_cells::<K>(*column, &shares)).collect::<Vec<_>>() {
                sums += &Array1::from(cells);
            }
        }
        sums
    }
}

impl<K: TailCount> Score for TailSum<K> {
    fn columns(&self) -> usize {
        self.sorted.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        self.contributions(rows).sum_axis(Axis(1))
    }

    /// Exact: a score is the sum of its columns. A value beyond all that were seen counts as one more row in
    /// that tail.
    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let d = self.columns();
        each_cell(rows, |block, out| {
            for (row, out) in block.rows().into_iter().zip(out.chunks_mut(d)) {
                for (j, (x, out)) in row.iter().zip(out).enumerate() {
                    let sorted = &self.sorted[j];
                    let below = sorted.partition_point(|v| v < x);
                    let upto = below + sorted[below..].partition_point(|v| v <= x);
                    let n = sorted.len();
                    let share = |k: usize| if k == 0 { 1.0 / (n + 1) as f64 } else { k as f64 / n as f64 };
                    *out = K::count(-share(upto).ln(), -share(n - below).ln(), self.skew[j]);
                }
            }
        })
    }
}

fn own_cells<K: TailCount>(column: ArrayView1<'_, f64>, shares: &[f64]) -> Vec<f64> {
    let n = column.len();
    let skew = skew_sign(column);
    let order = ascending(column);
    let mut cells = vec![0.0; n];
    let mut start = 0;
    while start < n {
        let value = order[start].0;
        let mut end = start + 1;
        while end < n && order[end].0 == value {
            end += 1;
        }
        let counted = K::count(shares[end], shares[n - start], skew);
        for (_, row) in &order[start..end] {
            cells[*row as usize] = counted;
        }
        start = end;
    }
    cells
}

/// Bits of a digit of the sort, and digits that are sorted by: the highest that differ between values.
const DIGIT: u32 = 11;
const SORTED: usize = 3;

/// A column's values with their rows, ascending: numbers of equal order as unsigned integers, sorted by
/// their highest digits (radix 2¹¹, least first), which is linear in the rows; values that share those
/// digits, which are few, are sorted among themselves.
fn ascending(column: ArrayView1<'_, f64>) -> Vec<(u64, u32)> {
    let key = |x: f64| {
        // −0 and 0 are one value.
        let bits = (x + 0.0).to_bits();
        if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
    };
    let mut from: Vec<(u64, u32)> = column.iter().zip(0u32..).map(|(x, row)| (key(*x), row)).collect();
    if from.len() < 1 << 12 {
        from.sort_unstable();
        return from;
    }
    let n = from.len();
    let differ = from.iter().fold(0, |differ, (key, _)| differ | (key ^ from[0].0));
    let low = (u64::BITS - differ.leading_zeros()).saturating_sub(DIGIT * SORTED as u32);
    let digit = |key: u64, d: usize| (key >> (low + d as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1);
    let mut counts = vec![vec![0usize; 1 << DIGIT]; SORTED];
    for (key, _) in &from {
        for (d, counts) in counts.iter_mut().enumerate() {
            counts[digit(*key, d)] += 1;
        }
    }
    let mut to = vec![(0, 0); from.len()];
    for (d, counts) in counts.iter_mut().enumerate().filter(|(_, counts)| !counts.contains(&n)) {
        let mut next = 0;
        for count in counts.iter_mut() {
            next += std::mem::replace(count, next);
        }
        for pair in &from {
            let at = &mut counts[digit(pair.0, d)];
            to[*at] = *pair;
            *at += 1;
        }
        std::mem::swap(&mut from, &mut to);
    }
    if low > 0 && differ & ((1 << low) - 1) != 0 {
        from.chunk_by_mut(|a, b| a.0 >> low == b.0 >> low).filter(|run| run.len() > 1).for_each(<[_]>::sort_unstable);
    }
    from
}

/// Sign of the third central moment. One that is nothing but rounding counts as none.
fn skew_sign(column: ArrayView1<'_, f64>) -> f64 {
    let n = column.len() as f64;
    let mean = column.sum() / n;
    let (mut second, mut third) = (0.0, 0.0);
    for x in column {
        let off = x - mean;
        second += off * off;
        third += off * off * off;
    }
    let skew = if second > 0.0 { (third / n) / (second / n).powf(1.5) } else { 0.0 };
    if skew.abs() < 1e-12 { 0.0 } else { skew.signum() }
}
