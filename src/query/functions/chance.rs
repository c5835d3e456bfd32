//! What chance alone would give, and what a count leaves open.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array};
use datafusion::common::{Result, exec_err};
use statrs::distribution::{Beta, ContinuousCDF, Discrete, DiscreteCDF, Hypergeometric};

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};

/// What an interval of 95 % leaves out on either side.
const BEYOND: f64 = 0.025;

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "hypergeometric_tail",
        arguments: &[
            ("population", Kind::Whole, "how many there are"),
            ("marked", Kind::Whole, "how many of them are marked"),
            ("drawn", Kind::Whole, "how many are drawn without putting back"),
            ("at_least", Kind::Whole, "how many of those drawn are marked, at least"),
        ],
        returns: Kind::Double,
        description: "The probability that so many or more of those drawn are marked (the exact one-sided test of Fisher); null where more are drawn or marked than there are.",
        example: "hypergeometric_tail(10, 5, 2, 0) → 1.0; hypergeometric_tail(4, 2, 2, 3) → 0.0; hypergeometric_tail(2, 3, 1, 1) → null",
        body: Body::Plain(tail),
    },
    Spec {
        name: "hypergeometric_sum_tail",
        arguments: &[
            ("populations", Kind::Wholes, "how many there are in each group"),
            ("marked", Kind::Wholes, "how many of them are marked, group by group"),
            ("drawn", Kind::Wholes, "how many are drawn from each without putting back"),
            ("at_least", Kind::Whole, "how many of all those drawn are marked, at least"),
        ],
        returns: Kind::Double,
        description: "The probability that so many or more of those drawn from all groups together are marked, each group by its own share (the exact conditional test of Mantel, Haenszel and Birch, one-sided); null where the lists differ in length or more are drawn or marked than there are.",
        example: "round(hypergeometric_sum_tail([4, 4], [2, 2], [1, 1], 2), 9) → 0.25; hypergeometric_sum_tail([4], [2], [2], 3) → 0.0; hypergeometric_sum_tail([4, 4], [2], [1], 1) → null",
        body: Body::Plain(sum_tail),
    },
    Spec {
        name: "clopper_pearson_low",
        arguments: &[("hits", Kind::Whole, "how many of them"), ("trials", Kind::Whole, "of how many")],
        returns: Kind::Double,
        description: "The lower bound of the share from which so many hits come, by the exact interval of Clopper and Pearson at 95 %; null where there are more hits than trials or no trial.",
        example: "round(clopper_pearson_low(5, 6), 4) → 0.3588; clopper_pearson_low(0, 6) → 0.0; clopper_pearson_low(7, 6) → null",
        body: Body::Plain(low),
    },
    Spec {
        name: "clopper_pearson_high",
        arguments: &[("hits", Kind::Whole, "how many of them"), ("trials", Kind::Whole, "of how many")],
        returns: Kind::Double,
        description: "The upper bound of the share from which so many hits come, by the exact interval of Clopper and Pearson at 95 %; null where there are more hits than trials or no trial.",
        example: "round(clopper_pearson_high(5, 6), 4) → 0.9958; clopper_pearson_high(6, 6) → 1.0; clopper_pearson_high(0, 0) → null",
        body: Body::Plain(high),
    },
];

/// Most that all groups of a sum draw together: its time grows with the square.
const MOST_DRAWN: u64 = 20_000;

/// The distribution of one group, where there is such a group.
fn group(population: i64, marked: i64, drawn: i64) -> Option<Hypergeometric> {
    let whole = |n: i64| u64::try_from(n).ok();
    Hypergeometric::new(whole(population)?, whole(marked)?, whole(drawn)?).ok()
}

fn tail(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let [population, marked, drawn, at_least] =
        [arguments.whole(0)?, arguments.whole(1)?, arguments.whole(2)?, arguments.whole(3)?];
    let answer = |i| {
        let least = at_least.get(i)?;
        let chance = group(population.get(i)?, marked.get(i)?, drawn.get(i)?)?;
        // `sf` is the probability of strictly more.
        Some(u64::try_from(least - 1).map_or(1.0, |below| chance.sf(below)))
    };
    Ok(Arc::new(arguments.rows().map(answer).collect::<Float64Array>()))
}

fn sum_tail(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let [populations, marked, drawn] = [arguments.wholes(0)?, arguments.wholes(1)?, arguments.wholes(2)?];
    let at_least = arguments.whole(3)?;
    let groups_of = |i| {
        let (populations, marked, drawn) = (populations.get(i)?, marked.get(i)?, drawn.get(i)?);
        let least = usize::try_from(at_least.get(i)?.max(0)).ok()?;
        if populations.len() != marked.len() || populations.len() != drawn.len() {
            return None;
        }
        let groups = populations.into_iter().zip(marked).zip(drawn);
        groups
            .map(|((n, m), d)| group(n?, m?, d?).zip(u64::try_from(d?).ok()))
            .collect::<Option<Vec<_>>>()
            .zip(Some(least))
    };
    let chance = |i| {
        let Some((groups, least)) = groups_of(i) else { return Ok(None) };
        let drawn = groups.iter().fold(0_u64, |sum, (_, drawn)| sum.saturating_add(*drawn));
        if drawn > MOST_DRAWN {
            return exec_err!("hypergeometric_sum_tail: {drawn} drawn in all; it takes up to {MOST_DRAWN}");
        }
        Ok(Some(of_sum(&groups).iter().skip(least).fold(0.0, |sum, chance| sum + chance).clamp(0.0, 1.0)))
    };
    Ok(Arc::new(arguments.rows().map(chance).collect::<Result<Float64Array>>()?))
}

/// Probability of each number of marked among all drawn.
///
/// # Arguments
/// * `groups`: distribution and number drawn of each.
///
/// # Complexity
/// Time O(d²), space O(d), with d the number drawn from all groups.
///
/// # Reference
/// M. W. Birch, *The detection of partial association, I: the 2 × 2 case*, 1964.
fn of_sum(groups: &[(Hypergeometric, u64)]) -> Vec<f64> {
    groups.iter().fold(vec![1.0], |so_far, (own, drawn)| {
        let own: Vec<f64> = (0..=*drawn).map(|count| own.ln_pmf(count).exp()).collect();
        let mut both = vec![0.0; so_far.len() + own.len() - 1];
        for (nth, a) in so_far.iter().enumerate() {
            own.iter().enumerate().for_each(|(count, b)| both[nth + count] += a * b);
        }
        both
    })
}

fn low(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    bounded(arguments, |hits, trials| match hits {
        0 => Some(0.0),
        _ => quantile(hits, trials - hits + 1, BEYOND),
    })
}

fn high(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    bounded(arguments, |hits, trials| match trials - hits {
        0 => Some(1.0),
        misses => quantile(hits + 1, misses, 1.0 - BEYOND),
    })
}

/// A quantile of the beta distribution.
fn quantile(alpha: u64, beta: u64, at: f64) -> Option<f64> {
    Beta::new(alpha as f64, beta as f64).ok().map(|share| share.inverse_cdf(at))
}

fn bounded(arguments: &Arguments<'_>, bound: fn(u64, u64) -> Option<f64>) -> Result<ArrayRef> {
    let (hits, trials) = (arguments.whole(0)?, arguments.whole(1)?);
    let answer = |i| {
        let (hits, trials) = (u64::try_from(hits.get(i)?).ok()?, u64::try_from(trials.get(i)?).ok()?);
        if trials == 0 || hits > trials { None } else { bound(hits, trials) }
    };
    Ok(Arc::new(arguments.rows().map(answer).collect::<Float64Array>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_one_share_add_up_and_unlike_groups_keep_their_own() {
        // Of two alike two of four are drawn, each marked with one half: 1/4, 1/2, 1/4.
        let half = (Hypergeometric::new(4, 2, 1).unwrap(), 1);
        assert!(of_sum(&[half, half]).iter().zip([0.25, 0.5, 0.25]).all(|(a, b)| (a - b).abs() < 1e-12));
        // All of one group are marked and none of the other: nothing is left to chance, whatever both together hold.
        let (all, none) = ((Hypergeometric::new(10, 10, 2).unwrap(), 2), (Hypergeometric::new(90, 0, 1).unwrap(), 1));
        assert!(of_sum(&[all, none]).iter().zip([0.0, 0.0, 1.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    #[test]
    fn one_large_group_is_what_the_tail_says() {
        let own = Hypergeometric::new(10_000, 5_000, 200).unwrap();
        let of = of_sum(&[(own, 200)]);
        for least in [90_u64, 100, 130, 150] {
            let (sum, tail) = (of.iter().skip(least as usize).fold(0.0, |sum, p| sum + p), own.sf(least - 1));
            assert!((sum / tail - 1.0).abs() < 1e-6, "{least}: {sum} {tail}");
        }
    }

    /// Bounds at which exactly 2.5 % are left out, over small and large counts.
    #[test]
    fn bounds_leave_out_what_they_say() {
        for (hits, trials) in [(1, 1), (1, 3), (3, 3), (5, 6), (1, 1_000), (999, 1_000), (400, 1_000), (7, 200_000)] {
            let below = quantile(hits, trials - hits + 1, BEYOND).unwrap();
            let left = Beta::new(hits as f64, (trials - hits + 1) as f64).unwrap().cdf(below);
            assert!((left - BEYOND).abs() < 1e-6, "{hits} of {trials}: {below} leaves {left}");
        }
    }
}
