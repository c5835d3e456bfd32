//! Rows as they stood in the delivered files, cell by cell, from a snapshot's archive.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::snapshot::{ArchiveReader, Snapshot, SourceRow};

/// A row that is asked for: table, delivered file, row number.
pub type Asked<'a> = (&'a str, &'a str, u64);

/// The rows that the archive still has. What it lacks is left out: the text of the evidence stays.
pub fn cells<'a>(snapshot: &Snapshot, asked: impl Iterator<Item = Asked<'a>>) -> HashMap<Asked<'a>, SourceRow> {
    let mut by_file: BTreeMap<(&str, &str), BTreeSet<u64>> = BTreeMap::new();
    for (table, file, row) in asked {
        by_file.entry((table, file)).or_default().insert(row);
    }
    let archive = snapshot.archive_dir();
    let mut found = HashMap::new();
    for ((table, file), rows) in by_file {
        let entry = snapshot.manifest.sources.iter().find(|s| s.table == table && s.source.name == file);
        let Some(entry) = entry else { continue };
        let rows: Vec<u64> = rows.into_iter().collect();
        match ArchiveReader::open(&archive, entry.file_no).and_then(|mut reader| reader.rows(&rows)) {
            Ok(read) => found.extend(read.into_iter().map(|row| ((table, file, row.row_number), row))),
            Err(error) => {
                tracing::warn!(target: "mingjing::http", error = %error, "the archive of a source is damaged")
            }
        }
    }
    found
}
