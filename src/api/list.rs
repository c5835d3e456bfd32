//! A list of an audit over HTTP: filtered, sorted and paged, the same way whatever its rows are.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::request::RequestId;
use super::state::State;
use super::store::{Cursor, Filter, List, Page};
use super::{Problem, body, trail};
use crate::contract::{Queue, SubjectKind};
use crate::domain::region::RegionCode;
use crate::flags::Status;
use crate::jobs::is_typology;

/// The order where none is asked for: the likeliest first, then the largest.
const DEFAULT_SORT: &str = "-probability";
/// Rows of a page where none are asked for.
const DEFAULT_LIMIT: usize = 50;
/// Rows that a page may have.
const MAX_LIMIT: usize = 500;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// Audit that the rows belong to, also where `latest` was asked for.
    pub audit: String,
    /// Order that the rows have.
    pub sort: String,
    /// Rows on all pages.
    pub total: usize,
    /// Rows of this page.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; none on the last.
    pub next_cursor: Option<String>,
    /// Address of the next page; it names the audit, so that a new one does not get in between.
    pub next: Option<String>,
}

/// Filters, order and page of a list. A lead passes a filter on what only findings have where one of its
/// findings passes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// irregularity, governance, exclusion or data_quality.
    #[param(value_type = Option<String>, example = "irregularity")]
    queue: Option<Queue>,
    /// Code of the irregularity; of a lead, one that it gathers.
    #[param(example = "A01")]
    typology: Option<String>,
    /// open or exempted; both unless given.
    #[param(value_type = Option<String>, example = "open")]
    pub status: Option<Status>,
    /// Least severity, 1 to 4.
    severity_min: Option<u8>,
    /// Least probability, 0 to 1.
    probability_min: Option<f64>,
    /// 12-digit region that contains it.
    #[param(example = "439931000000")]
    region: Option<String>,
    /// What it is about: person, household, award, official, account, institution, village, region …
    #[param(value_type = Option<String>)]
    subject_kind: Option<SubjectKind>,
    /// The source's own number of the subject.
    subject_key: Option<String>,
    /// Household number; of a lead, that of one of its findings.
    household_no: Option<String>,
    /// Award number; of a lead, that of one of its findings.
    award_no: Option<String>,
    /// ID number; of a lead, that of one of its findings.
    id_number: Option<String>,
    /// Official's number; of a lead, that of one of its findings.
    official_no: Option<String>,
    /// Text in the summaries, without regard to case; of a lead, in those of one of its findings.
    q: Option<String>,
    /// probability, amount, severity or the id (`finding_id`, `lead_id`); of findings also month_from, of
    /// leads also findings. `-` in front for the greatest first. Default `-probability`. Ties: the greater
    /// amount, then the id.
    sort: Option<String>,
    /// Rows of the page, 1 to 500; default 50.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListQuery {
    fn filter(self, known: impl Fn(&str) -> bool) -> Result<Filter, Problem> {
        if let Some(code) = self.typology.as_deref().filter(|code| !known(code)) {
            return Err(Problem::parameter(format!("typology: nothing has the code '{code}'; write it as A01")));
        }
        Ok(Filter {
            queue: self.queue,
            typology: self.typology,
            status: self.status,
            severity_min: self.severity_min,
            probability_min: self.probability_min,
            region: region(self.region)?,
            subject_kind: self.subject_kind,
            subject_key: self.subject_key,
            household_no: self.household_no,
            award_no: self.award_no,
            id_number: self.id_number,
            official_no: self.official_no,
            q: search(self.q)?,
        })
    }
}

/// Answers a page of a list.
pub async fn answer<L: List>(
    state: &State,
    id: &str,
    mut query: ListQuery,
    request: &HttpRequest,
    request_id: &RequestId,
) -> Result<HttpResponse, Problem> {
    let loaded = state.loaded(id).await?;
    let audit = loaded.audit.manifest.id.clone();
    let orders = L::of(&loaded).orders();
    let limit = limit(query.limit)?;
    let order = query.sort.take().unwrap_or_else(|| DEFAULT_SORT.to_owned());
    let sort = orders.sort(&order).map_err(Problem::parameter)?;
    let cursor = query.cursor.take();
    let known = |code: &str| loaded.audit.manifest.found(code) || is_typology(&state.library, code);
    let filter = query.filter(known)?;
    let how = filter.names();
    let list = filter.fingerprint(&audit, L::NAME, &order);
    let after = place(cursor.as_deref(), list, orders.rows())?;
    let (page, items) = web::block(move || {
        let passing = loaded.narrowed.passing::<L>(&loaded, &filter)?;
        let page = Page::of(L::of(&loaded).orders().get(sort)?.values(), passing.as_ref(), after, limit);
        let items = L::of(&loaded).rows(&page.rows)?;
        Ok::<_, Problem>((page, items))
    })
    .await??;
    trail::read(request_id, L::NAME, &audit, items.len(), &how);
    let (next_cursor, next) = following(request, &audit, L::NAME, list, &page);
    body::json(&Listed { audit, sort: order, total: page.total, items, next_cursor, next })
}

/// How many rows a page gets.
fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::parameter(format!("limit: {limit} is not between 1 and {MAX_LIMIT}"))),
    }
}

/// The place after which the page begins.
fn place(cursor: Option<&str>, list: u64, rows: usize) -> Result<Option<u32>, Problem> {
    let Some(text) = cursor else { return Ok(None) };
    let bad = || {
        Problem::new(
            "bad-cursor",
            "a cursor goes with the audit, the filters and the order of the page it came with; begin again without one",
            "游标只适用于原来的审计、筛选条件和排序；请去掉游标重新开始",
        )
    };
    let cursor: Cursor = text.parse().map_err(|()| bad())?;
    if cursor.list != list || cursor.after as usize >= rows {
        return Err(bad());
    }
    Ok(Some(cursor.after))
}

/// Cursor and address of the page after this one.
fn following(
    request: &HttpRequest,
    audit: &str,
    name: &str,
    list: u64,
    page: &Page,
) -> (Option<String>, Option<String>) {
    let Some(after) = page.next else { return (None, None) };
    let cursor = Cursor { list, after }.to_string();
    let mut address = format!("/api/v1/audits/{audit}/{name}?");
    for part in request.query_string().split('&').filter(|part| !part.is_empty() && !part.starts_with("cursor=")) {
        address.push_str(part);
        address.push('&');
    }
    address.push_str("cursor=");
    address.push_str(&cursor);
    (Some(cursor), Some(address))
}

/// A region as a filter takes it.
pub fn region(code: Option<String>) -> Result<Option<String>, Problem> {
    let code = code.as_deref().map(str::parse::<RegionCode>).transpose();
    let code = code.map_err(|error| Problem::parameter(format!("region: {error}")))?;
    Ok(code.map(|code| code.to_string()))
}

/// A text as a search takes it.
fn search(text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > 200 => Err(Problem::parameter("q: longer than 200 letters")),
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}
