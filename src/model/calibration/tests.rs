use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn checked(typology: &str, county: &str, confirmed: u64, dismissed: u64) -> Checked {
    Checked { typology: typology.to_owned(), county: county.to_owned(), prior: 0.5, confirmed, dismissed }
}

#[test]
fn few_checks_leave_the_prior_and_say_so() {
    let few = Precision::fit(&[checked("A01", "x", 19, 0)]);
    assert_eq!((few.of("A01", "x", 0.3), few.basis("A01")), (0.3, Basis::Prior));
    let enough = Precision::fit(&[checked("A01", "x", 20, 0)]);
    assert!(enough.of("A01", "x", 0.3) > 0.8);
    assert_eq!((enough.basis("A01"), enough.basis("B01")), (Basis::Own(20), Basis::Others));
}

#[test]
fn rules_learn_from_each_other_and_most_from_themselves() {
    let fitted =
        Precision::fit(&[checked("A01", "x", 30, 10), checked("A02", "x", 4, 36), checked("B01", "x", 20, 20)]);
    let of = |typology| fitted.of(typology, "x", 0.5);
    // Near its own share, drawn a little towards the rest.
    assert!(of("A01") > 0.66 && of("A01") < 0.75, "{}", of("A01"));
    assert!(of("A02") > 0.10 && of("A02") < 0.20, "{}", of("A02"));
    // Never checked: between them, and another county close by.
    assert!(of("A03") > of("A02") && of("A03") < of("A01"));
    assert!((fitted.of("A01", "y", 0.5) - of("A01")).abs() < 0.15);
    // The stated prior still orders what nobody checked.
    assert!(fitted.of("C01", "x", 0.7) > fitted.of("C01", "x", 0.3));
}

#[test]
fn a_county_of_its_own_kind_comes_through_with_many_checks() {
    let fitted = Precision::fit(&[checked("A01", "x", 90, 10), checked("A01", "y", 20, 80)]);
    assert!(fitted.of("A01", "x", 0.5) > 0.8 && fitted.of("A01", "y", 0.5) < 0.35);
}

/// Outcomes drawn by known precisions: what was learnt of some must hold for the others.
#[test]
fn learnt_probabilities_are_calibrated_on_findings_not_learnt_from() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut all = Vec::new();
    for rule in 0..40 {
        let precision: f64 = 0.15 + 0.7 * rng.random::<f64>();
        let typology = format!("{}{rule:02}", ["A", "B", "C", "D"][rule % 4]);
        for _ in 0..60 {
            all.push((typology.clone(), rng.random::<f64>() < precision, rng.random::<f64>() < 0.3));
        }
    }
    let mut checks: std::collections::BTreeMap<String, Checked> = std::collections::BTreeMap::new();
    for (typology, outcome, _) in all.iter().filter(|(_, _, seen)| *seen) {
        let check = checks.entry(typology.clone()).or_insert_with(|| checked(typology, "x", 0, 0));
        *(if *outcome { &mut check.confirmed } else { &mut check.dismissed }) += 1;
    }
    let fitted = Precision::fit(&checks.into_values().collect::<Vec<_>>());
    let held: Vec<(f64, bool)> =
        all.iter().filter(|(_, _, seen)| !seen).map(|(t, outcome, _)| (fitted.of(t, "x", 0.5), *outcome)).collect();
    let learnt = Reliability::new(&held, 10).unwrap();
    assert!(learnt.error < 0.05, "{learnt:?}");
    let stated = Reliability::new(&held.iter().map(|(_, o)| (0.5, *o)).collect::<Vec<_>>(), 10).unwrap();
    assert!(learnt.brier < stated.brier - 0.02);
}

/// Expected calibration error on findings that were not checked, after 200 checks of a county whose 58
/// typologies come in all numbers; their precisions follow what the rules state, or do not.
fn error_after_200(follows: bool, seed: u64) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let typologies: Vec<(String, f64, f64, f64)> = (0..58)
        .map(|k| {
            let prior = 0.1 + 0.85 * rng.random::<f64>();
            let free = 0.02 + 0.7 * rng.random::<f64>() * rng.random::<f64>() * 1.4;
            let precision = if follows { (prior * 0.6).min(0.98) } else { free };
            let size = rng.random::<f64>().powi(2) + 0.05;
            (format!("{}{k:02}", ["A", "B", "C", "D", "E"][k % 5]), prior, precision, size)
        })
        .collect();
    let whole: f64 = typologies.iter().map(|t| t.3).sum();
    let mut finding = || {
        let mut left = rng.random::<f64>() * whole;
        let of = typologies.iter().position(|t| {
            left -= t.3;
            left < 0.0
        });
        let of = of.unwrap_or(57);
        (of, rng.random::<f64>() < typologies[of].2)
    };
    let mut checks: Vec<Checked> =
        typologies.iter().map(|t| Checked { prior: t.1, ..checked(&t.0, "x", 0, 0) }).collect();
    for _ in 0..200 {
        let (of, holds) = finding();
        *(if holds { &mut checks[of].confirmed } else { &mut checks[of].dismissed }) += 1;
    }
    checks.retain(|check| check.confirmed + check.dismissed > 0);
    let fitted = Precision::fit(&checks);
    let told = |(of, holds): (usize, bool)| (fitted.of(&typologies[of].0, "x", typologies[of].1), holds);
    let held: Vec<(f64, bool)> = (0..3_000).map(|_| told(finding())).collect();
    Reliability::new(&held, 10).unwrap().error
}

#[test]
fn two_hundred_mixed_checks_calibrate_a_county() {
    for follows in [true, false] {
        let mean = (0..12).map(|seed| error_after_200(follows, seed)).sum::<f64>() / 12.0;
        assert!(mean <= 0.05, "{follows}: {mean}");
    }
}

fn suspicion(rule: &str, probability: f64, rows: &[i64]) -> Suspicion {
    Suspicion { probability, rule: rule.to_owned(), rows: rows.to_vec() }
}

#[test]
fn independent_sources_add_up_and_dependent_ones_do_not() {
    let one = suspicion("a", 0.5, &[1, 2]);
    assert_eq!(together(&[]), 0.0);
    assert_eq!(together(&[one.clone(), suspicion("b", 0.4, &[3])]), 0.7);
    assert_eq!(together(&[one.clone(), suspicion("b", 0.4, &[2])]), 0.5);
    assert_eq!(together(&[one.clone(), suspicion("a", 0.4, &[3])]), 0.5);
    // Bound together by a third.
    let chain = [one.clone(), suspicion("b", 0.4, &[3]), suspicion("c", 0.2, &[2, 3])];
    assert_eq!(together(&chain), 0.5);
}

#[test]
fn reliability_by_hand() {
    let told = [(0.1, false), (0.1, true), (0.9, true), (0.9, true)];
    let reliability = Reliability::new(&told, 10).unwrap();
    assert!((reliability.brier - (0.01 + 0.81 + 0.01 + 0.01) / 4.0).abs() < 1e-12);
    assert!((reliability.error - (0.5 * 0.4 + 0.5 * 0.1)).abs() < 1e-12);
    assert_eq!(reliability.bins.len(), 2);
    assert!(Reliability::new(&[], 10).is_none());
}

/// Leads whose outcome follows a feature, or does not, and which the present order ranks by chance.
fn leads(n: usize, follows: f64, seed: u64) -> Vec<Example> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut lead = || {
        let feature = rng.random::<f64>();
        let p = 0.5 + follows * (feature - 0.5);
        let features = vec![feature, rng.random::<f64>()];
        Example { present: 0.2 + 0.6 * rng.random::<f64>(), features, confirmed: rng.random::<f64>() < p, likely: 1.0 }
    };
    (0..n).map(|_| lead()).collect()
}

#[test]
fn a_learnt_ranking_stays_in_the_shadow_until_it_is_better() {
    let shadow = Shadow::new(&leads(300, 0.9, 1));
    assert!(shadow.learnt.unwrap() > shadow.present.unwrap() + 0.1 && shadow.better >= 0.95, "{shadow:?}");
    let ranking = shadow.ranking.unwrap();
    assert!(ranking.of(0.5, &[0.9, 0.5]) > 0.7 && ranking.of(0.5, &[0.1, 0.5]) < 0.3);
    // Nothing to learn, and the present order is right: it stays.
    let mut right = leads(300, 0.0, 2);
    right.iter_mut().for_each(|lead| lead.present = if lead.confirmed { 0.9 } else { 0.1 });
    assert!(Shadow::new(&right).ranking.is_none());
    // Too few of a side.
    let few = Shadow::new(&leads(30, 0.9, 3));
    assert!(few.learnt.is_none() && few.ranking.is_none());
}

/// What was checked for its worth is of one kind; the controls stand for all that was not.
#[test]
fn controls_correct_what_past_checks_did_not_see() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut all = Vec::new();
    for _ in 0..4_000 {
        let (seen, present) = (rng.random::<f64>() < 0.1, rng.random::<f64>());
        let confirmed = rng.random::<f64>() < if seen { 0.9 } else { 0.2 };
        let likely = if seen { 1.0 } else { 0.1 };
        if rng.random::<f64>() < likely {
            all.push(Example { present, features: vec![0.0], confirmed, likely });
        }
    }
    let share = |of: &[Example]| of.iter().filter(|e| e.confirmed).count() as f64 / of.len() as f64;
    assert!(share(&all) > 0.5);
    let of = |all: &[Example]| Ranking::fit(&all.iter().collect::<Vec<_>>()).unwrap().of(0.5, &[0.0]);
    // Of all, 0.1 · 0.9 + 0.9 · 0.2 = 0.27 hold.
    assert!((of(&all) - 0.27).abs() < 0.05, "{}", of(&all));
    all.iter_mut().for_each(|e| e.likely = 1.0);
    assert!(of(&all) > 0.5);
}

proptest! {
    #[test]
    fn together_is_a_probability_and_never_less_than_the_likeliest(
        ps in proptest::collection::vec((0.0..=1.0f64, 0..4i64), 1..8)
    ) {
        let all: Vec<Suspicion> =
            ps.iter().enumerate().map(|(i, (p, row))| suspicion(&format!("r{i}"), *p, &[*row])).collect();
        let whole = together(&all);
        let likeliest = ps.iter().map(|(p, _)| *p).fold(0.0, f64::max);
        prop_assert!(whole <= 1.0 && whole >= likeliest - 1e-12);
        let mut turned = all;
        turned.reverse();
        prop_assert!((together(&turned) - whole).abs() < 1e-12);
    }
}
