//! Officials who receive assistance themselves (C03).

use super::super::family::Family;
use super::super::truth::{Amount, Claim, Subject};
use super::kin::modest;
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[real("C03", official_is_recipient), decoy("C03", "out_of_office", out_of_office)];

/// A member of the village committee is covered.
fn official_is_recipient(v: &mut Village<'_, '_>) {
    let household = modest(v, Family::SoloAdult);
    let person = v.who(household, 0);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let (no, from) = (v.cadre_no(), v.town.some_month(-50, v.town.months() / 2));
    let day = v.town.day_in(from);
    v.appoint(no.clone(), &person, "village", "村委会委员", (day, None));
    // Of the first month in office a part was served, and that is enough to be in office in it.
    let claim = Claim::real("C03", Subject::Person(person.id)).of(household, 0).alt([no]);
    v.claim(claim.months(from.max(first), last, Amount::Share));
}

/// Left office before the application.
fn out_of_office(v: &mut Village<'_, '_>) {
    let household = modest(v, Family::SoloAdult);
    let person = v.who(household, 0);
    let start = v.households[household].benefits[0].start;
    let no = v.cadre_no();
    let (from, to) = (v.town.day_in(start.plus(-60)), v.town.day_in(start.plus(-6)));
    v.appoint(no, &person, "village", "村委会委员", (from, Some(to)));
    v.exempt("C03", "out_of_office", Subject::Person(person.id), household);
}
