//! Work that takes long, the same for the command line and the server: staged, watched, cancellable.

mod audit;
mod dispositions;
mod identity;
mod import;
mod models;
mod plan;
mod progress;
mod ranking;
mod reliability;
mod steward;
mod stored;

pub use audit::{Audit, AuditError, AuditManifest, AuditRequest, audit, audits, explain, header, is_typology, window};
pub use dispositions::{RecordError, Taken, record, rule_evidence};
pub use identity::{ExplainError, Explained, LinkQuestion, StoredLink, explain_link};
pub use import::{ImportError, ImportOutcome, ImportRequest, import, reconciliation};
pub use models::{ModelRun, ModelRunError, card, evaluate, model, run_model};
pub use plan::{VisitPlan, Waiting, visit_plan};
pub use progress::{Observer, Unobserved};
pub use ranking::shadow;
pub use reliability::{Calibration, calibration};
pub use steward::{Offer, StewardError, decide, offers};
