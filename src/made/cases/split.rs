//! Households split to qualify (A14), and members of two households at once (B03).

use chrono::{Days, NaiveDate};

use super::super::family::{Family, Folk, opposite};
use super::super::life::last_day;
use super::super::model::{Member, Person};
use super::super::rows::Code;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A14", split),
    decoy("A14", "single_person_award", split_off_alone),
    decoy("A14", "married_inside_window", split_by_marriage),
    real("B03", member_of_two),
    decoy("B03", "one_month_overlap", moved_in_one_month),
];

/// A grown child has left the file of the parent, and will head one of its own from `start`.
struct Parting {
    old: usize,
    child: Person,
    left: NaiveDate,
    start: Month,
}

/// Parent and child are assisted together until five to eight months before the child's own benefit.
fn part(v: &mut Village<'_, '_>) -> Parting {
    let start = v.town.some_month(0, 3);
    let before = v.town.dice.between(24, 40) as i32;
    let began = v.town.calendar.first.plus(-before);
    let old = v.order_from(Family::ElderWithAdultChild, "dibao", began);
    let month = start.plus(-(v.town.dice.between(5, 8) as i32));
    let left = last_day(month);
    v.households[old].benefits[0].uncover(1, month);
    v.households[old].members[1].left = Some(left);
    Parting { old, child: v.who(old, 1), left, start }
}

/// The child's household at the address that it left.
fn settle_apart(v: &mut Village<'_, '_>, parting: &Parting, spouse: Option<Person>) -> usize {
    let mut members: Vec<(Person, Code)> = vec![(parting.child.clone(), "self")];
    members.extend(spouse.map(|spouse| (spouse, "spouse")));
    let everybody: Vec<usize> = (0..members.len()).collect();
    let folk = Folk { address: v.households[parting.old].address.clone(), members, outside: Vec::new() };
    let new = v.file(folk, parting.start);
    v.grant(new, "dibao", parting.start, &everybody);
    new
}

fn split(v: &mut Village<'_, '_>) {
    let parting = part(v);
    let new = settle_apart(v, &parting, None);
    let old = v.households[parting.old].no.clone();
    let last = v.town.calendar.last;
    let claim = Claim::real("A14", Subject::Household).of(new, 0).alt([parting.child.id, old]);
    v.claim(claim.months(parting.start, last, Amount::Whole));
}

/// Severely disabled, and admitted alone.
fn split_off_alone(v: &mut Village<'_, '_>) {
    let parting = part(v);
    let new = settle_apart(v, &parting, None);
    v.certify_severe(&parting.child, parting.start.plus(-30).first_day());
    v.households[new].benefits[0].single_person = true;
    v.exempt("A14", "single_person_award", Subject::Household, new);
}

/// Left, married three weeks later, and applied with the spouse.
fn split_by_marriage(v: &mut Village<'_, '_>) {
    let parting = part(v);
    let book = v.book();
    let spouse = v.person(&book, "head", opposite(parting.child.sex), (34, 44), None);
    v.wed(&parting.child, &spouse, parting.left + Days::new(20), None);
    let new = settle_apart(v, &parting, Some(spouse));
    v.exempt("A14", "married_inside_window", Subject::Household, new);
}

/// An old person with a dibao alone is listed, though not covered, by a niece or nephew as well.
fn member_of_two(v: &mut Village<'_, '_>) {
    let own = v.order(Family::SoloTekun, "dibao");
    let other = v.order(Family::SingleParent, "dibao");
    let person = v.who(own, 0);
    let file = &mut v.households[other];
    let joined = file.benefits[0].start.first_day();
    file.members.push(Member { person: person.clone(), relation: "uncle_aunt", joined, left: None });
    let (first, last) = (v.town.calendar.first, v.town.calendar.last);
    let no = v.households[own].no.clone();
    let claim = Claim::real("B03", Subject::Person(person.id)).of(other, 0).alt([no]);
    v.claim(claim.months(first, last, Amount::Nothing));
}

/// Moves within one month: on both files in it, covered by the old one, and by the new one afterwards.
fn moved_in_one_month(v: &mut Village<'_, '_>) {
    let old = v.order(Family::ElderWithAdultChild, "dibao");
    let month = v.town.some_month(2, 3);
    let new = v.order_from(Family::SoloElder, "dibao", month);
    let person = v.who(old, 1);
    v.households[old].benefits[0].uncover(1, month);
    v.households[old].members[1].left = Some(last_day(month));
    let member = v.join(new, &person, "nephew_niece", month.plus(1));
    v.households[new].members[member].joined = month.first_day();
    let no = v.households[old].no.clone();
    let claim = Claim::decoy("B03", "one_month_overlap", Subject::Person(person.id));
    v.claim(claim.of(new, 0).alt([no]));
}
