//! Tail probabilities of each column by its empirical distribution, shared by ECOD and COPOD.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::rows::each_cell;

/// −ln of the left and the right tail probability, as one function of both picks them.
pub type Combine = fn(left: f64, right: f64, skew: f64) -> f64;

/// Empirical distribution of every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Tails {
    /// Values of each column, ascending.
    sorted: Vec<Vec<f64>>,
    /// Sign of the skewness of each column: −1, 0 or 1.
    skew: Vec<f64>,
}

impl Tails {
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
        }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.sorted.len()
    }

    /// What each cell of new rows (n × d) counts. A value beyond all that were seen counts as one more
    /// row in that tail.
    pub fn cells(&self, rows: ArrayView2<'_, f64>, combine: Combine) -> Array2<f64> {
        let d = self.columns();
        each_cell(rows, |block, out| {
            for (row, out) in block.rows().into_iter().zip(out.chunks_mut(d)) {
                for (j, (x, out)) in row.iter().zip(out).enumerate() {
                    let sorted = &self.sorted[j];
                    let below = sorted.partition_point(|v| v < x);
                    let upto = below + sorted[below..].partition_point(|v| v <= x);
                    *out = cell(upto, sorted.len() - below, sorted.len(), self.skew[j], combine);
                }
            }
        })
    }

    /// Sum over columns of what each cell of the very rows (n × d) counts, without keeping a model.
    /// O(d n log n) time; O(n) memory a thread beside the rows.
    pub fn own_sums(rows: ArrayView2<'_, f64>, combine: Combine) -> Array1<f64> {
        let n = rows.nrows();
        let mut sums = Array1::zeros(n);
        let columns: Vec<_> = rows.axis_iter(Axis(1)).collect();
        // As many columns at a time as there are threads, summed in their order.
        for group in columns.chunks(rayon::current_num_threads().max(1)) {
            for cells in group.par_iter().map(|column| own_cells(*column, combine)).collect::<Vec<_>>() {
                sums += &Array1::from(cells);
            }
        }
        sums
    }
}

fn cell(upto: usize, from: usize, n: usize, skew: f64, combine: Combine) -> f64 {
    let share = |count: usize| if count == 0 { 1.0 / (n + 1) as f64 } else { count as f64 / n as f64 };
    combine(-share(upto).ln(), -share(from).ln(), skew)
}

fn own_cells(column: ArrayView1<'_, f64>, combine: Combine) -> Vec<f64> {
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
        let counted = cell(end, n - start, n, skew, combine);
        for (_, row) in &order[start..end] {
            cells[*row as usize] = counted;
        }
        start = end;
    }
    cells
}

/// A column's values with their rows, ascending: numbers of equal order as unsigned integers, sorted by
/// their digits (radix 2¹¹, least first): linear in the rows.
fn ascending(column: ArrayView1<'_, f64>) -> Vec<(u64, u32)> {
    const DIGIT: u32 = 11;
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
    let digits = u64::BITS.div_ceil(DIGIT) as usize;
    let digit = |key: u64, d: usize| (key >> (d as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1);
    let mut counts = vec![vec![0usize; 1 << DIGIT]; digits];
    for (key, _) in &from {
        for (d, counts) in counts.iter_mut().enumerate() {
            counts[digit(*key, d)] += 1;
        }
    }
    let mut to = vec![(0, 0); from.len()];
    for (d, counts) in counts.iter_mut().enumerate() {
        if counts.contains(&from.len()) {
            continue;
        }
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
