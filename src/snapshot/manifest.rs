use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::CONTRACT_VERSION;
use crate::intake::{Profile, SourceSummary};

const ROW_BITS: u32 = 40;

/// The provenance of a row as one number: which file of the manifest, which row of it.
pub fn row_id(file_no: u32, row_number: u64) -> i64 {
    (i64::from(file_no) << ROW_BITS) | row_number as i64
}

/// The file number of a `row_id`.
pub fn file_no(row_id: i64) -> u32 {
    (row_id >> ROW_BITS) as u32
}

/// The row of a `row_id`, as a spreadsheet counts: the header is row 1.
pub fn row_number(row_id: i64) -> u64 {
    (row_id & ((1 << ROW_BITS) - 1)) as u64
}

/// One delivered file (or sheet) and what became of its rows:
/// `read = accepted + duplicate + quarantined`, always.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// Number of the file in `row_id`.
    pub file_no: u32,
    /// What was read: name, sheet, format, columns.
    pub source: SourceSummary,
    /// Contract table.
    pub table: String,
    /// Rows read, blank lines apart.
    pub read: u64,
    /// Rows that stand in the snapshot.
    pub accepted: u64,
    /// Rows that say again what an earlier row said.
    pub duplicate: u64,
    /// Rows set aside with a reason.
    pub quarantined: u64,
    /// Blank lines.
    pub blank: u64,
    /// Quality of its cells.
    pub profile: Profile,
}

/// One stored table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// File name in the snapshot folder.
    pub file: String,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// How the references to persons were resolved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentitySummary {
    /// Distinct persons.
    pub persons: u64,
    /// Of them in the household-register extract.
    pub registered: u64,
    /// References that were not plainly valid, by table and method
    /// (`repaired_digit`, `repaired_swap`, `linked`, `confirmed` by a steward, `unresolved`, and of these
    /// `offered` to a steward).
    pub inferred: BTreeMap<String, BTreeMap<String, u64>>,
    /// Links by method and by lower end of their probability, in thousandths.
    #[serde(default)]
    pub links: BTreeMap<String, BTreeMap<u32, u64>>,
    /// Name of the linkage that made them.
    #[serde(default)]
    pub linkage: String,
    /// Sum of the probabilities of links, and of those offered, in thousandths: what precision and recall
    /// of the inferred links are expected to be follows from them.
    #[serde(default)]
    pub expected: (u64, u64),
    /// References that name no row of the table they refer to, by `table.column`.
    pub dangling: BTreeMap<String, u64>,
}

/// What a snapshot is made of. Everything but `created_at` follows from the delivered bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Content hash: the snapshot's name.
    pub id: String,
    /// Version of the case-data contract.
    pub contract_version: String,
    /// Version of the program that wrote it.
    pub program_version: String,
    /// When it was written (UTC, RFC 3339); no part of the hash.
    pub created_at: String,
    /// The snapshot this one was built on.
    pub based_on: Option<String>,
    /// Delivered files, by file number.
    pub sources: Vec<SourceEntry>,
    /// Stored tables by name.
    pub tables: BTreeMap<String, TableEntry>,
    /// Identity resolution.
    pub identity: IdentitySummary,
}

impl Manifest {
    /// Where a row stands in what was delivered: the file, and the row as a spreadsheet counts.
    pub fn place(&self, row_id: i64) -> Option<(&SourceEntry, u64)> {
        let number = file_no(row_id);
        self.sources.iter().find(|source| source.file_no == number).map(|source| (source, row_number(row_id)))
    }

    /// The content hash over the stored tables and the delivered files, independent of the time and of
    /// the way the snapshot came about.
    pub fn content_id(tables: &BTreeMap<String, TableEntry>, sources: &[SourceEntry]) -> String {
        let mut hash = Sha256::new();
        hash.update(CONTRACT_VERSION);
        for (name, table) in tables {
            hash.update(format!("\ntable {name} {} {}", table.rows, table.sha256));
        }
        for source in sources {
            hash.update(format!("\nsource {} {} {}", source.file_no, source.source.name, source.source.sha256));
        }
        hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
    }

    /// Whether a name has the form of a content hash.
    pub fn is_id(name: &str) -> bool {
        name.len() == 16 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// Columns of the contract that hold something in at least one row, as `table.column`; all those of a file
    /// without rows.
    pub fn filled_columns(&self) -> impl Iterator<Item = String> {
        self.sources.iter().flat_map(|source| {
            let rows = source.profile.rows;
            let filled = source.profile.columns.iter().filter(move |(_, column)| column.missing < rows || rows == 0);
            filled.map(|(name, _)| format!("{}.{name}", source.table))
        })
    }

    /// Columns of the contract that a delivered file has, filled or not, as `table.column`.
    pub fn delivered_columns(&self) -> impl Iterator<Item = String> {
        let columns = |source: &'_ SourceEntry| -> Vec<String> {
            source.source.columns.keys().map(|name| format!("{}.{name}", source.table)).collect()
        };
        self.sources.iter().flat_map(columns)
    }

    /// Whether rows of that contract table were handed over.
    pub fn has_table(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }
}
