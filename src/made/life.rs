//! What happens to households over the years, and how the office followed: deaths reported in time,
//! benefits ended with notice, grants in need, new bank cards.

use chrono::{Days, NaiveDate};

use super::family::Family;
use super::model::Benefit;
use super::model::Cover;
use super::village::Village;
use crate::domain::month::Month;

/// Last day of a month.
pub(super) fn last_day(month: Month) -> NaiveDate {
    month.plus(1).first_day() - Days::new(1)
}

impl Village<'_, '_> {
    /// A member dies. Where the office knew, `last_paid` is the last month that was paid for the member;
    /// if others live on, the member leaves the file and somebody grown collects.
    pub(super) fn dies(&mut self, household: usize, member: usize, day: NaiveDate, last_paid: Option<Month>) {
        let file = &mut self.households[household];
        file.members[member].person.died = Some(day);
        let Some(last_paid) = last_paid else { return };
        file.benefits[0].uncover(member, last_paid);
        if file.benefits[0].end.is_some() {
            return;
        }
        file.members[member].left = Some(last_day(last_paid));
        let dead = file.members[member].person.id.clone();
        if file.benefits[0].payee(last_paid).id == dead {
            let as_of = self.town.calendar.as_of;
            let heir = file.members.iter().find(|m| m.person.died.is_none() && m.person.age(as_of) >= 18);
            if let Some(heir) = heir.map(|m| m.person.clone()) {
                let payee = self.payee(&heir, last_paid);
                self.pay_to(household, last_paid.plus(1), payee);
            }
        }
    }

    /// The death record of a member, right and in time.
    pub(super) fn record_death(&mut self, household: usize, member: usize, day: NaiveDate) {
        let person = self.who(household, member);
        let late = self.town.dice.chance(0.11);
        let days = if late { self.town.dice.between(60, 200) } else { self.town.dice.between(2, 25) };
        self.death(&person, &person.name.clone(), day, days);
    }

    /// The benefit ends after that month, and the family was told.
    pub(super) fn end_with_notice(&mut self, household: usize, benefit: usize, end: Month) {
        let day = self.town.day_in(end);
        let benefit = &mut self.households[household].benefits[benefit];
        benefit.end = Some(end);
        benefit.stop_notice_on = Some(day);
    }

    /// What life brings a lawful household.
    pub(super) fn live(&mut self, household: usize, family: Family) {
        let calendar = self.town.calendar;
        let years = f64::from(self.town.settings.months) / 12.0;
        let start = self.households[household].benefits[0].start.max(calendar.first);
        let months_left = calendar.last.0 - start.0;
        let old =
            matches!(family, Family::SoloElder | Family::ElderCouple | Family::ElderWithAdultChild | Family::SoloTekun);
        if family == Family::SoloTekun && self.town.dice.chance(0.15) {
            let home = self.town.home.clone();
            self.pay_into(household, &home.account_no, &home.name);
        }
        if family == Family::SoloAdult && self.town.dice.chance(0.5) {
            self.disabled(household);
        }
        if old && months_left > 3 && self.town.dice.chance(0.035 * years) {
            let member = usize::from(family == Family::ElderCouple && self.town.dice.chance(0.5));
            // Not so late that the change would fall on the as-of day itself.
            let month = start.plus(self.town.dice.between(1, i64::from(months_left) - 2) as i32);
            let day = self.town.day_in(month);
            let lag = self.town.dice.between(0, 1) as i32;
            self.dies(household, member, day, Some(month.plus(lag)));
            self.record_death(household, member, day);
        } else if months_left > 8 && self.town.dice.chance(0.03 * years) {
            let end = calendar.last.plus(-(self.town.dice.between(1, i64::from(months_left) - 7) as i32));
            self.end_with_notice(household, 0, end);
            if self.town.dice.chance(0.5) {
                let from = end.plus(-(self.town.dice.between(1, 5) as i32));
                self.households[household].benefits[0].phase_out_from = Some(from);
            }
        } else {
            if months_left > 3 && self.town.dice.chance(0.05) {
                let month = start.plus(self.town.dice.between(1, i64::from(months_left) - 1) as i32);
                self.temporary_aid(household, month);
            }
            if months_left > 3 && self.town.dice.chance(0.03) {
                let from = start.plus(self.town.dice.between(2, i64::from(months_left)) as i32);
                let head = self.who(household, 0);
                if self.households[household].benefits[0].payees[0].1.account_name == head.name {
                    let payee = self.payee(&head, from);
                    self.pay_to(household, from, payee);
                }
            }
        }
        if self.statements < 4 && self.town.dice.chance(0.12) {
            self.statements += 1;
            self.households[household].statement = true;
        }
    }

    /// Temporary aid for an emergency of the family; some of it paid first, with the paperwork in time.
    fn temporary_aid(&mut self, household: usize, month: Month) {
        let grant = self.town.dice.round(6, 24, 1) * 100;
        let at = self.grant_once(household, month, grant);
        if self.town.dice.chance(0.25) {
            let days = self.town.dice.between(3, 20);
            self.pay_first(household, at, Some(days as u64));
        }
    }

    /// A grant of so many yuan paid once; the benefit's index.
    pub(super) fn grant_once(&mut self, household: usize, month: Month, grant: i64) -> usize {
        let persons = self.households[household].members.len();
        let everybody: Vec<usize> = (0..persons).collect();
        let at = self.grant_on(household, "temporary", month, &everybody, None, 0);
        let file = &mut self.households[household];
        let main = file.applications[0].declared_income;
        let (Benefit { application, .. }, covers) = (&file.benefits[at], &file.benefits[0].covers);
        file.applications[*application].declared_income = main;
        let covers: Vec<Cover> = covers.iter().map(|c| Cover { from: month, to: Some(month), ..*c }).collect();
        let benefit = &mut file.benefits[at];
        benefit.covers = covers;
        benefit.grant = Some(grant);
        benefit.end = Some(month);
        at
    }
}
