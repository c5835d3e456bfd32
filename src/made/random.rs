//! Dice whose throws depend on the seed and on what they are thrown for, and on nothing else.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What dice are thrown for. Every purpose and place has a stream of its own, so that townships can be
/// made in any order, on any number of threads, and come out the same.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// Names of places and the standards of a county.
    Place = 1,
    /// People, families and cases of a township.
    Township = 2,
    /// Where planted cases go.
    Schedule = 3,
    /// Faults put into the files.
    Dirt = 4,
}

/// A source of choices.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice for one purpose at one place.
    pub(super) fn of(seed: u64, purpose: Purpose, place: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&place.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number under `n`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// A number from `low` to `high`, both included; `low` where the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap_or(0)) as i64
    }

    /// True in a share `p` of the throws.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        f64::from(self.0.next_u32()) < p * f64::from(u32::MAX)
    }

    /// One of the items, which must not be none.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of the items, in proportion to their weights.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(T, u32)]) -> T {
        let total: u32 = items.iter().map(|(_, w)| w).sum();
        let mut left = self.below(total as usize) as u32;
        for &(item, weight) in items {
            if left < weight {
                return item;
            }
            left -= weight;
        }
        items[0].0
    }

    /// A multiple of `step` from `low` to `high`.
    pub(super) fn round(&mut self, low: i64, high: i64, step: i64) -> i64 {
        self.between(low / step, high / step) * step
    }
}
