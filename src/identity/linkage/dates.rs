//! Dates as files write them. `09/04/1956` is a day of April or of September: the other dates of its column
//! tell which.

use chrono::NaiveDate;

/// What comes first where the year comes last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// The day: `25/12/1956`.
    #[default]
    DayFirst,
    /// The month: `12/25/1956`.
    MonthFirst,
}

/// What the dates of a column tell of their order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    day_first: u64,
    month_first: u64,
    either: u64,
    /// Dates that begin with the year.
    year_first: u64,
}

impl Evidence {
    /// Takes in a cell.
    pub fn add(&mut self, text: &str) {
        let Some(Numbers { year_first, a, b, .. }) = numbers(text) else { return };
        match (year_first, a > 12, b > 12) {
            (true, ..) => self.year_first += 1,
            (false, true, false) => self.day_first += 1,
            (false, false, true) => self.month_first += 1,
            (false, false, false) => self.either += 1,
            (false, true, true) => {}
        }
    }

    /// Whether more cells may tell more: no date was met so far, or only such as leave the order open.
    pub fn may_tell_more(self) -> bool {
        self.day_first == self.month_first && (self.either > 0 || self.year_first == 0)
    }

    /// Whether most dates tell one order.
    pub fn is_told(self) -> bool {
        self.day_first != self.month_first
    }

    /// Whether dates were met whose order matters, and none that tells it.
    pub fn is_open(self) -> bool {
        self.either > 0 && self.day_first == self.month_first
    }

    /// The order that most dates have.
    pub fn order(self) -> Order {
        if self.month_first > self.day_first { Order::MonthFirst } else { Order::DayFirst }
    }
}

/// The three numbers of a date: the year of four digits first or last.
struct Numbers {
    year: i32,
    year_first: bool,
    a: u32,
    b: u32,
}

/// Years that people and papers have.
fn is_year(year: i32) -> bool {
    (1500..2100).contains(&year)
}

/// The numbers of eight digits, `1956-4-9`, `1956/4/9`, `1956.4.9`, `1956年4月9日`, `9/4/1956` and the like, with
/// or without a time of day; `None` of what is not written so.
fn numbers(text: &str) -> Option<Numbers> {
    let day = text.split([' ', 'T']).next().unwrap_or(text);
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |range: std::ops::Range<usize>| day[range].parse::<u32>().ok();
        let (first, last) = (number(0..4)? as i32, number(4..8)? as i32);
        let ahead = Numbers { year: first, year_first: true, a: number(4..6)?, b: number(6..8)? };
        let behind = Numbers { year: last, year_first: false, a: number(0..2)?, b: number(2..4)? };
        // 16061944 may begin with a year as well, but not with a date.
        let is_behind = match (is_year(first), is_year(last)) {
            (true, true) => !ahead.is_date() && behind.is_date(),
            (one, other) => other && !one,
        };
        return Some(if is_behind { behind } else { ahead });
    }
    let mut parts = day.trim_end_matches('日').split(['-', '/', '.', '年', '月']);
    let parts = [parts.next()?, parts.next()?, parts.next()?, parts.next().unwrap_or_default()];
    let long = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let short = |part: &str| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
    let (year, a, b, year_first) = match parts {
        [year, a, b, ""] if long(year) => (year, a, b, true),
        [a, b, year, ""] if long(year) => (year, a, b, false),
        _ => return None,
    };
    let is_date = short(a) && short(b);
    is_date.then_some(())?;
    Some(Numbers { year: year.parse().ok()?, year_first, a: a.parse().ok()?, b: b.parse().ok()? })
}

impl Numbers {
    /// Whether some order makes a date of them.
    fn is_date(&self) -> bool {
        let (year, month, day) = self.in_order(Order::DayFirst);
        NaiveDate::from_ymd_opt(year, month, day).is_some()
    }

    /// Year, month and day. Where only the other order makes a date, it is meant.
    fn in_order(&self, order: Order) -> (i32, u32, u32) {
        let Self { year, a, b, .. } = *self;
        if self.year_first {
            return (year, a, b);
        }
        let (asked, other) = match order {
            Order::DayFirst => ((year, b, a), (year, a, b)),
            Order::MonthFirst => ((year, a, b), (year, b, a)),
        };
        let is_date = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).is_some();
        if !is_date(asked) && is_date(other) { other } else { asked }
    }
}

/// The day that a text says.
pub(super) fn read(text: &str, order: Order) -> Option<NaiveDate> {
    let (year, month, day) = numbers(text)?.in_order(order);
    NaiveDate::from_ymd_opt(year, month, day)
}

/// A date as eight digits, year, month, day, though it be no day of the calendar: so a slip of the pen stays one
/// edit away. Of what is not written as a date, the digits.
pub(super) fn digits(text: &str, order: Order) -> String {
    match numbers(text).map(|numbers| numbers.in_order(order)) {
        Some((year, month, day)) => format!("{year:04}{month:02}{day:02}"),
        None => text.chars().filter(char::is_ascii_digit).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(column: &[&str]) -> (Order, bool) {
        let mut evidence = Evidence::default();
        column.iter().for_each(|text| evidence.add(text));
        (evidence.order(), evidence.is_open())
    }

    #[test]
    fn a_column_tells_the_order_of_its_dates() {
        assert_eq!(order(&["09/04/1956", "25/04/1956", "1956-04-25"]), (Order::DayFirst, false));
        assert_eq!(order(&["09/04/1956", "04/25/1956", "04/26/1956", "25/04/1956"]), (Order::MonthFirst, false));
        assert_eq!(order(&["09/04/1956", "1956-12-25"]), (Order::DayFirst, true));
        assert_eq!(order(&["1956-04-09", "never"]), (Order::DayFirst, false));
    }

    #[test]
    fn one_day_has_one_form_and_a_slip_stays_one() {
        use Order::{DayFirst, MonthFirst};
        for (text, order, digits_of) in [
            ("1956-04-09", DayFirst, "19560409"),
            ("1956-04-09 00:00:00", DayFirst, "19560409"),
            ("1956-4-9T00:00:00.000Z", DayFirst, "19560409"),
            ("19560409", MonthFirst, "19560409"),
            ("09/04/1956", DayFirst, "19560409"),
            ("04/09/1956", MonthFirst, "19560409"),
            ("09.04.1956 12:30", DayFirst, "19560409"),
            ("09041956", DayFirst, "19560409"),
            // Years stand at both ends of it, a date only at one.
            ("16061944", DayFirst, "19440616"),
            ("20121956", DayFirst, "19561220"),
            ("20101905", DayFirst, "19051020"),
            ("12201956", MonthFirst, "19561220"),
            ("19201920", DayFirst, "19201920"),
            // Only one order makes a date of it.
            ("04/25/1956", DayFirst, "19560425"),
            // Slips: no day of the calendar, or hardly a date.
            ("1956-14-09", DayFirst, "19561409"),
            ("31/02/1956", DayFirst, "19560231"),
            ("195-04-09", DayFirst, "1950409"),
            ("1956", DayFirst, "1956"),
            ("91560409", DayFirst, "91560409"),
        ] {
            assert_eq!(digits(text, order), digits_of, "{text}");
        }
        assert_eq!(read("1956-04-09 00:00:00", DayFirst), NaiveDate::from_ymd_opt(1956, 4, 9));
        assert_eq!(read("04/09/1956", MonthFirst), NaiveDate::from_ymd_opt(1956, 4, 9));
        // A year of two digits is no year, and no day is made of what the calendar does not have.
        for text in ["03-02-01", "31/02/1956", "19561331", "1956-04", "1956-04-09-01", "april"] {
            assert_eq!(read(text, DayFirst), None, "{text}");
        }
    }
}
