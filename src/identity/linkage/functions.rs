//! Functions that blocking rules and derived columns may call beside the engine's own.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListBuilder, StringArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::exec_err;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

use super::compare::{chinese, text};
use super::expression::data_type;
use super::spec::Kind;

/// All of them: name, what it gives.
pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        texts("soundex", text::soundex_code),
        texts("pinyin", chinese::pinyin),
        texts("sound", chinese::sound),
        texts("valid_id", |t| {
            let number = crate::domain::id_number::normalise(t);
            number.fault.is_none().then_some(number.text)
        }),
        texts("id_birth_date", |t| crate::domain::id_number::birth_date(t).map(|date| date.to_string())),
        texts("pinyin_initials", |t| {
            let words = chinese::pinyin(t)?;
            Some(words.split(' ').filter_map(|word| word.chars().next()).collect())
        }),
        texts("sorted_characters", |t| {
            let mut characters: Vec<char> = t.chars().filter(|c| !c.is_whitespace()).collect();
            characters.sort_unstable();
            Some(characters.into_iter().collect())
        }),
        texts("sorted_words", |t| {
            let mut words: Vec<&str> = t.split_whitespace().collect();
            words.sort_unstable();
            Some(words.join(" "))
        }),
        lists("words", |t| t.split_whitespace().map(str::to_owned).collect()),
        lists("word_pairs", |t| {
            let mut words: Vec<&str> = t.split_whitespace().collect();
            words.sort_unstable();
            words.dedup();
            let pairs = words.iter().enumerate().flat_map(|(i, a)| words[i + 1..].iter().map(move |b| (a, b)));
            pairs.map(|(a, b)| format!("{a} {b}")).collect()
        }),
        lists("trigrams", |t| {
            let characters: Vec<char> = t.chars().collect();
            characters.windows(3).map(|w| w.iter().collect()).collect()
        }),
        lists("deletions", |t| {
            let characters: Vec<char> = t.chars().collect();
            let without = |i: usize| characters.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, c)| *c).collect();
            (0..characters.len()).map(without).chain([t.to_owned()]).collect()
        }),
    ]
}

fn each(name: &str, gives: DataType, make: impl Fn(&StringArray) -> ArrayRef + Send + Sync + 'static) -> ScalarUDF {
    let own = name.to_owned();
    let body = move |arguments: &[ColumnarValue]| -> Result<ColumnarValue, DataFusionError> {
        let rows = arguments.iter().find_map(|a| if let ColumnarValue::Array(a) = a { Some(a.len()) } else { None });
        let Some(argument) = arguments.first() else { return exec_err!("{own} takes one text") };
        let array = cast(&argument.clone().into_array(rows.unwrap_or(1))?, &DataType::Utf8)?;
        Ok(ColumnarValue::Array(make(array.as_string::<i32>())))
    };
    create_udf(name, vec![DataType::Utf8], gives, Volatility::Immutable, Arc::new(body))
}

fn texts(name: &str, of: fn(&str) -> Option<String>) -> ScalarUDF {
    each(name, DataType::Utf8, move |texts| {
        Arc::new(texts.iter().map(|text| text.and_then(of)).collect::<StringArray>())
    })
}

fn lists(name: &str, of: fn(&str) -> Vec<String>) -> ScalarUDF {
    each(name, data_type(Kind::List), move |texts| {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for text in texts {
            let items = text.map(of).unwrap_or_default();
            items.iter().for_each(|item| lists.values().append_value(item));
            lists.append(!items.is_empty());
        }
        Arc::new(lists.finish())
    })
}
