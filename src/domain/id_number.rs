//! Citizen identity numbers: GB 11643-1999 (18 digits) and the old series of GB 11643-1989 (15).
//!
//! A number is six digits of the region of first registration (GB/T 2260), eight of the birth date,
//! three of a sequence (odd for men) and a check digit by ISO 7064:1983 MOD 11-2. The old series has a
//! year of two digits and no check digit. Permanent-residence cards of foreigners (2023 form) keep the
//! length, date and check digit, and begin with 9 and a province.
//!
//! Tens of millions of cells pass here, so nothing allocates but what is returned as text.

use std::fmt;

use chrono::NaiveDate;

use super::text;

/// Weights of the first 17 digits: 2^(17-i) mod 11.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum mod 11.
const CHECKS: [u8; 11] = *b"10X98765432";
/// Earliest birth year a number can carry and still be meant so.
const FIRST_YEAR: i32 = 1880;

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

/// How a neighbour of a wrong number came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// One character was replaced.
    Digit,
    /// Two adjacent characters changed places.
    Swap,
}

/// The significant characters of a text, on the stack.
struct Scan {
    characters: [u8; 18],
    /// Significant characters met, counted up to 19.
    length: usize,
}

/// What a text is, before anything is allocated.
struct Checked {
    /// The 18 characters; meaningful unless the fault is `Length` or `Characters`, or `fifteen` is set
    /// with a fault.
    number: [u8; 18],
    fault: Option<IdFault>,
    fifteen: bool,
}

/// Copies the characters that count: no spaces, invisible marks, hyphens or the quote that Excel sets
/// before text. Anything that no number contains becomes `?`.
fn scan(text: &str) -> Scan {
    let mut scan = Scan { characters: [0; 18], length: 0 };
    if let Ok(bytes) = <[u8; 18]>::try_from(text.as_bytes())
        && bytes.iter().all(u8::is_ascii_digit)
    {
        return Scan { characters: bytes, length: 18 };
    }
    for c in text.chars() {
        let byte = match text::half_width(c) {
            c @ '0'..='9' => c as u8,
            'x' | 'X' | '×' | 'Ⅹ' | 'ⅹ' | 'Х' => b'X',
            '-' | '\'' | '’' | '`' => continue,
            c if text::is_space(c) || text::is_invisible(c) => continue,
            _ => b'?',
        };
        if scan.length == 18 {
            scan.length = 19;
            break;
        }
        scan.characters[scan.length] = byte;
        scan.length += 1;
    }
    scan
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
    if fifteen {
        // Sequences 996 to 999 of the old series were set aside for those born before 1900.
        let century = if number[12..15] >= b"996"[..] { b"18" } else { b"19" };
        number.copy_within(6..15, 8);
        number[6..8].copy_from_slice(century);
    }
    if !is_province(&number) {
        return fault(IdFault::Region);
    }
    if date_of(&number).is_none() {
        return fault(IdFault::BirthDate);
    }
    let right = CHECKS[(weighted_sum(&number) % 11) as usize];
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

/// Text without spaces, hyphens and quotes, in half-width capitals.
fn tidy(text: &str) -> String {
    let squeezed = text::squeeze(text);
    squeezed.chars().filter(|c| !matches!(c, '-' | '\'' | '’' | '`')).map(|c| c.to_ascii_uppercase()).collect()
}

/// Check character of 17 digits (ASCII), by ISO 7064:1983 MOD 11-2. Bytes other than digits are the
/// caller's mistake and give a meaningless character.
pub fn check_digit(digits: &[u8; 17]) -> u8 {
    CHECKS[(weighted_sum(digits) % 11) as usize]
}

fn weighted_sum(number: &[u8]) -> u32 {
    number.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum()
}

/// Province codes of GB/T 2260, the special regions and Taiwan (71, and 83 for its residents' cards).
fn is_province(number: &[u8; 18]) -> bool {
    let two = |at: usize| (number[at] - b'0') * 10 + (number[at + 1] - b'0');
    let known = |code| matches!(code, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    known(two(0)) || (number[0] == b'9' && known(two(1)))
}

fn date_of(number: &[u8; 18]) -> Option<NaiveDate> {
    let value = |part: &[u8]| part.iter().fold(0u32, |n, digit| n * 10 + u32::from(digit - b'0'));
    let year = value(&number[6..10]) as i32;
    if !(FIRST_YEAR..2100).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, value(&number[10..12]), value(&number[12..14]))
}

fn valid(text: &str) -> Option<[u8; 18]> {
    let checked = check(text);
    checked.fault.is_none().then_some(checked.number)
}

/// Birth date of a valid number, of 18 or 15 digits.
pub fn birth_date(text: &str) -> Option<NaiveDate> {
    date_of(&valid(text)?)
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

/// All valid numbers that are one substituted character or one swap of two adjacent characters away
/// from a text of 18 characters; substitutions first, from left to right. At most 35.
///
/// The check digit makes this a short list: for each place at most one character fits. Texts of
/// another length, or with two strange characters, have no neighbours.
pub fn neighbours(text: &str) -> Vec<(String, Repair)> {
    let scan = scan(text);
    let mut found = Vec::new();
    if scan.length != 18 {
        return found;
    }
    let number = scan.characters;
    let strange = |(at, c): &(usize, &u8)| !(c.is_ascii_digit() || (*at == 17 && **c == b'X'));
    let mut strangers = number.iter().enumerate().filter(strange).map(|(at, _)| at);
    let (first, second) = (strangers.next(), strangers.next());
    let mut keep = |candidate: [u8; 18], repair| {
        let well_formed = candidate[..17].iter().all(u8::is_ascii_digit) && candidate[17] != b'?';
        let fits = || candidate[17] == CHECKS[(weighted_sum(&candidate) % 11) as usize];
        if well_formed && fits() && is_province(&candidate) && date_of(&candidate).is_some() {
            found.push((candidate.iter().map(|b| *b as char).collect(), repair));
        }
    };
    if second.is_none() {
        for at in (0..18).filter(|at| first.is_none_or(|stranger| stranger == *at)) {
            let choices: &[u8] = if at == 17 { b"0123456789X" } else { b"0123456789" };
            for choice in choices.iter().filter(|choice| **choice != number[at]) {
                let mut candidate = number;
                candidate[at] = *choice;
                keep(candidate, Repair::Digit);
            }
        }
    }
    for at in (0..17).filter(|at| number[*at] != number[at + 1]) {
        let mut candidate = number;
        candidate.swap(at, at + 1);
        keep(candidate, Repair::Swap);
    }
    found
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

    fn valid_number() -> impl Strategy<Value = String> {
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

        #[test]
        fn every_substitution_is_found_and_mended(number in valid_number(), at in 0usize..18, step in 1usize..11) {
            let alphabet: &[u8] = if at == 17 { b"0123456789X" } else { b"0123456789" };
            let own = alphabet.iter().position(|c| *c == number.as_bytes()[at]).unwrap();
            prop_assume!(step < alphabet.len());
            let mut wrong = number.clone().into_bytes();
            wrong[at] = alphabet[(own + step) % alphabet.len()];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(fault(&wrong).is_some());
            prop_assert!(neighbours(&wrong).contains(&(number, Repair::Digit)));
        }

        #[test]
        fn every_swap_is_found_and_mended(number in valid_number(), at in 0usize..17) {
            let mut wrong = number.clone().into_bytes();
            prop_assume!(wrong[at] != wrong[at + 1]);
            wrong.swap(at, at + 1);
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(fault(&wrong).is_some());
            prop_assert!(neighbours(&wrong).contains(&(number, Repair::Swap)));
        }

        #[test]
        fn neighbours_are_valid_and_few(number in valid_number()) {
            let near = neighbours(&number);
            prop_assert!(near.len() <= 35);
            for (candidate, _) in near {
                prop_assert_eq!(fault(&candidate), None);
                prop_assert_ne!(&candidate, &number);
            }
        }
    }
}
