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

use ndarray::{Array1, ArrayView2};

use super::tails::{TailCount, TailSum, towards};
use super::{Detect, DetectError};

detector! {
    /// Parameters of ECOD: there are none.
    "ecod", EcodParams, EcodValidParams => Ecod, rows 2 {}
}

/// A fitted ECOD: the values of every column, sorted.
pub type Ecod = TailSum<EcodValidParams>;

impl TailCount for EcodValidParams {
    fn count(left: f64, right: f64, skew: f64) -> f64 {
        towards(left, right, skew).max(left).max(right)
    }
}

impl Detect for EcodValidParams {
    type Model = Ecod;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Ecod, DetectError> {
        Ok(TailSum::new(rows))
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        Ok(Ecod::own_scores(rows))
    }
}
