//! Ties to the official who decided that no register of kin knows (C05): a phone, an address, a firm in common.

use chrono::Days;

use super::super::family::Family;
use super::super::model::Person;
use super::super::office::Cadre;
use super::super::rows::{Code, CustodyAgreement, Text};
use super::super::truth::{Amount, Claim, Subject};
use super::kin::{act, keys, modest};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] =
    &[real("C05", hidden), decoy("C05", "shared_by_many", shared_by_many), decoy("C05", "custodian", custodian)];

/// A household, and an official, no kin of anybody in it, who took part in its application, with the official's family.
fn decided(v: &mut Village<'_, '_>) -> (usize, Cadre, Vec<Person>) {
    let household = modest(v, Family::SoloAdult);
    let level: Code = v.town.dice.weighted(&[("village", 3), ("township", 2), ("county", 1)]);
    let (cadre, family) = v.new_official(level, None);
    act(v, household, &cadre.no, level);
    (household, cadre, family)
}

/// The official's phone by the roster.
fn office_phone(v: &Village<'_, '_>, cadre: &Cadre) -> Option<Text> {
    v.town.rows.official.iter().rfind(|row| row.official_no == cadre.no)?.phone.clone()
}

/// Gives a registered person of this village that phone.
fn give_phone(v: &mut Village<'_, '_>, person: &Person, phone: &Text) {
    if let Some(row) = v.town.rows.person.iter_mut().rfind(|row| row.id_number == person.id) {
        row.phone = Some(phone.clone());
    }
}

/// The household's phone is the official's or the spouse's, its address the official's, or both have a part in a
/// cooperative.
fn hidden(v: &mut Village<'_, '_>) {
    let (household, cadre, family) = decided(v);
    let note = *v.town.dice.pick(&["phone", "phone_of_kin", "address", "enterprise"]);
    match note {
        "phone" => v.households[household].phone = office_phone(v, &cadre),
        "phone_of_kin" => {
            let phone = v.town.numbers.phone();
            give_phone(v, &family[1], &phone);
            v.households[household].phone = Some(phone);
        }
        "address" => {
            let row = v.town.rows.person.iter().rfind(|row| row.id_number == cadre.person.id);
            if let Some(address) = row.map(|row| row.address.clone()) {
                v.households[household].address = address;
            }
        }
        _ => {
            let uscc = v.enterprise("cooperative", 600_000, "active");
            let head = v.who(household, 0);
            v.role(&uscc, &cadre.person, "legal_representative");
            v.role(&uscc, &head, "member");
        }
    }
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("C05", Subject::Household).of(household, 0).alt(keys(v, household, &cadre));
    v.claim(claim.months(first, last, Amount::Whole).note(note));
}

/// The village's phone, which the official answers, stands in the files of many families.
fn shared_by_many(v: &mut Village<'_, '_>) {
    let (household, cadre, _) = decided(v);
    if let Some(phone) = office_phone(v, &cadre) {
        for _ in 0..6 {
            let adults = v.neighbours_family();
            give_phone(v, &adults[0], &phone);
        }
        v.households[household].phone = Some(phone);
    }
    v.exempt("C05", "shared_by_many", Subject::Household, household);
}

/// The official keeps the passbook, as agreed and filed before the decision, and left a phone number for the family.
fn custodian(v: &mut Village<'_, '_>) {
    let (household, cadre, _) = decided(v);
    v.households[household].phone = office_phone(v, &cadre);
    let benefit = &v.households[household].benefits[0];
    let signed = benefit.start.plus(-3).first_day();
    v.town.rows.custody_agreement.push(CustodyAgreement {
        household_no: v.households[household].no.clone(),
        custodian_id_number: cadre.person.id.clone(),
        custodian_name: cadre.person.name,
        account_no: benefit.payees[0].1.account_no.clone(),
        signed_on: Some(signed),
        filed_on: Some(signed + Days::new(6)),
    });
    v.exempt("C05", "custodian", Subject::Household, household);
}
