//! What can go wrong before rows are parsed. Faults of single rows are no errors: they are
//! [`Rejected`](super::Rejected).

use std::collections::BTreeMap;
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
    /// Name of the sheet, in workbooks.
    pub sheet: Option<String>,
    /// Sheet and column, as a person counts them; empty where the whole file is meant.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// Lines to add to the entry of this file in the mapping; empty where none helps.
    pub remedy: Vec<Remedy>,
}

/// A line of a mapping entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// Directly in `[[file]]`.
    File(String),
    /// Under `[file.columns]`.
    Column(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if !self.place.is_empty() {
            write!(f, ", {}", self.place)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// All problems, then the mapping entries that mend them, one a file or sheet, ready to be copied.
fn report(problems: &[Problem]) -> String {
    let mut report = match problems {
        [one] => one.to_string(),
        many => {
            let lines: Vec<String> = many.iter().map(Problem::to_string).collect();
            format!("{} problems keep the files from being imported\n{}", many.len(), lines.join("\n"))
        }
    };
    let mut entries: BTreeMap<(&str, Option<&str>), Vec<&Remedy>> = BTreeMap::new();
    for problem in problems.iter().filter(|problem| !problem.remedy.is_empty()) {
        entries.entry((&problem.file, problem.sheet.as_deref())).or_default().extend(&problem.remedy);
    }
    if !entries.is_empty() {
        report.push_str("\nwhat the mapping file may say:");
    }
    for ((file, sheet), mut remedies) in entries {
        remedies.sort();
        report.push_str(&format!("\n  [[file]]\n  name = {}", quoted(file)));
        if let Some(sheet) = sheet {
            report.push_str(&format!("\n  sheet = {}", quoted(sheet)));
        }
        let mut in_columns = false;
        for remedy in remedies {
            let line = match remedy {
                Remedy::File(line) => line,
                Remedy::Column(line) => {
                    if !std::mem::replace(&mut in_columns, true) {
                        report.push_str("\n  [file.columns]");
                    }
                    line
                }
            };
            report.push_str(&format!("\n  {line}"));
        }
    }
    report
}

/// A TOML string.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Something worth telling that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}
