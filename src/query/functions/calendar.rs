//! Days and months. A month is the date of its first day.

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, Date32Array, Int32Array, Int64Array};
use datafusion::common::Result;

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};
use crate::contract::contract;

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "month_of",
        arguments: &[("date", Kind::Date, "a day")],
        returns: Kind::Date,
        description: "First day of the month that the date lies in.",
        example: "month_of(DATE '2024-03-31') → 2024-03-01",
        body: Body::Plain(|a| shift(a, 0)),
    },
    Spec {
        name: "month_after",
        arguments: &[("date", Kind::Date, "a day")],
        returns: Kind::Date,
        description: "First day of the month after the one that the date lies in.",
        example: "month_after(DATE '2023-12-01') → 2024-01-01",
        body: Body::Plain(|a| shift(a, 1)),
    },
    Spec {
        name: "month_add",
        arguments: &[("date", Kind::Date, "a day"), ("months", Kind::Whole, "how many months on; negative goes back")],
        returns: Kind::Date,
        description: "First day of the month that lies so many months after the date's month.",
        example: "month_add(DATE '2024-03-31', -3) → 2023-12-01",
        body: Body::Plain(add),
    },
    Spec {
        name: "months_between",
        arguments: &[("from", Kind::Date, "a day"), ("to", Kind::Date, "a day")],
        returns: Kind::Small,
        description: "Months from the month of the first date to the month of the second; days do not count, negative where the second is earlier.",
        example: "months_between(DATE '2023-11-30', DATE '2024-02-01') → 3",
        body: Body::Plain(between),
    },
    Spec {
        name: "day_add",
        arguments: &[("date", Kind::Date, "a day"), ("days", Kind::Whole, "how many days on; negative goes back")],
        returns: Kind::Date,
        description: "The day that lies so many days after the date.",
        example: "day_add(DATE '2024-02-28', 2) → 2024-03-01",
        body: Body::Plain(add_days),
    },
    Spec {
        name: "days_between",
        arguments: &[("from", Kind::Date, "a day"), ("to", Kind::Date, "a day")],
        returns: Kind::Small,
        description: "Days from the first date to the second; negative where the second is earlier.",
        example: "days_between(DATE '2024-02-28', DATE '2024-03-01') → 2",
        body: Body::Plain(days),
    },
    Spec {
        name: "working_days_between",
        arguments: &[
            ("from", Kind::Date, "the day of the event, not counted"),
            ("to", Kind::Date, "the last day, counted"),
        ],
        returns: Kind::Whole,
        description: "Working days after the first date up to the second: Monday to Friday less public holidays, with the weekends that are worked.",
        example: "working_days_between(DATE '2024-09-30', DATE '2024-10-08') → 1",
        body: Body::Plain(working_days),
    },
];

/// Months since 1970-01 of a day, by the civil-calendar arithmetic of Howard Hinnant
/// (<https://howardhinnant.github.io/date_algorithms.html>): no table, no branch on leap years.
fn month_number(day: i32) -> i32 {
    let z = i64::from(day) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    // The era's year begins in March: its months 10 and 11 belong to the next civil year.
    let months = (era * 400 + year_of_era) * 12 + month_from_march + 2;
    (months - 1970 * 12) as i32
}

/// First day of a month counted from 1970-01.
fn first_day(month: i32) -> i32 {
    let months = i64::from(month) + 1970 * 12 - 2;
    let (year, month_from_march) = (months.div_euclid(12), months.rem_euclid(12));
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month_from_march + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) as i32
}

/// Payments come in runs of one month, so the last answer is kept.
struct Shift {
    day: i32,
    answer: i32,
    months: i32,
}

impl Shift {
    fn new(months: i32) -> Self {
        Self { day: 0, answer: first_day(months), months }
    }

    #[inline]
    fn of(&mut self, day: i32) -> i32 {
        if day != self.day {
            self.day = day;
            self.answer = first_day(month_number(day).saturating_add(self.months));
        }
        self.answer
    }
}

fn shift(arguments: &Arguments<'_>, months: i32) -> Result<ArrayRef> {
    let days = arguments.date(0)?;
    let mut shift = Shift::new(months);
    Ok(Arc::new(arguments.rows().map(|i| days.get(i).map(|day| shift.of(day))).collect::<Date32Array>()))
}

fn add(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (days, months) = (arguments.date(0)?, arguments.whole(1)?);
    let answer = |i| {
        let month = i64::from(month_number(days.get(i)?)) + months.get(i)?;
        // Beyond the dates that 32 bits of days hold there is no answer.
        i32::try_from(month).ok().filter(|m| m.abs() < 12 * 5_000_000).map(first_day)
    };
    Ok(Arc::new(arguments.rows().map(answer).collect::<Date32Array>()))
}

fn between(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (from, to) = (arguments.date(0)?, arguments.date(1)?);
    let answer = |i| Some(month_number(to.get(i)?) - month_number(from.get(i)?));
    Ok(Arc::new(arguments.rows().map(answer).collect::<Int32Array>()))
}

fn add_days(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (days, more) = (arguments.date(0)?, arguments.whole(1)?);
    let answer = |i| i32::try_from(i64::from(days.get(i)?).checked_add(more.get(i)?)?).ok();
    Ok(Arc::new(arguments.rows().map(answer).collect::<Date32Array>()))
}

fn days(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (from, to) = (arguments.date(0)?, arguments.date(1)?);
    let answer = |i| to.get(i)?.checked_sub(from.get(i)?);
    Ok(Arc::new(arguments.rows().map(answer).collect::<Int32Array>()))
}

fn working_days(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let (from, to) = (arguments.date(0)?, arguments.date(1)?);
    let holidays = &contract().holidays;
    let day = |days: i32| NaiveDate::from_epoch_days(days);
    let answer = |i| Some(holidays.working_days_between(day(from.get(i)?)?, day(to.get(i)?)?));
    Ok(Arc::new(arguments.rows().map(answer).collect::<Int64Array>()))
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn months_agree_with_the_calendar(day in -800_000i32..800_000, add in -500i32..500) {
            let date = NaiveDate::from_epoch_days(day).unwrap();
            prop_assert_eq!(month_number(day), (date.year() - 1970) * 12 + date.month0() as i32);
            let first = NaiveDate::from_epoch_days(first_day(month_number(day))).unwrap();
            prop_assert_eq!(first, date.with_day(1).unwrap());
            prop_assert_eq!(month_number(first_day(month_number(day) + add)), month_number(day) + add);
            prop_assert_eq!(Shift::new(0).of(day), first_day(month_number(day)));
        }
    }
}
