//! Leads: the open findings that one reviewer takes up together.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use sha2::{Digest, Sha256};

use crate::contract::{Queue, SubjectKind};
use crate::model::calibration::{Suspicion, together};
use crate::model::spec;
use crate::query::library::{EvidenceRole, FINDING_TABLE, Header};
use crate::snapshot::{Manifest, file_no};

use super::finding::{Status, sixth};
use super::{Finding, Money};

/// What a reviewer takes up.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// Stable: queue and subject.
    pub lead_id: String,
    /// Queue.
    pub queue: Queue,
    /// Household, official, account, institution, village or region; a person or a terminal that belongs to none of them.
    pub subject_kind: SubjectKind,
    /// The source's own number of the subject.
    pub subject_key: String,
    /// Where it belongs.
    pub region_code: String,
    /// That at least one of its findings holds, those that rest on one row or one rule counting once. What a family was
    /// paid, and who belongs to it, tells of what every finding of it costs, and makes none depend on another. A model
    /// looks at what the rules look at, and a rule that follows others at what they found: they stand alone or not at
    /// all, and never make others likelier.
    pub probability: f64,
    /// Money at issue in fen, each payment counted once.
    pub amount_fen: i64,
    /// The highest among its findings.
    pub severity: u8,
    /// How many findings it gathers.
    pub findings: u64,
    /// Their codes, sorted.
    pub typologies: Vec<String>,
    /// Why what raised some of them should not be trusted on this data; mostly nothing.
    pub warning: String,
}

#[derive(Debug, Default)]
struct Gathered {
    region_code: String,
    suspicions: Vec<Suspicion>,
    /// Of the findings of models and of rules that follow others, the likeliest.
    derived: f64,
    money: Money,
    severity: u8,
    findings: u64,
    typologies: BTreeSet<String>,
    warnings: BTreeSet<String>,
}

/// Tables whose rows say of whom, and of what money, a finding is; what is suspected rests on others.
const CARRIERS: [&str; 4] = ["payment", "household", "household_member", "standard"];

/// Gathers findings as they come.
#[derive(Debug, Default)]
pub struct Leads {
    gathered: BTreeMap<(Queue, SubjectKind, String), Gathered>,
    /// Files of the snapshot that hold [`CARRIERS`].
    carriers: HashSet<u32>,
    /// Rules that follow others.
    derived: BTreeSet<String>,
}

/// What of a finding decides who takes it up.
#[derive(Debug, Clone, Copy)]
pub struct LeadParts<'a> {
    /// Queue.
    pub queue: Queue,
    /// What the finding is about.
    pub subject_kind: SubjectKind,
    /// Its number.
    pub subject_key: &'a str,
    /// Household number, or nothing.
    pub household_no: &'a str,
    /// Official's number, or nothing.
    pub official_no: &'a str,
    /// Where it belongs.
    pub region_code: &'a str,
}

impl<'a> LeadParts<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            queue: finding.queue,
            subject_kind: finding.subject_kind,
            subject_key: &finding.subject_key,
            household_no: &finding.household_no,
            official_no: &finding.official_no,
            region_code: &finding.region_code,
        }
    }

    /// Who takes it up: the household where there is one and the finding is not about an account, an
    /// official or an institution that several households share; then an official who is named; else what it is
    /// about itself. A person without an assisted household is a lead of that person, and never of the village.
    fn subject(&self) -> (SubjectKind, &'a str) {
        match self.subject_kind {
            SubjectKind::Official
            | SubjectKind::Account
            | SubjectKind::Institution
            | SubjectKind::Village
            | SubjectKind::Region => (self.subject_kind, self.subject_key),
            _ if !self.household_no.is_empty() => (SubjectKind::Household, self.household_no),
            _ if !self.official_no.is_empty() => (SubjectKind::Official, self.official_no),
            _ => (self.subject_kind, self.subject_key),
        }
    }

    /// The id of the lead that an open finding with these parts belongs to.
    pub fn lead_id(&self) -> String {
        let (kind, key) = self.subject();
        id(self.queue, kind, key)
    }
}

impl Leads {
    /// None yet, of findings over a snapshot.
    pub fn over(manifest: &Manifest) -> Self {
        let carries = manifest.sources.iter().filter(|source| CARRIERS.contains(&source.table.as_str()));
        Self { carriers: carries.map(|source| source.file_no).collect(), ..Self::default() }
    }

    /// Is told of a rule before its findings come.
    pub fn expect(&mut self, rule: &Header) {
        if rule.reads.iter().any(|table| table == FINDING_TABLE) {
            self.derived.insert(rule.id.clone());
        }
    }

    /// The rows that a suspicion rests on; where there are none but those of what was paid, these.
    fn ground(&self, finding: &Finding) -> Vec<i64> {
        let rows = || finding.evidence.iter().filter(|row| row.role == EvidenceRole::For).map(|row| row.row_id);
        let ground: Vec<i64> = rows().filter(|row| !self.carriers.contains(&file_no(*row))).collect();
        if ground.is_empty() { rows().collect() } else { ground }
    }

    /// Takes a finding in; exempted ones raise nothing.
    pub fn add(&mut self, finding: &Finding) {
        if finding.status != Status::Open {
            return;
        }
        let (kind, key) = LeadParts::of(finding).subject();
        let derived = self.derived.contains(&finding.rule_id) || spec::headers().contains_key(&finding.rule_id);
        let suspicion = (!derived).then(|| Suspicion {
            probability: finding.probability,
            rule: finding.rule_id.clone(),
            rows: self.ground(finding),
        });
        let lead = self.gathered.entry((finding.queue, kind, key.to_owned())).or_default();
        if lead.region_code.is_empty() {
            lead.region_code.clone_from(&finding.region_code);
        }
        match suspicion {
            Some(suspicion) => lead.suspicions.push(suspicion),
            None => lead.derived = lead.derived.max(finding.probability),
        }
        if derived {
            // What it says of money without an award is in the lead by the finding that it follows.
            lead.money.unite_awards(&finding.money);
        } else {
            lead.money.unite(&finding.money);
        }
        lead.severity = lead.severity.max(finding.severity);
        lead.findings += 1;
        lead.typologies.insert(finding.typology.clone());
        if !finding.warning.is_empty() {
            lead.warnings.insert(format!("{}: {}", finding.typology, finding.warning));
        }
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
                probability: sixth(together(&lead.suspicions).max(lead.derived)),
                amount_fen: lead.money.total(),
                severity: lead.severity,
                findings: lead.findings,
                typologies: lead.typologies.into_iter().collect(),
                warning: lead.warnings.into_iter().collect::<Vec<_>>().join(" "),
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
