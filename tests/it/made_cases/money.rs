//! Statements, institutions and funds: D05, D06, D07, D08, D10, D12.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Months, NaiveDateTime};
use mingjing::domain::month::Month;

use super::county::{County, Raised, Row};

fn paid(county: &County) -> impl Iterator<Item = &Row> {
    county.table("payment").iter().filter(|row| row.text("status") == "paid")
}

fn at(row: &Row) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(&row.text("at").replace('T', " "), "%Y-%m-%d %H:%M:%S").unwrap()
}

fn debits(county: &County) -> impl Iterator<Item = &Row> {
    county.table("account_transaction").iter().filter(|row| row.text("direction") == "out")
}

/// Five accounts or more within ten minutes at one terminal, in two months or more.
pub(super) fn drawn_together(county: &County) -> Raised {
    let mut drawn: BTreeMap<&str, Vec<(NaiveDateTime, &str)>> = BTreeMap::new();
    for row in debits(county).filter(|row| !row.is_empty("terminal_no")) {
        drawn.entry(row.text("terminal_no")).or_default().push((at(row), row.text("account_no")));
    }
    let mut raised = Raised::new();
    for (terminal, mut drawn) in drawn {
        drawn.sort_unstable();
        let mut months = BTreeSet::new();
        for (start, _) in &drawn {
            let window = drawn.iter().filter(|(time, _)| time >= start && (*time - *start).num_seconds() <= 600);
            if window.map(|(_, account)| account).collect::<BTreeSet<_>>().len() >= 5 {
                months.insert(Month::of(start.date()));
            }
        }
        if months.len() >= 2 {
            raised.insert(terminal.to_owned());
        }
    }
    raised
}

/// Fen paid for each month, and the award row.
type PaidByMonth<'a> = BTreeMap<Month, (i64, &'a str)>;

/// Paid and not credited where the statement is held, or more paid than is due and was missed.
pub(super) fn mismatch(county: &County) -> Raised {
    let statements = county.by("account_transaction", "account_no");
    let awards: BTreeMap<&str, &Row> = county.table("award").iter().map(|row| (row.text("award_no"), row)).collect();
    let mut raised = Raised::new();
    let mut sums: BTreeMap<(&str, &str), PaidByMonth<'_>> = BTreeMap::new();
    for row in paid(county) {
        let (award, day) = (row.text("award_no"), row.date("paid_on").unwrap());
        if let Some(statement) = statements.get(row.text("account_no")) {
            let credited = statement.iter().any(|entry| {
                entry.text("direction") == "in"
                    && entry.fen("amount") == row.fen("amount")
                    && (entry.date("at").unwrap() - day).num_days().abs() <= 5
            });
            if !credited {
                raised.insert(award.to_owned());
            }
        }
        let chain = (awards[award].text("household_no"), awards[award].text("application_no"));
        let months = sums.entry(chain).or_default();
        months.entry(row.month("month").unwrap()).or_insert((0, award)).0 += row.fen("amount");
    }
    for months in sums.into_values() {
        let first = *months.keys().next().unwrap();
        let due = |award: &str| awards[award].fen("monthly_amount");
        let (mut owed, mut month) = (0, first);
        for (next, (sum, award)) in &months {
            owed += i64::from(next.0 - month.0 - 1).max(0) * due(award);
            let excess = sum - due(award);
            if excess > owed + 100 {
                raised.insert((*award).to_owned());
            }
            owed = (owed - excess).max(0);
            month = *next;
        }
    }
    raised
}

/// Debits more than 30 days after the holder's death, from assistance paid after it.
pub(super) fn drawn_after_death(county: &County) -> Raised {
    let dead: BTreeMap<&str, &Row> = county.table("death").iter().map(|row| (row.text("id_number"), row)).collect();
    let drawn: BTreeMap<&str, _> = debits(county).fold(BTreeMap::new(), |mut latest, row| {
        let last = latest.entry(row.text("account_no")).or_insert(row.date("at").unwrap());
        *last = row.date("at").unwrap().max(*last);
        latest
    });
    let mut raised = Raised::new();
    for account in county.table("account") {
        let no = account.text("account_no");
        let (Some(death), Some(last)) = (dead.get(account.text("holder_id_number")), drawn.get(no)) else { continue };
        let died = death.date("died_on").unwrap();
        let after = paid(county).any(|row| row.text("account_no") == no && row.date("paid_on").unwrap() > died);
        if after && (*last - died).num_days() > 30 {
            raised.insert(account.text("holder_id_number").to_owned());
        }
    }
    raised
}

/// Paid for a resident who is dead, or more than 30 days in hospital.
pub(super) fn absent(county: &County) -> Raised {
    let home = |no: &str| {
        let accounts = county.table("account").iter().filter(|row| row.text("holder_id_number") == no);
        accounts.map(|row| row.text("account_no")).collect::<BTreeSet<_>>()
    };
    let died: BTreeMap<&str, _> =
        county.table("death").iter().map(|row| (row.text("id_number"), row.date("died_on").unwrap())).collect();
    let bills = county.by("medical_settlement", "id_number");
    let payments = county.by("payment", "payee_id_number");
    let mut raised = Raised::new();
    for stay in county.table("institution_stay") {
        let (id, no) = (stay.text("id_number"), stay.text("institution_no"));
        let (from, to, accounts) = (stay.date("from_date").unwrap(), stay.date("to_date"), home(no));
        let still = |day| to.is_none_or(|to| to > day);
        let mut absences = Vec::new();
        if let Some(day) = died.get(id).filter(|day| still(**day)) {
            absences.push((*day, None));
        }
        for bill in bills.get(id).into_iter().flatten() {
            let (admitted, discharged) = (bill.date("admitted_on").unwrap(), bill.date("discharged_on").unwrap());
            if from <= admitted && still(admitted + Days::new(30)) && (discharged - admitted).num_days() > 30 {
                absences.push((admitted, Some(discharged)));
            }
        }
        let paid_in = |(from, to): &(chrono::NaiveDate, Option<chrono::NaiveDate>)| {
            payments.get(id).into_iter().flatten().any(|row| {
                let month = row.month("month").unwrap();
                let (first, to) = (month.first_day(), to.unwrap_or(chrono::NaiveDate::MAX));
                row.text("status") == "paid"
                    && accounts.contains(row.text("account_no"))
                    && first > *from
                    && first <= to
            })
        };
        if absences.iter().any(paid_in) {
            raised.insert(no.to_owned());
        }
    }
    raised
}

/// Transfers out of an account at most ten days after a payment into it.
pub(super) fn sent_on(county: &County) -> Vec<&Row> {
    let mut paid_on: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
    for row in paid(county) {
        paid_on.entry(row.text("account_no")).or_default().insert(row.date("paid_on").unwrap());
    }
    debits(county)
        .filter(|row| !row.is_empty("counter_account_no"))
        .filter(|row| {
            let day = row.date("at").unwrap();
            paid_on.get(row.text("account_no")).is_some_and(|days| days.range(day - Days::new(10)..=day).count() > 0)
        })
        .collect()
}

/// From three recipients' accounts or more to one account, in two months or more.
pub(super) fn flow_back(county: &County) -> Raised {
    let mut sent: BTreeMap<(&str, Month), BTreeSet<&str>> = BTreeMap::new();
    for row in sent_on(county) {
        let key = (row.text("counter_account_no"), Month::of(row.date("at").unwrap()));
        sent.entry(key).or_default().insert(row.text("account_no"));
    }
    let mut months: BTreeMap<&str, usize> = BTreeMap::new();
    for ((account, _), _) in sent.iter().filter(|(_, from)| from.len() >= 3) {
        *months.entry(account).or_default() += 1;
    }
    months.into_iter().filter(|(_, months)| *months >= 2).map(|(account, _)| account.to_owned()).collect()
}

/// More than a twentieth not out after three months, or money to somebody who is no recipient; the
/// regions with the months.
pub(super) fn held_or_diverted(county: &County) -> Raised {
    let recipients: BTreeSet<&str> = paid(county).map(|row| row.text("account_no")).collect();
    let mut left: BTreeMap<(&str, &str, &str), (i64, i64)> = BTreeMap::new();
    let mut raised = Raised::new();
    for row in county.table("fund_flow") {
        let (region, month) = (row.text("region_code"), row.text("month"));
        let (allocated, rest) = left.entry((region, row.text("programme"), month)).or_default();
        let limit = row.month("month").unwrap().first_day() + Months::new(4);
        match row.text("kind") {
            "allocated" => {
                *allocated += row.fen("amount");
                *rest += row.fen("amount");
            }
            "transferred" if !recipients.contains(row.text("payee_account_no")) => {
                raised.insert(format!("{region} {month}"));
            }
            "disbursed" | "returned" if row.date("flowed_on").unwrap() < limit => *rest -= row.fen("amount"),
            _ => {}
        }
    }
    let held = left.into_iter().filter(|(_, (allocated, rest))| rest * 20 > *allocated);
    raised.extend(held.map(|((region, _, month), _)| format!("{region} {month}")));
    raised
}
