//! m and the prior without labels: expectation–maximisation over agreement patterns (Winkler 1988), so
//! that an iteration costs as much as there are patterns, not pairs. u comes from random pairs, each as far
//! as it is expected to be no match.

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
    /// Random pairs.
    pub random: &'s Patterns,
    /// Others by level that are known beside the random pairs.
    pub known_others: Option<Counts>,
    /// All pairs between the sides.
    pub all_pairs: f64,
    /// Matches there can be at most.
    pub most_matches: f64,
    pub iterations: usize,
    /// Matches by level where these are known otherwise: m is then not estimated.
    pub known_m: Option<Counts>,
}

/// How matches are taken out of the random pairs.
#[derive(Debug, Clone, Copy)]
enum Taken {
    /// Not at all.
    None,
    /// As many by level as the pairs looked at say there are among so many pairs.
    InAll,
    /// Each pair as far as the model holds it for a match.
    ByPair,
}

/// Share of all pairs from which random pairs are a large sample.
const LARGE: f64 = 0.05;

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
    /// u: levels of random pairs, less the matches among them. `matches` are those that the model expects
    /// of the pairs that are looked at.
    fn others(&self, model: &Model, matches: &Counts, taken: Taken) -> Vec<Vec<f64>> {
        let is_other = |pattern: Pattern| match taken {
            Taken::ByPair => 1.0 - probability(model.weight(pattern)),
            Taken::None | Taken::InAll => 1.0,
        };
        let others = self.random.iter().map(|(pattern, pairs)| (*pattern, pairs * is_other(*pattern))).collect();
        let mut counts = count(self.comparisons, &others);
        for (counts, known) in counts.iter_mut().zip(self.known_others.iter().flatten()) {
            counts.iter_mut().zip(known).for_each(|(count, known)| *count += known);
        }
        if let Taken::InAll = taken {
            let share = self.sampled();
            for (counts, matches) in counts.iter_mut().zip(matches) {
                counts.iter_mut().zip(matches).for_each(|(count, m)| *count = (*count - m * share).max(0.0));
            }
        }
        counts.iter().map(|counts| shares(counts)).collect()
    }

    /// Share of all pairs that the random pairs are.
    fn sampled(&self) -> f64 {
        self.random.values().sum::<f64>() / self.all_pairs
    }

    fn model(&self, m: &[Vec<f64>], u: Vec<Vec<f64>>, prior: f64) -> Model {
        let parts = self.comparisons.iter().zip(m.iter().cloned().zip(u));
        let comparisons = parts.map(|(c, (m, u))| Weights::new(&c.name, &c.labels, m, u)).collect();
        Model { prior, comparisons }
    }

    /// Runs EM. Where the random pairs are a good part of all, the matches among them are as many as those
    /// looked at say. In a small sample they may by chance be fewer: what is not there would be taken out, and
    /// with it what speaks against a wrong guess. Each pair then counts as far as it is no match, and only
    /// once EM has come to rest without.
    pub(super) fn run(&self) -> Model {
        if self.sampled() >= LARGE {
            return self.climb(self.start(), Taken::InAll);
        }
        let first = self.climb(self.start(), Taken::None);
        self.climb(first, Taken::ByPair)
    }

    fn start(&self) -> Model {
        let guess = |levels: usize| -> Vec<f64> {
            let rest = 0.2 / (levels as f64 - 1.0).max(1.0);
            (0..levels).map(|level| if level == 0 { 0.8 } else { rest }).collect()
        };
        let m = self.known().unwrap_or_else(|| self.comparisons.iter().map(|c| guess(c.labels.len())).collect());
        let nothing: Counts = self.comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
        let prior = (self.most_matches / self.all_pairs / 4.0).min(0.25);
        // u of all random pairs does not ask the model, which is yet to be made.
        let blank = Model { prior, comparisons: Vec::new() };
        self.model(&m, self.others(&blank, &nothing, Taken::None), prior)
    }

    fn known(&self) -> Option<Vec<Vec<f64>>> {
        self.known_m.as_ref().map(|counts| counts.iter().map(|counts| m_of(counts)).collect())
    }

    /// Iterates from a model until the prior and every m stand still.
    fn climb(&self, mut model: Model, taken: Taken) -> Model {
        for _ in 0..self.iterations {
            let (matches, all) = self.matches(&model);
            let m = self.known().unwrap_or_else(|| matches.iter().map(|counts| m_of(counts)).collect());
            let prior = (all.clamp(1.0, self.most_matches) / self.all_pairs).min(0.5);
            let before = model.comparisons.iter().flat_map(|weights| &weights.m);
            let moved = m.iter().flatten().zip(before).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let still = moved < 1e-5 && (prior / model.prior - 1.0).abs() < 1e-4;
            model = self.model(&m, self.others(&model, &matches, taken), prior);
            if still {
                break;
            }
        }
        model
    }

    /// Matches by level that a model expects among the pairs looked at, and how many in all.
    fn matches(&self, model: &Model) -> (Counts, f64) {
        let mut matches: Counts = self.comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
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
        (matches, all)
    }

    /// Matches by level that one training block shows: EM over its pairs with u held and the comparisons
    /// that the block fixes left out. The share of matches is that of the block.
    pub(super) fn session(&self, patterns: &Patterns, free: &[bool]) -> Counts {
        let kept = free.iter().enumerate().filter(|(_, free)| **free).map(|(i, _)| 0xf << (4 * i)).sum::<u64>();
        let mut reduced = Patterns::new();
        patterns.iter().for_each(|(pattern, pairs)| *reduced.entry(pattern & kept).or_default() += pairs);
        let pairs: f64 = reduced.values().sum();
        if pairs == 0.0 {
            return self.comparisons.iter().map(|c| vec![0.0; c.labels.len()]).collect();
        }
        let inner = Setting {
            comparisons: self.comparisons,
            patterns: &reduced,
            random: self.random,
            known_others: self.known_others.clone(),
            all_pairs: pairs * 2.0,
            most_matches: pairs,
            iterations: self.iterations,
            known_m: None,
        };
        inner.matches(&inner.climb(inner.start(), Taken::None)).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A comparison of two levels.
    fn comparison(name: &str) -> Comparison {
        Comparison {
            name: name.to_owned(),
            column: 0,
            term_frequency: false,
            tests: Vec::new(),
            labels: vec!["exact".to_owned(), "else".to_owned()],
            exact: vec![true, false],
        }
    }

    #[test]
    fn a_small_sample_keeps_what_speaks_against_a_match() {
        // Artist and title, two bits of four: 1 agrees, 2 does not. One artist has many recordings.
        let comparisons = [comparison("artist"), comparison("title")];
        let (both, artist, neither): (Pattern, Pattern, Pattern) = (0x11, 0x21, 0x22);
        let patterns = Patterns::from([(both, 1_000.0), (artist, 60_000.0)]);
        let random = Patterns::from([(artist, 10.0), (neither, 9_990.0)]);
        let setting = Setting {
            comparisons: &comparisons,
            patterns: &patterns,
            random: &random,
            known_others: None,
            all_pairs: 1e7,
            most_matches: 61_000.0,
            iterations: 200,
            known_m: None,
        };
        // A model that takes half of one artist's recordings for one: among the random pairs there would be
        // thirty such, and only ten are there.
        let (m, u) = ([vec![0.99, 0.01], vec![0.03, 0.97]], vec![vec![0.003, 0.997], vec![1e-4, 0.9999]]);
        let model = setting.model(&m, u, 0.003);
        let matches = setting.matches(&model).0;
        assert!(matches[0][0] > 20_000.0, "{matches:?}");
        let agree = |taken| setting.others(&model, &matches, taken)[0][0] * 10_000.0;
        assert!(agree(Taken::InAll) < 1.0 && agree(Taken::ByPair) > 4.0 && agree(Taken::None) > 10.0);
    }
}
