//! Personal names: one form for comparison, and when two spellings are one name.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::text::{is_invisible, is_space};

/// Variant and traditional characters met in names with the character they stand for. Characters that
/// the General Standard Chinese Characters table (2013) allows in names beside their twin (喆 and 哲,
/// 昇 and 升) are different names and not listed.
const VARIANTS: &str = include_str!("data/variants.csv");
/// The block that all listed characters lie in.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// Standard character by `character - FIRST`; 0 where the character stands for itself.
static STANDARD: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0; (LAST - FIRST + 1) as usize];
    for line in VARIANTS.lines().skip(1) {
        let mut characters = line.chars();
        if let (Some(variant), Some(','), Some(standard)) = (characters.next(), characters.next(), characters.next())
            && let Some(slot) = table.get_mut((variant as usize).wrapping_sub(FIRST as usize))
        {
            *slot = u16::try_from(standard as u32).unwrap_or(0);
        }
    }
    table
});

fn standard(c: char) -> char {
    let slot = (c as u32).checked_sub(FIRST).and_then(|at| STANDARD.get(at as usize).copied()).unwrap_or(0);
    if slot == 0 { c } else { char::from_u32(u32::from(slot)).unwrap_or(c) }
}

/// The form in which names are compared: no spaces of any width, full-width and compatibility forms
/// replaced (NFKC), `·` for every dot between the parts of a name and none at its ends, capital Latin
/// letters, variant and traditional characters replaced by the standard one.
///
/// ```
/// use mingjing::domain::name::normal;
/// assert_eq!(normal("張　偉"), "张伟");
/// assert_eq!(normal("阿卜杜拉•买买提"), "阿卜杜拉·买买提");
/// ```
pub fn normal(name: &str) -> String {
    if name.chars().all(|c| (FIRST..=LAST).contains(&(c as u32))) {
        return name.chars().map(standard).collect();
    }
    let characters = name.nfkc().filter(|c| !is_space(*c) && !is_invisible(*c)).map(|c| match c {
        '·' | '•' | '・' | '.' | '‧' | '∙' | '⋅' | '●' | '。' => '·',
        _ => standard(c),
    });
    let joined: String = characters.flat_map(char::to_uppercase).collect();
    let trimmed = joined.trim_matches('·');
    if trimmed.len() == joined.len() { joined } else { trimmed.to_owned() }
}

/// Whether two names can be one person's. They agree if, in normal form and not empty,
///
/// 1. they are equal; or
/// 2. one is written with dots, and they are equal without dots (some systems cannot store the dot); or
/// 3. both are written with dots, and one is the beginning of the other and goes at least two characters
///    beyond the first dot (systems cut long minority names off: `阿卜杜拉·买买` of `阿卜杜拉·买买提`).
///
/// Different characters of the same sound do not agree.
///
/// ```
/// use mingjing::domain::name::agree;
/// assert!(agree("劉洋", "刘 洋"));
/// assert!(agree("阿卜杜拉·买买", "阿卜杜拉•买买提"));
/// assert!(!agree("张伟", "张玮"));
/// ```
pub fn agree(a: &str, b: &str) -> bool {
    if a == b && a.chars().any(|c| !is_space(c) && !is_invisible(c) && c != '·') {
        return true;
    }
    let (a, b) = (normal(a), normal(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    a == b || equal_without_dots(&a, &b) || truncated(&a, &b) || truncated(&b, &a)
}

fn equal_without_dots(a: &str, b: &str) -> bool {
    let bare = |name: &str| name.chars().filter(|c| *c != '·').collect::<String>();
    (a.contains('·') || b.contains('·')) && bare(a) == bare(b)
}

fn truncated(short: &str, long: &str) -> bool {
    let Some((_, beyond)) = short.split_once('·') else { return false };
    long.starts_with(short) && beyond.chars().filter(|c| *c != '·').count() >= 2
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_variants_are_well_formed_and_end_after_one_step() {
        let mut seen = BTreeMap::new();
        for line in VARIANTS.lines().skip(1) {
            let [variant, ',', to] = line.chars().collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert!((FIRST..=LAST).contains(&(variant as u32)) && (FIRST..=LAST).contains(&(to as u32)), "{line}");
            assert_eq!(seen.insert(variant, to), None, "{line} twice");
        }
        assert!(seen.values().all(|to| !seen.contains_key(to)));
        assert!(seen.len() > 300);
    }

    #[test]
    fn normal_forms() {
        for (name, form) in [
            ("张伟", "张伟"),
            (" 张\u{3000}伟 ", "张伟"),
            ("張偉", "张伟"),
            ("禕", "祎"),
            ("阿依古丽．买买提", "阿依古丽·买买提"),
            ("阿依古丽・买买提", "阿依古丽·买买提"),
            ("阿依古丽•买买提", "阿依古丽·买买提"),
            ("阿依古丽.买买提·", "阿依古丽·买买提"),
            ("ｌｉ　Wei", "LIWEI"),
            ("\u{f9e1}", "李"),
            ("⼤", "大"),
            ("喆", "喆"),
            ("", ""),
        ] {
            assert_eq!(normal(name), form, "{name}");
        }
    }

    #[test]
    fn agreement() {
        for (a, b) in [
            ("陳靜", "陈静"),
            ("王 芳", "王芳"),
            ("买买提·阿不都", "买买提阿不都"),
            ("买买提·阿不", "买买提·阿不都热合曼"),
        ] {
            assert!(agree(a, b) && agree(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("", ""),
            (" ", " "),
            ("·", "·"),
            ("张伟", ""),
            ("张伟", "张玮"),
            ("张", "张伟"),
            ("买买提·阿", "买买提·阿不都"),
            ("买买提", "买买提·阿不都"),
            ("喆", "哲"),
        ] {
            assert!(!agree(a, b) && !agree(b, a), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn normal_is_a_fixed_point(name in "\\PC*", near in "[张張伟偉·•. a-z　]{0,8}") {
            for name in [name, near] {
                let once = normal(&name);
                let twice = normal(&once);
                prop_assert_eq!(&twice, &normal(&twice));
                prop_assert_eq!(agree(&name, &once), agree(&once, &name));
            }
        }
    }
}
