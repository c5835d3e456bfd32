//! COPOD: tail probabilities of an empirical copula, summed over columns.
//!
//! As ECOD it takes −ln of the tail probabilities of every column; a column counts the larger of the tail
//! its skewness points at and the mean of both.
//!
//! - Fit: O(d n log n) time, O(n d) memory. Scoring m new rows: O(m d log n).
//! - Contributions are exact: a score is the sum of its columns.
//! - Paper: Li, Zhao, Botta, Ionescu, Hu: COPOD: Copula-Based Outlier Detection. ICDM 2020.

use ndarray::{Array1, ArrayView2};

use super::tails::{TailCount, TailSum, towards};
use super::{Detect, DetectError};

detector! {
    /// Parameters of COPOD: there are none.
    "copod", CopodParams, CopodValidParams => Copod, rows 2 {}
}

/// A fitted COPOD: the values of every column, sorted.
pub type Copod = TailSum<CopodValidParams>;

impl TailCount for CopodValidParams {
    fn count(left: f64, right: f64, skew: f64) -> f64 {
        towards(left, right, skew).max((left + right) / 2.0)
    }
}

impl Detect for CopodValidParams {
    type Model = Copod;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Copod, DetectError> {
        Ok(TailSum::new(rows))
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        Ok(Copod::own_scores(rows))
    }
}
