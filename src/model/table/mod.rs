//! Tables of numbers from files: CSV and Parquet in, scores out.

mod csv_file;
mod parquet_file;
mod write;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use ndarray::{Array2, ShapeBuilder};

pub use write::write_scores;

use super::count::robust_scale;

/// Why a table cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The system will not.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what its ending says.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// A cell is not a number.
    #[error("{}: row {row}, column '{column}': {message}", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// Row, the first after the header being 1.
        row: u64,
        /// Column.
        column: String,
        /// What is wrong, and what to do.
        message: String,
    },
}

/// Numbers by row and column, with what is known of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct NumericTable {
    /// Names of the columns (d).
    pub columns: Vec<String>,
    /// n × d, column after column.
    pub rows: Array2<f64>,
    /// Whether each row is known to be unlike the rest (n), where a column says so.
    pub labels: Option<Vec<bool>>,
    /// What of the file was taken for something else than a number to score though nobody said so.
    pub notes: Vec<String>,
}

/// The usual name of the column that says which rows are unlike the rest.
const LABEL: &str = "label";
/// Names, in any case, that such a column has in public sets, where it is the last one.
const LABELS: [&str; 6] = [LABEL, "y", "class", "outlier", "target", "is_anomaly"];
/// Names that pandas gives the index where it writes it among the columns.
const INDEX: [&str; 3] = ["", "Unnamed: 0", "__index_level_0__"];

/// What of a file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Column that says which rows are unlike the rest: 1 or true. Unless named, one called `label`, or the last
    /// one where it has another usual name of labels and holds both 0 and 1 and nothing else: it must not be scored with
    /// the rest.
    pub label: Option<String>,
    /// Columns that are left out.
    pub ignore: Vec<String>,
    /// What becomes of cells that are empty or say that a value is missing.
    pub missing: Missing,
}

/// What becomes of missing values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missing {
    /// They are an error, told with row and column.
    #[default]
    Refuse,
    /// The median of the column's other values stands for them, and a note says how many there are.
    Median,
}

impl FromStr for Missing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "refuse" => Ok(Self::Refuse),
            "median" => Ok(Self::Median),
            _ => Err(format!("'{text}' is neither refuse nor median")),
        }
    }
}

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Number,
    Label,
    /// A label by its name, if its values agree.
    LabelPerhaps,
    /// An index by its name, if its values count the rows.
    IndexPerhaps,
    Ignored,
}

impl Reading {
    /// Roles of the columns, which must all be there that are named.
    fn roles(&self, path: &Path, columns: &[String]) -> Result<Vec<Role>, TableError> {
        let mut named = self.label.iter().chain(&self.ignore);
        if let Some(missing) = named.find(|name| !columns.contains(name)) {
            let message = format!("there is no column '{missing}'; there are {}", columns.join(", "));
            return Err(TableError::File { path: path.to_owned(), message });
        }
        let label = self.label.as_deref().unwrap_or(LABEL);
        let guesses = self.label.is_none() && !columns.iter().any(|name| name == LABEL);
        let last = columns.len().saturating_sub(1);
        let role = |(j, name): (usize, &String)| {
            if self.ignore.contains(name) {
                Role::Ignored
            } else if name == label {
                Role::Label
            } else if guesses && j == last && LABELS.contains(&name.to_lowercase().as_str()) {
                Role::LabelPerhaps
            } else if (j == 0 || j == last) && INDEX.contains(&name.as_str()) {
                Role::IndexPerhaps
            } else {
                Role::Number
            }
        };
        Ok(columns.iter().enumerate().map(role).collect())
    }
}

impl NumericTable {
    /// Reads a file by its ending, `.csv` or `.parquet`.
    ///
    /// # Errors
    ///
    /// A cell that is no number, with its row and column, and one that is missing unless it is to be filled; a column
    /// that is not there.
    pub fn read(path: &Path, reading: &Reading) -> Result<Self, TableError> {
        match ending(path).as_str() {
            "csv" => csv_file::read(path, reading),
            "parquet" => parquet_file::read(path, reading),
            _ => Err(TableError::File {
                path: path.to_owned(),
                message: "the name must end in .csv or .parquet".to_owned(),
            }),
        }
    }

    /// Puts columns together.
    fn of_columns(
        path: &Path,
        reading: &Reading,
        columns: Vec<(String, Role, Vec<f64>)>,
        mut notes: Vec<String>,
    ) -> Result<Self, TableError> {
        // Columns that are ignored hold nothing.
        let n = columns.iter().map(|(_, _, values)| values.len()).max().unwrap_or(0);
        let (mut names, mut cells, mut labels) = (Vec::new(), Vec::new(), None);
        for (name, role, mut values) in columns {
            let (role, note) = settled(path, &name, role, &values, reading)?;
            notes.extend(note);
            match role {
                Role::Number | Role::LabelPerhaps | Role::IndexPerhaps => {
                    notes.extend(filled(path, &name, &mut values)?);
                    names.push(name);
                    if cells.is_empty() {
                        cells = values;
                    } else {
                        cells.append(&mut values);
                    }
                }
                Role::Label => labels = Some(values.into_iter().map(|v| v != 0.0).collect()),
                Role::Ignored => {}
            }
        }
        let wrong = |e: ndarray::ShapeError| TableError::File { path: path.to_owned(), message: e.to_string() };
        Ok(Self {
            rows: Array2::from_shape_vec((n, names.len()).f(), cells).map_err(wrong)?,
            columns: names,
            labels,
            notes,
        })
    }
}

/// What a column is, now that its values are known, and what is to be said of it.
fn settled(
    path: &Path,
    name: &str,
    role: Role,
    values: &[f64],
    reading: &Reading,
) -> Result<(Role, Option<String>), TableError> {
    let has = |wanted: f64| values.contains(&wanted);
    let all_labels = || has(0.0) && has(1.0) && values.iter().all(|v| *v == 0.0 || *v == 1.0 || v.is_nan());
    let counts = |from: usize| values.iter().enumerate().all(|(i, v)| *v == (i + from) as f64);
    let is_label = || {
        format!(
            "the column '{name}' says which rows are unlike the rest and is not scored; --ignore {name} leaves it out"
        )
    };
    Ok(match role {
        Role::Label if reading.label.is_none() => (Role::Label, Some(is_label())),
        Role::LabelPerhaps if all_labels() => match values.iter().position(|v| v.is_nan()) {
            Some(row) => {
                return Err(TableError::Cell {
                    path: path.to_owned(),
                    row: row as u64 + 1,
                    column: name.to_owned(),
                    message: "a label must be 0 or 1; leave the row out, or the column with --ignore".to_owned(),
                });
            }
            None => (Role::Label, Some(is_label())),
        },
        Role::LabelPerhaps => {
            let told = format!(
                "the column '{name}' is scored: it does not hold both 0 and 1 and nothing else; --ignore {name} leaves it out"
            );
            (Role::Number, Some(told))
        }
        Role::IndexPerhaps if counts(0) || counts(1) => {
            (Role::Ignored, Some(format!("the column '{name}' counts the rows and is not scored")))
        }
        Role::IndexPerhaps => (Role::Number, Some(format!("the column '{name}' is scored; --ignore leaves it out"))),
        _ => (role, None),
    })
}

/// Puts the median of a column's values in the place of its missing ones, which are NaN; says so.
fn filled(path: &Path, name: &str, values: &mut [f64]) -> Result<Option<String>, TableError> {
    let known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let missing = values.len() - known.len();
    if missing == 0 {
        return Ok(None);
    }
    if known.is_empty() {
        let message = format!("the column '{name}' has no value; leave it out with --ignore {name}");
        return Err(TableError::File { path: path.to_owned(), message });
    }
    let (median, _) = robust_scale(known);
    values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = median);
    Ok(Some(format!("the column '{name}': {missing} missing values are given its median, {median}")))
}

/// The ending of a file's name, in small letters.
fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Whether a cell says that there is no value, in a spelling that pandas, R or a database writes.
fn is_missing(text: &str) -> bool {
    let text = text.trim();
    ["", "nan", "na", "n/a", "#n/a", "null", "none"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What to do about a cell that is no number.
fn no_number(text: &str) -> String {
    if is_missing(text) {
        let told = if text.trim().is_empty() { "empty".to_owned() } else { format!("'{text}', which is no value") };
        format!("the cell is {told}; --missing median fills such cells, --ignore leaves the column out")
    } else {
        format!("'{text}' is no number; leave a column of text out with --ignore")
    }
}

#[cfg(test)]
mod tests;
