//! Local parameters in SQL.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, StringArray};
use datafusion::common::{DataFusionError, Result};

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};
use crate::query::local_rules::{LocalRuleError, Lookup};
use crate::query::{LocalRules, ParameterKind};

const ARGUMENTS: &[(&str, Kind, &str)] = &[
    ("region_code", Kind::Text, "where; the nearest region up that sets the parameter decides"),
    ("parameter", Kind::Text, "name of a parameter of the contract"),
    ("date", Kind::Date, "when; a rule that is not in force that day is no rule"),
];

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "local_number",
        arguments: ARGUMENTS,
        returns: Kind::Double,
        description: "A local parameter that is a number, as in force in a region on a day, else the contract's default. Null where the date is.",
        example: "local_number('439931000000', 'notice_days', DATE '2024-01-01') → 7.0",
        body: Body::Local { check: |rules, name| check(rules, name, ParameterKind::Number), run: number },
    },
    Spec {
        name: "local_text",
        arguments: ARGUMENTS,
        returns: Kind::Text,
        description: "A local parameter that is a word or a list separated by |, as in force in a region on a day, else the contract's default. Null where the date is.",
        example: "local_text('439931000000', 'kin_depth', DATE '2024-01-01') → close",
        body: Body::Local { check: |rules, name| check(rules, name, ParameterKind::Text), run: text },
    },
];

fn external(error: LocalRuleError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

fn check(rules: &LocalRules, name: &str, kind: ParameterKind) -> Result<()> {
    rules.parameter(name, kind).map(|_| ()).map_err(external)
}

/// Answers row by row; a constant parameter name, the rule in all rules, is resolved once.
fn each<'a, T>(
    arguments: &Arguments<'_>,
    rules: &'a LocalRules,
    kind: ParameterKind,
    answer: impl Fn(&mut Lookup<'a>, Option<&str>, i32) -> Result<T, LocalRuleError>,
) -> Result<Vec<Option<T>>> {
    let (regions, names, days) = (arguments.text(0)?, arguments.text(1)?, arguments.date(2)?);
    let mut current: Option<(String, Lookup<'a>)> = None;
    arguments
        .rows()
        .map(|i| {
            let (Some(name), Some(day)) = (names.get(i), days.get(i)) else { return Ok(None) };
            let lookup = match &mut current {
                Some((known, lookup)) if known == name => lookup,
                other => &mut other.insert((name.to_owned(), rules.parameter(name, kind).map_err(external)?)).1,
            };
            answer(lookup, regions.get(i), day).map(Some).map_err(external)
        })
        .collect()
}

fn number(arguments: &Arguments<'_>, rules: &LocalRules) -> Result<ArrayRef> {
    let answers = each(arguments, rules, ParameterKind::Number, |lookup, region, day| lookup.number(region, day))?;
    Ok(Arc::new(Float64Array::from(answers)))
}

fn text(arguments: &Arguments<'_>, rules: &LocalRules) -> Result<ArrayRef> {
    let answers = each(arguments, rules, ParameterKind::Text, |lookup, region, day| Ok(lookup.text(region, day)))?;
    Ok(Arc::new(StringArray::from(answers)))
}
