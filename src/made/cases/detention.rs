//! Paid while in prison or compulsory rehabilitation (A02).

use super::super::family::Family;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("A02", paid_in_detention),
    decoy("A02", "probation", probation),
    decoy("A02", "no_whole_month", no_whole_month),
];

/// A grown child or a person alone serves a sentence; the share goes on being paid.
fn paid_in_detention(v: &mut Village<'_, '_>) {
    let family = v.town.dice.chance(0.5);
    let household = v.order(if family { Family::ElderWithAdultChild } else { Family::SoloAdult }, "dibao");
    let person = v.who(household, usize::from(family));
    let (from, last) = (v.town.some_month(0, 5), v.town.calendar.last);
    let until = v.town.dice.chance(0.5).then(|| from.plus(v.town.dice.between(3, 10) as i32)).filter(|m| *m <= last);
    let hard = v.is_hard();
    let mut recorded = person.clone();
    if hard {
        recorded.id = v.misread(&person.id, 2, household, "detention");
    }
    let kind = v.town.dice.weighted(&[("prison", 3), ("compulsory_rehab", 1)]);
    v.detained(&recorded, kind, from, until);
    let to = until.map_or(last, |until| until.plus(-1));
    let amount = if family { Amount::Share } else { Amount::Whole };
    let claim = Claim::real("A02", Subject::Person(person.id)).of(household, 0).hard(hard);
    v.claim(claim.months(from.plus(1), to, amount));
}

/// Sentenced, and serving at home.
fn probation(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let from = v.town.some_month(0, 5);
    v.detained(&person, "probation", from, Some(from.plus(4)));
    v.exempt("A02", "probation", Subject::Person(person.id), household);
}

/// From the middle of one month to the middle of the next: no month was spent inside.
fn no_whole_month(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let from = v.town.some_month(0, 3);
    v.detained(&person, "compulsory_rehab", from, Some(from.plus(1)));
    v.exempt("A02", "no_whole_month", Subject::Person(person.id), household);
}
