//! What a delivery takes in, and what it leaves standing of the snapshot it builds on.

use std::collections::BTreeSet;

use crate::contract::{Table, contract};
use crate::intake::{Mapping, Note, Opened, Source, discover, open};
use crate::snapshot::{Snapshot, SourceEntry};

use super::{ImportError, ImportRequest};

/// A file that is read.
#[derive(Debug)]
pub struct Taken {
    /// The file.
    pub source: Source,
    /// Its table.
    pub table: &'static Table,
    /// Its number in this snapshot.
    pub file_no: u32,
}

/// A delivery, planned.
#[derive(Debug)]
pub struct Delivery {
    /// The snapshot it builds on.
    pub base: Option<Snapshot>,
    /// Files of that snapshot that stay.
    pub kept: Vec<SourceEntry>,
    /// Files that are read.
    pub taken: Vec<Taken>,
    /// What is worth telling about the files.
    pub notes: Vec<Note>,
}

impl Delivery {
    /// Opens the delivered files and decides table by table. A file that was delivered before, byte for
    /// byte and read in the same way, is not read again.
    pub fn plan(request: &ImportRequest, mapping: &Mapping, base: Option<Snapshot>) -> Result<Self, ImportError> {
        for name in request.replace.iter().chain(&request.append) {
            contract().table(name).ok_or_else(|| ImportError::UnknownTable(name.clone()))?;
        }
        let files = discover(&request.paths)?;
        let Opened { mut sources, notes } = open(&files, mapping)?;
        let former: Vec<SourceEntry> = base.as_ref().map(|b| b.manifest.sources.clone()).unwrap_or_default();
        let mut kept = Vec::new();
        for table in &contract().tables {
            let here: Vec<usize> = (0..sources.len()).filter(|i| sources[*i].table().name == table.name).collect();
            let before: Vec<&SourceEntry> = former.iter().filter(|entry| entry.table == table.name).collect();
            let known = |i: &usize| before.iter().any(|entry| entry.source == sources[*i].summary());
            let appends =
                request.append.contains(&table.name) || (table.grows() && !request.replace.contains(&table.name));
            let unchanged = here.len() == before.len() && here.iter().all(known);
            if here.is_empty() || unchanged || appends {
                let known: BTreeSet<usize> = here.iter().copied().filter(|i| known(i)).collect();
                kept.extend(before.into_iter().cloned());
                let mut i = 0;
                sources.retain(|_| {
                    i += 1;
                    !known.contains(&(i - 1))
                });
            }
        }
        let first = former.iter().map(|entry| entry.file_no).max().unwrap_or(0) + 1;
        let taken: Vec<Taken> = sources
            .into_iter()
            .zip(first..)
            .map(|(source, file_no)| Taken { table: source.table(), source, file_no })
            .collect();
        let present: BTreeSet<&str> =
            kept.iter().map(|entry| entry.table.as_str()).chain(taken.iter().map(|t| t.table.name.as_str())).collect();
        let missing: Vec<String> = contract()
            .tables
            .iter()
            .filter(|t| t.required && !present.contains(t.name.as_str()))
            .map(|t| format!("{} ({})", t.name, t.names_zh.join("、")))
            .collect();
        if missing.is_empty() {
            Ok(Self { base, kept, taken, notes })
        } else {
            Err(ImportError::MissingTables(missing))
        }
    }
}
