use std::path::Path;

use super::CaseError;
use crate::domain::text::{clean, squeeze};

/// A column of a CSV that people fill in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: &'static str,
    /// The headers met, in small letters.
    pub(super) headers: &'static [&'static str],
    /// Whether the file must have it.
    pub(super) required: bool,
}

/// A CSV that people filled in.
#[derive(Debug)]
pub(super) struct Sheet<const N: usize> {
    /// Its file, for messages.
    file: String,
    /// Rows with any cell of these columns, by number, the header being row 1; cells in order of the columns.
    pub(super) rows: Vec<(u64, [String; N])>,
}

impl<const N: usize> Sheet<N> {
    /// Reads a file: columns in any order under any of their headers, others left alone; UTF-8 or GB18030.
    /// A cell is empty where the file has no such column.
    pub(super) fn read(path: &Path, columns: [Column; N]) -> Result<Self, CaseError> {
        let bytes = std::fs::read(path).map_err(|source| CaseError::Io { path: path.to_owned(), source })?;
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
        };
        let mut sheet = Self { file: path.display().to_string(), rows: Vec::new() };
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|e| sheet.wrong(e.to_string()))?.clone();
        let mut at = [None; N];
        for (at, column) in at.iter_mut().zip(&columns) {
            *at = headers.iter().position(|h| column.headers.contains(&squeeze(h).to_lowercase().as_str()));
            if at.is_none() && column.required {
                let required: Vec<&str> = columns.iter().filter(|c| c.required).map(|c| c.name).collect();
                return Err(sheet.wrong(format!(
                    "row 1: there is no column '{}' ({}); the columns are {}",
                    column.name,
                    column.headers.join(", "),
                    required.join(", ")
                )));
            }
        }
        for (row, record) in (2..).zip(reader.records()) {
            let record = record.map_err(|e| sheet.wrong(format!("row {row}: {e}")))?;
            let cells = at.map(|at| clean(at.and_then(|at| record.get(at)).unwrap_or_default()).into_owned());
            if cells.iter().any(|cell| !cell.is_empty()) {
                sheet.rows.push((row, cells));
            }
        }
        Ok(sheet)
    }

    /// What is wrong with the file.
    pub(super) fn wrong(&self, message: String) -> CaseError {
        CaseError::File { file: self.file.clone(), message }
    }
}
