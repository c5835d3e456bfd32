//! Findings: filtered, sorted and paged; and one finding with everything that speaks for and against it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{self, Listed};
use super::request::RequestId;
use super::rules::{self, RuleWords};
use super::state::State;
use super::store::{EvidenceLine, Filter, FindingRow, FindingSort, Loaded, Page, Sort, cells};
use super::{Problem, body, trail};
use crate::contract::{Queue, SubjectKind};
use crate::flags::Status;
use crate::snapshot::Snapshot;

/// The order of findings where none is asked for: the likeliest first, then the largest.
const DEFAULT_SORT: &str = "-probability";
/// Rows of evidence told of one finding at once.
const EVIDENCE: usize = 500;

/// Filters, order and page of findings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingQuery {
    /// irregularity, governance, exclusion or data_quality.
    #[param(value_type = Option<String>, example = "irregularity")]
    queue: Option<Queue>,
    /// Code of the irregularity.
    #[param(example = "A01")]
    typology: Option<String>,
    /// open or exempted; both unless given.
    #[param(value_type = Option<String>, example = "open")]
    status: Option<Status>,
    /// Least severity, 1 to 4.
    severity_min: Option<u8>,
    /// Least probability, 0 to 1.
    probability_min: Option<f64>,
    /// 12-digit region that contains it.
    #[param(example = "439931000000")]
    region: Option<String>,
    /// What it is about: person, household, award …
    #[param(value_type = Option<String>)]
    subject_kind: Option<SubjectKind>,
    /// The source's own number of the subject.
    subject_key: Option<String>,
    /// Household number.
    household_no: Option<String>,
    /// Award number.
    award_no: Option<String>,
    /// ID number.
    id_number: Option<String>,
    /// Official's number.
    official_no: Option<String>,
    /// Text in the summaries, without regard to case.
    q: Option<String>,
    /// probability, amount, severity, month_from or finding_id; `-` in front for the greatest first. Default
    /// `-probability`. Ties: the greater amount, then the id.
    sort: Option<String>,
    /// Rows of the page, 1 to 500; default 50.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl FindingQuery {
    fn filter(self) -> Result<Filter, Problem> {
        Ok(Filter {
            queue: self.queue,
            typology: self.typology,
            status: self.status,
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

/// Findings of an audit, open and exempted.
#[utoipa::path(get, path = "/api/v1/audits/{id}/findings", tag = "findings", operation_id = "listFindings",
    params(("id" = String, Path, description = "审计编号或 latest · Id of an audit or a job, or `latest`"), FindingQuery),
    responses((status = 200, description = "疑点列表 · Findings", body = Listed<FindingRow>)))]
pub async fn list(
    state: web::Data<State>,
    id: web::Path<String>,
    query: web::Query<FindingQuery>,
    request: HttpRequest,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let loaded = state.loaded(&id).await?;
    let audit = loaded.audit.manifest.id.clone();
    let limit = page::limit(query.limit)?;
    let (sort, order): (Sort<FindingSort>, String) = page::sort(query.sort.as_deref(), DEFAULT_SORT)?;
    let cursor = query.cursor.clone();
    let filter = query.filter()?;
    let how = filter.names();
    let list = filter.fingerprint(&audit, "findings", &order);
    let after = page::place(cursor.as_deref(), list, loaded.findings.len())?;
    let (page, items) = web::block(move || {
        let passing = loaded.findings.passing(&filter)?;
        let page = Page::of(&loaded.findings.order(sort), passing.as_ref(), after, limit);
        let items = loaded.findings.rows(&page.rows)?;
        Ok::<_, Problem>((page, items))
    })
    .await??;
    trail::read(&request_id, "findings", &audit, items.len(), &how);
    let (next_cursor, next) = page::following(&request, &audit, "findings", list, &page);
    body::json(&Listed { audit, sort: order, total: page.total, items, next_cursor, next })
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
    let row = loaded.findings.find(id).ok_or_else(|| Problem::not_found("finding", "疑点", id))?;
    let finding = loaded.findings.rows(&[row])?.into_iter().next();
    let finding = finding.ok_or_else(|| Problem::not_found("finding", "疑点", id))?;
    let (lines, evidence_total) = loaded.evidence.of(&loaded.findings, row, EVIDENCE)?;
    let snapshot = if with_cells { loaded.snapshot(&state.data) } else { None };
    let (mut evidence_for, mut evidence_against) = (Vec::new(), Vec::new());
    for (role, shown) in with_source(snapshot, lines) {
        if role == "against" { evidence_against.push(shown) } else { evidence_for.push(shown) }
    }
    Ok(FindingDetail {
        audit: loaded.audit.manifest.id.clone(),
        snapshot: loaded.audit.manifest.snapshot.clone(),
        rule: state.library.get(&finding.rule_id).map(|rule| rules::words(rule, &finding.exemption)),
        finding,
        evidence_total,
        evidence_for,
        evidence_against,
    })
}

/// Rows with their cells, where the snapshot still has them, by role.
fn with_source(snapshot: Option<&Snapshot>, lines: Vec<EvidenceLine>) -> Vec<(String, EvidenceRow)> {
    let asked = lines.iter().map(|l| (l.table.as_str(), l.source_file.as_str(), l.source_row as u64));
    let found = snapshot.map(|snapshot| cells(snapshot, asked)).unwrap_or_default();
    let mut shown = Vec::with_capacity(lines.len());
    for line in &lines {
        let source = found.get(&(line.table.as_str(), line.source_file.as_str(), line.source_row as u64));
        let cells = source.map(|row| {
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
