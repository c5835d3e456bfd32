//! Scores candidate pairs and keeps those that may be links.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::LinkageError;
use super::blocking::{Blocks, Candidate};
use super::columns::Rows;
use super::compare::{Comparer, Pattern};
use super::expression::mix;
use super::frequency::Frequencies;
use super::model::{Model, probability};
use super::parallel::in_chunks;
use super::train::{CHUNK, Compared};

/// A pair with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub left: u32,
    pub right: u32,
    pub pattern: Pattern,
    /// log2 odds of a match.
    pub weight: f32,
    pub rule: u8,
    /// Whether the spec says that these cannot be one.
    pub contradicts: bool,
}

impl Scored {
    /// Probability of a match.
    pub(super) fn probability(&self) -> f64 {
        probability(f64::from(self.weight))
    }
}

/// What a run over all candidates gives.
#[derive(Debug, Default)]
pub(super) struct Predictions {
    /// Pairs from the floor up, in order of left row.
    pub pairs: Vec<Scored>,
    /// Pairs compared.
    pub compared: u64,
    /// Pairs that the spec says cannot be one, though they might have been links.
    pub contradictions: u64,
    /// Pairs compared, by the rule that made them.
    pub by_rule: Vec<u64>,
    /// Matches that the model expects among them.
    pub expected: f64,
    /// Where the floor had to rise: the probability from which pairs were kept, and pairs let go by it.
    pub raised: Option<(f64, u64)>,
}

/// Steps of a weight within one bit.
const STEPS: f32 = 16.0;
/// Lowest weight that is told apart, in bits.
const LOWEST: f32 = -40.0;
/// Steps in all.
const BINS: usize = 4096;

/// Parts of a bin: where not all pairs of one weight have room, those stay whose names' hashes are the greatest, so
/// that neither the order of rows nor who finds them first decides.
const PARTS: usize = 64;

/// Pairs by weight, so that no more are held than wanted whoever finds them first: what is let go on the
/// way lies under the floor that all pairs together come to.
struct Room<'r> {
    most: u64,
    rows: &'r Rows,
    all: AtomicU64,
    bins: Vec<AtomicU64>,
    /// Pairs of each part of each bin.
    parts: Vec<AtomicU64>,
    /// First part that has room, so far.
    floor: AtomicUsize,
}

impl<'r> Room<'r> {
    fn new(most: u64, rows: &'r Rows) -> Self {
        let counters = |many: usize| (0..many).map(|_| AtomicU64::new(0)).collect();
        let (bins, parts) = (counters(BINS), counters(BINS * PARTS));
        Self { most, rows, all: AtomicU64::new(0), bins, parts, floor: AtomicUsize::new(0) }
    }

    fn bin(weight: f32) -> usize {
        (((weight - LOWEST) * STEPS).max(0.0) as usize).min(BINS - 1)
    }

    /// The part of a bin that a pair belongs to. Which row is the left one decides nothing.
    fn part(&self, pair: &Scored) -> usize {
        let name = |row: u32| mix(0, self.rows.id(row).as_bytes());
        let hash = mix(1, &name(pair.left).wrapping_add(name(pair.right)).to_le_bytes());
        Self::bin(pair.weight) * PARTS + hash as usize % PARTS
    }

    /// Counts pairs and lets those under the floor go.
    fn admit(&self, pairs: &mut Vec<Scored>) {
        let own: Vec<usize> = pairs.iter().map(|pair| self.part(pair)).collect();
        for part in &own {
            self.bins[part / PARTS].fetch_add(1, Ordering::Relaxed);
            self.parts[*part].fetch_add(1, Ordering::Relaxed);
        }
        let more = pairs.len() as u64;
        if self.all.fetch_add(more, Ordering::Relaxed) + more > self.most {
            let full = self.full();
            let floor = self.floor.fetch_max(full, Ordering::Relaxed).max(full);
            let mut own = own.into_iter();
            pairs.retain(|_| own.next().is_some_and(|part| part >= floor));
        }
    }

    /// The first part from which all pairs counted so far have room.
    fn full(&self) -> usize {
        let mut held = 0u64;
        let mut fits = |counter: &AtomicU64| {
            let own = counter.load(Ordering::Relaxed);
            let fits = held + own <= self.most;
            // What does not fit as a whole may fit in part.
            held += if fits { own } else { 0 };
            fits
        };
        let bin = BINS - self.bins.iter().rev().take_while(|bin| fits(bin)).count();
        let below = &self.parts[bin.saturating_sub(1) * PARTS..bin * PARTS];
        bin * PARTS - below.iter().rev().take_while(|part| fits(part)).count()
    }
}

/// Scores every candidate pair, comparing those that training did not; pairs under the floor are counted and
/// let go at once. The floor rises where more than `most` pairs lie above it.
#[allow(clippy::too_many_arguments, reason = "all that a comparison needs")]
pub(super) fn predict(
    model: &Model,
    floor: f64,
    most: u64,
    rows: &Rows,
    comparer: &Comparer<'_>,
    frequencies: &Frequencies<'_>,
    blocks: &Blocks<'_>,
    compared: Option<&Compared>,
) -> Result<Predictions, LinkageError> {
    let (rules, room) = (blocks.sizes.len(), Room::new(most, rows));
    let parts = in_chunks(
        blocks.left().div_ceil(CHUNK),
        || (comparer.worker(), blocks.scratch(), Vec::<Candidate>::new(), Vec::new(), Vec::new()),
        |(worker, scratch, candidates, pairs, patterns), chunk| {
            let again;
            let chunk = match compared {
                Some(compared) => &compared[chunk as usize],
                None => {
                    let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(blocks.left());
                    blocks.candidates(rows, range, |_, _| true, scratch, candidates)?;
                    pairs.clear();
                    pairs.extend(candidates.iter().map(|c| (c.left, c.right)));
                    worker.patterns(pairs, patterns)?;
                    again = candidates.iter().copied().zip(patterns.iter().copied()).collect();
                    &again
                }
            };
            let (mut by_rule, mut expected) = (vec![0u64; rules], 0.0);
            let mut kept = Vec::new();
            for (candidate, pattern) in chunk {
                by_rule[candidate.rule as usize] += 1;
                let Candidate { left, right, rule } = *candidate;
                let weight = model.weight(*pattern) + frequencies.adjustment(model, *pattern, left, right);
                expected += probability(weight);
                if probability(weight) >= floor {
                    kept.push(Scored {
                        left,
                        right,
                        pattern: *pattern,
                        weight: weight as f32,
                        rule,
                        contradicts: false,
                    });
                }
            }
            let pairs: Vec<(u32, u32)> = kept.iter().map(|pair| (pair.left, pair.right)).collect();
            for (pair, contradicts) in kept.iter_mut().zip(worker.contradict(&pairs)?) {
                pair.contradicts = contradicts;
            }
            let before = kept.len();
            kept.retain(|pair| !pair.contradicts);
            let contradictions = (before - kept.len()) as u64;
            room.admit(&mut kept);
            Ok((kept, by_rule, contradictions, expected))
        },
    )?;
    let mut found = Predictions { by_rule: vec![0; rules], ..Predictions::default() };
    let (all, lowest) = (room.all.load(Ordering::Relaxed), room.full());
    for (kept, by_rule, contradictions, expected) in parts {
        found.contradictions += contradictions;
        found.expected += expected;
        found.pairs.extend(kept.into_iter().filter(|pair| all <= most || room.part(pair) >= lowest));
        found.by_rule.iter_mut().zip(by_rule).for_each(|(all, own)| *all += own);
    }
    if all > most {
        let floor = probability(f64::from(LOWEST + (lowest / PARTS) as f32 / STEPS));
        found.raised = Some((floor, all - found.pairs.len() as u64));
    }
    found.compared = found.by_rule.iter().sum();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_held_are_the_strongest_whatever_comes_first() {
        let rows = Rows { left: 4000, right: None, columns: Vec::new(), ids: Vec::new(), hashes: Vec::new() };
        let held = |most: u64, pairs: &[(u32, f32)]| {
            let room = Room::new(most, &rows);
            let mut kept: Vec<Scored> = Vec::new();
            for some in pairs.chunks(2) {
                let scored = |(right, weight): &(u32, f32)| {
                    let (right, weight) = (*right, *weight);
                    Scored { left: 0, right, pattern: 0, weight, rule: 0, contradicts: false }
                };
                let mut some: Vec<Scored> = some.iter().map(scored).collect();
                room.admit(&mut some);
                kept.extend(some);
            }
            kept.retain(|pair| room.part(pair) >= room.full());
            let mut kept: Vec<(f32, u32)> = kept.iter().map(|pair| (pair.weight, pair.right)).collect();
            kept.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            kept
        };
        let weights = |weights: &[f32]| -> Vec<f32> {
            let pairs: Vec<_> = weights.iter().enumerate().map(|(i, weight)| (i as u32 + 1, *weight)).collect();
            held(3, &pairs).into_iter().map(|(weight, _)| weight).collect()
        };
        assert_eq!(weights(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        for some in [[1.0, 2.0, 3.0, 4.0, 5.0, 5.0], [5.0, 5.0, 4.0, 3.0, 2.0, 1.0], [5.0, 1.0, 4.0, 2.0, 3.0, 5.0]] {
            assert_eq!(weights(&some), [4.0, 5.0, 5.0]);
        }
        // Of pairs of one weight a part stays, the same whatever comes first.
        let mut many: Vec<(u32, f32)> = (1..3000).map(|right| (right, 7.0)).collect();
        many.push((3000, 9.0));
        let kept = held(1000, &many);
        assert!((900..=1000).contains(&kept.len()) && kept.last() == Some(&(9.0, 3000)), "{}", kept.len());
        many.reverse();
        assert_eq!(held(1000, &many), kept);
    }
}
