//! Relatives of officials (C01, C02, C06, C07).

use chrono::Days;

use super::super::family::Family;
use super::super::model::Person;
use super::super::office::Cadre;
use super::super::rows::{Code, Text};
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};

pub(super) const KINDS: &[Kind] = &[
    real("C01", not_declared),
    decoy("C01", "took_office_after", took_office_after),
    decoy("C01", "left_office_before", left_office_before),
    decoy("C01", "kin_outside_depth", kin_outside_depth),
    real("C02", not_visited),
    decoy("C02", "visited_before_decision", visited_before_decision),
    real("C06", no_recusal),
    real("C07", ineligible),
];

/// How an official is close kin of a household's head.
#[derive(Debug, Clone, Copy)]
enum Tie {
    Sibling,
    /// The grown child outside the household, whose own child is a member.
    Child,
    /// By two edges: the child of a child.
    Grandchild,
    /// By the register book alone: no list of kin knows it.
    ChildInBook,
}

/// A household on the lowest terms whose application was decided before the first payment month.
pub(super) fn modest(v: &mut Village<'_, '_>, family: Family) -> usize {
    let back = v.town.dice.between(2, 40) as i32;
    let start = v.town.calendar.first.plus(-back);
    v.order_modest(family, start)
}

/// Such a household, and an official who is close kin of its head.
fn tied(v: &mut Village<'_, '_>, tie: Tie, level: Code) -> (usize, Cadre) {
    match tie {
        Tie::Sibling => {
            let household = modest(v, Family::SoloAdult);
            let (cadre, _) = v.new_official(level, None);
            v.siblings(&cadre.person, &v.who(household, 0));
            (household, cadre)
        }
        Tie::Child => {
            let household = modest(v, Family::GrandparentWithGrandchild);
            let child = v.households[household].outside[0].clone();
            (household, v.take_office(level, &child, None))
        }
        Tie::Grandchild => {
            let household = modest(v, Family::SoloElder);
            let (book, own) = (v.book(), v.book());
            let middle = v.person(&book, "head", "female", (47, 48), None);
            let official = v.person(&own, "head", "male", (26, 27), None);
            v.parent(&v.who(household, 0), &middle);
            v.parent(&middle, &official);
            let term = Some((v.town.calendar.first.plus(-45).first_day(), None));
            (household, v.take_office(level, &official, term))
        }
        Tie::ChildInBook => {
            let household = modest(v, Family::SoloElder);
            let (cadre, _) = v.new_official(level, None);
            let head = v.who(household, 0);
            let rows = &mut v.town.rows.person;
            let book =
                rows.iter().rfind(|p| p.id_number == head.id).map(|p| (p.register_no.clone(), p.address.clone()));
            let official = rows.iter_mut().rfind(|p| p.id_number == cadre.person.id);
            if let (Some((register_no, address)), Some(row)) = (book, official) {
                row.relation_to_head = if cadre.person.sex == "male" { "son" } else { "daughter" };
                (row.register_no, row.address) = (register_no, address);
            }
            (household, cadre)
        }
    }
}

fn some_tie(v: &mut Village<'_, '_>) -> (Tie, Code) {
    let tie = v.town.dice.weighted(&[(Tie::Sibling, 4), (Tie::Child, 3), (Tie::Grandchild, 2), (Tie::ChildInBook, 2)]);
    let level = v.town.dice.weighted(&[("village", 6), ("township", 3), ("county", 1)]);
    (tie, level)
}

fn note(tie: Tie) -> &'static str {
    match tie {
        Tie::Sibling => "sibling of the head",
        Tie::Child => "child of the head",
        Tie::Grandchild => "grandchild of the head",
        Tie::ChildInBook => "child of the head by the register book",
    }
}

/// The official's numbers and the application's, under which a case of kin may be raised as well.
pub(super) fn keys(v: &Village<'_, '_>, household: usize, cadre: &Cadre) -> [Text; 3] {
    let application = v.households[household].applications[0].application_no.clone();
    [cadre.no.clone(), cadre.person.id.clone(), application]
}

fn claim_undeclared(v: &mut Village<'_, '_>, household: usize, cadre: &Cadre, note: &'static str) {
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let claim = Claim::real("C01", Subject::Household).of(household, 0).alt(keys(v, household, cadre));
    v.claim(claim.months(first, last, Amount::Nothing).note(note));
}

/// Close kin of an official in office, and nobody declared it.
fn not_declared(v: &mut Village<'_, '_>) {
    let (tie, level) = some_tie(v);
    let (household, cadre) = tied(v, tie, level);
    claim_undeclared(v, household, &cadre, note(tie));
}

/// The brother or sister took office when the benefit had long been decided.
fn took_office_after(v: &mut Village<'_, '_>) {
    let household = modest(v, Family::SoloAdult);
    let month = v.town.some_month(1, 3);
    let day = v.town.day_in(month);
    let (cadre, _) = v.new_official("village", Some((day, None)));
    v.siblings(&cadre.person, &v.who(household, 0));
    v.exempt("C01", "took_office_after", Subject::Household, household);
}

/// The brother or sister had left office months before the application.
fn left_office_before(v: &mut Village<'_, '_>) {
    let household = modest(v, Family::SoloAdult);
    let start = v.households[household].benefits[0].start;
    let term = (v.town.day_in(start.plus(-70)), Some(v.town.day_in(start.plus(-6))));
    let (cadre, _) = v.new_official("village", Some(term));
    v.siblings(&cadre.person, &v.who(household, 0));
    v.exempt("C01", "left_office_before", Subject::Household, household);
}

/// An aunt, a cousin, or the brother of the official's wife.
fn kin_outside_depth(v: &mut Village<'_, '_>) {
    let household = modest(v, Family::SoloAdult);
    let (cadre, family) = v.new_official("village", None);
    let head = v.who(household, 0);
    match v.town.dice.below(3) {
        0 => {
            v.kin(&cadre.person, &head, "uncle_aunt", "survey");
            v.kin(&head, &cadre.person, "nephew_niece", "survey");
        }
        1 => {
            v.kin(&cadre.person, &head, "cousin", "survey");
            v.kin(&head, &cadre.person, "cousin", "survey");
        }
        _ => v.siblings(&family[1], &head),
    }
    v.exempt("C01", "kin_outside_depth", Subject::Household, household);
}

/// Declared, approved, and the county never came, or only after the decision.
fn not_visited(v: &mut Village<'_, '_>) {
    let (household, cadre) = tied(v, Tie::Sibling, "village");
    let row = v.town.rows.relative_declaration.len();
    v.declare(household, &cadre, ("sibling", "nephew_niece"));
    let decided = v.households[household].applications[0].decided_on;
    let after = Days::new(v.town.dice.between(15, 40) as u64);
    let visited_on = decided.filter(|_| v.town.dice.chance(0.4)).map(|day| day + after);
    v.town.rows.relative_declaration[row].visited_on = visited_on;
    let declaration = v.town.rows.relative_declaration[row].declaration_no.clone();
    let claim = Claim::real("C02", Subject::Household).of(household, 0).alt(keys(v, household, &cadre));
    let note = if visited_on.is_some() { "visited after the decision" } else { "never visited" };
    v.claim(claim.alt([declaration]).note(note));
}

/// Declared, and visited before the decision.
fn visited_before_decision(v: &mut Village<'_, '_>) {
    let (household, cadre) = tied(v, Tie::Sibling, "village");
    v.declare(household, &cadre, ("sibling", "nephew_niece"));
    v.exempt("C02", "visited_before_decision", Subject::Household, household);
}

/// Lets an official act on the application of a household, in a part that fits the level.
pub(super) fn act(v: &mut Village<'_, '_>, household: usize, no: &Text, level: Code) -> &'static str {
    let application = &mut v.households[household].applications[0];
    match level {
        "village" => {
            application.surveyor_2 = Some(no.clone());
            "surveyor"
        }
        "township" => {
            application.handler = no.clone();
            "handler"
        }
        _ => {
            application.approver = Some(no.clone());
            "approver"
        }
    }
}

fn claim_no_recusal(v: &mut Village<'_, '_>, household: usize, cadre: &Cadre, part: &'static str) {
    let [official, person, application] = keys(v, household, cadre);
    let claim = Claim::real("C06", Subject::Named("application", application)).of(household, 0);
    v.claim(claim.alt([official, person]).note(part));
}

/// A close relative surveyed, handled or approved the application; half of the time the tie was declared.
fn no_recusal(v: &mut Village<'_, '_>) {
    let tie = v.town.dice.weighted(&[(Tie::Sibling, 2), (Tie::Child, 1)]);
    let level = v.town.dice.weighted(&[("village", 2), ("township", 2), ("county", 1)]);
    let (household, cadre) = tied(v, tie, level);
    let part = act(v, household, &cadre.no, level);
    if v.town.dice.chance(0.5) {
        let child = v.households[household].members.last().map_or("male", |m| m.person.sex);
        let relations = match tie {
            Tie::Sibling => ("sibling", "nephew_niece"),
            _ => ("parent", if child == "male" { "son" } else { "daughter" }),
        };
        v.declare(household, &cadre, relations);
    } else {
        claim_undeclared(v, household, &cadre, "who acted on the application");
    }
    claim_no_recusal(v, household, &cadre, part);
}

/// A brother or sister of an official with a car, or with wages far over the standard.
fn ineligible(v: &mut Village<'_, '_>) {
    let level = v.town.dice.weighted(&[("village", 3), ("township", 1)]);
    let (household, cadre) = tied(v, Tie::Sibling, level);
    if v.town.dice.chance(0.5) {
        let part = act(v, household, &cadre.no, level);
        claim_no_recusal(v, household, &cadre, part);
    }
    claim_undeclared(v, household, &cadre, "who is not eligible");
    let head: Person = v.who(household, 0);
    let typology = if v.town.dice.chance(0.5) {
        let (price, before) = (v.town.dice.round(52_000, 165_000, 100), v.town.dice.between(2, 40));
        v.vehicle(&head, "car", price, before);
        "A04"
    } else {
        let (base, from) = (v.town.dice.round(5600, 9000, 10), v.town.calendar.first.plus(-5));
        v.job(&head, "enterprise", base, from, None);
        "A09"
    };
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    for (typology, note) in [(typology, "of an official's relative"), ("C07", typology)] {
        let claim = Claim::real(typology, Subject::Household).of(household, 0).alt([head.id.clone()]);
        let claim = claim.alt(keys(v, household, &cadre));
        v.claim(claim.months(first, last, Amount::Whole).note(note));
    }
}
