//! Public payroll (A07) and wages over the standard (A09).

use super::super::family::Family;
use super::super::rows::Code;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A07", public_payroll),
    decoy("A07", "public_welfare_post", |v| post(v, "A07", "public_welfare_post", "public_welfare_post")),
    decoy("A07", "employment_ended", employment_ended),
    real("A09", wages),
    decoy("A09", "public_welfare_post", |v| post(v, "A09", "public_welfare_post", "public_welfare_post")),
    decoy("A09", "flexible_base", |v| post(v, "A09", "flexible", "flexible_base")),
    decoy("A09", "phase_out", phase_out),
    decoy("A09", "within_tolerance", within_tolerance),
];

/// Gives a member a job, under a mistyped number where the case is hard; answers whether it is.
fn hire(v: &mut Village<'_, '_>, household: usize, kind: Code, base: i64, from: Month) -> bool {
    let mut person = v.who(household, 0);
    let hard = v.is_hard();
    if hard {
        person.id = v.misread(&person.id.clone(), 2, household, "employment");
    }
    v.job(&person, kind, base, from, None);
    hard
}

/// A teacher or clerk among the covered. The salary is over the standard as well.
fn public_payroll(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SoloAdult, Family::SingleParent]);
    let household = v.order(family, "dibao");
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let from = v.town.some_month(-30, v.town.months() / 2);
    let base = v.town.dice.round(6200, 9800, 10);
    let hard = hire(v, household, "public_budget", base, from);
    let person = v.who(household, 0);
    let from = from.max(first);
    let claim = Claim::real("A07", Subject::Person(person.id.clone())).of(household, 0).hard(hard);
    v.claim(claim.months(from, last, Amount::Share));
    let claim = Claim::real("A09", Subject::Household).of(household, 0).hard(hard).alt([person.id]);
    v.claim(claim.months(from, last, Amount::Whole).note("follows from the salary"));
}

/// A job that shows no income.
fn post(v: &mut Village<'_, '_>, typology: &'static str, kind: Code, exemption: &'static str) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let base = if kind == "flexible" { 3900 } else { 2100 };
    let from = v.town.calendar.first.plus(-8);
    v.job(&person, kind, base, from, None);
    let subject = if typology == "A07" { Subject::Person(person.id) } else { Subject::Household };
    v.exempt(typology, exemption, subject, household);
}

/// Left the public service before the benefit began.
fn employment_ended(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let start = v.households[household].benefits[0].start;
    v.job(&person, "public_budget", 5600, start.plus(-50), Some(start.plus(-3)));
    v.exempt("A07", "employment_ended", Subject::Person(person.id), household);
}

/// Wages of a firm far over the standard of the household.
fn wages(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SoloAdult, Family::SingleParent, Family::CoupleWithChild]);
    let household = v.order(family, "dibao");
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let from = v.town.some_month(-24, 3);
    let base = v.town.dice.round(5600, 9000, 10);
    let hard = hire(v, household, "enterprise", base, from);
    let person = v.who(household, 0);
    let claim = Claim::real("A09", Subject::Household).of(household, 0).hard(hard).alt([person.id]);
    v.claim(claim.months(from.max(first), last, Amount::Whole));
}

/// Found work and is being phased out, as the law allows for six months.
fn phase_out(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let from = v.town.calendar.last.plus(-(v.town.dice.between(1, 4) as i32));
    v.households[household].benefits[0].phase_out_from = Some(from);
    v.job(&person, "enterprise", 4300, from, None);
    v.exempt("A09", "phase_out", Subject::Household, household);
}

/// Income a little over the standard, within what measuring it leaves open.
fn within_tolerance(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let calendar = v.town.calendar;
    let from = v.town.standards.raises().filter(|m| *m <= calendar.last).last().unwrap_or(calendar.first);
    let from = from.max(calendar.first);
    let standard = v.town.standards.dibao(v.hukou(), from);
    v.job(&person, "enterprise", standard * 105 / 80, from, None);
    v.exempt("A09", "within_tolerance", Subject::Household, household);
}
