//! Local outlier factor: rows whose neighbourhood is thinner than their neighbours' own.
//!
//! With reach(a, b) = max(k-distance of b, distance of a and b), a row's density is one over its mean reach
//! to its k neighbours, and its factor the mean density of the neighbours over its own: near 1 inside a
//! cluster, whatever its density. Of rows at one k-distance those of lower numbers are taken.
//!
//! - Fit and score: see [`Neighbours`]. Memory O(n (d + k)).
//! - Contributions: the score shared by the squared difference of each column to the k neighbours, a
//!   convention.
//! - Paper: Breunig, Kriegel, Ng, Sander: LOF: Identifying Density-Based Local Outliers. SIGMOD 2000.

use ndarray::{Array1, Array2, ArrayView2};

use super::knn::shared_by_difference;
use super::neighbours::{NeighbourTable, Neighbours};
use super::rows::Standard;
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of the local outlier factor.
    "lof", LofParams, LofValidParams => Lof, rows 3 {
        /// Neighbours looked at; one less than the rows where there are fewer
        neighbours: usize = 20, in 1..=10_000, also ["n_neighbors", "k"];
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

/// A fitted local outlier factor: the rows with their densities.
#[derive(Debug, Clone, PartialEq)]
pub struct Lof {
    standard: Standard,
    rows: Array2<f64>,
    index: Neighbours,
    neighbours: usize,
    /// Distance of each row to its k-th neighbour (n).
    reaches: Array1<f64>,
    /// Density of each row (n).
    densities: Array1<f64>,
}

/// Keeps the density of rows with k equal ones finite.
const LEAST_REACH: f64 = 1e-10;

/// Densities of rows by their neighbours, whose k-distances are given.
fn densities(table: &NeighbourTable, reaches: &Array1<f64>) -> Array1<f64> {
    let pairs = table.rows.rows().into_iter().zip(table.distances.rows());
    let density = |(numbers, distances): (ndarray::ArrayView1<'_, u32>, ndarray::ArrayView1<'_, f64>)| {
        let reach: f64 = numbers.iter().zip(distances).map(|(n, distance)| distance.max(reaches[*n as usize])).sum();
        1.0 / (reach / numbers.len() as f64 + LEAST_REACH)
    };
    pairs.map(density).collect()
}

/// Mean density of the neighbours over the row's own.
fn factors(table: &NeighbourTable, own: &Array1<f64>, others: &Array1<f64>) -> Array1<f64> {
    let k = table.rows.ncols() as f64;
    let mean = |numbers: ndarray::ArrayView1<'_, u32>| numbers.iter().map(|n| others[*n as usize]).sum::<f64>() / k;
    table.rows.rows().into_iter().zip(own).map(|(numbers, own)| mean(numbers) / own).collect()
}

fn k_distances(table: &NeighbourTable) -> Array1<f64> {
    table.distances.column(table.distances.ncols() - 1).to_owned()
}

impl Detect for LofValidParams {
    type Model = Lof;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Lof, DetectError> {
        let standard = Standard::of(rows, self.standardise);
        let scaled = standard.apply(rows);
        let index = Neighbours::new(scaled.view());
        let table = index.of_own(self.neighbours);
        let reaches = k_distances(&table);
        let densities = densities(&table, &reaches);
        Ok(Lof { standard, rows: scaled, index, neighbours: table.rows.ncols(), reaches, densities })
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        let scaled = Standard::of(rows, self.standardise).apply(rows);
        let table = Neighbours::new(scaled.view()).of_own(self.neighbours);
        let densities = densities(&table, &k_distances(&table));
        Ok(factors(&table, &densities, &densities))
    }
}

impl Lof {
    fn table_and_scores(&self, scaled: &Array2<f64>) -> (NeighbourTable, Array1<f64>) {
        let table = self.index.of(scaled.view(), self.neighbours);
        let scores = factors(&table, &densities(&table, &self.reaches), &self.densities);
        (table, scores)
    }
}

impl Score for Lof {
    fn columns(&self) -> usize {
        self.standard.columns()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        self.table_and_scores(&self.standard.apply(rows)).1
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let scaled = self.standard.apply(rows);
        let (table, scores) = self.table_and_scores(&scaled);
        shared_by_difference(&scaled, &self.rows, &table, &scores)
    }
}
