//! Late, short and returned payments (E04, E05, E07).

use super::super::family::Family;
use super::super::model::Turn;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("E04", late),
    real("E05", short),
    decoy("E05", "made_good_within_3_months", made_good),
    decoy("E05", "returned_and_repaid", returned_and_repaid),
    decoy("E05", "covered_person_died", covered_person_died),
    real("E07", never_repaid),
    real("E07", repaid_too_late),
    decoy("E07", "award_ended_by_death", ended_by_death),
];

/// A run of months paid a week to a month late.
fn late(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let from = v.town.some_month(0, 6);
    let to = from.plus(v.town.dice.between(1, 4) as i32);
    for month in from.0..=to.0 {
        let turn = Turn::Late(v.town.dice.between(8, 32));
        v.households[household].benefits[0].turns.insert(crate::domain::month::Month(month), turn);
    }
    let claim = Claim::real("E04", Subject::Award).of(household, 0);
    v.claim(claim.months(from, to, Amount::Nothing));
}

/// A part was kept back for one to three months and never given.
fn short(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SingleParent, "dibao");
    let from = v.town.some_month(0, 7);
    let to = from.plus(v.town.dice.between(0, 2) as i32);
    let part = v.town.dice.between(50, 85);
    for month in from.0..=to.0 {
        v.households[household].benefits[0].turns.insert(crate::domain::month::Month(month), Turn::Short(part));
    }
    let claim = Claim::real("E05", Subject::Award).of(household, 0);
    v.claim(claim.months(from, to, Amount::Gap));
}

/// A month was missed and paid with a later one, or a part was and paid by itself. It is not the first of
/// the window, of which nobody could tell.
fn made_good(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let month = v.town.some_month(1, 5);
    let turns = if v.town.dice.chance(0.5) {
        vec![(month, Turn::Missed), (month.plus(v.town.dice.between(1, 2) as i32), Turn::Arrears)]
    } else {
        vec![(month, Turn::Supplemented(v.town.dice.between(40, 80), v.town.dice.between(20, 70)))]
    };
    v.households[household].benefits[0].turns.extend(turns);
    v.exempt("E05", "made_good_within_3_months", Subject::Award, household);
}

fn returned_and_repaid(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let month = v.town.some_month(0, 3);
    let turn = Turn::Returned(Some(v.town.dice.between(8, 25)));
    v.households[household].benefits[0].turns.insert(month, turn);
    v.exempt("E05", "returned_and_repaid", Subject::Award, household);
}

/// In the month after a death only the survivor's share was paid, though the award changed a month later.
fn covered_person_died(v: &mut Village<'_, '_>) {
    let household = v.order(Family::ElderCouple, "dibao");
    let month = v.town.some_month(1, 4);
    let day = v.town.day_in(month);
    v.dies(household, 1, day, Some(month.plus(1)));
    v.record_death(household, 1, day);
    v.households[household].benefits[0].turns.insert(month.plus(1), Turn::Survivors);
    v.exempt("E05", "covered_person_died", Subject::Award, household);
}

/// The bank returned a payment and nobody paid it again.
fn never_repaid(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let month = v.town.some_month(0, 5);
    v.households[household].benefits[0].turns.insert(month, Turn::Returned(None));
    for (typology, amount) in [("E07", Amount::Gap), ("E05", Amount::Gap)] {
        let claim = Claim::real(typology, Subject::Award).of(household, 0);
        v.claim(claim.months(month, month, amount).note("returned and never repaid"));
    }
}

/// Repaid after more than the 30 days that are allowed, and within the three months that make it good.
fn repaid_too_late(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let month = v.town.some_month(0, 5);
    let turn = Turn::Returned(Some(v.town.dice.between(45, 70)));
    v.households[household].benefits[0].turns.insert(month, turn);
    let claim = Claim::real("E07", Subject::Award).of(household, 0);
    v.claim(claim.months(month, month, Amount::Nothing).note("repaid too late"));
    v.exempt("E05", "returned_and_repaid", Subject::Award, household);
}

/// The last payment came back because the old person had died; the award ended with that month.
fn ended_by_death(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let month = v.town.some_month(1, 4);
    let day = v.town.day_in(month);
    v.dies(household, 0, day, Some(month));
    v.record_death(household, 0, day);
    v.households[household].benefits[0].turns.insert(month, Turn::Returned(None));
    v.exempt("E07", "award_ended_by_death", Subject::Award, household);
    v.exempt("E05", "covered_person_died", Subject::Award, household);
}
