//! Findings: what rules raise, said in words, with the rows for and against, the exemptions that apply,
//! the amount with the lawful share taken off, and a probability.
//!
//! # Layout
//!
//! | file | what it does |
//! |---|---|
//! | `assemble.rs` | rows of a rule → one [`RawFinding`] a subject, case and exemption |
//! | `money.rs` | amounts by award and month, and how those of several findings come together |
//! | `reason.rs` | reason texts with their values |
//! | `directory.rs` | dense keys → the sources' own numbers, names and places |
//! | `finding.rs` | a finding in the contract's columns, with its stable id |
//! | `found.rs` | what rules found, for rules that follow them |
//! | `evidence.rs` | the rows of the source that a finding rests on, as they stood |
//! | `leads.rs` | findings that one reviewer takes up together |
//! | `coverage.rs` | what ran, what could not, and why |
//! | `output.rs` | the four tables as CSV and Parquet |

mod assemble;
mod coverage;
mod directory;
mod evidence;
mod finding;
mod found;
mod leads;
mod money;
mod output;
mod reason;

pub use assemble::{EvidenceRef, RawFinding, Subject, assemble};
pub use coverage::{Coverage, Outcome};
pub use directory::Directory;
pub use evidence::{EvidenceRow, evidence_rows, inferred_links};
pub use finding::{Finding, Links, Status, finding_id};
pub use found::found_rows;
pub use leads::{Lead, LeadParts, Leads};
pub use money::{Money, Whose};
pub use output::{
    Output, coverage_batch, coverage_schema, evidence_batch, evidence_schema, findings_batch, findings_schema,
    leads_batch, leads_schema,
};

/// What can go wrong between a rule's rows and the finished tables.
#[derive(Debug, thiserror::Error)]
pub enum FlagError {
    /// A batch is not what the rule promised.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// The engine failed.
    #[error(transparent)]
    Query(#[from] crate::query::QueryError),
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] crate::snapshot::SnapshotError),
    /// An output file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl From<datafusion::error::DataFusionError> for FlagError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        Self::Query(crate::query::QueryError::engine(error))
    }
}
