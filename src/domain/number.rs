//! Whole and decimal numbers that are not money.

use super::money::decimal;
use super::text::squeeze;

/// Reads a whole number: `3`, `1,024`, `3.0`, `３`, and small counts with their measure word, `3人`,
/// `2级`, `二级`.
///
/// ```
/// use mingjing::domain::number::parse_int;
/// assert_eq!(parse_int("3.0"), Some(3));
/// assert_eq!(parse_int("二级"), Some(2));
/// assert_eq!(parse_int("3.5"), None);
/// ```
pub fn parse_int(text: &str) -> Option<i32> {
    if let [digit @ b'0'..=b'9'] = text.as_bytes() {
        return Some(i32::from(digit - b'0'));
    }
    let text = squeeze(text);
    let counted = text.strip_suffix(['人', '级', '口', '个', '户', '名']);
    let text = counted.unwrap_or(&text);
    if counted.is_some() {
        let mut characters = text.chars();
        if let (Some(only), None) = (characters.next(), characters.next())
            && let Some(at) = "一二三四五六七八九".chars().position(|c| c == only)
        {
            return i32::try_from(at + 1).ok();
        }
    }
    let (negative, text) = sign(text);
    let (mantissa, decimals) = decimal(text)?;
    let scale = 10i128.pow(decimals);
    if mantissa % scale != 0 {
        return None;
    }
    let value = i32::try_from(mantissa / scale).ok()?;
    Some(if negative { -value } else { value })
}

/// Reads a decimal: `0.5`, `1,024.5`, `50%`, `1/2`, `120㎡`, `88.5平方米`, full-width forms.
///
/// ```
/// use mingjing::domain::number::parse_decimal;
/// assert_eq!(parse_decimal("50%"), Some(0.5));
/// assert_eq!(parse_decimal("1/4"), Some(0.25));
/// assert_eq!(parse_decimal("88.5平方米"), Some(88.5));
/// ```
pub fn parse_decimal(text: &str) -> Option<f64> {
    let text = squeeze(text);
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (plain(above)?, plain(below)?);
        return (below > 0.0).then(|| above / below);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return plain(percent).map(|value| value / 100.0);
    }
    plain(["㎡", "平方米", "平米", "m2", "m²"].iter().find_map(|u| text.strip_suffix(u)).unwrap_or(&text))
}

fn plain(text: &str) -> Option<f64> {
    let (negative, text) = sign(text);
    decimal(text)?;
    let value: f64 = if text.contains(',') { text.replace(',', "").parse() } else { text.parse() }.ok()?;
    Some(if negative { -value } else { value })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings() {
        for text in ["3", "３", " 3 ", "3.0", "3.00", "+3", "3人", "3 人", "三级", "3级", "3口"] {
            assert_eq!(parse_int(text), Some(3), "{text}");
        }
        assert_eq!(parse_int("1,024"), Some(1024));
        assert_eq!(parse_int("-2147483647"), Some(-i32::MAX));
        for text in ["", "x", "三", "3.5", "级", "十级", "2147483648", "1e3", "—"] {
            assert_eq!(parse_int(text), None, "{text}");
        }
        for text in ["0.5", "０．５", "50%", "50.0％", "1/2", "１／２", "+0.50"] {
            assert_eq!(parse_decimal(text), Some(0.5), "{text}");
        }
        assert_eq!(parse_decimal("1,024.5"), Some(1024.5));
        assert_eq!(parse_decimal("-3.25"), Some(-3.25));
        assert_eq!(parse_decimal("120.00㎡"), Some(120.0));
        for text in ["", "abc", "1/0", "1/2/3", "NaN", "inf", "1e5", "%"] {
            assert_eq!(parse_decimal(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", near in "[-0-9,.%/人级㎡]{0,40}") {
            let _ = (parse_int(&text), parse_int(&near), parse_decimal(&text), parse_decimal(&near));
        }

        #[test]
        fn round_trips(value in any::<i32>(), decimal in -1e9f64..1e9) {
            prop_assume!(value != i32::MIN);
            prop_assert_eq!(parse_int(&value.to_string()), Some(value));
            prop_assert_eq!(parse_decimal(&format!("{decimal}")), Some(decimal));
        }
    }
}
