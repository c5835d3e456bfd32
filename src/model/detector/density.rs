//! Clusters of density: DBSCAN, whose noise is unlike the rest, and OPTICS, whose reachability says how far
//! a row lies from the density about it.
//!
//! A row is core where so many rows, itself among them, lie within the radius of it; its core distance is
//! that to the last of them. Which cluster a row belongs to is no matter here, so neither needs linfa's
//! clusterings (`linfa-clustering` takes quadratic time for OPTICS and brings ten crates):
//!
//! - `dbscan` scores the distance to the nearest core row over the radius: 0 for core rows, up to 1 for the
//!   border of clusters, above 1 for exactly what DBSCAN calls noise. The radius, unless given, is the 90 %
//!   quantile of the core distances, about where their sorted curve bends in the paper's figure.
//! - `optics` scores the least, over the nearest rows, of the larger of their core distance and the distance
//!   to them: the reachability of OPTICS with an unlimited radius, but for the rows that begin a valley,
//!   which depend on the order.
//! - Fit and score: see [`Neighbours`]. Memory O(n (d + k)).
//! - Contributions: the score shared by the squared difference of each column to the rows it is measured
//!   from, a convention.
//! - Papers: Ester, Kriegel, Sander, Xu: A Density-Based Algorithm for Discovering Clusters. KDD 1996;
//!   Ankerst, Breunig, Kriegel, Sander: OPTICS: Ordering Points To Identify the Clustering Structure.
//!   SIGMOD 1999.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::knn::shared_by_difference;
use super::neighbours::{NeighbourTable, Neighbours};
use super::rows::Standard;
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of DBSCAN.
    "dbscan", DbscanParams, DbscanValidParams => Dbscan, rows 3 {
        /// Rows that make a place dense, the row itself among them
        neighbours: usize = 5, in 2..=10_000, also ["min_samples"];
        /// Radius of a neighbourhood; 0 takes it from the data
        radius: f64 = 0.0, in 0.0..=f64::MAX, also ["eps"];
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

detector! {
    /// Parameters of OPTICS.
    "optics", OpticsParams, OpticsValidParams => Optics, rows 3 {
        /// Rows that make a place dense, the row itself among them
        neighbours: usize = 5, in 2..=10_000, also ["min_samples"];
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

/// A fitted DBSCAN: its core rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Dbscan {
    standard: Standard,
    radius: f64,
    core: Array2<f64>,
    index: Neighbours,
}

/// A fitted OPTICS: its rows with their core distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Optics {
    standard: Standard,
    rows: Array2<f64>,
    index: Neighbours,
    neighbours: usize,
    core: Array1<f64>,
}

/// The distance to the last of the neighbours.
fn furthest(table: &NeighbourTable) -> Array1<f64> {
    table.distances.column(table.distances.ncols() - 1).to_owned()
}

impl Detect for DbscanValidParams {
    type Model = Dbscan;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Dbscan, DetectError> {
        let standard = Standard::of(rows, self.standardise);
        let scaled = standard.apply(rows);
        let distances = furthest(&Neighbours::new(scaled.view()).of_own(self.neighbours - 1));
        let mut radius = self.radius;
        if radius == 0.0 {
            let mut sorted = distances.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            // Where most rows are equal no radius is left; any that is not 0 says the same.
            radius = sorted[sorted.len() * 9 / 10].max(1e-9);
        }
        let core: Vec<usize> = (0..distances.len()).filter(|i| distances[*i] <= radius).collect();
        // Where no place is dense, none is less dense than the rest: every row stands for itself.
        let core = if core.is_empty() { scaled } else { scaled.select(Axis(0), &core) };
        let index = Neighbours::new(core.view());
        Ok(Dbscan { standard, radius, core, index })
    }
}

impl Dbscan {
    fn nearest(&self, rows: ArrayView2<'_, f64>) -> (Array2<f64>, NeighbourTable, Array1<f64>) {
        let scaled = self.standard.apply(rows);
        let table = self.index.of(scaled.view(), 1);
        let scores = table.distances.column(0).mapv(|distance| distance / self.radius);
        (scaled, table, scores)
    }
}

impl Score for Dbscan {
    fn columns(&self) -> usize {
        self.standard.columns()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        self.nearest(rows).2
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let (scaled, table, scores) = self.nearest(rows);
        shared_by_difference(&scaled, &self.core, &table, &scores)
    }
}

/// Reachabilities of rows from their neighbours, whose core distances are given.
fn reached(table: &NeighbourTable, core: &Array1<f64>) -> Array1<f64> {
    let least = |(numbers, distances): (ArrayView1<'_, u32>, ArrayView1<'_, f64>)| {
        let pairs = numbers.iter().zip(distances);
        pairs.map(|(n, distance)| distance.max(core[*n as usize])).fold(f64::INFINITY, f64::min)
    };
    table.rows.rows().into_iter().zip(table.distances.rows()).map(least).collect()
}

impl Detect for OpticsValidParams {
    type Model = Optics;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Optics, DetectError> {
        let standard = Standard::of(rows, self.standardise);
        let scaled = standard.apply(rows);
        let index = Neighbours::new(scaled.view());
        let core = furthest(&index.of_own(self.neighbours - 1));
        Ok(Optics { standard, rows: scaled, index, neighbours: self.neighbours, core })
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        let index = Neighbours::new(Standard::of(rows, self.standardise).apply(rows).view());
        let table = index.of_own(self.neighbours);
        let core = table.distances.column(table.distances.ncols().min(self.neighbours - 1) - 1).to_owned();
        Ok(reached(&table, &core))
    }
}

impl Score for Optics {
    fn columns(&self) -> usize {
        self.standard.columns()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        reached(&self.index.of(self.standard.apply(rows).view(), self.neighbours), &self.core)
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let scaled = self.standard.apply(rows);
        let table = self.index.of(scaled.view(), self.neighbours);
        let scores = reached(&table, &self.core);
        shared_by_difference(&scaled, &self.rows, &table, &scores)
    }
}
