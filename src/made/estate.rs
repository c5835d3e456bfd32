//! Title deeds: homes in town, homesteads, homes of resettled families, inherited shares.

use chrono::{Datelike, Days, NaiveDate};

use super::model::Person;
use super::rows::{Code, RealEstate};
use super::village::Village;

impl Village<'_, '_> {
    /// A deed of a day in the owner's name alone; the row's index.
    pub(super) fn deed(&mut self, who: &Person, r#use: Code, area: i64, registered_on: NaiveDate) -> usize {
        let deed_no = self.town.numbers.deed(registered_on.year(), &self.town.place.county_name);
        self.town.rows.real_estate.push(RealEstate {
            deed_no,
            owner_id_number: who.id.clone(),
            owner_name: who.name.clone(),
            share: 1.0,
            r#use,
            area: area as f64,
            registered_on,
            deregistered_on: None,
        });
        self.town.rows.real_estate.len() - 1
    }

    /// A deed of years ago; the row's index.
    pub(super) fn house(&mut self, who: &Person, r#use: Code, area: i64) -> usize {
        let years = self.town.dice.between(5, 14) as i32;
        let registered_on = self.town.calendar.first.plus(-12 * years).first_day() + Days::new(40);
        self.deed(who, r#use, area, registered_on)
    }

    /// What a lawful family of that size may have: one small home in town, a homestead and a home from
    /// resettlement in the countryside; an inherited share now and then, or a home it gave up long ago.
    pub(super) fn homes(&mut self, head: &Person, size: i64) {
        let urban = self.place.urban;
        if self.town.dice.chance(if urban { 0.25 } else { 0.4 }) {
            let (r#use, area) = if urban { ("residential", 38 + 6 * size) } else { ("homestead", 70 + 20 * size) };
            self.house(head, r#use, area);
        }
        if !urban && self.town.dice.chance(0.05) {
            self.house(head, "relocation", 25 * size);
        }
        if self.town.dice.chance(0.02) {
            let row = self.house(head, "residential", 84);
            self.town.rows.real_estate[row].share = 0.25;
        }
        if self.town.dice.chance(0.01) {
            let row = self.house(head, "residential", 58);
            let given_up = self.town.calendar.first.plus(-44).first_day();
            self.town.rows.real_estate[row].deregistered_on = Some(given_up + Days::new(9));
        }
    }
}
