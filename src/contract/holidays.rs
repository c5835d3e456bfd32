use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::rows;

/// Public holidays on weekdays and weekends that are worked, as the State Council's yearly notices
/// (国务院办公厅关于部分节假日安排的通知) set them. Years without a notice fall back to Monday to Friday.
#[derive(Debug, Default)]
pub struct Holidays {
    off: BTreeSet<NaiveDate>,
    worked: BTreeSet<NaiveDate>,
}

impl Holidays {
    /// Whether offices work on that day.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        match day.weekday() {
            Weekday::Sat | Weekday::Sun => self.worked.contains(&day),
            _ => !self.off.contains(&day),
        }
    }

    /// Working days in `(from, to]`: the day of the event does not count, the last day does
    /// (民法典 art. 201). Zero where `to` is not after `from`. O(weeks + holidays in between).
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to <= from {
            return 0;
        }
        let Some(first) = from.checked_add_days(Days::new(1)) else { return 0 };
        let days = (to - from).num_days();
        let weeks = days / 7;
        let weekdays = weeks * 5
            + (0..days % 7)
                .filter(|i| !matches!((first.weekday().num_days_from_monday() as i64 + i) % 7, 5 | 6))
                .count() as i64;
        weekdays + self.worked.range(first..=to).count() as i64 - self.off.range(first..=to).count() as i64
    }
}

pub(super) fn parse(text: &str) -> Result<Holidays, String> {
    let mut holidays = Holidays::default();
    for row in rows(text)? {
        let day: NaiveDate = row["date"].parse().map_err(|_| format!("holidays.csv: bad date '{}'", row["date"]))?;
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        match (row["kind"].as_str(), weekend) {
            ("off", false) => _ = holidays.off.insert(day),
            ("off", true) => {}
            ("worked", true) => _ = holidays.worked.insert(day),
            (kind, _) => return Err(format!("holidays.csv: {day} cannot be '{kind}'")),
        }
    }
    Ok(holidays)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn counts_like_a_day_by_day_walk() {
        let holidays = &super::super::contract().holidays;
        let start = day("2022-12-20");
        for offset in 0..400 {
            let end = start + Days::new(offset);
            let walked =
                start.iter_days().skip(1).take_while(|d| *d <= end).filter(|d| holidays.is_working_day(*d)).count();
            assert_eq!(holidays.working_days_between(start, end), walked as i64, "{end}");
        }
    }

    #[test]
    fn national_day_is_off_and_its_make_up_day_is_worked() {
        let holidays = &super::super::contract().holidays;
        assert!(!holidays.is_working_day(day("2024-10-01")));
        assert!(holidays.is_working_day(day("2024-09-29")));
        assert_eq!(holidays.working_days_between(day("2024-09-30"), day("2024-10-08")), 1);
    }
}
