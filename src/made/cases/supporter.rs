//! Able children who were not declared (A08), and pensions over the standard (A10).

use chrono::Days;

use super::super::family::Family;
use super::super::model::Person;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A08", undeclared_supporter),
    decoy("A08", "child_died", child_died),
    decoy("A08", "child_detained", child_detained),
    decoy("A08", "child_disabled", child_disabled),
    real("A10", employee_pension),
    decoy("A10", "resident_pension", |v| harmless_pension(v, "resident", "resident_pension")),
    decoy("A10", "veteran_pension", |v| harmless_pension(v, "veteran", "veteran_pension")),
];

/// An old person alone, and a child elsewhere whose wages are several times the standard.
fn elder_and_child(v: &mut Village<'_, '_>) -> (usize, Person) {
    let household = v.order(Family::SoloElder, "dibao");
    let head = v.who(household, 0);
    let child = v.grown_child(&head, (38, 43));
    (household, child)
}

/// Wages of four months' standard and more, since before the first payment month; no end of the job is known.
fn well_paid(v: &mut Village<'_, '_>, child: &Person) {
    let base = v.town.dice.round(9_000, 15_000, 100);
    let before = v.town.dice.between(14, 40) as i32;
    let from = v.town.calendar.first.plus(-before);
    v.job(child, "enterprise", base, from, None);
}

fn undeclared_supporter(v: &mut Village<'_, '_>) {
    let (household, child) = elder_and_child(v);
    let hard = v.is_hard();
    let mut recorded = child.clone();
    if hard {
        recorded.id = v.misread(&child.id, 2, household, "employment");
    }
    well_paid(v, &recorded);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let head = v.who(household, 0).id;
    let claim = Claim::real("A08", Subject::Household).of(household, 0).hard(hard).alt([head, child.id]);
    v.claim(claim.months(first, last, Amount::Whole));
}

/// Died before the first payment month; the employer never closed the contributions.
fn child_died(v: &mut Village<'_, '_>) {
    let (household, child) = elder_and_child(v);
    well_paid(v, &child);
    let month = v.town.calendar.first.plus(-8);
    let day = v.town.day_in(month);
    v.death(&child, &child.name.clone(), day, 10);
    v.exempt("A08", "child_died", Subject::Household, household);
}

/// In prison since before the first payment month.
fn child_detained(v: &mut Village<'_, '_>) {
    let (household, child) = elder_and_child(v);
    well_paid(v, &child);
    let from = v.town.calendar.first.plus(-10);
    v.detained(&child, "prison", from, None);
    v.exempt("A08", "child_detained", Subject::Household, household);
}

/// Severely disabled by an accident at work; the employer goes on contributing.
fn child_disabled(v: &mut Village<'_, '_>) {
    let (household, child) = elder_and_child(v);
    well_paid(v, &child);
    let from = v.town.calendar.first.plus(-10).first_day() + Days::new(14);
    let grade = v.town.dice.between(1, 2) as i32;
    v.certify(&child, "physical", grade, from);
    v.exempt("A08", "child_disabled", Subject::Household, household);
}

/// The pension of a former worker is a multiple of the standard.
fn employee_pension(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let hard = v.is_hard();
    let mut recorded = person.clone();
    if hard {
        recorded.id = v.misread(&person.id, 2, household, "pension");
    }
    let amount = v.town.dice.between(2600, 4600);
    v.pension(&recorded, "employee", amount);
    v.pensioners.insert(person.id.clone());
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let from = Month::of(v.turns(&person, 60)).plus(1).max(first);
    let claim = Claim::real("A10", Subject::Household).of(household, 0).hard(hard).alt([person.id]);
    v.claim(claim.months(from, last, Amount::Whole));
}

/// A pension that is over the standard and does not count.
fn harmless_pension(v: &mut Village<'_, '_>, kind: &'static str, exemption: &'static str) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let amount = v.town.dice.between(1500, 2100);
    v.pension(&person, kind, amount);
    v.pensioners.insert(person.id);
    v.exempt("A10", exemption, Subject::Household, household);
}
