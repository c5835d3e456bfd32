//! Seasons: what a month of the year usually adds, and what is left without it.
//!
//! A month's effect is the median over years of its distance to the median of its own year's twelve
//! months about it (a centred window). Two years are needed.
//!
//! O(n) windows of 13. Source: Cleveland et al., STL, J. Official Statistics 6 (1990), whose cycle-
//! subseries step this is with medians, without the loess.

use super::peers::robust_scale;

/// A series without its season.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    /// What each month of the year adds; the first is that of the series' first month.
    pub effects: [f64; 12],
    /// The series less the effects (n).
    pub without: Vec<f64>,
    /// Share of the month-to-month scale that the season explains, 0 to 1.
    pub strength: f64,
}

/// The season of a monthly series (n); none where it has less than two years.
pub fn season(series: &[f64]) -> Option<Season> {
    let n = series.len();
    if n < 24 {
        return None;
    }
    let level = |i: usize| {
        let from = i.saturating_sub(6).min(n - 13);
        robust_scale(series[from..from + 13].to_vec()).0
    };
    let off: Vec<f64> = (0..n).map(|i| series[i] - level(i)).collect();
    let mut effects = [0.0; 12];
    for (month, effect) in effects.iter_mut().enumerate() {
        *effect = robust_scale(off.iter().skip(month).step_by(12).copied().collect()).0;
    }
    let middle = robust_scale(effects.to_vec()).0;
    effects.iter_mut().for_each(|effect| *effect -= middle);
    let without: Vec<f64> = series.iter().enumerate().map(|(i, x)| x - effects[i % 12]).collect();
    let spread = |of: &[f64]| of.iter().map(|x| x * x).sum::<f64>();
    let left: Vec<f64> = (0..n).map(|i| off[i] - effects[i % 12]).collect();
    let whole = spread(&off);
    let strength = if whole > 0.0 { (1.0 - spread(&left) / whole).clamp(0.0, 1.0) } else { 0.0 };
    Some(Season { effects, without, strength })
}
