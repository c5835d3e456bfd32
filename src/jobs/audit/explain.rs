//! A rule run for somebody who wants to know how it works: the plan, and what each step read and gave.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::StreamExt;

use crate::query::library::{Bindings, CheckedRule};
use crate::query::{QueryError, Session};

use super::AuditError;

/// Runs a rule over a snapshot and tells rows, rows read by table, and the plan with its measures.
pub async fn explain(rule: &CheckedRule, session: &Session, bindings: &Bindings) -> Result<String, AuditError> {
    let frame = rule.rows(session.context(), bindings).await?;
    let task = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await.map_err(QueryError::engine)?;
    let mut rows = execute_stream(Arc::clone(&plan), task).map_err(QueryError::engine)?;
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
    _ = writeln!(text, "rows read: {}\n", rows_read(&plan));
    _ = write!(text, "{}", DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(false));
    Ok(text)
}

/// Rows that the leaves of a plan gave.
pub(super) fn rows_read(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    let children = plan.children();
    if children.is_empty() {
        return plan.metrics().and_then(|m| m.output_rows()).unwrap_or(0) as u64;
    }
    children.into_iter().map(rows_read).sum()
}
