//! What a mistyped number could have been.

use super::scheme::{birth_date_of, check_character, is_province};
use super::spelling::scan;

/// How a neighbour of a wrong number came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// One character was replaced.
    Digit,
    /// Two adjacent characters changed places.
    Swap,
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
        let fits = || candidate[17] == check_character(&candidate);
        if well_formed && fits() && is_province(&candidate) && birth_date_of(&candidate).is_some() {
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

/// All valid numbers that a number of the old series could have been, by one substituted digit or one swap of two
/// adjacent digits of its 15; substitutions first, from left to right. `number` is the 18 characters it converts to,
/// and so are the neighbours. Without a check digit there are up to about 150.
pub fn old_neighbours(number: &str) -> Vec<(String, Repair)> {
    let scan = scan(number);
    let mut found = Vec::new();
    if scan.length != 18 || !scan.characters[..17].iter().all(u8::is_ascii_digit) {
        return found;
    }
    let number = scan.characters;
    // Where the 15 digits stand among the 18: the century and the check digit are no part of them.
    let places: Vec<usize> = (0..6).chain(8..17).collect();
    let mut keep = |mut candidate: [u8; 18], repair| {
        candidate[17] = check_character(&candidate);
        if is_province(&candidate) && birth_date_of(&candidate).is_some() {
            found.push((candidate.iter().map(|b| *b as char).collect(), repair));
        }
    };
    for at in &places {
        for digit in (b'0'..=b'9').filter(|digit| *digit != number[*at]) {
            let mut candidate = number;
            candidate[*at] = digit;
            keep(candidate, Repair::Digit);
        }
    }
    for pair in places.windows(2).filter(|pair| number[pair[0]] != number[pair[1]]) {
        let mut candidate = number;
        candidate.swap(pair[0], pair[1]);
        keep(candidate, Repair::Swap);
    }
    found
}

/// The slip of the pen between two texts of equal length: one character replaced, or two adjacent ones swapped.
/// `None` where they are equal or further apart.
pub fn slip(a: &str, b: &str) -> Option<Repair> {
    if a.chars().count() != b.chars().count() {
        return None;
    }
    let mut apart = a.chars().zip(b.chars()).enumerate().filter(|(_, (x, y))| x != y);
    match (apart.next(), apart.next(), apart.next()) {
        (Some(_), None, None) => Some(Repair::Digit),
        (Some((i, (a1, b1))), Some((j, (a2, b2))), None) if j == i + 1 && a1 == b2 && a2 == b1 => Some(Repair::Swap),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id_number::fault;
    use crate::domain::id_number::tests::valid_number;

    #[test]
    fn a_slip_among_fifteen_digits_leads_back() {
        // 439931790722113 is 43993119790722113X.
        for (old, repair) in [("439931790722114", Repair::Digit), ("439931790721213", Repair::Swap)] {
            let number = crate::domain::id_number::normalise(old).text;
            let found = old_neighbours(&number);
            assert!(found.contains(&("43993119790722113X".to_owned(), repair)), "{old}");
            assert!(found.iter().all(|(neighbour, _)| fault(neighbour).is_none() && neighbour[6..8] == *"19"));
        }
        assert!(old_neighbours("439931790722114").is_empty());
    }

    proptest! {
        #[test]
        fn every_substitution_is_found_and_mended(number in valid_number(), at in 0usize..18, step in 1usize..11) {
            let alphabet: &[u8] = if at == 17 { b"0123456789X" } else { b"0123456789" };
            let own = alphabet.iter().position(|c| *c == number.as_bytes()[at]).unwrap();
            prop_assume!(step < alphabet.len());
            let mut wrong = number.clone().into_bytes();
            wrong[at] = alphabet[(own + step) % alphabet.len()];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(fault(&wrong).is_some());
            prop_assert_eq!(slip(&number, &wrong), Some(Repair::Digit));
            prop_assert!(neighbours(&wrong).contains(&(number, Repair::Digit)));
        }

        #[test]
        fn every_swap_is_found_and_mended(number in valid_number(), at in 0usize..17) {
            let mut wrong = number.clone().into_bytes();
            prop_assume!(wrong[at] != wrong[at + 1]);
            wrong.swap(at, at + 1);
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(fault(&wrong).is_some());
            prop_assert_eq!(slip(&number, &wrong), Some(Repair::Swap));
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
