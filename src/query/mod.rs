//! SQL over a snapshot: engine, session, scalar functions, views, the rule library and its runner.
//!
//! Only this room plans SQL. A rule is one SQL file ([`library`]); what it may call beyond the
//! engine's own functions is in [`functions`]; what a county sets itself is in [`LocalRules`].

mod as_it_stood;
mod engine;
mod error;
pub mod functions;
mod guard;
mod kept;
mod keys;
pub mod library;
mod local_rules;
mod local_value;
mod session;
mod spill;
mod spreadsheet;
mod yielding;

pub use engine::{EngineOptions, engine, memory_pool};
pub use error::QueryError;
pub use guard::{PLANNING_STACK, ParameterValue, Parameters, plan_read_only};
pub use local_rules::{LocalRuleError, LocalRules, ParameterKind};
pub use session::{Ready, Session};
pub use spreadsheet::{safe_in_spreadsheet, spreadsheet_text};
