//! What rules raise, named and written while others still run: memory holds one batch of findings, and
//! what leads need of the open ones.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::cases::{Dispositions, apply};
use crate::domain::region;
use crate::flags::{
    Directory, EvidenceRef, Finding, FlagError, Leads, Output, RawFinding, Status, evidence_batch, evidence_rows,
    evidence_schema, findings_batch, findings_schema, found_rows, inferred_links,
};
use crate::query::Session;
use crate::query::library::Header;
use crate::snapshot::Snapshot;

use super::AuditError;
use super::output::CHUNK;
use super::probability::Probabilities;

/// Findings, and rows of their evidence, that are named and written together. Every batch reads the
/// registers and opens the frames of the archive it needs, so that few large ones are quicker than many
/// small ones; a row of evidence holds some 400 bytes, a finding three times that.
const FINDINGS_AT_ONCE: usize = 256 * 1024;
const EVIDENCE_AT_ONCE: usize = 1024 * 1024;

/// How many findings of a rule, or of a typology, came out how.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) open: u64,
    pub(super) exempted: u64,
    pub(super) dismissed: u64,
}

impl Counts {
    fn add(&mut self, status: Status) {
        match status {
            Status::Open => self.open += 1,
            Status::Exempted => self.exempted += 1,
            Status::Dismissed => self.dismissed += 1,
        }
    }
}

/// What a finished sink has seen.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) leads: Leads,
    pub(super) by_rule: BTreeMap<String, Counts>,
    pub(super) by_typology: BTreeMap<String, Counts>,
    pub(super) findings: u64,
    pub(super) evidence: u64,
}

/// Takes what rules raise, whole rules in their order.
pub(super) struct Sink<'a> {
    session: Session,
    snapshot: &'a Snapshot,
    region: Option<&'a str>,
    dispositions: &'a Dispositions,
    probabilities: &'a Probabilities<'a>,
    findings: Output,
    evidence: Output,
    pending: Vec<(&'a Header, RawFinding)>,
    pending_rows: usize,
    /// What was found, for rules that follow; `None` where none does.
    found: Option<Vec<RecordBatch>>,
    found_before: i64,
    leads: Leads,
    by_rule: BTreeMap<String, Counts>,
    by_typology: BTreeMap<String, Counts>,
}

impl<'a> Sink<'a> {
    /// A sink that writes into a folder.
    pub(super) fn create(
        folder: &Path,
        session: Session,
        snapshot: &'a Snapshot,
        region: Option<&'a str>,
        dispositions: &'a Dispositions,
        probabilities: &'a Probabilities<'a>,
    ) -> Result<Self, AuditError> {
        Ok(Self {
            session,
            snapshot,
            region,
            dispositions,
            probabilities,
            findings: Output::create(folder, "findings", findings_schema())?,
            evidence: Output::create(folder, "evidence", evidence_schema())?,
            pending: Vec::new(),
            pending_rows: 0,
            found: None,
            found_before: 0,
            leads: Leads::over(&snapshot.manifest),
            by_rule: BTreeMap::new(),
            by_typology: BTreeMap::new(),
        })
    }

    /// Keeps from now on what [`Sink::found`] gives.
    pub(super) fn keep_found(&mut self) {
        self.found = Some(Vec::new());
    }

    /// What was found since [`Sink::keep_found`], in the columns of
    /// [`crate::query::library::finding_schema`].
    pub(super) fn found(&mut self) -> Vec<RecordBatch> {
        self.found.take().unwrap_or_default()
    }

    /// Takes all that a rule or model raised; what nobody asked for is there for the rules that follow and is not written.
    pub(super) async fn take(
        &mut self,
        header: &'a Header,
        raised: Vec<RawFinding>,
        asked: bool,
    ) -> Result<(), AuditError> {
        if let Some(found) = &mut self.found {
            found.push(found_rows(header, &raised, self.found_before).map_err(FlagError::from)?);
            self.found_before += raised.len() as i64;
        }
        if !asked {
            return Ok(());
        }
        self.leads.expect(header);
        self.pending_rows += raised.iter().map(|raw| raw.evidence.len()).sum::<usize>();
        self.pending.extend(raised.into_iter().map(|raw| (header, raw)));
        if self.pending.len() >= FINDINGS_AT_ONCE || self.pending_rows >= EVIDENCE_AT_ONCE {
            self.flush().await?;
        }
        Ok(())
    }

    /// Writes what is still held.
    pub(super) async fn finish(mut self) -> Result<Written, AuditError> {
        self.flush().await?;
        Ok(Written {
            leads: self.leads,
            by_rule: self.by_rule,
            by_typology: self.by_typology,
            findings: self.findings.finish()?.rows,
            evidence: self.evidence.finish()?.rows,
        })
    }

    async fn flush(&mut self) -> Result<(), AuditError> {
        let raised = std::mem::take(&mut self.pending);
        self.pending_rows = 0;
        if raised.is_empty() {
            return Ok(());
        }
        let named = raised.iter().map(|(header, raw)| (header.subject, raw));
        let directory = Directory::load(&self.session, named).await?;
        let rows: HashSet<i64> = raised.iter().flat_map(|(_, raw)| raw.evidence.iter().map(|e| e.row_id)).collect();
        let links = inferred_links(&self.session, &rows).await?;
        drop(rows);
        let inside = |finding: &Finding| self.region.is_none_or(|r| region::contains(r, &finding.region_code));
        let mut findings: Vec<Finding> = raised
            .into_par_iter()
            .map(|(header, raw)| Finding::new(header, raw, &directory, &links))
            .filter(inside)
            .collect();
        drop(directory);
        findings.par_sort_by(|a, b| {
            (&a.rule_id, &a.region_code, &a.subject_key, &a.finding_id).cmp(&(
                &b.rule_id,
                &b.region_code,
                &b.subject_key,
                &b.finding_id,
            ))
        });
        apply(&mut findings, self.dispositions);
        self.probabilities.give(&mut findings);
        for finding in &findings {
            self.by_rule.entry(finding.rule_id.clone()).or_default().add(finding.status);
            self.by_typology.entry(finding.typology.clone()).or_default().add(finding.status);
            self.leads.add(finding);
        }
        for chunk in findings.chunks(CHUNK) {
            self.findings.write(findings_batch(chunk).map_err(FlagError::from)?)?;
        }
        for findings in by_evidence(&findings) {
            let refs: Vec<(usize, EvidenceRef)> =
                findings.iter().enumerate().flat_map(|(i, f)| f.evidence.iter().map(move |row| (i, *row))).collect();
            for chunk in evidence_rows(self.snapshot, &refs, &links)?.chunks(CHUNK) {
                let batch = evidence_batch(chunk, |finding| &findings[finding].finding_id);
                self.evidence.write(batch.map_err(FlagError::from)?)?;
            }
        }
        Ok(())
    }
}

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
