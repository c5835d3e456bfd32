//! Statements of accounts, where a lawful order produced them: what came in from the treasury and what
//! the family drew.

use chrono::{Days, Duration, NaiveDate};

use super::debits::Debit;
use super::model::{Household, Person};
use super::rows::{AccountTransaction, Code, Text};
use super::village::Village;
use crate::domain::money::Fen;
use crate::domain::month::Month;

const TREASURY: &str = "801990000000000001";
const TREASURY_NAME: &str = "惠民惠农财政补贴资金专户";
/// Seconds from half past eight to the evening.
const OPEN: i64 = 32_000;

/// A day, and seconds after half past eight.
type Moment = (NaiveDate, i64);

impl Village<'_, '_> {
    /// The statement of the account that the household began the window with.
    pub(super) fn statement(&mut self, file: &Household) {
        let account_no = file.benefits[0].payees[0].1.account_no.clone();
        if account_no == self.town.home.account_no {
            return;
        }
        let credits: Vec<(Month, NaiveDate, Fen)> = self
            .town
            .rows
            .payment
            .iter()
            .filter(|p| p.account_no == account_no && !file.banking.missing.contains(&p.month))
            .filter_map(|p| p.paid_on.map(|day| (p.month, day, p.amount)))
            .collect();
        let died = file.members[0].person.died;
        let place = &self.town.place;
        let terminal: Text = format!("POS{}{:02}{:02}", place.county_code, place.number, self.number).into();
        let child = file.outside.first().filter(|_| !file.to_order).cloned();
        let child = child.filter(|_| self.town.dice.chance(0.5)).map(|child| self.child_account(&child));
        let mut balance = 0;
        for (month, day, amount) in credits {
            let opened = self.town.dice.between(0, OPEN);
            let treasury = (TREASURY.into(), TREASURY_NAME.into());
            self.transaction(&account_no, (day, opened), "in", amount, Way("transfer", None, Some(treasury)));
            balance += amount.0;
            let planned: Vec<&Debit> = file.banking.debits.iter().filter(|d| d.month == month).collect();
            for debit in &planned {
                let sum = debit.amount.map_or(balance / 1000 * 1000, |sum| sum.0.min(balance));
                let moment = (day + Days::new(debit.after.0), debit.after.1);
                let way = Way(debit.channel, debit.terminal.clone(), debit.counter.clone());
                self.transaction(&account_no, moment, "out", Fen(sum), way);
                balance -= sum;
            }
            let drawn_on = day + Days::new(self.town.dice.between(1, 9) as u64);
            let lives = died.is_none_or(|died| drawn_on < died) && drawn_on <= self.town.calendar.as_of;
            if planned.is_empty() && lives && self.town.dice.chance(0.8) {
                let drawn = balance / 1000 * self.town.dice.between(6, 10) * 100;
                if drawn > 0 {
                    let moment = (drawn_on, self.town.dice.between(0, OPEN));
                    let way = self.everyday(&terminal, child.as_ref());
                    self.transaction(&account_no, moment, "out", Fen(drawn), way);
                    balance -= drawn;
                }
            }
        }
    }

    /// How a family takes its money: mostly in cash, sometimes by telephone or to a grown child.
    fn everyday(&mut self, terminal: &Text, child: Option<&(Text, Text)>) -> Way {
        let child_share = if child.is_some() { 2 } else { 0 };
        let channel = self.town.dice.weighted(&[
            ("pos", 60),
            ("atm", 20),
            ("counter", 20),
            ("wallet", 10),
            ("transfer", 10 * child_share),
        ]);
        let machine = matches!(channel, "pos" | "atm").then(|| terminal.clone());
        Way(channel, machine, child.filter(|_| channel == "transfer").cloned())
    }

    /// A grown child's own account.
    fn child_account(&mut self, child: &Person) -> (Text, Text) {
        let first = self.town.calendar.first;
        (self.account(&child.id, &child.name, first), child.name.clone())
    }

    fn transaction(&mut self, account_no: &Text, (day, second): Moment, direction: Code, amount: Fen, way: Way) {
        let opening = day.and_hms_opt(8, 30, 0).unwrap_or_default();
        let Way(channel, terminal_no, counter) = way;
        let (counter_account_no, counter_name) = counter.unzip();
        self.town.rows.account_transaction.push(AccountTransaction {
            account_no: account_no.clone(),
            at: opening + Duration::seconds(second),
            direction,
            amount,
            channel,
            terminal_no,
            counter_account_no,
            counter_name,
        });
    }
}

/// Channel, terminal, and account and name of the other side.
struct Way(Code, Option<Text>, Option<(Text, Text)>);
