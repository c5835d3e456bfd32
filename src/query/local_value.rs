//! Values of local parameters, as counties type them.

use crate::contract::{Parameter, contract};
use crate::domain::money::{MoneyUnit, parse_fen};
use crate::domain::number::{parse_decimal, parse_int};
use crate::domain::text::squeeze;

/// A value with its reading as a number, where it has one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) number: Option<f64>,
}

impl Value {
    /// Reads what a county typed, in the spellings the contract allows: money as money, counts with their
    /// measure word, shares in per cent, codes by any of their names.
    pub(super) fn new(text: &str, parameter: &Parameter) -> Self {
        let squeezed = squeeze(text);
        let number = match parameter.unit.as_str() {
            "CNY" => parse_fen(&squeezed, MoneyUnit::Yuan).ok().map(|fen| fen.0 as f64 / 100.0),
            _ => {
                let counted = MEASURES.iter().find_map(|word| squeezed.strip_suffix(word)).unwrap_or(&squeezed);
                parse_decimal(counted).or_else(|| parse_int(&squeezed).map(f64::from))
            }
        };
        let (low, high) = bounds(parameter);
        Self { text: words(&squeezed, &parameter.name), number: number.filter(|n| (low..=high).contains(n)) }
    }
}

/// What a parameter may be at least and at most: beyond it a county mistyped, as 20 for 20 %, and every finding that rests
/// on it would be wrong.
pub(super) fn bounds(parameter: &Parameter) -> (f64, f64) {
    match parameter.unit.as_str() {
        "fraction" => (0.0, 1.0),
        "day of month" => (1.0, 31.0),
        // Nobody is reviewed without an interval.
        "month" if parameter.name.starts_with("review_months") => (1.0, 240.0),
        "month" => (0.0, 240.0),
        "day" | "working day" => (0.0, 3_660.0),
        "CNY" => (0.0, 1e9),
        _ => (0.0, 1e6),
    }
}

/// Words that follow a count in what counties type, the longer before those they end in.
const MEASURES: [&str; 16] =
    ["个工作日", "工作日", "个月", "月", "天", "日", "号", "分钟", "人", "户", "套", "处", "倍", "个", "次", "笔"];

/// A list of words as the rules read it: codes in their canonical form, `|` between them.
fn words(text: &str, parameter: &str) -> String {
    let known = |word: &str| match parameter {
        "vehicle_exempt_kinds" => contract().codes.get("vehicle_kind")?.canonical(word).map(str::to_owned),
        "kin_depth" => match word {
            "近亲属" | "近亲" => Some("close".to_owned()),
            "扩大" | "扩展" => Some("extended".to_owned()),
            _ => Some(word.to_lowercase()),
        },
        _ => None,
    };
    let split = text.split(['|', '、', ',', ';', '/']).filter(|word| !word.is_empty());
    split.map(|word| known(word).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_no_number() {
        for (parameter, typed) in [
            ("work_cost_deduction", "20"),
            ("income_tolerance", "10"),
            ("review_months_stable", "0"),
            ("review_months_stable", "-5"),
            ("death_grace_months", "-3"),
            ("pay_day", "40"),
            ("pay_day", "0"),
            ("vehicle_price_limit", "-1"),
        ] {
            assert_eq!(Value::new(typed, &contract().parameters[parameter]).number, None, "{parameter} {typed}");
        }
        for parameter in contract().parameters.values() {
            let value = Value::new(&parameter.default, parameter);
            assert!(value.number.is_some() || parameter.default.parse::<f64>().is_err(), "{}", parameter.name);
        }
    }

    #[test]
    fn values_are_read_as_counties_type_them() {
        for (parameter, typed, meant) in [
            ("vehicle_price_limit", "50,000元", 50_000.0),
            ("vehicle_price_limit", "5万元", 50_000.0),
            ("individual_capital_limit", "１０００００．００", 100_000.0),
            ("income_tolerance", "10%", 0.1),
            ("income_tolerance", "0.15", 0.15),
            ("notice_days", "7天", 7.0),
            ("decision_working_days", "30个工作日", 30.0),
            ("phase_out_months", "12 个月", 12.0),
            ("min_surveyors", "2人", 2.0),
            ("pay_day", "10日", 10.0),
            ("tekun_ratio", "1.3倍", 1.3),
        ] {
            let value = Value::new(typed, &contract().parameters[parameter]);
            assert_eq!(value.number, Some(meant), "{parameter} {typed}");
        }
        for (parameter, typed, meant) in [
            ("vehicle_exempt_kinds", "摩托车、三轮车", "motorcycle|tricycle"),
            ("vehicle_exempt_kinds", "motorcycle | 农用车", "motorcycle|tractor"),
            ("kin_depth", "Extended", "extended"),
        ] {
            assert_eq!(Value::new(typed, &contract().parameters[parameter]).text, meant, "{parameter} {typed}");
        }
    }
}
