//! A graph in compact integer form.

use super::csr::{Arcs, Csr, Weight};

/// A directed or undirected graph of vertices 0 … n−1. Parallel edges and loops stay as they are given.
#[derive(Debug, Clone)]
pub struct Graph<W = ()> {
    out: Csr<W>,
    /// Arcs by their target; none in an undirected graph, where each edge stands in the rows of both its ends.
    into: Option<Csr<()>>,
    edges: usize,
}

impl<W: Weight> Graph<W> {
    /// Builds a graph from edges; see [`Csr::from_edges`].
    pub fn new(vertices: usize, sources: &[u32], targets: &[u32], weights: &[W], directed: bool) -> Self {
        let arcs = if directed { Arcs::Forward } else { Arcs::Both };
        let out = Csr::from_edges(vertices, sources, targets, weights, arcs);
        let into = directed.then(|| Csr::from_edges(vertices, sources, targets, &[], Arcs::Backward));
        Self { out, into, edges: sources.len() }
    }

    /// An undirected graph that is built with next to no memory beside itself; see [`Csr::in_place`].
    pub fn in_place(vertices: usize, sources: &[u32], targets: &[u32], weight: impl Fn(usize) -> Option<W>) -> Self {
        let out = Csr::in_place(vertices, sources, targets, weight);
        Self { out, into: None, edges: sources.len() }
    }

    /// Number of vertices.
    pub fn vertices(&self) -> usize {
        self.out.vertices()
    }

    /// Number of edges as given.
    pub fn edges(&self) -> usize {
        self.edges
    }

    /// Whether edges have a direction.
    pub fn directed(&self) -> bool {
        self.into.is_some()
    }

    /// Rows by source.
    pub fn rows(&self) -> &Csr<W> {
        &self.out
    }

    /// Where a vertex's arcs lead, ascending.
    pub fn out(&self, vertex: u32) -> &[u32] {
        self.out.row(vertex)
    }

    /// Whence arcs lead to a vertex, ascending; the same as [`out`](Self::out) in an undirected graph.
    pub fn incoming(&self, vertex: u32) -> &[u32] {
        self.into.as_ref().map_or_else(|| self.out.row(vertex), |into| into.row(vertex))
    }

    /// Whence arcs lead to a vertex that [`out`](Self::out) does not show: nothing in an undirected graph.
    pub fn incoming_only(&self, vertex: u32) -> &[u32] {
        self.into.as_ref().map_or(&[], |into| into.row(vertex))
    }

    /// Number of arcs that leave a vertex.
    pub fn out_degree(&self, vertex: u32) -> usize {
        self.out.degree(vertex)
    }

    /// All vertices.
    pub fn all(&self) -> std::ops::Range<u32> {
        0..self.vertices() as u32
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.out.bytes() + self.into.as_ref().map_or(0, Csr::bytes)
    }
}
