//! The ranking learnt from checked leads, in the shadow of the present one; and leads as it sees them.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::cases::{Disposition, Dispositions, Outcome, SURE, read};
use crate::flags::LeadParts;
use crate::model::calibration::{Example, Shadow};
use crate::snapshot::DataDir;

use super::RecordError;
use super::audit::audits;
use super::plan::{Waiting, leads};

/// Kinds of irregularity, by the letter of their codes.
const KINDS: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'M'];

/// What the ranking knows of a lead beside its probability: money, severity, how many irregularities and
/// of which kinds.
pub(super) fn features(lead: &Waiting) -> Vec<f64> {
    let c = &lead.candidate;
    let money = (1.0 + c.amount_fen.max(0) as f64 / 100.0).ln();
    let codes: Vec<&str> = lead.typologies.split('|').filter(|code| !code.is_empty()).collect();
    let kind = |letter: &char| f64::from(u8::from(codes.iter().any(|code| code.starts_with(*letter))));
    [money, f64::from(c.severity), codes.len() as f64].into_iter().chain(KINDS.iter().map(kind)).collect()
}

/// The open findings of each lead of an audit, by lead; leads of which somebody had looked at a finding, and
/// those with one that nobody had.
pub(super) struct Open {
    findings: BTreeMap<String, Vec<String>>,
    looked_at: BTreeSet<String>,
    unseen: BTreeSet<String>,
}

impl Open {
    /// Of the audit in that folder.
    pub(super) fn read(audit: &std::path::Path) -> Result<Self, RecordError> {
        let mut open = Self { findings: BTreeMap::new(), looked_at: BTreeSet::new(), unseen: BTreeSet::new() };
        let columns = [
            "finding_id",
            "queue",
            "subject_kind",
            "subject_key",
            "household_no",
            "official_no",
            "region_code",
            "status",
            "disposition",
        ];
        read(audit, columns, |[id, queue, kind, subject, household, official, region, status, disposition]| {
            let (Ok(queue), Ok(subject_kind), "open" | "dismissed") = (queue.parse(), kind.parse(), status) else {
                return;
            };
            let parts = LeadParts {
                queue,
                subject_kind,
                subject_key: subject,
                household_no: household,
                official_no: official,
                region_code: region,
            };
            let lead = parts.lead_id();
            if !disposition.is_empty() {
                open.looked_at.insert(lead.clone());
            }
            if status == "open" {
                if disposition.is_empty() {
                    open.unseen.insert(lead.clone());
                }
                open.findings.entry(lead).or_default().push(id.to_owned());
            }
        })?;
        Ok(open)
    }

    /// Whether a lead has a finding that nobody looked at.
    pub(super) fn waits(&self, lead: &str) -> bool {
        self.unseen.contains(lead)
    }
}

/// A lead as it stood in the latest audit before anybody looked at it, and what people found since.
pub(super) struct CheckedLead {
    /// The lead.
    pub(super) lead: Waiting,
    /// Whether any of its findings was confirmed.
    pub(super) confirmed: bool,
    /// Whether each of its open findings was looked at.
    pub(super) whole: bool,
    /// How likely it was to be checked.
    likely: f64,
}

/// The checked leads of a queue, or of all. What was found later is no part of a lead. Their order is that of a hash,
/// which says nothing of the outcome.
pub(super) fn checked_leads(data: &DataDir, queue: Option<&str>) -> Result<Vec<CheckedLead>, RecordError> {
    let dispositions = Dispositions::load(data)?;
    let standing = dispositions.standing();
    let mut checked: BTreeMap<[u8; 32], CheckedLead> = BTreeMap::new();
    for audit in audits(data)?.iter().rev() {
        let open = Open::read(&audit.path)?;
        for lead in leads(&audit.path.join("leads.parquet"), queue)? {
            let id = &lead.candidate.lead_id;
            let place: [u8; 32] = Sha256::digest(id).into();
            if checked.contains_key(&place) || open.looked_at.contains(id) {
                continue;
            }
            let findings: &[String] = open.findings.get(id).map_or(&[], Vec::as_slice);
            let found: Vec<&&Disposition> =
                findings.iter().filter_map(|finding| standing.get(finding.as_str())).collect();
            let Some(likely) = found.iter().map(|d| d.likely_ppm).min() else { continue };
            let (confirmed, whole) =
                (found.iter().any(|d| d.outcome == Outcome::Confirmed), found.len() == findings.len());
            let likely = f64::from(likely) / f64::from(SURE);
            checked.insert(place, CheckedLead { lead, confirmed, whole, likely });
        }
    }
    Ok(checked.into_values().collect())
}

/// Compares the learnt ranking with the present one on the checked leads of a queue.
pub fn shadow(data: &DataDir, queue: &str) -> Result<Shadow, RecordError> {
    let example = |checked: CheckedLead| Example {
        present: checked.lead.candidate.probability,
        features: features(&checked.lead),
        confirmed: checked.confirmed,
        likely: checked.likely,
    };
    Ok(Shadow::new(&checked_leads(data, Some(queue))?.into_iter().map(example).collect::<Vec<_>>()))
}
