//! Calendar months.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use super::date::{Cursor, parse_date, plausible_year};
use super::text::clean;

/// A calendar month, counted from January 1970 (which is 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    /// The month `month` (1 to 12) of a year.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let month = i32::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        year.checked_sub(1970)?.checked_mul(12)?.checked_add(month - 1).map(Self)
    }

    /// The month that a day lies in.
    pub fn of(date: NaiveDate) -> Self {
        Self((date.year() - 1970) * 12 + date.month0() as i32)
    }

    /// Reads a month: `2023-05`, `202305`, `2023年5月`, `2023年5月份`, `2023/5`, `2023.05`, or any
    /// spelling of a day in it (see [`super::date`]), an Excel serial included.
    ///
    /// ```
    /// use mingjing::domain::month::Month;
    /// for text in ["2023-05", "202305", "2023年5月", "2023/5", "2023.05", "2023-05-31", "45047"] {
    ///     assert_eq!(Month::parse(text).unwrap().to_string(), "2023-05");
    /// }
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = clean(text);
        let mut rest = Cursor(&text);
        let (digits, count) = rest.digits()?;
        let (year, month) = match count {
            6 if rest.0.is_empty() => (digits / 100, digits % 100),
            4 => {
                let Some(sign) = rest.take(&['-', '/', '.', '年']) else { return parse_date(&text).map(Self::of) };
                let month = rest.one_or_two()?;
                if sign == '年' {
                    rest.take(&['月'])?;
                    rest.take(&['份']);
                }
                if !rest.0.is_empty() {
                    return parse_date(&text).map(Self::of);
                }
                (digits, month)
            }
            _ => return parse_date(&text).map(Self::of),
        };
        let year = i32::try_from(year).ok().filter(|year| plausible_year(*year))?;
        Self::new(year, u32::try_from(month).ok()?)
    }

    /// Year and month (1 to 12).
    pub fn year_month(self) -> (i32, u32) {
        (1970 + self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1)
    }

    /// First day of the month. Months beyond the calendar's range (262,000 years) answer its edge.
    pub fn first_day(self) -> NaiveDate {
        let (year, month) = self.year_month();
        let edge = if self.0 < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
        NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(edge)
    }

    /// The month `months` later (earlier if negative).
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = self.year_month();
        write!(f, "{year:04}-{month:02}")
    }
}

/// A text that is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a month such as 2023-05")]
pub struct NotAMonth(String);

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        Self::parse(text).ok_or_else(|| NotAMonth(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling() {
        for text in [
            "2023-05",
            "2023-5",
            "202305",
            "2023年5月",
            "2023年05月",
            "2023年5月份",
            "2023/5",
            "2023/05",
            "2023.05",
            "２０２３－０５",
            "２０２３０５",
            " 2023-05 ",
            "2023-05-01",
            "2023-05-17",
            "2023/5/31",
            "20230501",
            "2023年5月1日",
            "2023-05-01 00:00:00",
            "45047",
            "45047.0",
        ] {
            assert_eq!(Month::parse(text), Month::new(2023, 5), "{text}");
        }
        for text in ["", "2023", "202313", "2023-00", "2023-13", "5月", "2023年", "23-05", "05-2023", "2023-05-32", "x"]
        {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    #[test]
    fn counting() {
        assert_eq!(Month::new(1970, 1), Some(Month(0)));
        assert_eq!(Month(-1).to_string(), "1969-12");
        assert_eq!(Month::new(2023, 12).unwrap().plus(1).to_string(), "2024-01");
        assert_eq!(Month(i32::MAX).first_day(), NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", near in "[0-9年月份/.-]{0,12}", any in any::<i32>()) {
            let _ = (Month::parse(&text), Month::parse(&near), Month(any).first_day(), Month(any).to_string());
        }

        #[test]
        fn round_trips(month in -2000i32..2700) {
            let month = Month(month);
            prop_assert_eq!(Month::of(month.first_day()), month);
            prop_assert_eq!(Month::parse(&month.to_string()), Some(month));
            prop_assert_eq!(Month::parse(&month.first_day().format("%Y年%-m月").to_string()), Some(month));
            prop_assert_eq!(Month::parse(&month.first_day().format("%Y%m").to_string()), Some(month));
        }
    }
}
