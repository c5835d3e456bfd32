//! Relatives who live elsewhere: children who earn too little to support anybody, and former spouses.

use chrono::Days;

use super::family::opposite;
use super::model::Person;
use super::village::Village;

impl Village<'_, '_> {
    /// Some of the children who live elsewhere have work, paid by about twice the standard: an able
    /// supporter would have three times as much.
    pub(super) fn supporters(&mut self, household: usize) {
        let children = self.households[household].outside.clone();
        let first = self.town.calendar.first;
        for child in children {
            if self.town.dice.chance(0.5) {
                let base = self.town.standards.dibao(self.hukou(), first) * 2;
                let before = self.town.dice.between(3, 30) as i32;
                self.job(&child, "enterprise", base, first.plus(-before), None);
            }
        }
    }

    /// A marriage that ended well before any application; each has lived alone since.
    pub(super) fn divorced_long_ago(&mut self, head: &Person, ages: (i64, i64)) {
        let back = self.town.dice.between(50, 80) as i32;
        let dissolved_on = self.town.calendar.first.plus(-back).first_day() + Days::new(12);
        if head.age(dissolved_on) < 26 {
            return;
        }
        let book = self.book();
        let former = self.person(&book, "head", opposite(head.sex), ages, None);
        let years = Days::new(700 + self.town.dice.below(800) as u64);
        self.wed(head, &former, dissolved_on - years, Some(dissolved_on));
    }
}
