//! Files of a linkage: CSV (any usual delimiter, UTF-8, GB18030, Windows-1252 or marked UTF-16) and Parquet, read batch
//! by batch as raw texts.

mod csv_file;
mod encoding;
mod parquet_file;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;

use super::LinkageError;

/// Rows of a batch: few enough that small files too are worked on by every processor.
const ROWS: usize = 2048;
/// Parts the items of a Parquet list.
pub(super) const SEPARATOR: &str = "\u{1f}";

/// A file being read.
pub(super) struct Source {
    path: PathBuf,
    /// Of the columns of the batches.
    headers: Vec<String>,
    /// All that the file has.
    known: Vec<String>,
    /// Of the columns of the batches, whether the file has lists there.
    lists: Vec<bool>,
    encoding: Option<&'static str>,
    replaced: Arc<AtomicU64>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, String>> + Send>,
}

impl Source {
    /// Opens a file for the columns of those headers; of a header letters and digits count, not their case.
    pub fn open(path: &Path, wanted: &[&str]) -> Result<Self, LinkageError> {
        let parquet = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        if parquet { parquet_file::open(path, wanted) } else { csv_file::open(path) }
    }

    /// Headers of a file.
    pub fn headers(path: &Path) -> Result<Vec<String>, LinkageError> {
        Ok(Self::open(path, &[])?.known)
    }

    /// Column of the first of these headers that the file has, within the batches.
    ///
    /// # Errors
    ///
    /// There is none: names those there are.
    pub fn position<H: AsRef<str>>(&self, headers: &[H]) -> Result<usize, LinkageError> {
        headers.iter().find_map(|header| position(&self.headers, header.as_ref())).ok_or_else(|| {
            let asked: Vec<_> = headers.iter().map(|header| format!("{:?}", header.as_ref())).collect();
            let (asked, there) = (asked.join(" or "), self.known.join(", "));
            LinkageError::input(&self.path, format!("there is no column {asked}; the file has {there}"))
        })
    }

    /// Columns of the batches.
    pub fn columns(&self) -> usize {
        self.headers.len()
    }

    /// Whether the file has lists in a column of the batches.
    pub fn is_list(&self, at: usize) -> bool {
        self.lists.get(at).copied().unwrap_or(false)
    }

    /// What its characters are written in, where it is text.
    pub fn encoding(&self) -> Option<&'static str> {
        self.encoding
    }

    /// Characters met so far that could not be decoded.
    pub fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::Relaxed)
    }

    /// The next rows, every column as texts.
    pub fn next(&mut self) -> Result<Option<RecordBatch>, LinkageError> {
        self.batches.next().transpose().map_err(|reason| LinkageError::input(&self.path, reason))
    }
}

/// Letters and digits of a header, small.
fn bare(header: &str) -> String {
    crate::domain::text::clean(header).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The header as it is, else the first of the same letters and digits: `given_name` is `Given Name`.
pub(super) fn position(headers: &[String], header: &str) -> Option<usize> {
    let alike = || {
        let bare_header = bare(header);
        headers.iter().position(|h| !bare_header.is_empty() && bare(h) == bare_header)
    };
    headers.iter().position(|h| h == header).or_else(alike)
}

/// A whole number is written as one: pandas makes floats of whole numbers with gaps.
fn whole(text: &str) -> &str {
    let number = |text: &&str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.strip_suffix(".0").filter(number).unwrap_or(text)
}
