//! What the official-level screens say of offices, with their intervals.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::within;
use crate::api::Problem;
use crate::api::request::RequestId;
use crate::api::sql::{self, Asked, JsonAnswer};
use crate::api::state::State;

/// Rows of an answer where no number is asked for, and at most.
const ROWS: (usize, usize) = (200, 10_000);

/// Of which snapshot, how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScreenQuery {
    /// Snapshot; the one in force unless given.
    snapshot: Option<String>,
    /// Rows at most: default 200, up to 10,000.
    limit: Option<usize>,
}

/// Screens of offices, what chance explains least first: kin among the assisted, and how applications of kin fared against
/// peers of the same place and half-year, each with the interval of its share and the false-discovery rate at which it
/// would be raised. They speak of an office in the aggregate and mark no person, no family and no village; the view
/// `official_screen` tells what each column is.
#[utoipa::path(get, path = "/api/v1/graph/screens", tag = "graph", operation_id = "listScreens", params(ScreenQuery),
    responses((status = 200, description = "任职层面的统计筛查，附区间，只说明总体 · Screens of offices", content(
        (JsonAnswer = "application/json"), (String = "text/csv")))))]
pub async fn list(
    state: web::Data<State>,
    request: HttpRequest,
    query: web::Query<ScreenQuery>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let limit = within("limit", query.limit.unwrap_or(ROWS.0), 1, ROWS.1)?;
    let statement = "SELECT * FROM official_screen ORDER BY adjusted, chance, measure, office_kind, row_official";
    let asked = Asked::of(statement, query.into_inner().snapshot, limit);
    sql::answer(&state, &request, asked, request_id).await
}
