//! Reason texts: `{value}`s of a rule's row in the words of people.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use arrow::util::display::array_value_to_string;
use chrono::{Days, NaiveDate};

/// Integer fen as yuan with two decimals: `123456` → `1234.56`.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// The day of a `Date32`.
pub fn day(date: i32) -> NaiveDate {
    let epoch = NaiveDate::default();
    if date >= 0 { epoch + Days::new(date as u64) } else { epoch - Days::new(date.unsigned_abs().into()) }
}

/// The month of a `Date32` of its first day, as `2024-03`.
pub fn month(date: i32) -> String {
    day(date).format("%Y-%m").to_string()
}

/// One cell in the words of people: money (`*_fen`) in yuan, months (`month`, `*_month`, `month_*`)
/// without a day, whole numbers without decimals. An empty cell is `—`.
pub fn cell(name: &str, column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "—".to_owned();
    }
    let is_month = name == "month" || name.ends_with("_month") || name.starts_with("month_");
    match column.data_type() {
        DataType::Int64 if name.ends_with("_fen") => yuan(column.as_primitive::<Int64Type>().value(row)),
        DataType::Date32 if is_month => month(column.as_primitive::<Date32Type>().value(row)),
        DataType::Float64 => number(column.as_primitive::<Float64Type>().value(row)),
        _ => array_value_to_string(column, row).unwrap_or_default(),
    }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// Fills a text's `{value}`s; those that `value` does not know stay.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once('}') else { break };
        match value(name) {
            Some(value) => filled.push_str(&value),
            None => _ = write!(filled, "{{{name}}}"),
        }
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_filled_and_unknown_values_stay() {
        let value = |name: &str| (name == "amount").then(|| yuan(-5));
        assert_eq!(fill("共{amount}元，{name}", value), "共-0.05元，{name}");
        assert_eq!(month(19783), "2024-03");
        assert_eq!((number(3.0), number(0.125)), ("3".to_owned(), "0.12".to_owned()));
    }
}
