//! Procedure and grants: C09, C10, E02, B05, B06, D03.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::county::{County, Raised};

/// Approved with a step missing or too short and no emergency, or an award without an application.
pub(super) fn step_skipped(county: &County) -> Raised {
    let mut raised = Raised::new();
    for row in county.approved().filter(|row| row.text("emergency") != "true") {
        let (decided, surveyed) = (row.date("decided_on").unwrap(), row.date("surveyed_on"));
        let notice = row.date("notice_from").zip(row.date("notice_to"));
        let surveyors = ["surveyor_1", "surveyor_2"].iter().filter(|part| !row.is_empty(part)).count();
        if surveyed.is_none()
            || surveyors < 2
            || notice.is_none_or(|(from, to)| (to - from).num_days() < 7 || decided < to)
            || (row.date("applied_on") == Some(decided) && surveyed == Some(decided))
        {
            raised.insert(row.text("application_no").to_owned());
        }
    }
    let without = county.table("award").iter().filter(|row| row.is_empty("application_no"));
    raised.extend(without.map(|row| row.text("award_no").to_owned()));
    raised
}

/// First and last month of an award, and its household.
type Turn<'a> = (i32, i32, &'a str);

/// Five households of a village or more, one after the other, with short dibao awards of one amount.
pub(super) fn rotation(county: &County) -> Raised {
    let villages: BTreeMap<&str, &str> =
        county.table("household").iter().map(|row| (row.text("household_no"), row.text("region_code"))).collect();
    let mut turns: BTreeMap<(&str, i64), BTreeSet<Turn<'_>>> = BTreeMap::new();
    for row in county.table("award").iter().filter(|row| row.text("programme") == "dibao") {
        let (Some(from), Some(to)) = (row.month("start_month"), row.month("end_month")) else { continue };
        if to.0 - from.0 < 6 {
            let village = villages[row.text("household_no")];
            let turn = (from.0, to.0, row.text("household_no"));
            turns.entry((village, row.fen("monthly_amount"))).or_default().insert(turn);
        }
    }
    let mut raised = Raised::new();
    for ((village, _), turns) in turns {
        let (mut longest, mut run, mut last) = (0, 0, i32::MIN);
        for (from, to, _) in turns {
            run = if from == last + 1 { run + 1 } else { 1 };
            longest = longest.max(run);
            last = to;
        }
        if longest >= 5 {
            raised.insert(village.to_owned());
        }
    }
    raised
}

/// Mondays to Fridays after the one day, up to the other.
fn weekdays(from: NaiveDate, to: NaiveDate) -> usize {
    from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| day.weekday().number_from_monday() < 6).count()
}

/// Decided after more than 30 working days, or pending for so long. No month has ten holidays.
pub(super) fn late(county: &County) -> Raised {
    let as_of = NaiveDate::from_ymd_opt(2024, 12, 31).unwrap();
    let applications = county.table("application").iter();
    applications
        .filter(|row| weekdays(row.date("applied_on").unwrap(), row.date("decided_on").unwrap_or(as_of)) > 40)
        .map(|row| row.text("application_no").to_owned())
        .collect()
}

/// Three small grants in half a year that are together over the limit, or one over the cap.
pub(super) fn split_grants(county: &County) -> Raised {
    let hukou: BTreeMap<&str, &str> =
        county.table("person").iter().map(|row| (row.text("id_number"), row.text("hukou_kind"))).collect();
    let heads: BTreeMap<&str, &str> =
        county.table("household").iter().map(|row| (row.text("household_no"), row.text("head_id_number"))).collect();
    let mut raised = Raised::new();
    for (household, awards) in county.by("award", "household_no") {
        let grants: Vec<_> = awards.into_iter().filter(|row| row.text("programme") == "temporary").collect();
        let mut small: Vec<i32> = Vec::new();
        for row in &grants {
            let (month, amount) = (row.month("start_month").unwrap(), row.fen("monthly_amount"));
            if amount <= 100_000 {
                small.push(month.0);
            }
            let county_code = &household[2..8];
            let standards = county.table("standard").iter().filter(|s| {
                s.text("programme") == "dibao"
                    && s.is_empty("tier")
                    && s.text("hukou_kind") == hukou[heads[household]]
                    && s.text("region_code").starts_with(county_code)
                    && s.month("from_month").unwrap() <= month
            });
            let standard = standards.max_by_key(|s| s.month("from_month")).unwrap().fen("monthly_amount");
            let persons: i64 = row.text("persons").parse().unwrap();
            if amount > 6 * standard * persons {
                raised.insert(household.to_owned());
            }
        }
        small.sort_unstable();
        if small.windows(3).any(|three| three[2] - three[0] < 6) {
            raised.insert(household.to_owned());
        }
    }
    raised
}

/// Paid first, and surveyed never or after more than 30 days.
pub(super) fn no_follow_up(county: &County) -> Raised {
    let emergencies = county.approved().filter(|row| row.text("emergency") == "true");
    emergencies
        .filter(|row| {
            let decided = row.date("decided_on").unwrap();
            row.date("surveyed_on").is_none_or(|day| (day - decided).num_days() > 30)
        })
        .map(|row| row.text("application_no").to_owned())
        .collect()
}

/// One operator on one day, five awards or more, accounts that are not the payees'.
pub(super) fn bulk_change(county: &County) -> Raised {
    let holders: BTreeMap<&str, &str> =
        county.table("account").iter().map(|row| (row.text("account_no"), row.text("holder_id_number"))).collect();
    let payees = county.by("payment", "award_no");
    let mut changed: BTreeMap<(&str, NaiveDate), BTreeSet<&str>> = BTreeMap::new();
    for row in county.table("account_change") {
        let award = row.text("award_no");
        let holder = holders[row.text("new_account_no")];
        if payees[award].iter().all(|payment| payment.text("payee_id_number") != holder) {
            let key = (row.text("operator"), row.date("changed_at").unwrap());
            changed.entry(key).or_default().insert(award);
        }
    }
    changed.into_iter().filter(|(_, awards)| awards.len() >= 5).map(|((no, _), _)| no.to_owned()).collect()
}
