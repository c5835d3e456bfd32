//! What the standard says of the 18 characters: the check digit, the region, the birth date.

use chrono::NaiveDate;

/// Weights of the first 17 digits: 2^(17-i) mod 11.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum mod 11.
const CHECKS: [u8; 11] = *b"10X98765432";
/// Earliest birth year a number can carry and still be meant so.
const FIRST_YEAR: i32 = 1880;

/// Check character of 17 digits (ASCII), by ISO 7064:1983 MOD 11-2. Bytes other than digits are the
/// caller's mistake and give a meaningless character.
pub fn check_digit(digits: &[u8; 17]) -> u8 {
    check_character(digits)
}

/// Check character of the first 17 digits of a number.
pub(super) fn check_character(number: &[u8]) -> u8 {
    let sum: u32 = number.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    CHECKS[(sum % 11) as usize]
}

/// Province codes of GB/T 2260, the special regions and Taiwan (71, and 83 for its residents' cards).
pub(super) fn is_province(number: &[u8; 18]) -> bool {
    let two = |at: usize| (number[at] - b'0') * 10 + (number[at + 1] - b'0');
    let known = |code| matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    known(two(0)) || (number[0] == b'9' && known(two(1)))
}

/// The birth date that 18 characters carry.
pub(super) fn birth_date_of(number: &[u8; 18]) -> Option<NaiveDate> {
    let value = |part: &[u8]| part.iter().fold(0u32, |n, digit| n * 10 + u32::from(digit - b'0'));
    let year = value(&number[6..10]) as i32;
    if !(FIRST_YEAR..2100).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, value(&number[10..12]), value(&number[12..14]))
}
