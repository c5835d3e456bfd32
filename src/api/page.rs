//! What lists have in common: limits, cursors, the form of a page.

use actix_web::HttpRequest;
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::store::{Cursor, Page};

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

/// How many rows a page gets.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::parameter(format!("limit: {limit} is not between 1 and {MAX_LIMIT}"))),
    }
}

/// The place after which the page begins.
pub fn place(cursor: Option<&str>, list: u64, rows: usize) -> Result<Option<u32>, Problem> {
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
pub fn following(
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
    match code {
        Some(code) if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) => {
            Err(Problem::parameter(format!("region: '{code}' is no region code: 12 digits, as 439931000000")))
        }
        code => Ok(code),
    }
}

/// A text as a search takes it.
pub fn search(text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > 200 => Err(Problem::parameter("q: longer than 200 letters")),
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

/// An order, or the default.
pub fn sort<K: std::str::FromStr<Err = String>>(asked: Option<&str>, default: &str) -> Result<(K, String), Problem> {
    let text = asked.unwrap_or(default);
    Ok((text.parse().map_err(Problem::parameter)?, text.to_owned()))
}
