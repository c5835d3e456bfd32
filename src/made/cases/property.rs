//! Homes and shops (A05) and money in the bank (A11) over the limits.

use super::super::family::Family;
use super::super::life::last_day;
use super::super::truth::{Amount, Claim, Subject};
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;

pub(super) const KINDS: &[Kind] = &[
    real("A05", estate),
    decoy("A05", "homestead_or_relocation", homestead_and_relocation),
    decoy("A05", "small_share", small_share),
    decoy("A05", "deregistered", deregistered),
    real("A11", deposits),
    decoy("A11", "balance_before_award", balance_before_award),
    decoy("A11", "balance_after_award", balance_after_award),
];

/// Two homes, a large one, or a shop: bought before the window or in its first half.
fn estate(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SingleParent, Family::CoupleWithChild, Family::SoloAdult]);
    let household = v.order(family, "dibao");
    let person = v.who(household, 0);
    let size = v.households[household].members.len() as i64;
    let half = v.town.settings.months as i32 / 2;
    let month = v.town.some_month(-60, half);
    let day = v.town.day_in(month);
    let (row, note) = match v.town.dice.below(3) {
        0 => {
            v.house(&person, "residential", 36 + 6 * size);
            (v.deed(&person, "residential", 44 + 8 * size, day), "two homes")
        }
        1 => {
            let over = v.town.dice.between(25, 70);
            (v.deed(&person, "residential", 60 * size + over, day), "area per person")
        }
        _ => {
            let area = v.town.dice.between(24, 80);
            (v.deed(&person, "commercial", area, day), "shop")
        }
    };
    let hard = v.is_hard();
    if hard {
        let wrong = v.misread(&person.id, 2, household, "real_estate");
        v.town.rows.real_estate[row].owner_id_number = wrong;
    }
    let calendar = v.town.calendar;
    let claim = Claim::real("A05", Subject::Household).of(household, 0).hard(hard).alt([person.id]);
    v.claim(claim.months(Month::of(day).max(calendar.first), calendar.last, Amount::Whole).note(note));
}

/// Resettled from the mountains; the old homestead still stands in the register.
fn homestead_and_relocation(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let person = v.who(household, 0);
    v.house(&person, "homestead", 150);
    v.house(&person, "relocation", 75);
    v.exempt("A05", "homestead_or_relocation", Subject::Household, household);
}

/// Inherited with brothers and sisters: a third of the parents' home and a quarter of their shop.
fn small_share(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SingleParent, "dibao");
    let person = v.who(household, 0);
    for (r#use, area, share) in [("residential", 180, 0.33), ("commercial", 46, 0.25)] {
        let row = v.house(&person, r#use, area);
        v.town.rows.real_estate[row].share = share;
    }
    v.exempt("A05", "small_share", Subject::Household, household);
}

/// A shop given up before the first payment month.
fn deregistered(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SingleParent, "dibao");
    let person = v.who(household, 0);
    let row = v.house(&person, "commercial", 52);
    let month = v.town.calendar.first.plus(-3);
    v.town.rows.real_estate[row].deregistered_on = Some(v.town.day_in(month));
    v.exempt("A05", "deregistered", Subject::Household, household);
}

impl Village<'_, '_> {
    /// Puts money into the head's account: at least half as much again as the household may have.
    pub(super) fn fortune(&mut self, household: usize, month: Month) {
        let person = self.who(household, 0);
        let size = self.households[household].members.len() as i64;
        let limit = 24 * self.town.standards.dibao(self.hukou(), self.town.calendar.last) * size;
        let balance = limit * self.town.dice.between(15, 40) / 10;
        self.deposit_at(&person.id, &person.name, balance, last_day(month));
    }
}

fn deposits(v: &mut Village<'_, '_>) {
    let family = *v.town.dice.pick(&[Family::SoloElder, Family::SoloAdult, Family::SingleParent]);
    let household = v.order(family, "dibao");
    let month = v.town.some_month(0, 1);
    v.fortune(household, month);
    let person = v.who(household, 0);
    let hard = v.is_hard();
    if hard {
        let wrong = v.misread(&person.id, 2, household, "deposit");
        if let Some(row) = v.town.rows.deposit.last_mut() {
            row.id_number = wrong;
        }
    }
    let claim = Claim::real("A11", Subject::Household).of(household, 0).hard(hard).alt([person.id]);
    v.claim(claim.months(month, month, Amount::Nothing));
}

/// Compensation that was used up before the family applied.
fn balance_before_award(v: &mut Village<'_, '_>) {
    let start = v.town.some_month(2, 3);
    let household = v.order_from(Family::SoloAdult, "dibao", start);
    v.fortune(household, start.plus(-4));
    v.exempt("A11", "balance_before_award", Subject::Household, household);
}

/// Came into money and gave the benefit up; the balance is of two months later.
fn balance_after_award(v: &mut Village<'_, '_>) {
    let household = v.order(Family::SoloAdult, "dibao");
    let end = v.town.some_month(2, 3);
    v.end_with_notice(household, 0, end);
    v.fortune(household, end.plus(2));
    v.exempt("A11", "balance_after_award", Subject::Household, household);
}
