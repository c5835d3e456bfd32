//! Dispositions taken in: each bound to the finding it is of, as the latest audit that has it shows it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cases::{CaseError, Disposition, Dispositions, Recorded, RuleEvidence, evidence, find, read};
use crate::flags::Status;
use crate::model::spec;
use crate::query::library::{Header, Library};
use crate::snapshot::DataDir;

use super::audit::{AuditError, Learnt, audits};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Rows read.
    pub read: usize,
    /// Rows that nobody recorded before.
    pub new: usize,
}

/// Why dispositions cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file or the store is wrong.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The audits cannot be read.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// Takes in a CSV, whole or not at all: a finding that no audit of the data folder has is an error.
pub fn record(data: &DataDir, file: &Path) -> Result<Taken, RecordError> {
    let rows = Recorded::read(file)?;
    let newest_first: Vec<PathBuf> = audits(data)?.into_iter().rev().map(|audit| audit.path).collect();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.finding_id.as_str()).collect();
    let known = find(&newest_first, &ids)?;
    let unknown: Vec<String> = rows
        .iter()
        .filter(|row| !known.contains_key(&row.finding_id))
        .map(|row| {
            format!(
                "row {}, finding: no audit here has '{}'; copy the finding_id from findings.csv",
                row.row, row.finding_id
            )
        })
        .collect();
    if !unknown.is_empty() {
        return Err(CaseError::File { file: file.display().to_string(), message: unknown.join("; ") }.into());
    }
    let read = rows.len();
    let bound = rows.into_iter().filter_map(|row| {
        let known = known.get(&row.finding_id)?;
        Some(Disposition {
            facts: known.facts.clone(),
            rule_id: known.rule_id.clone(),
            region_code: known.region_code.clone(),
            finding_id: row.finding_id,
            decided_on: row.decided_on,
            outcome: row.outcome,
            reason: row.reason,
            likely_ppm: row.likely_ppm,
        })
    });
    let mut all = Dispositions::load(data)?;
    let new = all.add(bound);
    all.save(data)?;
    Ok(Taken { read, new })
}

/// The evidence on the rules of a library and on the models: findings of the latest audit, dispositions of all time.
pub fn rule_evidence(library: &Library, data: &DataDir) -> Result<Vec<RuleEvidence>, RecordError> {
    let mut findings = Vec::new();
    if let Some(latest) = audits(data)?.last() {
        read(&latest.path, ["rule_id", "region_code", "status"], |[rule, region, status]| {
            findings.push((rule.to_owned(), region.to_owned(), status == Status::Exempted.as_str()));
        })?;
    }
    let dispositions = Dispositions::load(data)?;
    let rules = library.rules().map(|rule| rule.header()).chain(spec::headers().values());
    let learnt = Learnt::from(library, dispositions.standing().into_values());
    let precision = |header: &Header, county: &str| (learnt.of(header, county), learnt.basis(header));
    Ok(evidence(rules, findings.into_iter(), dispositions.standing().into_values(), precision))
}
