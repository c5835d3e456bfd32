//! What the first rows of a text tell: the delimiter, whether there is a header, and what stands in which column.

use std::borrow::Cow;
use std::path::Path;

use super::rows::{Delimiter, Fields, numeric, rows, unquoted};
use crate::graph::GraphError;

/// How rows of edges are laid out.
#[derive(Debug)]
pub(super) struct Layout {
    /// What stands between two fields.
    pub(super) delimiter: Delimiter,
    /// Columns of the first and the second end, the first column being 0.
    pub(super) ends: [usize; 2],
    /// Column of the weight.
    pub(super) weight: Option<usize>,
    /// Fields of a row at most.
    pub(super) most: usize,
    /// Whether the first row names the columns.
    pub(super) header: bool,
    /// Byte at which the rows begin; with a header, its line end.
    pub(super) body: usize,
}

/// The first rows, field by field.
struct First<'a> {
    delimiter: Delimiter,
    end: usize,
    row: Vec<Cow<'a, [u8]>>,
    next: Vec<Cow<'a, [u8]>>,
}

impl<'a> First<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let mut rows = rows(text).map(|(_, row)| row);
        let row = rows.next()?;
        let delimiter = Delimiter::of(row);
        let split = |row: &'a [u8]| Fields::of(row, delimiter).map(unquoted).collect();
        let end = row.as_ptr() as usize - text.as_ptr() as usize + row.len();
        Some(Self { delimiter, end, row: split(row), next: rows.next().map(split).unwrap_or_default() })
    }

    /// The first column with a name that fits.
    fn place(&self, fits: impl Fn(&str) -> bool) -> Option<usize> {
        self.row.iter().position(|name| std::str::from_utf8(name).is_ok_and(&fits))
    }

    /// Whether some columns have words in the first row and whole numbers in the second.
    fn above_numbers(&self, columns: &[usize]) -> bool {
        let word = |at: usize| self.row.get(at).is_some_and(|field| !field.is_empty() && !numeric(field));
        let number = |at: usize| self.next.get(at).is_some_and(|field| numeric(field));
        columns.iter().all(|at| word(*at) && number(*at))
    }
}

/// The layout of rows of edges.
///
/// # Errors
/// A CSV file names one end of its edges and not the other.
pub(super) fn edges(path: &Path, text: &[u8]) -> Result<Layout, GraphError> {
    let without =
        Layout { delimiter: Delimiter::BLANKS, ends: [0, 1], weight: Some(2), most: 3, header: false, body: 0 };
    let Some(first) = First::of(text) else { return Ok(without) };
    let [source, target, weight] = [0, 1, 2].map(|wanted| first.place(|name| role(name) == Some(wanted)));
    let letter = |wanted| first.place(|name| role(name).or_else(|| letter(name)) == Some(wanted));
    let weight = weight.or_else(|| letter(2));
    let named = match (source, target) {
        (Some(source), Some(target)) => Some(([source, target], weight)),
        (None, None) => match (letter(0), letter(1)) {
            // Letters are ids as well as names: what stands beside or beneath them decides.
            (Some(source), Some(target)) if ends_in(path, "csv") || ends_in(path, "tsv") => {
                let ends = [source, target];
                (weight.is_some() || first.above_numbers(&ends)).then_some((ends, weight))
            }
            _ => None,
        },
        _ if ends_in(path, "csv") => {
            let message = "a header must name both ends of an edge: source and target";
            return Err(GraphError::file(path, message));
        }
        _ => None,
    };
    let named = named.or_else(|| first.above_numbers(&[0, 1]).then_some(([0, 1], weight)));
    let Some((ends, weight)) = named else { return Ok(Layout { delimiter: first.delimiter, ..without }) };
    Ok(Layout { delimiter: first.delimiter, ends, weight, most: first.row.len(), header: true, body: first.end })
}

/// Delimiter and column of the ids in rows of vertices, and whether there is a header.
pub(super) fn vertices(path: &Path, text: &[u8]) -> (Delimiter, usize, bool) {
    let Some(first) = First::of(text) else { return (Delimiter::BLANKS, 0, false) };
    // A CSV file of one column has no delimiter, and its names may have blanks.
    let lone = first.delimiter == Delimiter::BLANKS && ends_in(path, "csv");
    let delimiter = if lone { Delimiter::byte(b',') } else { first.delimiter };
    // A number above all is an id, whatever stands beside it.
    match first.place(vertex).filter(|_| !numeric(&first.row[0])) {
        Some(column) => (delimiter, column, true),
        None => (delimiter, 0, first.above_numbers(&[0])),
    }
}

fn ends_in(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension))
}

/// A name in small letters, without what stands between its words.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-', ' '], "")
}

/// The part of a column by a name that is hardly an id: 0 and 1 are the ends of an edge, 2 its weight.
pub(super) fn role(name: &str) -> Option<usize> {
    match plain(name).as_str() {
        "source" | "sourceid" | "src" | "srcid" | "from" | "fromid" | "fromnode" | "fromnodeid" | "起点" | "源" => {
            Some(0)
        }
        "target" | "targetid" | "dst" | "dstid" | "dest" | "to" | "toid" | "tonode" | "tonodeid" | "终点" | "目标" => {
            Some(1)
        }
        "weight" | "distance" | "length" | "权重" => Some(2),
        _ => None,
    }
}

/// The same by a letter.
pub(super) fn letter(name: &str) -> Option<usize> {
    match plain(name).as_str() {
        "a" | "u" => Some(0),
        "b" | "v" => Some(1),
        "w" => Some(2),
        _ => None,
    }
}

/// Whether a column holds the ids of vertices by its name.
fn vertex(name: &str) -> bool {
    matches!(plain(name).as_str(), "id" | "vertex" | "vertexid" | "node" | "nodeid" | "编号")
}
