//! Several findings of one subject: the probability that at least one of them holds.
//!
//! Findings that rest on one row of a register, or come of one rule, stand or fall together: of such a
//! group only the likeliest counts. Groups that share nothing are taken as independent; then the odds that
//! at least one holds are Π(1 + oddsᵢ) − 1, so that in log odds each independent source adds ln(1 + odds).
//!
//! O(findings · rows · log) time.

use std::collections::BTreeMap;

/// One finding of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// Probability that a check would confirm it.
    pub probability: f64,
    /// The rule it comes of.
    pub rule: String,
    /// Rows of the sources it rests on.
    pub rows: Vec<i64>,
}

/// Probability that at least one holds; 0 where there is none.
pub fn together(suspicions: &[Suspicion]) -> f64 {
    let mut groups: Vec<usize> = (0..suspicions.len()).collect();
    let mut by_row: BTreeMap<i64, usize> = BTreeMap::new();
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, suspicion) in suspicions.iter().enumerate() {
        let others = suspicion.rows.iter().map(|row| *by_row.entry(*row).or_insert(i));
        let same_rule = *by_rule.entry(&suspicion.rule).or_insert(i);
        for other in others.chain([same_rule]) {
            let (a, b) = (root(&groups, i), root(&groups, other));
            groups[a.max(b)] = a.min(b);
        }
    }
    let mut likeliest: BTreeMap<usize, f64> = BTreeMap::new();
    for (i, suspicion) in suspicions.iter().enumerate() {
        let group = likeliest.entry(root(&groups, i)).or_default();
        *group = group.max(suspicion.probability.clamp(0.0, 1.0));
    }
    // (1 + o) = 1 / (1 − p).
    1.0 - likeliest.values().map(|p| 1.0 - p).product::<f64>()
}

fn root(groups: &[usize], mut at: usize) -> usize {
    while groups[at] != at {
        at = groups[at];
    }
    at
}
