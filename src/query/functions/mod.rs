//! Scalar functions for rules and analysts. Each has its documentation attached, so that
//! `SHOW FUNCTIONS` and `mingjing functions` tell what it does.
//!
//! | file | functions |
//! |---|---|
//! | `id_number.rs` | `id_valid`, `id_fault`, `id_normal`, `id_birth_date`, `id_sex` |
//! | `calendar.rs` | `month_of`, `month_after`, `month_add`, `months_between`, `day_add`, `days_between`, `working_days_between` |
//! | `places.rs` | `region_prefix`, `region_contains` |
//! | `names.rs` | `name_normal`, `names_match`, `luhn_valid`, `phone_normal` |
//! | `local.rs` | `local_number`, `local_text` |
//! | `chance.rs` | `hypergeometric_tail`, `hypergeometric_sum_tail`, `clopper_pearson_low`, `clopper_pearson_high` |
//! | `provenance.rs` | `source_file`, `source_row` |
//! | `bounded.rs` | the engine's own `repeat`, `lpad`, `range` …, kept from answering at any length |

mod arguments;
mod bounded;
mod calendar;
mod chance;
mod function;
mod id_number;
mod local;
mod names;
mod places;
mod provenance;

use std::sync::Arc;

pub use bounded::bound;
use datafusion::logical_expr::ScalarUDF;

use self::function::{Function, Spec};
use super::LocalRules;

/// What a function is, for people.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FunctionEntry {
    /// Name in SQL.
    pub name: &'static str,
    /// How it is called, with argument names.
    pub syntax: String,
    /// What it answers.
    pub description: &'static str,
    /// Argument names, types and meanings.
    pub arguments: Vec<(&'static str, &'static str, &'static str)>,
    /// SQL type of the answer.
    pub returns: &'static str,
    /// A call and its answer.
    pub example: &'static str,
}

fn specs() -> impl Iterator<Item = &'static Spec> {
    [id_number::SPECS, calendar::SPECS, places::SPECS, names::SPECS, local::SPECS, chance::SPECS, provenance::SPECS]
        .into_iter()
        .flatten()
}

/// Every scalar function, ready to be registered. `local_number` and `local_text` answer from `local`.
pub fn all(local: Arc<LocalRules>) -> Vec<ScalarUDF> {
    specs().map(|spec| ScalarUDF::new_from_impl(Function::new(spec, Arc::clone(&local)))).collect()
}

/// Every function with its documentation, in the order of the table above.
pub fn catalogue() -> Vec<FunctionEntry> {
    specs().map(Spec::entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::util::display::array_value_to_string;
    use datafusion::prelude::SessionContext;

    /// The documentation's examples are run: `expression → answer`, several separated by `;`.
    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "this is the query room")]
    async fn every_example_answers_what_it_says() {
        let ctx = SessionContext::new();
        for function in all(Arc::default()) {
            ctx.register_udf(function);
        }
        for entry in catalogue() {
            for example in entry.example.split("; ") {
                let (call, answer) = example.split_once(" → ").unwrap_or_else(|| panic!("{}: no answer", entry.name));
                assert!(call.contains(entry.name), "{call}");
                let batches = ctx.sql(&format!("SELECT {call}")).await.unwrap().collect().await.unwrap();
                let column = batches[0].column(0);
                let found =
                    if column.is_null(0) { "null".to_owned() } else { array_value_to_string(column, 0).unwrap() };
                assert_eq!(found, answer, "{call}");
            }
        }
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "this is the query room")]
    async fn columns_constants_and_every_text_type_agree() {
        let ctx = SessionContext::new();
        for function in all(Arc::default()) {
            ctx.register_udf(function);
        }
        let sql = "WITH t(a, d) AS (VALUES ('11010519491231002X', DATE '2024-03-31'), (NULL, NULL), ('x', DATE '1969-12-31'))
             SELECT count(*) FILTER (WHERE id_valid(arrow_cast(a, 'LargeUtf8')) = id_valid(arrow_cast(a, 'Utf8View'))) AS same,
                    min(month_add(d, -3)) AS low, max(month_after(d)) AS high,
                    count(id_birth_date(a)) AS births, max(local_number('439931000000', 'pay_day', d)) AS pay_day
             FROM t";
        let batches = ctx.sql(sql).await.unwrap().collect().await.unwrap();
        let row: Vec<String> = batches[0].columns().iter().map(|c| array_value_to_string(c, 0).unwrap()).collect();
        assert_eq!(row, ["2", "1969-09-01", "2024-04-01", "1", "15.0"]);
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "this is the query room")]
    async fn an_unknown_parameter_fails_when_the_query_is_planned() {
        let ctx = SessionContext::new();
        for function in all(Arc::default()) {
            ctx.register_udf(function);
        }
        let error = ctx.sql("SELECT local_number('43', 'pay_dya', DATE '2024-01-01')").await.unwrap_err().to_string();
        assert!(error.contains("pay_dya") && error.contains("pay_day"), "{error}");
    }
}
