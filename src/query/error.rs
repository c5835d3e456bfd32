use std::path::PathBuf;

use datafusion::error::DataFusionError;

use super::LocalRuleError;
use super::library::RuleError;

/// What can go wrong between SQL and rows.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The statement cannot be planned: its author can mend it.
    #[error("{0}")]
    Statement(String),
    /// The engine failed on a statement that was fine.
    #[error("{0}")]
    Engine(String),
    /// The memory limit does not suffice.
    #[error("the query needs more memory than it may use: {0}; narrow it, or raise --memory")]
    Memory(String),
    /// There is no room to spill.
    #[error("cannot use the spill folder {path}: {source}")]
    Spill {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A rule or view is wrong.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A local parameter is wrong.
    #[error(transparent)]
    LocalRule(#[from] LocalRuleError),
}

fn message(error: &DataFusionError) -> String {
    error.strip_backtrace().replace('\n', " ")
}

impl QueryError {
    /// Of a statement that was being planned.
    pub fn statement(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::Memory(message(&error)),
            _ => Self::Statement(message(&error)),
        }
    }

    /// Of a plan that was being run.
    pub fn engine(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::Memory(message(&error)),
            _ => Self::Engine(message(&error)),
        }
    }
}
