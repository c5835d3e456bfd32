//! Cars (A04) and businesses (A06).

use super::super::family::Family;
use super::super::rows::Code;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A04", car),
    decoy("A04", "exempt_kind", exempt_kind),
    decoy("A04", "deregistered_before", deregistered_before),
    decoy("A04", "owner_left_before", owner_left_before),
    real("A06", business),
    decoy("A06", "dormant_or_revoked", dormant_or_revoked),
    decoy("A06", "cooperative_member", cooperative_member),
    decoy("A06", "small_individual_shop", small_individual_shop),
    decoy("A06", "role_ended", role_ended),
];

fn family(v: &mut Village<'_, '_>) -> Family {
    *v.town.dice.pick(&[Family::SingleParent, Family::CoupleWithChild, Family::SoloAdult])
}

/// A car, bought before the window or in its first half.
fn car(v: &mut Village<'_, '_>) {
    let kind = family(v);
    let household = v.order(kind, "dibao");
    let person = v.who(household, 0);
    let half = i64::from(v.town.settings.months / 2);
    let before = v.town.dice.between(-half, 48);
    let price = v.town.dice.round(38_000, 165_000, 100);
    let row = v.vehicle(&person, "car", price, before);
    let hard = v.is_hard();
    if hard {
        let wrong = v.misread(&person.id, 2, household, "vehicle");
        v.town.rows.vehicle[row].owner_id_number = wrong;
    }
    let calendar = v.town.calendar;
    let from = Month::of(v.town.rows.vehicle[row].registered_on).max(calendar.first);
    let claim = Claim::real("A04", Subject::Household).of(household, 0).hard(hard).alt([person.id]);
    v.claim(claim.months(from, calendar.last, Amount::Whole));
}

fn exempt_kind(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let kind = *v.town.dice.pick(&["motorcycle", "tricycle", "tractor", "disabled"]);
    v.vehicle(&person, kind, 7_900, 20);
    v.exempt("A04", "exempt_kind", Subject::Household, household);
}

/// Sold or scrapped before the first payment month.
fn deregistered_before(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SingleParent, "dibao");
    let person = v.who(household, 0);
    let row = v.vehicle(&person, "car", 62_000, 80);
    let month = v.town.calendar.first.plus(-3);
    v.town.rows.vehicle[row].deregistered_on = Some(v.town.day_in(month));
    v.exempt("A04", "deregistered_before", Subject::Household, household);
}

/// The grown child left the household before the first payment month and has a car now.
fn owner_left_before(v: &mut Village<'_, '_>) {
    let first = v.town.calendar.first;
    let household = v.order_from(Family::ElderWithAdultChild, "dibao", first.plus(-20));
    let person = v.who(household, 1);
    let benefit = &mut v.households[household].benefits[0];
    benefit.uncover(1, first.plus(-6));
    v.households[household].members[1].left = Some(super::super::life::last_day(first.plus(-6)));
    v.vehicle(&person, "car", 71_000, -2);
    v.exempt("A04", "owner_left_before", Subject::Household, household);
}

/// Runs or owns a company, or an individual business that is no small shop.
fn business(v: &mut Village<'_, '_>) {
    let kind = family(v);
    let household = v.order(kind, "dibao");
    let person = v.who(household, 0);
    let (kind, capital): (Code, i64) =
        *v.town.dice.pick(&[("company", 500_000), ("company", 2_000_000), ("individual", 300_000)]);
    let role = if kind == "individual" {
        "legal_representative"
    } else {
        *v.town.dice.pick(&["legal_representative", "shareholder", "executive"])
    };
    let uscc = v.enterprise(kind, capital, "active");
    let row = v.role(&uscc, &person, role);
    let hard = v.is_hard();
    if hard {
        let wrong = v.misread(&person.id, 2, household, "enterprise_role");
        v.town.rows.enterprise_role[row].id_number = wrong;
    }
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("A06", Subject::Household).of(household, 0).hard(hard).alt([person.id, uscc]);
    v.claim(claim.months(first, last, Amount::Whole));
}

/// A head of household with a part in some firm, and why that is lawful.
fn lawful_part(
    v: &mut Village<'_, '_>,
    (kind, capital, status): (Code, i64, Code),
    role: Code,
    exemption: &'static str,
) -> usize {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    let uscc = v.enterprise(kind, capital, status);
    let row = v.role(&uscc, &person, role);
    v.exempt("A06", exemption, Subject::Household, household);
    row
}

fn dormant_or_revoked(v: &mut Village<'_, '_>) {
    let status = *v.town.dice.pick(&["dormant", "revoked"]);
    lawful_part(v, ("company", 500_000, status), "shareholder", "dormant_or_revoked");
}

fn cooperative_member(v: &mut Village<'_, '_>) {
    lawful_part(v, ("cooperative", 800_000, "active"), "member", "cooperative_member");
}

fn small_individual_shop(v: &mut Village<'_, '_>) {
    lawful_part(v, ("individual", 50_000, "active"), "legal_representative", "small_individual_shop");
}

fn role_ended(v: &mut Village<'_, '_>) {
    let row = lawful_part(v, ("company", 1_000_000, "active"), "executive", "role_ended");
    let month = v.town.calendar.first.plus(-4);
    v.town.rows.enterprise_role[row].to_date = Some(v.town.day_in(month));
}
