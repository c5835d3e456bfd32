use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;

/// What can go wrong in a linkage, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum LinkageError {
    /// The spec is wrong: its author can mend it.
    #[error("{path}: {at}: {reason}")]
    Spec {
        /// The file.
        path: PathBuf,
        /// Key within it.
        at: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// A file cannot be read as the spec says.
    #[error("{path}: {reason}")]
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data does not allow what was asked.
    #[error("{0}")]
    Data(String),
    /// The engine failed on an expression that was fine.
    #[error("{0}")]
    Engine(String),
}

impl LinkageError {
    pub(super) fn io(path: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }

    pub(super) fn input(path: &Path, reason: impl ToString) -> Self {
        Self::Input { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl From<ArrowError> for LinkageError {
    fn from(error: ArrowError) -> Self {
        Self::Engine(error.to_string())
    }
}

impl From<DataFusionError> for LinkageError {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error.strip_backtrace().replace('\n', " "))
    }
}
