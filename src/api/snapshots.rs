//! Snapshots: what was imported, how the rows add up, and what changed.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::State;
use super::{Problem, body};
use crate::snapshot::{Manifest, Snapshot, SnapshotDiff};

/// One snapshot in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotSummary {
    /// Content hash: its name.
    id: String,
    /// When it was written (UTC).
    created_at: String,
    /// Whether it is in force.
    in_force: bool,
    /// Snapshot it was built on.
    based_on: Option<String>,
    /// Version of the case-data contract.
    contract_version: String,
    /// Version of the program that wrote it.
    program_version: String,
    /// Rows by table.
    tables: BTreeMap<String, u64>,
    /// How the rows add up.
    rows: Rows,
}

/// Rows read = accepted + duplicate + quarantined, always.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rows {
    /// Delivered files.
    files: usize,
    /// Rows read.
    read: u64,
    /// Rows that stand in the snapshot.
    accepted: u64,
    /// Rows that say again what an earlier row said.
    duplicate: u64,
    /// Rows set aside with a reason.
    quarantined: u64,
}

/// Snapshots, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotList {
    /// Id of the one in force.
    in_force: Option<String>,
    /// All of them.
    items: Vec<SnapshotSummary>,
}

/// A snapshot with everything its manifest says.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotDetail {
    /// In short.
    summary: SnapshotSummary,
    /// The manifest: per delivered file the reconciliation and the quality profile, per table rows, bytes
    /// and hash, and how references to persons were resolved.
    #[schema(value_type = Object)]
    manifest: Manifest,
}

fn summary(snapshot: &Snapshot, in_force: Option<&str>) -> SnapshotSummary {
    let manifest = &snapshot.manifest;
    let sum = |of: fn(&crate::snapshot::SourceEntry) -> u64| manifest.sources.iter().map(of).sum();
    SnapshotSummary {
        id: manifest.id.clone(),
        created_at: manifest.created_at.clone(),
        in_force: in_force == Some(manifest.id.as_str()),
        based_on: manifest.based_on.clone(),
        contract_version: manifest.contract_version.clone(),
        program_version: manifest.program_version.clone(),
        tables: manifest.tables.iter().map(|(name, table)| (name.clone(), table.rows)).collect(),
        rows: Rows {
            files: manifest.sources.len(),
            read: sum(|s| s.read),
            accepted: sum(|s| s.accepted),
            duplicate: sum(|s| s.duplicate),
            quarantined: sum(|s| s.quarantined),
        },
    }
}

fn in_force(state: &State) -> Result<Option<String>, Problem> {
    Ok(state.data.current()?.map(|snapshot| snapshot.manifest.id))
}

/// Every snapshot of the data folder.
#[utoipa::path(get, path = "/api/v1/snapshots", tag = "snapshots", operation_id = "listSnapshots",
    responses((status = 200, description = "快照列表 · Snapshots", body = SnapshotList)))]
pub async fn list(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let list = web::block(move || {
        let in_force = in_force(&state)?;
        let snapshots = state.data.snapshots()?;
        let items = snapshots.iter().map(|snapshot| summary(snapshot, in_force.as_deref())).collect();
        Ok::<_, Problem>(SnapshotList { in_force, items })
    });
    body::json(&list.await??)
}

/// One snapshot: reconciliation, quality profile, tables, identities.
#[utoipa::path(get, path = "/api/v1/snapshots/{id}", tag = "snapshots", operation_id = "getSnapshot",
    params(("id" = String, Path, description = "快照编号 · Id of a snapshot, a unique beginning of at least four letters, or `current`")),
    responses((status = 200, description = "快照 · The snapshot", body = SnapshotDetail)))]
pub async fn show(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let detail = web::block(move || {
        let snapshot = named(&state, &id)?;
        let summary = summary(&snapshot, in_force(&state)?.as_deref());
        Ok::<_, Problem>(SnapshotDetail { summary, manifest: snapshot.manifest })
    });
    body::json(&detail.await??)
}

fn named(state: &State, id: &str) -> Result<Snapshot, Problem> {
    state.snapshot(if id == "current" { None } else { Some(id) })
}

/// What changed between two snapshots.
#[derive(Debug, Serialize, ToSchema)]
pub struct Difference {
    /// The earlier one.
    before: String,
    /// The later one.
    after: String,
    /// Tables by name: rows before and after, and whether the bytes differ; files added and removed.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    changes: SnapshotDiff,
}

/// Compares two snapshots, table by table and file by file.
#[utoipa::path(get, path = "/api/v1/snapshots/{a}/diff/{b}", tag = "snapshots", operation_id = "diffSnapshots",
    params(
        ("a" = String, Path, description = "较早的快照 · The earlier snapshot"),
        ("b" = String, Path, description = "较晚的快照 · The later snapshot"),
    ),
    responses((status = 200, description = "差异 · What changed", body = Difference)))]
pub async fn diff(state: web::Data<State>, ids: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let difference = web::block(move || {
        let (before, after) = (named(&state, &ids.0)?.manifest, named(&state, &ids.1)?.manifest);
        let changes = SnapshotDiff::between(&before, &after);
        Ok::<_, Problem>(Difference { before: before.id, after: after.id, changes })
    });
    body::json(&difference.await??)
}
