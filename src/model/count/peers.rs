//! Peers: how far a value is from those of the same kind, in units of how far those usually are.
//!
//! A group's centre is its median, drawn towards the median of all by how few peers there are; its scale
//! the median absolute deviation times 1.4826 (the standard deviation of a normal distribution), drawn
//! towards the scale of all in the same way. So a group of two neither hides its odd one nor makes it odd.
//!
//! O(n) time for few groups. Sources: Hampel, JASA 69 (1974); shrinkage by pseudo-counts: Gelman et al., Bayesian
//! Data Analysis, ch. 5.

use std::collections::BTreeMap;

/// Normal consistency of the median absolute deviation.
const CONSISTENT: f64 = 1.482_602_218_505_602;

/// A value among its peers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerResidual {
    /// What would be ordinary.
    pub ordinary: f64,
    /// How far apart peers usually are.
    pub scale: f64,
    /// (value − ordinary) / scale.
    pub z: f64,
    /// Peers, itself not counted.
    pub peers: usize,
}

/// Residuals of values (n) within their groups (n), in order. `weight` is how many peers the whole is
/// worth; `least` the smallest scale, in the values' unit.
pub fn peer_residuals<G: Ord>(values: &[f64], groups: &[G], weight: f64, least: f64) -> Vec<PeerResidual> {
    let mut members: BTreeMap<&G, Vec<f64>> = BTreeMap::new();
    for (value, group) in values.iter().zip(groups) {
        members.entry(group).or_default().push(*value);
    }
    let own: BTreeMap<&G, (f64, f64, usize)> = members
        .into_iter()
        .map(|(group, values)| {
            let peers = values.len() - 1;
            let (centre, scale) = robust_scale(values);
            (group, (centre, scale, peers))
        })
        .collect();
    // The usual scale is that within groups: groups may lie far apart.
    let within: Vec<f64> = values.iter().zip(groups).map(|(v, g)| (v - own[g].0).abs()).collect();
    let usual = CONSISTENT * median(within);
    let whole = median(values.to_vec());
    let shape = |(centre, scale, peers): (f64, f64, usize)| {
        let n = peers as f64;
        let drawn = |own: f64, all: f64| if n + weight > 0.0 { (n * own + weight * all) / (n + weight) } else { all };
        (drawn(centre, whole), drawn(scale, usual).max(least), peers)
    };
    let shapes: BTreeMap<&G, (f64, f64, usize)> = own.into_iter().map(|(group, own)| (group, shape(own))).collect();
    let residual = |(value, group): (&f64, &G)| {
        let (ordinary, scale, peers) = shapes[group];
        PeerResidual { ordinary, scale, z: if scale > 0.0 { (value - ordinary) / scale } else { 0.0 }, peers }
    };
    values.iter().zip(groups).map(residual).collect()
}

/// Median and scaled median absolute deviation; zeros where there is nothing.
pub fn robust_scale(values: Vec<f64>) -> (f64, f64) {
    let centre = median(values.clone());
    (centre, CONSISTENT * median(values.into_iter().map(|v| (v - centre).abs()).collect()))
}

/// Median; zero where there is nothing.
fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let (even, half) = (values.len().is_multiple_of(2), values.len() / 2);
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = if even { below.iter().copied().max_by(f64::total_cmp) } else { None };
    lower.unwrap_or(*upper).midpoint(*upper)
}
