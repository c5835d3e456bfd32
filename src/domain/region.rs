//! Region codes: 12 digits, two for the province, two for the prefecture, two for the county
//! (GB/T 2260), three for the town and three for the village (GB/T 10114). Higher levels end in zeros.

use std::fmt;
use std::str::FromStr;

use super::text::squeeze;

/// Lengths of the parts that name a region, from the village up.
const LEVELS: [usize; 5] = [12, 9, 6, 4, 2];

/// A 12-digit region code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode([u8; 12]);

impl RegionCode {
    /// Reads a code of 12 digits, or of 2, 4, 6 or 9 (the rest is then zeros), with stray spaces and
    /// full-width digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = squeeze(text);
        let digits = text.as_bytes();
        if !LEVELS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut code = [b'0'; 12];
        code[..digits.len()].copy_from_slice(digits);
        Some(Self(code))
    }

    /// All 12 digits.
    pub fn as_str(&self) -> &str {
        // Only digits get in, so the text is always valid.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The significant digits: 12 for a village, 9 for a town, 6, 4 or 2 above, none for the nation.
    pub fn prefix(&self) -> &str {
        &self.as_str()[..significant(&self.0)]
    }

    /// Whether `other` is this region or lies in it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0[..significant(&self.0)])
    }

    /// The next region up, as the digits say it; none above a province.
    pub fn parent(&self) -> Option<Self> {
        let own = significant(&self.0);
        let keep = LEVELS.into_iter().find(|length| *length < own)?;
        let mut code = self.0;
        code[keep..].fill(b'0');
        Some(Self(code))
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no region code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no region code: 12 digits as 439931000000, or those of its level as 439931")]
pub struct NotARegion(String);

impl FromStr for RegionCode {
    type Err = NotARegion;

    fn from_str(text: &str) -> Result<Self, NotARegion> {
        Self::parse(text).ok_or_else(|| NotARegion(text.to_owned()))
    }
}

/// How many leading digits of a 12-digit code are significant.
fn significant(code: &[u8; 12]) -> usize {
    let mut kept = 12;
    for above in [9, 6, 4, 2, 0] {
        if code[above..kept].iter().any(|d| *d != b'0') {
            return kept;
        }
        kept = above;
    }
    0
}

/// The significant digits of a region code in its plain form of 12 digits; any other text comes back
/// whole.
///
/// ```
/// use mingjing::domain::region::prefix;
/// assert_eq!(prefix("439931000000"), "439931");
/// assert_eq!(prefix("439931001000"), "439931001");
/// ```
pub fn prefix(code: &str) -> &str {
    match <&[u8; 12]>::try_from(code.as_bytes()) {
        Ok(digits) if digits.iter().all(u8::is_ascii_digit) => &code[..significant(digits)],
        _ => code,
    }
}

/// The county of a region code: its first six digits, the rest zeros.
pub fn county(code: &str) -> String {
    format!("{:0<12}", code.get(..6).unwrap_or(code))
}

/// Whether the region `inner` is `outer` or lies in it. Codes of 12 digits (or of 2, 4, 6, 9); a text
/// that is no code contains nothing and lies nowhere.
///
/// ```
/// use mingjing::domain::region::contains;
/// assert!(contains("439931000000", "439931204003"));
/// assert!(!contains("439931204003", "439931000000"));
/// ```
pub fn contains(outer: &str, inner: &str) -> bool {
    matches!((RegionCode::parse(outer), RegionCode::parse(inner)), (Some(o), Some(i)) if o.contains(&i))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prefixes_and_parents_follow_the_levels() {
        let village = RegionCode::parse("439931001003").unwrap();
        let mut chain = vec![village.to_string()];
        let mut region = village;
        while let Some(up) = region.parent() {
            assert!(up.contains(&village) && !village.contains(&up));
            chain.push(up.to_string());
            region = up;
        }
        assert_eq!(chain, ["439931001003", "439931001000", "439931000000", "439900000000", "430000000000"]);
        assert_eq!(prefix("430000000000"), "43");
        assert_eq!(prefix("439900000000"), "4399");
        // A county that ends in zero keeps both its digits.
        assert_eq!(prefix("430110000000"), "430110");
        assert_eq!(prefix("000000000000"), "");
        assert_eq!(prefix("临江县"), "临江县");
    }

    #[test]
    fn spellings() {
        assert_eq!(RegionCode::parse(" ４３９９３１ ").unwrap().as_str(), "439931000000");
        assert_eq!(RegionCode::parse("43").unwrap().prefix(), "43");
        for wrong in ["", "4", "43993100000", "43993100000x", "4399310000000"] {
            assert_eq!(RegionCode::parse(wrong), None, "{wrong}");
        }
        assert!(contains("000000000000", "439931001003"));
        assert!(!contains("", "439931001003"));
    }

    proptest! {
        #[test]
        fn never_panics(a in "\\PC*", b in "[0-9]{0,13}") {
            let _ = (RegionCode::parse(&a), prefix(&a), contains(&a, &b), prefix(&b), contains(&b, &a));
        }
    }
}
