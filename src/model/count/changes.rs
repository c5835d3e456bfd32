//! Change points: months from which a series runs at another level.
//!
//! The series is cut so that the squared distances to the means of its parts plus a penalty a cut are
//! least, exactly, by dynamic programming that drops starts which can never be best again (PELT): where a part
//! has a least length, only when the end that beat a start can itself be one. The
//! penalty is `strength` · s² ln n, s being the scale of month-to-month differences over √2 (by their
//! median, so that jumps do not hide themselves); 2 to 3 is usual.
//!
//! O(n) to O(n²) time, O(n) memory. Paper: Killick, Fearnhead, Eckley: Optimal Detection of Changepoints
//! with a Linear Computational Cost. JASA 107 (2012).

use super::peers::robust_scale;

/// A part of the series at one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// First month, counted from 0.
    pub from: usize,
    /// The month after its last.
    pub to: usize,
    /// Its mean.
    pub mean: f64,
}

/// Parts of a series (n), in order; each at least `shortest` months. `least` is the smallest scale, in
/// the series' unit: differences below it are no noise to measure changes by.
pub fn change_points(series: &[f64], shortest: usize, strength: f64, least: f64) -> Vec<Segment> {
    let n = series.len();
    let shortest = shortest.max(1);
    if n == 0 {
        return Vec::new();
    }
    let steps: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let scale = (robust_scale(steps).1 / std::f64::consts::SQRT_2).max(least);
    let penalty = strength * scale * scale * (n as f64).ln().max(1.0);
    // Sums from the start, about the first value, which keeps them small.
    let (mut sum, mut square) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    for (i, x) in series.iter().enumerate() {
        let off = x - series[0];
        (sum[i + 1], square[i + 1]) = (sum[i] + off, square[i] + off * off);
    }
    let cost = |from: usize, to: usize| {
        let whole = sum[to] - sum[from];
        (square[to] - square[from] - whole * whole / (to - from) as f64).max(0.0)
    };
    let mut best = vec![f64::INFINITY; n + 1];
    best[0] = -penalty;
    let mut start = vec![0; n + 1];
    // Starts, and from which end on each is none any more.
    let mut open = vec![(0, usize::MAX)];
    for to in shortest.min(n)..=n {
        open.retain(|(_, dropped)| to < *dropped);
        let long_enough = |from: usize| to - from >= shortest.min(n);
        for from in open.iter().map(|(from, _)| *from).filter(|from| long_enough(*from)) {
            let total = best[from] + cost(from, to) + penalty;
            if total < best[to] - 1e-12 * total.abs() {
                (best[to], start[to]) = (total, from);
            }
        }
        // A cut at `to` would be no dearer from here on; until a part can begin and end there, the start stays.
        for (from, dropped) in open.iter_mut().filter(|(from, _)| long_enough(*from)) {
            if best[*from] + cost(*from, to) > best[to] {
                *dropped = (*dropped).min(to + shortest);
            }
        }
        open.push((to, usize::MAX));
    }
    let mut parts = Vec::new();
    let mut to = n;
    while to > 0 {
        let from = start[to];
        parts.push(Segment { from, to, mean: series[0] + (sum[to] - sum[from]) / (to - from) as f64 });
        to = from;
    }
    parts.reverse();
    parts
}
