//! Rows as they stood in the delivered files, cell by cell, from a snapshot's archive.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::snapshot::{ArchiveIndex, ArchiveReader, Snapshot, SnapshotError, SourceRow};

/// A row that is asked for: table, delivered file, row number.
pub type Asked<'a> = (&'a str, &'a str, u64);

/// The delivered rows of a snapshot. Where a file's rows lie is read once.
#[derive(Debug)]
pub struct SourceRows {
    snapshot: Snapshot,
    indexes: Mutex<HashMap<u32, Arc<ArchiveIndex>>>,
}

impl SourceRows {
    /// Of a snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self { snapshot, indexes: Mutex::default() }
    }

    /// The rows that the archive still has. What it lacks is left out: the text of the evidence stays.
    pub fn cells<'a>(&self, asked: impl Iterator<Item = Asked<'a>>) -> HashMap<Asked<'a>, SourceRow> {
        let mut by_file: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
        for (table, file, row) in asked {
            by_file.entry((table, file)).or_default().insert(row);
        }
        let mut found = HashMap::new();
        for ((table, file), rows) in by_file {
            let sources = &self.snapshot.manifest.sources;
            let Some(source) = sources.iter().find(|s| s.table == table && s.source.name == file) else { continue };
            let rows: Vec<u64> = rows.into_iter().collect();
            match self.archive(source.file_no).and_then(|mut archive| archive.rows(&rows)) {
                Ok(read) => found.extend(read.into_iter().map(|row| ((table, file, row.row_number), row))),
                Err(error) => {
                    tracing::warn!(target: "mingjing::http", error = %error, "the archive of a source is damaged")
                }
            }
        }
        found
    }

    fn archive(&self, file_no: u32) -> Result<ArchiveReader, SnapshotError> {
        let folder = self.snapshot.archive_dir();
        let known = self.indexes.lock().unwrap_or_else(PoisonError::into_inner).get(&file_no).cloned();
        let index = match known {
            Some(index) => index,
            None => {
                let index = Arc::new(ArchiveIndex::open(&folder, file_no)?);
                let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(indexes.entry(file_no).or_insert(index))
            }
        };
        ArchiveReader::with_index(&folder, file_no, index)
    }
}
