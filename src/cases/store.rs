use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{CaseError, Disposition, IdentityDecision};
use crate::snapshot::DataDir;

/// What people said that a data folder keeps.
pub trait Said: Ord + Serialize + DeserializeOwned {
    /// The file that keeps it, in the data folder.
    const FILE: &'static str;
}

impl Said for Disposition {
    const FILE: &'static str = "dispositions.jsonl";
}

impl Said for IdentityDecision {
    const FILE: &'static str = "identity_decisions.jsonl";
}

/// All that people said of a kind, a line of JSON each, in order. It outlives snapshots and audits, so it names what
/// it is about by the sources' own numbers.
#[derive(Debug, Clone)]
pub struct AllSaid<T> {
    all: BTreeSet<T>,
}

/// The dispositions of a data folder.
pub type Dispositions = AllSaid<Disposition>;
/// What stewards decided, of a data folder.
pub type IdentityDecisions = AllSaid<IdentityDecision>;

/// What a file holds, a line of JSON each; nothing where there is none.
fn read_lines<T: DeserializeOwned + Ord>(path: &Path) -> Result<BTreeSet<T>, CaseError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(source) => return Err(CaseError::Io { path: path.to_owned(), source }),
    };
    let read = |line: &str| {
        serde_json::from_str(line).map_err(|e| CaseError::Damaged { path: path.to_owned(), reason: e.to_string() })
    };
    text.lines().map(read).collect()
}

/// Writes a line of JSON each: beside, then in place.
fn write_lines<T: Serialize>(data: &DataDir, path: &Path, all: &BTreeSet<T>) -> Result<(), CaseError> {
    let io = |source| CaseError::Io { path: path.to_owned(), source };
    let mut file = tempfile::NamedTempFile::new_in(data.root()).map_err(io)?;
    for one in all {
        let line = serde_json::to_string(one)
            .map_err(|e| CaseError::Damaged { path: path.to_owned(), reason: e.to_string() })?;
        writeln!(file, "{line}").map_err(io)?;
    }
    file.as_file().sync_all().map_err(io)?;
    file.persist(path).map_err(|e| io(e.error))?;
    Ok(())
}

impl<T: Said> AllSaid<T> {
    /// Reads what a data folder keeps; nothing where nobody said any.
    pub fn load(data: &DataDir) -> Result<Self, CaseError> {
        Ok(Self { all: read_lines(&data.root().join(T::FILE))? })
    }

    /// Adds some; one recorded before counts once. Returns how many are new.
    pub fn add(&mut self, more: impl IntoIterator<Item = T>) -> usize {
        let before = self.all.len();
        self.all.extend(more);
        self.all.len() - before
    }

    /// Writes them beside, then in place.
    pub fn save(&self, data: &DataDir) -> Result<(), CaseError> {
        write_lines(data, &data.root().join(T::FILE), &self.all)
    }
}

impl<T> Default for AllSaid<T> {
    fn default() -> Self {
        Self { all: BTreeSet::new() }
    }
}

impl Dispositions {
    /// All of them, by finding and day.
    pub fn iter(&self) -> impl Iterator<Item = &Disposition> {
        self.all.iter()
    }

    /// What stands of each finding: the latest.
    pub fn standing(&self) -> BTreeMap<&str, &Disposition> {
        // In order of finding and day, a later one takes the place of an earlier.
        self.all.iter().map(|d| (d.finding_id.as_str(), d)).collect()
    }

    /// Name of the whole, a part of the name of an audit; empty where there are none.
    pub fn name(&self) -> String {
        if self.all.is_empty() {
            return String::new();
        }
        let mut hash = Sha256::new();
        for d in &self.all {
            hash.update(format!(
                "{}\0{}\0{}\0{}\0{}\0{}\n",
                d.finding_id,
                d.decided_on,
                d.outcome.as_str(),
                d.reason,
                d.facts,
                d.likely_ppm
            ));
        }
        hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
    }
}

impl IdentityDecisions {
    /// What stands of each pair: the latest.
    pub fn standing(&self) -> impl Iterator<Item = &IdentityDecision> {
        // In order of pair and day, a later one takes the place of an earlier.
        let pair = |d: &'_ IdentityDecision| (d.number.clone(), d.name.clone(), d.person.clone());
        let latest: BTreeMap<_, _> = self.all.iter().map(|d| (pair(d), d)).collect();
        latest.into_values()
    }
}
