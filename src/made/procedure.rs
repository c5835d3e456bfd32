//! Applications in working order: applied, accepted, surveyed by two, put on notice for a week, decided.

use chrono::{Days, NaiveDate};

use super::rows::{ApplicationRow, Code, Text};
use super::standards::yuan;
use super::village::Village;
use crate::domain::month::Month;

const CAUSES: [&str; 7] = ["因病", "因残", "缺乏劳动力", "年老体弱", "突发变故", "失业", "单亲抚养子女"];

impl Village<'_, '_> {
    /// An application decided in the month before `start`, by officials who are nobody's kin.
    pub(super) fn application(
        &mut self,
        household: &Text,
        programme: Code,
        start: Month,
        income: Option<i64>,
    ) -> ApplicationRow {
        let town = &mut *self.town;
        let dice = &mut town.dice;
        let mut days = |low, high| Days::new(dice.between(low, high) as u64);
        let decided = start.plus(-1).first_day() + days(3, 26);
        let notice_to = decided - days(1, 3);
        let notice_from = notice_to - days(7, 9);
        let surveyed = notice_from - days(1, 3);
        let accepted = surveyed - days(1, 3);
        let applied = accepted - days(0, 2);
        let surveyor = self.cadres.get(town.dice.below(3)).map(|c| c.no.clone());
        ApplicationRow {
            application_no: town.numbers.label("SQ", super::numbers::Series::Application),
            household_no: household.clone(),
            programme,
            applied_on: applied,
            accepted_on: Some(accepted),
            surveyed_on: Some(surveyed),
            surveyor_1: Some(town.staff("X", 4, 6)),
            surveyor_2: surveyor,
            notice_from: Some(notice_from),
            notice_to: Some(notice_to),
            decided_on: Some(decided),
            decision: "approved",
            handler: town.staff("X", 1, 3),
            approver: Some(town.staff("G", 1, 6)),
            declared_income: income.map(yuan),
            emergency: false,
            cause: (*town.dice.pick(&CAUSES)).into(),
        }
    }

    /// Turns an application into an emergency: granted on the spot, surveyed that many days later, or never.
    pub(super) fn pay_first(&mut self, household: usize, benefit: usize, survey_after: Option<u64>) {
        let file = &mut self.households[household];
        let application = &mut file.applications[file.benefits[benefit].application];
        let Some(decided) = application.decided_on else { return };
        application.applied_on = decided;
        application.accepted_on = Some(decided);
        application.surveyed_on = survey_after.map(|days| decided + Days::new(days));
        (application.notice_from, application.notice_to) = (None, None);
        if survey_after.is_none() {
            (application.surveyor_1, application.surveyor_2) = (None, None);
        }
        application.emergency = true;
        application.cause = "突发变故".into();
    }

    /// An application that nobody has decided, made that many days before the as-of day.
    pub(super) fn undecided(&self, row: &mut ApplicationRow, days: u64) {
        let day = |later| self.town.calendar.as_of - Days::new(days) + Days::new(later);
        row.applied_on = day(0);
        row.accepted_on = Some(day(2));
        row.surveyed_on = Some(day(5));
        (row.notice_from, row.notice_to, row.decided_on) = (None, None, None);
        (row.decision, row.approver) = ("pending", None);
    }

    /// Applications of families that get nothing: refused because they earn enough, or not yet decided.
    pub(super) fn applicants(&mut self) {
        let calendar = self.town.calendar;
        for refused in [true, self.number > 0] {
            let adults = self.neighbours_family();
            let Some(head) = adults.first().filter(|p| p.age(calendar.as_of) < 60) else { continue };
            let wage = self.town.dice.round(5200, 7800, 10);
            let start = self.town.some_month(0, 0);
            let wage = wage * adults.len() as i64;
            self.job(head, "enterprise", wage, calendar.first.plus(-36), None);
            let no = self.town.numbers.label("JT", super::numbers::Series::Household);
            let mut row = self.application(&no, "dibao", start, Some(wage * 4 / 5));
            if refused {
                row.decision = "refused";
            } else {
                self.undecided(&mut row, 9);
            }
            let joined = row.applied_on;
            self.family_file(&no, &adults, joined);
            self.town.rows.application.push(row);
        }
    }

    /// The file of a family without an award.
    pub(super) fn family_file(&mut self, no: &Text, adults: &[super::model::Person], joined: NaiveDate) {
        let address = self.book().address;
        let rows = &mut self.town.rows;
        rows.household.push(super::rows::HouseholdRow {
            household_no: no.clone(),
            region_code: self.place.code.clone(),
            head_id_number: adults[0].id.clone(),
            head_name: adults[0].name.clone(),
            family_size: adults.len() as i32,
            address,
            phone: None,
        });
        for (at, person) in adults.iter().enumerate() {
            rows.household_member.push(super::rows::HouseholdMember {
                household_no: no.clone(),
                id_number: person.id.clone(),
                name: person.name.clone(),
                relation_to_head: if at == 0 { "self" } else { "spouse" },
                joined_on: joined,
                left_on: None,
            });
        }
    }
}
