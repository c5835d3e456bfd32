//! The best paths between two vertices.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::graph::{Graph, Weight};

/// A path without repeated vertices.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Vertices from the first to the last.
    pub vertices: Vec<u32>,
    /// Sum of the weights.
    pub length: f64,
}

impl Eq for Path {}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        self.length
            .total_cmp(&other.length)
            .then(self.vertices.len().cmp(&other.vertices.len()))
            .then_with(|| self.vertices.cmp(&other.vertices))
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The shortest paths of few hops between two vertices, best first, ties by fewer hops and smaller vertices.
///
/// Grows paths from one end in the order of their length and looks no further than what the other end reaches in the
/// hops that are left.
///
/// # Arguments
/// * `graph`: directed or undirected; weights are not negative.
/// * `from`, `to`: the ends.
/// * `hops`: arcs at most.
/// * `count`: paths at most.
/// * `effort`: paths grown at most; what was found by then is returned.
///
/// # Returns
/// At most `count` paths; parallel edges give one, by the lightest.
///
/// # Complexity
/// Time O(effort · d) with d the degrees met.
///
/// # Reference
/// J. Y. Yen, *Finding the k shortest loopless paths in a network*, 1971 (the problem).
pub fn best_paths<W: Weight>(
    graph: &Graph<W>,
    from: u32,
    to: u32,
    hops: u32,
    count: usize,
    effort: usize,
) -> Vec<Path> {
    let left = hops_to(graph, to, hops, effort);
    let mut heap = BinaryHeap::from([Reverse(Path { vertices: vec![from], length: 0.0 })]);
    let mut best: Vec<Path> = Vec::new();
    for _ in 0..effort {
        let Some(Reverse(path)) = heap.pop() else { break };
        let Some(&last) = path.vertices.last() else { break };
        if last == to {
            if best.iter().all(|b| b.vertices != path.vertices) {
                best.push(path);
            }
            if best.len() == count {
                break;
            }
            continue;
        }
        let after = hops as usize - (path.vertices.len() - 1);
        for (next, weight) in graph.rows().arcs_of(last) {
            if left.get(&next).is_some_and(|more| (*more as usize) < after) && !path.vertices.contains(&next) {
                let mut vertices = path.vertices.clone();
                vertices.push(next);
                heap.push(Reverse(Path { vertices, length: path.length + weight.value() }));
            }
        }
    }
    best
}

/// Hops from what is near to a vertex, against the arcs.
fn hops_to<W: Weight>(graph: &Graph<W>, to: u32, hops: u32, most: usize) -> hashbrown::HashMap<u32, u32> {
    let mut left: hashbrown::HashMap<u32, u32> = std::iter::once((to, 0)).collect();
    let mut frontier = vec![to];
    for hop in 1..=hops {
        let mut next = Vec::new();
        for v in frontier {
            for &from in graph.incoming(v) {
                if left.len() < most && !left.contains_key(&from) {
                    left.insert(from, hop);
                    next.push(from);
                }
            }
        }
        frontier = next;
    }
    left
}
