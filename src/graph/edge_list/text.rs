//! Edges and vertices in lines of text.

use std::path::Path;

use rayon::prelude::*;

use super::{Edges, Read, role, weight};
use crate::graph::GraphError;

/// Bytes that one task parses.
const CHUNK: usize = 1 << 22;

/// Parses edges.
pub(super) fn edges(path: &Path, bytes: &[u8]) -> Result<Read, GraphError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let order = order(path, bytes)?;
    let body = &bytes[order.body..];
    let first = lines(body).map(|line| fields(line)).find(|f| f[0].is_some());
    let numbers = first.is_none_or(|f| order.ends().into_iter().all(|at| f[at].is_some_and(|f| whole(f).is_some())));
    if numbers {
        let read = parse(path, bytes, &order, |row, column, field| {
            whole(field).ok_or_else(|| {
                let text = String::from_utf8_lossy(field);
                let message = format!(
                    "{text:?} is no whole number, though the ids of the first edge are; mend the row, \
                                       or let all ids be texts"
                );
                GraphError::row(path, row, Some(column), message)
            })
        })?;
        return Ok(Read::Numbers(read));
    }
    Ok(Read::Texts(parse(path, bytes, &order, |row, column, field| word(path, row, column, field))?))
}

/// Parses the first field of every line.
pub(super) fn vertices<T>(
    bytes: &[u8],
    id: impl Fn(usize, &[u8]) -> Result<T, GraphError>,
) -> Result<Vec<T>, GraphError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let named = |field: &[u8]| matches!(field, b"id" | b"vertex" | b"node" | b"ID");
    let first = lines(bytes).position(|line| fields(line)[0].is_some());
    lines(bytes)
        .enumerate()
        .filter_map(|(nth, line)| fields(line)[0].map(|field| (nth, field)))
        .filter(|(nth, field)| !(Some(*nth) == first && named(field)))
        .map(|(nth, field)| id(nth + 1, field))
        .collect()
}

/// The row of an edge, the first edge being 0; 0 where the file is gone.
pub(super) fn row_of(path: &Path, edge: usize) -> usize {
    let Ok(bytes) = std::fs::read(path) else { return 0 };
    let header = order(path, &bytes).is_ok_and(|order| order.body > 0);
    let rows = lines(&bytes).enumerate().filter(|(_, line)| fields(line)[0].is_some());
    rows.map(|(nth, _)| nth + 1).nth(edge + usize::from(header)).unwrap_or(0)
}

/// Where the ends and the weight stand in a row, and where rows begin.
struct Order {
    source: usize,
    target: usize,
    weight: usize,
    body: usize,
}

impl Order {
    fn ends(&self) -> [usize; 2] {
        [self.source, self.target]
    }
}

fn order(path: &Path, bytes: &[u8]) -> Result<Order, GraphError> {
    let mut order = Order { source: 0, target: 1, weight: 2, body: 0 };
    let Some(line) = lines(bytes).find(|line| fields(line)[0].is_some()) else { return Ok(order) };
    let found: Vec<Option<usize>> = fields(line)
        .into_iter()
        .flatten()
        .map(|field| std::str::from_utf8(field).ok().and_then(|name| role(name.trim_matches('"'))))
        .collect();
    let place = |wanted| found.iter().position(|role| *role == Some(wanted));
    match (place(0), place(1)) {
        (Some(source), Some(target)) => {
            order.source = source;
            order.target = target;
            order.weight = place(2).unwrap_or(FIELDS);
            order.body = line.as_ptr() as usize - bytes.as_ptr() as usize + line.len();
        }
        (None, None) => {}
        _ => {
            let message = "a header must name both ends of an edge: source and target";
            return Err(GraphError::file(path, message));
        }
    }
    Ok(order)
}

fn parse<T: Send>(
    path: &Path,
    bytes: &[u8],
    order: &Order,
    id: impl Fn(usize, usize, &[u8]) -> Result<T, GraphError> + Sync,
) -> Result<Edges<T>, GraphError> {
    let mut chunks = Vec::new();
    let mut at = order.body;
    while at < bytes.len() {
        let far = (at + CHUNK).min(bytes.len());
        let end = bytes[far..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |more| far + more + 1);
        chunks.push(at..end);
        at = end;
    }
    let parts: Vec<Edges<T>> = chunks
        .par_iter()
        .map(|range| {
            let mut edges = Edges { sources: Vec::new(), targets: Vec::new(), weights: Vec::new() };
            // Rows are counted where one is at fault only.
            let row = |nth: usize| {
                let before = bytes[..range.start].iter().filter(|b| **b == b'\n').count();
                // A header is a row whose line end belongs to the first chunk.
                before + nth + 1
            };
            for (nth, line) in lines(&bytes[range.clone()]).enumerate() {
                let found = fields(line);
                if found[0].is_none() {
                    continue;
                }
                let [source, target] = order.ends().map(|place| found[place]);
                let (Some(source), Some(target)) = (source, target) else {
                    let message = "an edge needs two ids, apart by a space, tab, comma or semicolon";
                    return Err(GraphError::row(path, row(nth), None, message));
                };
                let fault = |e: GraphError| match e {
                    GraphError::Row { path, column, message, .. } => {
                        GraphError::Row { path, row: row(nth), column, message }
                    }
                    other => other,
                };
                edges.sources.push(id(0, order.source + 1, source).map_err(fault)?);
                edges.targets.push(id(0, order.target + 1, target).map_err(fault)?);
                let Some(field) = found.get(order.weight).copied().flatten() else { continue };
                let read = std::str::from_utf8(field).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
                let read = weight(read).map_err(|m| GraphError::row(path, row(nth), Some(order.weight + 1), m))?;
                edges.weights.push(read);
                if edges.weights.len() != edges.sources.len() {
                    let message = "this row has a weight and an earlier one has none: give all or none";
                    return Err(GraphError::row(path, row(nth), Some(order.weight + 1), message));
                }
            }
            if !edges.weights.is_empty() && edges.weights.len() != edges.sources.len() {
                let message = "some rows have a weight and some have none: give all or none";
                return Err(GraphError::file(path, message));
            }
            Ok(edges)
        })
        .collect::<Result<_, _>>()?;
    let mut all = Edges { sources: Vec::new(), targets: Vec::new(), weights: Vec::new() };
    let count = parts.iter().map(|p| p.sources.len()).sum();
    all.sources.reserve_exact(count);
    all.targets.reserve_exact(count);
    for part in parts {
        all.sources.extend(part.sources);
        all.targets.extend(part.targets);
        all.weights.extend(part.weights);
    }
    if !all.weights.is_empty() && all.weights.len() != all.sources.len() {
        let message = "some rows have a weight and some have none: give all or none";
        return Err(GraphError::file(path, message));
    }
    Ok(all)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n')
}

/// Fields of a row that are looked at.
const FIELDS: usize = 8;

/// The fields of a line; none in a comment.
fn fields(line: &[u8]) -> [Option<&[u8]>; FIELDS] {
    let mut found = [None; FIELDS];
    if matches!(line.first(), Some(b'#' | b'%')) {
        return found;
    }
    let apart = |b: &u8| matches!(b, b' ' | b'\t' | b',' | b';' | b'\r');
    let words = line.split(apart).filter(|word| !word.is_empty());
    for (slot, word) in found.iter_mut().zip(words) {
        *slot = Some(word);
    }
    found
}

/// A whole number.
pub(super) fn whole(field: &[u8]) -> Option<i64> {
    let (sign, digits) = match field {
        [b'-', digits @ ..] => (-1, digits),
        [b'"', inner @ .., b'"'] => (1, inner),
        digits => (1, digits),
    };
    if digits.is_empty() || digits.len() > 19 {
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

/// A text.
pub(super) fn word(path: &Path, row: usize, column: usize, field: &[u8]) -> Result<String, GraphError> {
    let field = match field {
        [b'"', inner @ .., b'"'] => inner,
        other => other,
    };
    let message = "the id is not UTF-8: save the file as UTF-8";
    String::from_utf8(field.to_vec()).map_err(|_| GraphError::row(path, row, Some(column), message))
}
