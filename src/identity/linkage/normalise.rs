//! From a cell as delivered to the value that is compared.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayBuilder, ArrayRef, Date32Array, Float64Array, ListBuilder, StringArray, StringBuilder};
use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::{id_number, name, phone, text};

use super::compare::address;
use super::reading::Unreadable;
use super::spec::{Column, Kind, Step};

/// The day of a count since 1970-01-01.
pub(super) fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(i64::from(days)))
}

/// Days since 1970-01-01.
pub(super) fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// A cell as the column's steps leave it; `None` where nothing is left or the text stands for nothing.
pub(super) fn cell<'t>(column: &Column, raw: &'t str) -> Option<Cow<'t, str>> {
    let mut value = text::clean(raw);
    for step in &column.normalise {
        value = apply(*step, value);
    }
    let nothing = value.is_empty() || column.missing.iter().any(|missing| *missing == *value);
    (!nothing).then_some(value)
}

fn apply(step: Step, value: Cow<'_, str>) -> Cow<'_, str> {
    let owned = match step {
        Step::Clean => {
            if !value.contains("  ") {
                return value;
            }
            value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        }
        Step::Lower => {
            if !value.chars().any(char::is_uppercase) {
                return value;
            }
            value.to_lowercase()
        }
        Step::Unaccent => {
            if value.is_ascii() {
                return value;
            }
            value.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect()
        }
        Step::Words => {
            let words = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        }
        Step::Alphanumeric => {
            if value.chars().all(char::is_alphanumeric) {
                return value;
            }
            value.chars().filter(|c| c.is_alphanumeric()).collect()
        }
        Step::Digits => value.chars().filter(char::is_ascii_digit).collect(),
        Step::Unpad => value.trim_start_matches('0').to_owned(),
        Step::PersonName => name::normal(&value),
        Step::IdNumber => id_number::normalise(&value).text,
        Step::Address => address::normal(&value),
        Step::Phone => phone::normal(&value),
    };
    Cow::Owned(owned)
}

/// The number that a text says.
fn number(value: &str) -> Option<f64> {
    let bare: String = value.chars().filter(|c| !matches!(c, ',' | ' ' | '$' | '€' | '£' | '¥' | '元')).collect();
    bare.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// The day that a text says: ISO, eight digits, `2024/5/1`, the Chinese form, or the column's own form.
fn day(column: &Column, value: &str) -> Option<i32> {
    if let Some(form) = &column.format {
        return NaiveDate::parse_from_str(value, form).ok().map(days);
    }
    let mut parts = [0i32; 3];
    if value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit()) {
        parts = [value[..4].parse().ok()?, value[4..6].parse().ok()?, value[6..].parse().ok()?];
    } else {
        let day = value.split([' ', 'T']).next().unwrap_or(value).trim_end_matches('日');
        let mut numbers = day.split(['-', '/', '.', '年', '月']);
        for part in &mut parts {
            *part = numbers.next()?.parse().ok()?;
        }
        if numbers.next().is_some() {
            return None;
        }
    }
    NaiveDate::from_ymd_opt(parts[0], parts[1].try_into().ok()?, parts[2].try_into().ok()?).map(days)
}

fn items<'t>(column: &'t Column, value: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
    let inner = value.trim_matches(|c| matches!(c, '[' | ']' | '{' | '}' | '(' | ')'));
    let quotes = |c: char| c.is_whitespace() || matches!(c, '\'' | '"');
    inner.split(column.separator.as_str()).filter_map(move |item| cell(column, item.trim_matches(quotes)))
}

/// A column of raw texts in its typed form, with every step applied: `Utf8`, `Float64`, `Date32` or a
/// list of `Utf8`. A cell that does not say a value of its kind is missing; such cells come back counted,
/// the first with its row in the batch, from 1.
pub(super) fn typed(column: &Column, raw: &StringArray) -> (ArrayRef, Option<Unreadable>) {
    let mut unreadable: Option<Unreadable> = None;
    let mut said = |row: usize, value: &str| match &mut unreadable {
        Some(known) => known.cells += 1,
        None => {
            let (name, value) = (column.name.clone(), value.to_owned());
            unreadable = Some(Unreadable { column: name, kind: column.kind, cells: 1, row: row + 1, value });
        }
    };
    let array = array(column, raw, &mut said);
    (array, unreadable)
}

/// The array; `unreadable` is told of each cell that says no value: its row in the batch, from 0, and text.
fn array(column: &Column, raw: &StringArray, unreadable: &mut dyn FnMut(usize, &str)) -> ArrayRef {
    let cells = raw.iter().map(|raw| raw.and_then(|raw| cell(column, raw)));
    match column.kind {
        Kind::Text => Arc::new(cells.collect::<StringArray>()),
        Kind::Number => Arc::new(values(cells, number, unreadable).collect::<Float64Array>()),
        Kind::Date => Arc::new(values(cells, |value| day(column, value), unreadable).collect::<Date32Array>()),
        Kind::List => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for raw in raw {
                let before = ArrayBuilder::len(lists.values());
                raw.into_iter().flat_map(|raw| items(column, raw)).for_each(|item| lists.values().append_value(item));
                let any = ArrayBuilder::len(lists.values()) > before;
                lists.append(any);
            }
            Arc::new(lists.finish())
        }
    }
}

/// The values that cells say.
fn values<'t, T>(
    cells: impl Iterator<Item = Option<Cow<'t, str>>>,
    read: impl Fn(&str) -> Option<T>,
    unreadable: &mut dyn FnMut(usize, &str),
) -> impl Iterator<Item = Option<T>> {
    cells.enumerate().map(move |(row, cell)| {
        let cell = cell?;
        let value = read(&cell);
        if value.is_none() {
            unreadable(row, &cell);
        }
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind, normalise: &[Step]) -> Column {
        Column { kind, normalise: normalise.to_vec(), ..Column::named("c") }
    }

    #[test]
    fn steps() {
        for (steps, raw, value) in [
            (&[Step::Lower, Step::Unaccent][..], " José ", Some("jose")),
            (&[Step::Words], "A.B. - (c)", Some("A B c")),
            (&[Step::Alphanumeric], "rat & cat", Some("ratcat")),
            (&[Step::PersonName], "張 偉", Some("张伟")),
            (&[Step::Phone], "+86 138-0013-8000", Some("13800138000")),
            (&[Step::Unpad], "007", Some("7")),
            (&[], " \u{3000}", None),
        ] {
            assert_eq!(cell(&column(Kind::Text, steps), raw).as_deref(), value, "{raw}");
        }
    }

    #[test]
    fn days_numbers_and_lists() {
        let dates = column(Kind::Date, &[]);
        let first = Some(days(NaiveDate::from_ymd_opt(1956, 4, 9).unwrap()));
        for text in ["19560409", "1956-04-09", "1956/4/9", "1956年4月9日", "1956-04-09T00:00:00"] {
            assert_eq!(day(&dates, text), first, "{text}");
        }
        assert_eq!(day(&dates, "19561331"), None);
        assert_eq!(number("$1,234.50"), Some(1234.5));
        let raw = StringArray::from(vec![Some("1956-04-09"), None, Some("5 March 2020"), Some("never")]);
        let (_, unreadable) = typed(&dates, &raw);
        let told = unreadable.map(|own| (own.cells, own.row, own.value));
        assert_eq!(told, Some((2, 3, "5 March 2020".to_owned())));
        let lists = column(Kind::List, &[Step::Lower]);
        assert_eq!(items(&lists, "['Poet', 'Painter']").collect::<Vec<_>>(), ["poet", "painter"]);
    }
}
