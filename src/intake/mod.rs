//! Delivered files → typed chunks: formats, headers, parsing, quarantine, profile. Nothing here knows SQL.
//!
//! | file | what it does |
//! |---|---|
//! | `discover.rs` | which files there are |
//! | `format.rs` | format, encoding and hash of a file |
//! | `mapping.rs` | what a person says about files that do not say it themselves |
//! | `headers.rs` | which column a header means, and suggestions where none fits |
//! | `source.rs` | a file or sheet, recognised and ready to be read |
//! | `csv.rs`, `xlsx.rs`, `jsonl.rs`, `parquet.rs` | readers: rows as text |
//! | `chunk.rs` | some thousand rows as text |
//! | `parse.rs` | chunks → typed batches and rejected rows |
//! | `profile.rs` | quality of the cells of a file |

mod chunk;
mod csv;
mod discover;
mod error;
mod format;
mod headers;
mod jsonl;
mod mapping;
mod parquet;
mod parse;
mod profile;
mod source;
mod xlsx;

pub use chunk::{CellFault, RawChunk, RowFault};
pub use discover::{FoundFile, discover};
pub use error::{IntakeError, Note, Problem};
pub use format::Format;
pub use mapping::{AmountUnit, FileMapping, Mapping};
pub use parse::{Parsed, Rejected, RejectedKind, parse};
pub use profile::{ColumnProfile, Profile};
pub use source::{ReadOutcome, Source, SourceSummary, open};

/// Runs a reader of somebody else's that may panic on a file that is made to break it.
fn guarded<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        format!("the reader broke on it: {}", text.unwrap_or("no reason given"))
    })
}

/// Writes a number that a file holds as binary floating point. Beyond 15 digits the spreadsheet has
/// rounded it: such an ID or card number is not what stood on paper.
fn cell_of_float(value: f64, writer: &mut chunk::ChunkWriter<'_>) {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        writer.cell(&format!("{value:.0}"), None);
    } else {
        let rounded = value.abs() >= 1e15;
        writer.cell(&value.to_string(), rounded.then_some(CellFault::Rounded));
    }
}
