//! Accounts changed in bulk (D03).

use chrono::{Days, Duration};

use super::super::debits::Change;
use super::super::family::Family;
use super::super::model::Payee;
use super::super::rows::Text;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[real("D03", to_others), decoy("D03", "own_new_accounts", own_new_accounts)];

/// The new accounts that a household's payee is given in a bulk change.
type NewPayee = fn(&mut Village<'_, '_>, &Payee, Month, &(Text, Text)) -> Payee;

/// One operator changes the accounts of some households on one morning, before the pay day.
fn bulk(v: &mut Village<'_, '_>, operator: &Text, month: Month, others: &[(Text, Text)], new: NewPayee) -> Vec<usize> {
    let count = v.town.dice.between(6, 7) as usize;
    let day = month.first_day() + Days::new(v.town.dice.between(1, 4) as u64);
    let mut at = day.and_hms_opt(9, 0, 0).unwrap_or_default();
    let mut households = Vec::new();
    for number in 0..count {
        let household = v.order(Family::SoloElder, "dibao");
        let old = v.households[household].benefits[0].payees[0].1.clone();
        let payee = new(v, &old, month, &others[number % others.len()]);
        v.pay_to(household, month, payee);
        at += Duration::seconds(v.town.dice.between(60, 400));
        v.households[household].banking.change = Some(Change { operator: operator.clone(), at });
        households.push(household);
    }
    households
}

/// The new accounts belong to two neighbours, who are paid from then on.
fn to_others(v: &mut Village<'_, '_>) {
    let (official, _) = v.new_official("township", None);
    let long_ago = v.town.calendar.first.plus(-48);
    let mut keepers = Vec::new();
    while keepers.len() < 2 {
        let keeper = v.neighbour();
        keepers.push((v.account(&keeper.id, &keeper.name, long_ago), keeper.name));
    }
    let month = v.town.some_month(1, 2);
    let households = bulk(v, &official.no, month, &keepers, |_, old, _, (account_no, account_name)| Payee {
        account_no: account_no.clone(),
        account_name: account_name.clone(),
        ..old.clone()
    });
    let last = v.town.calendar.last;
    let numbers: Vec<Text> = households.iter().map(|h| v.households[*h].no.clone()).collect();
    for household in &households {
        let claim = Claim::real("D02", Subject::Award).of(*household, 0);
        v.claim(claim.months(month, last, Amount::Whole).note("account changed in bulk"));
    }
    for (at, (account, _)) in keepers.into_iter().enumerate() {
        let own: Vec<Text> = numbers.iter().skip(at).step_by(2).cloned().collect();
        let claim = Claim::real("D01", Subject::Account(account)).of(households[at], 0).alt(own);
        v.claim(claim.months(month, last, Amount::Nothing).note("accounts changed in bulk"));
    }
    let claim = Claim::real("D03", Subject::Named("official", official.no)).alt([official.person.id]).alt(numbers);
    v.claim(claim.months(month, month, Amount::Nothing));
}

/// A bank renews its cards, and the township enters everybody's own new number.
fn own_new_accounts(v: &mut Village<'_, '_>) {
    let operator = v.town.staff("X", 1, 3);
    let month = v.town.some_month(1, 2);
    let nobody = [Default::default()];
    let households = bulk(v, &operator, month, &nobody, |v, old, month, _| {
        let account_no = v.account(&old.id, &old.name, month);
        Payee { account_no, ..old.clone() }
    });
    let numbers: Vec<Text> = households.iter().map(|h| v.households[*h].no.clone()).collect();
    v.claim(Claim::decoy("D03", "own_new_accounts", Subject::Named("official", operator)).alt(numbers));
}
