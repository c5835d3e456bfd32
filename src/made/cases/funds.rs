//! Money that did not go on to the people (D12).

use super::super::family::Family;
use super::super::funds::Fate;
use super::super::names;
use super::super::rows::Code;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("D12", held_back),
    real("D12", diverted),
    decoy("D12", "disbursed_within_limit", disbursed_later),
    decoy("D12", "payee_is_recipient", reissued_by_hand),
];

/// Months before the last that are too near for money to be late.
const RECENT: i32 = 4;

/// The money of a programme and month that nothing has happened to yet, long enough ago that it should be
/// out; dibao first.
fn free(v: &mut Village<'_, '_>) -> Option<(Code, Month)> {
    let (first, count) = (v.town.calendar.first, v.town.months() - RECENT);
    let start = v.town.some_month(0, RECENT).0 - first.0;
    let months = (0..count).map(|step| first.plus((start + step) % count));
    let mut moneys = ["dibao", "tekun"].into_iter().flat_map(|programme| months.clone().map(move |m| (programme, m)));
    moneys.find(|money| !v.town.fates.contains_key(money))
}

/// Settles a fate, and claims it. Where every month has one, nothing is planted.
fn fate(v: &mut Village<'_, '_>, fate: Fate, claim: impl FnOnce(Subject) -> Claim) {
    let Some((programme, month)) = free(v) else { return };
    v.town.fates.insert((programme, month), fate);
    let claim = claim(Subject::Named("region", v.town.place.code.clone()));
    v.claim(claim.months(month, month, Amount::Nothing));
}

/// More came than was paid out, and the rest lies there.
fn held_back(v: &mut Village<'_, '_>) {
    let share = v.town.dice.between(15, 40);
    fate(v, Fate::Held(share), |subject| Claim::real("D12", subject).note("held back"));
}

/// A part went to a firm for a road or a tree.
fn diverted(v: &mut Village<'_, '_>) {
    let share = v.town.dice.between(12, 30);
    let name = names::firm(&mut v.town.dice, &v.town.place.county_name.clone(), "company");
    let account = v.town.numbers.account("passbook");
    let purpose = *v.town.dice.pick(&["村级道路硬化", "办公经费", "绿化工程款"]);
    let payee = (name.into(), account);
    fate(v, Fate::Transferred { share, payee, purpose }, |subject| {
        Claim::real("D12", subject).note("transferred to a payee who is no recipient")
    });
}

/// A part was paid out a month and a half later, which is allowed.
fn disbursed_later(v: &mut Village<'_, '_>) {
    let share = v.town.dice.between(15, 40);
    fate(v, Fate::LaterRest(share), |subject| Claim::decoy("D12", "disbursed_within_limit", subject));
}

/// A recipient's money was sent again by hand, to the recipient's own account.
fn reissued_by_hand(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let payee = v.households[household].benefits[0].payees[0].1.clone();
    let payee = (payee.account_name, payee.account_no);
    let number = v.households[household].no.clone();
    fate(v, Fate::Transferred { share: 1, payee, purpose: "补发救助金" }, |subject| {
        Claim::decoy("D12", "payee_is_recipient", subject).alt([number])
    });
}
