//! Statements of accounts, where a lawful order produced them: what came in from the treasury and what
//! the family drew.

use chrono::{Days, Duration, NaiveDate};

use super::model::Household;
use super::rows::{AccountTransaction, Code, Text};
use super::village::Village;
use crate::domain::money::Fen;

const TREASURY: &str = "801990000000000001";
const TREASURY_NAME: &str = "惠民惠农财政补贴资金专户";

impl Village<'_, '_> {
    /// The statement of the account that the household began the window with.
    pub(super) fn statement(&mut self, file: &Household) {
        let account_no = file.benefits[0].payees[0].1.account_no.clone();
        if account_no == self.town.home.account_no {
            return;
        }
        let credits: Vec<(NaiveDate, Fen)> = self
            .town
            .rows
            .payment
            .iter()
            .filter(|p| p.account_no == account_no)
            .filter_map(|p| p.paid_on.map(|day| (day, p.amount)))
            .collect();
        let died = file.members[0].person.died;
        let place = &self.town.place;
        let terminal: Text = format!("POS{}{:02}{:02}", place.county_code, place.number, self.number).into();
        let mut balance = 0;
        for (day, amount) in credits {
            self.transaction(&account_no, day, "in", amount, "transfer", None);
            balance += amount.0;
            let drawn_on = day + Days::new(self.town.dice.between(1, 9) as u64);
            let lives = died.is_none_or(|died| drawn_on < died) && drawn_on <= self.town.calendar.as_of;
            if lives && self.town.dice.chance(0.8) {
                let drawn = balance / 1000 * self.town.dice.between(6, 10) * 100;
                if drawn > 0 {
                    let channel = self.town.dice.weighted(&[("pos", 6), ("atm", 2), ("counter", 2)]);
                    self.transaction(&account_no, drawn_on, "out", Fen(drawn), channel, Some(&terminal));
                    balance -= drawn;
                }
            }
        }
    }

    fn transaction(
        &mut self,
        account_no: &Text,
        day: NaiveDate,
        direction: Code,
        amount: Fen,
        channel: Code,
        terminal: Option<&Text>,
    ) {
        let opening = day.and_hms_opt(8, 30, 0).unwrap_or_default();
        let at = opening + Duration::seconds(self.town.dice.between(0, 32_000));
        let treasury = terminal.is_none();
        self.town.rows.account_transaction.push(AccountTransaction {
            account_no: account_no.clone(),
            at,
            direction,
            amount,
            channel,
            terminal_no: terminal.filter(|_| channel != "counter").cloned(),
            counter_account_no: treasury.then(|| TREASURY.into()),
            counter_name: treasury.then(|| TREASURY_NAME.into()),
        });
    }
}
