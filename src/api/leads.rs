//! Leads: the list of what reviewers take up, and one lead with its findings.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, ListQuery, Listed};
use super::request::RequestId;
use super::state::State;
use super::store::{FindingRow, LeadRow, Leads, List};
use super::{Problem, body, trail};

/// Findings told of one lead at once; the list of findings has them all.
const FINDINGS: usize = 500;

/// What a list takes, without the status: a lead gathers open findings only.
struct LeadQuery;

impl IntoParams for LeadQuery {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        ListQuery::into_params(place).into_iter().filter(|parameter| parameter.name != "status").collect()
    }
}

/// Leads of an audit.
#[utoipa::path(get, path = "/api/v1/audits/{id}/leads", tag = "leads", operation_id = "listLeads",
    params(("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"), LeadQuery),
    responses((status = 200, description = "线索列表 · Leads", body = Listed<LeadRow>)))]
pub async fn list(
    state: web::Data<State>,
    id: web::Path<String>,
    query: web::Query<ListQuery>,
    request: HttpRequest,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    if query.status.is_some() {
        return Err(Problem::parameter("status: leads have none, they gather open findings"));
    }
    list::answer::<Leads>(&state, &id, query.into_inner(), &request, &request_id).await
}

/// A lead with its findings.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadDetail {
    /// Audit that it belongs to.
    audit: String,
    /// The lead.
    lead: LeadRow,
    /// Its findings, the gravest first; the first 500.
    findings: Vec<FindingRow>,
}

/// One lead with its findings.
#[utoipa::path(get, path = "/api/v1/audits/{id}/leads/{lead_id}", tag = "leads", operation_id = "getLead",
    params(
        ("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"),
        ("lead_id" = String, Path, description = "线索编号 · Id of a lead"),
    ),
    responses((status = 200, description = "线索 · The lead", body = LeadDetail)))]
pub async fn show(
    state: web::Data<State>,
    ids: web::Path<(String, String)>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let loaded = state.loaded(&ids.0).await?;
    let detail = web::block(move || {
        let row = loaded.leads.orders().find(&ids.1)?.ok_or_else(|| Problem::not_found("lead", "线索", &ids.1))?;
        let mut findings = loaded.findings.rows(loaded.leads.findings_of(row))?;
        findings.sort_by(|a, b| {
            (b.severity.cmp(&a.severity))
                .then(b.amount_fen.cmp(&a.amount_fen))
                .then_with(|| a.finding_id.cmp(&b.finding_id))
        });
        findings.truncate(FINDINGS);
        let audit = loaded.audit.manifest.id.clone();
        Ok::<_, Problem>(LeadDetail { audit, lead: loaded.leads.row(row), findings })
    })
    .await??;
    trail::read(&request_id, "lead", &detail.audit, 1 + detail.findings.len(), "lead_id");
    body::json(&detail)
}
