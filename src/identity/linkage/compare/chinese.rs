//! Chinese ID numbers and personal names. Names are expected in the form of [`crate::domain::name`],
//! numbers in that of [`crate::domain::id_number`] (steps `person_name` and `id_number`).

use pinyin::ToPinyin;

/// 1 where two numbers of 18 characters have region and birth date in common.
pub(super) fn region_and_birth(a: &str, b: &str, _: f64) -> f64 {
    let both = a.len() == 18 && b.len() == 18 && a.is_ascii() && b.is_ascii();
    f64::from(both && a[..14] == b[..14])
}

/// How many of 18 characters are the same at their place.
pub(super) fn places(a: &str, b: &str, _: f64) -> f64 {
    if a.len() != 18 || b.len() != 18 {
        return 0.0;
    }
    a.bytes().zip(b.bytes()).filter(|(x, y)| x == y).count() as f64
}

/// 1 where two names are one but for the interpunct or a cut end (`阿卜杜拉·买买` of `阿卜杜拉·买买提`).
pub(super) fn truncated(a: &str, b: &str, _: f64) -> f64 {
    f64::from(crate::domain::name::agree(a, b))
}

/// Pinyin of a name without tones, syllables parted by blanks; other characters as they are. `None` where
/// there is no Chinese character.
pub(in crate::identity::linkage) fn pinyin(text: &str) -> Option<String> {
    let mut found = false;
    let mut out = String::with_capacity(text.len() * 2);
    for (c, sound) in text.chars().zip(text.to_pinyin()) {
        match sound {
            Some(sound) => {
                found = true;
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(sound.plain());
            }
            None => out.push(c),
        }
    }
    found.then_some(out)
}

/// Sound of a name in one word of capital Latin letters, tones and blanks left out; of a name that is
/// written so already, itself. `None` where neither is the case.
pub(in crate::identity::linkage) fn sound(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() * 2);
    for (c, sound) in text.chars().zip(text.to_pinyin()) {
        match sound {
            Some(sound) => {
                out.extend(sound.plain().chars().map(|c| if c == 'ü' { 'V' } else { c.to_ascii_uppercase() }))
            }
            None if c.is_ascii_alphabetic() => out.push(c.to_ascii_uppercase()),
            None if c == '·' || c == '\'' || c == '-' || c.is_whitespace() => {}
            None => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

/// 1 where two names of the same number of characters sound the same, tones aside, or one of them is
/// written in pinyin.
pub(super) fn same_pinyin(a: &str, b: &str, _: f64) -> f64 {
    if a == b {
        return 1.0;
    }
    if a.is_ascii() != b.is_ascii() {
        let (a, b) = (sound(a), sound(b));
        return f64::from(a.is_some() && a == b);
    }
    let mut same = false;
    let mut other = b.chars();
    for c in a.chars() {
        let Some(d) = other.next() else { return 0.0 };
        if c == d {
            continue;
        }
        match (c.to_pinyin(), d.to_pinyin()) {
            (Some(x), Some(y)) if x.plain() == y.plain() => same = true,
            _ => return 0.0,
        }
    }
    f64::from(same && other.next().is_none())
}

/// 1 where exactly one character of at least two differs, or one is missing of at least three.
pub(super) fn one_character(a: &str, b: &str, _: f64) -> f64 {
    let (m, n) = (a.chars().count(), b.chars().count());
    let (short, long) = (m.min(n), m.max(n));
    let may = if short == long { short >= 2 } else { long == short + 1 && long >= 3 };
    f64::from(may && super::text::levenshtein(a, b, 1.0) == 1.0)
}

/// 1 where the same characters stand in another order.
pub(super) fn swapped_order(a: &str, b: &str, _: f64) -> f64 {
    let sorted = |text: &str| {
        let mut characters: Vec<char> = text.chars().filter(|c| *c != '·' && !c.is_whitespace()).collect();
        characters.sort_unstable();
        characters
    };
    f64::from(a != b && sorted(a) == sorted(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(pinyin("张伟").as_deref(), Some("zhang wei"));
        assert_eq!(
            (same_pinyin("张伟", "章玮", 1.0), same_pinyin("张伟", "张伟明", 1.0), same_pinyin("李明", "王明", 1.0)),
            (1.0, 0.0, 0.0)
        );
        assert_eq!(
            (one_character("张伟", "张强", 1.0), one_character("王小明", "王明", 1.0), one_character("王", "李", 1.0)),
            (1.0, 1.0, 0.0)
        );
        assert_eq!(same_pinyin("吕伟", "LVWEI", 1.0), 1.0);
        assert_eq!((sound("张 伟").as_deref(), sound("Zhang Wei").as_deref()), (Some("ZHANGWEI"), Some("ZHANGWEI")));
        assert_eq!(swapped_order("王小明", "王明小", 1.0), 1.0);
    }

    #[test]
    fn numbers() {
        let (a, b) = ("439931194810040152", "439931194810040179");
        assert_eq!((region_and_birth(a, b, 1.0), places(a, b, 1.0)), (1.0, 16.0));
    }
}
