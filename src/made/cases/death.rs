//! Paid after death (A01), and deaths that are not what they seem (Q04).

use super::super::family::Family;
use super::super::names;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("A01", paid_after_death),
    decoy("A01", "within_grace", within_grace),
    decoy("A01", "survivors_share", survivors_share),
    decoy("A01", "name_mismatch", name_mismatch),
    decoy("A01", "sign_of_life", sign_of_life),
];

/// An old person dies; the office goes on paying, for good or for some months.
fn paid_after_death(v: &mut Village<'_, '_>) {
    let couple = v.town.dice.chance(0.4);
    let household = v.order(if couple { Family::ElderCouple } else { Family::SoloElder }, "dibao");
    let member = usize::from(couple);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let month = v.town.some_month(0, 4);
    let day = v.town.day_in(month);
    let found = v.town.dice.chance(0.4).then(|| month.plus(v.town.dice.between(3, 8) as i32)).filter(|m| *m < last);
    // Whoever is unreadable in the death records was found by nobody: else the change would look groundless.
    let hard = v.is_hard();
    let found = found.filter(|_| !hard);
    v.dies(household, member, day, found);
    let person = v.who(household, member);
    let mut recorded = person.clone();
    if hard {
        recorded.id = v.misread(&person.id, 2, household, "death");
    }
    let days = v.town.dice.between(2, 25);
    v.death(&recorded, &person.name, day, days);
    let amount = if couple { Amount::Share } else { Amount::Whole };
    let claim = Claim::real("A01", Subject::Person(person.id)).of(household, 0).hard(hard);
    v.claim(claim.months(month.plus(2).max(first), found.unwrap_or(last), amount));
}

/// One more payment in the month after death, and no more.
fn within_grace(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let month = v.town.some_month(1, 3);
    let day = v.town.day_in(month);
    v.dies(household, 0, day, Some(month.plus(1)));
    v.record_death(household, 0, day);
    let person = v.who(household, 0);
    v.exempt("A01", "within_grace", Subject::Person(person.id), household);
}

/// One of a couple dies, the award is changed in time, the other goes on being paid.
fn survivors_share(v: &mut Village<'_, '_>) {
    let household = v.order(Family::ElderCouple, "dibao");
    let month = v.town.some_month(1, 4);
    let day = v.town.day_in(month);
    v.dies(household, 1, day, Some(month));
    v.record_death(household, 1, day);
    let person = v.who(household, 1);
    v.exempt("A01", "survivors_share", Subject::Person(person.id), household);
}

/// Somebody else's death was entered under this living person's number.
fn name_mismatch(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let month = v.town.some_month(0, 5);
    let day = v.town.day_in(month);
    let name = names::other(&mut v.town.dice, &person.name, person.sex);
    v.death(&person, &name, day, 12);
    v.exempt("A01", "name_mismatch", Subject::Person(person.id.clone()), household);
    for typology in ["Q02", "Q04"] {
        let claim = Claim::real(typology, Subject::Person(person.id.clone())).of(household, 0);
        v.claim(claim.note("death record under another name"));
    }
}

/// Entered as dead, and treated in hospital months later.
fn sign_of_life(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let month = v.town.some_month(0, 6);
    let day = v.town.day_in(month);
    v.death(&person, &person.name.clone(), day, 9);
    let later = v.town.dice.between(2, 4) as i32;
    v.hospital(&person, month.plus(later), false);
    v.exempt("A01", "sign_of_life", Subject::Person(person.id.clone()), household);
    let claim = Claim::real("Q04", Subject::Person(person.id)).of(household, 0);
    v.claim(claim.note("treated in hospital later"));
}
