use std::collections::BTreeMap;

use statrs::distribution::{Beta, ContinuousCDF};

use super::{Disposition, Outcome};
use crate::domain::region;
use crate::model::calibration::Basis;
use crate::query::library::{Header, Status};

/// How many checked findings the stated prior is worth where a rule is judged by its own checks. Findings take another
/// precision, which learns from the checks of all rules and of each county; a status must not change by what
/// was found of others.
const PRIOR_WEIGHT: f64 = 4.0;
/// Checked findings from which evidence may change the status of a rule.
const ENOUGH: u64 = 20;
/// A rule is fit for service where its precision is surely above this: the most that published
/// single-table matches of counties reached.
const SERVICE: f64 = 0.35;
/// A rule is no use where its precision is surely below this.
const USELESS: f64 = 0.13;

/// The precision of a rule by its own checks, as a Beta distribution: the stated prior, updated by what was checked
/// (conjugate updating of a binomial share; Gelman et al., Bayesian Data Analysis, ch. 2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// Mean.
    pub mean: f64,
    /// 5 % quantile.
    pub low: f64,
    /// 95 % quantile.
    pub high: f64,
}

impl Posterior {
    /// Of a prior between 0 and 1 and the outcomes of checks.
    pub fn new(prior: f64, confirmed: u64, dismissed: u64) -> Self {
        let alpha = prior * PRIOR_WEIGHT + confirmed as f64;
        let beta = (1.0 - prior) * PRIOR_WEIGHT + dismissed as f64;
        let quantile = |q: f64| Beta::new(alpha, beta).map_or(f64::NAN, |d| d.inverse_cdf(q));
        Self { mean: alpha / (alpha + beta), low: quantile(0.05), high: quantile(0.95) }
    }
}

/// What the evidence says of a rule's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Too few checks, or nothing to change.
    Keep,
    /// Experimental, and surely good enough for service.
    Promote,
    /// Surely of no use.
    Retire,
}

/// One rule in one county, or everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleEvidence {
    /// The rule.
    pub rule_id: String,
    /// County; empty is everywhere.
    pub region_code: String,
    /// Open findings of the audit looked at.
    pub raised: u64,
    /// Exempted ones.
    pub exempted: u64,
    /// Confirmed by people, ever.
    pub confirmed: u64,
    /// Dismissed, ever, by reason.
    pub dismissed: BTreeMap<String, u64>,
    /// Precision that its findings take there: what people found of all rules, most of it of this one.
    pub precision: f64,
    /// What that rests on.
    pub basis: Basis,
    /// Precision by its own checks there alone, which the advice follows.
    pub posterior: Posterior,
    /// What follows for the status.
    pub advice: Advice,
}

#[derive(Debug, Default, Clone)]
struct Tally {
    raised: u64,
    exempted: u64,
    confirmed: u64,
    dismissed: BTreeMap<String, u64>,
}

/// The evidence on rules, everywhere and by county. `findings` are rule, region and whether exempted, of
/// one audit; `standing` the latest disposition of every finding; `learnt` tells the precision that findings of a rule
/// take in a county, and what it rests on.
pub fn evidence<'a>(
    rules: impl Iterator<Item = &'a Header>,
    findings: impl Iterator<Item = (String, String, bool)>,
    standing: impl Iterator<Item = &'a Disposition>,
    learnt: impl Fn(&Header, &str) -> (f64, Basis),
) -> Vec<RuleEvidence> {
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    let mut both = |rule: &str, place: &str, count: &dyn Fn(&mut Tally)| {
        for place in [String::new(), region::county(place)] {
            count(tallies.entry((rule.to_owned(), place)).or_default());
        }
    };
    for (rule, place, exempted) in findings {
        both(&rule, &place, &|t| if exempted { t.exempted += 1 } else { t.raised += 1 });
    }
    for d in standing {
        both(&d.rule_id, &d.region_code, &|t| match d.outcome {
            Outcome::Confirmed => t.confirmed += 1,
            Outcome::Dismissed => *t.dismissed.entry(d.reason.clone()).or_default() += 1,
        });
    }
    let mut all = Vec::new();
    for header in rules {
        tallies.entry((header.id.clone(), String::new())).or_default();
        let own = tallies.range((header.id.clone(), String::new())..).take_while(|((rule, _), _)| *rule == header.id);
        for ((rule, place), tally) in own {
            let dismissed = tally.dismissed.values().sum();
            let posterior = Posterior::new(header.prior, tally.confirmed, dismissed);
            let (precision, basis) = learnt(header, place);
            all.push(RuleEvidence {
                rule_id: rule.clone(),
                region_code: place.clone(),
                raised: tally.raised,
                exempted: tally.exempted,
                confirmed: tally.confirmed,
                dismissed: tally.dismissed.clone(),
                precision,
                basis,
                posterior,
                advice: advise(header.status, tally.confirmed + dismissed, posterior),
            });
        }
    }
    all
}

fn advise(status: Status, checked: u64, posterior: Posterior) -> Advice {
    if checked < ENOUGH {
        Advice::Keep
    } else if posterior.high < USELESS && status != Status::Retired {
        Advice::Retire
    } else if posterior.low > SERVICE && status == Status::Experimental {
        Advice::Promote
    } else {
        Advice::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_move_the_precision_and_few_of_them_move_it_little() {
        let prior = Posterior::new(0.5, 0, 0);
        assert!((prior.mean - 0.5).abs() < 1e-12 && prior.low < 0.15 && prior.high > 0.85);
        let one = Posterior::new(0.5, 0, 1);
        assert!((one.mean - 0.4).abs() < 1e-12);
        // 45 of 50 confirmed: Beta(47, 7); its distribution function at x is the chance of 47 or more of
        // 53 at x, whose sum, solved for 0.05 and 0.95 by bisection, gives these quantiles.
        let many = Posterior::new(0.5, 45, 5);
        assert!((many.mean - 47.0 / 54.0).abs() < 1e-12);
        assert!((many.low - 0.788_739_344).abs() < 1e-6 && (many.high - 0.936_336_248).abs() < 1e-6, "{many:?}");
    }

    #[test]
    fn evidence_and_not_age_changes_a_status() {
        let advice = |status, confirmed, dismissed| {
            advise(status, confirmed + dismissed, Posterior::new(0.5, confirmed, dismissed))
        };
        assert_eq!(advice(Status::Experimental, 15, 3), Advice::Keep);
        assert_eq!(advice(Status::Experimental, 16, 4), Advice::Promote);
        assert_eq!(advice(Status::Stable, 16, 4), Advice::Keep);
        assert_eq!(advice(Status::Stable, 0, 60), Advice::Retire);
        assert_eq!(advice(Status::Stable, 10, 20), Advice::Keep);
    }
}
