//! Edge lists and vertex lists of any origin → dense vertices.
//!
//! | format | told by | rows |
//! |---|---|---|
//! | text | any other name | two ids and an optional weight, apart by spaces, tabs, commas or semicolons |
//! | CSV | `.csv`, `.tsv` | the same; a first row of known names (source, target, weight …) is a header |
//! | Parquet | `.parquet` | the columns of those names, else the first two; a third numeric one is the weight |
//!
//! Lines that are empty or begin with `#` or `%` are comments. A vertex file (LDBC `.v`) has one id a row and may name
//! vertices without edges; where it is given, an edge to any other vertex is an error. Ids are whole numbers where the
//! first edge has such, else texts. Vertices are numbered in the order of their ids.

mod columns;
mod ids;
mod text;

use std::path::Path;

pub use ids::Ids;

use super::{Graph, GraphError};

/// Ends and weights of edges as they stand in a file.
#[derive(Debug, Default)]
struct Edges<T> {
    sources: Vec<T>,
    targets: Vec<T>,
    /// As many as edges, or none.
    weights: Vec<f64>,
}

/// What a file holds: ids are numbers or texts.
#[derive(Debug)]
enum Read {
    Numbers(Edges<i64>),
    Texts(Edges<String>),
}

/// Edges between dense vertices.
#[derive(Debug)]
pub struct EdgeList {
    /// The id of each vertex.
    pub ids: Ids,
    /// First ends.
    pub sources: Vec<u32>,
    /// Second ends.
    pub targets: Vec<u32>,
    /// Weights, as many as edges or none.
    pub weights: Vec<f64>,
}

impl EdgeList {
    /// Reads edges, and the vertices where a file names them.
    ///
    /// # Errors
    /// A file cannot be read, a row is no edge, a weight is negative or no number, an edge names a vertex that the
    /// vertex file does not.
    pub fn read(edges: &Path, vertices: Option<&Path>) -> Result<Self, GraphError> {
        match read(edges)? {
            Read::Numbers(read) => {
                let known = vertices.map(vertex_numbers).transpose()?;
                let (found, sources, targets) =
                    ids::number(&read.sources, &read.targets, known).map_err(|f| fault(edges, f))?;
                Ok(Self { ids: Ids::Numbers(found), sources, targets, weights: read.weights })
            }
            Read::Texts(read) => {
                let known = vertices.map(vertex_texts).transpose()?;
                let (found, sources, targets) =
                    ids::name(&read.sources, &read.targets, known).map_err(|f| fault(edges, f))?;
                Ok(Self { ids: Ids::Texts(found), sources, targets, weights: read.weights })
            }
        }
    }

    /// The graph without weights.
    pub fn unweighted(&self, directed: bool) -> Graph {
        Graph::new(self.ids.len(), &self.sources, &self.targets, &[], directed)
    }

    /// The graph with weights; 1 where none are given.
    pub fn weighted(&self, directed: bool) -> Graph<f64> {
        if self.weights.is_empty() {
            let ones = vec![1.0; self.sources.len()];
            return Graph::new(self.ids.len(), &self.sources, &self.targets, &ones, directed);
        }
        Graph::new(self.ids.len(), &self.sources, &self.targets, &self.weights, directed)
    }
}

fn fault(path: &Path, fault: ids::Fault) -> GraphError {
    match fault {
        ids::Fault::TooMany => GraphError::file(path, "more than 4,294,967,294 vertices: split the graph by region"),
        ids::Fault::Unknown { edge, id } => {
            let row = if parquet(path) { edge + 1 } else { text::row_of(path, edge) };
            let message = format!("vertex {id} is not in the vertex file; add it there, or leave that file out");
            GraphError::row(path, row, None, message)
        }
    }
}

fn parquet(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
}

fn read(path: &Path) -> Result<Read, GraphError> {
    if parquet(path) {
        return columns::edges(path);
    }
    let bytes = std::fs::read(path).map_err(|e| GraphError::io(path, e))?;
    text::edges(path, &bytes)
}

fn vertex_numbers(path: &Path) -> Result<Vec<i64>, GraphError> {
    if parquet(path) {
        return columns::vertex_numbers(path);
    }
    let bytes = std::fs::read(path).map_err(|e| GraphError::io(path, e))?;
    text::vertices(&bytes, |row, field| {
        text::whole(field)
            .ok_or_else(|| GraphError::row(path, row, Some(1), "a vertex id must be a whole number, as in the edges"))
    })
}

fn vertex_texts(path: &Path) -> Result<Vec<String>, GraphError> {
    if parquet(path) {
        return columns::vertex_texts(path);
    }
    let bytes = std::fs::read(path).map_err(|e| GraphError::io(path, e))?;
    text::vertices(&bytes, |row, field| text::word(path, row, 1, field))
}

/// Names under which the first end, the second end and the weight of an edge are known.
fn role(name: &str) -> Option<usize> {
    match name.trim().to_ascii_lowercase().as_str() {
        "source" | "src" | "from" | "a" | "u" | "起点" | "源" => Some(0),
        "target" | "dst" | "dest" | "to" | "b" | "v" | "终点" | "目标" => Some(1),
        "weight" | "w" | "distance" | "length" | "权重" => Some(2),
        _ => None,
    }
}

/// A weight that algorithms can work with.
fn weight(value: f64) -> Result<f64, &'static str> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err("a weight must be a number that is finite and not negative")
    }
}
