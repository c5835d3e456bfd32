//! Leads: the open findings that one reviewer takes up together.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::contract::{Queue, SubjectKind};

use super::finding::Status;
use super::{Finding, Money};

/// What a reviewer takes up.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// Stable: queue and subject.
    pub lead_id: String,
    /// Queue.
    pub queue: Queue,
    /// Household, official, account, institution, village or region.
    pub subject_kind: SubjectKind,
    /// The source's own number of the subject.
    pub subject_key: String,
    /// Where it belongs.
    pub region_code: String,
    /// The highest among its findings: how far findings support each other is for the models to say.
    pub probability: f64,
    /// Money at issue in fen, each payment counted once.
    pub amount_fen: i64,
    /// The highest among its findings.
    pub severity: u8,
    /// How many findings it gathers.
    pub findings: u64,
    /// Their codes, sorted.
    pub typologies: Vec<String>,
}

#[derive(Debug, Default)]
struct Gathered {
    region_code: String,
    probability: f64,
    money: Money,
    severity: u8,
    findings: u64,
    typologies: BTreeSet<String>,
}

/// Gathers findings as they come.
#[derive(Debug, Default)]
pub struct Leads {
    gathered: BTreeMap<(Queue, SubjectKind, String), Gathered>,
}

/// Who takes a finding up: the household where there is one and the finding is not about an account,
/// an official or an institution that several households share.
fn subject(finding: &Finding) -> (SubjectKind, String) {
    match finding.subject_kind {
        SubjectKind::Official
        | SubjectKind::Account
        | SubjectKind::Institution
        | SubjectKind::Village
        | SubjectKind::Region => (finding.subject_kind, finding.subject_key.clone()),
        _ if !finding.household_no.is_empty() => (SubjectKind::Household, finding.household_no.clone()),
        _ if !finding.official_no.is_empty() => (SubjectKind::Official, finding.official_no.clone()),
        _ if finding.region_code.ends_with("000") => (SubjectKind::Region, finding.region_code.clone()),
        _ => (SubjectKind::Village, finding.region_code.clone()),
    }
}

impl Leads {
    /// Takes a finding in; exempted ones raise nothing.
    pub fn add(&mut self, finding: &Finding) {
        if finding.status != Status::Open {
            return;
        }
        let (kind, key) = subject(finding);
        let lead = self.gathered.entry((finding.queue, kind, key)).or_default();
        if lead.region_code.is_empty() {
            lead.region_code.clone_from(&finding.region_code);
        }
        lead.probability = lead.probability.max(finding.probability);
        lead.money.unite(&finding.money);
        lead.severity = lead.severity.max(finding.severity);
        lead.findings += 1;
        lead.typologies.insert(finding.typology.clone());
    }

    /// The leads: by queue, then the likeliest, largest first.
    pub fn finish(self) -> Vec<Lead> {
        let mut leads: Vec<Lead> = self
            .gathered
            .into_iter()
            .map(|((queue, subject_kind, subject_key), lead)| Lead {
                lead_id: id(queue, subject_kind, &subject_key),
                queue,
                subject_kind,
                subject_key,
                region_code: lead.region_code,
                probability: lead.probability,
                amount_fen: lead.money.total(),
                severity: lead.severity,
                findings: lead.findings,
                typologies: lead.typologies.into_iter().collect(),
            })
            .collect();
        leads.sort_by(|a, b| {
            (a.queue.cmp(&b.queue))
                .then(b.probability.total_cmp(&a.probability))
                .then(b.amount_fen.cmp(&a.amount_fen))
                .then_with(|| a.lead_id.cmp(&b.lead_id))
        });
        leads
    }
}

fn id(queue: Queue, kind: SubjectKind, subject: &str) -> String {
    let digest = Sha256::digest(format!("{queue}\0{kind}\0{subject}"));
    let digest: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("L-{digest}")
}
