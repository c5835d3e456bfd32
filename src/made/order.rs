//! Making a household to order: a family, its file, its account and a benefit in working order.

use chrono::Days;

use super::family::{Family, Folk};
use super::model::{Benefit, Cover, Household, Member, Payee, Person};
use super::numbers::Series;
use super::rows::{Account, Code, Text};
use super::village::Village;
use crate::domain::month::Month;

const BANKS: [&str; 4] = ["云泽农商银行", "民安银行", "惠农储蓄银行", "青禾银行"];

impl Village<'_, '_> {
    /// A household whose benefit began before the first payment month and still runs.
    pub(super) fn order(&mut self, family: Family, programme: Code) -> usize {
        let back = self.town.dice.between(1, 40) as i32;
        let start = self.town.calendar.first.plus(-back);
        self.order_from(family, programme, start)
    }

    /// A household whose benefit starts in that month and still runs.
    pub(super) fn order_from(&mut self, family: Family, programme: Code, start: Month) -> usize {
        let folk = self.family(family);
        let household = self.file(folk, start);
        let everybody: Vec<usize> = (0..self.households[household].members.len()).collect();
        self.grant(household, programme, start, &everybody);
        household
    }

    /// A household on the lowest terms, for kin of officials: nobody can say that an official's brother was
    /// treated better than others.
    pub(super) fn order_modest(&mut self, family: Family, start: Month) -> usize {
        let folk = self.family(family);
        let household = self.file(folk, start);
        let everybody: Vec<usize> = (0..self.households[household].members.len()).collect();
        let income = self.town.standards.dibao(self.hukou(), start) * everybody.len() as i64 * 4 / 10;
        let (tier, income) = if self.place.urban { (None, income) } else { (Some("C"), 0) };
        self.grant_on(household, "dibao", start, &everybody, tier, income);
        household
    }

    /// Opens the file of a family that will apply for a benefit from `start`.
    pub(super) fn file(&mut self, folk: Folk, start: Month) -> usize {
        let joined = start.plus(-2).first_day();
        let no = self.town.numbers.label("JT", Series::Household);
        let phone = self.town.dice.chance(0.7).then(|| self.town.numbers.phone());
        self.households.push(Household {
            no,
            hukou: self.hukou(),
            address: folk.address,
            phone,
            members: folk
                .members
                .into_iter()
                .map(|(person, relation)| Member { person, relation, joined, left: None })
                .collect(),
            outside: folk.outside,
            applications: Vec::new(),
            benefits: Vec::new(),
            size_shift: 0,
            to_order: true,
            statement: false,
            banking: Default::default(),
            stays_on: false,
        });
        self.households.len() - 1
    }

    /// Grants the household a benefit for those members, paid to the head's account.
    pub(super) fn grant(&mut self, household: usize, programme: Code, start: Month, members: &[usize]) -> usize {
        let (tier, income) = self.terms(household, programme, start, members.len() as i64);
        self.grant_on(household, programme, start, members, tier, income)
    }

    /// Tier and declared income: tiers in the countryside, the standard less the income elsewhere. The
    /// income leaves something to pay even if one member goes.
    fn terms(&mut self, household: usize, programme: Code, start: Month, persons: i64) -> (Option<Code>, i64) {
        let hukou = self.households[household].hukou;
        let dice = &mut self.town.dice;
        match programme {
            "tekun" => (Some(dice.weighted(&[("self_caring", 60), ("half_care", 25), ("full_care", 15)])), 0),
            "dibao" if hukou == "rural" && dice.chance(0.6) => {
                (Some(dice.weighted(&[("A", 15), ("B", 35), ("C", 50)])), 0)
            }
            _ => {
                let standard = self.town.standards.dibao(hukou, start) * (persons - 1).max(1);
                (None, standard * dice.between(20, 50) / 1000 * 10)
            }
        }
    }

    /// Grants a benefit on given terms.
    pub(super) fn grant_on(
        &mut self,
        household: usize,
        programme: Code,
        start: Month,
        members: &[usize],
        tier: Option<Code>,
        income: i64,
    ) -> usize {
        let no = self.households[household].no.clone();
        let application = self.application(&no, programme, start, Some(income));
        let payee = match self.households[household].benefits.first() {
            Some(benefit) => benefit.payees[0].1.clone(),
            None => {
                let head = self.households[household].members[0].person.clone();
                self.payee(&head, start)
            }
        };
        let file = &mut self.households[household];
        file.applications.push(application);
        file.benefits.push(Benefit {
            application: file.applications.len() - 1,
            programme,
            tier,
            single_person: false,
            income,
            grant: None,
            covers: members.iter().map(|&member| Cover { member, from: start, to: None }).collect(),
            start,
            end: None,
            stop_notice_on: None,
            phase_out_from: None,
            payees: vec![(start, payee)],
            turns: Default::default(),
            slips: Default::default(),
            grades: Vec::new(),
            paid: Vec::new(),
        });
        file.benefits.len() - 1
    }

    /// A person who collects on an account of his own, opened before that month.
    pub(super) fn payee(&mut self, person: &Person, month: Month) -> Payee {
        let account_no = self.account(&person.id, &person.name, month);
        Payee { id: person.id.clone(), name: person.name.clone(), account_no, account_name: person.name.clone() }
    }

    /// Opens an account some time before that month.
    pub(super) fn account(&mut self, holder: &Text, name: &Text, month: Month) -> Text {
        let town = &mut *self.town;
        let kind = if town.dice.chance(0.85) { "card" } else { "passbook" };
        let account_no = town.numbers.account(kind);
        town.rows.account.push(Account {
            account_no: account_no.clone(),
            holder_id_number: holder.clone(),
            holder_name: name.clone(),
            bank: (*town.dice.pick(&BANKS)).into(),
            kind,
            opened_on: month.plus(-2).first_day() - Days::new(town.dice.below(2000) as u64),
        });
        account_no
    }

    /// From that month on the household's benefit goes to that payee.
    pub(super) fn pay_to(&mut self, household: usize, from: Month, payee: Payee) {
        let payees = &mut self.households[household].benefits[0].payees;
        payees.retain(|(month, _)| *month < from);
        payees.push((from, payee));
    }

    /// The household's money goes to somebody else's account from the start; the payee stays.
    pub(super) fn pay_into(&mut self, household: usize, account_no: &Text, account_name: &Text) {
        for (_, payee) in &mut self.households[household].benefits[0].payees {
            payee.account_no = account_no.clone();
            payee.account_name = account_name.clone();
        }
    }

    /// Takes a person into the household and its benefit from that month on.
    pub(super) fn join(&mut self, household: usize, person: &Person, relation: Code, from: Month) -> usize {
        let file = &mut self.households[household];
        let joined = from.plus(-1).first_day();
        file.members.push(Member { person: person.clone(), relation, joined, left: None });
        let member = file.members.len() - 1;
        file.benefits[0].covers.push(Cover { member, from, to: None });
        member
    }

    /// Everyday name of the household's person.
    pub(super) fn who(&self, household: usize, member: usize) -> Person {
        self.households[household].members[member].person.clone()
    }
}
