//! Exact nearest neighbours by Euclidean distance.
//!
//! The rows are cut into leaves of at most 256 by medians of the widest column. Leaves meet leaves: those
//! whose boxes are nearest first, until the nearest box left is further than every row's k-th neighbour.
//! Where two leaves meet, one product of single-precision matrices gives all inner products; a pair that
//! this rough distance, less its rounding error, puts among the k nearest is measured again in double
//! precision. So the answer is exact, and where boxes prune nothing (many columns, no clusters) the work is
//! a matrix product.
//!
//! - Build: O(n d log n) time, O(n d) memory. Search: O(n² d) at worst, with little pruning; near
//!   O(n log n) for few columns.
//! - Of neighbours at one distance, those of lower row numbers come first, but of rows equal to it any k will
//!   do: rows that repeat end the search. No row is its own.
//! - Sources: Friedman, Bentley, Finkel: An Algorithm for Finding Best Matches in Logarithmic Expected
//!   Time. ACM TOMS 3 (1977); error of inner products: Higham, Accuracy and Stability of Numerical
//!   Algorithms, §3.1.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::rows::means;

/// Rows of a leaf.
const LEAF: usize = 256;

/// Neighbours of rows, the nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighbourTable {
    /// Row numbers (m × k).
    pub rows: Array2<u32>,
    /// Distances (m × k).
    pub distances: Array2<f64>,
}

/// Rows made ready for the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    centre: Array1<f64>,
    leaves: Vec<Leaf>,
    rows: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct Leaf {
    /// Their numbers.
    numbers: Vec<u32>,
    /// Rows as they are (m × d): whole numbers keep whole distances.
    exact: Array2<f64>,
    /// |y|² of the centred rows (m).
    squares: Array1<f64>,
    /// Centred rows with −|y|²/2 as a last column (m × d + 1): its product with (x, 1) is (|x|² − distance²)/2.
    rough: Array2<f32>,
    /// Largest |y|².
    largest: f64,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Leaf {
    fn new(rows: &Array2<f64>, centre: &Array1<f64>, numbers: Vec<u32>) -> Self {
        let chosen: Vec<usize> = numbers.iter().map(|n| *n as usize).collect();
        let exact = rows.select(Axis(0), &chosen);
        let (m, d) = exact.dim();
        let centred = &exact - centre;
        let mut rough = Array2::zeros((m, d + 1));
        rough.slice_mut(s![.., ..d]).assign(&centred.mapv(|x| x as f32));
        let squares = centred.map_axis(Axis(1), |row| row.dot(&row));
        rough.column_mut(d).assign(&squares.mapv(|square| (-square / 2.0) as f32));
        let bound = |of: fn(f64, f64) -> f64, from: f64| {
            exact.axis_iter(Axis(1)).map(|column| column.iter().copied().fold(from, of)).collect()
        };
        Self {
            numbers,
            largest: squares.iter().copied().fold(0.0, f64::max),
            low: bound(f64::min, f64::MAX),
            high: bound(f64::max, f64::MIN),
            exact,
            squares,
            rough,
        }
    }

    /// Least squared distance between two boxes.
    fn apart(&self, other: &Self) -> f64 {
        let sides = self.low.iter().zip(&self.high).zip(other.low.iter().zip(&other.high));
        sides.map(|((l, h), (ol, oh))| (ol - h).max(l - oh).max(0.0).powi(2)).sum()
    }
}

/// Cuts row numbers into leaves by medians of the widest column.
fn leaves(rows: &Array2<f64>, centre: &Array1<f64>, mut numbers: Vec<u32>) -> Vec<Leaf> {
    if numbers.len() <= LEAF {
        return if numbers.is_empty() { Vec::new() } else { vec![Leaf::new(rows, centre, numbers)] };
    }
    let width = |j: usize| {
        let values = numbers.iter().map(|n| rows[[*n as usize, j]]);
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(x), h.max(x)));
        high - low
    };
    let widest = (0..rows.ncols()).map(|j| (width(j), j)).fold((-1.0, 0), |a, b| if b.0 > a.0 { b } else { a }).1;
    let middle = numbers.len() / 2;
    numbers.select_nth_unstable_by(middle, |a, b| {
        rows[[*a as usize, widest]].total_cmp(&rows[[*b as usize, widest]]).then(a.cmp(b))
    });
    let mut above = numbers.split_off(middle);
    numbers.sort_unstable();
    above.sort_unstable();
    let (mut below, above) = rayon::join(|| leaves(rows, centre, numbers), || leaves(rows, centre, above));
    below.extend(above);
    below
}

/// The nearest so far of one row: squared distance and number, ascending.
struct Nearest {
    found: Vec<(f64, u32)>,
    wanted: usize,
}

impl Nearest {
    /// The distance that a new one must not exceed.
    fn bound(&self) -> f64 {
        if self.found.len() < self.wanted { f64::INFINITY } else { self.found[self.wanted - 1].0 }
    }

    fn take(&mut self, square: f64, number: u32) {
        let before = |(s, n): &(f64, u32)| s.total_cmp(&square).then(n.cmp(&number)).is_lt();
        let at = self.found.partition_point(before);
        if at < self.wanted {
            if self.found.len() == self.wanted {
                self.found.pop();
            }
            self.found.insert(at, (square, number));
        }
    }
}

impl Neighbours {
    /// Of rows (n × d), finite.
    pub fn new(rows: ArrayView2<'_, f64>) -> Self {
        let centre = means(rows);
        let n = rows.nrows();
        Self { leaves: leaves(&by_row(rows), &centre, (0..n as u32).collect()), centre, rows: n }
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.centre.len()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The `k` nearest of each of its own rows, itself left out; `k` is at most one less than the rows.
    pub fn of_own(&self, k: usize) -> NeighbourTable {
        self.search(&self.leaves, self.rows, k.min(self.rows.saturating_sub(1)), true)
    }

    /// The `k` nearest of new rows (m × d); `k` is at most the number of rows.
    pub fn of(&self, rows: ArrayView2<'_, f64>, k: usize) -> NeighbourTable {
        let m = rows.nrows();
        let queries = leaves(&by_row(rows), &self.centre, (0..m as u32).collect());
        self.search(&queries, m, k.min(self.rows), false)
    }

    fn search(&self, queries: &[Leaf], m: usize, k: usize, own: bool) -> NeighbourTable {
        let found: Vec<Vec<Nearest>> = queries.par_iter().map(|leaf| self.meet_all(leaf, k, own)).collect();
        let mut table = NeighbourTable { rows: Array2::zeros((m, k)), distances: Array2::zeros((m, k)) };
        for (leaf, found) in queries.iter().zip(found) {
            for (number, nearest) in leaf.numbers.iter().zip(found) {
                for (i, (square, neighbour)) in nearest.found.into_iter().enumerate() {
                    table.rows[[*number as usize, i]] = neighbour;
                    table.distances[[*number as usize, i]] = square.sqrt();
                }
            }
        }
        table
    }

    fn meet_all(&self, queries: &Leaf, k: usize, own: bool) -> Vec<Nearest> {
        let mut nearest: Vec<Nearest> =
            queries.numbers.iter().map(|_| Nearest { found: Vec::with_capacity(k + 1), wanted: k }).collect();
        if k == 0 {
            return nearest;
        }
        let mut order: Vec<(f64, &Leaf)> = self.leaves.iter().map(|leaf| (queries.apart(leaf), leaf)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        let d = self.columns();
        let mut left = queries.rough.clone();
        left.column_mut(d).fill(1.0);
        let mut products = Array2::zeros((queries.numbers.len(), LEAF));
        for (apart, leaf) in order {
            let farthest = nearest.iter().map(Nearest::bound).fold(0.0, f64::max);
            if farthest == 0.0 || apart > farthest {
                break;
            }
            let mut products = products.slice_mut(s![.., ..leaf.numbers.len()]);
            general_mat_mul(1.0, &left, &leaf.rough.t(), 0.0, &mut products);
            for (i, nearest) in nearest.iter_mut().enumerate().filter(|(_, nearest)| nearest.bound() > 0.0) {
                let products = products.row(i);
                meet(queries, i, nearest, leaf, products.to_slice().unwrap_or_default(), own);
            }
        }
        nearest
    }
}

/// One row meets a leaf.
fn meet(queries: &Leaf, i: usize, nearest: &mut Nearest, leaf: &Leaf, products: &[f32], own: bool) {
    const LANES: usize = 16;
    let row = queries.exact.row(i);
    let row = row.as_slice().unwrap_or_default();
    let square = queries.squares[i];
    // |rounding of (|x|² − distance²)/2| ≤ (d + 4) u (|x|² + |y|²), u = 2⁻²⁴; twice that for safety.
    let error = 2.0 * (row.len() as f64 + 4.0) * f64::from(f32::EPSILON / 2.0) * (square + leaf.largest);
    let least = |nearest: &Nearest| ((square - nearest.bound()) / 2.0 - error) as f32;
    let mut bound = below(least(nearest));
    for (group, products) in products.chunks(LANES).enumerate() {
        // Not "all are less": what is no number must be measured too.
        if products.iter().fold(true, |all, p| all & (*p < bound)) {
            continue;
        }
        for (lane, product) in products.iter().enumerate() {
            let number = leaf.numbers[group * LANES + lane];
            if *product < bound || (own && number == queries.numbers[i]) {
                continue;
            }
            let other = leaf.exact.row(group * LANES + lane);
            let apart = row.iter().zip(other).map(|(x, y)| (x - y) * (x - y)).sum();
            nearest.take(apart, number);
            bound = below(least(nearest));
        }
    }
}

/// The next smaller number, since the conversion may have rounded up.
fn below(x: f32) -> f32 {
    x - x.abs() * f32::EPSILON
}

/// Row after row, whatever the layout that came.
fn by_row(rows: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut out = Array2::zeros(rows.dim());
    for (mut to, from) in out.columns_mut().into_iter().zip(rows.columns()) {
        to.assign(&from);
    }
    out
}
