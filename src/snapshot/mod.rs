//! Snapshots: immutable sets of Parquet tables, named by their content.
//!
//! A data folder looks like this:
//!
//! ```text
//! DATA/
//!   current                     the id of the snapshot in force
//!   import.lock                 held by the one import that may run
//!   audit.lock                  held by the one audit that may run, which writes there who it is
//!   staging/…                   an import at work; removed by the next one when left behind
//!   snapshots/<id>/manifest.json
//!   snapshots/<id>/<table>.parquet
//!   snapshots/<id>/source/<file>.rows.zst   the delivered rows as they stood, for evidence
//!   audits/<id>/…               a finished audit
//!   audits/.<id>/…              one at work; removed by the next one when left behind
//!   spill/…                     what running queries spill, each in a folder of its own
//! ```
//!
//! An import writes beside and renames: whatever moment it is killed at, the snapshot in force stays
//! whole. Nothing here knows a rule.

mod archive;
mod audit_area;
mod data_dir;
mod diff;
mod distinct;
mod layout;
mod manifest;
mod provenance;
mod table_writer;

use std::path::PathBuf;

pub use archive::{ArchiveIndex, ArchiveReader, ArchiveWriter, Frame, SourceRow};
pub use audit_area::{AuditLock, StagedAudit};
pub use data_dir::{DataDir, ImportLock, Snapshot};
pub use diff::{SnapshotDiff, TableDiff};
pub use distinct::{Distinct, DistinctRows};
pub use layout::{cluster_columns, sort_columns};
pub use manifest::{IdentitySummary, Manifest, SourceEntry, TableEntry, file_no, row_id, row_number};
pub use provenance::{
    DERIVED_TABLES, QuarantineWriter, Quarantined, derived_schema, identity_schema, issue_schema, quarantine_schema,
    source_file_batch, source_file_schema,
};
pub use table_writer::{ReadFor, TableWriter};

/// What can go wrong with a data folder or a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A manifest or archive that cannot be read.
    #[error("{path}: {reason}; the snapshot is damaged: remove it and import again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No such snapshot.
    #[error("no snapshot '{0}' in this data folder; `mingjing snapshots list` names them")]
    Unknown(String),
    /// No snapshot at all.
    #[error("the data folder {0} holds no snapshot yet; run `mingjing import` first")]
    Empty(PathBuf),
    /// Another import is at work.
    #[error("another import is writing to {0}; wait for it to end")]
    Busy(PathBuf),
    /// Another audit is at work; its process is named.
    #[error("another audit is at work in this data folder: {0}")]
    Audited(String),
    /// The snapshot in force cannot be removed.
    #[error("snapshot '{0}' is in force; import another one first, or remove the whole data folder")]
    InForce(String),
    /// A Parquet file could not be written or read.
    #[error("{path}: {source}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the Parquet library said.
        source: parquet::errors::ParquetError,
    },
}

/// Attaches a path to an I/O error.
pub(crate) fn at<T>(path: impl Into<PathBuf>, result: std::io::Result<T>) -> Result<T, SnapshotError> {
    result.map_err(|source| SnapshotError::Io { path: path.into(), source })
}
