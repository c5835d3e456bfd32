//! Files as a county hands them over → typed Arrow chunks of contract tables.
//!
//! [`discover`] lists files, [`open`] recognises what they are (format, encoding, table, columns) and
//! gathers all problems of all files in one report, [`Source::read`] streams a source as text chunks on
//! one thread, [`parse`] turns a chunk into typed columns on any thread.
//!
//! Memory does not grow with the file (but for the shared strings of a workbook). Nothing is guessed:
//! a row whose required cell is missing or broken is [`Rejected`] with its raw text and its reason; an
//! optional cell that cannot be read is null and counted in the [`Profile`].
//!
//! | file | what it does |
//! |---|---|
//! | `discover` | the files of a folder |
//! | `mapping` | what a person says about files (TOML; its schema stands there) |
//! | `format` | format and encoding by content, hash |
//! | `csv`, `jsonl`, `parquet`, `xlsx` | one reader each, to rows of text |
//! | `chunk` | rows of text, some thousands at a time |
//! | `header` | header names, suggestions |
//! | `recognise` | which table a file is |
//! | `plan` | which column of a file is which of the table |
//! | `source` | a file, or a sheet, ready to be read |
//! | `parse`, `cells` | text → Arrow columns, rejected rows |
//! | `profile` | data-quality counts |

mod cells;
mod chunk;
mod csv;
mod discover;
mod error;
mod format;
mod header;
mod jsonl;
mod mapping;
mod parquet;
mod parse;
mod plan;
mod profile;
mod recognise;
mod source;
mod summary;
#[cfg(test)]
mod tests;
mod xlsx;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use chunk::{CellFault, ChunkSink, RawChunk, RowFault};
pub use discover::{FoundFile, discover};
pub use error::{IntakeError, Note, Problem, Remedy};
pub use format::Format;
pub use mapping::{AmountUnit, FileMapping, Mapping};
pub use parse::{Parsed, ROW_NUMBER, RejectKind, Rejected, parse, parsed_schema};
pub use profile::{ColumnProfile, Profile};
pub use source::{Opened, Reading, Source, open};
pub use summary::SourceSummary;

/// Runs a foreign decoder that may panic on a damaged file, and makes an error of the panic.
fn guarded<T>(decode: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(decode)).map_err(|_| "its inner tables do not fit together".to_owned())
}

/// Writes a floating-point number as a cell: whole ones without decimals. Doubles carry 15 digits, so
/// longer numbers (an ID number typed as a number) have lost their end and are marked.
fn cell_of_float(value: f64, writer: &mut chunk::ChunkWriter<'_>) {
    let fault = (value.abs() >= 1e15 || !value.is_finite()).then_some(CellFault::Rounded);
    writer.cell(&value.to_string(), fault);
}
