//! SQL over a snapshot: scalar functions, views, the rule library and its runner.
//!
//! Only this room plans SQL. A rule is one SQL file ([`library`]); what it may call beyond the
//! engine's own functions is in [`functions`]; what a county sets itself is in [`LocalRules`].

pub mod functions;
pub mod library;
mod local_rules;

pub use local_rules::{LocalRuleError, LocalRules, ParameterKind};
