//! What people said: dispositions of findings and what they say of the rules, decisions on who is who.
//!
//! # Layout
//!
//! | file | what it does |
//! |---|---|
//! | `disposition.rs` | one disposition, and the CSV in which they come |
//! | `store.rs` | what a data folder keeps of both |
//! | `identity_decision.rs` | whom a faulty reference means or does not, as stewards decided |
//! | `sheet.rs` | a CSV that people filled in |
//! | `apply.rs` | findings that people have looked at, marked |
//! | `lookup.rs` | findings of finished audits by their ids |
//! | `evidence.rs` | per rule and region: raised, confirmed, dismissed, and the precision that follows |

mod apply;
mod disposition;
mod evidence;
mod identity_decision;
mod lookup;
mod sheet;
mod store;

use std::path::PathBuf;

pub use apply::apply;
pub use disposition::{Disposition, Outcome, Recorded, SURE};
pub use evidence::{Advice, Posterior, RuleEvidence, evidence};
pub use identity_decision::{DecidedFile, IdentityDecision, Same};
pub use lookup::{Known, find, read};
pub use store::{AllSaid, Dispositions, IdentityDecisions, Said};

/// What can be wrong with dispositions and decisions.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row of a CSV, or the file as a whole, does not say what it should.
    #[error("{file}: {message}")]
    File {
        /// The file.
        file: String,
        /// What is wrong, with row and column, and what to do.
        message: String,
    },
    /// The store or an audit's table is not what this program wrote.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How.
        reason: String,
    },
}
