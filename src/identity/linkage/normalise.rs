//! From a cell as delivered to the value that is compared.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayBuilder, ArrayRef, Date32Array, Float64Array, ListBuilder, StringArray, StringBuilder};
use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::{id_number, name, phone, text};

use super::compare::address;
use super::dates::{self, Order};
use super::reading::{Dropped, Why};
use super::source::SEPARATOR;
use super::spec::{Column, Kind, Step};

/// How a file writes a column.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    /// Of dates with the year last.
    pub order: Order,
    /// Whether the file itself has lists: their items are parted by [`SEPARATOR`].
    pub lists: bool,
}

/// The day of a count since 1970-01-01.
pub(super) fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(i64::from(days)))
}

/// Days since 1970-01-01.
pub(super) fn days(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// Words for nothing, as they are spelt.
const PLACEHOLDERS: [&str; 23] = [
    "NULL", "null", "(NULL)", "(null)", "<NULL>", "<null>", "#NULL!", "\\N", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN",
    "nan", "NaT", "None", "无", "暂无", "没有", "不详", "未知", "不明",
];

/// Whether a text is what databases, spreadsheets, programs and clerks write for nothing. Of texts the spelling
/// counts, for `Null`, `Na` and `Nan` are names; a number or a date is none of these words however spelt.
fn is_placeholder(kind: Kind, text: &str) -> bool {
    if text.is_empty() || text.len() > 12 {
        return false;
    }
    let in_any_case = |word: &&str| text.eq_ignore_ascii_case(word);
    PLACEHOLDERS.contains(&text)
        || text.chars().all(|c| matches!(c, '-' | '–' | '—' | '－'))
        || (matches!(kind, Kind::Number | Kind::Date) && ["null", "na", "nan", "nat", "none"].iter().any(in_any_case))
}

/// A cell as the column's steps leave it; `None` where nothing is left or the text stands for nothing.
fn cell<'t>(column: &Column, order: Order, raw: &'t str) -> Option<Cow<'t, str>> {
    let mut value = text::clean(raw);
    for step in &column.normalise {
        value = apply(*step, order, value);
    }
    let nothing = value.is_empty() || column.missing.iter().any(|missing| *missing == *value);
    (!nothing).then_some(value)
}

fn apply(step: Step, order: Order, value: Cow<'_, str>) -> Cow<'_, str> {
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
        Step::DateDigits => dates::digits(&value, order),
        Step::Digits => value.chars().filter(char::is_ascii_digit).collect(),
        Step::Unpad => value.trim_start_matches('0').to_owned(),
        Step::PersonName => name::normal(&value),
        Step::IdNumber => id_number::normalise(&value).text,
        Step::Address => address::normal(&value),
        Step::Phone => phone::normal(&value),
    };
    Cow::Owned(owned)
}

/// The number that a text says: commas part groups of digits (`1,234.50`) or stand before the fraction (`12,50`,
/// `1.234,50`); where they can be neither, it says none.
fn number(value: &str) -> Option<f64> {
    let bare: String = value.chars().filter(|c| !matches!(c, ' ' | '$' | '€' | '£' | '¥' | '元')).collect();
    let plain = match bare.rsplit_once(',') {
        None => bare,
        Some((before, after)) => {
            let (whole, fraction) = after.split_once('.').unwrap_or((after, ""));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let first = before.split(',').next().unwrap_or(before).trim_start_matches(['-', '+']);
            let inner = before.split(',').skip(1).all(|group| matches!(group.len(), 2 | 3) && digits(group));
            let grouped = matches!(first.len(), 1..=3) && digits(first) && first != "0" && inner;
            if grouped && whole.len() == 3 && digits(whole) && digits(fraction) {
                bare.replace(',', "")
            } else if !before.contains(',') && !after.is_empty() && digits(after) && in_dotted_groups(before) {
                format!("{}.{after}", before.replace('.', ""))
            } else {
                return None;
            }
        }
    };
    plain.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// Whether dots part the digits of a whole number by threes, or there are none.
fn in_dotted_groups(whole: &str) -> bool {
    whole.split('.').skip(1).all(|group| group.len() == 3)
}

/// The day that a text says: in the column's own form, else ISO, eight digits, `2024/5/1`, the Chinese form, or day
/// and month before the year in the order that fits the column.
fn day(column: &Column, order: Order, value: &str) -> Option<i32> {
    let own = column.format.as_deref().and_then(|form| {
        let parsed = |text: &str| NaiveDate::parse_from_str(text, form).ok();
        let found = parsed(value).or_else(|| parsed(value.split([' ', 'T']).next()?));
        // What is read as a year of the first millennium was written in another form.
        found.filter(|date| date.year() >= 1000)
    });
    own.or_else(|| dates::read(value, order)).map(days)
}

fn items<'t>(column: &'t Column, written: Written, value: &'t str) -> impl Iterator<Item = Cow<'t, str>> {
    // Brackets and quotes are a text's way to write a list; the items of a true one are as they are.
    let bracket = move |c| !written.lists && matches!(c, '[' | ']' | '{' | '}' | '(' | ')');
    let quote = move |c: char| !written.lists && (c.is_whitespace() || matches!(c, '\'' | '"'));
    let separator = if written.lists { SEPARATOR } else { column.separator.as_str() };
    let items = value.trim_matches(bracket).split(separator).map(move |item| item.trim_matches(quote));
    let known = items.filter(|item| !(column.placeholders && is_placeholder(Kind::List, item.trim())));
    known.filter_map(move |item| cell(column, written.order, item))
}

/// A column of raw texts in its typed form, with every step applied: `Utf8`, `Float64`, `Date32` or a
/// list of `Utf8`. A cell that stands for nothing or does not say a value of its kind is missing; such cells come
/// back counted, the first of each sort with its row in the batch, from 1.
pub(super) fn typed(column: &Column, written: Written, raw: &StringArray) -> (ArrayRef, Vec<Dropped>) {
    let mut dropped: Vec<Dropped> = Vec::new();
    let mut told = |why: Why, row: usize, value: &str| match dropped.iter_mut().find(|known| known.why == why) {
        Some(known) => known.cells += 1,
        None => {
            let (name, value) = (column.name.clone(), value.to_owned());
            dropped.push(Dropped { column: name, why, cells: 1, row: row + 1, value });
        }
    };
    let joined: StringArray;
    let raw = if written.lists && column.kind != Kind::List {
        joined = raw.iter().map(|raw| raw.map(|raw| raw.replace(SEPARATOR, " "))).collect();
        &joined
    } else {
        raw
    };
    let array = array(column, written, raw, &mut told);
    (array, dropped)
}

/// The array; `told` hears of each cell that is dropped: why, its row in the batch, from 0, and its text.
fn array(column: &Column, written: Written, raw: &StringArray, told: &mut dyn FnMut(Why, usize, &str)) -> ArrayRef {
    let mut cells: Vec<Option<&str>> = raw.iter().collect();
    if column.placeholders {
        for (row, cell) in cells.iter_mut().enumerate() {
            if let Some(text) = cell.map(str::trim).filter(|text| is_placeholder(column.kind, text)) {
                told(Why::Placeholder, row, text);
                *cell = None;
            }
        }
    }
    if column.kind == Kind::List {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for raw in cells {
            let before = ArrayBuilder::len(lists.values());
            let found = raw.into_iter().flat_map(|raw| items(column, written, raw));
            found.for_each(|item| lists.values().append_value(item));
            let any = ArrayBuilder::len(lists.values()) > before;
            lists.append(any);
        }
        return Arc::new(lists.finish());
    }
    let cells = cells.into_iter().map(|raw| raw.and_then(|raw| cell(column, written.order, raw)));
    let told = |row: usize, text: &str| told(Why::Unreadable(column.kind), row, text);
    match column.kind {
        Kind::Number => Arc::new(values(cells, number, told).collect::<Float64Array>()),
        Kind::Date => {
            let read = |value: &str| day(column, written.order, value);
            Arc::new(values(cells, read, told).collect::<Date32Array>())
        }
        Kind::Text | Kind::List => Arc::new(cells.collect::<StringArray>()),
    }
}

/// The values that cells say.
fn values<'t, T>(
    cells: impl Iterator<Item = Option<Cow<'t, str>>>,
    read: impl Fn(&str) -> Option<T>,
    mut told: impl FnMut(usize, &str),
) -> impl Iterator<Item = Option<T>> {
    cells.enumerate().map(move |(row, cell)| {
        let cell = cell?;
        let value = read(&cell);
        if value.is_none() {
            told(row, &cell);
        }
        value
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;

    use super::*;

    fn column(kind: Kind, normalise: &[Step]) -> Column {
        Column { kind, normalise: normalise.to_vec(), ..Column::named("c") }
    }

    fn dropped(column: &Column, raw: &[Option<&str>]) -> (ArrayRef, Vec<(Why, usize, usize, String)>) {
        let (array, dropped) = typed(column, Written::default(), &StringArray::from(raw.to_vec()));
        (array, dropped.into_iter().map(|own| (own.why, own.cells, own.row, own.value)).collect())
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
            (&[Step::DateDigits], "9/4/1956", Some("19560409")),
            (&[], " \u{3000}", None),
        ] {
            assert_eq!(cell(&column(Kind::Text, steps), Order::DayFirst, raw).as_deref(), value, "{raw}");
        }
    }

    #[test]
    fn words_for_nothing_are_dropped_and_counted_unless_the_spec_keeps_them() {
        let cells =
            [Some("NULL"), Some(" 不详 "), Some("Null"), Some("\\N"), Some("Na"), Some("--"), Some("anna"), None];
        let names = column(Kind::Text, &[Step::Lower]);
        let (array, told) = dropped(&names, &cells);
        let texts = |array: &ArrayRef| -> Vec<Option<String>> {
            array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
        };
        let kept = |at: usize| cells[at].map(|text| text.trim().to_lowercase());
        assert_eq!(texts(&array), [None, None, kept(2), None, kept(4), None, kept(6), None]);
        assert_eq!(told, [(Why::Placeholder, 4, 1, "NULL".to_owned())]);
        let (array, told) = dropped(&Column { placeholders: false, ..names }, &cells);
        assert_eq!((texts(&array)[0].as_deref(), told.len()), (Some("null"), 0));
        // A number is no such word, however it is spelt.
        let (_, told) = dropped(&column(Kind::Number, &[]), &[Some("1"), Some("Null"), Some("x")]);
        assert_eq!(
            told,
            [(Why::Placeholder, 1, 2, "Null".to_owned()), (Why::Unreadable(Kind::Number), 1, 3, "x".to_owned())]
        );
    }

    #[test]
    fn days_are_read_in_the_columns_own_form_and_in_the_general_ones() {
        let day =
            |column: &Column, text: &str| day(column, Order::DayFirst, text).and_then(date).map(|d| d.to_string());
        let first = Some("1956-04-09".to_owned());
        let (plain, own) =
            (column(Kind::Date, &[]), Column { format: Some("%d.%m.%Y".into()), ..column(Kind::Date, &[]) });
        for text in ["19560409", "1956-04-09", "1956/4/9", "1956年4月9日", "1956-04-09T00:00:00", "09.04.1956 00:00"]
        {
            assert_eq!(day(&plain, text), first, "{text}");
            assert_eq!(day(&own, text), first, "{text}");
        }
        // Eight digits of a form without separators are no year of the first millennium.
        let bare = Column { format: Some("%d%m%Y".into()), ..column(Kind::Date, &[]) };
        assert_eq!((day(&bare, "09041956"), day(&bare, "20120409")), (first, Some("2012-04-09".to_owned())));
        assert_eq!((day(&plain, "19561331"), day(&plain, "03-02-01")), (None, None));
        let (_, told) = dropped(&plain, &[Some("1956-04-09"), None, Some("5 March 2020"), Some("never")]);
        assert_eq!(told, [(Why::Unreadable(Kind::Date), 2, 3, "5 March 2020".to_owned())]);
    }

    #[test]
    fn commas_in_numbers_part_groups_or_the_fraction() {
        for (text, value) in [
            ("$1,234.50", Some(1234.5)),
            ("1,234,567", Some(1_234_567.0)),
            ("12,34,567", Some(1_234_567.0)),
            ("-1,234", Some(-1234.0)),
            ("12,50", Some(12.5)),
            ("-0,125", Some(-0.125)),
            ("1.234,50", Some(1234.5)),
            ("1,2,3", None),
            ("12,", None),
            ("1.23,4", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }

    #[test]
    fn lists_of_texts_and_true_ones() {
        let lists = column(Kind::List, &[Step::Lower]);
        let of = |written, text| items(&lists, written, text).map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(of(Written::default(), "['Poet', 'Painter', None]"), ["poet", "painter"]);
        let own = Written { lists: true, ..Written::default() };
        assert_eq!(of(own, "Poet, (late)\u{1f}Painter"), ["poet, (late)", "painter"]);
        let raw = StringArray::from(vec!["Poet\u{1f}Painter"]);
        let (text, _) = typed(&column(Kind::Text, &[]), own, &raw);
        assert_eq!(text.as_string::<i32>().value(0), "Poet Painter");
    }
}
