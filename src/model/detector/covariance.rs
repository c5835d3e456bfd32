//! Distances by a covariance: its factor, or its eigenvectors where it is singular. Columns are brought to
//! variance one first, so that a column of large numbers does not make one of small numbers look like nothing.

use linfa_linalg::cholesky::Cholesky;
use linfa_linalg::eigh::Eigh;
use linfa_linalg::triangular::{SolveTriangularInplace, UPLO};
use ndarray::{Array1, Array2, Axis};

/// A centre and a whitening: (x − centre) · whiten has the identity as covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Ellipsoid {
    /// Centre (d).
    pub centre: Array1<f64>,
    /// d × r; r < d where the covariance is singular.
    pub whiten: Array2<f64>,
    /// ln of the determinant; −∞ where it is singular.
    pub log_determinant: f64,
}

/// Eigenvalues of the correlations below this share of the largest count as none.
const NOTHING: f64 = 1e-12;

impl Ellipsoid {
    /// Of a covariance (d × d). One that is singular measures only in the directions it has; none at all
    /// where it has none.
    pub fn new(centre: Array1<f64>, covariance: &Array2<f64>) -> Option<Self> {
        let d = centre.len();
        let deviations = covariance.diag().mapv(|v| if v > 0.0 { v.sqrt() } else { 1.0 });
        let by_row = deviations.view().insert_axis(Axis(1));
        let correlation = covariance / &by_row / &deviations;
        let scales = 2.0 * deviations.mapv(f64::ln).sum();
        if let Ok(factor) = correlation.cholesky() {
            let well = factor.diag().iter().all(|x| x * x > NOTHING);
            if let (true, Ok(inverse)) = (well, factor.solve_triangular_into(Array2::eye(d), UPLO::Lower)) {
                let log_determinant = 2.0 * factor.diag().mapv(f64::ln).sum() + scales;
                return Some(Self { centre, whiten: inverse.reversed_axes() / by_row, log_determinant });
            }
        }
        let (values, vectors) = eigen(&correlation)?;
        let largest = values[0];
        let kept: Vec<usize> = (0..d).filter(|i| values[*i] > NOTHING * largest && values[*i] > 0.0).collect();
        if kept.is_empty() {
            return None;
        }
        let mut whiten = vectors.select(Axis(1), &kept);
        for (mut column, i) in whiten.columns_mut().into_iter().zip(&kept) {
            column /= values[*i].sqrt();
        }
        whiten /= &by_row;
        let log_determinant = if kept.len() < d { f64::NEG_INFINITY } else { values.mapv(f64::ln).sum() + scales };
        Some(Self { centre, whiten, log_determinant })
    }

    /// Squared distances of rows (b × d) into `out` (b).
    pub fn squares(&self, rows: &Array2<f64>, out: &mut [f64]) {
        let white = (rows - &self.centre).dot(&self.whiten);
        for (row, out) in white.rows().into_iter().zip(out) {
            *out = row.dot(&row);
        }
    }

    /// What each column adds to the squared distances of rows: (x − c)ⱼ · (Σ⁻¹(x − c))ⱼ, which sum to them.
    pub fn parts(&self, rows: &Array2<f64>) -> Array2<f64> {
        let off = rows - &self.centre;
        let back = off.dot(&self.whiten).dot(&self.whiten.t());
        off * back
    }
}

/// Eigenvalues, descending, and their vectors as columns; none where they cannot be found.
pub fn eigen(symmetric: &Array2<f64>) -> Option<(Array1<f64>, Array2<f64>)> {
    let (values, mut vectors) = symmetric.eigh().ok()?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    // A vector's sign is free: its largest part is made positive.
    for mut vector in vectors.columns_mut() {
        let largest = vector.iter().copied().fold(0.0_f64, |m, x| if x.abs() > m.abs() + 1e-12 { x } else { m });
        if largest < 0.0 {
            vector *= -1.0;
        }
    }
    Some((values.select(Axis(0), &order), vectors.select(Axis(1), &order)))
}
