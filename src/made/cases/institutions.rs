//! Institutions that are paid for people who are not there (D08).

use chrono::Days;

use super::super::family::Family;
use super::super::numbers::Series;
use super::super::rows::MedicalSettlement;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::money::Fen;
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] =
    &[real("D08", dead_resident), real("D08", absent_resident), decoy("D08", "hospital_under_30_days", short_absence)];

/// A resident of the township's institution, paid through it.
fn resident(v: &mut Village<'_, '_>) -> usize {
    let household = v.order(Family::SoloTekun, "tekun");
    let home = v.town.home.clone();
    v.pay_into(household, &home.account_no, &home.name);
    household
}

fn institution(v: &Village<'_, '_>) -> Subject {
    Subject::Named("institution", v.town.home.id.clone())
}

/// A resident died, the institution keeps quiet and goes on being paid.
fn dead_resident(v: &mut Village<'_, '_>) {
    let household = resident(v);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let month = v.town.some_month(0, 4);
    let day = v.town.day_in(month);
    v.dies(household, 0, day, None);
    v.record_death(household, 0, day);
    v.households[household].stays_on = true;
    let person = v.who(household, 0).id;
    let from = month.plus(2).max(first);
    let claim = Claim::real("A01", Subject::Person(person.clone())).of(household, 0);
    v.claim(claim.months(from, last, Amount::Whole).note("resident of an institution"));
    let claim = Claim::real("D08", institution(v)).of(household, 0).alt([person]);
    v.claim(claim.months(month.plus(1), last, Amount::Whole).note("died"));
}

/// Days in hospital, at a bill that insurance and aid share; the first of those days in that month.
fn in_hospital(v: &mut Village<'_, '_>, household: usize, month: Month, days: i64) {
    let who = v.who(household, 0);
    let admitted_on = month.first_day() + Days::new(v.town.dice.between(2, 8) as u64);
    let total = days * v.town.dice.between(40_000, 60_000);
    let (insurance, assistance) = (total * 6 / 10, total * 3 / 10);
    let settlement_no = v.town.numbers.label("YB", Series::Settlement);
    v.town.rows.medical_settlement.push(MedicalSettlement {
        settlement_no,
        id_number: who.id,
        name: who.name,
        hospital: "市中心医院".into(),
        admitted_on,
        discharged_on: admitted_on + Days::new(days as u64),
        serious_illness: false,
        total: Fen(total),
        insurance_paid: Fen(insurance),
        assistance_paid: Fen(assistance),
        self_paid: Fen(total - insurance - assistance),
    });
}

/// The resident lay in hospital for two months, and the institution was paid as if nothing was.
fn absent_resident(v: &mut Village<'_, '_>) {
    let household = resident(v);
    let month = v.town.some_month(0, 4);
    let days = v.town.dice.between(50, 80);
    in_hospital(v, household, month, days);
    let person = v.who(household, 0).id;
    let claim = Claim::real("D08", institution(v)).of(household, 0).alt([person]);
    v.claim(claim.months(month, month.plus(1), Amount::Whole).note("in hospital"));
}

/// Two weeks in hospital.
fn short_absence(v: &mut Village<'_, '_>) {
    let household = resident(v);
    let month = v.town.some_month(0, 3);
    let days = v.town.dice.between(8, 20);
    in_hospital(v, household, month, days);
    let person = v.who(household, 0).id;
    let claim = Claim::decoy("D08", "hospital_under_30_days", Subject::Person(person));
    v.claim(claim.of(household, 0));
}
