//! People and the families they live in: the household register, kinship and marriages.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::model::Person;
use super::names;
use super::rows::{Code, Death, Kinship, Marriage, PersonRow, Text};
use super::village::Village;

/// What an assisted family looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// An old person alone; half of them widowed.
    SoloElder,
    /// An old person who never married and has no child.
    SoloTekun,
    ElderCouple,
    /// A person of working age alone, never married.
    SoloAdult,
    SingleParent,
    CoupleWithChild,
    /// A widowed elder and a grown child who never married.
    ElderWithAdultChild,
    /// A widowed elder and a grandchild whose parent lives elsewhere.
    GrandparentWithGrandchild,
}

/// A made family: who is a member and what each is to the head, and close kin who live elsewhere.
#[derive(Debug, Clone)]
pub(super) struct Folk {
    pub(super) address: Text,
    pub(super) members: Vec<(Person, Code)>,
    pub(super) outside: Vec<Person>,
}

/// A household-register book.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) no: Text,
    pub(super) address: Text,
}

pub(super) fn opposite(sex: Code) -> Code {
    if sex == "male" { "female" } else { "male" }
}

impl Village<'_, '_> {
    /// A new book at an address nobody else has.
    pub(super) fn book(&mut self) -> Book {
        self.books += 1;
        let (town, village) = (&self.town.place, &self.place);
        let houses = self.books;
        let place = if village.urban {
            format!("{}栋{}单元{}室", 1 + houses / 40, 1 + houses / 10 % 4, 101 + houses % 10 * 100)
        } else {
            format!("{}组{houses}号", 1 + houses % 9)
        };
        Book {
            no: format!("{}{houses:04}", village.code).into(),
            address: format!("{}{}{}{place}", town.county_name, town.name, village.name).into(),
        }
    }

    /// Somebody of an age (in years on the as-of day) who stands in no register.
    pub(super) fn unregistered(
        &mut self,
        sex: Code,
        ages: (i64, i64),
        surname: Option<char>,
    ) -> (Person, &'static str) {
        let dice = &mut self.town.dice;
        let (name, people) = match surname {
            None if dice.chance(0.012) => names::dotted(dice),
            _ => {
                let surname = surname.unwrap_or_else(|| names::surname(dice));
                (names::full(dice, surname, sex), if dice.chance(0.06) { "土家族" } else { "汉族" })
            }
        };
        let elsewhere = dice.chance(0.05);
        let as_of = self.town.calendar.as_of;
        loop {
            let years = self.town.dice.between(ages.0, ages.1) as u32;
            let days = self.town.dice.below(365) as u64;
            let born = as_of.checked_sub_months(Months::new(years * 12)).unwrap_or(as_of) - Days::new(days);
            if let Some(id) = self.town.numbers.person(&mut self.town.dice, born, sex, elsewhere) {
                return (Person { id, name, sex, born, died: None }, people);
            }
        }
    }

    /// A registered person.
    pub(super) fn person(
        &mut self,
        book: &Book,
        relation: Code,
        sex: Code,
        ages: (i64, i64),
        surname: Option<char>,
    ) -> Person {
        let (person, people) = self.unregistered(sex, ages, surname);
        let phone = (ages.1 >= 18 && self.town.dice.chance(0.6)).then(|| self.town.numbers.phone());
        self.enrol(&person, people, book, relation, phone);
        person
    }

    /// Enters somebody in the household register.
    pub(super) fn enrol(&mut self, person: &Person, people: &str, book: &Book, relation: Code, phone: Option<Text>) {
        let moved_in_on =
            self.town.dice.chance(0.1).then(|| person.born + Days::new(self.town.dice.below(4000) as u64));
        self.town.rows.person.push(PersonRow {
            id_number: person.id.clone(),
            name: person.name.clone(),
            sex: person.sex,
            birth_date: person.born,
            ethnicity: people.into(),
            region_code: self.place.code.clone(),
            hukou_kind: self.hukou(),
            register_no: book.no.clone(),
            relation_to_head: relation,
            address: book.address.clone(),
            phone,
            moved_in_on: moved_in_on.filter(|day| *day < self.town.calendar.first.first_day()),
        });
    }

    /// Records what a relative is to a person.
    pub(super) fn kin(&mut self, of: &Person, relative: &Person, relation: Code, source: Code) {
        self.town.rows.kinship.push(Kinship {
            id_number: of.id.clone(),
            relative_id_number: relative.id.clone(),
            relation,
            source,
        });
    }

    /// Records parent and child.
    pub(super) fn parent(&mut self, parent: &Person, child: &Person) {
        self.kin(child, parent, "parent", "hukou");
        self.kin(parent, child, if child.sex == "male" { "son" } else { "daughter" }, "hukou");
    }

    /// Records brothers and sisters.
    pub(super) fn siblings(&mut self, one: &Person, other: &Person) {
        self.kin(one, other, "sibling", "hukou");
        self.kin(other, one, "sibling", "hukou");
    }

    /// Records a marriage, in the marriage register and as kinship; answers when it was.
    pub(super) fn marry(&mut self, one: &Person, other: &Person) -> NaiveDate {
        let years = self.town.dice.between(22, 26) as u32;
        let days = self.town.dice.below(300) as u64;
        let younger = one.born.max(other.born);
        let grown = younger.checked_add_months(Months::new(years * 12)).unwrap_or(younger) + Days::new(days);
        let registered_on = grown.min(self.town.calendar.as_of - Days::new(60 + days));
        self.wed(one, other, registered_on, None);
        registered_on
    }

    /// A marriage of that day; a dissolved one leaves no kinship.
    pub(super) fn wed(
        &mut self,
        one: &Person,
        other: &Person,
        registered_on: NaiveDate,
        dissolved_on: Option<NaiveDate>,
    ) {
        let (man, woman) = if one.sex == "male" { (one, other) } else { (other, one) };
        self.town.rows.marriage.push(Marriage {
            id_number_a: man.id.clone(),
            name_a: man.name.clone(),
            id_number_b: woman.id.clone(),
            name_b: woman.name.clone(),
            registered_on,
            dissolved_on,
        });
        if dissolved_on.is_none() {
            self.kin(man, woman, "spouse", "marriage");
            self.kin(woman, man, "spouse", "marriage");
        }
    }

    /// A spouse of about the same age in the same book.
    fn spouse(&mut self, book: &Book, of: &Person, ages: (i64, i64)) -> Person {
        let spouse = self.person(book, "spouse", opposite(of.sex), ages, None);
        self.marry(of, &spouse);
        spouse
    }

    /// A spouse who died years before the first payment month, or at least well after the wedding.
    pub(super) fn widow(&mut self, of: &Person, ages: (i64, i64)) {
        let (mut late, _) = self.unregistered(opposite(of.sex), ages, None);
        let wedding = self.marry(of, &late);
        let first = self.town.calendar.first.first_day();
        let day = first - Days::new(1500 + self.town.dice.below(2500) as u64);
        let day = day.max(wedding + Days::new(500));
        late.died = Some(day);
        self.death(&late, &late.name.clone(), day, 20);
    }

    /// A death record under that name, registered some days later (never after the as-of day).
    pub(super) fn death(&mut self, of: &Person, name: &Text, died_on: NaiveDate, days: i64) {
        let source = self.town.dice.weighted(&[("hukou", 5), ("cremation", 4), ("hospital", 1)]);
        self.town.rows.death.push(Death {
            id_number: of.id.clone(),
            name: name.clone(),
            died_on,
            registered_on: (died_on + chrono::Duration::days(days)).min(self.town.calendar.as_of),
            source,
        });
    }

    /// A grown child with a book of its own, married half the time.
    pub(super) fn grown_child(&mut self, of: &Person, ages: (i64, i64)) -> Person {
        let book = self.book();
        let sex = if self.town.dice.chance(0.5) { "male" } else { "female" };
        let child = self.person(&book, "head", sex, ages, of.name.chars().next().filter(|_| !of.name.contains('·')));
        self.parent(of, &child);
        if self.town.dice.chance(0.5) {
            self.spouse(&book, &child, ages);
        }
        child
    }

    /// A new family, registered.
    pub(super) fn family(&mut self, kind: Family) -> Folk {
        use Family::*;
        let book = self.book();
        let man = if kind == SoloTekun { 0.8 } else { 0.54 };
        let sex = if self.town.dice.chance(man) { "male" } else { "female" };
        let ages = match kind {
            SoloElder | ElderCouple | ElderWithAdultChild => (67, 80),
            SoloTekun => (63, 84),
            SoloAdult => (35, 57),
            SingleParent | CoupleWithChild => (33, 44),
            GrandparentWithGrandchild => (64, 70),
        };
        let head = self.person(&book, "head", sex, ages, None);
        let surname = head.name.chars().next().filter(|_| !head.name.contains('·'));
        let mut members = vec![(head.clone(), "self")];
        let mut outside = Vec::new();
        let child_of = |v: &mut Self, of: &[&Person], ages| {
            let sex = if v.town.dice.chance(0.5) { "male" } else { "female" };
            let relation = if sex == "male" { "son" } else { "daughter" };
            let child = v.person(&book, relation, sex, ages, surname);
            for parent in of {
                v.parent(parent, &child);
            }
            (child, relation)
        };
        match kind {
            SoloTekun | SoloAdult => {}
            SoloElder => {
                if self.town.dice.chance(0.5) {
                    self.widow(&head, ages);
                    if self.town.dice.chance(0.6) {
                        outside.push(self.grown_child(&head, (38, 43)));
                    }
                }
            }
            ElderCouple => {
                let spouse = self.spouse(&book, &head, ages);
                if self.town.dice.chance(0.6) {
                    let child = self.grown_child(&head, (38, 43));
                    self.parent(&spouse, &child);
                    outside.push(child);
                }
                members.push((spouse, "spouse"));
            }
            SingleParent => {
                if self.town.dice.chance(0.4) {
                    self.widow(&head, ages);
                } else if self.town.dice.chance(0.5) {
                    self.divorced_long_ago(&head, ages);
                }
                for _ in 0..1 + usize::from(self.town.dice.chance(0.25)) {
                    members.push(child_of(self, &[&head], (6, 12)));
                }
            }
            CoupleWithChild => {
                let spouse = self.spouse(&book, &head, ages);
                let child = child_of(self, &[&head, &spouse], (6, 8));
                members.push((spouse, "spouse"));
                members.push(child);
            }
            ElderWithAdultChild => {
                self.widow(&head, ages);
                members.push(child_of(self, &[&head], (34, 44)));
            }
            GrandparentWithGrandchild => {
                self.widow(&head, ages);
                let parent = self.grown_child(&head, (36, 40));
                let sex = if self.town.dice.chance(0.5) { "male" } else { "female" };
                let child = self.person(&book, "grandchild", sex, (6, 14), surname);
                self.parent(&parent, &child);
                self.kin(&head, &child, "grandchild", "hukou");
                self.kin(&child, &head, "grandparent", "hukou");
                outside.push(parent);
                members.push((child, "grandchild"));
            }
        }
        Folk { address: book.address.clone(), members, outside }
    }

    /// A family that gets no assistance: its adults.
    pub(super) fn neighbours_family(&mut self) -> Vec<Person> {
        let book = self.book();
        let ages = *self.town.dice.pick(&[(26, 34), (35, 50), (51, 66)]);
        let sex = if self.town.dice.chance(0.7) { "male" } else { "female" };
        let head = self.person(&book, "head", sex, ages, None);
        let surname = head.name.chars().next().filter(|_| !head.name.contains('·'));
        let mut adults = vec![head.clone()];
        if self.town.dice.chance(0.7) {
            adults.push(self.spouse(&book, &head, ages));
        }
        if ages.0 < 51 && self.town.dice.chance(0.6) {
            let years = i64::from(head.age(self.town.calendar.as_of)).min(42) - 24;
            let sex = if self.town.dice.chance(0.5) { "male" } else { "female" };
            let relation = if sex == "male" { "son" } else { "daughter" };
            let child = self.person(&book, relation, sex, (0, years.max(1)), surname);
            for parent in &adults {
                self.parent(parent, &child);
            }
        }
        adults
    }

    /// Day of birth plus years.
    pub(super) fn turns(&self, person: &Person, years: i32) -> NaiveDate {
        let (year, month) = (person.born.year() + years, person.born.month());
        NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(person.born)
    }
}
