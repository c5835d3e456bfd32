//! Edges and vertices in lines of text.

use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::header::{self, Layout};
use super::rows::{Fields, rows, unquoted};
use super::{Edges, Id, weight};
use crate::graph::GraphError;

/// Bytes that one task parses.
const CHUNK: usize = 1 << 22;

/// Why rows are not read.
enum Fault {
    /// An id is not of the kind.
    Kind,
    /// A row is wrong, whatever the kind of ids.
    Error(GraphError),
}

/// Parses edges; nothing where an id is not of the kind. Weights are looked at only where they are asked for.
pub(super) fn edges<T: Id>(path: &Path, text: &[u8], weighted: bool) -> Result<Option<Edges<T>>, GraphError> {
    let text = without_mark(text);
    let mut layout = header::edges(path, text)?;
    layout.weight = layout.weight.filter(|_| weighted);
    let mut chunks = Vec::new();
    let mut at = layout.body;
    while at < text.len() {
        let far = (at + CHUNK).min(text.len());
        let end = text[far..].iter().position(|b| *b == b'\n').map_or(text.len(), |more| far + more + 1);
        chunks.push(at..end);
        at = end;
    }
    let parts: Result<Vec<Edges<T>>, Fault> =
        chunks.into_par_iter().map(|range| chunk(path, text, range, &layout)).collect();
    let parts = match parts {
        Ok(parts) => parts,
        Err(Fault::Kind) => return Ok(None),
        Err(Fault::Error(error)) => return Err(error),
    };
    let mut all = Edges::default();
    let count = parts.iter().map(|p| p.sources.len()).sum();
    all.sources.reserve_exact(count);
    all.targets.reserve_exact(count);
    for part in parts {
        all.sources.extend(part.sources);
        all.targets.extend(part.targets);
        all.weights.extend(part.weights);
    }
    if !all.weights.is_empty() && all.weights.len() != all.sources.len() {
        return Err(GraphError::file(path, SOME));
    }
    Ok(Some(all))
}

const SOME: &str = "some rows have a weight and some have none: give all or none";

/// Parses the rows of a part of the text, which begins and ends at line ends.
fn chunk<T: Id>(path: &Path, text: &[u8], range: Range<usize>, layout: &Layout) -> Result<Edges<T>, Fault> {
    let mut edges = Edges::default();
    let [source_at, target_at] = layout.ends;
    let wanted = [source_at, target_at, layout.weight.unwrap_or(usize::MAX)];
    for (nth, row) in rows(&text[range.clone()]) {
        let fault = |column: Option<usize>, message: Cow<'static, str>| {
            // Lines are counted where one is at fault only. A header's line end belongs to the first part.
            let before = text[..range.start].iter().filter(|b| **b == b'\n').count();
            Fault::Error(GraphError::row(path, before + nth + 1, column.map(|at| at + 1), message))
        };
        let mut found: [&[u8]; 3] = [b""; 3];
        let mut count = 0;
        let mut fields = Fields::of(row, layout.delimiter);
        for (at, field) in fields.by_ref().enumerate().filter(|(_, field)| !field.is_empty()) {
            count = at + 1;
            if let Some(slot) = wanted.iter().position(|wanted| *wanted == at) {
                found[slot] = field;
            }
        }
        if fields.open {
            return Err(fault(None, "quotes open and do not close in this row".into()));
        }
        if count > layout.most {
            return Err(fault(None, surplus(count, layout).into()));
        }
        // One by one: mapping the array costs a tenth of all reading.
        let (source, target, heavy) = (unquoted(found[0]), unquoted(found[1]), unquoted(found[2]));
        if source.is_empty() || target.is_empty() {
            let message = "an edge needs two ids, apart by a space, tab, comma or semicolon as in the first row";
            return Err(fault(None, message.into()));
        }
        let id = |field: &[u8], at| match T::parse(field) {
            Ok(Some(id)) => Ok(id),
            Ok(None) => Err(Fault::Kind),
            Err(message) => Err(fault(Some(at), message.into())),
        };
        edges.sources.push(id(&source, source_at)?);
        edges.targets.push(id(&target, target_at)?);
        if heavy.is_empty() {
            continue;
        }
        let value = std::str::from_utf8(&heavy).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        edges.weights.push(weight(value).map_err(|message| fault(layout.weight, message.into()))?);
        if edges.weights.len() != edges.sources.len() {
            let message = "this row has a weight and an earlier one has none: give all or none";
            return Err(fault(layout.weight, message.into()));
        }
    }
    if !edges.weights.is_empty() && edges.weights.len() != edges.sources.len() {
        return Err(Fault::Error(GraphError::file(path, SOME)));
    }
    Ok(edges)
}

fn surplus(count: usize, layout: &Layout) -> String {
    if layout.header {
        let most = layout.most;
        return format!("{count} fields, though the header names {most}: put quotes around a field with a delimiter");
    }
    format!(
        "{count} fields, though an edge without a header has two ids and a weight at most: name the columns in a first \
         row (source, target, weight), or write neighbours of a vertex as an edge a row"
    )
}

/// Parses the ids of vertices; nothing where one is not of the kind.
pub(super) fn vertices<T: Id>(path: &Path, text: &[u8]) -> Result<Option<Vec<T>>, GraphError> {
    let text = without_mark(text);
    let (delimiter, column, header) = header::vertices(path, text);
    let ids = rows(text).skip(usize::from(header)).map(|(nth, row)| {
        let field = Fields::of(row, delimiter).nth(column).map(unquoted).unwrap_or_default();
        let parsed = if field.is_empty() { Err("a vertex needs an id") } else { T::parse(&field) };
        parsed.map_err(|message| GraphError::row(path, nth + 1, Some(column + 1), message))
    });
    ids.collect()
}

/// The line of an edge, the first of both being 1 and 0.
pub(super) fn line_of(path: &Path, text: &[u8], edge: usize) -> usize {
    let text = without_mark(text);
    let header = header::edges(path, text).is_ok_and(|layout| layout.header);
    rows(text).nth(edge + usize::from(header)).map_or(0, |(nth, _)| nth + 1)
}

/// The text after a byte order mark.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// A whole number. One with a leading zero is none: "007" and "7" are two ids.
pub(super) fn whole(field: &[u8]) -> Option<i64> {
    let (sign, digits) = match field {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() || digits.len() > 19 || (digits[0] == b'0' && field.len() > 1) {
        return None;
    }
    let mut value = 0_i64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    Some(sign * value)
}
