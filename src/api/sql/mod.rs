//! The SQL door: one reading statement over a snapshot, streamed in the form the caller accepts, within
//! bounds of rows, time and company.
//!
//! | file | what it does |
//! |---|---|
//! | `request.rs` | the body: JSON or bare SQL |
//! | `door.rs` | sessions, runtime, bounds; from a request to a stream of bytes |
//! | `encode.rs` | batches as CSV, Arrow stream or Parquet |
//! | `json.rs` | batches as JSON |

mod door;
mod encode;
mod json;
mod request;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

pub use door::SqlDoor;
pub use json::JsonAnswer;
pub(super) use request::Asked;
pub use request::SqlRequest;

use super::request::RequestId;
use super::state::State;
use super::{Problem, body};
use encode::Form;
use request::SqlOptions;

/// Runs one reading statement: `SELECT`, `WITH`, `VALUES`, `SHOW TABLES|COLUMNS|FUNCTIONS`, `DESCRIBE`, or
/// `EXPLAIN` without `ANALYZE`, over the tables of one snapshot. The body is JSON, or the bare statement as
/// `application/sql` with the options in the address.
///
/// `Accept` decides the form. In JSON, whole numbers beyond ±(2^53 − 1) and decimals are texts so that no
/// digit is lost, as are dates, times and not-a-number; other types are told in words. In CSV, a text that a
/// spreadsheet would run as a formula has an apostrophe in front; the other forms hold it as it is. `X-Truncated` says
/// whether there were more rows than the limit: `true`, `false`, or `unknown` where the answer was too long
/// to wait for its end (JSON always says it in `truncated`). A statement that fails after rows were sent
/// ends JSON with a `problem` and breaks every other form off.
#[utoipa::path(post, path = "/api/v1/sql", tag = "sql", operation_id = "runSql", params(SqlOptions),
    request_body(description = "语句 · The statement", content((SqlRequest = "application/json"), (String = "application/sql"))),
    responses(
        (status = 200, description = "结果 · The rows", headers(
            ("X-Truncated" = String, description = "true, false or unknown"),
            ("X-Row-Limit" = u64, description = "Rows that the answer may have"),
            ("X-Snapshot" = String, description = "Snapshot that was read"),
        ), content((json::JsonAnswer = "application/json"), (String = "text/csv"),
            (Vec<u8> = "application/vnd.apache.arrow.stream"), (Vec<u8> = "application/vnd.apache.parquet"))),
        (status = 403, description = "非只读语句 · It does more than read", body = Problem, content_type = "application/problem+json"),
        (status = 504, description = "超时 · It took too long and was stopped", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn query(
    state: web::Data<State>,
    request: HttpRequest,
    options: web::Query<SqlOptions>,
    bytes: web::Bytes,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let asked = SqlRequest::read(&request, options.into_inner(), &bytes)?.check()?;
    answer(&state, &request, asked, request_id).await
}

/// Answers a checked request in the form the caller accepts.
pub(super) async fn answer(
    state: &web::Data<State>,
    request: &HttpRequest,
    asked: Asked,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let form = Form::named(body::accepted(request, &Form::OFFERED)?);
    let snapshot = {
        let (state, wanted) = (state.clone(), asked.snapshot.clone());
        web::block(move || state.snapshot(wanted.as_deref())).await??
    };
    let root = state.data.root().canonicalize().unwrap_or_else(|_| state.data.root().to_owned());
    let answer = state.sql.run(snapshot, asked, form, &root, request_id).await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(form.content_type())
        .insert_header(("x-truncated", answer.truncated.map_or("unknown", |yes| if yes { "true" } else { "false" })))
        .insert_header(("x-row-limit", answer.limit.to_string()))
        .insert_header(("x-snapshot", answer.snapshot));
    if form == Form::Parquet {
        // Already compressed inside.
        response.insert_header((header::CONTENT_ENCODING, "identity"));
    }
    Ok(response.streaming(answer.bytes))
}
