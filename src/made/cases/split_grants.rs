//! Temporary aid in slices that the township may decide alone, or over the cap (B05).

use super::super::family::Family;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("B05", slices),
    real("B05", over_the_cap),
    decoy("B05", "spread_out", spread_out),
    decoy("B05", "within_cap", within_cap),
];

/// No cause comes twice, so that nothing is a repeat.
const CAUSES: [&str; 4] = ["因病", "突发变故", "因残", "失业"];

/// Small grants in those months, each for a cause of its own; the first one's index.
fn grants(v: &mut Village<'_, '_>, household: usize, months: &[Month]) -> usize {
    let first = v.households[household].benefits.len();
    for (month, cause) in months.iter().zip(CAUSES) {
        let grant = v.town.dice.round(700, 1000, 50);
        let benefit = v.grant_once(household, *month, grant);
        let file = &mut v.households[household];
        file.applications[file.benefits[benefit].application].cause = cause.into();
    }
    first
}

/// Three or four grants in as many months, each within what the township decides itself.
fn slices(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let count = v.town.dice.between(3, 4) as i32;
    let from = v.town.some_month(0, count + 1);
    let months: Vec<Month> = (0..count).map(|at| from.plus(at)).collect();
    let first = grants(v, household, &months);
    let file = &v.households[household];
    let sum: i64 = file.benefits[first..].iter().filter_map(|b| b.grant).sum();
    let applications: Vec<_> = file.applications[1..].iter().map(|a| a.application_no.clone()).collect();
    let claim = Claim::real("B05", Subject::Household).of(household, first).alt(applications).note("slices");
    v.claim(claim.months(from, from.plus(count - 1), Amount::Exactly(crate::made::standards::yuan(sum))));
}

/// One grant of ten months' standard and more.
fn over_the_cap(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let month = v.town.some_month(0, 2);
    let grant = v.town.standards.dibao(v.hukou(), month) * v.town.dice.between(10, 14);
    let benefit = v.grant_once(household, month, grant);
    let application = v.households[household].applications[1].application_no.clone();
    let claim = Claim::real("B05", Subject::Household).of(household, benefit).alt([application]);
    v.claim(claim.months(month, month, Amount::Whole).note("over the cap"));
}

/// Three small grants, but over more than half a year.
fn spread_out(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let first = v.town.calendar.first;
    grants(v, household, &[first, first.plus(4), first.plus(7)]);
    v.exempt("B05", "spread_out", Subject::Household, household);
}

/// A large grant to three persons, within the cap.
fn within_cap(v: &mut Village<'_, '_>) {
    let household = v.order(Family::CoupleWithChild, "dibao");
    let month = v.town.some_month(0, 2);
    let grant = v.town.standards.dibao(v.hukou(), month) * 3 * 4;
    v.grant_once(household, month, grant);
    v.exempt("B05", "within_cap", Subject::Household, household);
}
