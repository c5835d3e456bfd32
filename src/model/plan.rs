//! A reviewer's plan: what to check with the visits there are.
//!
//! Each lead is worth what a check is expected to bring: its probability times the money that could come
//! back and what its severity is worth beside money. Leads are taken by worth a visit, the most first,
//! while visits last. A stated share of the visits, to the nearest whole visit and a half down, goes to leads
//! drawn at random from the rest: without them nothing is ever learnt of what the ranking leaves out, and a
//! rule's precision is that of its best findings alone.
//!
//! What severity and a check are worth is data with a stated source: `models/plan/weights.toml`.
//!
//! O(n log n) time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a plan weighs, with where each figure comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// What severity is measured in.
    pub benefit: Benefit,
    /// What a severity is worth.
    pub severity_months: SeverityMonths,
    /// What a check takes.
    pub visits: Visits,
}

/// A benefit of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benefit {
    /// Yuan a month.
    pub yuan: f64,
    /// Where the figure comes from.
    pub source: String,
}

/// Months of the benefit by severity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeverityMonths {
    /// Of severity 1 to 4.
    pub months: [f64; 4],
    /// Where the figures come from.
    pub source: String,
}

/// Visits that a check takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visits {
    /// By kind of subject, in the contract's spelling; a kind that is not named takes one.
    pub of: BTreeMap<String, f64>,
    /// Where the figures come from.
    pub source: String,
}

impl Weights {
    /// Reads weights; says with its path what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = toml::Deserializer::parse(text).map_err(|e| e.message().to_owned())?;
        let weights: Self =
            serde_path_to_error::deserialize(read).map_err(|e| format!("{}: {}", e.path(), e.inner().message()))?;
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if !positive(weights.benefit.yuan) {
            return Err("benefit.yuan: it must be above 0".to_owned());
        }
        if weights.severity_months.months.iter().any(|m| !m.is_finite() || *m < 0.0) {
            return Err("severity_months.months: none may be below 0".to_owned());
        }
        if let Some((kind, _)) = weights.visits.of.iter().find(|(_, visits)| !positive(**visits)) {
            return Err(format!("visits.of.{kind}: it must be above 0"));
        }
        Ok(weights)
    }

    /// The program's own.
    pub fn own() -> Result<Self, String> {
        Self::parse(include_str!("../../models/plan/weights.toml"))
    }

    /// Visits that a check of a kind of subject takes.
    pub fn visits(&self, kind: &str) -> f64 {
        self.visits.of.get(kind).copied().unwrap_or(1.0)
    }

    /// What a check of a lead is expected to bring, in yuan.
    pub fn worth(&self, lead: &Candidate) -> f64 {
        let months = self.severity_months.months[usize::from(lead.severity.clamp(1, 4)) - 1];
        lead.probability * (lead.amount_fen.max(0) as f64 / 100.0 + months * self.benefit.yuan)
    }
}

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
    /// Share of them that goes to leads drawn at random, 0 to 1; of few visits that is none.
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
    /// How likely it was to be planned: 1 for its worth, the drawn share of the rest for a control.
    pub likely: f64,
    /// What a check is expected to bring, in yuan.
    pub worth: f64,
}

impl Budget {
    /// Visits for leads drawn at random: whole ones, for a lead cannot be looked at in part. Of few visits that is
    /// none, so that the only one is not left to chance.
    fn drawn(&self) -> f64 {
        let exact = self.visits * self.random_share.clamp(0.0, 1.0);
        if self.random_share >= 1.0 { exact } else { (exact - 0.5).ceil().max(0.0) }
    }
}

/// The checks that fit the budget: those for their worth, then the controls in the order of the draw. A
/// draw that finds no lead left gives its visits back.
pub fn plan(candidates: &[Candidate], budget: &Budget, weights: &Weights) -> Vec<Planned> {
    let for_controls = budget.drawn();
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    let a_visit = |i: usize| weights.worth(&candidates[i]) / candidates[i].visits.max(0.1);
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
    let ranked = take(&order, budget.visits - for_controls);
    let mut taken = vec![false; candidates.len()];
    ranked.iter().for_each(|i| taken[*i] = true);
    let mut rest: Vec<usize> = order.iter().copied().filter(|i| !taken[*i]).collect();
    // The same seed draws the same leads, however they are ranked.
    rest.sort_by_cached_key(|i| Sha256::digest(format!("{}\0{}", budget.seed, id(*i))).to_vec());
    let drawn = if for_controls > 0.0 { take(&rest, budget.visits - cost(&ranked)) } else { Vec::new() };
    // A lead that was drawn stands for all that could have been: so likely was it to be.
    let likely = if rest.is_empty() { 1.0 } else { drawn.len() as f64 / rest.len() as f64 };
    let planned =
        |reason, likely| move |i: usize| Planned { candidate: i, reason, likely, worth: weights.worth(&candidates[i]) };
    let worth = ranked.into_iter().map(planned(Reason::Worth, 1.0));
    worth.chain(drawn.into_iter().map(planned(Reason::Control, likely))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Weights {
        Weights::own().unwrap()
    }

    #[test]
    fn weights_are_parameters_and_wrong_ones_are_told() {
        let text = include_str!("../../models/plan/weights.toml");
        let dear = Weights::parse(&text.replace("[1.0, 3.0, 12.0, 36.0]", "[100.0, 3.0, 12.0, 36.0]")).unwrap();
        let lead = Candidate { lead_id: String::new(), probability: 0.5, amount_fen: 0, severity: 1, visits: 1.0 };
        assert!((own().worth(&lead) - 186.5).abs() < 1e-9 && (dear.worth(&lead) - 18_650.0).abs() < 1e-9);
        assert!(
            Weights::parse(&text.replace("household   = 1.0", "household   = 0.0")).unwrap_err().contains("household")
        );
        assert!(Weights::parse(&text.replace("yuan   =", "dollar =")).unwrap_err().contains("dollar"));
    }

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
        let made = plan(&all, &budget, &own());
        let ranked: Vec<usize> = made.iter().filter(|p| p.reason == Reason::Worth).map(|p| p.candidate).collect();
        assert_eq!(ranked, [39, 38, 37, 36, 35, 34, 33, 32]);
        let controls: Vec<_> = made.iter().filter(|p| p.reason == Reason::Control).collect();
        let visits: f64 = made.iter().map(|p| all[p.candidate].visits).sum();
        assert!(!controls.is_empty() && visits <= 10.0 && controls.iter().all(|p| p.candidate < 32));
        assert_eq!(made, plan(&all, &budget, &own()));
        assert_ne!(made, plan(&all, &Budget { seed: 2, ..budget }, &own()));
    }

    #[test]
    fn few_visits_are_not_given_to_chance() {
        let all: Vec<Candidate> = candidates().into_iter().map(|c| Candidate { visits: 1.0, ..c }).collect();
        let controls = |visits: f64, random_share: f64| {
            let made = plan(&all, &Budget { visits, random_share, seed: 1 }, &own());
            assert_eq!(made.len() as f64, visits, "every visit is spent");
            made.iter().filter(|p| p.reason == Reason::Control).count()
        };
        assert_eq!(
            [1.0, 2.0, 5.0, 6.0, 10.0, 14.0, 16.0, 30.0].map(|visits| controls(visits, 0.1)),
            [0, 0, 0, 1, 1, 1, 2, 3]
        );
        assert_eq!((controls(1.0, 0.5), controls(2.0, 0.5), controls(3.0, 1.0)), (0, 1, 3));
    }

    #[test]
    fn no_share_draws_none_and_all_fit_a_large_budget() {
        let all = candidates();
        assert!(
            plan(&all, &Budget { visits: 5.0, random_share: 0.0, seed: 1 }, &own())
                .iter()
                .all(|p| p.reason == Reason::Worth)
        );
        assert_eq!(plan(&all, &Budget { visits: 1e6, random_share: 0.1, seed: 1 }, &own()).len(), 40);
        assert!(plan(&[], &Budget { visits: 5.0, random_share: 0.5, seed: 1 }, &own()).is_empty());
    }
}
