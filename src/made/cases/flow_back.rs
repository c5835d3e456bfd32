//! Money that leaves the recipients' accounts again, together or to one hand (D05, D10, D11).

use super::super::debits::Debit;
use super::super::family::Family;
use super::super::rows::Text;
use super::super::truth::{Amount, Claim, Subject};
use super::statements::terminal;
use super::{Kind, Village, decoy, real};
use crate::domain::month::Month;
use crate::made::standards::yuan;

pub(super) const KINDS: &[Kind] = &[
    real("D05", drawn_together),
    decoy("D05", "single_month", drawn_together_once),
    decoy("D05", "under_threshold", few_drawn_together),
    real("D10", collected),
    decoy("D10", "single_month", bought_once),
    real("D11", kickback),
    decoy("D11", "close_kin", to_own_kin),
];

/// Old people's households whose statements were produced, and their accounts.
fn stated(v: &mut Village<'_, '_>, count: usize) -> (Vec<usize>, Vec<Text>) {
    let households: Vec<usize> = (0..count).map(|_| v.order(Family::SoloElder, "dibao")).collect();
    let mut accounts = Vec::new();
    for household in &households {
        let file = &mut v.households[*household];
        file.statement = true;
        accounts.push(file.benefits[0].payees[0].1.account_no.clone());
    }
    (households, accounts)
}

fn numbers(v: &Village<'_, '_>, households: &[usize]) -> Vec<Text> {
    households.iter().map(|h| v.households[*h].no.clone()).collect()
}

/// Some months in a row.
fn run(v: &mut Village<'_, '_>, low: i64, high: i64) -> Vec<Month> {
    let count = v.town.dice.between(low, high) as i32;
    let from = v.town.some_month(0, count + 1);
    (0..count).map(|at| from.plus(at)).collect()
}

/// One person with all the cards at one machine, the cards half a minute to a minute apart.
fn draw(v: &mut Village<'_, '_>, households: &[usize], months: &[Month], terminal: &Text) {
    for month in months {
        let (day, mut second) = (v.town.dice.between(1, 4) as u64, v.town.dice.between(2_000, 30_000));
        for household in households {
            v.households[*household].banking.debits.push(Debit::cash(*month, (day, second), "atm", terminal));
            second += v.town.dice.between(25, 70);
        }
    }
}

/// Five or six accounts drawn within minutes, in two to four months.
fn drawn_together(v: &mut Village<'_, '_>) {
    let count = 5 + v.town.dice.below(2);
    let (households, accounts) = stated(v, count);
    let (months, terminal) = (run(v, 2, 4), terminal(v));
    draw(v, &households, &months, &terminal);
    let numbers = numbers(v, &households);
    let claim = Claim::real("D05", Subject::Named("terminal", terminal)).of(households[0], 0);
    let claim = claim.alt(accounts).alt(numbers);
    v.claim(claim.months(months[0], months[months.len() - 1], Amount::Nothing));
}

fn drawn_lawfully(v: &mut Village<'_, '_>, count: usize, months: &[Month], exemption: &'static str) {
    let (households, _) = stated(v, count);
    let terminal = terminal(v);
    draw(v, &households, months, &terminal);
    v.claim(Claim::decoy("D05", exemption, Subject::Named("terminal", terminal)).of(households[0], 0));
}

/// A neighbour drove five old people to the bank, one time.
fn drawn_together_once(v: &mut Village<'_, '_>) {
    let months = run(v, 1, 1);
    drawn_lawfully(v, 5, &months, "single_month");
}

/// Three old friends go to the bank together every month.
fn few_drawn_together(v: &mut Village<'_, '_>) {
    let months = run(v, 2, 4);
    drawn_lawfully(v, 3, &months, "under_threshold");
}

/// Sends a sum on from each household's account soon after the payments of those months; fen in all.
fn send(v: &mut Village<'_, '_>, households: &[usize], months: &[Month], to: &(Text, Text)) -> i64 {
    let mut sum = 0;
    for month in months {
        for household in households {
            let after = (v.town.dice.between(1, 5) as u64, v.town.dice.between(0, 30_000));
            let amount = yuan(v.town.dice.round(100, 200, 10));
            v.households[*household].banking.debits.push(Debit::transfer(*month, after, amount, to.clone()));
            sum += amount.0;
        }
    }
    sum
}

/// Three or four households pay a part back to one account, which is a neighbour's or an official's.
fn collected(v: &mut Village<'_, '_>) {
    let count = 3 + v.town.dice.below(2);
    let (households, _) = stated(v, count);
    let official = v.town.dice.chance(0.4).then(|| v.new_official("village", None).0);
    let holder = official.as_ref().map_or_else(|| v.neighbour(), |o| o.person.clone());
    let account = v.account(&holder.id, &holder.name, v.town.calendar.first.plus(-48));
    let months = run(v, 2, 4);
    let sum = send(v, &households, &months, &(account.clone(), holder.name.clone()));
    let numbers = numbers(v, &households);
    let (from, to) = (months[0], months[months.len() - 1]);
    let amount = Amount::Exactly(crate::domain::money::Fen(sum));
    let claim = Claim::real("D10", Subject::Account(account.clone())).of(households[0], 0).alt(numbers.clone());
    v.claim(claim.months(from, to, amount).note(if official.is_some() { "official" } else { "neighbour" }));
    if let Some(official) = official {
        let claim = Claim::real("D11", Subject::Named("official", official.no)).of(households[0], 0);
        let claim = claim.alt([official.person.id, account]).alt(numbers);
        v.claim(claim.months(from, to, amount).note("who collects from several"));
    }
}

/// Three households buy seed from one shop, in one month.
fn bought_once(v: &mut Village<'_, '_>) {
    let (households, _) = stated(v, 3);
    let holder = v.neighbour();
    let account = v.account(&holder.id, &holder.name, v.town.calendar.first.plus(-48));
    let months = run(v, 1, 1);
    send(v, &households, &months, &(account.clone(), holder.name));
    let claim = Claim::decoy("D10", "single_month", Subject::Account(account)).of(households[0], 0);
    let numbers = numbers(v, &households);
    v.claim(claim.alt(numbers));
}

/// A recipient sends money to an official, or to the official's spouse, after every payment of some months.
fn kickback(v: &mut Village<'_, '_>) {
    let (households, own) = stated(v, 1);
    let (official, family) = v.new_official("village", None);
    let to_spouse = v.town.dice.chance(0.35);
    let holder = family[usize::from(to_spouse)].clone();
    let account = v.account(&holder.id, &holder.name, v.town.calendar.first.plus(-48));
    let months = run(v, 2, 5);
    let sum = send(v, &households, &months, &(account.clone(), holder.name));
    let claim = Claim::real("D11", Subject::Named("official", official.no)).of(households[0], 0);
    let claim = claim.alt([official.person.id, holder.id, account]).alt(own);
    let claim = claim.note(if to_spouse { "close kin of the official" } else { "official" });
    v.claim(claim.months(months[0], months[months.len() - 1], Amount::Exactly(crate::domain::money::Fen(sum))));
}

/// An old person sends money to a child, who is an official, declared and visited.
fn to_own_kin(v: &mut Village<'_, '_>) {
    let start = v.town.calendar.first.plus(-(v.town.dice.between(2, 40) as i32));
    let household = v.order_modest(Family::SoloElder, start);
    v.households[household].statement = true;
    let (official, _) = v.new_official("village", None);
    let child = official.person.clone();
    v.parent(&v.who(household, 0), &child);
    v.declare(household, &official, ("parent", "other"));
    let account = v.account(&child.id, &child.name, v.town.calendar.first.plus(-48));
    let months = run(v, 2, 4);
    send(v, &[household], &months, &(account.clone(), child.name));
    let claim = Claim::decoy("D11", "close_kin", Subject::Named("official", official.no)).of(household, 0);
    v.claim(claim.alt([account]));
}
