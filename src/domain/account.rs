//! Bank account numbers.

use super::text::{half_width, is_invisible, is_space};

/// Whether the text is a card number with a right check digit: 12 to 19 digits under the Luhn sum of
/// ISO/IEC 7812-1 annex B. Spaces and hyphens between digits are ignored. Passbook numbers do not obey
/// it, so `false` is a fault for a card only.
///
/// ```
/// use mingjing::domain::account::luhn_valid;
/// assert!(luhn_valid("6217 9901 3536 9628 664"));
/// assert!(!luhn_valid("6217990135369628665"));
/// ```
pub fn luhn_valid(text: &str) -> bool {
    // The sum runs from the right, so both parities are kept until the length is known.
    let (mut count, mut plain, mut doubled) = (0usize, [0u32; 2], [0u32; 2]);
    for c in text.chars().map(half_width) {
        let Some(digit) = c.to_digit(10) else {
            if c == '-' || is_space(c) || is_invisible(c) {
                continue;
            }
            return false;
        };
        plain[count % 2] += digit;
        doubled[count % 2] += if digit > 4 { 2 * digit - 9 } else { 2 * digit };
        count += 1;
    }
    if !(12..=19).contains(&count) {
        return false;
    }
    let last = (count - 1) % 2;
    (plain[last] + doubled[1 - last]) % 10 == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_numbers() {
        assert!(luhn_valid("4539578763621486"));
        assert!(luhn_valid("６２１７９９０１３５３６９６２８６６４"));
        assert!(!luhn_valid("4539578763621487"));
        assert!(!luhn_valid(""));
        assert!(!luhn_valid("0"));
        assert!(!luhn_valid("622848四840001"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            luhn_valid(&text);
        }

        #[test]
        fn finds_every_single_wrong_digit(stem in "[0-9]{11,18}", at in 0usize..19, step in 1u8..10) {
            let whole = (0..10).map(|d| format!("{stem}{d}")).find(|n| luhn_valid(n)).unwrap();
            let mut wrong = whole.into_bytes();
            let at = at % wrong.len();
            wrong[at] = b'0' + (wrong[at] - b'0' + step) % 10;
            prop_assert!(!luhn_valid(std::str::from_utf8(&wrong).unwrap()));
        }
    }
}
