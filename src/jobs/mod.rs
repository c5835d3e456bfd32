//! Work that takes long, the same for the command line and the server: staged, watched, cancellable.

mod audit;
mod dispositions;
mod identity;
mod import;
mod progress;

pub use audit::{Audit, AuditError, AuditManifest, AuditRequest, audit, audits, explain, window};
pub use dispositions::{RecordError, Taken, record, rule_evidence};
pub use identity::{ExplainError, LinkQuestion, explain_link};
pub use import::{ImportError, ImportOutcome, ImportRequest, import, reconciliation};
pub use progress::{Observer, Unobserved};
