//! What can go wrong with a graph that somebody hands over.

use std::path::{Path, PathBuf};

/// Why a graph cannot be read or an algorithm cannot run.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// The file system refused.
    #[error("{}: {fault}", path.display())]
    Io {
        /// File.
        path: PathBuf,
        /// What the system said.
        fault: std::io::Error,
    },
    /// A row that is no edge or vertex.
    #[error("{}, row {row}{}: {message}", path.display(), column.map(|c| format!(", column {c}")).unwrap_or_default())]
    Row {
        /// File.
        path: PathBuf,
        /// Row, the first being 1.
        row: usize,
        /// Column, the first being 1.
        column: Option<usize>,
        /// What is wrong and what to do.
        message: String,
    },
    /// A file that is no edge list.
    #[error("{}: {message}", path.display())]
    File {
        /// File.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// A parameter that the algorithm does not take, or not so.
    #[error("{0}")]
    Call(String),
}

impl GraphError {
    pub(super) fn io(path: &Path, fault: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), fault }
    }

    pub(super) fn row(path: &Path, row: usize, column: Option<usize>, message: impl Into<String>) -> Self {
        Self::Row { path: path.to_owned(), row, column, message: message.into() }
    }

    pub(super) fn file(path: &Path, message: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), message: message.into() }
    }
}
