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
    fn new(count: u64, of: u64, share: f64) -> Self {
        let p_value = if count == 0 {
            1.0
        } else {
            Binomial::new(share.clamp(0.0, 1.0), of).map_or(f64::NAN, |d| d.sf(count - 1))
        };
        Self { count, of, expected: share * of as f64, p_value }
    }
}

/// How many amounts are multiples of `unit`, against the share that is usual among peers.
pub fn round_amounts(amounts: &[u64], unit: u64, usual_share: f64) -> Excess {
    let round = amounts.iter().filter(|amount| **amount > 0 && **amount % unit.max(1) == 0).count();
    Excess::new(round as u64, amounts.len() as u64, usual_share)
}

/// The most frequent amount with its count, against the share that the most frequent one usually has.
pub fn same_amounts(amounts: &[u64], usual_share: f64) -> Option<(u64, Excess)> {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for amount in amounts {
        *counts.entry(*amount).or_default() += 1;
    }
    let (amount, count) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some((amount, Excess::new(count, amounts.len() as u64, usual_share)))
}

/// Amounts in the last `width` below a threshold, the threshold left out, against those in as wide a band
/// from it up: without a reason to stay under it, either side is as likely, or the upper less where amounts
/// thin out, for which `usual_share` (0.5 without thinning) stands.
pub fn under_threshold(amounts: &[u64], threshold: u64, width: u64, usual_share: f64) -> Excess {
    let below = amounts.iter().filter(|a| **a < threshold && **a + width >= threshold).count() as u64;
    let above = amounts.iter().filter(|a| **a >= threshold && **a < threshold + width).count() as u64;
    Excess::new(below, below + above, usual_share)
}
