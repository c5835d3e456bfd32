//! COPOD: tail probabilities of an empirical copula, summed over columns.
//!
//! As ECOD it takes −ln of the tail probabilities of every column; a column counts the larger of the tail
//! its skewness points at and the mean of both.
//!
//! - Fit: O(d n log n) time, O(n d) memory. Scoring m new rows: O(m d log n).
//! - Contributions are exact: a score is the sum of its columns.
//! - Paper: Li, Zhao, Botta, Ionescu, Hu: COPOD: Copula-Based Outlier Detection. ICDM 2020.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::tails::Tails;
use super::{Detect, DetectError, Score};

detector! {
    /// Parameters of COPOD: there are none.
    "copod", CopodParams, CopodValidParams => Copod, rows 2 {}
}

/// A fitted COPOD: the values of every column, sorted.
#[derive(Debug, Clone, PartialEq)]
pub struct Copod(Tails);

fn combine(left: f64, right: f64, skew: f64) -> f64 {
    let towards = if skew < 0.0 {
        left
    } else if skew > 0.0 {
        right
    } else {
        left + right
    };
    towards.max((left + right) / 2.0)
}

impl Detect for CopodValidParams {
    type Model = Copod;

    fn fit_rows(&self, rows: ArrayView2<'_, f64>) -> Result<Copod, DetectError> {
        Ok(Copod(Tails::new(rows)))
    }

    fn own_scores(&self, rows: ArrayView2<'_, f64>) -> Result<Array1<f64>, DetectError> {
        Ok(Tails::own_sums(rows, combine))
    }
}

impl Score for Copod {
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
