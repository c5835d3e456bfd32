//! What an audit writes at its end: leads, coverage, and the manifest that names everything.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::contract::CONTRACT_VERSION;
use crate::domain::date::Day;
use crate::flags::{Coverage, FlagError, Output, coverage_batch, coverage_schema, leads_batch, leads_schema};
use crate::model::spec::Model;
use crate::query::library::{Bindings, CheckedRule, views};
use crate::snapshot::Snapshot;

use super::sink::Written;
use super::{AuditError, AuditManifest, AuditRequest};

pub(super) fn manifest(
    snapshot: &Snapshot,
    request: &AuditRequest,
    bindings: &Bindings,
    rules: &[&CheckedRule],
    models: &[Model],
    drift_from: Option<String>,
    dispositions: &str,
) -> AuditManifest {
    let hex = |bytes: &[u8]| bytes.iter().take(8).map(|b| format!("{b:02x}")).collect::<String>();
    let rules: BTreeMap<String, String> = rules
        .iter()
        .map(|rule| {
            let mut text = Sha256::new_with_prefix(rule.text());
            // A view that changes changes the rule.
            views().iter().filter(|view| rule.views().contains(view.name)).for_each(|view| text.update(view.text));
            let text = hex(&text.finalize());
            (rule.id().to_owned(), format!("{}-{text}", rule.header().version))
        })
        .collect();
    let of_model = |model: &Model| (model.spec.id.clone(), format!("{}-{}", model.spec.version, model.fingerprint()));
    let models: BTreeMap<String, String> = models.iter().map(of_model).collect();
    let names = format!(
        "{} {} {} {} {:?} {:?} {:?} {rules:?} {models:?} {drift_from:?} {dispositions}",
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
        models,
        drift_from,
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
pub(super) const CHUNK: usize = 16 * 1024;

/// Writes what follows from all findings: leads, coverage, and the manifest that tells of everything.
pub(super) fn write(
    folder: &Path,
    written: Written,
    coverage: &[Coverage],
    manifest: &mut AuditManifest,
) -> Result<(), AuditError> {
    manifest.rows.insert("findings".to_owned(), written.findings);
    manifest.rows.insert("evidence".to_owned(), written.evidence);
    for (typology, counts) in written.by_typology {
        for (into, count) in [
            (&mut manifest.open, counts.open),
            (&mut manifest.exempted, counts.exempted),
            (&mut manifest.dismissed, counts.dismissed),
        ] {
            if count > 0 {
                into.insert(typology.clone(), count);
            }
        }
    }

    let mut out = Output::create(folder, "leads", leads_schema())?;
    for chunk in written.leads.finish().chunks(CHUNK) {
        out.write(leads_batch(chunk).map_err(FlagError::from)?)?;
    }
    manifest.rows.insert("leads".to_owned(), out.finish()?.rows);

    let mut out = Output::create(folder, "coverage", coverage_schema())?;
    out.write(coverage_batch(coverage).map_err(FlagError::from)?)?;
    manifest.rows.insert("coverage".to_owned(), out.finish()?.rows);

    let path = folder.join("manifest.json");
    let text = serde_json::to_string_pretty(manifest).map_err(|e| AuditError::Request(e.to_string()))?;
    std::fs::write(&path, text).map_err(|source| AuditError::Io { path, source })
}
