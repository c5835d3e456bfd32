//! Trains a model: u from random pairs, m and the prior by EM over candidate pairs.

use std::collections::HashMap;

use super::LinkageError;
use super::blocking::{Blocks, Candidate};
use super::columns::Rows;
use super::compare::{Comparer, Pattern};
use super::em::{Counts, Patterns, Setting, count};
use super::expression::Rule;
use super::labels::Label;
use super::model::{Model, Weights};
use super::parallel::in_chunks;
use super::spec::{Relation, Spec};

/// Left rows that a worker takes at once.
pub(super) const CHUNK: u32 = 256;
/// Rows that random pairs are drawn from, on each side.
const DRAWN: usize = 65_536;
/// Rows of a side in a tile of random pairs.
const TILE: usize = 64;

/// Patterns counted by one worker.
type Tally = HashMap<Pattern, u64>;

/// All workers' counts in one, in a fixed order.
fn merge(parts: Vec<Tally>) -> Patterns {
    let mut all = Patterns::new();
    for (pattern, count) in parts.into_iter().flatten() {
        *all.entry(pattern).or_default() += count as f64;
    }
    all
}

/// The rows of a side that have the smallest hashes: a sample that does not depend on row order.
fn drawn(rows: &Rows, range: std::ops::Range<u32>, seed: u64) -> Vec<u32> {
    let salted = |row: u32| (rows.hashes[row as usize] ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut all: Vec<(u64, u32)> = range.map(|row| (salted(row), row)).collect();
    if all.len() > DRAWN {
        all.select_nth_unstable(DRAWN);
        all.truncate(DRAWN);
    }
    all.sort_unstable();
    all.into_iter().map(|(_, row)| row).collect()
}

/// Levels of random pairs: all pairs where they are few, else tiles of drawn rows against drawn rows. Which side is the left
/// one decides nothing: each side is drawn in two orders, and the first of each meets the second of the other.
fn random(spec: &Spec, rows: &Rows, comparer: &Comparer<'_>) -> Result<Patterns, LinkageError> {
    let wanted = spec.training.random_pairs;
    let linking = rows.right.is_some();
    let (left, right) = (0..rows.left, rows.right_rows());
    if rows.pairs() <= wanted as f64 {
        let of = |a: u32, into: &mut Vec<(u32, u32)>| {
            into.extend(right.clone().filter(|b| linking || *b > a).map(|b| (a, b)));
        };
        gather(comparer, left.end, of)
    } else {
        let orders = |range: std::ops::Range<u32>| {
            [spec.training.seed, !spec.training.seed].map(|seed| drawn(rows, range.clone(), seed))
        };
        let (left, right) = (orders(left), orders(right));
        // As many pairs as asked, of as many rows as that takes, and near each other in memory.
        let tiles = (wanted as usize).div_ceil(TILE * TILE);
        let first = if linking { tiles.div_ceil(2) } else { tiles };
        let of = |i: u32, into: &mut Vec<(u32, u32)>| {
            let tile = i as usize / TILE;
            let (a, b, tile) =
                if tile < first { (&left[0], &right[1], tile) } else { (&left[1], &right[0], tile - first) };
            let own = a[(tile * TILE + i as usize % TILE) % a.len()];
            let others = (0..TILE).map(|k| b[(tile * TILE + k) % b.len()]);
            into.extend(others.filter(|other| *other != own).map(|other| (own.min(other), own.max(other))));
        };
        gather(comparer, (tiles * TILE) as u32, of)
    }
}

/// Patterns of the pairs that `of` gives for each of `many` rows.
fn gather(
    comparer: &Comparer<'_>,
    many: u32,
    of: impl Fn(u32, &mut Vec<(u32, u32)>) + Sync,
) -> Result<Patterns, LinkageError> {
    let parts = in_chunks(
        many.div_ceil(CHUNK),
        || (comparer.worker(), Vec::new(), Vec::new()),
        |(worker, pairs, patterns), chunk| {
            pairs.clear();
            (chunk * CHUNK..((chunk + 1) * CHUNK).min(many)).for_each(|row| of(row, pairs));
            worker.patterns(pairs, patterns)?;
            let mut found = Tally::new();
            patterns.iter().for_each(|pattern| *found.entry(*pattern).or_default() += 1);
            Ok(found)
        },
    )?;
    Ok(merge(parts))
}

/// Candidate pairs with their patterns, by chunk of left rows.
pub(super) type Compared = Vec<Vec<(Candidate, Pattern)>>;

/// Patterns of candidate pairs; of a sample where there are more than the spec asks for, the counts then scaled
/// up to all. Without sampling the pairs themselves come back, not to be compared twice.
fn candidates(
    spec: &Spec,
    rows: &Rows,
    comparer: &Comparer<'_>,
    blocks: &Blocks<'_>,
) -> Result<(Patterns, Option<Compared>), LinkageError> {
    let share = (spec.training.candidate_pairs as f64 / blocks.upper_bound().max(1) as f64).min(1.0);
    let bound = (share * u64::MAX as f64) as u64;
    let salt = spec.training.seed.wrapping_mul(0x2545_f491_4f6c_dd1d);
    // What both rows hold decides, whichever of them comes first.
    let hash = |row: u32| rows.hashes[row as usize];
    let drawn = |a: u32, b: u32| super::expression::mix(salt, &hash(a).wrapping_add(hash(b)).to_le_bytes()) <= bound;
    let wanted = |a: u32, b: u32| share >= 1.0 || drawn(a, b);
    let parts = in_chunks(
        blocks.left().div_ceil(CHUNK),
        || (comparer.worker(), blocks.scratch(), Vec::<Candidate>::new(), Vec::new(), Vec::new()),
        |(worker, scratch, candidates, pairs, patterns), chunk| {
            let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(blocks.left());
            blocks.candidates(rows, range, wanted, scratch, candidates)?;
            pairs.clear();
            pairs.extend(candidates.iter().map(|c| (c.left, c.right)));
            worker.patterns(pairs, patterns)?;
            let mut found = Tally::new();
            patterns.iter().for_each(|pattern| *found.entry(*pattern).or_default() += 1);
            let kept = if share >= 1.0 {
                candidates.iter().copied().zip(patterns.iter().copied()).collect()
            } else {
                Vec::new()
            };
            Ok((found, kept))
        },
    )?;
    let (counts, kept): (Vec<Tally>, Compared) = parts.into_iter().unzip();
    let mut found = merge(counts);
    found.values_mut().for_each(|count| *count /= share);
    Ok((found, (share >= 1.0).then_some(kept)))
}

/// What is known before training.
#[derive(Debug, Default)]
pub(super) struct Given<'g> {
    /// Pairs that people judged.
    pub labels: Option<&'g [Label]>,
    /// A model whose m holds; its u stands for so many pairs as [`BELIEF`] beside those at hand.
    pub model: Option<&'g Model>,
}

/// Random pairs that a given model's u stands for.
const BELIEF: f64 = 10_000.0;

/// Trains on the rows at hand: over the pairs that are looked at, or in one session for each rule of
/// `sessions`, whose own comparisons are then left to the other sessions; or on pairs that people judged.
pub(super) fn train(
    spec: &Spec,
    rows: &Rows,
    comparer: &Comparer<'_>,
    blocks: &Blocks<'_>,
    sessions: (&[Rule], &Blocks<'_>),
    given: &Given<'_>,
) -> Result<(Model, Option<Compared>), LinkageError> {
    let (patterns, compared) = candidates(spec, rows, comparer, blocks)?;
    let random = random(spec, rows, comparer)?;
    let (left, right) = (f64::from(rows.left), f64::from(rows.right.unwrap_or(rows.left)));
    let most_matches = match spec.relation {
        Relation::OneToOne => left.min(right),
        Relation::OneToMany => right,
        Relation::ManyToOne => left,
        Relation::ManyToMany => patterns.values().sum::<f64>(),
    };
    let believed = |of: fn(&Weights) -> &Vec<f64>| -> Option<Counts> {
        let counts = |weights| of(weights).iter().map(|share| share * BELIEF).collect();
        given.model.map(|model| model.comparisons.iter().map(counts).collect())
    };
    let mut setting = Setting {
        comparisons: &spec.comparisons,
        patterns: &patterns,
        random: &random,
        known_others: believed(|weights| &weights.u),
        all_pairs: rows.pairs(),
        most_matches: most_matches.min(rows.pairs() / 2.0).max(1.0),
        iterations: spec.training.iterations,
        known_m: believed(|weights| &weights.m),
    };
    if given.model.is_some() {
        return Ok((setting.run(), compared));
    }
    if let Some(labels) = given.labels {
        let matches: Vec<(u32, u32)> = labels.iter().filter(|label| label.2).map(|(a, b, _)| (*a, *b)).collect();
        if matches.is_empty() {
            return Err(LinkageError::Data("no labelled pair is a match: nothing can be learnt from them".into()));
        }
        let mut shown = Vec::new();
        comparer.worker().patterns(&matches, &mut shown)?;
        let mut judged = Patterns::new();
        shown.iter().for_each(|pattern| *judged.entry(*pattern).or_default() += 1.0);
        setting.known_m = Some(count(&spec.comparisons, &judged));
        return Ok((setting.run(), compared));
    }
    let (rules, by_session) = sessions;
    // Without a pair there is nothing to learn and nothing to link.
    if rules.is_empty() || patterns.is_empty() {
        return Ok((setting.run(), compared));
    }
    // Counts of expected matches by level, of every session that leaves the comparison free.
    let mut learnt: Counts = spec.comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
    for (number, rule) in rules.iter().enumerate() {
        let of_session = session(rows, comparer, by_session, number)?;
        let free: Vec<bool> = spec.comparisons.iter().map(|c| !rule.columns.contains(&c.column)).collect();
        for (i, counts) in setting.session(&of_session, &free).into_iter().enumerate() {
            if free[i] {
                learnt[i].iter_mut().zip(counts).for_each(|(all, own)| *all += own);
            }
        }
    }
    for (i, counts) in learnt.iter().enumerate() {
        if counts.iter().sum::<f64>() == 0.0 {
            let name = &spec.comparisons[i].name;
            return Err(LinkageError::Data(format!(
                "no training block leaves the comparison {name:?} free and finds a match: add one over other columns"
            )));
        }
    }
    setting.known_m = Some(learnt);
    Ok((setting.run(), compared))
}

/// Patterns of the pairs that one training rule makes.
fn session(rows: &Rows, comparer: &Comparer<'_>, blocks: &Blocks<'_>, number: usize) -> Result<Patterns, LinkageError> {
    let parts = in_chunks(
        blocks.left().div_ceil(CHUNK),
        || (comparer.worker(), blocks.scratch(), Vec::<Candidate>::new(), Vec::new(), Vec::new()),
        |(worker, scratch, candidates, pairs, patterns), chunk| {
            let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(blocks.left());
            blocks.candidates_of(Some(number as u8), rows, range, |_, _| true, scratch, candidates)?;
            pairs.clear();
            pairs.extend(candidates.iter().map(|c| (c.left, c.right)));
            worker.patterns(pairs, patterns)?;
            let mut found = Tally::new();
            patterns.iter().for_each(|pattern| *found.entry(*pattern).or_default() += 1);
            Ok(found)
        },
    )?;
    Ok(merge(parts))
}
