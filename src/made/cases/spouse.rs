//! Spouses left out of the household (A13), and divorces shortly before the claim (A16).

use chrono::Days;

use super::super::family::{Family, Folk, opposite};
use super::super::model::Person;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("A13", undisclosed_spouse),
    decoy("A13", "spouse_dead", spouse_dead),
    decoy("A13", "spouse_detained", spouse_detained),
    decoy("A13", "single_person_award", single_person_award),
    real("A16", |v| divorced(v, true)),
    decoy("A16", "different_addresses", |v| divorced(v, false)),
];

/// A person of working age who is covered alone, and a spouse of many years with a book of their own.
fn alone_and_married(v: &mut Village<'_, '_>) -> (usize, Person) {
    let household = v.order(Family::SoloAdult, "dibao");
    let head = v.who(household, 0);
    let book = v.book();
    let spouse = v.person(&book, "head", opposite(head.sex), (35, 57), None);
    v.marry(&head, &spouse);
    (household, spouse)
}

fn undisclosed_spouse(v: &mut Village<'_, '_>) {
    let (household, spouse) = alone_and_married(v);
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let head = v.who(household, 0).id;
    let claim = Claim::real("A13", Subject::Household).of(household, 0).alt([head, spouse.id]);
    v.claim(claim.months(first, last, Amount::Whole));
}

/// Widowed years ago; the marriage register does not know of deaths.
fn spouse_dead(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloTekun, "dibao");
    let head = v.who(household, 0);
    v.widow(&head, (63, 84));
    v.exempt("A13", "spouse_dead", Subject::Household, household);
}

fn spouse_detained(v: &mut Village<'_, '_>) {
    let (household, spouse) = alone_and_married(v);
    let from = v.town.calendar.first.plus(-6);
    v.detained(&spouse, "prison", from, None);
    v.exempt("A13", "spouse_detained", Subject::Household, household);
}

/// Severely disabled and admitted alone out of a family on the margin.
fn single_person_award(v: &mut Village<'_, '_>) {
    let (household, _) = alone_and_married(v);
    let head = v.who(household, 0);
    let before = v.households[household].benefits[0].start.plus(-30).first_day();
    v.certify_severe(&head, before);
    v.households[household].benefits[0].single_person = true;
    v.exempt("A13", "single_person_award", Subject::Household, household);
}

/// Divorced one to five months before the application: still in one house, or parted.
fn divorced(v: &mut Village<'_, '_>, one_house: bool) {
    let start = v.town.some_month(-20, 2);
    let book = v.book();
    let sex = if v.town.dice.chance(0.5) { "male" } else { "female" };
    let head = v.person(&book, "head", sex, (35, 57), None);
    let own = if one_house { book.clone() } else { v.book() };
    let relation = if one_house { "other" } else { "head" };
    let former = v.person(&own, relation, opposite(sex), (35, 57), None);
    let folk = Folk { address: book.address, members: vec![(head.clone(), "self")], outside: Vec::new() };
    let household = v.file(folk, start);
    v.grant(household, "dibao", start, &[0]);
    let applied_on = v.households[household].applications[0].applied_on;
    let dissolved_on = applied_on - Days::new(30 + v.town.dice.below(120) as u64);
    let years = Days::new(1000 + v.town.dice.below(1500) as u64);
    v.wed(&head, &former, dissolved_on - years, Some(dissolved_on));
    let alt = [head.id, former.id];
    let claim = if one_house {
        Claim::real("A16", Subject::Household)
    } else {
        Claim::decoy("A16", "different_addresses", Subject::Household)
    };
    v.claim(claim.of(household, 0).alt(alt));
}
