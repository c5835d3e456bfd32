//! ECOD: how deep in a tail of its column each value lies, summed over columns.
//!
//! For every column the empirical distribution gives the left and the right tail probability of a value;
//! the column counts −ln of the smaller one that the column's skewness points at, or of either where one
//! is smaller still. Without parameters, without randomness, without distances.
//!
//! - Fit: O(d n log n) time, O(n d) memory. Scoring m new rows: O(m d log n).
//! - Contributions are exact: a score is the sum of its columns.
//! - Paper: Li, Zhao, Hu, Botta, Ionescu, Chen: ECOD: Unsupervised Outlier Detection Using Empirical
//!   Cumulative Distribution Functions. IEEE TKDE 35 (2023).

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::tails::Tails;
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of ECOD: there are none.
    "ecod", EcodParams, EcodValidParams => Ecod, rows 2 {}
}

/// A fitted ECOD: the values of every column, sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Ecod(Tails);

fn combine(left: f64, right: f64, skew: f64) -> f64 {
    let towards = if skew < 0.0 {
        left
    } else if skew > 0.0 {
        right
    } else {
        left + right
    };
    towards.max(left).max(right)
}

impl Detect for EcodValidParams {
    type Model = Ecod;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Ecod, DetectError> {
        Ok(Ecod(Tails::new(rows)))
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        Ok(Tails::own_sums(rows, combine))
    }
}

impl Score for Ecod {
    fn columns(&self) -> usize {
        self.0.columns()
    }

    fn scores(&self, rows: ArrayView2<'_, f64>) -> Array1<f64> {
        self.0.cells(rows, combine).sum_axis(Axis(1))
    }

    fn contributions(&self, rows: ArrayView2<'_, f64>) -> Array2<f64> {
        self.0.cells(rows, combine)
    }
}
