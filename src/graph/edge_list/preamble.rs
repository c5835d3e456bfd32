//! Formats that say at the beginning what follows: MatrixMarket, DIMACS, KONECT.
//!
//! Sources: R. Boisvert, R. Pozo, K. Remington, *The Matrix Market exchange formats*, NIST 1996; the 9th DIMACS
//! implementation challenge, *Shortest paths: file formats*, 2006; J. Kunegis, *KONECT handbook*, 2017.

use std::path::Path;

use super::layout::{Layout, Shape};
use super::rows::{Delimiter, Fields, rows};
use crate::graph::GraphError;

/// What a preamble promises.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    /// The vertices are 1 to this.
    pub(super) vertices: usize,
    /// Rows of edges; nothing where writers count them differently.
    pub(super) edges: Option<usize>,
}

fn fields(row: &[u8]) -> Vec<String> {
    Fields::of(row, Delimiter::BLANKS).map(|field| String::from_utf8_lossy(field).into_owned()).collect()
}

/// The layout of a coordinate matrix: each entry is an edge from its row to its column.
pub(super) fn matrix_market(path: &Path, text: &[u8]) -> Result<Option<Layout>, GraphError> {
    const MARK: &[u8] = b"%%MatrixMarket";
    if !text.get(..MARK.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(MARK)) {
        return Ok(None);
    }
    let header = fields(text.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end());
    let header: Vec<String> = header.iter().map(|word| word.to_lowercase()).collect();
    let [_, object, format, values, symmetry] = header.as_slice() else {
        let message = "a MatrixMarket header has five words: %%MatrixMarket matrix coordinate pattern general";
        return Err(GraphError::row(path, 1, None, message));
    };
    if object != "matrix" || format != "coordinate" {
        let message = format!("MatrixMarket {object} {format}: only a coordinate matrix lists edges");
        return Err(GraphError::row(path, 1, None, message));
    }
    let Some((nth, row)) = rows(text).next() else {
        return Err(GraphError::file(path, "the size line (rows columns entries) is missing"));
    };
    let sizes: Option<Vec<usize>> = fields(row).iter().map(|field| field.parse().ok()).collect();
    let Some([high, wide, edges]) = sizes.as_deref() else {
        return Err(GraphError::row(path, nth + 1, None, "the size line must be three numbers: rows columns entries"));
    };
    if high != wide {
        let message = format!(
            "{high} rows and {wide} columns: an oblong matrix joins two kinds of vertices whose numbers coincide; \
             write an edge list in which their ids differ"
        );
        return Err(GraphError::row(path, nth + 1, None, message));
    }
    let weight = matches!(values.as_str(), "real" | "integer" | "double").then_some(2);
    let directed = symmetry == "general";
    Ok(Some(Layout {
        delimiter: Delimiter::BLANKS,
        weight,
        most: 2 + usize::from(values != "pattern") + usize::from(values == "complex"),
        body: end_of(text, row),
        format: format!("MatrixMarket {values} {symmetry}"),
        promise: Some(Promise { vertices: *high, edges: Some(*edges) }),
        directed: Some(directed),
        ..Layout::default()
    }))
}

/// The layout of DIMACS arcs (`a from to weight`) or edges (`e one other`).
pub(super) fn dimacs(path: &Path, text: &[u8]) -> Result<Option<Layout>, GraphError> {
    let remark = |row: &[u8]| row == b"c" || row.starts_with(b"c ") || row.starts_with(b"c\t");
    let Some((nth, row)) = rows(text).find(|(_, row)| !remark(row)) else { return Ok(None) };
    let problem = fields(row);
    let [p, kind, vertices, edges] = problem.as_slice() else { return Ok(None) };
    let known = ["sp", "max", "min", "edge", "edges", "col"].contains(&kind.as_str());
    let (true, Ok(vertices), Ok(edges)) = (p == "p" && known, vertices.parse(), edges.parse()) else { return Ok(None) };
    let directed = !matches!(kind.as_str(), "edge" | "edges" | "col");
    if kind == "min" {
        let message = "DIMACS minimum cost flow has two bounds and a cost an arc: write the arcs as a 1 2 4 below p sp";
        return Err(GraphError::row(path, nth + 1, None, message));
    }
    Ok(Some(Layout {
        delimiter: Delimiter::BLANKS,
        ends: [1, 2],
        weight: Some(3),
        most: 4,
        shape: Shape::Dimacs,
        body: end_of(text, row),
        format: format!("DIMACS {kind}"),
        // Colouring graphs count an edge once or twice.
        promise: Some(Promise { vertices, edges: directed.then_some(edges) }),
        directed: Some(directed),
        ..Layout::default()
    }))
}

/// What the first comment of KONECT says of directions: `% sym`, `% asym` or `% bip` and the kind of weights.
pub(super) fn konect(text: &[u8]) -> Option<Konect> {
    let line = text.split(|b| *b == b'\n').next()?;
    let words = fields(line.strip_prefix(b"%")?);
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["sym", _, ..] => Some(Konect::Directed(false)),
        ["asym", _, ..] => Some(Konect::Directed(true)),
        ["bip", _, ..] => Some(Konect::TwoKinds),
        _ => None,
    }
}

/// What KONECT says of a graph.
pub(super) enum Konect {
    /// Whether edges have a direction.
    Directed(bool),
    /// Ends of two kinds, each with numbers of its own.
    TwoKinds,
}

/// Byte at which a row ends.
pub(super) fn end_of(text: &[u8], row: &[u8]) -> usize {
    row.as_ptr() as usize - text.as_ptr() as usize + row.len()
}
