//! Similarity of two texts. Every function is symmetric and pure; distances count characters.

use rapidfuzz::distance::{jaro_winkler as jw, levenshtein as lev, osa};

/// What a text's characters allow: how many, which kinds of them, folded to 32, and how it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outline {
    length: u32,
    /// A bit for each kind that is there, and 32 bits on one for each that is there twice.
    kinds: u64,
    /// Low bytes of the first four characters.
    head: u32,
}

pub(super) fn outline(text: &str) -> Outline {
    let mut found = Outline { length: 0, kinds: 0, head: 0 };
    for c in text.chars() {
        let c = c as u32;
        let kind = 1 << ((c ^ c >> 5) & 31);
        found.kinds |= (found.kinds & kind) << 32 | kind;
        if found.length < 4 {
            found.head |= (c & 0xff) << (8 * found.length);
        }
        found.length += 1;
    }
    found
}

/// Characters of each text that cannot have a partner in the other: at least one for each kind that the
/// other lacks, or has once less.
fn unpaired(a: Outline, b: Outline) -> (u32, u32) {
    ((a.kinds & !b.kinds).count_ones(), (b.kinds & !a.kinds).count_ones())
}

impl Outline {
    /// Jaro–Winkler similarity of two texts of these outlines at best.
    pub(super) fn jaro_winkler_at_best(self, other: Self) -> f64 {
        let (alone, alone_other) = unpaired(self, other);
        let common = f64::from(self.length.saturating_sub(alone).min(other.length.saturating_sub(alone_other)));
        if common == 0.0 {
            return 0.0;
        }
        // Jaro at its best, all common characters in order, then raised for a prefix of up to four.
        let jaro = (common / f64::from(self.length) + common / f64::from(other.length) + 1.0) / 3.0;
        let prefix = ((self.head ^ other.head).trailing_zeros() / 8).min(self.length).min(other.length);
        jaro + f64::from(prefix) * 0.1 * (1.0 - jaro)
    }
}

/// Jaro–Winkler similarity (Winkler 1990), 0 to 1; 0 where it lies below `least`. The greedy matching of
/// Jaro depends on which text comes first, so the smaller one always does.
pub(super) fn jaro_winkler(a: &str, b: &str, least: f64) -> f64 {
    if a == b {
        return 1.0;
    }
    if outline(a).jaro_winkler_at_best(outline(b)) < least {
        return 0.0;
    }
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let close = |found: f64| if found < least - 1e-12 { 0.0 } else { found };
    close(if a.is_ascii() && b.is_ascii() {
        jw::similarity(a.bytes(), b.bytes())
    } else {
        jw::similarity(a.chars(), b.chars())
    })
}

/// Levenshtein distance; infinite where it lies above `most`.
pub(super) fn levenshtein(a: &str, b: &str, most: f64) -> f64 {
    bounded(a, b, most, |a, b| {
        if a.is_ascii() && b.is_ascii() {
            lev::distance(a.bytes(), b.bytes())
        } else {
            lev::distance(a.chars(), b.chars())
        }
    })
}

/// Damerau–Levenshtein distance, optimal string alignment; infinite where it lies above `most`.
pub(super) fn damerau_levenshtein(a: &str, b: &str, most: f64) -> f64 {
    bounded(a, b, most, |a, b| {
        if a.is_ascii() && b.is_ascii() {
            osa::distance(a.bytes(), b.bytes())
        } else {
            osa::distance(a.chars(), b.chars())
        }
    })
}

fn bounded(a: &str, b: &str, most: f64, distance: impl Fn(&str, &str) -> usize) -> f64 {
    if a == b {
        return 0.0;
    }
    let (x, y) = (outline(a), outline(b));
    let (alone_a, alone_b) = unpaired(x, y);
    // An edit mends one character of each text at most.
    if f64::from(alone_a.max(alone_b).max(x.length.abs_diff(y.length))) > most {
        return f64::INFINITY;
    }
    let found = distance(a, b) as f64;
    if found > most { f64::INFINITY } else { found }
}

fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// 1 − Damerau–Levenshtein distance / length of the longer text; 0 where it lies below `least`.
pub(super) fn edit_similarity(a: &str, b: &str, least: f64) -> f64 {
    let longer = length(a).max(length(b)) as f64;
    if longer == 0.0 {
        return 1.0;
    }
    (1.0 - damerau_levenshtein(a, b, (1.0 - least) * longer + 1e-9) / longer).max(0.0)
}

/// Length of the shorter text where it is the beginning of the longer; else 0.
pub(super) fn prefix(a: &str, b: &str, _: f64) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.starts_with(short) { length(short) as f64 } else { 0.0 }
}

/// 1 where each word of the text with fewer words begins, or is begun by, a word of the other, in order.
pub(super) fn initials(a: &str, b: &str, _: f64) -> f64 {
    let words = |text: &str| text.split_whitespace().count();
    let (few, many) = if (words(a), a) <= (words(b), b) { (a, b) } else { (b, a) };
    let mut rest = many.split_whitespace();
    let all = few.split_whitespace().all(|word| rest.any(|other| other.starts_with(word) || word.starts_with(other)));
    f64::from(all && !few.is_empty())
}

/// American Soundex: a letter and three digits; `None` where there is no Latin letter.
pub(in crate::identity::linkage) fn soundex_code(text: &str) -> Option<String> {
    let class = |c: u8| match c {
        b'B' | b'F' | b'P' | b'V' => b'1',
        b'C' | b'G' | b'J' | b'K' | b'Q' | b'S' | b'X' | b'Z' => b'2',
        b'D' | b'T' => b'3',
        b'L' => b'4',
        b'M' | b'N' => b'5',
        b'R' => b'6',
        b'H' | b'W' => b'-',
        _ => b'0',
    };
    let mut letters = text.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_uppercase());
    let first = letters.next()?;
    let mut code = String::from(first as char);
    let mut last = class(first);
    for letter in letters {
        let digit = class(letter);
        if digit == b'-' {
            continue;
        }
        if digit != b'0' && digit != last {
            code.push(digit as char);
        }
        last = digit;
    }
    code.push_str("000");
    code.truncate(4);
    Some(code)
}

/// 1 where both sound alike by Soundex.
pub(super) fn soundex(a: &str, b: &str, _: f64) -> f64 {
    let (a, b) = (soundex_code(a), soundex_code(b));
    f64::from(a.is_some() && a == b)
}

/// 1 where one character is replaced or two neighbours change places, lengths being equal.
pub(super) fn one_slip(a: &str, b: &str, _: f64) -> f64 {
    f64::from(substitution(a, b, 1.0) == 1.0 || transposition(a, b, 1.0) == 1.0)
}

/// 1 where exactly one character is replaced.
pub(super) fn substitution(a: &str, b: &str, _: f64) -> f64 {
    if length(a) != length(b) {
        return 0.0;
    }
    f64::from(a.chars().zip(b.chars()).filter(|(x, y)| x != y).take(2).count() == 1)
}

/// 1 where exactly two neighbouring characters change places.
pub(super) fn transposition(a: &str, b: &str, _: f64) -> f64 {
    if length(a) != length(b) {
        return 0.0;
    }
    let mut apart = a.chars().zip(b.chars()).enumerate().filter(|(_, (x, y))| x != y);
    let (Some((i, (a1, b1))), Some((j, (a2, b2))), None) = (apart.next(), apart.next(), apart.next()) else {
        return 0.0;
    };
    f64::from(j == i + 1 && a1 == b2 && a2 == b1)
}

/// 1 where one character is left out of the longer text to make the shorter.
pub(super) fn indel(a: &str, b: &str, _: f64) -> f64 {
    f64::from(length(a).abs_diff(length(b)) == 1 && levenshtein(a, b, 1.0) == 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_values() {
        assert!((jaro_winkler("martha", "marhta", 0.0) - 0.9611).abs() < 1e-3);
        assert_eq!(damerau_levenshtein("ab", "ba", 1.0), 1.0);
        assert_eq!(levenshtein("张伟", "张玮", 2.0), 1.0);
        assert_eq!(prefix("rob", "robert", 1.0), 3.0);
        assert_eq!(initials("j smith", "john smith", 1.0), 1.0);
        assert_eq!(soundex_code("Robert").as_deref(), Some("R163"));
        assert_eq!(soundex_code("Tymczak").as_deref(), Some("T522"));
        assert_eq!((transposition("1243", "1234", 1.0), substitution("1243", "1234", 1.0)), (1.0, 0.0));
        assert_eq!(indel("123", "1234", 1.0), 1.0);
    }

    proptest! {
        #[test]
        fn a_bound_changes_nothing_on_its_near_side(a in "[ab张伟 c-f]{0,9}", b in "[ab张伟 c-f]{0,9}", bound in 0.0f64..1.0) {
            let (full, cut) = (jaro_winkler(&a, &b, 0.0), jaro_winkler(&a, &b, bound));
            prop_assert_eq!(full >= bound, cut >= bound);
            let most = (bound * 6.0).floor();
            let (full, cut) = (damerau_levenshtein(&a, &b, 99.0), damerau_levenshtein(&a, &b, most));
            prop_assert_eq!(full <= most, cut <= most);
            let (full, cut) = (edit_similarity(&a, &b, 0.0), edit_similarity(&a, &b, bound));
            prop_assert_eq!(full >= bound, cut >= bound);
        }

        #[test]
        fn measures_are_symmetric(a in "[ab张章伟 c-f]{0,9}", b in "[ab张章伟 c-f]{0,9}") {
            for measure in [
                jaro_winkler, edit_similarity, prefix, initials, soundex, one_slip, substitution, transposition, indel,
            ] {
                prop_assert_eq!(measure(&a, &b, 0.0), measure(&b, &a, 0.0));
            }
            prop_assert_eq!(levenshtein(&a, &b, 9.0), levenshtein(&b, &a, 9.0));
            prop_assert_eq!(damerau_levenshtein(&a, &b, 9.0), damerau_levenshtein(&b, &a, 9.0));
        }
    }
}
