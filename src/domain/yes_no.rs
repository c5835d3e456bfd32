//! Yes and no.

use super::text::clean;

/// Reads a yes or no: 是/否, 有/无, Y/N, yes/no, true/false, T/F, 1/0, √. Case and width do not matter.
///
/// ```
/// use mingjing::domain::yes_no::parse_bool;
/// assert_eq!(parse_bool(" 是 "), Some(true));
/// assert_eq!(parse_bool("FALSE"), Some(false));
/// assert_eq!(parse_bool("不详"), None);
/// ```
pub fn parse_bool(text: &str) -> Option<bool> {
    let text = clean(text);
    match text.as_ref() {
        "是" | "有" | "1" | "√" => Some(true),
        "否" | "无" | "0" => Some(false),
        word if ["y", "yes", "t", "true"].iter().any(|w| w.eq_ignore_ascii_case(word)) => Some(true),
        word if ["n", "no", "f", "false"].iter().any(|w| w.eq_ignore_ascii_case(word)) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling() {
        for yes in ["是", "有", "Y", "y", "yes", "true", "True", "TRUE", "1", "１", "Ｙ", " 是\u{3000}"] {
            assert_eq!(parse_bool(yes), Some(true), "{yes}");
        }
        for no in ["否", "无", "N", "n", "no", "false", "FALSE", "0", "０"] {
            assert_eq!(parse_bool(no), Some(false), "{no}");
        }
        for neither in ["", "2", "不", "是否", "-"] {
            assert_eq!(parse_bool(neither), None, "{neither}");
        }
    }
}
