//! Audit: every rule over a snapshot; findings, evidence, leads and coverage come out.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Date32Type;
use chrono::{Datelike, Days, Months, NaiveDate};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::{CONTRACT_VERSION, contract};
use crate::domain::date::Day;
use crate::flags::{
    Coverage, Directory, EvidenceRef, Finding, FlagError, Leads, Outcome, Output, RawFinding, assemble, coverage_batch,
    coverage_schema, evidence_batch, evidence_rows, evidence_schema, findings_batch, findings_schema, inferred_links,
    leads_batch, leads_schema,
};
use crate::query::library::{Bindings, CheckedRule, Library, RuleError, Status};
use crate::query::{EngineOptions, QueryError, Session};
use crate::snapshot::{DataDir, Snapshot, SnapshotError};

use super::Observer;

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
    /// Rows of each output table.
    pub rows: BTreeMap<String, u64>,
    /// Open findings by typology.
    pub open: BTreeMap<String, u64>,
    /// Exempted findings by typology.
    pub exempted: BTreeMap<String, u64>,
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
    /// Somebody stopped it.
    #[error("the audit was cancelled")]
    Cancelled,
}

impl AuditError {
    fn is_want_of_memory(&self) -> bool {
        matches!(self, Self::Query(QueryError::Memory(_)) | Self::Flag(FlagError::Query(QueryError::Memory(_))))
    }
}

/// Runs an audit and publishes it under the data folder.
pub async fn audit(
    data: &DataDir,
    library: &Library,
    request: &AuditRequest,
    options: &EngineOptions,
    observer: &dyn Observer,
) -> Result<Audit, AuditError> {
    check(request)?;
    let snapshot = data.resolve(request.snapshot.as_deref())?;
    let session = Session::open(&snapshot, options).await?;
    let bindings = bind(&session, request).await?;
    let rules: Vec<&CheckedRule> = library
        .rules()
        .filter(|rule| rule.header().status != Status::Retired)
        .filter(|rule| request.only.is_empty() || request.only.contains(&rule.header().typology))
        .collect();
    for rule in &rules {
        bindings.check(rule)?;
    }

    observer.stage("rules", Some(rules.len() as u64));
    let runs = run_all(&rules, &session, &bindings, options, observer).await?;
    let (mut raised, mut coverage) = (Vec::new(), Vec::new());
    for (rule, Run { findings, covered, .. }) in rules.iter().zip(runs) {
        if covered.outcome == Outcome::Failed {
            observer.note(&format!("{} failed: {}", covered.rule_id, covered.reason));
        }
        raised.extend(findings.into_iter().map(|finding| (*rule, finding)));
        coverage.push(covered);
    }

    observer.stage("findings", None);
    let findings = name(&session, raised, request.region.as_deref()).await?;
    count(&findings, &mut coverage);
    if request.only.is_empty() {
        coverage.extend(without_rule(library));
    }
    observer.stage("evidence", None);
    let mut manifest = manifest(&snapshot, request, &bindings, &rules);
    let audits = data.audits_dir();
    let staged = audits.join(format!(".{}-{}", manifest.id, std::process::id()));
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| AuditError::Io { path, source }
    };
    std::fs::create_dir_all(&staged).map_err(io(&staged))?;
    let written = write(&staged, &session, &snapshot, findings, &coverage, &mut manifest).await;
    if let Err(error) = written {
        // What is half written is of no use to anybody; the error matters more than a failed clean-up.
        _ = std::fs::remove_dir_all(&staged);
        return Err(error);
    }
    let target = audits.join(&manifest.id);
    if target.exists() {
        std::fs::remove_dir_all(&target).map_err(io(&target))?;
    }
    std::fs::rename(&staged, &target).map_err(io(&target))?;
    Ok(Audit { path: target, manifest })
}

fn check(request: &AuditRequest) -> Result<(), AuditError> {
    for code in &request.only {
        if !contract().typologies.contains_key(code) {
            return Err(AuditError::Request(format!("the contract has no typology '{code}'")));
        }
    }
    match &request.region {
        Some(code) if code.len() != 12 || !code.bytes().all(|b| b.is_ascii_digit()) => {
            Err(AuditError::Request(format!("'{code}' is no region code: 12 digits, as 439931000000")))
        }
        _ => Ok(()),
    }
}

/// As-of date and window, from the payments.
async fn bind(session: &Session, request: &AuditRequest) -> Result<Bindings, AuditError> {
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
    bindings.parameters.clone_from(&request.parameters);
    Ok(bindings)
}

/// What became of a rule.
struct Run {
    findings: Vec<RawFinding>,
    covered: Coverage,
    /// It failed for want of memory.
    starved: bool,
}

/// Runs the rules side by side; those that find too little memory beside others run again, alone.
async fn run_all(
    rules: &[&CheckedRule],
    session: &Session,
    bindings: &Bindings,
    options: &EngineOptions,
    observer: &dyn Observer,
) -> Result<Vec<Run>, AuditError> {
    let mut side_by_side = futures::stream::iter(rules.iter().map(|rule| run(rule, session, bindings)))
        .buffered(options.partitions.max(1));
    let mut runs = Vec::with_capacity(rules.len());
    while let Some(run) = side_by_side.next().await {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        observer.advance(u64::from(!run.starved));
        runs.push(run);
    }
    drop(side_by_side);
    for (rule, starved) in rules.iter().zip(&mut runs).filter(|(_, run)| run.starved) {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        *starved = run(rule, session, bindings).await;
        observer.advance(1);
    }
    Ok(runs)
}

/// Runs one rule; whatever happens is told in its coverage.
async fn run(rule: &CheckedRule, session: &Session, bindings: &Bindings) -> Run {
    let started = Instant::now();
    let mut covered = Coverage {
        rule_id: rule.id().to_owned(),
        typology: rule.header().typology.clone(),
        outcome: Outcome::Ran,
        missing: rule.missing(session.present()),
        reason: String::new(),
        rows_read: 0,
        findings: 0,
        exempted: 0,
        time_ms: 0,
    };
    if !covered.missing.is_empty() {
        covered.outcome = Outcome::NotRunnable;
        covered.reason = format!("not handed over: {}", covered.missing.join(", "));
        return Run { findings: Vec::new(), covered, starved: false };
    }
    let weakened: Vec<&str> =
        rule.optional().iter().filter(|t| !session.present().contains(*t)).map(String::as_str).collect();
    if !weakened.is_empty() {
        covered.reason = format!("ran without {}, taken as empty", weakened.join(", "));
    }
    let result = async {
        let frame = rule.rows(session.context(), bindings).await?;
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await.map_err(QueryError::engine)?;
        let rows = execute_stream(Arc::clone(&plan), task).map_err(QueryError::engine)?;
        let findings = assemble(rule, rows).await?;
        Ok::<_, AuditError>((findings, rows_read(&plan)))
    };
    let mut starved = false;
    let findings = match result.await {
        Ok((findings, rows)) => {
            covered.rows_read = rows;
            findings
        }
        Err(error) => {
            covered.outcome = Outcome::Failed;
            starved = error.is_want_of_memory();
            covered.reason = error.to_string();
            Vec::new()
        }
    };
    covered.time_ms = started.elapsed().as_millis() as u64;
    Run { findings, covered, starved }
}

/// Rows that the leaves of a plan gave.
fn rows_read(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    let children = plan.children();
    if children.is_empty() {
        return plan.metrics().and_then(|m| m.output_rows()).unwrap_or(0) as u64;
    }
    children.into_iter().map(rows_read).sum()
}

/// Gives findings their numbers, names and places, in order of rule and subject.
async fn name(
    session: &Session,
    raised: Vec<(&CheckedRule, RawFinding)>,
    region: Option<&str>,
) -> Result<Vec<Finding>, AuditError> {
    let directory = Directory::load(session, raised.iter().map(|(rule, raw)| (rule.header().subject, raw))).await?;
    let rows: HashSet<i64> = raised.iter().flat_map(|(_, raw)| raw.evidence.iter().map(|e| e.row_id)).collect();
    let links = inferred_links(session, &rows).await?;
    let inside = |finding: &Finding| region.is_none_or(|r| crate::domain::region::contains(r, &finding.region_code));
    let mut findings: Vec<Finding> = raised
        .into_iter()
        .map(|(rule, raw)| Finding::new(rule.header(), raw, &directory, &links))
        .filter(inside)
        .collect();
    findings.sort_by(|a, b| {
        (&a.rule_id, &a.region_code, &a.subject_key, &a.finding_id).cmp(&(
            &b.rule_id,
            &b.region_code,
            &b.subject_key,
            &b.finding_id,
        ))
    });
    Ok(findings)
}

fn count(findings: &[Finding], coverage: &mut [Coverage]) {
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for finding in findings {
        let (open, exempted) = counts.entry(&finding.rule_id).or_default();
        if finding.exemption.is_empty() { *open += 1 } else { *exempted += 1 }
    }
    for covered in coverage {
        let (open, exempted) = counts.get(covered.rule_id.as_str()).copied().unwrap_or_default();
        (covered.findings, covered.exempted) = (open, exempted);
    }
}

/// Typologies of the contract that nothing looks for yet: said, never silently skipped.
fn without_rule(library: &Library) -> Vec<Coverage> {
    let covered: HashSet<&str> = library.rules().map(|rule| rule.header().typology.as_str()).collect();
    let missing = contract().typologies.keys().filter(|code| !covered.contains(code.as_str()));
    missing
        .map(|code| Coverage {
            rule_id: String::new(),
            typology: code.clone(),
            outcome: Outcome::NotRunnable,
            missing: Vec::new(),
            reason: "this version has no rule for it".to_owned(),
            rows_read: 0,
            findings: 0,
            exempted: 0,
            time_ms: 0,
        })
        .collect()
}

fn manifest(snapshot: &Snapshot, request: &AuditRequest, bindings: &Bindings, rules: &[&CheckedRule]) -> AuditManifest {
    let hex = |bytes: &[u8]| bytes.iter().take(8).map(|b| format!("{b:02x}")).collect::<String>();
    let rules: BTreeMap<String, String> = rules
        .iter()
        .map(|rule| {
            let text = hex(&Sha256::digest(rule.text()));
            (rule.id().to_owned(), format!("{}-{text}", rule.header().version))
        })
        .collect();
    let names = format!(
        "{} {} {} {} {:?} {:?} {:?} {rules:?}",
        snapshot.manifest.id,
        env!("CARGO_PKG_VERSION"),
        CONTRACT_VERSION,
        bindings.as_of,
        request.region,
        request.only,
        request.parameters
    );
    AuditManifest {
        id: hex(&Sha256::digest(names)),
        created_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        contract_version: CONTRACT_VERSION.to_owned(),
        snapshot: snapshot.manifest.id.clone(),
        as_of: Day(bindings.as_of),
        window: (Day(bindings.window_from), Day(bindings.window_to)),
        region: request.region.clone(),
        only: request.only.clone(),
        parameters: request.parameters.clone(),
        rules,
        rows: BTreeMap::new(),
        open: BTreeMap::new(),
        exempted: BTreeMap::new(),
    }
}

/// Rows of a batch of output.
const CHUNK: usize = 16 * 1024;

async fn write(
    folder: &Path,
    session: &Session,
    snapshot: &Snapshot,
    findings: Vec<Finding>,
    coverage: &[Coverage],
    manifest: &mut AuditManifest,
) -> Result<(), AuditError> {
    let mut out = Output::create(folder, "findings", findings_schema())?;
    let mut leads = Leads::default();
    for chunk in findings.chunks(CHUNK) {
        out.write(findings_batch(chunk).map_err(FlagError::from)?)?;
        chunk.iter().for_each(|finding| leads.add(finding));
    }
    manifest.rows.insert("findings".to_owned(), out.finish()?.rows);
    for finding in &findings {
        let counts = if finding.exemption.is_empty() { &mut manifest.open } else { &mut manifest.exempted };
        *counts.entry(finding.typology.clone()).or_default() += 1;
    }

    let mut out = Output::create(folder, "leads", leads_schema())?;
    for chunk in leads.finish().chunks(CHUNK) {
        out.write(leads_batch(chunk).map_err(FlagError::from)?)?;
    }
    manifest.rows.insert("leads".to_owned(), out.finish()?.rows);

    let mut out = Output::create(folder, "evidence", evidence_schema())?;
    let refs: Vec<(usize, EvidenceRef)> =
        findings.iter().enumerate().flat_map(|(i, f)| f.evidence.iter().map(move |row| (i, *row))).collect();
    let rows: HashSet<i64> = refs.iter().map(|(_, row)| row.row_id).collect();
    let links = inferred_links(session, &rows).await?;
    for chunk in evidence_rows(snapshot, &refs, &links)?.chunks(CHUNK) {
        let batch = evidence_batch(chunk, |finding| &findings[finding].finding_id);
        out.write(batch.map_err(FlagError::from)?)?;
    }
    manifest.rows.insert("evidence".to_owned(), out.finish()?.rows);

    let mut out = Output::create(folder, "coverage", coverage_schema())?;
    out.write(coverage_batch(coverage).map_err(FlagError::from)?)?;
    manifest.rows.insert("coverage".to_owned(), out.finish()?.rows);

    let path = folder.join("manifest.json");
    let text = serde_json::to_string_pretty(manifest).map_err(|e| AuditError::Request(e.to_string()))?;
    std::fs::write(&path, text).map_err(|source| AuditError::Io { path, source })
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
