//! Distance of days, numbers and places.

use chinese_lunisolar_calendar::LunisolarDate;
use chrono::{Datelike, NaiveDate};

use super::super::normalise::{date, days};
use super::text::one_slip;

/// Days between.
pub(super) fn apart(a: i32, b: i32) -> f64 {
    f64::from(a.abs_diff(b))
}

/// 1 where day and month changed places.
pub(super) fn day_month_swapped(a: i32, b: i32) -> f64 {
    let swapped = |from: i32| date(from).and_then(|d| NaiveDate::from_ymd_opt(d.year(), d.day(), d.month()));
    f64::from(a != b && swapped(a).is_some_and(|d| days(d) == b))
}

/// 1 where exactly one of year, month, day differs.
pub(super) fn one_part_differs(a: i32, b: i32) -> f64 {
    let (Some(a), Some(b)) = (date(a), date(b)) else { return 0.0 };
    let differ = [a.year() != b.year(), a.month() != b.month(), a.day() != b.day()];
    f64::from(differ.into_iter().filter(|d| *d).count() == 1)
}

/// 1 where one digit of `yyyymmdd` is replaced or two neighbours changed places.
pub(super) fn typo(a: i32, b: i32) -> f64 {
    let digits = |day: i32| date(day).map(|d| d.format("%Y%m%d").to_string());
    match (digits(a), digits(b)) {
        (Some(a), Some(b)) => one_slip(&a, &b, 1.0),
        _ => 0.0,
    }
}

/// 1 where one date is what the other means if it is read in the lunar calendar, which tables know from
/// 1901 to 2100; a leap month has the number of the month before it.
pub(super) fn lunar_date(a: i32, b: i32) -> f64 {
    // A lunar date lies three to eight weeks after the solar one of the same numbers, a leap month later.
    if !(10.0..=95.0).contains(&apart(a, b)) {
        return 0.0;
    }
    let read = |day: i32, leap: bool| {
        let written = date(day)?;
        let (year, month, day) = (written.year().try_into().ok()?, written.month() as u8, written.day() as u8);
        LunisolarDate::from_ymd(year, month, leap, day).ok().map(|lunar| days(lunar.to_naive_date()))
    };
    let (early, late) = (a.min(b), a.max(b));
    f64::from([false, true].into_iter().any(|leap| read(early, leap) == Some(late)))
}

/// Days by which one date follows the other, where that can be a lunar date written as a solar one: the
/// Chinese calendar's year begins 21 to 51 days after the solar one, and its months drift by a few days
/// about that; else infinite.
pub(super) fn lunar_slip(a: i32, b: i32) -> f64 {
    let days = apart(a, b);
    if days >= 17.0 { days } else { f64::INFINITY }
}

/// 1 in the same year.
pub(super) fn same_year(a: i32, b: i32) -> f64 {
    f64::from(date(a).zip(date(b)).is_some_and(|(a, b)| a.year() == b.year()))
}

/// Smaller over larger.
pub(super) fn ratio(a: f64, b: f64) -> f64 {
    if a == b {
        1.0
    } else if a * b <= 0.0 {
        0.0
    } else {
        a.abs().min(b.abs()) / a.abs().max(b.abs())
    }
}

/// Kilometres between two points (haversine; Earth of radius 6,371 km), from latitudes and longitudes in
/// degrees.
pub(super) fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let h = half(a.0, b.0) + a.0.to_radians().cos() * b.0.to_radians().cos() * half(a.1, b.1);
    2.0 * 6371.0 * h.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let day = |y, m, d| days(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!(day_month_swapped(day(1956, 4, 9), day(1956, 9, 4)), 1.0);
        assert_eq!(one_part_differs(day(1956, 4, 9), day(1965, 4, 9)), 1.0);
        assert_eq!(typo(day(1956, 4, 9), day(1965, 4, 9)), 1.0);
        // 1990-01-27 began the year of the horse; 2020 had a second fourth month, from 23 May.
        assert_eq!(lunar_date(day(1990, 1, 1), day(1990, 1, 27)), 1.0);
        assert_eq!(lunar_date(day(2020, 5, 23), day(2020, 4, 1)), 1.0);
        assert_eq!(
            (lunar_date(day(1990, 1, 1), day(1990, 1, 28)), lunar_date(day(1890, 1, 1), day(1890, 2, 1))),
            (0.0, 0.0)
        );
        assert!(lunar_slip(day(1956, 4, 9), day(1956, 5, 12)) <= 60.0);
        assert_eq!(ratio(50.0, 100.0), 0.5);
        assert!((kilometres((39.9042, 116.4074), (31.2304, 121.4737)) - 1067.0).abs() < 5.0);
    }
}
