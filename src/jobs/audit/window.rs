//! As-of date and window of an audit, from the payments.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Date32Type, Int64Type};
use chrono::{Datelike, Days, Months, NaiveDate};

use crate::query::library::{Bindings, Library};
use crate::query::{QueryError, Session};

use super::super::Observer;
use super::{AuditError, AuditRequest};

/// A month with fewer than one in so many of the busiest month's payments is a slip of the pen: a payment
/// typed 2042-05 must not make everything overdue.
const SLIP: u32 = 100;

/// As-of date and window of an audit with nothing special asked for.
pub async fn window(session: &Session, library: &Library) -> Result<Bindings, AuditError> {
    Ok(bind(session, library, &AuditRequest::default(), &super::super::Unobserved).await?.0)
}

/// What an audit's placeholders stand for, and the day asked for, whose registers are to be judged by; months that look
/// like slips are told.
pub(super) async fn bind(
    session: &Session,
    library: &Library,
    request: &AuditRequest,
    observer: &dyn Observer,
) -> Result<(Bindings, Option<NaiveDate>), AuditError> {
    let sql = format!(
        "WITH monthly AS (SELECT month, count(*) AS payments FROM payment WHERE month IS NOT NULL GROUP BY month), \
         kept AS (SELECT min(m.month) AS low, max(m.month) AS high FROM monthly AS m \
                  CROSS JOIN (SELECT max(payments) AS most FROM monthly) AS b WHERE {SLIP} * m.payments >= b.most) \
         SELECT k.low, k.high, sum(CASE WHEN m.month < k.low OR m.month > k.high THEN m.payments ELSE 0 END) AS slips \
         FROM monthly AS m CROSS JOIN kept AS k GROUP BY k.low, k.high"
    );
    let bounds = session.sql(&sql).await?.collect().await.map_err(QueryError::engine)?;
    let bounds = bounds.iter().find(|batch| batch.num_rows() == 1);
    let month = |i: usize| {
        let column = bounds?.column(i).as_primitive_opt::<Date32Type>()?;
        column.is_valid(0).then(|| column.value_as_date(0)).flatten()
    };
    let found = month(0).zip(month(1));
    let slips = bounds.and_then(|b| b.column(2).as_primitive_opt::<Int64Type>()).map_or(0, |column| column.value(0));
    if let Some((from, to)) = found.filter(|_| slips > 0) {
        observer.note(&format!(
            "{slips} payments lie outside {} to {} in months with next to no other; the window leaves them out, \
             --as-of sets another day",
            from.format("%Y-%m"),
            to.format("%Y-%m")
        ));
    }
    let first = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let asked = request.as_of.map(|day| (first(day.0), first(day.0)));
    let (from, to) = found.or(asked).ok_or(AuditError::NoWindow)?;
    let past = request.as_of.map(|day| day.0).filter(|_| found.is_some());
    // Of a past day, the months until then.
    let to = request.as_of.map_or(to, |day| first(day.0).min(to));
    if to < from {
        return Err(AuditError::Request(format!(
            "nothing was paid until {}: the payments begin in {}; ask for a later day",
            to.format("%Y-%m"),
            from.format("%Y-%m")
        )));
    }
    let mut bindings = Bindings::new(request.as_of.map_or_else(|| last_day(to), |day| day.0), from, to);
    bindings.parameters.clone_from(library.parameters());
    for (rule, values) in &request.parameters {
        bindings.parameters.entry(rule.clone()).or_default().extend(values.clone());
    }
    Ok((bindings, past))
}

fn last_day(month: NaiveDate) -> NaiveDate {
    let first = month.with_day(1).unwrap_or(month);
    first.checked_add_months(Months::new(1)).and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(first)
}
