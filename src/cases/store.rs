use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{CaseError, Disposition};
use crate::snapshot::DataDir;

/// The dispositions of a data folder, a line of JSON each. They outlive snapshots and audits, so they
/// name findings by ids made of the sources' own numbers.
#[derive(Debug, Clone, Default)]
pub struct Dispositions {
    all: BTreeSet<Disposition>,
}

fn path(data: &DataDir) -> PathBuf {
    data.root().join("dispositions.jsonl")
}

/// What a file holds, a line of JSON each; nothing where there is none.
pub(super) fn read_lines<T: DeserializeOwned + Ord>(path: &Path) -> Result<BTreeSet<T>, CaseError> {
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
pub(super) fn write_lines<T: Serialize>(data: &DataDir, path: &Path, all: &BTreeSet<T>) -> Result<(), CaseError> {
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

impl Dispositions {
    /// Reads those of a data folder; none where nobody recorded any.
    pub fn load(data: &DataDir) -> Result<Self, CaseError> {
        Ok(Self { all: read_lines(&path(data))? })
    }

    /// Adds some; one recorded before counts once. Returns how many are new.
    pub fn add(&mut self, more: impl IntoIterator<Item = Disposition>) -> usize {
        let before = self.all.len();
        self.all.extend(more);
        self.all.len() - before
    }

    /// Writes them beside, then in place.
    pub fn save(&self, data: &DataDir) -> Result<(), CaseError> {
        write_lines(data, &path(data), &self.all)
    }

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
