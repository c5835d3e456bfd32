//! Favour that only comparison shows: a family of officials that is on the list far too often (C04), and one treated
//! better than its equals (C08). Everything is declared, visited and on paper.

use super::super::family::Family;
use super::super::standards::yuan;
use super::super::truth::{Amount, Claim, Subject};
use super::kin::modest;
use super::{Kind, Village, decoy_rural, real, real_rural};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] =
    &[real("C04", concentrated), real_rural("C08", dearer_tier), decoy_rural("C08", "out_of_office", out_of_office)];

/// Brothers and sisters of the official who are assisted.
const RELATIVES: usize = 8;
/// Ordinary families of the same circumstances.
const EQUALS: usize = 11;

/// Eight brothers and sisters of a village official are assisted, in a village where few others are.
fn concentrated(v: &mut Village<'_, '_>) {
    for _ in 0..2 * v.place.households.max(10) {
        let adults = v.neighbours_family();
        v.furnish_neighbours(&adults);
    }
    let (cadre, _) = v.new_official("village", None);
    for _ in 0..RELATIVES {
        let household = modest(v, Family::SoloAdult);
        let head = v.who(household, 0);
        v.siblings(&cadre.person, &head);
        v.declare(household, &cadre, ("sibling", "nephew_niece"));
    }
    let claim = Claim::real("C04", Subject::Named("official", cadre.no.clone())).alt([cadre.person.id]);
    v.claim(claim.note("8 brothers and sisters"));
}

/// A single person of seven tenths of the standard, in that tier.
fn single(v: &mut Village<'_, '_>, start: Month, tier: &'static str) -> usize {
    let folk = v.family(Family::SoloAdult);
    let household = v.file(folk, start);
    let income = v.town.standards.dibao("rural", start) * 72 / 100;
    v.grant_on(household, "dibao", start, &[0], Some(tier), income);
    household
}

/// Such a family in the dearest tier, and enough equals in the cheapest.
fn favoured(v: &mut Village<'_, '_>) -> usize {
    let back = v.town.dice.between(2, 40) as i32;
    let start = v.town.calendar.first.plus(-back);
    for _ in 0..EQUALS {
        single(v, start, "C");
    }
    single(v, start, "A")
}

/// A village official's brother or sister is in tier A, where strangers in the same circumstances are in tier C.
fn dearer_tier(v: &mut Village<'_, '_>) {
    let household = favoured(v);
    let (cadre, _) = v.new_official("village", None);
    let head = v.who(household, 0);
    v.siblings(&cadre.person, &head);
    v.declare(household, &cadre, ("sibling", "nephew_niece"));
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let paid =
        |tier: &'static str, month: i32| v.town.standards.amount("dibao", "rural", Some(tier), 1, 0, Month(month));
    let over: i64 = (first.0..=last.0).map(|month| paid("A", month) - paid("C", month)).sum();
    let claim = Claim::real("C08", Subject::Household).of(household, 0).alt([cadre.no.clone(), cadre.person.id]);
    v.claim(claim.months(first, last, Amount::Exactly(yuan(over))));
}

/// The brother or sister had left office before the award began.
fn out_of_office(v: &mut Village<'_, '_>) {
    let household = favoured(v);
    let start = v.households[household].benefits[0].start;
    let term = (v.town.day_in(start.plus(-70)), Some(v.town.day_in(start.plus(-6))));
    let (cadre, _) = v.new_official("village", Some(term));
    let head = v.who(household, 0);
    v.siblings(&cadre.person, &head);
    v.exempt("C08", "out_of_office", Subject::Household, household);
}
