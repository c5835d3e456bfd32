//! Days and times of day, as exports spell them.
//!
//! | spelling | example |
//! |---|---|
//! | with signs | `2023-05-01`, `2023/5/1`, `2023.5.1`, `2023年5月1日` |
//! | digits alone | `20230501`, `20230705090321` |
//! | Excel serial, 1900 system | `45047`, `45112.377326` |
//! | with a time | `2023-07-05 09:03:21`, `2023/7/5 9:03`, `2023-07-05T09:03:21` |
//! | with a zone | `2023-04-30T16:00:00Z` is `2023-05-01 00:00:00`: all of China keeps one time, UTC+8 |
//!
//! Full-width digits and stray spaces do not matter. Days lie in 1800 to 2200, or in 9999, which
//! exports use for "for ever". A serial lies in 1000 to 73415 (1902 to 2100); those that look like a
//! year (1900 to 2100) are refused, for a lone year is no day. Days before months (`01/05/2023`) and
//! years of two digits are refused, because they can be read in two ways.

use std::fmt;
use std::str::FromStr;

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::text::clean;

/// Reads a day; a time of day behind it is dropped.
///
/// ```
/// use mingjing::domain::date::parse_date;
/// let day = chrono::NaiveDate::from_ymd_opt(2023, 5, 1);
/// for text in ["2023-05-01", "2023/5/1", "20230501", "2023年5月1日", "45047", "２０２３．５．１"] {
///     assert_eq!(parse_date(text), day);
/// }
/// assert_eq!(parse_date("2023-02-29"), None);
/// ```
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    // The spelling of nearly all cells needs neither cleaning nor a second look.
    if let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() {
        let (year, month, day) = (number(&[*y0, *y1, *y2, *y3])?, number(&[*m0, *m1])?, number(&[*d0, *d1])?);
        return plausible(year, month, day);
    }
    parse_timestamp(text).map(|moment| moment.date())
}

/// Reads a moment in local time, to the second; a day alone is its midnight. Parts of a second are
/// dropped, those of a serial rounded.
///
/// ```
/// use mingjing::domain::date::parse_timestamp;
/// let moment = parse_timestamp("2023-07-05 09:03:21").unwrap();
/// assert_eq!(parse_timestamp("2023-07-05T09:03:21.5+08:00"), Some(moment));
/// assert_eq!(parse_timestamp("45112.377326"), Some(moment));
/// ```
pub fn parse_timestamp(text: &str) -> Option<NaiveDateTime> {
    let text = clean(text);
    let mut rest = Cursor(&text);
    let (digits, count) = rest.digits()?;
    let date = match count {
        4 if !rest.0.is_empty() => rest.month_and_day(digits)?,
        4 | 5 => return serial(&text),
        8 => plausible(digits / 10_000, digits / 100 % 100, digits % 100)?,
        14 if rest.0.is_empty() => {
            let (day, time) = (digits / 1_000_000, digits % 1_000_000);
            let date = plausible(day / 10_000, day / 100 % 100, day % 100)?;
            return date.and_hms_opt((time / 10_000) as u32, (time / 100 % 100) as u32, (time % 100) as u32);
        }
        _ => return None,
    };
    if rest.0.is_empty() {
        return Some(date.and_time(NaiveTime::MIN));
    }
    rest.time_of_day(date)
}

/// The day of an Excel serial of the 1900 system, a number of days with an optional fraction.
pub(super) fn serial(text: &str) -> Option<NaiveDateTime> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(days) || !all_digits(fraction) {
        return None;
    }
    let days: i64 = days.parse().ok()?;
    if !(1000..=73_415).contains(&days) || (1900..=2100).contains(&days) {
        return None;
    }
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    // Serial 60 is the 29 February 1900 that never was; all serials accepted here lie behind it.
    let date = NaiveDate::from_ymd_opt(1899, 12, 30)? + Duration::days(days);
    Some(date.and_time(NaiveTime::MIN) + Duration::seconds((fraction * 86_400.0).round() as i64))
}

/// The day, if it exists and lies in 1800 to 2200 or in 9999.
fn plausible(year: u64, month: u64, day: u64) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok().filter(|year| plausible_year(*year))?;
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

/// Whether a year can be meant: 1800 to 2200, or 9999 for "for ever".
pub(super) fn plausible_year(year: i32) -> bool {
    (1800..=2200).contains(&year) || year == 9999
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))
}

/// A text being read from the left.
pub(super) struct Cursor<'a>(pub(super) &'a str);

impl Cursor<'_> {
    /// A run of 1 to 18 digits: its value and its length.
    pub(super) fn digits(&mut self) -> Option<(u64, usize)> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=18).contains(&count) {
            return None;
        }
        let value = number(&self.0.as_bytes()[..count])?;
        self.0 = &self.0[count..];
        Some((value, count))
    }

    /// A run of one or two digits.
    pub(super) fn one_or_two(&mut self) -> Option<u64> {
        self.digits().filter(|(_, count)| *count <= 2).map(|(value, _)| value)
    }

    /// Takes one of the signs, if it stands here.
    pub(super) fn take(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.0.chars().next().filter(|c| signs.contains(c))?;
        self.0 = &self.0[sign.len_utf8()..];
        Some(sign)
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// `-05-01`, `/5/1`, `.5.1`, `年5月1日` behind the year.
    fn month_and_day(&mut self, year: u64) -> Option<NaiveDate> {
        self.spaces();
        let sign = self.take(&['-', '/', '.', '年'])?;
        self.spaces();
        let month = self.one_or_two()?;
        self.spaces();
        self.take(if sign == '年' { &['月'] } else { std::slice::from_ref(&sign) })?;
        self.spaces();
        let day = self.one_or_two()?;
        if sign == '年' {
            self.take(&['日', '号']);
        }
        plausible(year, month, day)
    }

    /// ` 9:03`, `T09:03:21.500+08:00`, ` 9时03分21秒` behind the day.
    fn time_of_day(&mut self, date: NaiveDate) -> Option<NaiveDateTime> {
        self.take(&['T', 't', ' '])?;
        self.spaces();
        let hour = self.one_or_two()?;
        let sign = self.take(&[':', '时', '点'])?;
        let minute = self.one_or_two()?;
        let mut second = 0;
        match sign {
            ':' => {
                if self.take(&[':']).is_some() {
                    second = self.one_or_two()?;
                    if self.take(&['.']).is_some() {
                        self.digits()?;
                    }
                }
            }
            _ => {
                self.take(&['分'])?;
                if !self.0.is_empty() {
                    second = self.one_or_two()?;
                    self.take(&['秒'])?;
                }
            }
        }
        let moment =
            date.and_hms_opt(u32::try_from(hour).ok()?, u32::try_from(minute).ok()?, u32::try_from(second).ok()?)?;
        self.spaces();
        moment.checked_add_signed(self.offset_to_china()?)
    }

    /// How far the clock of the zone written here is behind China's; none written is none.
    fn offset_to_china(&mut self) -> Option<Duration> {
        const CHINA: i64 = 8 * 60;
        let minutes = match self.take(&['Z', 'z', '+', '-']) {
            None => CHINA,
            Some('Z' | 'z') => 0,
            Some(sign) => {
                let (value, count) = self.digits()?;
                let minutes = match count {
                    2 if self.take(&[':']).is_some() => value * 60 + self.one_or_two()?,
                    2 => value * 60,
                    4 => value / 100 * 60 + value % 100,
                    _ => return None,
                };
                let minutes = i64::try_from(minutes).ok()?;
                if sign == '-' { -minutes } else { minutes }
            }
        };
        self.0.is_empty().then(|| Duration::minutes(CHINA - minutes))
    }
}

/// A day that is written as `2024-12-31` wherever programs read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub NaiveDate);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("'{text}' is no day: write it as 2024-12-31"))
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn every_spelling_of_a_day() {
        for text in [
            "2023-05-01",
            "2023-5-1",
            "2023/5/1",
            "2023/05/01",
            "20230501",
            "2023年5月1日",
            "2023年05月01日",
            "2023年 5月 1日",
            "2023年5月1号",
            "45047",
            "45047.0",
            "45047.75",
            "2023.5.1",
            "2023.05.01",
            "２０２３－０５－０１",
            "２０２３年５月１日",
            " 2023-05-01\u{3000}",
            "2023-05-01 00:00:00",
            "2023-05-01T08:30:00",
            "2023/5/1 9:03",
            "20230501090321",
            "2023-04-30T16:00:00Z",
            "2023-04-30T16:00:00.000+00:00",
        ] {
            assert_eq!(parse_date(text), Some(day(2023, 5, 1)), "{text}");
        }
        assert_eq!(parse_date("9999-12-31"), Some(day(9999, 12, 31)));
        assert_eq!(parse_date("9132"), Some(day(1924, 12, 31)));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "不详",
            "2023",
            "1905",
            "202305",
            "2023-05",
            "2023-13-01",
            "2023-02-29",
            "23-05-01",
            "01/05/2023",
            "5/1/2023",
            "2023-05/01",
            "2023-05-01x",
            "2023-05-01 25:00",
            "0",
            "1",
            "999",
            "73416",
            "100000",
            "-45047",
            "0000-00-00",
            "20230532",
            "2023-05-011",
            "4504.",
            "45047.x",
            "1111111111111111111111",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_moment() {
        let moment = day(2023, 7, 5).and_hms_opt(9, 3, 21).unwrap();
        for text in [
            "2023-07-05 09:03:21",
            "2023-07-05T09:03:21",
            "2023/7/5 9:03:21",
            "2023-07-05  09:03:21.999",
            "20230705090321",
            "20230705 09:03:21",
            "2023年7月5日 9时3分21秒",
            "45112.377326388886",
            "2023-07-05T01:03:21Z",
            "2023-07-05T09:03:21+08:00",
            "2023-07-05T09:03:21+0800",
            "2023-07-04T20:03:21-05",
            "２０２３－０７－０５　０９：０３：２１",
        ] {
            assert_eq!(parse_timestamp(text), Some(moment), "{text}");
        }
        assert_eq!(parse_timestamp("2023/7/5 9:03"), day(2023, 7, 5).and_hms_opt(9, 3, 0));
        assert_eq!(parse_timestamp("2023-07-05"), day(2023, 7, 5).and_hms_opt(0, 0, 0));
        assert_eq!(parse_timestamp("45112"), day(2023, 7, 5).and_hms_opt(0, 0, 0));
        // A serial just short of midnight rounds into the next day.
        assert_eq!(parse_timestamp("45111.9999999"), day(2023, 7, 5).and_hms_opt(0, 0, 0));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", near in "[0-9年月日:/.T Z+-]{0,24}") {
            for text in [text, near] {
                let _ = (parse_date(&text), parse_timestamp(&text));
            }
        }

        #[test]
        fn days_round_trip(days in 1000i64..73_415) {
            let date = day(1899, 12, 30) + Duration::days(days);
            for form in ["%Y-%m-%d", "%Y/%-m/%-d", "%Y%m%d", "%Y年%-m月%-d日", "%Y.%-m.%-d"] {
                prop_assert_eq!(parse_date(&date.format(form).to_string()), Some(date));
            }
            if !(1900..=2100).contains(&days) {
                prop_assert_eq!(parse_date(&days.to_string()), Some(date));
            }
        }

        #[test]
        fn moments_round_trip(seconds in 0i64..6_000_000_000) {
            let moment = day(1920, 1, 1).and_time(NaiveTime::MIN) + Duration::seconds(seconds);
            for form in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%-m/%-d %-H:%M:%S", "%Y%m%d%H%M%S"] {
                prop_assert_eq!(parse_timestamp(&moment.format(form).to_string()), Some(moment));
            }
        }
    }
}
