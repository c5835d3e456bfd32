//! Several detectors together: their scores as tail probabilities, put together.
//!
//! Raw scores have no common scale, so they are never averaged. The share of rows with at least a row's
//! score is its tail probability under one detector; a row's combined score is the mean of −ln of its tail
//! probabilities. Detectors read the same columns, so the probabilities are not independent and the sum is
//! not Fisher's χ²: the mean keeps the scale of one detector, whatever their number.
//!
//! O(detectors · n log n) time.

use ndarray::{Array1, ArrayView1};

/// Share of rows whose score is at least the row's own (n), in (0, 1].
pub fn tail_probabilities(scores: ArrayView1<'_, f64>) -> Array1<f64> {
    tails_among(scores, scores)
}

/// Shares of `among` (n) with at least each of these scores (m), one above all counting as the highest.
pub fn tails_among(among: ArrayView1<'_, f64>, scores: ArrayView1<'_, f64>) -> Array1<f64> {
    let mut sorted = among.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    scores.mapv(|score| (n - sorted.partition_point(|s| *s < score)).max(1) as f64 / n as f64)
}

/// Combined score (n) of the scores of detectors over the same rows; empty where there are none.
pub fn combine(scores: &[Array1<f64>]) -> Array1<f64> {
    combine_against(scores, scores)
}

/// Combined score (m) of the scores of other rows (m), by their tail probabilities among those of `among`
/// (n), by detector; empty where there are none.
pub fn combine_against(among: &[Array1<f64>], scores: &[Array1<f64>]) -> Array1<f64> {
    let tails = among.iter().zip(scores).map(|(among, scores)| tails_among(among.view(), scores.view()));
    let sum = tails.map(|tails| tails.mapv(|p| -p.ln())).reduce(|a, b| a + b).unwrap_or_else(|| Array1::zeros(0));
    sum / scores.len().max(1) as f64
}
