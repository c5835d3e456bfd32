//! Scores candidate pairs and keeps those that may be links.

use super::LinkageError;
use super::blocking::{Blocks, Candidate};
use super::columns::Rows;
use super::compare::{Comparer, Pattern};
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
}

/// Scores every candidate pair, comparing those that training did not; pairs under the floor are counted and let go at once.
pub(super) fn predict(
    model: &Model,
    floor: f64,
    rows: &Rows,
    comparer: &Comparer<'_>,
    frequencies: &Frequencies<'_>,
    blocks: &Blocks<'_>,
    compared: Option<&Compared>,
) -> Result<Predictions, LinkageError> {
    let rules = blocks.sizes.len();
    let parts = in_chunks(
        blocks.left().div_ceil(CHUNK),
        || (comparer.worker(), blocks.scratch(), Vec::<Candidate>::new(), Vec::new(), Vec::new()),
        |(worker, scratch, candidates, pairs, patterns), chunk| {
            let again;
            let chunk = match compared {
                Some(compared) => &compared[chunk as usize],
                None => {
                    let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(blocks.left());
                    blocks.candidates(rows, range, |_| true, scratch, candidates)?;
                    pairs.clear();
                    pairs.extend(candidates.iter().map(|c| (c.left, c.right)));
                    worker.patterns(pairs, patterns)?;
                    again = candidates.iter().copied().zip(patterns.iter().copied()).collect();
                    &again
                }
            };
            let mut by_rule = vec![0u64; rules];
            let mut kept = Vec::new();
            for (candidate, pattern) in chunk {
                by_rule[candidate.rule as usize] += 1;
                let Candidate { left, right, rule } = *candidate;
                let weight = model.weight(*pattern) + frequencies.adjustment(model, *pattern, left, right);
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
            Ok((kept, by_rule, contradictions))
        },
    )?;
    let mut found = Predictions { by_rule: vec![0; rules], ..Predictions::default() };
    for (kept, by_rule, contradictions) in parts {
        found.contradictions += contradictions;
        found.pairs.extend(kept);
        found.by_rule.iter_mut().zip(by_rule).for_each(|(all, own)| *all += own);
    }
    found.compared = found.by_rule.iter().sum();
    Ok(found)
}
