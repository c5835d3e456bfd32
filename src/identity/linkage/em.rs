//! m and the prior without labels: expectation–maximisation over agreement patterns (Winkler 1988), so
//! that an iteration costs as much as there are patterns, not pairs. u comes from random pairs.

use std::collections::BTreeMap;

use super::compare::{Pattern, level_of};
use super::model::{Model, Weights, probability};
use super::spec::Comparison;

/// How many pairs show each pattern.
pub(super) type Patterns = BTreeMap<Pattern, f64>;

/// Counts of levels by comparison; level 0 (no evidence) left out.
pub(super) type Counts = Vec<Vec<f64>>;

/// Pairs by level, by comparison.
pub(super) fn count(comparisons: &[Comparison], patterns: &Patterns) -> Counts {
    let mut counts: Counts = comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
    for (pattern, pairs) in patterns {
        for (i, counts) in counts.iter_mut().enumerate() {
            if let Some(level) = level_of(*pattern, i).checked_sub(1) {
                counts[level] += pairs;
            }
        }
    }
    counts
}

/// What EM starts from and holds to.
#[derive(Debug)]
pub(super) struct Setting<'s> {
    pub comparisons: &'s [Comparison],
    /// Pairs that are looked at.
    pub patterns: &'s Patterns,
    /// Levels of random pairs, as counts; matches among them are taken out as they become known.
    pub random: &'s Counts,
    /// Pairs that `random` stands for.
    pub random_pairs: f64,
    /// All pairs between the sides.
    pub all_pairs: f64,
    /// Matches there can be at most.
    pub most_matches: f64,
    pub iterations: usize,
    /// Matches by level where these are known otherwise: m is then not estimated.
    pub known_m: Option<Counts>,
}

/// m is never taken for less: no register is so clean that a level is never met among its matches.
const LEAST: f64 = 1e-4;

/// m from counts of matches, u from counts of others: half a pair is added to each level.
fn shares(counts: &[f64]) -> Vec<f64> {
    let all: f64 = counts.iter().map(|count| count + 0.5).sum();
    counts.iter().map(|count| (count + 0.5) / all).collect()
}

fn m_of(counts: &[f64]) -> Vec<f64> {
    shares(counts).into_iter().map(|m| m.max(LEAST)).collect()
}

impl Setting<'_> {
    /// u: levels of random pairs, less the matches expected among them.
    fn others(&self, matches: &Counts) -> Vec<Vec<f64>> {
        let scale = self.random_pairs / self.all_pairs;
        let less = |(random, matches): (&Vec<f64>, &Vec<f64>)| {
            let left: Vec<f64> = random.iter().zip(matches).map(|(r, m)| (r - m * scale).max(0.0)).collect();
            shares(&left)
        };
        self.random.iter().zip(matches).map(less).collect()
    }

    fn model(&self, m: &[Vec<f64>], u: Vec<Vec<f64>>, prior: f64) -> Model {
        let parts = self.comparisons.iter().zip(m.iter().cloned().zip(u));
        let comparisons = parts.map(|(c, (m, u))| Weights::new(&c.name, &c.labels, m, u)).collect();
        Model { prior, comparisons }
    }

    /// Runs EM until the prior and every m stand still.
    pub(super) fn run(&self) -> Model {
        let start = |levels: usize| -> Vec<f64> {
            let rest = 0.2 / (levels as f64 - 1.0).max(1.0);
            (0..levels).map(|level| if level == 0 { 0.8 } else { rest }).collect()
        };
        let known: Option<Vec<Vec<f64>>> = self.known_m.as_ref().map(|counts| counts.iter().map(|c| m_of(c)).collect());
        let mut m = known.clone().unwrap_or_else(|| self.comparisons.iter().map(|c| start(c.labels.len())).collect());
        let nothing: Counts = self.comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
        let mut model = self.model(&m, self.others(&nothing), (self.most_matches / self.all_pairs / 4.0).min(0.25));
        for _ in 0..self.iterations {
            let mut matches = nothing.clone();
            let mut all = 0.0;
            for (pattern, pairs) in self.patterns {
                let expected = pairs * probability(model.weight(*pattern));
                all += expected;
                for (i, matches) in matches.iter_mut().enumerate() {
                    if let Some(level) = level_of(*pattern, i).checked_sub(1) {
                        matches[level] += expected;
                    }
                }
            }
            let new = known.clone().unwrap_or_else(|| matches.iter().map(|counts| m_of(counts)).collect());
            let prior = (all.clamp(1.0, self.most_matches) / self.all_pairs).min(0.5);
            let moved = new.iter().flatten().zip(m.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let still = moved < 1e-5 && (prior / model.prior - 1.0).abs() < 1e-4;
            m = new;
            model = self.model(&m, self.others(&matches), prior);
            if still {
                break;
            }
        }
        model
    }

    /// Matches by level that one training block shows: EM over its pairs with u held and the comparisons
    /// that the block fixes left out. The share of matches is that of the block.
    pub(super) fn session(&self, patterns: &Patterns, free: &[bool]) -> Counts {
        let kept = free.iter().enumerate().filter(|(_, free)| **free).map(|(i, _)| 0xf << (4 * i)).sum::<u64>();
        let mut reduced = Patterns::new();
        patterns.iter().for_each(|(pattern, pairs)| *reduced.entry(pattern & kept).or_default() += pairs);
        let pairs: f64 = reduced.values().sum();
        let nothing: Counts = self.comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
        if pairs == 0.0 {
            return nothing;
        }
        let inner = Setting {
            comparisons: self.comparisons,
            patterns: &reduced,
            random: self.random,
            random_pairs: self.random_pairs,
            all_pairs: pairs * 2.0,
            most_matches: pairs,
            iterations: self.iterations,
            known_m: None,
        };
        let model = inner.run();
        let mut matches = nothing;
        for (pattern, pairs) in &reduced {
            let expected = pairs * probability(model.weight(*pattern));
            for (i, matches) in matches.iter_mut().enumerate() {
                if let Some(level) = level_of(*pattern, i).checked_sub(1) {
                    matches[level] += expected;
                }
            }
        }
        matches
    }
}
