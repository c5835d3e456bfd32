//! Faults of the records themselves (Q01, Q02, Q03; Q04 lies with the deaths).

use super::super::family::Family;
use super::super::truth::{Claim, Subject};
use super::super::{names, numbers};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("Q01", invalid_number),
    decoy("Q01", "converted_15_digits", fifteen_digits),
    real("Q02", other_name),
    decoy("Q02", "name_variant", name_variant),
    real("Q03", family_size),
];

/// One digit wrong at the bank; the name is right, so identity can repair it.
fn invalid_number(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let wrong = v.misread(&person.id, 1, household, "deposit");
    let balance = v.town.dice.between(100, 3000);
    v.deposit(&wrong, &person.name, balance);
}

/// The number in the old series of 15 digits.
fn fifteen_digits(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let old = numbers::fifteen(&person.id).unwrap_or_else(|| person.id.clone());
    let balance = v.town.dice.between(100, 3000);
    v.deposit(&old, &person.name, balance);
    let claim = Claim::decoy("Q01", "converted_15_digits", Subject::Person(old));
    v.claim(claim.of(household, 0).alt([person.id]));
}

/// The bank knows the number under somebody else's name.
fn other_name(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let name = names::other(&mut v.town.dice, &person.name, person.sex);
    let balance = v.town.dice.between(100, 3000);
    v.deposit(&person.id, &name, balance);
    v.claim(Claim::real("Q02", Subject::Person(person.id)).of(household, 0).note("deposit"));
}

/// The bank writes the name with a space in it.
fn name_variant(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let mut spaced: String = person.name.chars().take(1).collect();
    spaced.push('\u{3000}');
    spaced.extend(person.name.chars().skip(1));
    let balance = v.town.dice.between(100, 3000);
    v.deposit(&person.id, &spaced.into(), balance);
    v.exempt("Q02", "name_variant", Subject::Person(person.id), household);
}

/// The declared size is one more than the members listed, or one less.
fn family_size(v: &mut Village<'_, '_>) {
    let household = v.order(Family::CoupleWithChild, "dibao");
    let shift = *v.town.dice.pick(&[-1, 1]);
    v.households[household].size_shift = shift;
    v.claim(Claim::real("Q03", Subject::Household).of(household, 0));
}
