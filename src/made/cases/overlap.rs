//! One person in two benefits at once (B01, B02).

use super::super::family::Family;
use super::super::life::last_day;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("B01", two_dibao),
    decoy("B01", "one_month_overlap", moved_between),
    real("B02", dibao_and_tekun),
    decoy("B02", "one_month_overlap", converted),
];

/// An old person has a dibao alone and is covered by a niece's or nephew's as well.
fn two_dibao(v: &mut Village<'_, '_>) {
    let own = v.order(Family::SoloTekun, "dibao");
    let other = v.order(Family::SingleParent, "dibao");
    let person = v.who(own, 0);
    let start = v.households[other].benefits[0].start;
    v.join(other, &person, "uncle_aunt", start);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let no = v.households[own].no.clone();
    let claim = Claim::real("B01", Subject::Person(person.id)).of(other, 0).alt([no]);
    v.claim(claim.months(first, last, Amount::Share));
}

/// Moves from the household of a parent to that of an old aunt or uncle; both pay for the month of the move.
fn moved_between(v: &mut Village<'_, '_>) {
    let old = v.order(Family::ElderWithAdultChild, "dibao");
    let month = v.town.some_month(2, 3);
    let new = v.order_from(Family::SoloElder, "dibao", month);
    let person = v.who(old, 1);
    v.households[old].benefits[0].uncover(1, month);
    v.households[old].members[1].left = Some(last_day(month));
    v.join(new, &person, "nephew_niece", month);
    v.exempt("B01", "one_month_overlap", Subject::Person(person.id), new);
}

/// Tekun was granted, the dibao was not stopped.
fn dibao_and_tekun(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloTekun, "dibao");
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let from = v.town.some_month(-10, 4);
    let start = v.households[household].benefits[0].start;
    let from = from.max(start.plus(3));
    v.grant(household, "tekun", from, &[0]);
    let person = v.who(household, 0);
    let until = v.town.dice.chance(0.4).then(|| from.max(first).plus(v.town.dice.between(2, 6) as i32));
    let until = until.filter(|m| *m < last);
    if let Some(until) = until {
        v.end_with_notice(household, 0, until);
    }
    let claim = Claim::real("B02", Subject::Person(person.id)).of(household, 0);
    v.claim(claim.months(from.max(first), until.unwrap_or(last), Amount::Whole));
}

/// Converted from dibao to tekun; both pay for the month of the change.
fn converted(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloTekun, "dibao");
    let month = v.town.some_month(2, 3);
    v.grant(household, "tekun", month, &[0]);
    v.end_with_notice(household, 0, month);
    let person = v.who(household, 0);
    v.exempt("B02", "one_month_overlap", Subject::Person(person.id), household);
}
