//! Amounts that repeat, are round, or stay just under a threshold, beyond what is usual.

use std::collections::BTreeMap;

use statrs::distribution::{Binomial, DiscreteCDF};

/// A count of amounts beside the count expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Amounts that are so.
    pub count: u64,
    /// Amounts looked at.
    pub of: u64,
    /// How many there would be.
    pub expected: f64,
    /// Probability of so many or more by chance.
    pub p_value: f64,
}

impl Excess {
    /// Share of amounts that are so, as the few that were seen tell it: half a one is added to either side, so
    /// that what was not seen is not thought impossible (Jeffreys' prior).
    pub fn share(&self) -> f64 {
        (self.count as f64 + 0.5) / (self.of as f64 + 1.0)
    }

    /// How surprising the count is: −log₁₀ of its probability, at most 300.
    pub fn surprise(&self) -> f64 {
        -self.p_value.max(1e-300).log10()
    }

    /// So many of so many, where each would be so with a probability.
    pub fn new(count: u64, of: u64, share: f64) -> Self {
        let p_value = if count == 0 {
            1.0
        } else {
            Binomial::new(share.clamp(0.0, 1.0), of).map_or(f64::NAN, |d| d.sf(count - 1))
        };
        Self { count, of, expected: share * of as f64, p_value }
    }
}

/// Amounts with how often each occurs, each once.
pub type Counted = BTreeMap<u64, u64>;

fn count_where(amounts: &Counted, holds: impl Fn(u64) -> bool) -> u64 {
    amounts.iter().filter(|(amount, _)| holds(**amount)).map(|(_, count)| count).sum()
}

/// How many amounts are multiples of `unit`, against the share that is usual among peers.
pub fn round_amounts(amounts: &Counted, unit: u64, usual_share: f64) -> Excess {
    let round = count_where(amounts, |amount| amount > 0 && amount % unit.max(1) == 0);
    Excess::new(round, amounts.values().sum(), usual_share)
}

/// The most frequent amount (the least of several) with its count, against the share that the most
/// frequent one usually has.
pub fn same_amounts(amounts: &Counted, usual_share: f64) -> Option<(u64, Excess)> {
    let (amount, count) = amounts.iter().rev().max_by_key(|(_, count)| **count)?;
    Some((*amount, Excess::new(*count, amounts.values().sum(), usual_share)))
}

/// Amounts in the last `width` below a threshold, the threshold left out, against those in as wide a band
/// from it up: without a reason to stay under it, either side is as likely, or the upper less where amounts
/// thin out, for which `usual_share` (0.5 without thinning) stands.
pub fn under_threshold(amounts: &Counted, threshold: u64, width: u64, usual_share: f64) -> Excess {
    let below = count_where(amounts, |a| a < threshold && a + width >= threshold);
    let above = count_where(amounts, |a| a >= threshold && a < threshold + width);
    Excess::new(below, below + above, usual_share)
}
