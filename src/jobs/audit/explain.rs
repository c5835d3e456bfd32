//! A rule run for somebody who wants to know how it works: the plan, and what each step read and gave.

use std::fmt::Write;

use futures::StreamExt;

use crate::query::library::{Bindings, CheckedRule};
use crate::query::{QueryError, Session};

use super::AuditError;

/// Runs a rule over a snapshot and tells rows, rows read by table, and the plan with its measures.
pub async fn explain(rule: &CheckedRule, session: &Session, bindings: &Bindings) -> Result<String, AuditError> {
    let ready = session.ready(rule, bindings).await?;
    let mut rows = ready.stream()?;
    let (mut open, mut exempted) = (0, 0);
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(QueryError::engine)?;
        let cleared = batch.column_by_name("exemption").map_or(0, |e| e.len() - e.logical_null_count());
        exempted += cleared;
        open += batch.num_rows() - cleared;
    }
    let mut text = format!("rows: {open} open, {exempted} exempted\n");
    let missing = rule.missing(session.present());
    if !missing.is_empty() {
        // Writing to a String cannot fail.
        _ = writeln!(text, "not assessable on this snapshot: {} not handed over", missing.join(", "));
    }
    _ = writeln!(text, "rows read: {}", ready.rows_read());
    for plan in ready.plans() {
        _ = write!(text, "\n{plan}");
    }
    Ok(text)
}
