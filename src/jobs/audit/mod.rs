//! Audit: every rule and model over a snapshot; findings, evidence, leads and coverage come out.

mod explain;
mod models;
mod output;
mod probability;
mod rules;
mod turn;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Date32Type;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::cases::{CaseError, Dispositions, apply};
use crate::contract::contract;
use crate::domain::date::Day;
use crate::flags::{self, Coverage, Directory, Finding, FlagError, Links, Outcome, RawFinding, inferred_links};
use crate::model::spec::{self, Model, ModelError};
use crate::query::library::{Bindings, CheckedRule, Header, Library, RuleError, Status};
use crate::query::{EngineOptions, QueryError, Session};
use crate::snapshot::{DataDir, Snapshot, SnapshotError};

use super::Observer;
pub use explain::explain;
use output::{manifest, write};
pub use probability::{Learnt, header};
use rules::{Run, run_all, without_rule};
use turn::turn;

/// What to audit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditRequest {
    /// Snapshot; the one in force unless given.
    pub snapshot: Option<String>,
    /// What is not yet due on this day is not late; the last day of the latest payment month unless given.
    pub as_of: Option<Day>,
    /// Only what belongs to this region and those inside it.
    pub region: Option<String>,
    /// Only rules of these typologies; all unless given.
    pub only: Vec<String>,
    /// Rule parameters that differ from their defaults, by rule and name.
    pub parameters: BTreeMap<String, BTreeMap<String, f64>>,
}

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
    check(request, library)?;
    let lock = turn(data, observer).await?;
    let snapshot = data.resolve(request.snapshot.as_deref())?;
    let mut session = Session::open(&snapshot, options).await?;
    let bindings = bind(&session, library, request).await?;
    let rules: Vec<&CheckedRule> = library
        .rules()
        .filter(|rule| rule.header().status != Status::Retired)
        .filter(|rule| request.only.is_empty() || request.only.contains(&rule.header().typology))
        .collect();
    for rule in &rules {
        bindings.check(rule)?;
    }
    if let Some(strange) = request.parameters.keys().find(|rule| library.get(rule).is_none()) {
        return Err(AuditError::Request(format!("there is no rule '{strange}' to set a parameter of")));
    }

    let (runs, shared_ms) = run_all(&rules, &mut session, &bindings, options, observer).await?;
    let models = models_of(request)?;
    let before = if models.is_empty() { None } else { before(data, &snapshot, options).await? };
    let said = models::run_all(&models, &session, before.as_ref(), observer).await?;
    let (mut raised, mut coverage) = (Vec::new(), Vec::new());
    let own: Vec<Header> = models.iter().map(Model::header).collect();
    let headers = rules.iter().map(|rule| rule.header()).chain(&own);
    for (header, Run { findings, covered, .. }) in headers.zip(runs.into_iter().chain(said)) {
        if covered.outcome == Outcome::Failed {
            observer.note(&format!("{} failed: {}", covered.rule_id, covered.reason));
        }
        raised.extend(findings.into_iter().map(|finding| (header, finding)));
        coverage.push(covered);
    }

    observer.stage("findings", None);
    let (mut findings, links) = name(&session, raised, request.region.as_deref()).await?;
    let dispositions = Dispositions::load(data)?;
    apply(&mut findings, &dispositions);
    let calibration = probability::calibrate(&mut findings, library, &dispositions);
    count(&findings, &mut coverage);
    if request.only.is_empty() {
        coverage.extend(without_rule(library));
    }
    observer.stage("evidence", None);
    let drift_from = before.map(|(name, _)| name);
    let mut manifest = manifest(&snapshot, request, &bindings, &rules, &models, drift_from, &dispositions.name());
    manifest.shared_ms = shared_ms;
    manifest.calibration = calibration;
    let staged = lock.stage(&manifest.id)?;
    write(staged.path(), &snapshot, &findings, &links, &coverage, &mut manifest)?;
    Ok(Audit { path: staged.publish()?, manifest })
}

fn check(request: &AuditRequest, library: &Library) -> Result<(), AuditError> {
    for code in &request.only {
        let of_a_model = spec::headers().values().any(|header| header.typology == *code);
        if !contract().typologies.contains_key(code) && library.find(code).is_none() && !of_a_model {
            let message = format!("neither the contract nor a rule or model has the typology '{code}'");
            return Err(AuditError::Request(message));
        }
    }
    match &request.region {
        Some(code) if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) => {
            Err(AuditError::Request(format!("'{code}' is no region code: 12 digits, as 439931000000")))
        }
        _ => Ok(()),
    }
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
    options: &EngineOptions,
) -> Result<Option<(String, Session)>, AuditError> {
    let Some(name) = &snapshot.manifest.based_on else { return Ok(None) };
    match data.resolve(Some(name)) {
        Ok(before) => Ok(Some((name.clone(), Session::open(&before, options).await?))),
        Err(_) => Ok(None),
    }
}

/// As-of date and window of an audit with nothing special asked for.
pub async fn window(session: &Session, library: &Library) -> Result<Bindings, AuditError> {
    bind(session, library, &AuditRequest::default()).await
}

/// As-of date and window, from the payments.
async fn bind(session: &Session, library: &Library, request: &AuditRequest) -> Result<Bindings, AuditError> {
    let bounds = session.sql("SELECT min(month) AS low, max(month) AS high FROM payment").await?;
    let bounds = bounds.collect().await.map_err(QueryError::engine)?;
    let month = |i: usize| {
        let column = bounds.first()?.column(i).as_primitive_opt::<Date32Type>()?;
        (column.len() == 1 && column.is_valid(0)).then(|| column.value_as_date(0)).flatten()
    };
    let (from, to) = month(0).zip(month(1)).or(request.as_of.map(|day| (day.0, day.0))).ok_or(AuditError::NoWindow)?;
    let last_day = |first: NaiveDate| {
        let first = first.with_day(1).unwrap_or(first);
        first.checked_add_months(Months::new(1)).and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(first)
    };
    let mut bindings = Bindings::new(request.as_of.map_or_else(|| last_day(to), |day| day.0), from, to);
    bindings.parameters.clone_from(library.parameters());
    for (rule, values) in &request.parameters {
        bindings.parameters.entry(rule.clone()).or_default().extend(values.clone());
    }
    Ok(bindings)
}

/// Gives findings their numbers, names and places, in order of rule and subject.
async fn name(
    session: &Session,
    raised: Vec<(&Header, RawFinding)>,
    region: Option<&str>,
) -> Result<(Vec<Finding>, Links), AuditError> {
    let directory = Directory::load(session, raised.iter().map(|(header, raw)| (header.subject, raw))).await?;
    let rows: HashSet<i64> = raised.iter().flat_map(|(_, raw)| raw.evidence.iter().map(|e| e.row_id)).collect();
    let links = inferred_links(session, &rows).await?;
    let inside = |finding: &Finding| region.is_none_or(|r| crate::domain::region::contains(r, &finding.region_code));
    let mut findings: Vec<Finding> =
        raised.into_iter().map(|(header, raw)| Finding::new(header, raw, &directory, &links)).filter(inside).collect();
    findings.sort_by(|a, b| {
        (&a.rule_id, &a.region_code, &a.subject_key, &a.finding_id).cmp(&(
            &b.rule_id,
            &b.region_code,
            &b.subject_key,
            &b.finding_id,
        ))
    });
    Ok((findings, links))
}

fn count(findings: &[Finding], coverage: &mut [Coverage]) {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for finding in findings {
        let (open, exempted) = counts.entry(&finding.rule_id).or_default();
        match finding.status {
            flags::Status::Open => *open += 1,
            flags::Status::Exempted => *exempted += 1,
            flags::Status::Dismissed => {}
        }
    }
    for covered in coverage {
        let (open, exempted) = counts.get(covered.rule_id.as_str()).copied().unwrap_or_default();
        (covered.findings, covered.exempted) = (open, exempted);
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
