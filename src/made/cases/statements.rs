//! What the statement of a single account shows (D06, D07).

use chrono::Days;

use super::super::debits::Debit;
use super::super::family::Family;
use super::super::model::Turn;
use super::super::rows::Text;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("D06", no_credit),
    real("D06", overpaid),
    decoy("D06", "returned_and_repaid", returned_and_repaid),
    decoy("D06", "arrears_of_missed_month", arrears),
    real("D07", drawn_after_death),
    decoy("D07", "within_30_days", drawn_by_heirs),
];

/// An old person's household whose statement was produced.
fn stated(v: &mut Village<'_, '_>) -> usize {
    let household = v.order(Family::SoloElder, "dibao");
    v.households[household].statement = true;
    household
}

fn account(v: &Village<'_, '_>, household: usize) -> Text {
    v.households[household].benefits[0].payees[0].1.account_no.clone()
}

/// The list says paid, the bank knows of nothing; not in the first month, whose credit may lie before the statement.
fn no_credit(v: &mut Village<'_, '_>) {
    let household = stated(v);
    let from = v.town.some_month(1, 4);
    let to = from.plus(v.town.dice.between(0, 2) as i32);
    v.households[household].banking.missing = (from.0..=to.0).map(Month).collect();
    let claim = Claim::real("D06", Subject::Award).of(household, 0).alt([account(v, household)]);
    v.claim(claim.months(from, to, Amount::Whole).note("no credit at the bank"));
}

/// More was paid than the award says, and no month had been missed.
fn overpaid(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let month = v.town.some_month(1, 4);
    let hundredths = v.town.dice.between(130, 220);
    v.households[household].benefits[0].turns.insert(month, Turn::Over(hundredths));
    let claim = Claim::real("D06", Subject::Award).of(household, 0).alt([account(v, household)]);
    v.claim(claim.months(month, month, Amount::Excess).note("overpaid"));
}

/// The first payment came back, and only the second reached the account.
fn returned_and_repaid(v: &mut Village<'_, '_>) {
    let household = stated(v);
    let month = v.town.some_month(0, 3);
    let again = v.town.dice.between(10, 25);
    v.households[household].benefits[0].turns.insert(month, Turn::Returned(Some(again)));
    v.exempt("D06", "returned_and_repaid", Subject::Award, household);
}

/// One payment of two months, the first of which had been missed; it is not the first of the window, of
/// which nobody could tell.
fn arrears(v: &mut Village<'_, '_>) {
    let household = stated(v);
    let month = v.town.some_month(1, 4);
    let turns = [(month, Turn::Missed), (month.plus(1), Turn::Arrears)];
    v.households[household].benefits[0].turns.extend(turns);
    v.exempt("D06", "arrears_of_missed_month", Subject::Award, household);
}

/// An old person dies, the office goes on paying, and somebody has the card.
fn drawn_after_death(v: &mut Village<'_, '_>) {
    let household = stated(v);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let month = v.town.some_month(0, 5);
    let day = v.town.day_in(month);
    v.dies(household, 0, day, None);
    v.record_death(household, 0, day);
    let from = month.plus(2);
    let channel = v.town.dice.weighted(&[("atm", 3), ("pos", 2)]);
    let terminal = terminal(v);
    for month in (from.0..=last.0).map(Month) {
        let after = (v.town.dice.between(1, 8) as u64, v.town.dice.between(0, 30_000));
        v.households[household].banking.debits.push(Debit::cash(month, after, channel, &terminal));
    }
    let person = v.who(household, 0);
    for (typology, note) in [("A01", "and drawn"), ("D07", "")] {
        let claim = Claim::real(typology, Subject::Person(person.id.clone())).of(household, 0);
        let claim = claim.alt([account(v, household)]).note(note);
        v.claim(claim.months(from.max(first), last, Amount::Whole));
    }
}

/// The family draws the last payment in the month after the death, for the funeral.
fn drawn_by_heirs(v: &mut Village<'_, '_>) {
    let household = stated(v);
    let month = v.town.some_month(1, 3);
    let day = month.first_day() + Days::new(19 + v.town.dice.below(3) as u64);
    v.dies(household, 0, day, Some(month.plus(1)));
    v.record_death(household, 0, day);
    let terminal = terminal(v);
    v.households[household].banking.debits.push(Debit::cash(month.plus(1), (1, 9000), "atm", &terminal));
    let person = v.who(household, 0);
    for (typology, exemption) in [("D07", "within_30_days"), ("A01", "within_grace")] {
        v.exempt(typology, exemption, Subject::Person(person.id.clone()), household);
    }
}

/// A cash machine or a shop that pays out.
pub(super) fn terminal(v: &mut Village<'_, '_>) -> Text {
    v.town.numbers.label("ZD", crate::made::numbers::Series::Terminal)
}
