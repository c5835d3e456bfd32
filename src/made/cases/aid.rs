//! Temporary aid for one cause again (B04), and medical aid that does not add up (B07).

use super::super::family::Family;
use super::super::model::{Cover, Person};
use super::super::rows::Text;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::money::Fen;
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("B04", |v| two_grants(v, None)),
    decoy("B04", "phased", |v| two_grants(v, Some("因病住院（分阶段救助）"))),
    real("B07", more_than_left),
    real("B07", no_status),
    real("B07", two_hospitals),
    decoy("B07", "status_within_90_days", status_soon_after),
];

/// A grant paid once, to everybody, for a cause; the number of its application.
fn temporary(v: &mut Village<'_, '_>, household: usize, month: Month, cause: &str) -> Text {
    let everybody: Vec<usize> = (0..v.households[household].members.len()).collect();
    let at = v.grant_on(household, "temporary", month, &everybody, None, 0);
    let grant = v.town.dice.round(1100, 2400, 100);
    let file = &mut v.households[household];
    let declared = file.applications[0].declared_income;
    let benefit = &mut file.benefits[at];
    benefit.covers = everybody.into_iter().map(|member| Cover { member, from: month, to: Some(month) }).collect();
    (benefit.grant, benefit.end) = (Some(grant), Some(month));
    let application = &mut file.applications[benefit.application];
    application.declared_income = declared;
    application.cause = cause.into();
    application.application_no.clone()
}

/// Two grants within a quarter for one cause; where that cause says so, in agreed stages.
fn two_grants(v: &mut Village<'_, '_>, phased: Option<&str>) {
    let family = *v.town.dice.pick(&[Family::SoloAdult, Family::SingleParent]);
    let household = v.order(family, "dibao");
    let month = v.town.some_month(0, 4);
    let again = month.plus(v.town.dice.between(1, 3) as i32);
    let cause = phased.unwrap_or(*v.town.dice.pick(&["因病住院", "房屋失火", "突发变故"]));
    let applications = [month, again].map(|month| temporary(v, household, month, cause));
    let claim = match phased {
        None => Claim::real("B04", Subject::Household).months(month, again, Amount::Whole),
        Some(_) => Claim::decoy("B04", "phased", Subject::Household),
    };
    v.claim(claim.of(household, 2).alt(applications));
}

/// Claims a settlement of a person.
fn claim_bill(
    v: &mut Village<'_, '_>,
    person: &Person,
    household: Option<usize>,
    row: usize,
    amount: Fen,
    note: &'static str,
) {
    let month = Month::of(v.town.rows.medical_settlement[row].discharged_on);
    let bill = v.town.rows.medical_settlement[row].settlement_no.clone();
    v.town.kept.insert(person.id.clone());
    let claim = Claim::real("B07", Subject::Person(person.id.clone())).alt([bill]).note(note);
    let claim = claim.months(month, month, Amount::Exactly(amount));
    v.claim(household.into_iter().fold(claim, |claim, household| claim.of(household, 0)));
}

/// The aid is more than what the insurance left to pay.
fn more_than_left(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let month = v.town.some_month(0, 1);
    let row = v.hospital(&person, month, true);
    let bill = &mut v.town.rows.medical_settlement[row];
    let left = bill.total.0 - bill.insurance_paid.0;
    let excess = left * 3 / 10;
    (bill.assistance_paid, bill.self_paid) = (Fen(left + excess), Fen(0));
    claim_bill(v, &person, Some(household), row, Fen(excess), "more than was left");
}

/// Aid to somebody who is neither assisted nor monitored.
fn no_status(v: &mut Village<'_, '_>) {
    let person = v.neighbours_family()[0].clone();
    let month = v.town.some_month(0, 1);
    let row = v.hospital(&person, month, true);
    let amount = v.town.rows.medical_settlement[row].assistance_paid;
    claim_bill(v, &person, None, row, amount, "no status");
}

/// In two hospitals for a week on end.
fn two_hospitals(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let month = v.town.some_month(0, 1);
    let rows = [("县人民医院", 3, 14), ("市中心医院", 6, 20)].map(|(hospital, from, to)| {
        let row = v.hospital(&person, month, true);
        let bill = &mut v.town.rows.medical_settlement[row];
        bill.hospital = hospital.into();
        bill.admitted_on = month.first_day() + chrono::Days::new(from);
        bill.discharged_on = month.first_day() + chrono::Days::new(to);
        row
    });
    let amount = v.town.rows.medical_settlement[rows[1]].assistance_paid;
    let other = v.town.rows.medical_settlement[rows[0]].settlement_no.clone();
    claim_bill(v, &person, Some(household), rows[1], amount, "two hospitals at once");
    if let Some(claim) = v.claims.last_mut() {
        claim.alt.push(other);
    }
}

/// Settled in the month before the application; the benefit began within 90 days.
fn status_soon_after(v: &mut Village<'_, '_>) {
    let start = v.town.some_month(2, 1);
    let household = v.order_from(Family::SoloAdult, "dibao", start);
    let person = v.who(household, 0);
    v.hospital(&person, start.plus(-2), true);
    v.exempt("B07", "status_within_90_days", Subject::Person(person.id), household);
}
