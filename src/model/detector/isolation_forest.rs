//! Isolation forest: rows that random cuts set apart early are unlike the rest.
//!
//! Each tree cuts a sample of rows at random values of random columns until every row is alone or the
//! tree is ⌈log₂ sample⌉ deep. A row's score is 2^(−E(h)/c(sample)) with E(h) its mean depth over trees,
//! a leaf of m rows counting c(m) levels more, c(m) being the mean depth of a random search tree.
//!
//! - Fit: O(trees · sample · log sample) time. Scoring m rows: O(m · trees · log sample); O(1) memory a row.
//! - Contributions follow the path: a cut counts by how much it brings the expected depth below what it
//!   was before it (Saabas 2014, for trees in general). They sum to (c(sample) − E(h)) / c(sample), so
//!   score = 2^(sum − 1): positive towards unlike.
//! - Paper: Liu, Ting, Zhou: Isolation Forest. ICDM 2008.

use ndarray::{Array1, Array2, ArrayView2};
use rand::seq::index;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::rows::{each_cell, each_row};
use super::{Detect, DetectError, Score};

/// What every forest takes.
macro_rules! forest {
    ($(#[$doc:meta])* $kind:literal, $params:ident, $valid:ident => $model:ident) => {
        detector! {
            $(#[$doc])*
            $kind, $params, $valid => $model, rows 2 {
                /// Number of trees
                trees: usize = 100, in 1..=10_000, also ["n_estimators"];
                /// Rows a tree is grown on, drawn without replacement
                sample: usize = 256, in 2..=1 << 20, also ["max_samples"];
                /// Seed of all draws
                seed: u64 = 0, also ["random_state"];
            }
        }
    };
}
pub(super) use forest;

forest! {
    /// Parameters of an isolation forest.
    "iforest", IsolationForestParams, IsolationForestValidParams => IsolationForest
}

/// A fitted isolation forest.
#[derive(Debug, Clone, PartialEq)]
pub struct IsolationForest {
    columns: usize,
    ordinary: f64,
    trees: Vec<Tree>,
}

/// Nodes in an array; the two children of a node lie side by side.
#[derive(Debug, Clone, PartialEq)]
struct Tree {
    nodes: Vec<Node>,
    /// Expected depth of a row that comes through a node, from the root.
    depths: Vec<f64>,
    height: usize,
}

/// A row goes to `child`, or to the node after it where its value is above the threshold. A leaf leads to
/// itself, so that all rows can take the same number of steps.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    threshold: f64,
    column: u32,
    child: u32,
}

/// Mean depth of a leaf in a random search tree of `n` values; how deep `n` rows would still go.
pub fn mean_depth(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = n as f64;
            2.0 * ((n - 1.0).ln() + 0.577_215_664_901_532_9) - 2.0 * (n - 1.0) / n
        }
    }
}

/// ⌈log₂ n⌉.
pub fn height_limit(n: usize) -> usize {
    n.next_power_of_two().trailing_zeros() as usize
}

impl Tree {
    fn grow(rows: ArrayView2<'_, f64>, size: usize, mut rng: ChaCha8Rng) -> Self {
        let mut sample = index::sample(&mut rng, rows.nrows(), size).into_vec();
        let mut tree = Self { nodes: Vec::with_capacity(2 * size), depths: Vec::new(), height: 0 };
        tree.leaf(0.0);
        let mut columns: Vec<u32> = (0..rows.ncols() as u32).collect();
        tree.split(rows, &mut rng, 0, &mut sample, 0, height_limit(size), &mut columns);
        tree
    }

    fn leaf(&mut self, depth: f64) {
        self.nodes.push(Node { threshold: f64::INFINITY, column: 0, child: self.nodes.len() as u32 });
        self.depths.push(depth);
    }

    #[expect(clippy::too_many_arguments, reason = "one call a node, and nothing of it is kept")]
    fn split(
        &mut self,
        rows: ArrayView2<'_, f64>,
        rng: &mut ChaCha8Rng,
        node: usize,
        sample: &mut [usize],
        depth: usize,
        limit: usize,
        columns: &mut [u32],
    ) {
        self.height = self.height.max(depth);
        self.depths[node] = depth as f64 + mean_depth(sample.len());
        if sample.len() < 2 || depth == limit {
            return;
        }
        let Some((column, threshold)) = cut(rows, rng, sample, columns) else { return };
        let child = self.nodes.len();
        self.nodes[node] = Node { threshold, column, child: child as u32 };
        self.leaf(0.0);
        self.leaf(0.0);
        let upto = partition(sample, |row| rows[[row, column as usize]] <= threshold);
        let (below, above) = sample.split_at_mut(upto);
        self.split(rows, rng, child, below, depth + 1, limit, columns);
        self.split(rows, rng, child + 1, above, depth + 1, limit, columns);
    }

    /// Adds each row's depth; rows lie one after the other in `cells`. Eight at a time, so that their
    /// steps, which wait for memory, wait together.
    fn add_depths(&self, cells: &[f64], d: usize, depths: &mut [f64]) {
        const LANES: usize = 8;
        let nodes = self.nodes.as_slice();
        let mut groups = depths.chunks_exact_mut(LANES);
        let mut rows = cells.chunks_exact(LANES * d);
        for (depths, rows) in groups.by_ref().zip(rows.by_ref()) {
            let mut at = [0usize; LANES];
            for _ in 0..self.height {
                for (lane, at) in at.iter_mut().enumerate() {
                    let node = nodes[*at];
                    let above = rows[lane * d + node.column as usize] > node.threshold;
                    *at = node.child as usize + usize::from(above);
                }
            }
            for (depth, at) in depths.iter_mut().zip(at) {
                *depth += self.depths[at];
            }
        }
        for (depth, row) in groups.into_remainder().iter_mut().zip(rows.remainder().chunks_exact(d)) {
            let mut at = 0;
            for _ in 0..self.height {
                let node = nodes[at];
                at = node.child as usize + usize::from(row[node.column as usize] > node.threshold);
            }
            *depth += self.depths[at];
        }
    }

    /// Adds what every cut on a row's path changes of its expected depth.
    fn add_path(&self, row: &[f64], scale: f64, changes: &mut [f64]) {
        let mut at = 0;
        loop {
            let node = self.nodes[at];
            if node.child as usize == at {
                return;
            }
            let next = node.child as usize + usize::from(row[node.column as usize] > node.threshold);
            changes[node.column as usize] += (self.depths[at] - self.depths[next]) * scale;
            at = next;
        }
    }
}

/// A column that is not constant in the sample, each as likely as the others, and a value between its
/// ends. None where all are constant.
fn cut(rows: ArrayView2<'_, f64>, rng: &mut ChaCha8Rng, sample: &[usize], columns: &mut [u32]) -> Option<(u32, f64)> {
    for tried in 0..columns.len() {
        columns.swap(tried, rng.random_range(tried..columns.len()));
        let column = columns[tried];
        let values = sample.iter().map(|row| rows[[*row, column as usize]]);
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(x), h.max(x)));
        if low < high {
            let at = low + rng.random::<f64>() * (high - low);
            return Some((column, if at < high { at } else { low }));
        }
    }
    None
}

/// Brings those that hold to the front; how many they are.
pub fn partition(sample: &mut [usize], holds: impl Fn(usize) -> bool) -> usize {
    let mut upto = 0;
    for i in 0..sample.len() {
        if holds(sample[i]) {
            sample.swap(i, upto);
            upto += 1;
        }
    }
    upto
}

/// The random numbers of one tree.
pub fn stream(seed: u64, tree: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(tree as u64);
    rng
}

impl Detect for IsolationForestValidParams {
    type Model = IsolationForest;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<IsolationForest, DetectError> {
        let size = self.sample.min(rows.nrows());
        Ok(IsolationForest {
            columns: rows.ncols(),
            ordinary: mean_depth(size),
            trees: (0..self.trees)
                .into_par_iter()
                .map(|tree| Tree::grow(rows, size, stream(self.seed, tree)))
                .collect(),
        })
    }
}

impl Score for IsolationForest {
    fn columns(&self) -> usize {
        self.columns
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        let scale = -1.0 / (self.trees.len() as f64 * self.ordinary);
        each_row(rows, |block, scores| {
            let cells = block.as_slice().unwrap_or_default();
            for tree in &self.trees {
                tree.add_depths(cells, self.columns, scores);
            }
            for score in scores {
                *score = (*score * scale).exp2();
            }
        })
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let scale = 1.0 / (self.trees.len() as f64 * self.ordinary);
        each_cell(rows, |block, cells| {
            let rows = block.as_slice().unwrap_or_default().chunks_exact(self.columns);
            for (row, changes) in rows.zip(cells.chunks_exact_mut(self.columns)) {
                for tree in &self.trees {
                    tree.add_path(row, scale, changes);
                }
            }
        })
    }
}
