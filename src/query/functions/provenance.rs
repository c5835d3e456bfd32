//! Where a row came from.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int32Array, Int64Array};
use datafusion::common::Result;

use super::arguments::Arguments;
use super::function::{Body, Kind, Spec};

/// A row id is the number of the source file, shifted by so many bits, and the row in the file.
const ROW_BITS: u32 = 40;

const ROW_ID: &[(&str, Kind, &str)] = &[("row_id", Kind::Whole, "the row_id of a stored row")];

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "source_file",
        arguments: ROW_ID,
        returns: Kind::Small,
        description: "Number of the file a row came from; the table source_file names it.",
        example: "source_file(3298534883330) → 3",
        body: Body::Plain(file),
    },
    Spec {
        name: "source_row",
        arguments: ROW_ID,
        returns: Kind::Whole,
        description: "Row in its file as a spreadsheet counts: the header is row 1.",
        example: "source_row(3298534883330) → 2",
        body: Body::Plain(row),
    },
];

fn file(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let ids = arguments.whole(0)?;
    let answer = |i| ids.get(i).and_then(|id| i32::try_from(id >> ROW_BITS).ok());
    Ok(Arc::new(arguments.rows().map(answer).collect::<Int32Array>()))
}

fn row(arguments: &Arguments<'_>) -> Result<ArrayRef> {
    let ids = arguments.whole(0)?;
    let answer = |i| ids.get(i).map(|id| id & ((1 << ROW_BITS) - 1));
    Ok(Arc::new(arguments.rows().map(answer).collect::<Int64Array>()))
}
