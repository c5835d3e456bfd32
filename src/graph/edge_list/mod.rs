//! Edge lists and vertex lists of any origin → dense vertices.
//!
//! | format | told by | rows |
//! |---|---|---|
//! | text, CSV | any other file | two ids, an optional weight, anything more |
//! | networkx | a first row that ends in a dict | two ids and `{'weight': 3}` |
//! | lists of neighbours | rows of unlike length, no first id twice | a vertex and those it leads to |
//! | MatrixMarket | `%%MatrixMarket` | the entries of a square coordinate matrix |
//! | DIMACS | `p sp 4 5`, `p edge 4 5` | `a from to weight`, `e one other` |
//! | Parquet | `.parquet` | the columns of known names, else the first two |
//!
//! All may be packed by gzip or zstd, Parquet excepted.
//!
//! **Fields** of a text stand apart as those of its first row do: by tabs, else by commas or semicolons, where a field
//! may be empty or in quotes; else by blanks. **Lines** that are empty or begin with `#`, `%` or `//` are comments.
//!
//! **A header** is a first row that names both ends (source, target …), one of words above numbers, or one of a pair of
//! names (`node1,node2`) unlike the ids beneath them. **The weight** is the column that is named so (weight, cost,
//! distance …), else the only other column of numbers; without a header the third.
//!
//! **Lists of neighbours** are told from edges soundly or not at all: where rows of three fields can be both, a note
//! says which they were taken for. In an undirected graph an edge stands in the lists of both its ends, or of one.
//!
//! **Directions** are the caller's to tell; where the file says otherwise (MatrixMarket, DIMACS, KONECT), a note does.
//! Each edge of a file without directions leads both ways in a directed graph.
//!
//! **Ids** are whole numbers where all of both files are so (of 64 bits with a sign) and none begins with a zero, else
//! texts, which are ordered as texts. Vertices are
//! numbered in the order of their ids. A vertex file (LDBC `.v`) has one id a row and may name vertices without edges;
//! where it is given, an edge to any other vertex is an error.
//!
//! | file | idea |
//! |---|---|
//! | `unpack.rs` | packed files → bytes |
//! | `rows.rs` | lines → rows → fields |
//! | `preamble.rs` | formats that say at the beginning what follows |
//! | `names.rs` | what the names of columns say |
//! | `layout.rs` | delimiter and columns, told by the first rows |
//! | `text.rs` | rows → edges and vertices |
//! | `lists.rs` | lists of neighbours → edges |
//! | `columns.rs` | the same for Parquet |
//! | `ids.rs` | ids → dense vertices |
//! | `ways.rs` | edges both ways, and edges that stand in two lists |

mod columns;
mod ids;
mod layout;
mod lists;
mod names;
mod preamble;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod unpack;
mod ways;

use std::path::Path;

use arrow::array::RecordBatch;
pub use ids::Ids;
use layout::{Layout, Shape};

use super::{Graph, GraphError};

/// What rows of a text are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// What they look like.
    #[default]
    Auto,
    /// An edge each: two ids and perhaps a weight.
    Edges,
    /// A vertex and its neighbours each.
    Adjacency,
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "edges" => Ok(Self::Edges),
            "adjacency" => Ok(Self::Adjacency),
            _ => Err("there are auto, edges and adjacency".to_owned()),
        }
    }
}

/// How to read edges.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// File of the vertices.
    pub vertices: Option<&'a Path>,
    /// What rows are.
    pub format: Format,
    /// Read the weights where there are some; without it their column may hold anything.
    pub weighted: bool,
    /// Column of the weight: its name, or its number from 1.
    pub weight: Option<&'a str>,
    /// The graph is to be directed.
    pub directed: bool,
}

/// How a file was read, for people.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Format of the file.
    pub format: String,
    /// Columns of the ends; none in lists of neighbours.
    pub ends: Option<[String; 2]>,
    /// Column of the weight; none where every edge has weight 1, or weights were not asked for.
    pub weight: Option<String>,
    /// What was decided that might have been meant otherwise.
    pub notes: Vec<String>,
}

/// Ends and weights of edges as they stand in a file.
#[derive(Debug)]
struct Edges<T> {
    sources: Vec<T>,
    targets: Vec<T>,
    /// As many as edges, or none.
    weights: Vec<f64>,
    /// Vertices with a row of their own.
    vertices: Vec<T>,
}

impl<T> Default for Edges<T> {
    fn default() -> Self {
        Self { sources: Vec::new(), targets: Vec::new(), weights: Vec::new(), vertices: Vec::new() }
    }
}

/// A kind of ids.
trait Id: Sized + Send + Clone {
    /// The id in a field of a text; nothing where it is not of this kind.
    fn parse(field: &[u8]) -> Result<Option<Self>, &'static str>;

    /// The ids in a column of Parquet; nothing where they are not of this kind.
    fn column(path: &Path, batches: &[RecordBatch], at: usize) -> Result<Option<Vec<Self>>, GraphError>;

    /// The ids from 1 to a number.
    fn up_to(last: usize) -> Vec<Self>;

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

    fn up_to(last: usize) -> Vec<Self> {
        (1..).take(last).collect()
    }

    fn dense(edges: &Edges<Self>, known: Option<Vec<Self>>) -> Result<(Ids, Vec<u32>, Vec<u32>), ids::Fault> {
        let (ids, sources, targets) = ids::number(&edges.sources, &edges.targets, &edges.vertices, known)?;
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

    fn up_to(last: usize) -> Vec<Self> {
        (1..=last).map(|id| id.to_string()).collect()
    }

    fn dense(edges: &Edges<Self>, known: Option<Vec<Self>>) -> Result<(Ids, Vec<u32>, Vec<u32>), ids::Fault> {
        let (ids, sources, targets) = ids::name(&edges.sources, &edges.targets, &edges.vertices, known)?;
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
        if unpack::ends_in(path, "parquet") {
            let file = std::fs::File::open(path).map_err(|e| GraphError::io(path, e))?;
            return Ok(Self { path, content: Content::Columns(columns::batches(path, file)?) });
        }
        let mut bytes = unpack::read(path)?;
        if bytes.starts_with(b"PAR1") {
            return Ok(Self { path, content: Content::Columns(columns::batches(path, bytes::Bytes::from(bytes))?) });
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            // The byte order mark.
            bytes.drain(..3);
        }
        Ok(Self { path, content: Content::Text(bytes) })
    }

    fn layout(&self, options: &Options) -> Result<Layout, GraphError> {
        match &self.content {
            Content::Text(text) => Layout::of(self.path, text, options),
            Content::Columns(batches) => {
                let mut layout = columns::layout(self.path, batches)?;
                options.weight.map_or(Ok(()), |column| layout.choose(column))?;
                Ok(layout)
            }
        }
    }

    fn edges<T: Id>(&self, layout: &Layout, weighted: bool) -> Result<Option<Edges<T>>, GraphError> {
        match &self.content {
            Content::Text(text) => text::edges(self.path, text, layout, weighted),
            Content::Columns(batches) => columns::edges(self.path, batches, layout, weighted),
        }
    }

    /// # Arguments
    /// * `edges`: the layout of the edges.
    fn vertices<T: Id>(&self, edges: &Layout) -> Result<Option<Vec<T>>, GraphError> {
        match &self.content {
            Content::Text(text) => text::vertices(self.path, text, edges),
            Content::Columns(batches) => T::column(self.path, batches, 0),
        }
    }

    /// # Arguments
    /// * `last`: the last vertex of those that the file of the edges promises.
    fn error(&self, fault: ids::Fault, layout: &Layout, last: Option<usize>) -> GraphError {
        let message = |id: &str| match last {
            Some(last) => format!("vertex {id} is none of the vertices 1 to {last} that the file promises"),
            None => format!("vertex {id} is not in the vertex file; add it there, or leave that file out"),
        };
        match fault {
            ids::Fault::TooMany => {
                GraphError::file(self.path, "more than 4,294,967,294 vertices: split the graph by region")
            }
            ids::Fault::Alone(id) => GraphError::file(self.path, message(&id)),
            ids::Fault::Unknown { edge, id } => {
                let row = match &self.content {
                    Content::Text(text) => text::line_of(text, layout, edge),
                    Content::Columns(_) => edge + 1,
                };
                GraphError::row(self.path, row, None, message(&id))
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
    /// How the file was read.
    pub reading: Reading,
}

impl EdgeList {
    /// Reads edges, and the vertices where a file names them.
    ///
    /// # Errors
    /// A file cannot be read, a row is no edge, a weight is negative or no number, no column is the weight that is asked
    /// for, an edge names a vertex that the vertex file does not.
    pub fn read(edges: &Path, options: &Options) -> Result<Self, GraphError> {
        let edges = Source::read(edges)?;
        let vertices = options.vertices.map(Source::read).transpose()?;
        let layout = edges.layout(options)?;
        let found = match Self::of::<i64>(&edges, &layout, vertices.as_ref(), options)? {
            Some(list) => Some(list),
            None => Self::of::<String>(&edges, &layout, vertices.as_ref(), options)?,
        };
        let mut list = found.ok_or_else(|| GraphError::file(edges.path, "ids must be whole numbers or texts"))?;
        list.turn(&layout, options.directed);
        Ok(list)
    }

    /// Reads with ids of a kind; nothing where one is not of it.
    fn of<T: Id>(
        edges: &Source,
        layout: &Layout,
        vertices: Option<&Source>,
        options: &Options,
    ) -> Result<Option<Self>, GraphError> {
        let promised = layout.promise.map(|promise| promise.vertices).filter(|_| vertices.is_none());
        let known = match (vertices.map(|vertices| vertices.vertices::<T>(layout)).transpose()?, promised) {
            (Some(None), _) => return Ok(None),
            (Some(known), _) => known,
            (None, Some(last)) if last >= u32::MAX as usize => {
                return Err(edges.error(ids::Fault::TooMany, layout, None));
            }
            (None, last) => last.map(T::up_to),
        };
        let Some(read) = edges.edges::<T>(layout, options.weighted)? else { return Ok(None) };
        let (ids, sources, targets) = T::dense(&read, known).map_err(|fault| edges.error(fault, layout, promised))?;
        let weighted = options.weighted && !read.weights.is_empty();
        let weight = || {
            if layout.shape == Shape::Data {
                Some(layout.key.clone())
            } else {
                layout.weight.map(|at| layout.column(at))
            }
        };
        let reading = Reading {
            format: layout.format.clone(),
            ends: (layout.shape != Shape::List).then(|| layout.ends.map(|at| layout.column(at))),
            weight: weighted.then(weight).flatten(),
            notes: layout.notes.clone(),
        };
        Ok(Some(Self { ids, sources, targets, weights: read.weights, reading }))
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
