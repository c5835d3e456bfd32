use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn counted(amounts: impl IntoIterator<Item = u64>) -> Counted {
    let mut counts = Counted::new();
    amounts.into_iter().for_each(|amount| *counts.entry(amount).or_default() += 1);
    counts
}

#[test]
fn powers_follow_benford_and_even_amounts_do_not() {
    let powers: Vec<u64> = (0..4_000).map(|i| (100.0 * 1.0035_f64.powi(i)) as u64).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let even: Vec<u64> = (0..4_000).map(|_| rng.random_range(10_000..99_999)).collect();
    for digits in [Digits::First, Digits::Second, Digits::FirstTwo] {
        assert!(digits.enough() <= 4_000 || digits == Digits::FirstTwo, "{digits:?} {}", digits.enough());
        let follows = Benford::new(digits, &counted(powers.iter().copied()));
        assert!(!follows.unlike(), "{digits:?} {}", follows.deviation);
        let shares: f64 = follows.counts.iter().map(|(_, _, expected)| expected).sum();
        assert!((shares - follows.amounts as f64).abs() < 1e-6);
    }
    assert!(Benford::new(Digits::First, &counted(even.iter().copied())).unlike());
    // Few amounts say nothing.
    let few = Benford::new(Digits::First, &counted(even.iter().copied().take(50)));
    assert!(!few.assessable() && !few.unlike());
    assert_eq!(Benford::new(Digits::FirstTwo, &counted([0, 5])).amounts, 0);
}

#[test]
fn excesses_are_binomial_tails() {
    let amounts = counted([10_000, 20_000, 30_000, 12_345]);
    let round = round_amounts(&amounts, 10_000, 0.5);
    // Three or four of four at one half: 5/16.
    assert_eq!((round.count, round.of), (3, 4));
    assert!((round.p_value - 5.0 / 16.0).abs() < 1e-12);
    assert_eq!(same_amounts(&counted([5, 5, 7, 7, 9]), 0.2).unwrap().0, 5);
    let under = under_threshold(&counted([4_990, 4_999, 4_980, 5_000, 4_000]), 5_000, 50, 0.5);
    assert_eq!((under.count, under.of), (3, 4));
    assert!(same_amounts(&Counted::new(), 0.2).is_none());
}

#[test]
fn peers_are_compared_within_their_group_and_few_are_trusted_less() {
    let mut values: Vec<f64> = (0..50).map(|i| 300.0 + f64::from(i % 5)).collect();
    let mut groups = vec!["rural"; 50];
    values.extend((0..50).map(|i| 600.0 + f64::from(i % 5)));
    groups.extend(["urban"; 50]);
    values.push(600.0);
    groups.push("rural");
    let all = peer_residuals(&values, &groups, 2.0, 1.0);
    assert!(all[100].z > 50.0 && all[60].z.abs() < 6.0, "{:?} {:?}", all[100], all[60]);
    assert_eq!(all[100].peers, 50);
    // Alone, the whole is all there is to compare with.
    let alone = peer_residuals(&[1.0, 1.0, 1.0, 9.0], &["a", "a", "a", "b"], 2.0, 0.5);
    assert_eq!((alone[3].ordinary, alone[3].peers), (1.0, 0));
    assert_eq!(robust_scale(vec![4.0, 1.0, 3.0, 2.0]).0, 2.5);
    assert_eq!((robust_scale(vec![5.0, 1.0, 3.0]).0, robust_scale(Vec::new())), (3.0, (0.0, 0.0)));
}

#[test]
fn changes_are_found_where_they_are() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut noise = || rng.random::<f64>() - 0.5;
    let jumping: Vec<f64> = (0..48).map(|i| if i < 20 { 10.0 } else if i < 33 { 16.0 } else { 8.0 } + noise()).collect();
    let parts = change_points(&jumping, 3, 3.0, 0.0);
    assert_eq!(parts.iter().map(|p| (p.from, p.to)).collect::<Vec<_>>(), [(0, 20), (20, 33), (33, 48)]);
    let level: Vec<f64> = (0..48).map(|_| 10.0 + noise()).collect();
    assert_eq!(change_points(&level, 3, 3.0, 0.0).len(), 1);
    assert_eq!(change_points(&[5.0; 12], 3, 3.0, 0.0), [Segment { from: 0, to: 12, mean: 5.0 }]);
    assert!(change_points(&[], 3, 3.0, 0.0).is_empty());
    assert_eq!(change_points(&[1.0, 9.0], 3, 3.0, 0.0).len(), 1);
}

/// The least cost of a series and its cuts, every start looked at for every end.
fn unpruned(series: &[f64], shortest: usize, penalty: f64) -> f64 {
    let cost = |part: &[f64]| {
        let mean = part.iter().sum::<f64>() / part.len() as f64;
        part.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
    };
    let mut best = vec![f64::INFINITY; series.len() + 1];
    best[0] = -penalty;
    for to in shortest..=series.len() {
        best[to] = (0..=to - shortest)
            .map(|from| best[from] + cost(&series[from..to]) + penalty)
            .fold(f64::INFINITY, f64::min);
    }
    best[series.len()]
}

#[test]
fn cuts_are_the_best_there_are() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for round in 0..4_000 {
        let shortest = 1 + round % 4;
        let n = rng.random_range(8..30);
        let mut level = 0.0;
        let series: Vec<f64> = (0..n)
            .map(|_| {
                level += if rng.random::<f64>() < 0.2 { 4.0 * rng.random::<f64>() - 2.0 } else { 0.0 };
                level + rng.random::<f64>()
            })
            .collect();
        let (strength, least) = (1.0 + rng.random::<f64>(), 0.2);
        let parts = change_points(&series, shortest, strength, least);
        let steps: Vec<f64> = series.windows(2).map(|p| p[1] - p[0]).collect();
        let scale = (robust_scale(steps).1 / std::f64::consts::SQRT_2).max(least);
        let penalty = strength * scale * scale * (n as f64).ln();
        let cost = |p: &Segment| series[p.from..p.to].iter().map(|x| (x - p.mean).powi(2)).sum::<f64>();
        let found = parts.iter().map(cost).sum::<f64>() + penalty * (parts.len() - 1) as f64;
        let best = unpruned(&series, shortest, penalty);
        assert!((found - best).abs() < 1e-9 * (1.0 + best), "round {round}: {found} {best}");
        assert!(parts.iter().all(|p| p.to - p.from >= shortest));
    }
}

#[test]
fn a_season_is_taken_off() {
    let series: Vec<f64> = (0..36).map(|i| 100.0 + if i % 12 == 1 { 40.0 } else { 0.0 } + f64::from(i % 3)).collect();
    let season = season(&series).unwrap();
    assert!((season.effects[1] - 40.0).abs() < 2.5 && season.strength > 0.9, "{season:?}");
    assert!((season.without[13] - 100.0).abs() < 4.0);
    assert!(super::season(&series[..20]).is_none());
}
