//! Distances by a covariance: its factor, or its eigenvectors where it is singular. Columns are brought to
//! variance one first, so that a column of large numbers does not make one of small numbers look like nothing.

use linfa_linalg::eigh::Eigh;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

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
    /// Of a covariance (d × d). One that is singular measures only in the directions it has: of constant columns
    /// every distance is 0. None where a cell is no finite number.
    pub fn new(centre: Array1<f64>, covariance: &Array2<f64>) -> Option<Self> {
        let d = centre.len();
        let deviations = covariance.diag().mapv(|v| if v > 0.0 { v.sqrt() } else { 1.0 });
        let by_row = deviations.view().insert_axis(Axis(1));
        let correlation = covariance / &by_row / &deviations;
        let scales = 2.0 * deviations.mapv(f64::ln).sum();
        if let Some((factor, inverse)) = factored(correlation.view()) {
            let log_determinant = 2.0 * factor.diag().mapv(f64::ln).sum() + scales;
            return Some(Self { centre, whiten: inverse.reversed_axes() / by_row, log_determinant });
        }
        if correlation.iter().any(|cell| !cell.is_finite()) {
            return None;
        }
        let (values, vectors) = eigen(&correlation)?;
        let largest = values[0];
        let kept: Vec<usize> = (0..d).filter(|i| values[*i] > NOTHING * largest && values[*i] > 0.0).collect();
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

/// Rows of a matrix from which on it is halved.
const SMALL: usize = 24;

/// The Cholesky factor of a symmetric matrix (d × d) and the factor's inverse, both lower; none where the matrix is
/// not well positive definite. Halved until small, so that nearly all is done by products of matrices, which are
/// quick where rows one by one are not.
///
/// # Complexity
/// Time O(d³), space O(d²).
fn factored(matrix: ArrayView2<'_, f64>) -> Option<(Array2<f64>, Array2<f64>)> {
    let d = matrix.nrows();
    let mut factor = Array2::zeros((d, d));
    let mut inverse = Array2::zeros((d, d));
    if d > SMALL {
        let half = d / 2;
        let (upper, upper_inverse) = factored(matrix.slice(s![..half, ..half]))?;
        let beside = matrix.slice(s![half.., ..half]).dot(&upper_inverse.t());
        let (lower, lower_inverse) = factored((&matrix.slice(s![half.., half..]) - &beside.dot(&beside.t())).view())?;
        inverse.slice_mut(s![half.., ..half]).assign(&(-lower_inverse.dot(&beside).dot(&upper_inverse)));
        for (whole, parts) in [(&mut inverse, [upper_inverse, lower_inverse]), (&mut factor, [upper, lower])] {
            let [first, second] = parts;
            whole.slice_mut(s![..half, ..half]).assign(&first);
            whole.slice_mut(s![half.., half..]).assign(&second);
        }
        factor.slice_mut(s![half.., ..half]).assign(&beside);
        return Some((factor, inverse));
    }
    for i in 0..d {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| factor[[i, k]] * factor[[j, k]]).sum();
            let left = matrix[[i, j]] - known;
            if i > j {
                factor[[i, j]] = left / factor[[j, j]];
            } else if left > NOTHING {
                factor[[i, i]] = left.sqrt();
            } else {
                return None;
            }
        }
    }
    for i in 0..d {
        inverse[[i, i]] = 1.0 / factor[[i, i]];
        for j in 0..i {
            let known: f64 = (j..i).map(|k| factor[[i, k]] * inverse[[k, j]]).sum();
            inverse[[i, j]] = -known / factor[[i, i]];
        }
    }
    Some((factor, inverse))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_and_inverse_are_those_of_the_matrix() {
        for d in [1, 2, SMALL, SMALL + 1, 3 * SMALL + 5] {
            let base = Array2::from_shape_fn((d, d), |(i, j)| ((i * 7 + j * 13) % 11) as f64 / 11.0);
            let matrix = base.dot(&base.t()) + Array2::<f64>::eye(d) * d as f64;
            let (factor, inverse) = factored(matrix.view()).unwrap();
            let far = |a: Array2<f64>, b: &Array2<f64>| (a - b).iter().fold(0.0_f64, |m, x| m.max(x.abs()));
            assert!(far(factor.dot(&factor.t()), &matrix) < 1e-9 * d as f64, "{d}");
            assert!(far(factor.dot(&inverse), &Array2::eye(d)) < 1e-9, "{d}");
        }
        let singular = Array2::<f64>::ones((60, 60));
        assert!(factored(singular.view()).is_none());
    }
}
