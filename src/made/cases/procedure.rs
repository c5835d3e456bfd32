//! How applications were dealt with (C09, E02, B06).

use chrono::Days;

use super::super::family::Family;
use super::super::model::Household;
use super::super::numbers::Series;
use super::super::rows::{ApplicationRow, Text};
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("C09", step_skipped),
    real("C09", no_application),
    decoy("C09", "emergency", emergency),
    real("E02", decided_late),
    real("E02", pending_long),
    decoy("E02", "pending_within_limit", pending_within_limit),
    real("B06", no_follow_up),
    decoy("B06", "followed_up", followed_up),
];

fn application(file: &mut Household) -> &mut ApplicationRow {
    let at = file.benefits.last().map_or(0, |b| b.application);
    &mut file.applications[at]
}

/// Claims something about the household's last application.
fn about_application(v: &mut Village<'_, '_>, claim: Claim, household: usize) -> Claim {
    let benefit = v.households[household].benefits.len() - 1;
    let no = application(&mut v.households[household]).application_no.clone();
    Claim { subject: Subject::Named("application", no), ..claim }.of(household, benefit)
}

/// One step of the procedure is missing or too short.
fn step_skipped(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let step =
        *v.town.dice.pick(&["no survey", "one surveyor", "short notice", "decided before the notice ended", "one day"]);
    let days = Days::new(v.town.dice.between(2, 5) as u64);
    let row = application(&mut v.households[household]);
    match step {
        "no survey" => (row.surveyed_on, row.surveyor_1, row.surveyor_2) = (None, None, None),
        "one surveyor" => row.surveyor_2 = None,
        "short notice" => row.notice_from = row.notice_to.map(|to| to - days),
        "one day" => {
            (row.accepted_on, row.surveyed_on) = (row.decided_on, row.decided_on);
            row.applied_on = row.decided_on.unwrap_or(row.applied_on);
            (row.notice_from, row.notice_to) = (None, None);
        }
        _ => {
            row.notice_to = row.decided_on.map(|day| day + days);
            row.notice_from = row.notice_to.map(|to| to - Days::new(8));
        }
    }
    let claim = Claim::real("C09", Subject::Household).note(step);
    let claim = about_application(v, claim, household);
    v.claim(claim);
}

/// Somebody was entered into the list of awards, and no application was ever made.
fn no_application(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    v.households[household].applications.clear();
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("C09", Subject::Award).of(household, 0).note("award without an application");
    v.claim(claim.months(first, last, Amount::Whole));
}

/// Temporary aid paid first, in a family that has a dibao; its index.
fn paid_first(v: &mut Village<'_, '_>, survey_after: Option<u64>) -> (usize, usize) {
    let household = v.order(Family::SoloAdult, "dibao");
    let month = v.town.some_month(0, 5);
    let grant = v.town.dice.round(600, 1800, 100);
    let benefit = v.grant_once(household, month, grant);
    v.pay_first(household, benefit, survey_after);
    (household, benefit)
}

/// Granted on the day of the application, without survey or notice: an emergency, and the papers came.
fn emergency(v: &mut Village<'_, '_>) {
    let after = v.town.dice.between(3, 20) as u64;
    let (household, _) = paid_first(v, Some(after));
    let claim = about_application(v, Claim::decoy("C09", "emergency", Subject::Household), household);
    v.claim(claim);
}

/// The paperwork of an emergency came in two weeks.
fn followed_up(v: &mut Village<'_, '_>) {
    let (household, _) = paid_first(v, Some(14));
    let claim = about_application(v, Claim::decoy("B06", "followed_up", Subject::Household), household);
    v.claim(claim);
}

/// Paid first, and the paperwork never followed, or months later.
fn no_follow_up(v: &mut Village<'_, '_>) {
    let after = v.town.dice.chance(0.4).then(|| v.town.dice.between(50, 90) as u64);
    let (household, benefit) = paid_first(v, after);
    let month = v.households[household].benefits[benefit].start;
    let note = if after.is_some() { "surveyed after the time for it" } else { "never surveyed" };
    let claim = about_application(v, Claim::real("B06", Subject::Household).note(note), household);
    v.claim(claim.months(month, month, Amount::Whole));
}

/// Decided months after the application.
fn decided_late(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let days = v.town.dice.between(75, 120) as u64;
    let row = application(&mut v.households[household]);
    row.applied_on = row.decided_on.unwrap_or(row.applied_on) - Days::new(days);
    row.accepted_on = Some(row.applied_on + Days::new(2));
    let claim = about_application(v, Claim::real("E02", Subject::Household), household);
    v.claim(claim);
}

/// A family that waits for a decision; its household and application.
fn waiting(v: &mut Village<'_, '_>, days: u64) -> (Text, Text) {
    let adults = loop {
        let adults = v.neighbours_family();
        if adults[0].age(v.town.calendar.as_of) < 60 {
            break adults;
        }
    };
    let wage = v.town.dice.round(5200, 7800, 10) * adults.len() as i64;
    v.job(&adults[0], "enterprise", wage, v.town.calendar.first.plus(-30), None);
    let no = v.town.numbers.label("JT", Series::Household);
    let mut row = v.application(&no, "dibao", v.town.calendar.last, Some(wage * 4 / 5));
    v.undecided(&mut row, days);
    let application = row.application_no.clone();
    v.family_file(&no, &adults, row.applied_on);
    v.town.rows.application.push(row);
    (no, application)
}

/// Applied months ago and not decided yet.
fn pending_long(v: &mut Village<'_, '_>) {
    let days = v.town.dice.between(75, 120) as u64;
    let (household, application) = waiting(v, days);
    v.claim(Claim::real("E02", Subject::Named("application", application)).alt([household]).note("pending"));
}

/// Applied two weeks ago.
fn pending_within_limit(v: &mut Village<'_, '_>) {
    let (household, application) = waiting(v, 14);
    let claim = Claim::decoy("E02", "pending_within_limit", Subject::Named("application", application));
    v.claim(claim.alt([household]));
}
