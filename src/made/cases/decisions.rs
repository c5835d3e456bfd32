//! Wrong sums (A12), single persons without a ground (A20), phase-outs without an end (A21), reviews that
//! were not made (A22).

use chrono::Days;

use super::super::family::Family;
use super::super::standards::yuan;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A12", miscalculated),
    decoy("A12", "tiered", tiered),
    decoy("A12", "standard_adjusted_later", adjusted_later),
    real("A20", no_ground),
    decoy("A20", "disability_ground", disability_ground),
    decoy("A20", "serious_illness_ground", illness_ground),
    real("A21", overrun),
    decoy("A21", "six_months", six_months),
    real("A22", |v| unreviewed(v, Family::SoloAdult, (240, 330))),
    real("A22", |v| unreviewed(v, Family::SoloElder, (430, 600))),
    decoy("A22", "stable_within_12_months", stable),
    decoy("A22", "disabled_within_12_months", disabled),
];

/// A dibao that fills the gap between income and standard; answers the household and what is due a month.
fn gap_filled(v: &mut Village<'_, '_>, family: Family, start: Month) -> (usize, i64) {
    let folk = v.family(family);
    let size = folk.members.len() as i64;
    let everybody: Vec<usize> = (0..folk.members.len()).collect();
    let household = v.file(folk, start);
    let standard = v.town.standards.dibao(v.hukou(), start);
    let income = standard * (size - 1).max(1) * v.town.dice.between(20, 50) / 1000 * 10;
    v.grant_on(household, "dibao", start, &everybody, None, income);
    (household, standard * size - income)
}

/// A third to a half too much or too little, all the time.
fn miscalculated(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SoloAdult, Family::SingleParent, Family::CoupleWithChild]);
    let before = v.town.dice.between(1, 12) as i32;
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let (household, due) = gap_filled(v, family, first.plus(-before));
    let wrong = due * v.town.dice.between(33, 50) / 100;
    let shift = if v.town.dice.chance(0.5) { wrong } else { -wrong };
    v.households[household].benefits[0].slips.shift = shift;
    let sum = yuan(shift * i64::from(v.town.months()));
    let claim = Claim::real("A12", Subject::Award).of(household, 0);
    v.claim(claim.months(first, last, Amount::Exactly(sum)));
}

/// Paid by tier: the income does not enter the sum. In town, where dibao has no tiers, tekun.
fn tiered(v: &mut Village<'_, '_>) {
    let household = if v.place.urban {
        v.order(Family::SoloTekun, "tekun")
    } else {
        let start = v.town.calendar.first.plus(-9);
        let folk = v.family(Family::SoloAdult);
        let household = v.file(folk, start);
        let tier = *v.town.dice.pick(&["A", "B", "C"]);
        v.grant_on(household, "dibao", start, &[0], Some(tier), 230);
        household
    };
    v.exempt("A12", "tiered", Subject::Award, household);
}

/// Began before the last rise of the standard, and rose with it.
fn adjusted_later(v: &mut Village<'_, '_>) {
    let last = v.town.calendar.last;
    let raise = v.town.standards.raises().filter(|raise| *raise <= last).last().unwrap_or(last);
    let start = raise.plus(-(v.town.dice.between(6, 18) as i32));
    let (household, _) = gap_filled(v, Family::SingleParent, start);
    v.exempt("A12", "standard_adjusted_later", Subject::Award, household);
}

/// Somebody admitted alone.
fn single(v: &mut Village<'_, '_>) -> usize {
    let household = v.order(Family::SoloAdult, "dibao");
    v.households[household].benefits[0].single_person = true;
    household
}

/// Healthy, or disabled too lightly.
fn no_ground(v: &mut Village<'_, '_>) {
    let household = single(v);
    let person = v.who(household, 0);
    let light = v.town.dice.chance(0.5);
    if light {
        let before = v.households[household].benefits[0].start.plus(-30).first_day();
        let grade = v.town.dice.between(3, 4) as i32;
        v.certify(&person, "physical", grade, before);
    }
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("A20", Subject::Award).of(household, 0).alt([person.id]);
    v.claim(claim.months(first, last, Amount::Whole).note(if light { "disabled too lightly" } else { "" }));
}

fn disability_ground(v: &mut Village<'_, '_>) {
    let household = single(v);
    let person = v.who(household, 0);
    let before = v.households[household].benefits[0].start.plus(-30).first_day();
    v.certify_severe(&person, before);
    v.exempt("A20", "disability_ground", Subject::Award, household);
}

/// Gravely ill within the year before the decision.
fn illness_ground(v: &mut Village<'_, '_>) {
    let household = single(v);
    let person = v.who(household, 0);
    let month = v.households[household].benefits[0].start.plus(-(v.town.dice.between(3, 11) as i32));
    v.illness(&person, month, false);
    v.exempt("A20", "serious_illness_ground", Subject::Award, household);
}

/// The six months have passed, and the money still comes.
fn overrun(v: &mut Village<'_, '_>) {
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let from = last.plus(-(v.town.dice.between(8, 12) as i32));
    let household = v.order_from(Family::SoloAdult, "dibao", from.plus(-14));
    v.households[household].benefits[0].phase_out_from = Some(from);
    let claim = Claim::real("A21", Subject::Award).of(household, 0);
    v.claim(claim.months(from.plus(6).max(first), last, Amount::Whole));
}

/// Phased out in six months to the day, and told.
fn six_months(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let end = v.town.some_month(6, 1);
    v.households[household].benefits[0].phase_out_from = Some(end.plus(-5));
    v.end_with_notice(household, 0, end);
    v.exempt("A21", "six_months", Subject::Award, household);
}

/// A benefit of old, last reviewed that many days before the as-of day.
fn reviewed(v: &mut Village<'_, '_>, family: Family, days: (i64, i64)) -> usize {
    let calendar = v.town.calendar;
    let household = v.order_from(family, "dibao", calendar.last.plus(-30));
    let days = v.town.dice.between(days.0, days.1) as u64;
    v.households[household].benefits[0].slips.reviewed_on = Some(calendar.as_of - Days::new(days));
    household
}

/// Able-bodied and not reviewed for eight months, or old and not reviewed for fourteen.
fn unreviewed(v: &mut Village<'_, '_>, family: Family, days: (i64, i64)) {
    let household = reviewed(v, family, days);
    v.claim(Claim::real("A22", Subject::Award).of(household, 0));
}

/// Old: once a year is enough.
fn stable(v: &mut Village<'_, '_>) {
    let household = reviewed(v, Family::SoloElder, (230, 320));
    v.exempt("A22", "stable_within_12_months", Subject::Award, household);
}

/// Of working age and disabled: once a year is enough.
fn disabled(v: &mut Village<'_, '_>) {
    let household = reviewed(v, Family::SoloAdult, (230, 320));
    let person = v.who(household, 0);
    let before = v.households[household].benefits[0].start.plus(-20).first_day();
    let grade = v.town.dice.between(2, 3) as i32;
    v.certify(&person, "physical", grade, before);
    v.exempt("A22", "disabled_within_12_months", Subject::Award, household);
}
