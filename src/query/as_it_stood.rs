//! A snapshot as its registers stood on an earlier day: what had not happened yet is not there, so that an audit of a past
//! day judges by what could be known then, whatever later deliveries brought.
//!
//! Not turned back: reviews, ends and phase-outs of awards, of which a register keeps the last alone; and the state of
//! enterprises, vehicles and deeds that are gone. A table that held nothing yet is empty, not missing.

use arrow::datatypes::DataType;
use chrono::NaiveDate;
use datafusion::common::{JoinType, ScalarValue};
use datafusion::logical_expr::{Expr, cast, lit, when};
use datafusion::prelude::{DataFrame, SessionContext, col};

use super::QueryError;

/// The columns that say when a row came to be; without a date a row stands. Standards and local rules hold by their own
/// dates, and whom the household register and the roster of members hold is read by date everywhere.
const SINCE: [(&str, &str); 23] = [
    ("account", "opened_on"),
    ("account_change", "changed_at"),
    ("account_transaction", "at"),
    ("application", "applied_on"),
    ("award", "start_month"),
    ("custody_agreement", "signed_on"),
    ("death", "died_on"),
    ("death", "registered_on"),
    ("deposit", "as_of"),
    ("detention", "from_date"),
    ("disability", "from_date"),
    ("employment", "from_month"),
    ("enterprise_role", "from_date"),
    ("fund_flow", "flowed_on"),
    ("institution_stay", "from_date"),
    ("marriage", "registered_on"),
    ("medical_settlement", "admitted_on"),
    ("monitored", "from_date"),
    ("payment", "month"),
    ("pension", "from_month"),
    ("real_estate", "registered_on"),
    ("relative_declaration", "declared_on"),
    ("vehicle", "registered_on"),
];

/// Columns, and what they said before (`None` is nothing yet).
type Before = &'static [(&'static str, Option<&'static str>)];

/// What was decided or done later: the table, the column of its day, and what the row said until then.
const LATER: [(&str, &str, Before); 7] = [
    ("application", "decided_on", &[("decided_on", None), ("decision", None)]),
    ("award", "stop_notice_on", &[("stop_notice_on", None)]),
    ("custody_agreement", "filed_on", &[("filed_on", None)]),
    ("marriage", "dissolved_on", &[("dissolved_on", None)]),
    ("medical_settlement", "discharged_on", &[("discharged_on", None)]),
    ("payment", "paid_on", &[("paid_on", None), ("status", Some("pending"))]),
    ("relative_declaration", "visited_on", &[("visited_on", None)]),
];

/// Awards whose first month had come, though what they rest on was decided later: they were not there yet. A pay-first
/// grant is there before its papers.
async fn not_yet_awarded(context: &SessionContext, day: NaiveDate) -> Result<DataFrame, QueryError> {
    let open = context.table("application").await.map_err(QueryError::engine)?;
    let later = col("decided_on").gt(lit(date(day))).and(col("emergency").is_not_true());
    let open = open.filter(later).and_then(|open| open.select([col("application_key").alias("undecided_key")]));
    open.map_err(QueryError::engine)
}

/// Puts in the place of each table what it held on `day`. Views that read them must be registered after.
pub(super) async fn stand(context: &SessionContext, day: NaiveDate) -> Result<(), QueryError> {
    let mut tables: Vec<&str> =
        SINCE.iter().map(|(table, _)| *table).chain(LATER.iter().map(|(table, _, _)| *table)).collect();
    tables.sort_unstable();
    tables.dedup();
    let undecided = not_yet_awarded(context, day).await?;
    for table in tables {
        let mut frame = context.table(table).await.map_err(QueryError::engine)?;
        for (_, column) in SINCE.iter().filter(|(of, _)| *of == table) {
            let there = col(*column).is_null().or(cast(col(*column), DataType::Date32).lt_eq(lit(date(day))));
            frame = frame.filter(there).map_err(QueryError::engine)?;
        }
        if table == "award" {
            let (own, open) = (["application_key"], ["undecided_key"]);
            frame = frame.join(undecided.clone(), JoinType::LeftAnti, &own, &open, None).map_err(QueryError::engine)?;
        }
        let told: Vec<Expr> = frame
            .schema()
            .fields()
            .iter()
            .map(|field| told(table, field.name(), field.data_type(), day))
            .collect::<Result<_, QueryError>>()?;
        let view = frame.select(told).map_err(QueryError::engine)?.into_view();
        context.deregister_table(table).map_err(QueryError::engine)?;
        context.register_table(table, view).map_err(QueryError::engine)?;
    }
    Ok(())
}

/// A column as it read on the day.
fn told(table: &str, column: &str, kind: &DataType, day: NaiveDate) -> Result<Expr, QueryError> {
    let change = LATER.iter().filter(|(of, _, _)| *of == table).find_map(|(_, on, before)| {
        before.iter().find(|(changed, _)| *changed == column).map(|(_, value)| (*on, *value))
    });
    let Some((on, before)) = change else { return Ok(col(column)) };
    let before = match before {
        Some(text) => cast(lit(text), kind.clone()),
        None => Expr::Literal(ScalarValue::try_from(kind).map_err(QueryError::engine)?, None),
    };
    let later = cast(col(on), DataType::Date32).gt(lit(date(day)));
    let read = when(later, before).otherwise(col(column)).map_err(QueryError::engine)?;
    Ok(read.alias(column))
}

fn date(day: NaiveDate) -> ScalarValue {
    ScalarValue::Date32(Some(day.signed_duration_since(NaiveDate::default()).num_days() as i32))
}
