//! How numbers are written: which characters count, and the form in which they are compared.

use crate::domain::text;

/// The significant characters of a text, on the stack.
pub(super) struct Scan {
    /// Those met; 0 where there are fewer than 18.
    pub(super) characters: [u8; 18],
    /// Significant characters met, counted up to 19.
    pub(super) length: usize,
}

/// Copies the characters that count: no spaces, invisible marks, hyphens or the quote that Excel sets
/// before text. Anything that no number contains becomes `?`.
pub(super) fn scan(text: &str) -> Scan {
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

/// Text without spaces, hyphens and quotes, in half-width capitals.
pub(super) fn tidy(text: &str) -> String {
    let squeezed = text::squeeze(text);
    squeezed.chars().filter(|c| !matches!(c, '-' | '\'' | '’' | '`')).map(|c| c.to_ascii_uppercase()).collect()
}
