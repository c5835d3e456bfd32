//! Citizen identity numbers: GB 11643-1999 (18 digits) and the old series of GB 11643-1989 (15).
//!
//! A number is six digits of the region of first registration (GB/T 2260), eight of the birth date,
//! three of a sequence (odd for men) and a check digit by ISO 7064:1983 MOD 11-2. The old series has a
//! year of two digits and no check digit. Permanent-residence cards of foreigners (2023 form) keep the
//! length, date and check digit, and begin with 9 and a province.
//!
//! Tens of millions of cells pass here, so nothing allocates but what is returned as text.

mod neighbours;
mod scheme;
mod spelling;

use std::fmt;

use chrono::NaiveDate;

pub use neighbours::{Repair, neighbours, old_neighbours, slip};
pub use scheme::check_digit;
use scheme::{birth_date_of, check_character, is_province};
use spelling::{scan, tidy};

use crate::domain::text;

/// What is wrong with a number. The first fault in this order is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdFault {
    /// Neither 18 nor 15 characters.
    Length,
    /// A character that is no digit (the last of 18 may be `X`).
    Characters,
    /// The first two digits name no province.
    Region,
    /// The birth date does not exist, or lies before 1880 or after 2099.
    BirthDate,
    /// The check digit does not fit.
    Checksum,
}

impl IdFault {
    /// The name used in tables: `length`, `characters`, `region`, `birth_date`, `checksum`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Characters => "characters",
            Self::Region => "region",
            Self::BirthDate => "birth_date",
            Self::Checksum => "checksum",
        }
    }
}

impl fmt::Display for IdFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Sex as the sequence number says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Odd sequence number.
    Male,
    /// Even sequence number.
    Female,
}

impl Sex {
    /// The contract's code: `male` or `female`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }
}

/// A number in its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdNumber {
    /// 18 characters with a capital `X` where the number is valid (15 digits are converted); else the
    /// text without spaces and signs, in half-width capitals.
    pub text: String,
    /// What is wrong with it; `None` for a valid number.
    pub fault: Option<IdFault>,
    /// Whether it was written in the old series of 15 digits.
    pub fifteen: bool,
}

/// What a text is, before anything is allocated.
struct Checked {
    /// The 18 characters; meaningful unless the fault is `Length` or `Characters`, or `fifteen` is set
    /// with a fault.
    number: [u8; 18],
    fault: Option<IdFault>,
    fifteen: bool,
}

fn check(text: &str) -> Checked {
    let scan = scan(text);
    let mut number = scan.characters;
    let fifteen = scan.length == 15;
    let fault = |fault| Checked { number: scan.characters, fault: Some(fault), fifteen };
    let digits = match scan.length {
        18 => &number[..17],
        15 => &number[..15],
        _ => return fault(IdFault::Length),
    };
    if !digits.iter().all(u8::is_ascii_digit) || number[17] == b'?' {
        return fault(IdFault::Characters);
    }
    if fifteen && number[..15].iter().all(|digit| *digit == number[0]) {
        // Fifteen ones make a date and are nobody's number: see [`is_placeholder`].
        return fault(IdFault::BirthDate);
    }
    if fifteen {
        // Sequences 996 to 999 of the old series were set aside for those born before 1900.
        let century = if number[12..15] >= b"996"[..] { b"18" } else { b"19" };
        number.copy_within(6..15, 8);
        number[6..8].copy_from_slice(century);
    }
    if !is_province(&number) {
        return fault(IdFault::Region);
    }
    if birth_date_of(&number).is_none() {
        return fault(IdFault::BirthDate);
    }
    let right = check_character(&number);
    if fifteen {
        number[17] = right;
    } else if number[17] != right {
        return fault(IdFault::Checksum);
    }
    Checked { number, fault: None, fifteen }
}

/// The normal form of a number as met: spaces, signs, full-width forms and a small `x` go, 15 digits
/// become 18.
///
/// ```
/// use mingjing::domain::id_number::{IdFault, normalise};
/// assert_eq!(normalise("11010519491231002x").text, "11010519491231002X");
/// assert_eq!(normalise("110105 491231 002").text, "11010519491231002X");
/// assert_eq!(normalise("110105194912310021").fault, Some(IdFault::Checksum));
/// ```
pub fn normalise(text: &str) -> IdNumber {
    let checked = check(text);
    let (fault, fifteen) = (checked.fault, checked.fifteen);
    // What cannot be read as 18 characters keeps its own form, so that a person can recognise it.
    let readable = match fault {
        None => true,
        Some(IdFault::Length | IdFault::Characters) => false,
        Some(_) => !fifteen,
    };
    let text = if readable { checked.number.iter().map(|b| *b as char).collect() } else { tidy(text) };
    IdNumber { text, fault, fifteen }
}

/// What is wrong with a number as met; `None` for a valid one of 18 or 15 digits. Allocates nothing.
pub fn fault(text: &str) -> Option<IdFault> {
    check(text).fault
}

/// Digits from which a number of one digit alone is no number.
const ONE_DIGIT_ALONE: usize = 6;

/// Whether a faulty number only fills the place of one that is not known: 无, 不详, `-`, `N/A`, zeros, or one
/// digit over and over. It says nothing of whom the row means.
///
/// ```
/// use mingjing::domain::id_number::is_placeholder;
/// assert!(["无", "暂 无", "0", "000000000000000000", "N/A"].into_iter().all(is_placeholder));
/// assert!(!is_placeholder("43993119590803012"));
/// ```
pub fn is_placeholder(text: &str) -> bool {
    let one_digit = |text: &str| {
        let mut characters = text.bytes();
        characters.next().is_some_and(|first| first.is_ascii_alphanumeric() && characters.all(|next| next == first))
    };
    if text.len() >= ONE_DIGIT_ALONE && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        // Nearly all cells, and at no cost.
        return one_digit(text);
    }
    let text = tidy(text);
    if text::means_none(&text) {
        return true;
    }
    if matches!(
        text.as_str(),
        "NULL" | "NONE" | "NA" | "N/A" | "NAN" | "空" | "无号" | "无证" | "无证件" | "无身份证" | "未办理" | "未办"
    ) {
        return true;
    }
    one_digit(&text) && (text.starts_with('0') || text.len() >= ONE_DIGIT_ALONE)
}

fn valid(text: &str) -> Option<[u8; 18]> {
    let checked = check(text);
    checked.fault.is_none().then_some(checked.number)
}

/// Birth date of a valid number, of 18 or 15 digits.
pub fn birth_date(text: &str) -> Option<NaiveDate> {
    birth_date_of(&valid(text)?)
}

/// Sex of a valid number, of 18 or 15 digits.
pub fn sex(text: &str) -> Option<Sex> {
    let number = valid(text)?;
    Some(if number[16] % 2 == 1 { Sex::Male } else { Sex::Female })
}

/// The first 17 digits of a valid number as an integer: a dense name for maps and sorts. 15 digits
/// count as the 18 they convert to.
pub fn code(text: &str) -> Option<u64> {
    let number = valid(text)?;
    Some(number[..17].iter().fold(0, |n, digit| n * 10 + u64::from(digit - b'0')))
}

/// The number whose first 17 digits are `code`; the inverse of [`code`].
pub fn from_code(code: u64) -> String {
    let mut digits = [b'0'; 17];
    let mut rest = code;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    digits.iter().copied().chain([check_digit(&digits)]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The worked example of the standard itself.
    const STANDARD: &str = "11010519491231002X";

    #[test]
    fn every_spelling_of_the_contract() {
        for spelling in [
            STANDARD,
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２Ｘ",
            "１１０１０５１９４９１２３１００２ｘ",
            "'11010519491231002X",
            "110105-19491231-002X",
            "\u{feff}11010519491231002X\u{3000}",
            "11010519491231002×",
        ] {
            let id = normalise(spelling);
            assert_eq!((id.text.as_str(), id.fault, id.fifteen), (STANDARD, None, false), "{spelling}");
        }
        let old = normalise("110105491231002");
        assert_eq!((old.text.as_str(), old.fault, old.fifteen), (STANDARD, None, true));
        let centenarian = normalise("110105951231998");
        assert_eq!(&centenarian.text[6..10], "1895");
        assert_eq!(birth_date("110105491231002"), NaiveDate::from_ymd_opt(1949, 12, 31));
        assert_eq!(sex(STANDARD), Some(Sex::Female));
    }

    #[test]
    fn placeholders_are_no_numbers() {
        for text in
            ["无", " 暂无 ", "不详", "0", "０００", "-", "null", "n/a", "111111111111111111", "XXXXXX", "无身份证"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [STANDARD, "110105491231002", "1", "11", "H0001234", "军字第1号", "110105194912310021"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn faults_are_named() {
        for (text, fault, normal) in [
            ("", IdFault::Length, ""),
            ("1101051949123100", IdFault::Length, "1101051949123100"),
            ("110105194912310021 3", IdFault::Length, "1101051949123100213"),
            ("1101O519491231002X", IdFault::Characters, "1101O519491231002X"),
            ("11010519491231002y", IdFault::Characters, "11010519491231002Y"),
            ("X1010519491231002X", IdFault::Characters, "X1010519491231002X"),
            ("990105194912310021", IdFault::Region, "990105194912310021"),
            ("110105194913310021", IdFault::BirthDate, "110105194913310021"),
            ("110105178912310021", IdFault::BirthDate, "110105178912310021"),
            ("110105491331002", IdFault::BirthDate, "110105491331002"),
            ("110105194912310021", IdFault::Checksum, "110105194912310021"),
        ] {
            let id = normalise(text);
            assert_eq!((id.fault, id.text.as_str()), (Some(fault), normal), "{text}");
            assert_eq!((code(text), birth_date(text), sex(text)), (None, None, None));
        }
    }

    pub(super) fn valid_number() -> impl Strategy<Value = String> {
        (prop::sample::select(vec![11u64, 13, 32, 43, 51, 65]), 0u64..10_000, 0i64..40_000, 0u64..1000).prop_map(
            |(province, county, day, sequence)| {
                let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
                let date = first + chrono::Duration::days(day);
                let day: u64 = date.format("%Y%m%d").to_string().parse().unwrap();
                from_code(((province * 10_000 + county) * 100_000_000 + day) * 1000 + sequence)
            },
        )
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", near in "[0-9xX×?\u{3000} ]{13,20}") {
            for text in [text, near] {
                let id = normalise(&text);
                prop_assert_eq!(fault(&text), id.fault);
                prop_assert_eq!(normalise(&id.text).fault, id.fault);
                neighbours(&text);
            }
        }

        #[test]
        fn codes_round_trip(number in valid_number()) {
            let id = normalise(&number);
            prop_assert_eq!((id.text.as_str(), id.fault), (number.as_str(), None));
            prop_assert_eq!(from_code(code(&number).unwrap()), number);
        }

        #[test]
        fn fifteen_digits_convert_back(number in valid_number()) {
            prop_assume!(&number[6..8] == "19" && &number[14..17] < "996");
            let old = format!("{}{}", &number[..6], &number[8..17]);
            prop_assert_eq!(normalise(&old).text, number);
        }

    }
}
