//! Audit: every rule and model over a snapshot; findings, evidence, leads and coverage come out.

mod explain;
mod models;
mod output;
mod probability;
mod request;
mod rules;
mod sink;
mod turn;
mod window;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use chrono::NaiveDate;

use crate::cases::{CaseError, Dispositions};
use crate::domain::date::Day;
use crate::flags::FlagError;
use crate::model::spec::{self, Model, ModelError};
use crate::query::library::{CheckedRule, Header, Library, RuleError, Status};
use crate::query::{EngineOptions, QueryError, Session};
use crate::snapshot::{DataDir, Snapshot, SnapshotError};

use super::Observer;
pub use explain::explain;
use models::Ground;
use output::{manifest, write};
use probability::Probabilities;
pub use probability::{Learnt, header};
pub use request::{AuditRequest, is_typology};
use rules::{run_all, settle, without_rule};
use sink::Sink;
use turn::turn;
use window::bind;
pub use window::window;

/// What an audit was made of and what it found; the same names give the same bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditManifest {
    /// Hash of snapshot, rules and parameters.
    pub id: String,
    /// When it ran (UTC, RFC 3339); no part of the id.
    pub created_at: String,
    /// Version of the program.
    pub program_version: String,
    /// Version of the contract.
    pub contract_version: String,
    /// Snapshot.
    pub snapshot: String,
    /// As-of date.
    pub as_of: Day,
    /// First and last month of payments, by their first days.
    pub window: (Day, Day),
    /// Region; `None` is everything.
    pub region: Option<String>,
    /// Typologies; empty is all.
    pub only: Vec<String>,
    /// Rule parameters that differ from their defaults.
    pub parameters: BTreeMap<String, BTreeMap<String, f64>>,
    /// Rules by id, with version and the hash of their text.
    pub rules: BTreeMap<String, String>,
    /// Models by id, with version and the hash of their texts.
    #[serde(default)]
    pub models: BTreeMap<String, String>,
    /// Snapshot from which the drift of models is measured; none where this one was built on none.
    #[serde(default)]
    pub drift_from: Option<String>,
    /// Name of the dispositions that were known; empty where there were none.
    #[serde(default)]
    pub dispositions: String,
    /// What the probabilities rest on.
    #[serde(default)]
    pub calibration: String,
    /// Milliseconds that each result shared by rules took; no part of the id.
    #[serde(default)]
    pub shared_ms: BTreeMap<String, u64>,
    /// Rows of each output table.
    pub rows: BTreeMap<String, u64>,
    /// Open findings by typology.
    pub open: BTreeMap<String, u64>,
    /// Exempted findings by typology.
    pub exempted: BTreeMap<String, u64>,
    /// Findings by typology that a person dismissed before and whose facts are the same.
    #[serde(default)]
    pub dismissed: BTreeMap<String, u64>,
}

impl AuditManifest {
    /// Whether it asked for everything as it is: no region, no typologies alone, no parameter of its own.
    pub fn is_whole(&self) -> bool {
        self.region.is_none() && self.only.is_empty() && self.parameters.is_empty()
    }

    /// Whether it found anything of a typology.
    pub fn found(&self, code: &str) -> bool {
        [&self.open, &self.exempted, &self.dismissed].into_iter().any(|counts| counts.contains_key(code))
    }
}

/// A finished audit.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Its folder.
    pub path: PathBuf,
    /// What it was made of.
    pub manifest: AuditManifest,
}

/// Why an audit failed as a whole. A rule that fails is told in the coverage and stops no other.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The session cannot be opened.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The dispositions cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The outputs cannot be built.
    #[error(transparent)]
    Flag(#[from] FlagError),
    /// A rule or a parameter of one is wrong.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The snapshot has no payments, so there is no as-of date.
    #[error("the snapshot has no payment with a month; give --as-of")]
    NoWindow,
    /// Something in the request means nothing.
    #[error("{0}")]
    Request(String),
    /// A model's spec is wrong. One that fails on the data is told in the coverage.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Somebody stopped it.
    #[error("the audit was cancelled")]
    Cancelled,
}

impl AuditError {
    fn is_want_of_memory(&self) -> bool {
        matches!(self, Self::Query(QueryError::Memory(_)) | Self::Flag(FlagError::Query(QueryError::Memory(_))))
    }
}

/// Runs an audit and publishes it under the data folder, once no other audit of that folder is at work.
pub async fn audit(
    data: &DataDir,
    library: &Library,
    request: &AuditRequest,
    options: &EngineOptions,
    observer: &dyn Observer,
) -> Result<Audit, AuditError> {
    request.check(library)?;
    let lock = turn(data, observer).await?;
    let snapshot = data.resolve(request.snapshot.as_deref())?;
    let mut session = Session::open(&snapshot, options).await?;
    for (name, rows) in session.unknown_parameters() {
        observer.note(&format!("local_rule: {rows} rows set '{name}', which is no parameter of the contract; correct the name, or the default stands"));
    }
    let region = request.region_in(&session).await?;
    let (bindings, past) = bind(&session, library, request, observer).await?;
    if let Some(day) = past {
        session.turn_back(day).await?;
    }
    let asked = |rule: &CheckedRule| request.only.is_empty() || request.only.contains(&rule.header().typology);
    let in_service = || library.rules().filter(|rule| rule.header().status != Status::Retired);
    // A rule that follows others needs what they find, asked for or not.
    let follows = in_service().any(|rule| asked(rule) && rule.follows());
    let rules: Vec<&CheckedRule> = in_service().filter(|rule| asked(rule) || (follows && !rule.follows())).collect();

    let models = models_of(request)?;
    let own: Vec<Header> = models.iter().map(Model::header).collect();
    let before = if models.is_empty() { None } else { before(data, &snapshot, past, options).await? };
    let dispositions = Dispositions::load(data)?;
    let drift_from = before.as_ref().map(|(name, _)| name.clone());
    let mut manifest = manifest(&snapshot, request, &bindings, &rules, &models, drift_from, &dispositions.name());
    let probabilities = Probabilities::of(library, &dispositions);
    manifest.calibration = probabilities.basis();
    let staged = lock.stage(&manifest.id)?;
    let mut sink =
        Sink::create(staged.path(), session.clone(), &snapshot, region.as_deref(), &dispositions, &probabilities)?;
    let (mut coverage, shared_ms) =
        run_all(&rules, &asked, &mut session, &bindings, options, &mut sink, observer).await?;
    let cards = staged.path().join("cards");
    let ground = Ground { snapshot: &snapshot.manifest.id, session: &session, before, cards: &cards };
    let said = models::run_all(&models, &ground, observer).await?;
    for (header, run) in own.iter().zip(said) {
        coverage.push(settle(header, run, true, &mut sink, observer).await?);
    }
    observer.stage("findings and evidence", None);
    let written = sink.finish().await?;
    for covered in &mut coverage {
        let counts = written.by_rule.get(&covered.rule_id).copied().unwrap_or_default();
        (covered.findings, covered.exempted) = (counts.open, counts.exempted);
    }
    if request.only.is_empty() {
        coverage.extend(without_rule(library));
    }
    manifest.shared_ms = shared_ms;
    write(staged.path(), written, &coverage, &mut manifest)?;
    Ok(Audit { path: staged.publish()?, manifest })
}

/// The models that a request asks for.
fn models_of(request: &AuditRequest) -> Result<Vec<Model>, ModelError> {
    let mut models = spec::models()?;
    models.retain(|model| request.only.is_empty() || request.only.contains(&model.spec.code));
    Ok(models)
}

/// The snapshot that this one was built on, where it is still there.
async fn before(
    data: &DataDir,
    snapshot: &Snapshot,
    past: Option<NaiveDate>,
    options: &EngineOptions,
) -> Result<Option<(String, Session)>, AuditError> {
    let Some(name) = &snapshot.manifest.based_on else { return Ok(None) };
    match data.resolve(Some(name)) {
        Ok(before) => {
            let mut session = Session::open(&before, options).await?;
            if let Some(day) = past {
                session.turn_back(day).await?;
            }
            Ok(Some((name.clone(), session)))
        }
        Err(_) => Ok(None),
    }
}

/// Audits of a data folder.
pub fn audits(data: &DataDir) -> Result<Vec<Audit>, AuditError> {
    let folder = data.audits_dir();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(AuditError::Io { path: folder, source }),
    };
    let mut audits = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| AuditError::Io { path: folder.clone(), source })?.path();
        // An audit at work has a name that begins with a dot.
        let Ok(text) = std::fs::read_to_string(path.join("manifest.json")) else { continue };
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let manifest = serde_json::from_str(&text)
            .map_err(|e| SnapshotError::Damaged { path: path.clone(), reason: e.to_string() })?;
        audits.push(Audit { path, manifest });
    }
    audits.sort_by(|a, b| (&a.manifest.created_at, &a.manifest.id).cmp(&(&b.manifest.created_at, &b.manifest.id)));
    Ok(audits)
}
