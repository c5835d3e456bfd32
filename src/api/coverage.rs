//! What an audit looked for, what it could not, and why.

use std::path::Path;

use actix_web::{HttpResponse, web};
use arrow::datatypes::Int64Type;
use serde::Serialize;
use utoipa::ToSchema;

use super::state::State;
use super::store::StoreError;
use super::{Problem, body};
use crate::flags::coverage_schema;

/// How one rule fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageRow {
    /// Rule; empty for a typology that this version has no rule for.
    pub rule_id: String,
    /// Irregularity that it looks for.
    pub typology: String,
    /// ran, not_runnable or failed.
    pub outcome: String,
    /// Tables for want of which it could not run.
    pub missing: Vec<String>,
    /// Why it did not run or broke, or what weakens it.
    pub reason: String,
    /// Rows it read.
    pub rows_read: i64,
    /// Open findings.
    pub findings: i64,
    /// Exempted look-alikes.
    pub exempted: i64,
    /// Time in milliseconds.
    pub time_ms: i64,
}

/// Reads `coverage.parquet`.
pub fn read_coverage(path: &Path) -> Result<Vec<CoverageRow>, StoreError> {
    use super::store::columns::{number, text, whole};
    let schema = coverage_schema();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    let Some(batch) = whole(path, &names, usize::MAX)? else { return Ok(Vec::new()) };
    let text = |name: &str| text(path, &batch, name);
    let number = |name: &str| number::<Int64Type>(path, &batch, name);
    let (rule, typology, outcome) = (text("rule_id")?, text("typology")?, text("outcome")?);
    let (missing, reason) = (text("missing")?, text("reason")?);
    let (read, findings, exempted, time) =
        (number("rows_read")?, number("findings")?, number("exempted")?, number("time_ms")?);
    let row = |i: usize| CoverageRow {
        rule_id: rule.value(i).to_owned(),
        typology: typology.value(i).to_owned(),
        outcome: outcome.value(i).to_owned(),
        missing: missing.value(i).split('|').filter(|table| !table.is_empty()).map(str::to_owned).collect(),
        reason: reason.value(i).to_owned(),
        rows_read: read.value(i),
        findings: findings.value(i),
        exempted: exempted.value(i),
        time_ms: time.value(i),
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

/// Coverage of an audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageList {
    /// The audit.
    audit: String,
    /// Rules that ran.
    ran: usize,
    /// Rules and typologies that could not.
    not_runnable: usize,
    /// Rules that broke.
    failed: usize,
    /// All of them.
    items: Vec<CoverageRow>,
}

/// Every rule with how it fared: nothing is skipped silently.
#[utoipa::path(get, path = "/api/v1/audits/{id}/coverage", tag = "audits", operation_id = "getCoverage",
    params(("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`")),
    responses((status = 200, description = "规则覆盖情况 · Coverage", body = CoverageList)))]
pub async fn show(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let loaded = state.loaded(&id).await?;
    let count = |outcome: &str| loaded.coverage.iter().filter(|row| row.outcome == outcome).count();
    body::json(&CoverageList {
        audit: loaded.audit.manifest.id.clone(),
        ran: count("ran"),
        not_runnable: count("not_runnable"),
        failed: count("failed"),
        items: loaded.coverage.clone(),
    })
}
