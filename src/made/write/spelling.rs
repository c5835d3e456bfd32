//! How a cell is written: plainly, or in the ways that exports of many offices bring along.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::super::random::Dice;
use super::super::rows::{Cells, Code};
use crate::contract::{Column, ColumnKind, contract};
use crate::domain::money::Fen;
use crate::domain::month::Month;

/// Dots met between the parts of a name.
const DOTS: [&str; 3] = ["•", "．", "・"];

/// A cell on its way to a text file.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Empty,
    Text(String),
    Code(Code),
    Int(i32),
    Money(Fen),
    Fraction(f64),
    Flag(bool),
    Date(NaiveDate),
    Month(Month),
    Time(NaiveDateTime),
}

impl Cells for Vec<Value> {
    fn text(&mut self, value: Option<&str>) {
        self.push(value.map_or(Value::Empty, |text| Value::Text(text.to_owned())));
    }

    fn code(&mut self, value: Option<Code>) {
        self.push(value.map_or(Value::Empty, Value::Code));
    }

    fn int(&mut self, value: Option<i32>) {
        self.push(value.map_or(Value::Empty, Value::Int));
    }

    fn money(&mut self, value: Option<Fen>) {
        self.push(value.map_or(Value::Empty, Value::Money));
    }

    fn fraction(&mut self, value: Option<f64>) {
        self.push(value.map_or(Value::Empty, Value::Fraction));
    }

    fn flag(&mut self, value: Option<bool>) {
        self.push(value.map_or(Value::Empty, Value::Flag));
    }

    fn date(&mut self, value: Option<NaiveDate>) {
        self.push(value.map_or(Value::Empty, Value::Date));
    }

    fn month(&mut self, value: Option<Month>) {
        self.push(value.map_or(Value::Empty, Value::Month));
    }

    fn time(&mut self, value: Option<NaiveDateTime>) {
        self.push(value.map_or(Value::Empty, Value::Time));
    }
}

/// Whether a column holds ID numbers.
pub(super) fn is_id(column: &Column) -> bool {
    column.references.as_deref() == Some("person") || column.name == "id_number"
}

/// Whether a column holds names of persons.
pub(super) fn is_name(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Text) && column.name.ends_with("name") && column.name != "counter_name"
}

/// Plain spelling. Chinese codes and yes-no words where `chinese`.
pub(super) fn plain(value: &Value, column: &Column, chinese: bool) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Code(code) if chinese => label(column, code).to_owned(),
        Value::Code(code) => (*code).to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Money(fen) => fen.to_string(),
        Value::Fraction(fraction) => fraction.to_string(),
        Value::Flag(flag) => match (chinese, flag) {
            (true, true) => "是",
            (true, false) => "否",
            (false, true) => "true",
            (false, false) => "false",
        }
        .to_owned(),
        Value::Date(day) => day.to_string(),
        Value::Month(month) => month.to_string(),
        Value::Time(time) => time.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

fn label<'a>(column: &Column, code: &'a str) -> &'a str {
    let ColumnKind::Code(list) = &column.kind else { return code };
    contract().code_list(list).and_then(|list| list.label_zh.get(code)).map_or(code, |label| label.as_str())
}

/// A spelling by chance: most cells are plain, a few are written another way that means the same.
pub(super) fn varied(value: &Value, column: &Column, dice: &mut Dice) -> String {
    let text = plain(value, column, true);
    match value {
        Value::Date(day) if dice.chance(0.03) => match dice.below(4) {
            0 => format!("{}/{}/{}", day.year(), day.month(), day.day()),
            1 => day.format("%Y%m%d").to_string(),
            2 => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            _ => (day.num_days_from_ce() - 693_594).to_string(),
        },
        Value::Month(month) if dice.chance(0.03) => {
            let (year, month) = month.year_month();
            if dice.chance(0.5) { format!("{year}{month:02}") } else { format!("{year}年{month}月") }
        }
        Value::Money(_) if dice.chance(0.02) => match dice.below(3) {
            0 => thousands(&text),
            1 => format!("{text}元"),
            _ => full_width(&text),
        },
        Value::Code(code) if dice.chance(0.01) => spelling(column, code, dice).unwrap_or(text),
        Value::Flag(flag) if dice.chance(0.02) => if *flag { "Y" } else { "N" }.to_owned(),
        Value::Text(_) if is_id(column) => id(text, dice),
        Value::Text(_) if is_name(column) => name(text, dice),
        Value::Text(_) | Value::Code(_) if dice.chance(0.003) => format!(" {text}"),
        _ => text,
    }
}

/// Another spelling of a code. What a relative is stays in words: the numbers of GB/T 4761 tell a first
/// son from a second, which nobody here knows.
fn spelling(column: &Column, code: &str, dice: &mut Dice) -> Option<String> {
    let ColumnKind::Code(list) = &column.kind else { return None };
    if matches!(list.as_str(), "kin" | "programme") {
        return None;
    }
    let list = contract().code_list(list)?;
    let spellings: Vec<&str> = list.spellings(code).into_iter().filter(|s| list.canonical(s) == Some(code)).collect();
    (!spellings.is_empty()).then(|| (*dice.pick(&spellings)).to_owned())
}

fn id(text: String, dice: &mut Dice) -> String {
    let small = text.ends_with('X') && dice.chance(0.12);
    let text = if small { text.replace('X', "x") } else { text };
    match dice.below(1000) {
        0..=2 => format!(" {text}"),
        3..=4 if text.len() == 18 => format!("{} {} {}", &text[..6], &text[6..14], &text[14..]),
        5..=6 => full_width(&text),
        _ => text,
    }
}

fn name(text: String, dice: &mut Dice) -> String {
    if text.contains('·') && dice.chance(0.3) {
        let dot = *dice.pick(&DOTS);
        return text.replace('·', dot);
    }
    match dice.below(1000) {
        0..=2 => format!("{text} "),
        3..=4 if text.chars().count() == 2 => text.chars().map(String::from).collect::<Vec<_>>().join("\u{3000}"),
        _ => text,
    }
}

fn thousands(text: &str) -> String {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{rest}")
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(c as u32 + 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::random::Purpose;
    use super::*;
    use crate::domain::{date, money, month};

    #[test]
    fn every_varied_spelling_reads_back_as_what_it_was() {
        let mut dice = Dice::of(3, Purpose::Dirt, 0);
        let payment = contract().table("payment").unwrap();
        let (amount, paid_on, of) =
            (payment.column("amount").unwrap(), payment.column("paid_on").unwrap(), payment.column("month").unwrap());
        let day = NaiveDate::from_ymd_opt(2024, 3, 9).unwrap();
        for _ in 0..3000 {
            let text = varied(&Value::Date(day), paid_on, &mut dice);
            assert_eq!(date::parse_date(&text), Some(day), "{text}");
            let text = varied(&Value::Month(Month::of(day)), of, &mut dice);
            assert_eq!(month::Month::parse(&text), Some(Month::of(day)), "{text}");
            let text = varied(&Value::Money(Fen(123_456_789)), amount, &mut dice);
            assert_eq!(money::parse_fen(&text, money::MoneyUnit::Yuan), Ok(Fen(123_456_789)), "{text}");
        }
    }
}
