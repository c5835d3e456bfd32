//! Eligible and not covered (E01), stopped without notice (E03), left at an old standard (E06).

use super::super::family::{Family, Folk};
use super::super::life::last_day;
use super::super::model::Person;
use super::super::numbers::Series;
use super::super::rows::{Code, HouseholdMember, HouseholdRow, Text};
use super::super::standards::yuan;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("E01", monitored_and_not_covered),
    real("E01", refused_and_poor),
    decoy("E01", "covered_within_3_months", covered_soon),
    decoy("E01", "applicant_withdrew", withdrew),
    decoy("E01", "rigid_expenditure_only", rigid_expenditure),
    decoy("E01", "refused_on_property", refused_on_property),
    real("E03", stopped_without_notice),
    decoy("E03", "all_died", all_died),
    decoy("E03", "moved_to_another_award", moved),
    real("E06", standard_not_applied),
];

/// Somebody without assistance who is severely disabled or gravely ill.
fn stricken(v: &mut Village<'_, '_>) -> Folk {
    let folk = v.family(Family::SoloAdult);
    let person = folk.members[0].0.clone();
    v.town.kept.insert(person.id.clone());
    if v.town.dice.chance(0.4) {
        let month = v.town.calendar.last.plus(-(v.town.dice.between(2, 6) as i32));
        v.illness(&person, month, false);
    } else {
        let before = v.town.calendar.first.plus(-30).first_day();
        v.certify_severe(&person, before);
    }
    folk
}

/// The platform has known since before the first payment month, and nobody acted.
fn monitored_and_not_covered(v: &mut Village<'_, '_>) {
    let person = stricken(v).members[0].0.clone();
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let kind = *v.town.dice.pick(&["margin", "poverty_risk"]);
    v.monitor(&person, kind, first.plus(-5).first_day(), None);
    let claim = Claim::real("E01", Subject::Person(person.id));
    v.claim(claim.months(first, last, Amount::Nothing).note("monitored"));
}

/// High expenses alone are no ground for dibao.
fn rigid_expenditure(v: &mut Village<'_, '_>) {
    let person = stricken(v).members[0].0.clone();
    v.monitor(&person, "rigid_expenditure", v.town.calendar.first.plus(-5).first_day(), None);
    v.claim(Claim::decoy("E01", "rigid_expenditure_only", Subject::Person(person.id)));
}

/// What came of an application that led to no benefit.
struct Unanswered {
    head: Person,
    household_no: Text,
    application_no: Text,
}

/// A family's application, decided in that way in the month before `start`, and its file.
fn apply(v: &mut Village<'_, '_>, folk: Folk, start: Month, income: i64, decision: Code) -> Unanswered {
    let household_no = v.town.numbers.label("JT", Series::Household);
    let mut application = v.application(&household_no, "dibao", start, Some(income));
    application.decision = decision;
    let (application_no, joined_on) = (application.application_no.clone(), application.applied_on);
    let head = folk.members[0].0.clone();
    v.town.kept.extend(folk.members.iter().map(|(person, _)| person.id.clone()));
    let rows = &mut v.town.rows;
    rows.household.push(HouseholdRow {
        household_no: household_no.clone(),
        region_code: v.place.code.clone(),
        head_id_number: head.id.clone(),
        head_name: head.name.clone(),
        family_size: folk.members.len() as i32,
        address: folk.address,
        phone: None,
    });
    rows.household_member.extend(folk.members.into_iter().map(|(person, relation_to_head)| HouseholdMember {
        household_no: household_no.clone(),
        id_number: person.id,
        name: person.name,
        relation_to_head,
        joined_on,
        left_on: None,
    }));
    rows.application.push(application);
    Unanswered { head, household_no, application_no }
}

/// Refused, though what the family earns is less than half the standard and it owns nothing.
fn refused_and_poor(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SingleParent, Family::SoloAdult]);
    let folk = v.family(family);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let start = v.town.some_month(0, 2);
    let size = folk.members.len() as i64;
    let income = v.town.standards.dibao(v.hukou(), first) * size * 2 / 5;
    if v.town.dice.chance(0.5) {
        v.job(&folk.members[0].0, "enterprise", income * 5 / 4, first.plus(-6), None);
    }
    let unanswered = apply(v, folk, start, income, "refused");
    let claim = Claim::real("E01", Subject::Person(unanswered.head.id));
    let claim = claim.alt([unanswered.household_no, unanswered.application_no]);
    v.claim(claim.months(start.plus(-1).max(first), last, Amount::Nothing).note("refused"));
}

/// Refused with little income, for a car, a shop, a firm or money in the bank.
fn refused_on_property(v: &mut Village<'_, '_>) {
    let folk = v.family(Family::SingleParent);
    let head = folk.members[0].0.clone();
    let start = v.town.some_month(0, 2);
    match v.town.dice.below(4) {
        0 => {
            v.vehicle(&head, "car", 96_000, 20);
        }
        1 => {
            v.house(&head, "commercial", 60);
        }
        2 => {
            let uscc = v.enterprise("company", 1_000_000, "active");
            v.role(&uscc, &head, "legal_representative");
        }
        _ => {
            let limit = 24 * v.town.standards.dibao(v.hukou(), v.town.calendar.last) * folk.members.len() as i64;
            let day = last_day(start.plus(-3));
            v.deposit_at(&head.id, &head.name, limit * 2, day);
        }
    }
    let unanswered = apply(v, folk, start, 200, "refused");
    let claim = Claim::decoy("E01", "refused_on_property", Subject::Person(unanswered.head.id));
    v.claim(claim.alt([unanswered.household_no, unanswered.application_no]));
}

/// Monitored and severely disabled; applied, and took the application back.
fn withdrew(v: &mut Village<'_, '_>) {
    let folk = stricken(v);
    let person = folk.members[0].0.clone();
    let start = v.town.some_month(1, 2);
    v.monitor(&person, "margin", start.plus(-4).first_day(), None);
    let unanswered = apply(v, folk, start, 210, "withdrawn");
    let claim = Claim::decoy("E01", "applicant_withdrew", Subject::Person(person.id));
    v.claim(claim.alt([unanswered.household_no, unanswered.application_no]));
}

/// Monitored, and covered within two months; some were refused at first.
fn covered_soon(v: &mut Village<'_, '_>) {
    let start = v.town.some_month(2, 2);
    let household = v.order_from(Family::SoloAdult, "dibao", start);
    let person = v.who(household, 0);
    v.certify_severe(&person, start.plus(-40).first_day());
    v.monitor(&person, "margin", start.plus(-2).first_day(), Some(start.first_day()));
    if v.town.dice.chance(0.5) {
        let no = v.households[household].no.clone();
        let mut refused = v.application(&no, "dibao", start.plus(-1), Some(180));
        refused.decision = "refused";
        v.households[household].applications.push(refused);
    }
    v.exempt("E01", "covered_within_3_months", Subject::Person(person.id), household);
}

/// The money just stopped; nobody was told why.
fn stopped_without_notice(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SoloAdult, Family::SingleParent, Family::ElderCouple]);
    let household = v.order(family, "dibao");
    let end = v.town.some_month(1, 2);
    v.households[household].benefits[0].end = Some(end);
    let claim = Claim::real("E03", Subject::Award).of(household, 0);
    v.claim(claim.months(end, end, Amount::Nothing));
}

fn all_died(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let month = v.town.some_month(1, 3);
    let day = v.town.day_in(month);
    v.dies(household, 0, day, Some(month));
    v.record_death(household, 0, day);
    v.exempt("E03", "all_died", Subject::Award, household);
}

/// From dibao to tekun with the next month.
fn moved(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloTekun, "dibao");
    let end = v.town.some_month(1, 3);
    v.households[household].benefits[0].end = Some(end);
    v.grant(household, "tekun", end.plus(1), &[0]);
    v.exempt("E03", "moved_to_another_award", Subject::Award, household);
}

/// A tier of dibao or tekun that the last rise never reached. In town, where dibao has no tiers, tekun.
fn standard_not_applied(v: &mut Village<'_, '_>) {
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let raise = v.town.standards.raises().filter(|raise| raise.plus(3) <= last).last().unwrap_or(first);
    let start = raise.plus(-(v.town.dice.between(4, 20) as i32));
    let tekun = v.place.urban || v.town.dice.chance(0.3);
    let (family, programme, tier) = if tekun {
        (Family::SoloTekun, "tekun", "self_caring")
    } else {
        (*v.town.dice.pick(&[Family::SoloAdult, Family::SingleParent]), "dibao", *v.town.dice.pick(&["A", "B", "C"]))
    };
    let folk = v.family(family);
    let everybody: Vec<usize> = (0..folk.members.len()).collect();
    let household = v.file(folk, start);
    v.grant_on(household, programme, start, &everybody, Some(tier), 0);
    let frozen = raise.plus(-1);
    v.households[household].benefits[0].slips.frozen = Some(frozen);
    let (from, hukou, persons) = (raise.max(first), v.hukou(), everybody.len() as i64);
    let due = |month| v.town.standards.amount(programme, hukou, Some(tier), persons, 0, month);
    let short: i64 = (from.0..=last.0).map(|month| due(Month(month)) - due(frozen)).sum();
    let claim = Claim::real("E06", Subject::Award).of(household, 0);
    v.claim(claim.months(from, last, Amount::Exactly(yuan(short))));
}
