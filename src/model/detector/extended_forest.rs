//! Extended isolation forest: random cuts in any direction, not only along one column.
//!
//! A cut is a hyperplane: a random direction and a random point of the sample's bounding box. The columns
//! are divided by their standard deviations first, since a direction mixes them. Scores as in the
//! isolation forest.
//!
//! - Fit: O(trees · sample · log sample · d) time. Scoring m rows: O(m · trees · log sample · d).
//! - Contributions follow the path as in the isolation forest; what a cut changes is shared among columns
//!   by the size of their part in the cut, |nⱼ(xⱼ − pⱼ)|. The share is a convention.
//! - Paper: Hariri, Carrasco Kind, Brunner: Extended Isolation Forest. IEEE TKDE 33 (2021).

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::Rng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::isolation_forest::{forest, height_limit, mean_depth, partition, stream};
use super::rows::{deviations, each_cell, each_row, moments};
use super::{Detect, DetectError, Score};

forest! {
    /// Parameters of an extended isolation forest.
    "eif", ExtendedForestParams, ExtendedForestValidParams => ExtendedForest
}

/// A fitted extended isolation forest.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtendedForest {
    deviations: Array1<f64>,
    ordinary: f64,
    trees: Vec<Tree>,
}

#[derive(Debug, Clone, PartialEq)]
struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
struct Node {
    /// Expected depth of a row that comes through, from the root.
    depth: f64,
    /// The cut and its first child, the second lying after it; none in a leaf.
    cut: Option<(Cut, usize)>,
}

/// Above are rows x with n·x > n·p.
#[derive(Debug, Clone, PartialEq)]
struct Cut {
    normal: Vec<f64>,
    point: Vec<f64>,
    offset: f64,
}

impl Cut {
    /// Through the bounding box of a sample; none where it is one point.
    fn draw(rows: ArrayView2<'_, f64>, rng: &mut ChaCha8Rng, sample: &[usize]) -> Option<Self> {
        let d = rows.ncols();
        let (mut low, mut high) = (vec![f64::MAX; d], vec![f64::MIN; d]);
        for row in sample {
            for ((x, low), high) in rows.row(*row).iter().zip(&mut low).zip(&mut high) {
                (*low, *high) = (low.min(*x), high.max(*x));
            }
        }
        if low == high {
            return None;
        }
        let standard = Normal::standard();
        let normal: Vec<f64> = (0..d).map(|_| standard.inverse_cdf(rng.random_range(1e-12..1.0 - 1e-12))).collect();
        let point: Vec<f64> = low.iter().zip(&high).map(|(l, h)| l + rng.random::<f64>() * (h - l)).collect();
        let offset = normal.iter().zip(&point).map(|(n, p)| n * p).sum();
        Some(Self { normal, point, offset })
    }

    fn above(&self, row: &[f64]) -> bool {
        self.normal.iter().zip(row).map(|(n, x)| n * x).sum::<f64>() > self.offset
    }
}

impl Tree {
    fn grow(rows: ArrayView2<'_, f64>, size: usize, mut rng: ChaCha8Rng) -> Self {
        let chosen = index::sample(&mut rng, rows.nrows(), size).into_vec();
        let rows = rows.select(Axis(0), &chosen).as_standard_layout().into_owned();
        let mut tree = Self { nodes: vec![Node { depth: 0.0, cut: None }] };
        let mut sample: Vec<usize> = (0..size).collect();
        tree.split(rows.view(), &mut rng, 0, &mut sample, 0, height_limit(size));
        tree
    }

    fn split(
        &mut self,
        rows: ArrayView2<'_, f64>,
        rng: &mut ChaCha8Rng,
        node: usize,
        sample: &mut [usize],
        depth: usize,
        limit: usize,
    ) {
        self.nodes[node].depth = depth as f64 + mean_depth(sample.len());
        if sample.len() < 2 || depth == limit {
            return;
        }
        let Some(cut) = Cut::draw(rows, rng, sample) else { return };
        let child = self.nodes.len();
        self.nodes.extend([const { Node { depth: 0.0, cut: None } }; 2]);
        let upto = partition(sample, |row| !cut.above(rows.row(row).as_slice().unwrap_or_default()));
        self.nodes[node].cut = Some((cut, child));
        let (below, above) = sample.split_at_mut(upto);
        self.split(rows, rng, child, below, depth + 1, limit);
        self.split(rows, rng, child + 1, above, depth + 1, limit);
    }

    fn depth(&self, row: &[f64]) -> f64 {
        let mut node = &self.nodes[0];
        while let Some((cut, child)) = &node.cut {
            node = &self.nodes[child + usize::from(cut.above(row))];
        }
        node.depth
    }

    fn add_path(&self, row: &[f64], scale: f64, changes: &mut [f64]) {
        let mut node = &self.nodes[0];
        while let Some((cut, child)) = &node.cut {
            let next = &self.nodes[child + usize::from(cut.above(row))];
            let part = |j: usize| (cut.normal[j] * (row[j] - cut.point[j])).abs();
            let whole: f64 = (0..row.len()).map(part).sum();
            let change = (node.depth - next.depth) * scale / whole.max(f64::MIN_POSITIVE);
            for (j, sum) in changes.iter_mut().enumerate() {
                *sum += change * part(j);
            }
            node = next;
        }
    }
}

impl Detect for ExtendedForestValidParams {
    type Model = ExtendedForest;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<ExtendedForest, DetectError> {
        let size = self.sample.min(rows.nrows());
        let deviations = deviations(&moments(rows).1, rows.nrows());
        let mut scaled = rows.to_owned();
        scaled /= &deviations;
        let trees = (0..self.trees)
            .into_par_iter()
            .map(|tree| Tree::grow(scaled.view(), size, stream(self.seed, tree)))
            .collect();
        Ok(ExtendedForest { deviations, ordinary: mean_depth(size), trees })
    }
}

impl ExtendedForest {
    fn scaled(&self, block: &Array2<f64>) -> Array2<f64> {
        block / &self.deviations
    }
}

impl Score for ExtendedForest {
    fn columns(&self) -> usize {
        self.deviations.len()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        let scale = -1.0 / (self.trees.len() as f64 * self.ordinary);
        each_row(rows, |block, scores| {
            for (row, score) in self.scaled(block).rows().into_iter().zip(scores) {
                let row = row.to_slice().unwrap_or_default();
                *score = (self.trees.iter().map(|tree| tree.depth(row)).sum::<f64>() * scale).exp2();
            }
        })
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let scale = 1.0 / (self.trees.len() as f64 * self.ordinary);
        each_cell(rows, |block, cells| {
            let scaled = self.scaled(block);
            for (row, changes) in scaled.rows().into_iter().zip(cells.chunks_exact_mut(self.columns())) {
                let row = row.to_slice().unwrap_or_default();
                for tree in &self.trees {
                    tree.add_path(row, scale, changes);
                }
            }
        })
    }
}
