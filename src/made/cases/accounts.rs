//! Whose account the money goes to (D01, D02, D04).

use chrono::Days;

use super::super::family::Family;
use super::super::life::last_day;
use super::super::model::Person;
use super::super::rows::{CustodyAgreement, Text};
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("D01", shared_account),
    decoy("D01", "custody_filed", custody_filed),
    decoy("D01", "institution_account", institution_account),
    decoy("D01", "holder_is_member_of_each", member_of_each),
    real("D02", wrong_holder),
    decoy("D02", "parent_of_minor", parent_of_minor),
    decoy("D02", "custody_signed", custody_signed),
    real("D04", custody_not_filed),
];

/// Two or three households are paid into the account of the first one's head.
fn shared_account(v: &mut Village<'_, '_>) {
    let count = 2 + v.town.dice.below(2);
    let households: Vec<usize> = (0..count).map(|_| v.order(Family::SoloElder, "dibao")).collect();
    let payee = v.households[households[0]].benefits[0].payees[0].1.clone();
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let numbers: Vec<Text> = households.iter().map(|h| v.households[*h].no.clone()).collect();
    for household in &households[1..] {
        v.pay_into(*household, &payee.account_no, &payee.name);
        let claim = Claim::real("D02", Subject::Award).of(*household, 0);
        v.claim(claim.months(first, last, Amount::Whole).note("holder of a shared account"));
    }
    let claim = Claim::real("D01", Subject::Account(payee.account_no)).of(households[0], 0).alt(numbers);
    v.claim(claim.months(first, last, Amount::Nothing));
}

/// Claims an account that receives the money of two households, and why that is lawful.
fn shared_lawfully(v: &mut Village<'_, '_>, exemption: &'static str, account: Text, households: [usize; 2]) {
    let numbers = households.map(|h| v.households[h].no.clone());
    v.claim(Claim::decoy("D01", exemption, Subject::Account(account)).of(households[0], 0).alt(numbers));
}

/// An agreement that a neighbour collects for the household, signed and filed before the first payment.
fn entrust(v: &mut Village<'_, '_>, household: usize, keeper: &Person, account_no: &Text) -> usize {
    let start = v.households[household].benefits[0].start;
    let day = start.plus(-1).first_day() - Days::new(v.town.dice.below(15) as u64);
    v.pay_into(household, account_no, &keeper.name);
    v.town.rows.custody_agreement.push(CustodyAgreement {
        household_no: v.households[household].no.clone(),
        custodian_id_number: keeper.id.clone(),
        custodian_name: keeper.name.clone(),
        account_no: account_no.clone(),
        signed_on: Some(day),
        filed_on: Some(day + Days::new(5)),
    });
    v.town.rows.custody_agreement.len() - 1
}

/// A neighbour with an account opened before any benefit of the window.
fn keeper(v: &mut Village<'_, '_>) -> (Person, Text) {
    let keeper = v.neighbour();
    let month = v.town.calendar.first.plus(-48);
    let account = v.account(&keeper.id, &keeper.name, month);
    (keeper, account)
}

/// A neighbour collects for two old people, and everything is on paper.
fn custody_filed(v: &mut Village<'_, '_>) {
    let (keeper, account) = keeper(v);
    let households = [0; 2].map(|_| v.order(Family::SoloElder, "dibao"));
    for household in households {
        entrust(v, household, &keeper, &account);
        v.exempt("D02", "custody_signed", Subject::Award, household);
    }
    shared_lawfully(v, "custody_filed", account, households);
}

/// Two residents of the institution are paid through it.
fn institution_account(v: &mut Village<'_, '_>) {
    let home = v.town.home.clone();
    let households = [0; 2].map(|_| v.order(Family::SoloTekun, "tekun"));
    for household in households {
        v.pay_into(household, &home.account_no, &home.name);
        v.exempt("D02", "institution_account", Subject::Award, household);
    }
    shared_lawfully(v, "institution_account", home.account_no, households);
}

/// Moves between two households and holds the account of both; only the month of the move is paid twice
/// into it.
fn member_of_each(v: &mut Village<'_, '_>) {
    let old = v.order(Family::ElderWithAdultChild, "dibao");
    let month = v.town.some_month(2, 3);
    let new = v.order_from(Family::SoloElder, "dibao", month);
    let (elder, person) = (v.who(old, 0), v.who(old, 1));
    let account = v.account(&person.id, &person.name, v.town.calendar.first.plus(-48));
    v.pay_into(old, &account, &person.name);
    v.households[old].benefits[0].uncover(1, month);
    v.households[old].members[1].left = Some(last_day(month));
    let payee = v.payee(&elder, month);
    v.pay_to(old, month.plus(1), payee);
    v.join(new, &person, "nephew_niece", month);
    v.pay_into(new, &account, &person.name);
    v.exempt("B01", "one_month_overlap", Subject::Person(person.id), new);
    shared_lawfully(v, "holder_is_member_of_each", account, [old, new]);
}

/// The money goes to a neighbour, or to a village official who had no part in the decision.
fn wrong_holder(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let official = v.town.dice.chance(0.4);
    let (holder, account) = match v.cadres.last().cloned().filter(|_| official) {
        Some(cadre) => {
            let account = v.account(&cadre.person.id, &cadre.person.name, v.town.calendar.first.plus(-48));
            (cadre.person, account)
        }
        None => keeper(v),
    };
    v.pay_into(household, &account, &holder.name);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("D02", Subject::Award).of(household, 0).alt([account]);
    v.claim(claim.months(first, last, Amount::Whole).note(if official { "official" } else { "neighbour" }));
}

/// The grandchild's parent, who lives elsewhere, holds the account.
fn parent_of_minor(v: &mut Village<'_, '_>) {
    let household = v.order(Family::GrandparentWithGrandchild, "dibao");
    let parent = v.households[household].outside[0].clone();
    let account = v.account(&parent.id, &parent.name, v.town.calendar.first.plus(-48));
    v.pay_into(household, &account, &parent.name);
    v.exempt("D02", "parent_of_minor", Subject::Award, household);
}

fn custody_signed(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let (keeper, account) = keeper(v);
    entrust(v, household, &keeper, &account);
    v.exempt("D02", "custody_signed", Subject::Award, household);
}

/// A passbook in other hands: signed and not filed, or not even signed, which makes it a wrong holder.
fn custody_not_filed(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let (keeper, account) = keeper(v);
    let row = entrust(v, household, &keeper, &account);
    let signed = v.town.dice.chance(0.5);
    let agreement = &mut v.town.rows.custody_agreement[row];
    agreement.filed_on = None;
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    if signed {
        v.exempt("D02", "custody_signed", Subject::Award, household);
    } else {
        agreement.signed_on = None;
        let claim = Claim::real("D02", Subject::Award).of(household, 0).alt([account.clone()]);
        v.claim(claim.months(first, last, Amount::Whole).note("agreement not signed"));
    }
    let claim = Claim::real("D04", Subject::Household).of(household, 0).alt([keeper.id, account]);
    v.claim(claim.months(first, last, Amount::Nothing));
}
