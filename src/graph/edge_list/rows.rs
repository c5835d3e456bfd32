//! Lines of text → rows → fields. Nothing is allocated for a row.

use std::borrow::Cow;

/// What stands between two fields of a row: one of two bytes, which are the same but for blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delimiter(u8, u8);

impl Delimiter {
    /// Spaces and tabs, as many as there are: no field is empty.
    pub(super) const BLANKS: Self = Self(b' ', b'\t');

    /// Tabs and commas.
    pub(super) const TAB_OR_COMMA: Self = Self(b'\t', b',');

    /// A byte that ends a field, which may be empty.
    pub(super) const fn byte(byte: u8) -> Self {
        Self(byte, byte)
    }

    /// The delimiter of a row: the tab where there is one, else the more frequent of comma and semicolon, else blanks.
    pub(super) fn of(row: &[u8]) -> Self {
        // Ids apart by a space are so before a tab ("1 2\t1") and before commas that belong to what follows
        // ("1 2 {'weight': 3, 'year': 4}").
        let mut words = row.split(|b| *b == b' ').filter(|word| !word.is_empty());
        if words.next().is_some_and(numeric) && words.next().is_some_and(numeric_start) {
            return Self::BLANKS;
        }
        let [tabs, commas, semicolons] = [b'\t', b',', b';'].map(|byte| Fields::of(row, Self::byte(byte)).count());
        if tabs > 1 {
            Self::byte(b'\t')
        } else if commas.max(semicolons) == 1 {
            Self::BLANKS
        } else {
            Self::byte(if semicolons > commas { b';' } else { b',' })
        }
    }

    #[inline]
    fn is_at(self, byte: u8) -> bool {
        byte == self.0 || byte == self.1
    }
}

/// Whether a word begins with a whole number that nothing but a tab may follow.
fn numeric_start(word: &[u8]) -> bool {
    word.split(|b| *b == b'\t').next().is_some_and(numeric)
}

/// Whether a field is written as a whole number.
pub(super) fn numeric(field: &[u8]) -> bool {
    let digits = field.strip_prefix(b"-").unwrap_or(field);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a field is written as a number, whole or not.
pub(super) fn number(field: &[u8]) -> bool {
    std::str::from_utf8(field).ok().and_then(|text| text.parse::<f64>().ok()).is_some_and(f64::is_finite)
}

/// Lines that hold anything but delimiters and are no comments, each with its number, the first line being 0.
#[inline]
pub(super) fn rows(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let lines = text.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.enumerate().filter(|(_, line)| {
        let begun = line.trim_ascii_start();
        let comment = matches!(begun, [b'#' | b'%', ..] | [b'/', b'/', ..]);
        !comment && begun.iter().any(|b| !matches!(b, b' ' | b'\t' | b',' | b';'))
    })
}

/// The fields of a row as they are written, without the blanks around them.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    rest: Option<&'a [u8]>,
    delimiter: Delimiter,
    /// Whether quotes were opened and not closed.
    pub(super) open: bool,
}

impl<'a> Fields<'a> {
    /// The fields of a row.
    #[inline]
    pub(super) fn of(row: &'a [u8], delimiter: Delimiter) -> Self {
        Self { rest: Some(row), delimiter, open: false }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let delimiter = self.delimiter;
        let blank = |b: u8| b == b' ' || (b == b'\t' && delimiter.0 != b'\t');
        let rest = &rest[rest.iter().position(|b| !blank(*b)).unwrap_or(rest.len())..];
        if rest.is_empty() && delimiter == Delimiter::BLANKS {
            return None;
        }
        // A delimiter between quotes belongs to the field.
        let quoted = match rest {
            [b'"', inner @ ..] => closed(inner).map_or_else(
                || {
                    self.open = true;
                    rest.len()
                },
                |end| end + 2,
            ),
            _ => 0,
        };
        let end = rest[quoted..].iter().position(|b| delimiter.is_at(*b)).map(|more| quoted + more);
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(rest[..end.unwrap_or(rest.len())].trim_ascii_end())
    }
}

/// Where quotes close that opened before the first byte. Two in a row stand for one.
fn closed(inner: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += inner[at..].iter().position(|b| *b == b'"')?;
        if inner.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A field without its quotes.
#[inline]
pub(super) fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let [b'"', inner @ .., b'"'] = field else { return Cow::Borrowed(field) };
    if !inner.contains(&b'"') {
        return Cow::Borrowed(inner);
    }
    let mut after_quote = false;
    let kept = inner.iter().copied().filter(|b| {
        after_quote = *b == b'"' && !after_quote;
        *b != b'"' || after_quote
    });
    Cow::Owned(kept.collect())
}
