//! Local clustering coefficient.

use crate::graph::{Graph, Weight};

use super::triangles::Neighbours;

/// Local clustering coefficients: of all arcs that could lead between a vertex's neighbours, the share that does.
///
/// Neighbours are those of either direction, each once; arcs between them count by direction. Parallel edges and loops
/// do not count. A vertex with fewer than two neighbours has 0.
///
/// # Arguments
/// * `graph`: directed or undirected.
///
/// # Returns
/// A share between 0 and 1 for each vertex.
///
/// # Complexity
/// Time O(|E|^1.5), memory O(|V| + |E|).
///
/// # Reference
/// D. Watts, S. Strogatz, *Collective dynamics of 'small-world' networks*, 1998; LDBC Graphalytics specification, LCC.
pub fn local_clustering<W: Weight>(graph: &Graph<W>) -> Vec<f64> {
    let near = Neighbours::of(graph);
    let between = near.corners(|uv, uw, vw| (u64::from(vw), u64::from(uw), u64::from(uv)));
    (0..)
        .zip(between)
        .map(|(v, arcs)| {
            let degree = near.degree(v);
            if degree < 2 { 0.0 } else { arcs as f64 / (degree * (degree - 1)) as f64 }
        })
        .collect()
}
