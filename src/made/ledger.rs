//! From a household's model to the rows of its file: awards, their members, payments month by month.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::debits::Change;
use super::model::{Benefit, Grade, Household, Payee, Turn};
use super::numbers::Series;
use super::rows::{AccountChange, Award, AwardMember, HouseholdMember, HouseholdRow, Payment, Text};
use super::standards::{Standards, yuan};
use super::village::Village;
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// Day of the month on which payments are due.
const DUE_DAY: u64 = 10;
/// Share of payments that the bank returns and the office pays again.
const RETURNED: f64 = 0.007;

impl Benefit {
    /// Months in which the amount may change: the standards rise, or somebody comes or goes.
    fn turning_points(&self, standards: &Standards, last: Month) -> BTreeSet<Month> {
        let end = self.end.unwrap_or(last);
        let changes = self.covers.iter().flat_map(|c| [Some(c.from), c.to.map(|to| to.plus(1))]).flatten();
        let raises = standards.raises().filter(|raise| self.grant.is_none() && self.slips.applies(*raise));
        changes.chain(raises).filter(|m| self.start < *m && *m <= end).chain([self.start]).collect()
    }
}

impl Village<'_, '_> {
    /// Writes all rows of a household's file and remembers in the model what was paid.
    pub(super) fn settle(&mut self, household: usize) {
        let mut file = self.households[household].clone();
        for at in 0..file.benefits.len() {
            self.grades(&mut file, at);
            self.award_rows(&file, at);
            self.payments(&mut file, at);
        }
        if file.statement {
            self.statement(&file);
        }
        self.file_rows(&file);
        self.households[household] = file;
    }

    /// Splits a benefit into award rows, from the one that the first payment month lies in.
    fn grades(&mut self, file: &mut Household, at: usize) {
        let calendar = self.town.calendar;
        let benefit = &file.benefits[at];
        let points: Vec<Month> = benefit.turning_points(&self.town.standards, calendar.last).into_iter().collect();
        let mut grades = Vec::new();
        for (point, from) in points.iter().enumerate() {
            let to = points.get(point + 1).map(|next| next.plus(-1)).or(benefit.end);
            let persons = benefit.persons(*from);
            if persons == 0 || to.is_some_and(|to| to < calendar.first) {
                continue;
            }
            let amount = benefit.grant.unwrap_or_else(|| {
                let (programme, tier) = (benefit.programme, benefit.tier);
                let priced = benefit.slips.priced(*from);
                let due = self.town.standards.amount(programme, file.hukou, tier, persons, benefit.income, priced);
                due + benefit.slips.shift
            });
            let prefix = match benefit.programme {
                "tekun" => "TK",
                "temporary" => "LS",
                _ => "DB",
            };
            let no = self.town.numbers.label(prefix, Series::Award);
            grades.push(Grade { no, from: *from, to, persons, amount });
        }
        file.benefits[at].grades = grades;
    }

    fn award_rows(&mut self, file: &Household, at: usize) {
        let benefit = &file.benefits[at];
        // Empty where the award was entered without a procedure.
        let application = file.applications.get(benefit.application);
        for grade in &benefit.grades {
            let reviewed = self.reviewed(benefit, grade, application.and_then(|a| a.decided_on));
            let ends = grade.to.is_some() && grade.to == benefit.end;
            self.town.rows.award.push(Award {
                award_no: grade.no.clone(),
                application_no: application.map(|a| a.application_no.clone()),
                household_no: file.no.clone(),
                programme: benefit.programme,
                tier: benefit.tier,
                persons: grade.persons as i32,
                monthly_amount: yuan(grade.amount),
                start_month: grade.from,
                end_month: grade.to,
                last_review_on: reviewed,
                phase_out_from: benefit.phase_out_from.filter(|from| grade.to.is_none_or(|to| *from <= to)),
                single_person: benefit.single_person,
                stop_notice_on: benefit.stop_notice_on.filter(|_| ends),
            });
            for cover in benefit.covers.iter().filter(|c| c.holds(grade.from)) {
                let person = &file.members[cover.member].person;
                self.town.rows.award_member.push(AwardMember {
                    award_no: grade.no.clone(),
                    id_number: benefit.slips.misread.as_ref().unwrap_or(&person.id).clone(),
                    name: person.name.clone(),
                    from_month: grade.from,
                    to_month: grade.to,
                });
            }
        }
    }

    /// The latest review: within five months where the award is in force, else before it ended. Grants
    /// and awards decided lately have none.
    fn reviewed(&mut self, benefit: &Benefit, grade: &Grade, decided: Option<NaiveDate>) -> Option<NaiveDate> {
        if benefit.slips.reviewed_on.is_some() {
            return benefit.slips.reviewed_on;
        }
        let day = match grade.to {
            None => self.town.calendar.as_of - Days::new(self.town.dice.between(20, 130) as u64),
            Some(to) => self.town.day_in(to).min(self.town.calendar.as_of),
        };
        let long_enough = decided.is_none_or(|decided| (day - decided).num_days() > 40);
        (benefit.grant.is_none() && long_enough).then_some(day)
    }

    fn payments(&mut self, file: &mut Household, at: usize) {
        let calendar = self.town.calendar;
        let to_order = file.to_order;
        let planned = file.banking.change.clone();
        let benefit = &mut file.benefits[at];
        let mut owed = 0;
        let mut before: Option<Payee> = None;
        let grades = benefit.grades.clone();
        for grade in &grades {
            let to = grade.to.unwrap_or(calendar.last).min(calendar.last);
            for month in (grade.from.max(calendar.first).0..=to.0).map(Month) {
                let payee = benefit.payee(month).clone();
                if let Some(old) = before.as_ref().filter(|old| old.account_no != payee.account_no) {
                    self.change_account(&grade.no, old, &payee, month, planned.as_ref());
                }
                let chance = !to_order && month < calendar.last && benefit.grant.is_none();
                let turn = benefit.turns.get(&month).copied().or_else(|| {
                    (chance && self.town.dice.chance(RETURNED))
                        .then(|| Turn::Returned(Some(self.town.dice.between(7, 18))))
                });
                let pay = Pay { grade, programme: benefit.programme, payee: &payee, month };
                let paid = self.pay(&pay, turn, &mut owed);
                benefit.paid.push((month, paid, grade.persons));
                *self.town.spent.entry((benefit.programme, month)).or_default() += paid.0;
                before = Some(payee);
            }
        }
    }

    fn change_account(&mut self, award: &Text, old: &Payee, new: &Payee, month: Month, planned: Option<&Change>) {
        let seconds = self.town.dice.between(0, 27_000);
        let day = month.first_day() + Days::new(self.town.dice.between(0, 4) as u64);
        let clerk = self.town.staff("X", 1, 3);
        let opening = day.and_hms_opt(9, 0, 0).unwrap_or_default();
        let (operator, changed_at) = match planned {
            Some(change) => (change.operator.clone(), change.at),
            None => (clerk, opening + chrono::Duration::seconds(seconds)),
        };
        self.town.rows.account_change.push(AccountChange {
            changed_at,
            award_no: award.clone(),
            old_account_no: old.account_no.clone(),
            new_account_no: new.account_no.clone(),
            operator,
        });
    }

    /// Writes the payments of one month; answers what was paid.
    fn pay(&mut self, pay: &Pay<'_>, turn: Option<Turn>, owed: &mut i64) -> Fen {
        let due = pay.month.first_day() + Days::new(DUE_DAY - 1);
        let batch = (pay.month.0 - self.town.calendar.first.0) as usize;
        let days = self.town.batch_days.get(batch).copied().unwrap_or(0);
        let on_time = due + chrono::Duration::days(days);
        let after = |days: i64| due + chrono::Duration::days(days);
        let full = pay.grade.amount;
        let persons = pay.grade.persons.max(1);
        let mut paid = 0;
        let mut row = |amount: i64, due_on, paid_on: Option<NaiveDate>| {
            if paid_on.is_some() {
                paid += amount;
            }
            self.payment(pay, amount, due_on, paid_on);
        };
        match turn {
            None => row(full, due, Some(on_time)),
            Some(Turn::Late(days)) => row(full, due, Some(after(days))),
            Some(Turn::Short(hundredths) | Turn::Over(hundredths)) => row(full * hundredths / 100, due, Some(on_time)),
            Some(Turn::Supplemented(hundredths, days)) => {
                let first = full * hundredths / 100;
                row(first, due, Some(on_time));
                row(full - first, after(days), Some(after(days)));
            }
            Some(Turn::Missed) => *owed += full,
            Some(Turn::Arrears) => row(full + std::mem::take(owed), due, Some(on_time)),
            Some(Turn::Survivors) => row(full * (persons - 1) / persons, due, Some(on_time)),
            Some(Turn::Returned(again)) => {
                row(full, due, None);
                if let Some(days) = again {
                    row(full, after(days), Some(after(days)));
                }
            }
        }
        yuan(paid)
    }

    fn payment(&mut self, pay: &Pay<'_>, amount: i64, due_on: NaiveDate, paid_on: Option<NaiveDate>) {
        let (year, month) = pay.month.year_month();
        let place = &self.town.place;
        let kind = match pay.programme {
            "tekun" => "TK",
            "temporary" => "LS",
            _ => "DB",
        };
        let batch_no = format!("{year}{month:02}{}{:02}{kind}", place.county_code, place.number).into();
        let payment_no = self.town.numbers.payment((year, month));
        self.town.rows.payment.push(Payment {
            payment_no,
            award_no: pay.grade.no.clone(),
            payee_id_number: pay.payee.id.clone(),
            payee_name: pay.payee.name.clone(),
            account_no: pay.payee.account_no.clone(),
            account_name: pay.payee.account_name.clone(),
            month: pay.month,
            amount: yuan(amount),
            due_on,
            paid_on,
            status: if paid_on.is_some() { "paid" } else { "returned" },
            batch_no,
        });
    }

    fn file_rows(&mut self, file: &Household) {
        let rows = &mut self.town.rows;
        let head = &file.members[0].person;
        let active = file.members.iter().filter(|m| m.left.is_none()).count() as i32;
        rows.household.push(HouseholdRow {
            household_no: file.no.clone(),
            region_code: self.place.code.clone(),
            head_id_number: head.id.clone(),
            head_name: head.name.clone(),
            family_size: active + file.size_shift,
            address: file.address.clone(),
            phone: file.phone.clone(),
        });
        for member in &file.members {
            rows.household_member.push(HouseholdMember {
                household_no: file.no.clone(),
                id_number: member.person.id.clone(),
                name: member.person.name.clone(),
                relation_to_head: member.relation,
                joined_on: member.joined,
                left_on: member.left,
            });
        }
        rows.application.extend(file.applications.iter().cloned());
    }
}

/// What a payment is for and to whom.
struct Pay<'a> {
    grade: &'a Grade,
    programme: &'static str,
    payee: &'a Payee,
    month: Month,
}
