//! A township: its institution, its villages one after another, and the money that flowed through it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::funds::Fates;
use super::model::Payee;
use super::numbers::Numbers;
use super::plan::{Place, Plan};
use super::random::{Dice, Purpose};
use super::rows::{Account, Code, Institution, LocalRule, Rows, Text};
use super::standards::Standards;
use super::village::Village;
use super::write::ChunkSink;
use super::{Calendar, MadeError, Settings, cases};
use crate::domain::month::Month;

/// Everything that the villages of one township share while they are made.
#[derive(Debug)]
pub(super) struct Township<'a> {
    pub(super) settings: &'a Settings,
    pub(super) calendar: Calendar,
    pub(super) place: Place,
    pub(super) standards: Standards,
    pub(super) dice: Dice,
    pub(super) numbers: Numbers,
    pub(super) rows: Rows,
    /// The support institution, as the payee of its residents.
    pub(super) home: Payee,
    /// ID numbers that a planted case rests on: no fault may hide them for good.
    pub(super) kept: BTreeSet<Text>,
    /// Days after the due day on which each month's batch was paid.
    pub(super) batch_days: Vec<i64>,
    /// Fen paid by programme and month.
    pub(super) spent: BTreeMap<(Code, Month), i64>,
    /// What a planted case did with the money.
    pub(super) fates: Fates,
}

/// Makes one township and hands its rows over; answers the number of households with a file.
pub(super) fn make(settings: &Settings, plan: &Plan, index: u32, sink: &mut ChunkSink) -> Result<u64, MadeError> {
    let place = plan.place(index);
    let mut town = Township::found(settings, plan, place);
    let mut orders: Vec<Vec<&cases::Kind>> = vec![Vec::new(); town.place.villages.len()];
    let count = orders.len();
    let offset = town.dice.below(count);
    for (at, kind) in cases::schedule(settings, plan, index).into_iter().enumerate() {
        let first = at + offset;
        let fits = |village: &usize| !kind.rural || !town.place.villages[*village].urban;
        let village = (first..first + count).map(|village| village % count).find(fits);
        orders[village.unwrap_or(first % count)].push(kind);
    }
    let mut households = 0;
    for (number, orders) in orders.into_iter().enumerate() {
        let mut village = Village::found(&mut town, number);
        village.people(&orders);
        households += village.close(sink)?;
        sink.keep(&town.kept);
        town.rows.drain(sink)?;
    }
    town.flows();
    town.rows.drain(sink)?;
    Ok(households)
}

impl<'a> Township<'a> {
    fn found(settings: &'a Settings, plan: &Plan, place: Place) -> Self {
        let calendar = settings.calendar();
        let mut dice = Dice::of(settings.seed, Purpose::Township, u64::from(place.index));
        let mut numbers = Numbers::of(&place);
        let mut rows = Rows::default();
        let standards = Standards::of(settings.seed, place.county, &calendar);
        plan.regions(&place, &mut rows);
        if place.number == 0 {
            let county: Text = format!("{}000000", place.county_code).into();
            standards.write(&county, &mut rows);
            local_rules(&county, &calendar, &mut rows);
        }
        let home_no: Text = format!("GY{}{:02}", place.county_code, place.number).into();
        let home_name: Text = format!("{}中心敬老院", place.name).into();
        let account_no = numbers.account("passbook");
        rows.institution.push(Institution {
            institution_no: home_no.clone(),
            name: home_name.clone(),
            region_code: place.code.clone(),
        });
        rows.account.push(Account {
            account_no: account_no.clone(),
            holder_id_number: home_no.clone(),
            holder_name: home_name.clone(),
            bank: "惠农储蓄银行".into(),
            kind: "passbook",
            opened_on: calendar.first.plus(-70).first_day(),
        });
        let batch_days = (0..settings.months).map(|_| dice.between(-2, 2)).collect();
        let home = Payee { id: home_no, name: home_name.clone(), account_no, account_name: home_name };
        Self {
            settings,
            calendar,
            place,
            standards,
            dice,
            numbers,
            rows,
            home,
            kept: BTreeSet::new(),
            batch_days,
            spent: BTreeMap::new(),
            fates: Fates::new(),
        }
    }

    /// A payment month at least `after` months after the first and `before` months before the last.
    pub(super) fn some_month(&mut self, after: i32, before: i32) -> Month {
        let (first, last) = (self.calendar.first.0 + after, self.calendar.last.0 - before);
        Month(self.dice.between(i64::from(first), i64::from(last.max(first))) as i32)
    }

    /// Number of payment months.
    pub(super) fn months(&self) -> i32 {
        self.settings.months as i32
    }

    /// A day in the middle of a month.
    pub(super) fn day_in(&mut self, month: Month) -> NaiveDate {
        month.first_day() + Days::new(self.dice.between(4, 22) as u64)
    }
}

/// The county's rules: two that say what the default says, and one that has expired and is no rule.
fn local_rules(county: &Text, calendar: &Calendar, rows: &mut Rows) {
    let long_ago = calendar.first.plus(-72).first_day();
    for (parameter, value, to_date) in [
        ("pay_day", "15", None),
        ("deposit_months", "24", None),
        ("income_tolerance", "0.05", Some(calendar.first.plus(-48).first_day())),
    ] {
        rows.local_rule.push(LocalRule {
            region_code: county.clone(),
            parameter: parameter.into(),
            value: value.into(),
            from_date: long_ago,
            to_date,
        });
    }
}
