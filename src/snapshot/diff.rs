use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Manifest;

/// What changed in one table between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDiff {
    /// Rows before; `None` where the table was missing.
    pub rows_before: Option<u64>,
    /// Rows after; `None` where the table is missing.
    pub rows_after: Option<u64>,
    /// Whether the bytes differ.
    pub changed: bool,
}

/// What changed between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SnapshotDiff {
    /// Tables by name.
    pub tables: BTreeMap<String, TableDiff>,
    /// Delivered files that only the later one has.
    pub sources_added: Vec<String>,
    /// Delivered files that only the earlier one has.
    pub sources_removed: Vec<String>,
}

impl SnapshotDiff {
    /// Compares two manifests.
    pub fn between(before: &Manifest, after: &Manifest) -> Self {
        let names: BTreeSet<&String> = before.tables.keys().chain(after.tables.keys()).collect();
        let tables = names
            .into_iter()
            .map(|name| {
                let (old, new) = (before.tables.get(name), after.tables.get(name));
                let diff = TableDiff {
                    rows_before: old.map(|t| t.rows),
                    rows_after: new.map(|t| t.rows),
                    changed: old.map(|t| &t.sha256) != new.map(|t| &t.sha256),
                };
                (name.clone(), diff)
            })
            .collect();
        let files = |m: &Manifest| -> BTreeSet<String> {
            m.sources
                .iter()
                .map(|s| format!("{} ({})", s.source.name, &s.source.sha256[..12.min(s.source.sha256.len())]))
                .collect()
        };
        let (old, new) = (files(before), files(after));
        Self {
            tables,
            sources_added: new.difference(&old).cloned().collect(),
            sources_removed: old.difference(&new).cloned().collect(),
        }
    }
}
