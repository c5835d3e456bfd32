//! Cleaning of text cells: what a human eye does not see is not part of a value.

use std::borrow::Cow;

/// Whether the character is a space of any width, a tab, a line break or a no-break space.
#[inline]
pub fn is_space(c: char) -> bool {
    match c {
        ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => true,
        _ if c.is_ascii() => false,
        '\u{a0}' | '\u{85}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' => true,
        '\u{205f}' | '\u{3000}' => true,
        _ => false,
    }
}

/// Whether the character has no width at all: byte-order mark, zero-width space and joiners,
/// direction marks (office programs paste them around numbers), soft hyphen, control characters.
#[inline]
pub fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => false,
        '\0'..='\u{1f}' | '\u{7f}' => true,
        _ if c.is_ascii() => false,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => true,
        _ => false,
    }
}

/// The half-width form of a full-width digit, letter or sign (U+FF01 to U+FF5E, `￥`); other
/// characters unchanged.
#[inline]
pub fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{ffe5}' => '¥',
        _ => c,
    }
}

/// Trims spaces of every width and invisible characters, turns full-width forms into half-width ones
/// and inner spaces of other widths into plain ones. Borrows where the text is clean already.
///
/// ```
/// use mingjing::domain::text::clean;
/// assert_eq!(clean("\u{feff}\u{3000}发放金额（元）\u{a0}"), "发放金额(元)");
/// assert_eq!(clean("１，２３４．５０"), "1,234.50");
/// ```
pub fn clean(text: &str) -> Cow<'_, str> {
    let trimmed = trim(text);
    let dirty = |c: char| {
        if c.is_ascii() {
            return c.is_ascii_control() && is_invisible(c);
        }
        half_width(c) != c || is_space(c) || is_invisible(c)
    };
    let plain_ascii = trimmed.bytes().all(|byte| (b' '..0x7f).contains(&byte));
    if plain_ascii || !trimmed.chars().any(dirty) {
        return Cow::Borrowed(trimmed);
    }
    let plain = trimmed.chars().filter(|c| !is_invisible(*c)).map(|c| match half_width(c) {
        c if !c.is_ascii() && is_space(c) => ' ',
        c => c,
    });
    Cow::Owned(plain.collect())
}

/// Removes spaces of every width and invisible characters, wherever they stand, and turns full-width
/// forms into half-width ones: for numbers that are names (accounts, files, regions).
pub fn squeeze(text: &str) -> Cow<'_, str> {
    let cleaned = clean(text);
    if !cleaned.chars().any(is_space) {
        return cleaned;
    }
    Cow::Owned(cleaned.chars().filter(|c| !is_space(*c)).collect())
}

/// Trims spaces of every width and invisible characters.
fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    let plain = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_graphic());
    if plain(bytes.first()) && plain(bytes.last()) {
        return text;
    }
    text.trim_matches(|c| is_space(c) || is_invisible(c))
}

/// Whether what stands in the place of a number, without spaces, is only a sign that there is none.
pub fn means_none(text: &str) -> bool {
    matches!(text, "无" | "暂无" | "没有" | "不详" | "未知" | "不明") || !text.chars().any(char::is_alphanumeric)
}

/// A text as it may stand in HTML and XML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Columns that a letter takes where a Latin one takes one: Chinese letters and full-width forms take two.
///
/// ```
/// use mingjing::domain::text::columns;
/// assert_eq!("明镜 A".chars().map(columns).sum::<usize>(), 6);
/// ```
pub fn columns(letter: char) -> usize {
    1 + usize::from(letter >= '\u{2e80}')
}

/// What parts the cells of a table by its first line: the comma, unless the line has more of `;`, tabs or bars.
///
/// ```
/// use mingjing::domain::text::delimiter;
/// assert_eq!((delimiter(b"a;b,c;d"), delimiter(b"a"), delimiter(b"a\tb")), (b';', b',', b'\t'));
/// ```
pub fn delimiter(first_line: &[u8]) -> u8 {
    let met = |mark: u8| first_line.iter().filter(|byte| **byte == mark).count();
    b",;\t|".iter().copied().max_by_key(|mark| (met(*mark), *mark == b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn clean_text_is_borrowed() {
        for text in ["", "439931195908030117", "张伟", "DB 001", "A,b(c)", "两 字"] {
            assert!(matches!(clean(text), Cow::Borrowed(t) if t == text), "{text}");
        }
    }

    #[test]
    fn stray_spaces_marks_and_full_width_forms_go() {
        assert_eq!(clean(" 张伟\t"), "张伟");
        assert_eq!(clean("\u{3000}张\u{3000}伟\u{3000}"), "张 伟");
        assert_eq!(clean("\u{202d}6228\u{200b}48\u{202c}"), "622848");
        assert_eq!(clean("Ａ类"), "A类");
        assert_eq!(clean("￥５００"), "¥500");
        assert_eq!(squeeze(" 6228 4848\u{a0}0001 "), "622848480001");
        assert_eq!(clean(" \u{3000} "), "");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in "\\PC*") {
            let once = clean(&text).into_owned();
            prop_assert_eq!(clean(&once), once.as_str());
            let tight = squeeze(&text).into_owned();
            prop_assert!(!tight.chars().any(|c| is_space(c) || is_invisible(c)));
        }
    }
}
