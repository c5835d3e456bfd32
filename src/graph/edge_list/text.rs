//! Edges and vertices in lines of text.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::layout::{self, Layout, Shape, ends_and_data};
use super::rows::{Fields, rows, unquoted};
use super::{Edges, Id, lists, weight};
use crate::graph::GraphError;

/// Bytes that one task parses.
const CHUNK: usize = 1 << 22;

/// Why rows are not read.
pub(super) enum Fault {
    /// An id is not of the kind.
    Kind,
    /// A row is wrong, whatever the kind of ids.
    Error(GraphError),
}

impl Fault {
    /// A wrong row: the nth line, from 0, of the part of a text that begins at a byte.
    pub(super) fn at(
        path: &Path,
        text: &[u8],
        begin: usize,
        nth: usize,
        column: Option<usize>,
        message: impl Into<String>,
    ) -> Self {
        // Lines are counted where one is at fault only. A header's line end belongs to the first part.
        let before = text[..begin].iter().filter(|b| **b == b'\n').count();
        Self::Error(GraphError::row(path, before + nth + 1, column.map(|at| at + 1), message))
    }
}

/// The id in a field without quotes.
#[inline]
pub(super) fn id<T: Id>(
    field: &[u8],
    column: usize,
    fault: &impl Fn(Option<usize>, &'static str) -> Fault,
) -> Result<T, Fault> {
    match T::parse(field) {
        Ok(Some(id)) => Ok(id),
        Ok(None) => Err(Fault::Kind),
        Err(message) => Err(fault(Some(column), message)),
    }
}

/// Parses edges; nothing where an id is not of the kind. Weights are looked at only where they are asked for.
pub(super) fn edges<T: Id>(
    path: &Path,
    text: &[u8],
    layout: &Layout,
    weighted: bool,
) -> Result<Option<Edges<T>>, GraphError> {
    let mut chunks = Vec::new();
    let mut at = layout.body;
    while at < text.len() {
        let far = (at + CHUNK).min(text.len());
        let end = text[far..].iter().position(|b| *b == b'\n').map_or(text.len(), |more| far + more + 1);
        chunks.push(at..end);
        at = end;
    }
    let parts = chunks.into_par_iter().map(|range| match layout.shape {
        Shape::List => lists::chunk(path, text, range, layout),
        Shape::Edge | Shape::Data | Shape::Dimacs => chunk(path, text, range, layout, weighted),
    });
    let parts: Vec<Edges<T>> = match parts.collect::<Result<_, Fault>>() {
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
        all.vertices.extend(part.vertices);
    }
    if !all.weights.is_empty() && all.weights.len() != all.sources.len() {
        return Err(GraphError::file(path, SOME));
    }
    match layout.promise.and_then(|promise| promise.edges).filter(|promised| *promised != count) {
        Some(promised) => {
            let message =
                format!("{promised} edges are promised at the beginning and {count} follow: is the file whole?");
            Err(GraphError::file(path, message))
        }
        None => Ok(Some(all)),
    }
}

const SOME: &str = "some rows have a weight and some have none: give all or none";

/// Parses the rows of a part of the text, which begins and ends at line ends.
fn chunk<T: Id>(
    path: &Path,
    text: &[u8],
    range: Range<usize>,
    layout: &Layout,
    weighted: bool,
) -> Result<Edges<T>, Fault> {
    let mut edges = Edges::default();
    let [source_at, target_at] = layout.ends;
    let weight_at = layout.weight.filter(|_| weighted);
    let wanted = [source_at, target_at, weight_at.unwrap_or(usize::MAX)];
    for (nth, row) in rows(&text[range.clone()]) {
        let fault = |column, message: &'static str| Fault::at(path, text, range.start, nth, column, message);
        let (row, data) = match layout.shape {
            Shape::Data => ends_and_data(row),
            Shape::Dimacs if dimacs_edge(row, &fault)? => (row, row),
            Shape::Dimacs => continue,
            Shape::Edge | Shape::List => (row, row),
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
            return Err(fault(None, "quotes open and do not close in this row"));
        }
        if count > layout.most {
            return Err(Fault::at(path, text, range.start, nth, None, surplus(count, layout)));
        }
        if layout.shape == Shape::Data && weighted {
            found[2] = value(data, &layout.key);
        }
        // One by one: mapping the array costs a tenth of all reading.
        let (source, target, heavy) = (unquoted(found[0]), unquoted(found[1]), unquoted(found[2]));
        if source.is_empty() || target.is_empty() {
            return Err(fault(None, LONE));
        }
        edges.sources.push(id(&source, source_at, &fault)?);
        edges.targets.push(id(&target, target_at, &fault)?);
        if heavy.is_empty() {
            continue;
        }
        let value = std::str::from_utf8(&heavy).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        edges.weights.push(weight(value).map_err(|message| fault(weight_at, message))?);
        if edges.weights.len() != edges.sources.len() {
            return Err(fault(weight_at, "this row has a weight and an earlier one has none: give all or none"));
        }
    }
    if !edges.weights.is_empty() && edges.weights.len() != edges.sources.len() {
        return Err(Fault::Error(GraphError::file(path, SOME)));
    }
    Ok(edges)
}

const LONE: &str = "an edge needs two ids, apart by a space, tab, comma or semicolon as in the first row; a list of \
                    neighbours needs --format adjacency";

/// Whether a row of DIMACS is an edge; others tell of vertices or are comments.
fn dimacs_edge(row: &[u8], fault: &impl Fn(Option<usize>, &'static str) -> Fault) -> Result<bool, Fault> {
    match Fields::of(row, super::rows::Delimiter::BLANKS).next() {
        Some(b"a" | b"e") => Ok(true),
        Some(b"c" | b"n" | b"d" | b"v" | b"x") => Ok(false),
        _ => Err(fault(Some(0), "a row of DIMACS begins with a or e (an edge), n, d, v or x (a vertex) or c")),
    }
}

/// What a Python dict holds under a key; nothing where it has no such key.
fn value<'a>(data: &'a [u8], key: &str) -> &'a [u8] {
    let held = data.windows(key.len() + 2).position(
        |found| matches!(found, [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] if inner == key.as_bytes()),
    );
    let Some(at) = held else { return b"" };
    let rest = data[at + key.len() + 2..].trim_ascii_start().strip_prefix(b":").unwrap_or_default();
    rest.split(|b| matches!(b, b',' | b'}')).next().unwrap_or_default().trim_ascii()
}

fn surplus(count: usize, layout: &Layout) -> String {
    let most = layout.most;
    if !layout.names.is_empty() {
        return format!("{count} fields, though the header names {most}: put quotes around a field with a delimiter");
    }
    format!(
        "{count} fields, though the first rows have {most} at most: give every row as many, name the columns in a first \
         row (source, target, weight), or, if rows are lists of neighbours, give --format adjacency"
    )
}

/// Parses the ids of vertices; nothing where one is not of the kind.
pub(super) fn vertices<T: Id>(path: &Path, text: &[u8], edges: &Layout) -> Result<Option<Vec<T>>, GraphError> {
    let (delimiter, column, header) = layout::vertices(path, text, edges.delimiter);
    let ids = rows(text).skip(usize::from(header)).map(|(nth, row)| {
        let field = Fields::of(row, delimiter).nth(column).map(unquoted).unwrap_or_default();
        let parsed = if field.is_empty() { Err("a vertex needs an id") } else { T::parse(&field) };
        parsed.map_err(|message| GraphError::row(path, nth + 1, Some(column + 1), message))
    });
    ids.collect()
}

/// The line of an edge, the first of both being 1 and 0.
pub(super) fn line_of(text: &[u8], layout: &Layout, edge: usize) -> usize {
    let before = text[..layout.body].iter().filter(|b| **b == b'\n').count();
    let held = |row: &[u8]| match layout.shape {
        Shape::List => lists::neighbours(row, layout.delimiter),
        Shape::Dimacs => usize::from(matches!(row.trim_ascii_start(), [b'a' | b'e', ..])),
        Shape::Edge | Shape::Data => 1,
    };
    let mut seen = 0;
    let line = rows(&text[layout.body..]).find(|(_, row)| {
        seen += held(row);
        seen > edge
    });
    line.map_or(0, |(nth, _)| before + nth + 1)
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
