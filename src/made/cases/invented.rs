//! People who do not exist (A18) and people with two numbers (A19).

use chrono::Days;

use super::super::family::{Book, Family, Folk};
use super::super::model::Person;
use super::super::rows::Text;
use super::super::truth::{Amount, Claim, Subject};
use super::super::{names, numbers};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A18", ghost),
    decoy("A18", "under_one_year", newborn),
    decoy("A18", "mistyped_id", mistyped),
    real("A19", second_number),
    real("A19", old_series),
    decoy("A19", "twins", twins),
];

/// The person stands in no register, and nobody ever applied.
fn ghost(v: &mut Village<'_, '_>) {
    let sex = if v.town.dice.chance(0.5) { "male" } else { "female" };
    let (person, _) = v.unregistered(sex, (35, 57), None);
    let address = v.book().address;
    let household = alone(v, &person, address, v.town.calendar.first.plus(-7));
    v.households[household].applications.clear();
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("A18", Subject::Award).of(household, 0).alt([person.id.clone()]);
    v.claim(claim.months(first, last, Amount::Whole));
    let claim = Claim::real("C09", Subject::Award).of(household, 0).alt([person.id]);
    v.claim(claim.months(first, last, Amount::Nothing).note("entered without an application"));
}

/// A household of one person at an address, with a benefit from `start`.
fn alone(v: &mut Village<'_, '_>, person: &Person, address: Text, start: Month) -> usize {
    let folk = Folk { address, members: vec![(person.clone(), "self")], outside: Vec::new() };
    let household = v.file(folk, start);
    v.grant(household, "dibao", start, &[0]);
    household
}

/// Born in the last months and not yet entered in the household register.
fn newborn(v: &mut Village<'_, '_>) {
    let household = v.order(Family::CoupleWithChild, "dibao");
    let sex = if v.town.dice.chance(0.5) { "male" } else { "female" };
    let surname = v.who(household, 0).name.chars().next();
    let grown = v.town.calendar.as_of - Days::new(100);
    let baby = loop {
        let (baby, _) = v.unregistered(sex, (0, 0), surname);
        if baby.born <= grown {
            break baby;
        }
    };
    let relation = if sex == "male" { "son" } else { "daughter" };
    v.join(household, &baby, relation, Month::of(baby.born).plus(2));
    let claim = Claim::decoy("A18", "under_one_year", Subject::Award).of(household, 0);
    v.claim(claim.alt([baby.id]));
}

/// The list of the covered has a digit wrong; the name is that of the registered person.
fn mistyped(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloElder, "dibao");
    let person = v.who(household, 0);
    let wrong = v.misread(&person.id, 1, household, "award_member");
    v.households[household].benefits[0].slips.misread = Some(wrong.clone());
    let claim = Claim::decoy("A18", "mistyped_id", Subject::Award).of(household, 0);
    v.claim(claim.alt([wrong, person.id]));
}

impl Village<'_, '_> {
    /// A second number for a birthday.
    fn second_id(&mut self, person: &Person) -> Option<Text> {
        let town = &mut *self.town;
        let mut id = |elsewhere| town.numbers.person(&mut town.dice, person.born, person.sex, elsewhere);
        id(false).or_else(|| id(true))
    }

    /// Gives a registered person that telephone number.
    fn reach(&mut self, id: &Text, phone: &Text) {
        if let Some(row) = self.town.rows.person.iter_mut().rfind(|row| row.id_number == *id) {
            row.phone = Some(phone.clone());
        }
    }

    /// The register book of a person.
    fn book_of(&self, id: &Text) -> Option<Book> {
        let row = self.town.rows.person.iter().rfind(|row| row.id_number == *id)?;
        Some(Book { no: row.register_no.clone(), address: row.address.clone() })
    }
}

/// Registered twice, and assisted under each number; the telephone or the register book gives it away.
fn second_number(v: &mut Village<'_, '_>) {
    let own = v.order(Family::SoloAdult, "dibao");
    let person = v.who(own, 0);
    let (Some(id), Some(old_book)) = (v.second_id(&person), v.book_of(&person.id)) else { return };
    let double = Person { id, ..person.clone() };
    let one_book = v.town.dice.chance(0.4);
    let (book, relation) = if one_book { (old_book, "other") } else { (v.book(), "head") };
    let phone = v.town.numbers.phone();
    v.enrol(&double, "汉族", &book, relation, (!one_book).then(|| phone.clone()));
    let start = v.town.some_month(-12, v.town.months() / 2);
    let second = alone(v, &double, book.address, start);
    if !one_book {
        v.reach(&person.id, &phone);
        for household in [own, second] {
            v.households[household].phone = Some(phone.clone());
        }
    }
    claim_double(v, (own, second), (&person.id, &double.id), start, if one_book { "one book" } else { "one phone" });
}

/// Assisted under the number of today and under that of the old series, which identity tells to be one.
fn old_series(v: &mut Village<'_, '_>) {
    let own = v.order(Family::SoloAdult, "dibao");
    let person = v.who(own, 0);
    // Whoever was born in this century never had one.
    let Some(old) = numbers::fifteen(&person.id) else { return second_number(v) };
    let double = Person { id: old.clone(), ..person.clone() };
    let address = v.book().address;
    let start = v.town.some_month(-12, v.town.months() / 2);
    let second = alone(v, &double, address, start);
    claim_double(v, (own, second), (&person.id, &old), start, "old and new series");
    let first = v.town.calendar.first;
    let no = v.households[own].no.clone();
    let claim = Claim::real("B01", Subject::Person(person.id.clone())).of(second, 0).alt([no, old.clone()]);
    v.claim(claim.months(start.max(first), v.town.calendar.last, Amount::Share).note("old and new series"));
    let claim = Claim::decoy("Q01", "converted_15_digits", Subject::Person(old));
    v.claim(claim.of(second, 0).alt([person.id]));
}

/// Claims the second benefit of one person under two numbers.
fn claim_double(
    v: &mut Village<'_, '_>,
    (own, second): (usize, usize),
    (id, double): (&Text, &Text),
    start: Month,
    note: &'static str,
) {
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let no = v.households[own].no.clone();
    v.town.kept.insert(id.clone());
    let claim = Claim::real("A19", Subject::Person(double.clone())).of(second, 0).alt([id.clone(), no]);
    v.claim(claim.months(start.max(first), last, Amount::Share).note(note));
}

/// Twins in one book, with one telephone, each with a benefit.
fn twins(v: &mut Village<'_, '_>) {
    let own = v.order(Family::SoloAdult, "dibao");
    let person = v.who(own, 0);
    let (Some(id), Some(book)) = (v.second_id(&person), v.book_of(&person.id)) else { return };
    let name = twin_name(v, &person);
    let twin = Person { id, name, ..person.clone() };
    let phone = v.town.numbers.phone();
    v.enrol(&twin, "汉族", &book, "sibling", Some(phone.clone()));
    v.reach(&person.id, &phone);
    v.siblings(&person, &twin);
    let second = alone(v, &twin, book.address, v.town.calendar.first.plus(-5));
    for household in [own, second] {
        v.households[household].phone = Some(phone.clone());
    }
    v.town.kept.insert(person.id.clone());
    v.claim(Claim::decoy("A19", "twins", Subject::Person(twin.id)).of(second, 0).alt([person.id]));
}

/// The same surname and another given name.
fn twin_name(v: &mut Village<'_, '_>, person: &Person) -> Text {
    let given = |name: &str| name.chars().nth(1);
    match person.name.chars().next().filter(|_| !person.name.contains('·')) {
        None => names::other(&mut v.town.dice, &person.name, person.sex),
        Some(surname) => loop {
            let name = names::full(&mut v.town.dice, surname, person.sex);
            if given(&name) != given(&person.name) {
                return name;
            }
        },
    }
}
