//! Leads: what a reviewer takes up, filtered, sorted and paged.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{self, Listed};
use super::request::RequestId;
use super::state::State;
use super::store::{Filter, FindingRow, LeadRow, LeadSort, Page, Sort};
use super::{Problem, body, trail};
use crate::contract::{Queue, SubjectKind};

/// The order of leads where none is asked for: the likeliest first, then the largest.
const DEFAULT_SORT: &str = "-probability";
/// Findings told of one lead at once; the list of findings has them all.
const FINDINGS: usize = 500;

/// Filters, order and page of leads. A filter on what only findings have keeps a lead where one of its
/// findings passes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeadQuery {
    /// irregularity, governance, exclusion or data_quality.
    #[param(value_type = Option<String>, example = "irregularity")]
    queue: Option<Queue>,
    /// Code of a typology that it gathers.
    #[param(example = "A01")]
    typology: Option<String>,
    /// Least severity, 1 to 4.
    severity_min: Option<u8>,
    /// Least probability, 0 to 1.
    probability_min: Option<f64>,
    /// 12-digit region that contains it.
    #[param(example = "439931000000")]
    region: Option<String>,
    /// household, official, account, institution, village or region.
    #[param(value_type = Option<String>)]
    subject_kind: Option<SubjectKind>,
    /// The source's own number of the subject.
    subject_key: Option<String>,
    /// Household number of one of its findings.
    household_no: Option<String>,
    /// Award number of one of its findings.
    award_no: Option<String>,
    /// ID number of one of its findings.
    id_number: Option<String>,
    /// Official's number of one of its findings.
    official_no: Option<String>,
    /// Text in the summaries of one of its findings, without regard to case.
    q: Option<String>,
    /// probability, amount, severity, findings or lead_id; `-` in front for the greatest first. Default
    /// `-probability`. Ties: the greater amount, then the id.
    sort: Option<String>,
    /// Rows of the page, 1 to 500; default 50.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl LeadQuery {
    fn filter(self) -> Result<Filter, Problem> {
        Ok(Filter {
            queue: self.queue,
            typology: self.typology,
            status: None,
            severity_min: self.severity_min,
            probability_min: self.probability_min,
            region: page::region(self.region)?,
            subject_kind: self.subject_kind,
            subject_key: self.subject_key,
            household_no: self.household_no,
            award_no: self.award_no,
            id_number: self.id_number,
            official_no: self.official_no,
            q: page::search(self.q)?,
        })
    }
}

/// Leads of an audit.
#[utoipa::path(get, path = "/api/v1/audits/{id}/leads", tag = "leads", operation_id = "listLeads",
    params(("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"), LeadQuery),
    responses((status = 200, description = "线索列表 · Leads", body = Listed<LeadRow>)))]
pub async fn list(
    state: web::Data<State>,
    id: web::Path<String>,
    query: web::Query<LeadQuery>,
    request: HttpRequest,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let loaded = state.loaded(&id).await?;
    let audit = loaded.audit.manifest.id.clone();
    let limit = page::limit(query.limit)?;
    let (sort, order): (Sort<LeadSort>, String) = page::sort(query.sort.as_deref(), DEFAULT_SORT)?;
    let cursor = query.cursor.clone();
    let filter = query.filter()?;
    let how = filter.names();
    let list = filter.fingerprint(&audit, "leads", &order);
    let after = page::place(cursor.as_deref(), list, loaded.leads.len())?;
    let (page, items) = web::block(move || {
        let passing = loaded.leads.passing(&filter, &loaded.findings)?;
        let page = Page::of(&loaded.leads.order(sort), passing.as_ref(), after, limit);
        let items: Vec<LeadRow> = page.rows.iter().map(|row| loaded.leads.row(*row)).collect();
        Ok::<_, Problem>((page, items))
    })
    .await??;
    trail::read(&request_id, "leads", &audit, items.len(), &how);
    let (next_cursor, next) = page::following(&request, &audit, "leads", list, &page);
    body::json(&Listed { audit, sort: order, total: page.total, items, next_cursor, next })
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
        let row = loaded.leads.find(&ids.1).ok_or_else(|| Problem::not_found("lead", "线索", &ids.1))?;
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
