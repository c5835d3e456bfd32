//! Disability, serious illness and the monitoring platform: grounds of assistance, and of exemptions.

use chrono::{Days, NaiveDate};

use super::model::Person;
use super::rows::{Code, Disability, Monitored};
use super::village::Village;
use crate::domain::money::Fen;
use crate::domain::month::Month;

impl Village<'_, '_> {
    /// A certificate without an end. Grades 1 and 2 are severe, and of the mind 3 as well.
    pub(super) fn certify(&mut self, who: &Person, category: Code, grade: i32, from_date: NaiveDate) {
        // The two last digits of the number are category and grade.
        let digit = match category {
            "visual" => 1,
            "hearing" => 2,
            "speech" => 3,
            "physical" => 4,
            "intellectual" => 5,
            "mental" => 6,
            _ => 7,
        };
        self.town.rows.disability.push(Disability {
            id_number: who.id.clone(),
            name: who.name.clone(),
            certificate_no: format!("{}{digit}{grade}", who.id).into(),
            category,
            grade,
            from_date,
            to_date: None,
        });
    }

    /// A disability that is a ground: of grade 1 or 2, or of the mind and grade 3.
    pub(super) fn certify_severe(&mut self, who: &Person, from_date: NaiveDate) {
        let (category, grade) = *self.town.dice.pick(&[("physical", 1), ("visual", 2), ("mental", 3), ("physical", 2)]);
        self.certify(who, category, grade, from_date);
    }

    /// The settlement of a serious illness, of which far more than half a year's standard was left to the
    /// patient; the row's index.
    pub(super) fn illness(&mut self, who: &Person, month: Month, assisted: bool) -> usize {
        let row = self.hospital(who, month, assisted);
        let total = self.town.dice.between(7_000_000, 14_000_000);
        let insurance = total * self.town.dice.between(48, 60) / 100;
        let assistance = if assisted { (total - insurance) / 2 } else { 0 };
        let bill = &mut self.town.rows.medical_settlement[row];
        bill.serious_illness = true;
        bill.hospital = "市中心医院".into();
        (bill.total, bill.insurance_paid) = (Fen(total), Fen(insurance));
        (bill.assistance_paid, bill.self_paid) = (Fen(assistance), Fen(total - insurance - assistance));
        row
    }

    /// An entry of the monitoring platform.
    pub(super) fn monitor(&mut self, who: &Person, kind: Code, from_date: NaiveDate, to_date: Option<NaiveDate>) {
        self.town.rows.monitored.push(Monitored {
            id_number: who.id.clone(),
            name: who.name.clone(),
            kind,
            from_date,
            to_date,
        });
    }

    /// A hard lot of somebody without assistance, that is no ground for it: monitored and not severely
    /// disabled, monitored for what illness costs, or disabled and not poor.
    pub(super) fn hardship(&mut self, who: &Person) {
        let first = self.town.calendar.first;
        let before = first.plus(-40).first_day() + Days::new(self.town.dice.below(28) as u64);
        if self.town.dice.chance(0.04) {
            let kind = self.town.dice.weighted(&[("margin", 4), ("poverty_risk", 2), ("rigid_expenditure", 2)]);
            self.monitor(who, kind, first.plus(-6).first_day(), None);
            if kind != "rigid_expenditure" && self.town.dice.chance(0.3) {
                let grade = self.town.dice.between(3, 4) as i32;
                self.certify(who, "physical", grade, before);
            }
        } else if self.town.dice.chance(0.02) {
            let grade = self.town.dice.between(1, 4) as i32;
            self.certify(who, "physical", grade, before);
        }
    }
}
