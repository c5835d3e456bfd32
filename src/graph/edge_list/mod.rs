//! Edge lists and vertex lists of any origin → dense vertices.
//!
//! | format | told by | rows |
//! |---|---|---|
//! | text | any other name | two ids and an optional weight |
//! | CSV | `.csv`, `.tsv` | the same; letters may name columns as well |
//! | Parquet | `.parquet` | the columns of known names, else the first two; a third numeric one is the weight |
//!
//! **Fields** of a text stand apart as those of its first row do: by tabs, else by commas or semicolons, where a field
//! may be empty or in quotes; else by blanks. **Lines** that are empty or begin with `#`, `%` or `//` are comments.
//!
//! **A header** is a first row that names both ends (source, target …), or one of words above a row of numbers. Without
//! it a row of more than three fields is an error; so are adjacency lists.
//!
//! **Ids** are whole numbers where all of both files are so and none begins with a zero, else texts. Vertices are
//! numbered in the order of their ids. A vertex file (LDBC `.v`) has one id a row and may name vertices without edges;
//! where it is given, an edge to any other vertex is an error.
//!
//! | file | idea |
//! |---|---|
//! | `rows.rs` | lines → rows → fields |
//! | `header.rs` | delimiter and columns, told by the first rows |
//! | `text.rs` | rows → edges and vertices |
//! | `columns.rs` | the same for Parquet |
//! | `ids.rs` | ids → dense vertices |

mod columns;
mod header;
mod ids;
mod rows;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;

use arrow::array::RecordBatch;
pub use ids::Ids;

use super::{Graph, GraphError};

/// Ends and weights of edges as they stand in a file.
#[derive(Debug)]
struct Edges<T> {
    sources: Vec<T>,
    targets: Vec<T>,
    /// As many as edges, or none.
    weights: Vec<f64>,
}

impl<T> Default for Edges<T> {
    fn default() -> Self {
        Self { sources: Vec::new(), targets: Vec::new(), weights: Vec::new() }
    }
}

/// A kind of ids.
trait Id: Sized + Send {
    /// The id in a field of a text; nothing where it is not of this kind.
    fn parse(field: &[u8]) -> Result<Option<Self>, &'static str>;

    /// The ids in a column of Parquet; nothing where they are not of this kind.
    fn column(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Option<Vec<Self>>, GraphError>;

    /// Vertices for ids.
    fn dense(edges: &Edges<Self>, known: Option<Vec<Self>>) -> Result<(Ids, Vec<u32>, Vec<u32>), ids::Fault>;
}

impl Id for i64 {
    fn parse(field: &[u8]) -> Result<Option<Self>, &'static str> {
        Ok(text::whole(field))
    }

    fn column(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Option<Vec<Self>>, GraphError> {
        columns::numbers(path, batches, at)
    }

    fn dense(edges: &Edges<Self>, known: Option<Vec<Self>>) -> Result<(Ids, Vec<u32>, Vec<u32>), ids::Fault> {
        let (ids, sources, targets) = ids::number(&edges.sources, &edges.targets, known)?;
        Ok((Ids::Numbers(ids), sources, targets))
    }
}

impl Id for String {
    fn parse(field: &[u8]) -> Result<Option<Self>, &'static str> {
        let text = std::str::from_utf8(field).map_err(|_| "the id is not UTF-8: save the file as UTF-8")?;
        Ok(Some(text.to_owned()))
    }

    fn column(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Option<Vec<Self>>, GraphError> {
        columns::texts(path, batches, at).map(Some)
    }

    fn dense(edges: &Edges<Self>, known: Option<Vec<Self>>) -> Result<(Ids, Vec<u32>, Vec<u32>), ids::Fault> {
        let (ids, sources, targets) = ids::name(&edges.sources, &edges.targets, known)?;
        Ok((Ids::Texts(ids), sources, targets))
    }
}

/// A file as it was read: once, so that it may be a pipe.
struct Source<'a> {
    path: &'a Path,
    content: Content,
}

enum Content {
    Text(Vec<u8>),
    Columns(Vec<RecordBatch>),
}

impl<'a> Source<'a> {
    fn read(path: &'a Path) -> Result<Self, GraphError> {
        let content = if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
            Content::Columns(columns::batches(path)?)
        } else {
            Content::Text(std::fs::read(path).map_err(|e| GraphError::io(path, e))?)
        };
        Ok(Self { path, content })
    }

    fn edges<T: Id>(&self, weighted: bool) -> Result<Option<Edges<T>>, GraphError> {
        match &self.content {
            Content::Text(text) => text::edges(self.path, text, weighted),
            Content::Columns(batches) => columns::edges(self.path, batches, weighted),
        }
    }

    fn vertices<T: Id>(&self) -> Result<Option<Vec<T>>, GraphError> {
        match &self.content {
            Content::Text(text) => text::vertices(self.path, text),
            Content::Columns(batches) => T::column(self.path, batches, 0),
        }
    }

    fn error(&self, fault: ids::Fault) -> GraphError {
        match fault {
            ids::Fault::TooMany => {
                GraphError::file(self.path, "more than 4,294,967,294 vertices: split the graph by region")
            }
            ids::Fault::Unknown { edge, id } => {
                let row = match &self.content {
                    Content::Text(text) => text::line_of(self.path, text, edge),
                    Content::Columns(_) => edge + 1,
                };
                let message = format!("vertex {id} is not in the vertex file; add it there, or leave that file out");
                GraphError::row(self.path, row, None, message)
            }
        }
    }
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
    /// # Arguments
    /// * `weighted`: read the weights where there are some; without it a third column may hold anything.
    ///
    /// # Errors
    /// A file cannot be read, a row is no edge, a weight is negative or no number, an edge names a vertex that the
    /// vertex file does not.
    pub fn read(edges: &Path, vertices: Option<&Path>, weighted: bool) -> Result<Self, GraphError> {
        let edges = Source::read(edges)?;
        let vertices = vertices.map(Source::read).transpose()?;
        if let Some(list) = Self::of::<i64>(&edges, vertices.as_ref(), weighted)? {
            return Ok(list);
        }
        let list = Self::of::<String>(&edges, vertices.as_ref(), weighted)?;
        list.ok_or_else(|| GraphError::file(edges.path, "ids must be whole numbers or texts"))
    }

    /// Reads with ids of a kind; nothing where one is not of it.
    fn of<T: Id>(edges: &Source, vertices: Option<&Source>, weighted: bool) -> Result<Option<Self>, GraphError> {
        let known = match vertices.map(Source::vertices::<T>).transpose()? {
            Some(None) => return Ok(None),
            Some(known) => known,
            None => None,
        };
        let Some(read) = edges.edges::<T>(weighted)? else { return Ok(None) };
        let (ids, sources, targets) = T::dense(&read, known).map_err(|fault| edges.error(fault))?;
        Ok(Some(Self { ids, sources, targets, weights: read.weights }))
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

/// A weight that algorithms can work with.
fn weight(value: f64) -> Result<f64, &'static str> {
    if value.is_finite() && value >= 0.0 {
        Ok(value)
    } else {
        Err("a weight must be a number that is finite and not negative")
    }
}
