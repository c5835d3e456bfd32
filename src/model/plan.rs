//! A reviewer's plan: what to check with the visits there are.
//!
//! Each lead is worth what a check is expected to bring: its probability times the money that could come
//! back and what its severity is worth beside money. Leads are taken by worth a visit, the most first,
//! while visits last. A stated share of the visits goes to leads drawn at random from the rest: without
//! them nothing is ever learnt of what the ranking leaves out, and a rule's precision is that of its
//! best findings alone.
//!
//! O(n log n) time.

use sha2::{Digest, Sha256};

/// What a lead may bring, and what a check costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The lead.
    pub lead_id: String,
    /// Probability that a check would confirm it.
    pub probability: f64,
    /// Money at issue, in fen.
    pub amount_fen: i64,
    /// 1 to 4.
    pub severity: u8,
    /// Visits that a check takes.
    pub visits: f64,
}

/// How a plan is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Visits there are.
    pub visits: f64,
    /// Share of them that goes to leads drawn at random, 0 to 1.
    pub random_share: f64,
    /// Seed of the draw.
    pub seed: u64,
}

/// Why a lead is in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// For what it is worth.
    Worth,
    /// Drawn at random, as a control.
    Control,
}

/// One check of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Place of the lead among the candidates.
    pub candidate: usize,
    /// Why it is there.
    pub reason: Reason,
    /// What a check is expected to bring, in yuan.
    pub worth: f64,
}

/// What severity 1 to 4 is worth beside the money, in yuan: a month's, a quarter's, a year's and three
/// years' benefit of one person, roughly. A convention, for two leads of equal money and probability.
const SEVERITY_YUAN: [f64; 4] = [500.0, 1_500.0, 6_000.0, 18_000.0];

impl Candidate {
    /// What a check is expected to bring, in yuan.
    pub fn worth(&self) -> f64 {
        let severity = SEVERITY_YUAN[usize::from(self.severity.clamp(1, 4)) - 1];
        self.probability * (self.amount_fen.max(0) as f64 / 100.0 + severity)
    }
}

/// The checks that fit the budget: those for their worth, then the controls in the order of the draw. A
/// draw that finds no lead left gives its visits back.
pub fn plan(candidates: &[Candidate], budget: &Budget) -> Vec<Planned> {
    let share = budget.random_share.clamp(0.0, 1.0);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let a_visit = |i: usize| candidates[i].worth() / candidates[i].visits.max(0.1);
    let id = |i: usize| candidates[i].lead_id.as_str();
    order.sort_by(|a, b| a_visit(*b).total_cmp(&a_visit(*a)).then_with(|| id(*a).cmp(id(*b))));
    let take = |order: &[usize], visits: f64| {
        let mut left = visits;
        let fits = |i: &usize| {
            let fits = candidates[*i].visits <= left + 1e-9;
            left -= if fits { candidates[*i].visits } else { 0.0 };
            fits
        };
        order.iter().copied().filter(fits).collect::<Vec<_>>()
    };
    let cost = |of: &[usize]| of.iter().map(|i| candidates[*i].visits).sum::<f64>();
    let ranked = take(&order, budget.visits * (1.0 - share));
    let mut rest: Vec<usize> = order.iter().copied().filter(|i| !ranked.contains(i)).collect();
    // The same seed draws the same leads, however they are ranked.
    rest.sort_by_key(|i| Sha256::digest(format!("{}\0{}", budget.seed, id(*i))).to_vec());
    let drawn = if share > 0.0 { take(&rest, budget.visits - cost(&ranked)) } else { Vec::new() };
    let planned = |reason| move |i: usize| Planned { candidate: i, reason, worth: candidates[i].worth() };
    let worth = ranked.into_iter().map(planned(Reason::Worth));
    worth.chain(drawn.into_iter().map(planned(Reason::Control))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates() -> Vec<Candidate> {
        (0..40)
            .map(|i| Candidate {
                lead_id: format!("L-{i:02}"),
                probability: 0.1 + 0.02 * f64::from(i),
                amount_fen: 100_000,
                severity: 2,
                visits: if i % 10 == 0 { 3.0 } else { 1.0 },
            })
            .collect()
    }

    #[test]
    fn the_best_a_visit_come_first_and_a_share_is_drawn() {
        let all = candidates();
        let budget = Budget { visits: 10.0, random_share: 0.2, seed: 1 };
        let made = plan(&all, &budget);
        let ranked: Vec<usize> = made.iter().filter(|p| p.reason == Reason::Worth).map(|p| p.candidate).collect();
        assert_eq!(ranked, [39, 38, 37, 36, 35, 34, 33, 32]);
        let controls: Vec<_> = made.iter().filter(|p| p.reason == Reason::Control).collect();
        let visits: f64 = made.iter().map(|p| all[p.candidate].visits).sum();
        assert!(!controls.is_empty() && visits <= 10.0 && controls.iter().all(|p| p.candidate < 32));
        assert_eq!(made, plan(&all, &budget));
        assert_ne!(made, plan(&all, &Budget { seed: 2, ..budget }));
    }

    #[test]
    fn no_share_draws_none_and_all_fit_a_large_budget() {
        let all = candidates();
        assert!(
            plan(&all, &Budget { visits: 5.0, random_share: 0.0, seed: 1 }).iter().all(|p| p.reason == Reason::Worth)
        );
        assert_eq!(plan(&all, &Budget { visits: 1e6, random_share: 0.1, seed: 1 }).len(), 40);
        assert!(plan(&[], &Budget { visits: 5.0, random_share: 0.5, seed: 1 }).is_empty());
    }
}
