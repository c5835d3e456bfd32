//! What other registers know of lawful people: pensions of the old, tricycles, dormant firms, hospital
//! bills. Much of it looks like a hit at first sight and is none.

use chrono::{Days, NaiveDate};

use super::life::last_day;
use super::model::Person;
use super::names;
use super::numbers::Series;
use super::rows::{
    Code, CustodyAgreement, Deposit, Detention, Employment, Enterprise, EnterpriseRole, InstitutionStay,
    MedicalSettlement, Pension, Text, Vehicle,
};
use super::standards::yuan;
use super::village::Village;
use crate::domain::money::Fen;
use crate::domain::month::Month;

impl Village<'_, '_> {
    /// Contributions of an employee.
    pub(super) fn job(&mut self, who: &Person, kind: Code, base: i64, from: Month, to: Option<Month>) {
        let county = self.town.place.county_name.clone();
        let employer = match kind {
            "public_budget" => format!("{county}{}", self.town.dice.pick(&["水利局", "教育局", "林业局", "中心小学"])),
            "public_welfare_post" => format!("{}公益性岗位", self.town.place.name),
            "flexible" => "灵活就业".to_owned(),
            _ => names::firm(&mut self.town.dice, &county, "company"),
        };
        self.town.rows.employment.push(Employment {
            id_number: who.id.clone(),
            name: who.name.clone(),
            employer: employer.into(),
            employer_kind: kind,
            contribution_base: yuan(base),
            from_month: from,
            to_month: to,
        });
    }

    /// A vehicle, registered that many months before the first payment month.
    pub(super) fn vehicle(&mut self, who: &Person, kind: Code, price: i64, months_before: i64) -> usize {
        let month = self.town.calendar.first.plus(-(months_before as i32));
        let registered_on = self.town.day_in(month);
        let plate_no = self.town.numbers.plate();
        self.town.rows.vehicle.push(Vehicle {
            plate_no,
            owner_id_number: who.id.clone(),
            owner_name: who.name.clone(),
            kind,
            price: Some(yuan(price)),
            registered_on,
            deregistered_on: None,
        });
        self.town.rows.vehicle.len() - 1
    }

    /// A market entity founded long ago.
    pub(super) fn enterprise(&mut self, kind: Code, capital: i64, status: Code) -> Text {
        let uscc = self.town.numbers.firm(kind);
        let name = names::firm(&mut self.town.dice, &self.town.place.county_name, kind);
        let back = self.town.dice.between(50, 120) as i32;
        let founded_on = self.town.calendar.first.plus(-back).first_day() + Days::new(self.town.dice.below(28) as u64);
        self.town.rows.enterprise.push(Enterprise {
            uscc: uscc.clone(),
            name: name.into(),
            kind,
            registered_capital: yuan(capital),
            status,
            founded_on,
        });
        uscc
    }

    /// A person's part in a market entity since it was founded; the row's index.
    pub(super) fn role(&mut self, uscc: &Text, who: &Person, role: Code) -> usize {
        let founded = self.town.rows.enterprise.iter().rfind(|e| e.uscc == *uscc).map(|e| e.founded_on);
        self.town.rows.enterprise_role.push(EnterpriseRole {
            uscc: uscc.clone(),
            id_number: who.id.clone(),
            name: who.name.clone(),
            role,
            share: (role == "shareholder").then_some(0.4),
            from_date: founded.unwrap_or(self.town.calendar.as_of),
            to_date: None,
        });
        self.town.rows.enterprise_role.len() - 1
    }

    /// Money in the bank at the middle of the last year.
    pub(super) fn deposit(&mut self, id: &Text, name: &Text, yuan: i64) {
        self.deposit_at(id, name, yuan, last_day(self.town.calendar.last.plus(-6)));
    }

    /// Money in the bank on a day.
    pub(super) fn deposit_at(&mut self, id: &Text, name: &Text, yuan: i64, as_of: NaiveDate) {
        let balance = Fen(yuan * 100 + self.town.dice.between(0, 99));
        self.town.rows.deposit.push(Deposit { id_number: id.clone(), name: name.clone(), as_of, balance });
    }

    /// A hospital bill in a month, with a share paid by medical assistance; the row's index.
    pub(super) fn hospital(&mut self, who: &Person, month: Month, assisted: bool) -> usize {
        let admitted_on = month.first_day() + Days::new(self.town.dice.between(1, 10) as u64);
        let discharged_on = admitted_on + Days::new(self.town.dice.between(2, 12) as u64);
        let total = self.town.dice.between(180_000, 900_000);
        let insurance = total * self.town.dice.between(55, 70) / 100;
        let assistance = if assisted { (total - insurance) * 7 / 10 } else { 0 };
        let settlement_no = self.town.numbers.label("YB", Series::Settlement);
        let hospital = *self.town.dice.pick(&["县人民医院", "县中医院", "镇中心卫生院", "市中心医院"]);
        self.town.rows.medical_settlement.push(MedicalSettlement {
            settlement_no,
            id_number: who.id.clone(),
            name: who.name.clone(),
            hospital: hospital.into(),
            admitted_on,
            discharged_on,
            serious_illness: false,
            total: Fen(total),
            insurance_paid: Fen(insurance),
            assistance_paid: Fen(assistance),
            self_paid: Fen(total - insurance - assistance),
        });
        self.town.rows.medical_settlement.len() - 1
    }

    /// A pension from the sixtieth birthday to death.
    pub(super) fn pension(&mut self, who: &Person, kind: Code, amount: i64) {
        let from_month = Month::of(self.turns(who, 60)).plus(1);
        self.town.rows.pension.push(Pension {
            id_number: who.id.clone(),
            name: who.name.clone(),
            kind,
            monthly_amount: yuan(amount),
            from_month,
            to_month: who.died.map(Month::of),
        });
    }

    /// Certifies the head's disability, before the application; half of the severe ones are admitted as
    /// single persons.
    pub(super) fn disabled(&mut self, household: usize) {
        let who = self.who(household, 0);
        let category = *self.town.dice.pick(&["physical", "visual", "mental", "intellectual"]);
        let grade = self.town.dice.between(1, 4) as i32;
        let from_date = self.households[household].benefits[0].start.plus(-30).first_day();
        self.certify(&who, category, grade, from_date);
        if grade <= 2 && self.town.dice.chance(0.3) {
            self.households[household].benefits[0].single_person = true;
        }
    }

    /// What the registers know of an assisted household. Households made to order have their pensions
    /// and nothing else by chance.
    pub(super) fn furnish(&mut self, household: usize) {
        let as_of = self.town.calendar.as_of;
        let members: Vec<Person> = self.households[household].members.iter().map(|m| m.person.clone()).collect();
        for who in members.iter().filter(|p| p.age(as_of) >= 61 && !self.pensioners.contains(&p.id)).collect::<Vec<_>>()
        {
            let amount = self.town.dice.between(120, 240);
            self.pension(who, "resident", amount);
        }
        self.stay(household);
        if self.households[household].to_order {
            return;
        }
        let head = &members[0];
        let file = &self.households[household];
        let (benefit, lives) = (&file.benefits[0], members.iter().all(|p| p.died.is_none()));
        let (from, to) = (benefit.start.max(self.town.calendar.first), benefit.end.unwrap_or(self.town.calendar.last));
        let (start, tekun, size) = (benefit.start, benefit.programme == "tekun", members.len() as i64);
        let own_account = benefit.payees[0].1.clone();
        let no = file.no.clone();
        let grown = lives && !tekun && head.age(as_of) < 60;
        if grown && self.town.dice.chance(0.12) {
            let (kind, price) = *self.town.dice.pick(&[("motorcycle", 4200), ("tricycle", 7600), ("tractor", 16_000)]);
            let before = self.town.dice.between(2, 60);
            self.vehicle(head, kind, price, before);
        }
        self.homes(head, size);
        self.supporters(household);
        if lives && self.town.dice.chance(0.25) {
            let balance = self.town.dice.between(50, 4500);
            self.deposit(&head.id, &head.name, balance);
        }
        if lives && to.0 - from.0 > 1 && self.town.dice.chance(0.08) {
            let month = from.plus(self.town.dice.between(0, i64::from(to.0 - from.0) - 1) as i32);
            if self.town.dice.chance(0.2) {
                self.illness(head, month, true);
            } else {
                self.hospital(head, month, true);
            }
        }
        if grown {
            match self.town.dice.below(200) {
                0..=5 => self.job(head, "public_welfare_post", 1900, start.plus(-3), None),
                6..=13 => self.job(head, "flexible", 3900, start.plus(-9), None),
                14..=17 => self.lookalike_firm(head, "cooperative", 500_000, "active", "member"),
                18..=20 => self.lookalike_firm(head, "individual", 30_000, "active", "legal_representative"),
                21..=22 => self.lookalike_firm(head, "company", 500_000, "revoked", "shareholder"),
                23..=25 => self.job(head, "enterprise", 4200, start.plus(-40), Some(start.plus(-3))),
                26 => self.detained(head, "probation", from, Some(from.plus(6))),
                _ => {}
            }
        } else if lives && self.town.dice.chance(0.02) && own_account.account_name == head.name {
            // The passbook is the old person's own; a neighbour keeps it, as agreed and filed.
            let keeper = self.neighbour();
            let day = start.plus(-1).first_day() - Days::new(20);
            self.town.rows.custody_agreement.push(CustodyAgreement {
                household_no: no,
                custodian_id_number: keeper.id,
                custodian_name: keeper.name,
                account_no: own_account.account_no,
                signed_on: Some(day),
                filed_on: Some(day + Days::new(6)),
            });
        }
    }

    fn lookalike_firm(&mut self, who: &Person, kind: Code, capital: i64, status: Code, role: Code) {
        let uscc = self.enterprise(kind, capital, status);
        self.role(&uscc, who, role);
    }

    /// Custody or probation from a day in one month to a day in another.
    pub(super) fn detained(&mut self, who: &Person, kind: Code, from: Month, to: Option<Month>) {
        let from_date = self.town.day_in(from);
        let to_date = to.map(|to| self.town.day_in(to));
        self.town.rows.detention.push(Detention {
            id_number: who.id.clone(),
            name: who.name.clone(),
            kind,
            from_date,
            to_date,
        });
    }

    /// The stay of a household that is paid through the institution.
    fn stay(&mut self, household: usize) {
        let file = &self.households[household];
        let paid_home =
            |b: &super::model::Benefit| b.payees.iter().any(|p| p.1.account_no == self.town.home.account_no);
        if let Some(benefit) = file.benefits.iter().find(|b| paid_home(b)) {
            let who = file.members[0].person.clone();
            self.town.rows.institution_stay.push(InstitutionStay {
                institution_no: self.town.home.id.clone(),
                id_number: who.id,
                name: who.name,
                from_date: benefit.start.plus(-1).first_day(),
                to_date: who.died.or(benefit.end.map(last_day)).filter(|_| !file.stays_on),
            });
        }
    }

    /// One of the neighbours.
    pub(super) fn neighbour(&mut self) -> Person {
        let at = self.town.dice.below(self.neighbours.len());
        self.neighbours[at].clone()
    }

    /// What the registers know of a family without assistance.
    pub(super) fn furnish_neighbours(&mut self, adults: &[Person]) {
        let (as_of, first) = (self.town.calendar.as_of, self.town.calendar.first);
        for who in adults {
            let old = who.age(as_of) >= 61;
            if old {
                let (kind, amount) = *self.town.dice.pick(&[("resident", 190), ("resident", 160), ("employee", 2900)]);
                self.pension(who, kind, amount);
            } else if self.town.dice.chance(0.4) {
                let (kind, base) = *self.town.dice.pick(&[
                    ("enterprise", 5200),
                    ("enterprise", 6800),
                    ("flexible", 3900),
                    ("public_budget", 7400),
                ]);
                let before = self.town.dice.between(1, 60) as i32;
                self.job(who, kind, base, first.plus(-before), None);
            }
            if self.town.dice.chance(0.2) {
                let price = self.town.dice.round(45_000, 180_000, 100);
                let before = self.town.dice.between(1, 90);
                self.vehicle(who, "car", price, before);
            }
            if self.town.dice.chance(0.25) {
                let r#use = if self.place.urban { "residential" } else { "homestead" };
                let area = self.town.dice.between(80, 160);
                self.house(who, r#use, area);
            }
            if self.town.dice.chance(0.02) {
                self.lookalike_firm(who, "company", 1_000_000, "active", "legal_representative");
            }
            if self.town.dice.chance(0.05) {
                let month = self.town.some_month(0, 1);
                self.hospital(who, month, false);
            }
            self.hardship(who);
            if self.town.dice.chance(0.004) {
                let month = self.town.some_month(0, 4);
                self.detained(who, "prison", month, None);
            }
        }
    }
}
