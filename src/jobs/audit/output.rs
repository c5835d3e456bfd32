//! What an audit writes: findings, leads, evidence, coverage, and the manifest that names them.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::contract::CONTRACT_VERSION;
use crate::domain::date::Day;
use crate::flags::{
    Coverage, EvidenceRef, Finding, FlagError, Leads, Links, Output, Status, coverage_batch, coverage_schema,
    evidence_batch, evidence_rows, evidence_schema, findings_batch, findings_schema, leads_batch, leads_schema,
};
use crate::query::library::{Bindings, CheckedRule};
use crate::snapshot::Snapshot;

use super::{AuditError, AuditManifest, AuditRequest};

pub(super) fn manifest(
    snapshot: &Snapshot,
    request: &AuditRequest,
    bindings: &Bindings,
    rules: &[&CheckedRule],
    dispositions: &str,
) -> AuditManifest {
    let hex = |bytes: &[u8]| bytes.iter().take(8).map(|b| format!("{b:02x}")).collect::<String>();
    let rules: BTreeMap<String, String> = rules
        .iter()
        .map(|rule| {
            let text = hex(&Sha256::digest(rule.text()));
            (rule.id().to_owned(), format!("{}-{text}", rule.header().version))
        })
        .collect();
    let names = format!(
        "{} {} {} {} {:?} {:?} {:?} {rules:?} {dispositions}",
        snapshot.manifest.id,
        env!("CARGO_PKG_VERSION"),
        CONTRACT_VERSION,
        bindings.as_of,
        request.region,
        request.only,
        bindings.parameters
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
        parameters: bindings.parameters.clone(),
        rules,
        dispositions: dispositions.to_owned(),
        calibration: String::new(),
        shared_ms: BTreeMap::new(),
        rows: BTreeMap::new(),
        open: BTreeMap::new(),
        exempted: BTreeMap::new(),
        dismissed: BTreeMap::new(),
    }
}

/// Rows of a batch of output.
const CHUNK: usize = 16 * 1024;

/// Rows of evidence that are fetched at once. Their texts are held in memory, some 400 bytes each; every
/// pass opens anew the frames it needs, so that few large passes are quicker than many small ones.
const EVIDENCE_AT_ONCE: usize = 512 * 1024;

/// Findings in runs whose evidence is fetched at once.
fn by_evidence(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    let mut rest = findings;
    std::iter::from_fn(move || {
        let mut rows = 0;
        let end = rest.iter().position(|finding| {
            rows += finding.evidence.len();
            rows > EVIDENCE_AT_ONCE
        });
        // A finding with more evidence than that still comes, alone.
        let (run, left) = rest.split_at(end.map_or(rest.len(), |end| end.max(1)));
        rest = left;
        (!run.is_empty()).then_some(run)
    })
}

pub(super) fn write(
    folder: &Path,
    snapshot: &Snapshot,
    findings: &[Finding],
    links: &Links,
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
    for finding in findings {
        let counts = match finding.status {
            Status::Open => &mut manifest.open,
            Status::Exempted => &mut manifest.exempted,
            Status::Dismissed => &mut manifest.dismissed,
        };
        *counts.entry(finding.typology.clone()).or_default() += 1;
    }

    let mut out = Output::create(folder, "leads", leads_schema())?;
    for chunk in leads.finish().chunks(CHUNK) {
        out.write(leads_batch(chunk).map_err(FlagError::from)?)?;
    }
    manifest.rows.insert("leads".to_owned(), out.finish()?.rows);

    let mut out = Output::create(folder, "evidence", evidence_schema())?;
    for findings in by_evidence(findings) {
        let refs: Vec<(usize, EvidenceRef)> =
            findings.iter().enumerate().flat_map(|(i, f)| f.evidence.iter().map(move |row| (i, *row))).collect();
        for chunk in evidence_rows(snapshot, &refs, links)?.chunks(CHUNK) {
            let batch = evidence_batch(chunk, |finding| &findings[finding].finding_id);
            out.write(batch.map_err(FlagError::from)?)?;
        }
    }
    manifest.rows.insert("evidence".to_owned(), out.finish()?.rows);

    let mut out = Output::create(folder, "coverage", coverage_schema())?;
    out.write(coverage_batch(coverage).map_err(FlagError::from)?)?;
    manifest.rows.insert("coverage".to_owned(), out.finish()?.rows);

    let path = folder.join("manifest.json");
    let text = serde_json::to_string_pretty(manifest).map_err(|e| AuditError::Request(e.to_string()))?;
    std::fs::write(&path, text).map_err(|source| AuditError::Io { path, source })
}
