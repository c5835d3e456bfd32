//! Breadth-first search.

use crate::graph::{Graph, Weight};

/// Depth of what cannot be reached.
pub const UNREACHABLE: u32 = u32::MAX;

/// Hops from one vertex to every other, along the arcs.
///
/// # Arguments
/// * `graph`: directed or undirected.
/// * `source`: where the search starts.
///
/// # Returns
/// The least number of arcs for each vertex; [`UNREACHABLE`] where there is no path.
///
/// # Complexity
/// Time O(|V| + |E|), memory O(|V|).
///
/// # Reference
/// E. F. Moore, *The shortest path through a maze*, 1959; LDBC Graphalytics specification, BFS.
pub fn bfs<W: Weight>(graph: &Graph<W>, source: u32) -> Vec<u32> {
    let mut depth = vec![UNREACHABLE; graph.vertices()];
    depth[source as usize] = 0;
    let mut frontier = vec![source];
    let mut next = Vec::new();
    let mut level = 0;
    while !frontier.is_empty() {
        level += 1;
        for &v in &frontier {
            for &to in graph.out(v) {
                if depth[to as usize] == UNREACHABLE {
                    depth[to as usize] = level;
                    next.push(to);
                }
            }
        }
        frontier.clear();
        std::mem::swap(&mut frontier, &mut next);
    }
    depth
}
