//! The people in office: of the county, the township and the village, and their declared kin.

use chrono::{Days, NaiveDate};

use super::family::Family;
use super::model::{Member, Person};
use super::rows::{Code, Official, RelativeDeclaration, Text};
use super::township::Township;
use super::village::Village;

/// A village cadre. The first three survey; the fourth never does, so that a case can be about him and
/// nothing else.
#[derive(Debug, Clone)]
pub(super) struct Cadre {
    pub(super) no: Text,
    pub(super) person: Person,
}

impl Township<'_> {
    /// Number of one of the staff: `G` decides in the county, `X` 1–3 handle and 4–6 survey here.
    pub(super) fn staff(&mut self, prefix: &str, low: i64, high: i64) -> Text {
        let at = self.dice.between(low, high);
        self.staff_no(prefix, at)
    }

    fn staff_no(&self, prefix: &str, at: i64) -> Text {
        let place = &self.place;
        match prefix {
            "G" => format!("G{}{at:02}", place.county_code).into(),
            _ => format!("X{}{:02}{at:02}", place.county_code, place.number).into(),
        }
    }
}

impl Village<'_, '_> {
    /// Before any application.
    fn long_ago(&mut self) -> NaiveDate {
        self.town.calendar.first.plus(-60).first_day() - Days::new(self.town.dice.below(1500) as u64)
    }

    /// Puts a person into office.
    pub(super) fn appoint(
        &mut self,
        no: Text,
        person: &Person,
        level: Code,
        post: &str,
        term: (NaiveDate, Option<NaiveDate>),
    ) {
        let place = &self.town.place;
        let (organisation, region) = match level {
            "county" => (format!("{}民政局", place.county_name), format!("{}000000", place.county_code)),
            "township" => (format!("{}人民政府", place.name), place.code.to_string()),
            _ => (format!("{}委员会", self.place.name), self.place.code.to_string()),
        };
        let phone = Some(self.town.numbers.phone());
        self.town.rows.official.push(Official {
            official_no: no,
            id_number: person.id.clone(),
            name: person.name.clone(),
            organisation: organisation.into(),
            post: post.into(),
            level,
            region_code: region.into(),
            from_date: term.0,
            to_date: term.1,
            phone,
        });
    }

    /// Number of a village official.
    pub(super) fn cadre_no(&mut self) -> Text {
        self.officials += 1;
        let place = &self.town.place;
        format!("C{}{:02}{:02}{:02}", place.county_code, place.number, self.number, self.officials).into()
    }

    /// Fills the offices: four of the village, one who left; in the first village those of the township,
    /// and of the county where the township is its seat.
    pub(super) fn fill_offices(&mut self) {
        for post in ["党支部书记", "村委会主任", "妇联主席", "村委会委员"] {
            let person = self.office_holder();
            let (no, from) = (self.cadre_no(), self.long_ago());
            self.appoint(no.clone(), &person, "village", post, (from, None));
            self.cadres.push(Cadre { no, person });
        }
        let former = self.office_holder();
        let (no, from) = (self.cadre_no(), self.long_ago());
        let until = from + Days::new(900);
        self.appoint(no, &former, "village", "村委会委员", (from, Some(until)));
        if self.number == 0 {
            let mut staff: Vec<(Text, Code, &str)> =
                (1..=8).map(|at| (self.town.staff_no("X", at), "township", "民政办工作人员")).collect();
            if self.town.place.number == 0 {
                staff.extend((1..=6).map(|at| (self.town.staff_no("G", at), "county", "社会救助科工作人员")));
            }
            for (no, level, post) in staff {
                let person = self.office_holder();
                let from = self.long_ago();
                self.appoint(no, &person, level, post, (from, None));
            }
        }
    }

    /// An official new to the village, township or county, who decides on nobody, and the family that
    /// gets no assistance: the official first, then the spouse and a child.
    pub(super) fn new_official(
        &mut self,
        level: Code,
        term: Option<(NaiveDate, Option<NaiveDate>)>,
    ) -> (Cadre, Vec<Person>) {
        let folk = self.family(Family::CoupleWithChild);
        let people: Vec<Person> = folk.members.into_iter().map(|(person, _)| person).collect();
        let person = people[0].clone();
        (self.take_office(level, &person, term), people)
    }

    /// Puts that person into an office in which he decides on nobody; since long ago, where no term is
    /// given.
    pub(super) fn take_office(
        &mut self,
        level: Code,
        person: &Person,
        term: Option<(NaiveDate, Option<NaiveDate>)>,
    ) -> Cadre {
        let mut no = self.cadre_no();
        if level != "village" {
            no = no.replacen('C', if level == "county" { "G" } else { "X" }, 1).into();
        }
        let since = self.long_ago();
        let post = if level == "village" { "村委会委员" } else { "经济发展办工作人员" };
        self.appoint(no.clone(), person, level, post, term.unwrap_or((since, None)));
        Cadre { no, person: person.clone() }
    }

    /// Somebody of working age with a family that gets no assistance.
    fn office_holder(&mut self) -> Person {
        let folk = self.family(Family::CoupleWithChild);
        folk.members[0].0.clone()
    }

    /// Makes the household's head a sibling of the fourth cadre, declared and visited in time, as most
    /// relatives of officials are.
    pub(super) fn declare_kin(&mut self, household: usize) {
        let Some(cadre) = self.cadres.last().cloned() else { return };
        let head = self.who(household, 0);
        self.siblings(&cadre.person, &head);
        self.declare(household, &cadre, ("sibling", "nephew_niece"));
    }

    /// Declares all members of a household to be an official's relatives, the head and the others, on the
    /// day of the application, and visits them with the survey.
    pub(super) fn declare(&mut self, household: usize, cadre: &Cadre, (head, others): (Code, Code)) {
        let file = &self.households[household];
        let Some(application) = file.applications.first() else { return };
        let (declared_on, visited_on) = (application.applied_on, application.surveyed_on);
        let no = file.no.clone();
        let members: Vec<Member> = file.members.clone();
        for (at, member) in members.iter().enumerate() {
            let declaration_no = self.town.numbers.label("BA", super::numbers::Series::Declaration);
            self.town.rows.relative_declaration.push(RelativeDeclaration {
                declaration_no,
                official_no: cadre.no.clone(),
                relative_id_number: member.person.id.clone(),
                relative_name: member.person.name.clone(),
                relation: if at == 0 { head } else { others },
                household_no: no.clone(),
                declared_on,
                visited_on,
            });
        }
    }
}
