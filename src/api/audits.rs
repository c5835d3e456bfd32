//! Audits: start one, list them, look at one, stop one.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queue::{JobState, NotTaken, Phase};
use super::state::{Named, State};
use super::{Problem, body, list};
use crate::domain::date::Day;
use crate::jobs::{AuditManifest, AuditRequest};

/// What to audit; everything may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartAudit {
    /// Snapshot; the one in force unless given.
    snapshot: Option<String>,
    /// What is not yet due on this day is not late; the last day of the latest payment month unless given.
    #[schema(value_type = Option<String>, example = "2024-12-31")]
    as_of: Option<Day>,
    /// Only what belongs to this 12-digit region and those inside it.
    region: Option<String>,
    /// Only rules of these typologies; all unless given.
    only: Vec<String>,
    /// Rule parameters that differ from their defaults, by rule and name.
    parameters: BTreeMap<String, BTreeMap<String, f64>>,
}

impl StartAudit {
    /// Checks everything that can be known before the audit runs.
    fn check(self, state: &State) -> Result<AuditRequest, Problem> {
        let Self { snapshot, as_of, region, only, parameters } = self;
        state.snapshot(snapshot.as_deref())?;
        let request = AuditRequest { snapshot, as_of, region: list::region(region)?, only, parameters };
        request.check(&state.library).map_err(|error| Problem::parameter(error.to_string()))?;
        Ok(request)
    }
}

/// Starts an audit. One runs at a time; the others wait, eight at most.
#[utoipa::path(post, path = "/api/v1/audits", tag = "audits", operation_id = "startAudit",
    request_body(content = StartAudit, description = "审计范围 · What to audit; `{}` is everything"),
    responses(
        (status = 202, description = "已受理 · Taken; `Location` is where it can be followed", body = JobState,
            headers(("Location" = String, description = "Address of the job"))),
        (status = 429, description = "排队已满 · The queue is full", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn start(state: web::Data<State>, request: HttpRequest, bytes: web::Bytes) -> Result<HttpResponse, Problem> {
    let asked: StartAudit = body::read(&request, &bytes)?;
    let job = web::block(move || {
        let request = asked.check(&state)?;
        state.queue.submit(request).map_err(|why| match why {
            NotTaken::Full => Problem::new(
                "too-busy",
                "as many audits as may wait are waiting; try again when one has ended",
                "等待中的审计已达上限，请稍后再试",
            )
            .retry_after(30),
            NotTaken::Closed => Problem::new("not-ready", "the server is going down", "服务正在停止"),
        })
    });
    let told = job.await??.state();
    let text = serde_json::to_string(&told).map_err(Problem::internal)?;
    Ok(HttpResponse::Accepted()
        .insert_header((header::LOCATION, format!("/api/v1/audits/{}", told.job)))
        .content_type("application/json")
        .body(text))
}

/// A finished audit: what it was made of and what it found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FinishedAudit {
    /// Hash of snapshot, rules and parameters: the same names give the same bytes.
    id: String,
    /// Always `done`.
    #[schema(inline)]
    phase: Phase,
    /// When it ran (UTC).
    created_at: String,
    /// Version of the program.
    program_version: String,
    /// Version of the contract.
    contract_version: String,
    /// Snapshot.
    snapshot: String,
    /// As-of date.
    #[schema(value_type = String)]
    as_of: Day,
    /// First day of the first month of payments.
    #[schema(value_type = String)]
    window_from: Day,
    /// First day of the last month of payments.
    #[schema(value_type = String)]
    window_to: Day,
    /// Region; none is everything.
    region: Option<String>,
    /// Typologies; empty is all.
    only: Vec<String>,
    /// Rule parameters that differ from their defaults.
    parameters: BTreeMap<String, BTreeMap<String, f64>>,
    /// Rules by id, with version and the hash of their text.
    rules: BTreeMap<String, String>,
    /// Rows of findings, evidence, leads and coverage.
    rows: BTreeMap<String, u64>,
    /// Open findings by typology.
    open: BTreeMap<String, u64>,
    /// Exempted findings by typology.
    exempted: BTreeMap<String, u64>,
    /// Findings by typology that a person dismissed before and whose facts are the same.
    dismissed: BTreeMap<String, u64>,
    /// Name of the dispositions that were known; empty where there were none.
    dispositions: String,
    /// What the probabilities rest on.
    calibration: String,
}

impl From<AuditManifest> for FinishedAudit {
    fn from(manifest: AuditManifest) -> Self {
        Self {
            id: manifest.id,
            phase: Phase::Done,
            created_at: manifest.created_at,
            program_version: manifest.program_version,
            contract_version: manifest.contract_version,
            snapshot: manifest.snapshot,
            as_of: manifest.as_of,
            window_from: manifest.window.0,
            window_to: manifest.window.1,
            region: manifest.region,
            only: manifest.only,
            parameters: manifest.parameters,
            rules: manifest.rules,
            rows: manifest.rows,
            open: manifest.open,
            exempted: manifest.exempted,
            dismissed: manifest.dismissed,
            dispositions: manifest.dispositions,
            calibration: manifest.calibration,
        }
    }
}

/// Audits of the data folder.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditList {
    /// At work and waiting, in order; then those of this server that broke or were stopped.
    jobs: Vec<JobState>,
    /// Finished, the latest first.
    items: Vec<FinishedAudit>,
}

/// Every audit: at work, waiting and finished.
#[utoipa::path(get, path = "/api/v1/audits", tag = "audits", operation_id = "listAudits",
    responses((status = 200, description = "审计列表 · Audits", body = AuditList)))]
pub async fn list(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let list = web::block(move || {
        let mut jobs = state.queue.jobs();
        jobs.retain(|job| job.phase != Phase::Done);
        let items = state.audits()?.iter().rev().map(|audit| audit.manifest.clone().into()).collect();
        Ok::<_, Problem>(AuditList { jobs, items })
    });
    body::json(&list.await??)
}

/// What `{id}` is: a finished audit, or a job that has not come so far.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AuditOrJob {
    /// A finished audit.
    Finished(Box<FinishedAudit>),
    /// A job.
    Job(Box<JobState>),
}

/// One audit: its result where it is finished, else what it is at.
#[utoipa::path(get, path = "/api/v1/audits/{id}", tag = "audits", operation_id = "getAudit",
    params(("id" = String, Path, description = "审计编号、任务编号或 latest · Id of an audit or a job, or `latest`")),
    responses((status = 200, description = "审计 · The audit", body = AuditOrJob)))]
pub async fn show(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let named = web::block(move || state.named(&id)).await??;
    body::json(&match named {
        Named::Audit(audit) => AuditOrJob::Finished(Box::new(audit.manifest.into())),
        Named::Job(job) => AuditOrJob::Job(Box::new(job.state())),
    })
}

/// Stops an audit that waits or is at work. What it had begun to write is removed.
#[utoipa::path(delete, path = "/api/v1/audits/{id}", tag = "audits", operation_id = "cancelAudit",
    params(("id" = String, Path, description = "任务编号 · Id of the job")),
    responses(
        (status = 202, description = "正在停止 · It stops as soon as it can", body = JobState),
        (status = 409, description = "已结束 · It has ended", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn cancel(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let ended = || Problem::new("conflict", "it has ended; finished audits are kept", "已结束；已完成的审计予以保留");
    match state.named(&id)? {
        Named::Audit(_) => Err(ended()),
        Named::Job(job) if job.state().phase.ended() => Err(ended()),
        Named::Job(job) => {
            state.queue.cancel(&job);
            let text = serde_json::to_string(&job.state()).map_err(Problem::internal)?;
            Ok(HttpResponse::Accepted().content_type("application/json").body(text))
        }
    }
}
