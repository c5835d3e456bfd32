//! Money: always a whole number of fen (1/100 yuan).

use std::fmt;

use super::text::squeeze;

/// An amount in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(pub i64);

impl Fen {
    /// A twelfth, to the nearest fen; halves go to the even fen, so that sums do not drift. Turns an
    /// amount a year into one a month.
    pub fn twelfth(self) -> Self {
        let (whole, rest) = (self.0.div_euclid(12), self.0.rem_euclid(12));
        Self(whole + i64::from(rest > 6 || (rest == 6 && whole % 2 != 0)))
    }
}

impl fmt::Display for Fen {
    /// Yuan with two decimals, without separators: `1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

/// The unit that a bare number is in. A unit written in the text itself (`元`, `万元`) goes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MoneyUnit {
    /// 元, the usual one.
    #[default]
    Yuan,
    /// 分.
    Fen,
    /// 万元, ten thousand yuan.
    WanYuan,
}

impl MoneyUnit {
    fn in_fen(self) -> i128 {
        match self {
            Self::Fen => 1,
            Self::Yuan => 100,
            Self::WanYuan => 1_000_000,
        }
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a number with the signs that amounts carry.
    #[error("not an amount of money")]
    NotANumber,
    /// A part of a fen remains: more than two decimals of a yuan that are not zero.
    #[error("finer than one fen; if the unit is not yuan, say so under [file.units] of the mapping")]
    FinerThanFen,
    /// Beyond 92 million billion yuan.
    #[error("amount out of range")]
    OutOfRange,
}

/// Reads an amount exactly, without floating point.
///
/// Accepted around the number: `¥`, `￥`, `人民币`, `RMB`, `CNY`; `元`, `元整`, `圆`, `元/月`, `万元`,
/// `万`; thousands separators in groups of three; spaces; full-width forms; a minus sign, or
/// parentheses for a negative amount.
///
/// # Errors
/// [`MoneyError`]. An amount finer than a fen is refused, never rounded; only what lies within a
/// millionth of a yuan of a fen (`12.340000000000001`, the trace of floating point) is taken as that fen.
///
/// ```
/// use mingjing::domain::money::{Fen, MoneyUnit, parse_fen};
/// assert_eq!(parse_fen("￥１，２３４．５０元", MoneyUnit::Yuan), Ok(Fen(123_450)));
/// assert_eq!(parse_fen("1.2万元", MoneyUnit::Yuan), Ok(Fen(1_200_000)));
/// assert!(parse_fen("12.345", MoneyUnit::Yuan).is_err());
/// ```
pub fn parse_fen(text: &str, unit: MoneyUnit) -> Result<Fen, MoneyError> {
    if unit == MoneyUnit::Yuan
        && let Some(fen) = plain_yuan(text.as_bytes())
    {
        return Ok(fen);
    }
    let text = squeeze(text);
    let (number, negative, unit) = strip_signs(&text, unit);
    let (mantissa, decimals) = decimal(number).ok_or(MoneyError::NotANumber)?;
    let scale = 10i128.pow(decimals);
    let scaled = mantissa * unit.in_fen();
    let (mut fen, rest) = (scaled / scale, scaled % scale);
    // 1e-6 yuan is 1e-4 fen.
    if rest * 10_000 >= scale * 9_999 {
        fen += 1;
    } else if rest * 10_000 > scale {
        return Err(MoneyError::FinerThanFen);
    }
    let fen = i64::try_from(fen).map_err(|_| MoneyError::OutOfRange)?;
    Ok(Fen(if negative { -fen } else { fen }))
}

/// The spelling of nearly all cells: up to 15 digits and two decimals.
fn plain_yuan(bytes: &[u8]) -> Option<Fen> {
    let [whole @ .., b'.', tenth, hundredth] = bytes else { return None };
    if whole.is_empty() || whole.len() > 15 {
        return None;
    }
    let mut value = 0i64;
    for byte in whole.iter().chain([tenth, hundredth]) {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(Fen(value))
}

/// Takes off what surrounds the number: its text, whether it is negative, the unit in force.
fn strip_signs(text: &str, unit: MoneyUnit) -> (&str, bool, MoneyUnit) {
    let (mut rest, mut negative, mut unit) = (text, false, unit);
    if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
        (rest, negative) = (inner, true);
    }
    let mut signed = negative;
    // The sign may stand before or behind the currency, but once.
    for _ in 0..2 {
        if !signed && let Some(r) = rest.strip_prefix(['-', '−', '–']) {
            (rest, negative, signed) = (r, true, true);
        } else if !signed && let Some(r) = rest.strip_prefix('+') {
            (rest, signed) = (r, true);
        }
        for currency in ["¥", "人民币", "RMB", "CNY"] {
            rest = rest.strip_prefix(currency).unwrap_or(rest);
        }
    }
    for (suffix, meant) in [
        ("万元", MoneyUnit::WanYuan),
        ("万", MoneyUnit::WanYuan),
        ("元整", MoneyUnit::Yuan),
        ("元/月", MoneyUnit::Yuan),
        ("元", MoneyUnit::Yuan),
        ("圆", MoneyUnit::Yuan),
    ] {
        if let Some(r) = rest.strip_suffix(suffix) {
            (rest, unit) = (r, meant);
            break;
        }
    }
    (rest, negative, unit)
}

/// A decimal without sign: all its digits as an integer, and how many of them are decimals. Separators
/// must part groups of three; decimals beyond the 12th are read but not kept (they are far below any
/// tolerance).
pub(super) fn decimal(text: &str) -> Option<(i128, u32)> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || whole.len() > 26 {
        return None;
    }
    let mut value = 0i128;
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.len() > first.len();
    let well_formed = !first.is_empty() && (!grouped || first.len() <= 3);
    if !well_formed || !groups.all(|group| group.len() == 3) {
        return None;
    }
    for byte in whole.bytes().filter(|b| *b != b',') {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i128::from(byte - b'0');
    }
    // One beyond what is in range in any unit, so that the arithmetic of the callers cannot overflow.
    value = value.min(i128::from(i64::MAX) + 1);
    let mut kept = 0;
    for byte in decimals.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        if kept < 12 {
            value = value * 10 + i128::from(byte - b'0');
            kept += 1;
        }
    }
    Some((value, kept))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn yuan(text: &str) -> Result<i64, MoneyError> {
        parse_fen(text, MoneyUnit::Yuan).map(|fen| fen.0)
    }

    #[test]
    fn every_spelling() {
        for text in [
            "1234.50",
            "1234.5",
            "1,234.50",
            "1234.5元",
            "1,234.50 元",
            "1234.50元整",
            "¥1234.50",
            "￥1,234.50",
            "１２３４．５０",
            "１，２３４．５０元",
            "1234.5000",
            "1234.5000000001",
            "1234.4999999999",
            " 1234.50 ",
            "+1234.50",
            "0.12345万元",
            "0.12345万",
            "人民币1234.50元",
            "RMB 1234.50",
        ] {
            assert_eq!(yuan(text), Ok(123_450), "{text}");
        }
        for text in ["-12", "−12", "－12", "-12.00元", "¥-12", "-¥12", "(12.00)", "（12）"] {
            assert_eq!(yuan(text), Ok(-1_200), "{text}");
        }
        assert_eq!(yuan("0"), Ok(0));
        assert_eq!(yuan("12."), Ok(1_200));
        assert_eq!(yuan("1,234,567"), Ok(123_456_700));
        assert_eq!(yuan("92233720368547758.07"), Ok(i64::MAX));
    }

    #[test]
    fn units_of_the_mapping() {
        assert_eq!(parse_fen("123450", MoneyUnit::Fen), Ok(Fen(123_450)));
        assert_eq!(parse_fen("1.5", MoneyUnit::WanYuan), Ok(Fen(1_500_000)));
        assert_eq!(parse_fen("0.000001", MoneyUnit::WanYuan), Ok(Fen(1)));
        // What the text says itself goes first.
        assert_eq!(parse_fen("12元", MoneyUnit::Fen), Ok(Fen(1_200)));
        assert_eq!(parse_fen("12.5", MoneyUnit::Fen), Err(MoneyError::FinerThanFen));
        assert_eq!(parse_fen("99999999999999999999", MoneyUnit::Fen), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn nothing_is_guessed_or_rounded() {
        for text in [
            "",
            "abc",
            "—",
            "-",
            "元",
            "¥",
            "1,23",
            "12,34.5",
            "1234,567",
            ",123",
            "1,,234",
            "1.2.3",
            "1e5",
            "--1",
            "(-1)",
            "1 2x",
            "1.5E+05",
            "NaN",
            "inf",
            "0x10",
            "１／２",
        ] {
            assert_eq!(yuan(text), Err(MoneyError::NotANumber), "{text}");
        }
        assert_eq!(yuan("12.345"), Err(MoneyError::FinerThanFen));
        assert_eq!(yuan("12.3400011"), Err(MoneyError::FinerThanFen));
        assert_eq!(yuan("12.340001"), Ok(1_234));
        assert_eq!(yuan("92233720368547758.08"), Err(MoneyError::OutOfRange));
        assert_eq!(yuan("99999999999999999999999999"), Err(MoneyError::OutOfRange));
        assert_eq!(parse_fen("9999999999999999999.999999999999", MoneyUnit::WanYuan), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn a_twelfth_rounds_half_to_even() {
        let twelfths = [(12, 1), (17, 1), (18, 2), (19, 2), (6, 0), (30, 2), (42, 4), (-6, 0), (-18, -2), (-12, -1)];
        for (year, month) in twelfths {
            assert_eq!(Fen(year).twelfth(), Fen(month), "{year}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", near in "[-0-9,.元万¥()]{0,40}") {
            for unit in [MoneyUnit::Yuan, MoneyUnit::Fen, MoneyUnit::WanYuan] {
                let _ = (parse_fen(&text, unit), parse_fen(&near, unit));
            }
        }

        #[test]
        fn round_trips(fen in any::<i64>()) {
            prop_assume!(fen != i64::MIN);
            prop_assert_eq!(yuan(&Fen(fen).to_string()), Ok(fen));
            prop_assert_eq!(yuan(&format!("{}元", Fen(fen))), Ok(fen));
        }

        #[test]
        fn floating_point_traces_are_forgiven(fen in 0i64..100_000_000_000) {
            prop_assert_eq!(yuan(&format!("{:.17}", fen as f64 / 100.0)), Ok(fen));
        }
    }
}
