//! Telephone numbers: the form in which they are compared.

use super::text::clean;

/// Digits of China's country code.
const CHINA: &str = "86";
/// Digits of a mobile number with it.
const MOBILE_ABROAD: usize = 13;

/// The digits of a number without leading zeros and without China's country code; empty where there are none.
///
/// # Example
/// ```
/// use mingjing::domain::phone::normal;
/// assert_eq!(normal("+86 139-0000-0001"), normal("13900000001"));
/// ```
pub fn normal(text: &str) -> String {
    let text = clean(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = text.starts_with('+') || digits.starts_with("00");
    let digits = digits.trim_start_matches('0');
    let abroad = international || digits.len() == MOBILE_ABROAD;
    let own = if abroad { digits.strip_prefix(CHINA).unwrap_or(digits) } else { digits };
    own.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_however_it_is_spelt() {
        for spelt in [
            "13900000001",
            "+8613900000001",
            "86-139 0000 0001",
            "139-0000-0001",
            "0086 13900000001",
            "１３９０００００００１",
        ] {
            assert_eq!(normal(spelt), "13900000001", "{spelt}");
        }
        assert_eq!(normal("+86 (0)731-8888 1234"), normal("0731-88881234"));
        assert_eq!(normal("+1 212 555 0100"), "12125550100");
        assert_eq!((normal("无"), normal("0000")), (String::new(), String::new()));
        assert_ne!(normal("8612345"), normal("12345"), "a short number may begin so");
    }
}
