//! Benford's law: leading digits of amounts that grew by many causes.
//!
//! The share of leading digits d is log₁₀(1 + 1/d). Amounts by a table of standards, a cap or a minimum do
//! not follow it, whoever pays them: compare with peers before reading anything into it.
//!
//! - Measure: mean absolute deviation (MAD) of the shares from the law, with Nigrini's limits of
//!   conformity, and Pearson's χ², which with many amounts rejects any real data.
//! - Enough amounts: the expected count of the rarest digits is at least 5 for χ², and the MAD that chance
//!   alone would give is at most half the limit of acceptable conformity.
//! - O(n) time.
//! - Sources: Benford 1938; Nigrini, Benford's Law, Wiley 2012, table 7.1; Cerqueti, Lupi, The Annals of
//!   Applied Statistics 2023, on the distribution of the MAD.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::amounts::Counted;

/// Which digits are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// The first, 1 to 9.
    First,
    /// The second, 0 to 9.
    Second,
    /// The first two, 10 to 99.
    FirstTwo,
}

impl Digits {
    fn values(self) -> std::ops::Range<u64> {
        match self {
            Self::First => 1..10,
            Self::Second => 0..10,
            Self::FirstTwo => 10..100,
        }
    }

    /// Share that the law gives.
    fn law(self, value: u64) -> f64 {
        let share = |d: u64| (1.0 + 1.0 / d as f64).log10();
        match self {
            Self::First | Self::FirstTwo => share(value),
            Self::Second => (1..10).map(|first| share(first * 10 + value)).sum(),
        }
    }

    /// Those of an amount in the smallest unit; none where it is zero or has too few digits.
    fn of(self, amount: u64) -> Option<u64> {
        let mut first_two = amount;
        while first_two >= 100 {
            first_two /= 10;
        }
        match self {
            Self::First if first_two >= 10 => Some(first_two / 10),
            Self::First => (first_two > 0).then_some(first_two),
            Self::Second => (first_two >= 10).then_some(first_two % 10),
            Self::FirstTwo => (first_two >= 10).then_some(first_two),
        }
    }

    /// Mean absolute deviation up to which conformity is acceptable, and up to which it is marginal.
    fn limits(self) -> (f64, f64) {
        match self {
            Self::First => (0.012, 0.015),
            Self::Second => (0.010, 0.012),
            Self::FirstTwo => (0.0018, 0.0022),
        }
    }

    /// Amounts from which the deviation means anything: what chance alone gives on average,
    /// Σ √(2 p (1 − p) / (π n)) / k, is half the acceptable limit, and no expected count is below 5.
    pub fn enough(self) -> u64 {
        let k = self.values().count() as f64;
        let chance = self.values().map(|v| (2.0 * self.law(v) * (1.0 - self.law(v)) / std::f64::consts::PI).sqrt());
        let by_chance = (2.0 * chance.sum::<f64>() / k / self.limits().0).powi(2);
        let by_count = 5.0 / self.values().map(|v| self.law(v)).fold(1.0, f64::min);
        by_chance.max(by_count).ceil() as u64
    }
}

/// How amounts follow the law.
#[derive(Debug, Clone, PartialEq)]
pub struct Benford {
    /// Which digits.
    pub digits: Digits,
    /// Digits, observed count, expected count.
    pub counts: Vec<(u64, u64, f64)>,
    /// Amounts that have such digits.
    pub amounts: u64,
    /// Amounts from which the test means anything.
    pub enough: u64,
    /// Mean absolute deviation of shares.
    pub deviation: f64,
    /// Probability of such a χ² or a larger one under the law.
    pub p_value: f64,
}

impl Benford {
    /// Of amounts in the smallest unit of money.
    pub fn new(digits: Digits, amounts: &Counted) -> Self {
        let range = digits.values();
        let mut seen = vec![0u64; range.clone().count()];
        for (value, count) in amounts.iter().filter_map(|(amount, count)| Some((digits.of(*amount)?, count))) {
            seen[(value - range.start) as usize] += count;
        }
        let n: u64 = seen.iter().sum();
        let counts: Vec<_> =
            range.zip(seen).map(|(value, count)| (value, count, digits.law(value) * n as f64)).collect();
        let k = counts.len() as f64;
        let off = counts.iter().map(|(_, count, expected)| (*count as f64 - expected).abs());
        let square = counts.iter().map(|(_, count, expected)| (*count as f64 - expected).powi(2) / expected);
        let (deviation, p_value) = if n == 0 {
            (0.0, 1.0)
        } else {
            (off.sum::<f64>() / n as f64 / k, ChiSquared::new(k - 1.0).map_or(f64::NAN, |d| d.sf(square.sum())))
        };
        Self { digits, amounts: n, enough: digits.enough(), deviation, p_value, counts }
    }

    /// Whether there are enough amounts to say anything.
    pub fn assessable(&self) -> bool {
        self.amounts >= self.enough
    }

    /// Whether the digits do not conform: enough amounts, and a deviation above the marginal limit.
    pub fn unlike(&self) -> bool {
        self.assessable() && self.deviation > self.digits.limits().1
    }
}
