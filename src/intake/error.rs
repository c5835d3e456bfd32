//! What can go wrong before rows are parsed. Faults of single rows are no errors: they are
//! [`Rejected`](super::Rejected).

use std::fmt;
use std::path::{Path, PathBuf};

/// Why files cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The mapping file is not what it must be.
    #[error("mapping {file}: {message}")]
    Mapping {
        /// The mapping file.
        file: String,
        /// Where and what.
        message: String,
    },
    /// Files that cannot be understood, all of them in one report.
    #[error("{}", report(.0))]
    Refused(Vec<Problem>),
    /// A file turned out to be damaged while it was read.
    #[error("{file}{}: {message}", row.map(|row| format!(", row {row}")).unwrap_or_default())]
    Damaged {
        /// Display name of the source.
        file: String,
        /// Row in which the damage shows.
        row: Option<u64>,
        /// What is wrong and what to do.
        message: String,
    },
    /// The receiver of the rows asked to stop.
    #[error("reading was stopped")]
    Stopped,
}

impl IntakeError {
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// One reason why a file cannot be understood, with the lines of the mapping that mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Display name of the file.
    pub file: String,
    /// Sheet and column, as a person counts them; empty where the whole file is meant.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// Lines to add to the mapping file; empty where none helps.
    pub mapping: Vec<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if !self.place.is_empty() {
            write!(f, ", {}", self.place)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.mapping.is_empty() {
            write!(f, "\n  add to the mapping:")?;
            for line in &self.mapping {
                write!(f, "\n    {line}")?;
            }
        }
        Ok(())
    }
}

fn report(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    match lines.as_slice() {
        [one] => one.clone(),
        many => format!("{} problems keep the files from being imported\n{}", many.len(), many.join("\n")),
    }
}

/// Something worth telling that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}
