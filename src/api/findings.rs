//! Findings: the list of them, and one finding with everything that speaks for and against it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::{self, ListQuery, Listed};
use super::request::RequestId;
use super::rules::{self, RuleWords};
use super::state::State;
use super::store::{EvidenceLine, FindingRow, Findings, List, Loaded, SourceRows};
use super::{Problem, body, trail};
use crate::jobs::header;

/// Rows of evidence told of one finding at once.
const EVIDENCE: usize = 500;

/// Findings of an audit, open and exempted.
#[utoipa::path(get, path = "/api/v1/audits/{id}/findings", tag = "findings", operation_id = "listFindings",
    params(("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"), ListQuery),
    responses((status = 200, description = "疑点列表 · Findings", body = Listed<FindingRow>)))]
pub async fn list(
    state: web::Data<State>,
    id: web::Path<String>,
    query: web::Query<ListQuery>,
    request: HttpRequest,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    list::answer::<Findings>(&state, &id, query.into_inner(), &request, &request_id).await
}

/// A row of the source that a finding rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceRow {
    /// Contract table.
    table: String,
    /// Delivered file.
    source_file: String,
    /// Row of it, as a spreadsheet counts: the header is row 1.
    source_row: i64,
    /// The row as it stood, `header=cell`, with how its person was inferred where that was so.
    text: String,
    /// The row as it stood, cell by cell; none where the snapshot is gone or cells were not asked for.
    cells: Option<Vec<Cell>>,
}

/// A cell as it stood.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cell {
    /// Header of the column.
    header: String,
    /// The cell.
    value: String,
}

/// A finding with everything that speaks for and against it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingDetail {
    /// Audit that it belongs to.
    audit: String,
    /// Snapshot that it was found in.
    snapshot: String,
    /// The finding.
    finding: FindingRow,
    /// What its rule says; none where this server's library lacks the rule.
    rule: Option<RuleWords>,
    /// Rows of evidence there are.
    evidence_total: usize,
    /// Rows that speak for it; for and against together the first 500.
    evidence_for: Vec<EvidenceRow>,
    /// Rows that speak against it.
    evidence_against: Vec<EvidenceRow>,
}

/// How a finding is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DetailQuery {
    /// Whether the rows of evidence are also shown cell by cell; default true.
    #[serde(default = "yes")]
    #[param(default = true)]
    cells: bool,
}

fn yes() -> bool {
    true
}

/// One finding: what is suspected, what the rule says (why it matters, innocent explanations, what it
/// cannot see, the law, exemptions tested), and the rows for and against as they stood in the source.
#[utoipa::path(get, path = "/api/v1/audits/{id}/findings/{finding_id}", tag = "findings", operation_id = "getFinding",
    params(
        ("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"),
        ("finding_id" = String, Path, description = "疑点编号 · Id of a finding"),
        DetailQuery,
    ),
    responses((status = 200, description = "疑点及其证据 · The finding with its evidence", body = FindingDetail)))]
pub async fn show(
    state: web::Data<State>,
    ids: web::Path<(String, String)>,
    query: web::Query<DetailQuery>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let loaded = state.loaded(&ids.0).await?;
    let detail = web::block(move || detail(&state, &loaded, &ids.1, query.cells)).await??;
    let rows = 1 + detail.evidence_for.len() + detail.evidence_against.len();
    trail::read(&request_id, "finding with evidence", &detail.audit, rows, "finding_id");
    body::json(&detail)
}

fn detail(state: &State, loaded: &Loaded, id: &str, with_cells: bool) -> Result<FindingDetail, Problem> {
    let unknown = || Problem::not_found("finding", "疑点", id);
    let row = loaded.findings.orders().find(id)?.ok_or_else(unknown)?;
    let finding = loaded.findings.rows(&[row])?.pop().ok_or_else(unknown)?;
    let (lines, evidence_total) = loaded.evidence.of(&loaded.findings, row, EVIDENCE)?;
    let source = if with_cells { loaded.source(&state.data) } else { None };
    let (mut evidence_for, mut evidence_against) = (Vec::new(), Vec::new());
    for (role, shown) in with_source(source, lines) {
        if role == "against" { evidence_against.push(shown) } else { evidence_for.push(shown) }
    }
    Ok(FindingDetail {
        audit: loaded.audit.manifest.id.clone(),
        snapshot: loaded.audit.manifest.snapshot.clone(),
        rule: header(&state.library, &finding.rule_id).map(|header| rules::words(header, &finding.exemption)),
        finding,
        evidence_total,
        evidence_for,
        evidence_against,
    })
}

/// Rows with their cells, where the snapshot still has them, by role.
fn with_source(source: Option<&SourceRows>, lines: Vec<EvidenceLine>) -> Vec<(String, EvidenceRow)> {
    let asked = lines.iter().map(|l| (l.table.as_str(), l.source_file.as_str(), l.source_row as u64));
    let found = source.map(|source| source.cells(asked)).unwrap_or_default();
    let mut shown = Vec::with_capacity(lines.len());
    for line in &lines {
        let row = found.get(&(line.table.as_str(), line.source_file.as_str(), line.source_row as u64));
        let cells = row.map(|row| {
            row.cells.iter().map(|(header, value)| Cell { header: header.clone(), value: value.clone() }).collect()
        });
        let row = EvidenceRow {
            table: line.table.clone(),
            source_file: line.source_file.clone(),
            source_row: line.source_row,
            text: line.text.clone(),
            cells,
        };
        shown.push((line.role.clone(), row));
    }
    shown
}
