//! How far probabilities mean what they say.
//!
//! Of predictions near p, a share near p should come true. The expected calibration error is the mean
//! over bins of equal width, weighted by their size, of |mean prediction − share come true|; the Brier
//! score the mean squared distance of predictions to outcomes (0 or 1). O(n) time.
//!
//! Sources: Murphy, Winkler, JRSS C 26 (1977); Naeini, Cooper, Hauskrecht, AAAI 2015.

/// Predictions of one bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower end of the bin.
    pub from: f64,
    /// Predictions in it.
    pub count: u64,
    /// Their mean.
    pub predicted: f64,
    /// Share that came true.
    pub came_true: f64,
}

/// How predictions fared.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// The curve: bins that are not empty.
    pub bins: Vec<Bin>,
    /// Predictions.
    pub count: u64,
    /// Mean squared distance to the outcome.
    pub brier: f64,
    /// Expected calibration error.
    pub error: f64,
}

impl Reliability {
    /// Of predictions with their outcomes, in `bins` bins; none where there are none.
    pub fn new(predictions: &[(f64, bool)], bins: usize) -> Option<Self> {
        if predictions.is_empty() || bins == 0 {
            return None;
        }
        let mut sums = vec![(0u64, 0.0, 0.0); bins];
        let mut brier = 0.0;
        for (p, came_true) in predictions {
            let outcome = f64::from(u8::from(*came_true));
            let bin = &mut sums[((p * bins as f64) as usize).min(bins - 1)];
            *bin = (bin.0 + 1, bin.1 + p, bin.2 + outcome);
            brier += (p - outcome).powi(2);
        }
        let n = predictions.len() as f64;
        let error = sums.iter().map(|(_, p, t)| (p - t).abs()).sum::<f64>() / n;
        let bins = (0..).zip(sums).filter(|(_, (count, _, _))| *count > 0).map(|(i, (count, p, t))| {
            let k = count as f64;
            Bin { from: f64::from(i) / bins as f64, count, predicted: p / k, came_true: t / k }
        });
        Some(Self { bins: bins.collect(), count: predictions.len() as u64, brier: brier / n, error })
    }
}
