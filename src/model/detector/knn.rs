//! Distance to the k nearest neighbours: rows far from all others.
//!
//! The score is the distance to the k-th neighbour, or the mean or median of the k distances. Columns are
//! brought to one scale first, unless `standardise` is off.
//!
//! - Fit and score: see [`Neighbours`]. Memory O(n d).
//! - Contributions: the score shared by the squared difference of each column to the k neighbours, which is
//!   exact for the mean of squares and a convention for the rest.
//! - Papers: Ramaswamy, Rastogi, Shim: Efficient Algorithms for Mining Outliers from Large Data Sets.
//!   SIGMOD 2000; Angiulli, Pizzuti: Fast Outlier Detection in High Dimensional Spaces. PKDD 2002.

use std::fmt;
use std::str::FromStr;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::neighbours::{NeighbourTable, Neighbours};
use super::rows::Standard;
use super::{Detect, DetectError, Score};

/// What of the k distances is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summary {
    /// Distance to the k-th.
    Largest,
    /// Their mean.
    Mean,
    /// Their median.
    Median,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Largest => "largest",
            Self::Mean => "mean",
            Self::Median => "median",
        })
    }
}

impl FromStr for Summary {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "largest" => Ok(Self::Largest),
            "mean" => Ok(Self::Mean),
            "median" => Ok(Self::Median),
            _ => Err("largest, mean or median"),
        }
    }
}

detector! {
    /// Parameters of the k-nearest-neighbours detector.
    "knn", KnnParams, KnnValidParams => Knn, rows 2 {
        /// Neighbours looked at; one less than the rows where there are fewer
        neighbours: usize = 5, in 1..=10_000, also ["n_neighbors", "k"];
        /// What of their distances is scored: largest, mean or median
        summary: Summary = Summary::Largest, also ["method"];
        /// Whether columns are brought to mean zero and variance one first
        standardise: bool = true;
    }
}

/// A fitted k-nearest-neighbours detector: the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Knn {
    standard: Standard,
    rows: Array2<f64>,
    index: Neighbours,
    neighbours: usize,
    summary: Summary,
}

fn summarise(distances: ArrayView1<'_, f64>, summary: Summary) -> f64 {
    let k = distances.len();
    match summary {
        Summary::Largest => distances[k - 1],
        Summary::Mean => distances.sum() / k as f64,
        Summary::Median => (distances[(k - 1) / 2] + distances[k / 2]) / 2.0,
    }
}

fn summaries(table: &NeighbourTable, summary: Summary) -> Array1<f64> {
    table.distances.map_axis(Axis(1), |distances| summarise(distances, summary))
}

/// Squared differences of rows to their neighbours by column, shared so that each row sums to its score.
pub fn shared_by_difference(
    scaled: &Array2<f64>,
    others: &Array2<f64>,
    table: &NeighbourTable,
    scores: &Array1<f64>,
) -> Array2<f64> {
    let mut parts = Array2::zeros(scaled.dim());
    for (i, mut part) in parts.rows_mut().into_iter().enumerate() {
        for neighbour in table.rows.row(i) {
            let pairs = scaled.row(i).into_iter().zip(others.row(*neighbour as usize));
            part.iter_mut().zip(pairs).for_each(|(part, (x, y))| *part += (x - y) * (x - y));
        }
        let whole = part.sum();
        if whole > 0.0 {
            part *= scores[i] / whole;
        }
    }
    parts
}

impl Detect for KnnValidParams {
    type Model = Knn;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Knn, DetectError> {
        let standard = Standard::of(rows, self.standardise);
        let scaled = standard.apply(rows);
        let index = Neighbours::new(scaled.view());
        Ok(Knn { standard, index, rows: scaled, neighbours: self.neighbours, summary: self.summary })
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        let index = Neighbours::new(Standard::of(rows, self.standardise).apply(rows).view());
        Ok(summaries(&index.of_own(self.neighbours), self.summary))
    }
}

impl Score for Knn {
    fn columns(&self) -> usize {
        self.standard.columns()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        summaries(&self.index.of(self.standard.apply(rows).view(), self.neighbours), self.summary)
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        let scaled = self.standard.apply(rows);
        let table = self.index.of(scaled.view(), self.neighbours);
        shared_by_difference(&scaled, &self.rows, &table, &summaries(&table, self.summary))
    }
}
