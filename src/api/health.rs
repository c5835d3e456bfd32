//! Whether the server lives, and whether it can do its work.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::State;
use super::{Problem, body};

/// The server lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `alive`.
    status: &'static str,
    /// Version of the program.
    version: &'static str,
}

/// Whether the process lives; touches nothing.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", operation_id = "health",
    responses((status = 200, description = "存活 · It lives", body = Health)))]
pub async fn health() -> Result<HttpResponse, Problem> {
    body::json(&Health { status: "alive", version: env!("CARGO_PKG_VERSION") })
}

/// The server can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Always `ready`.
    status: &'static str,
    /// Snapshot in force.
    snapshot: String,
    /// Rules, all checked at start-up.
    rules: usize,
    /// Finished audits.
    audits: usize,
}

/// Whether the data folder can be read, a snapshot is in force and the rules are checked.
#[utoipa::path(get, path = "/api/v1/ready", tag = "health", operation_id = "ready",
    responses(
        (status = 200, description = "就绪 · It can work", body = Readiness),
        (status = 503, description = "未就绪 · Not yet", body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn ready(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    if *state.closing.borrow() {
        return Err(Problem::new("not-ready", "the server is going down", "服务正在停止"));
    }
    let ready = web::block(move || {
        Ok::<_, Problem>(Readiness {
            status: "ready",
            snapshot: state.snapshot(None)?.manifest.id,
            rules: state.library.rules().len(),
            audits: state.audits()?.len(),
        })
    });
    body::json(&ready.await??)
}
