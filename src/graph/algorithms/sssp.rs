//! Shortest paths from one vertex.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::graph::{Graph, Weight};

/// Lengths of the shortest paths from one vertex to every other, along the arcs.
///
/// # Arguments
/// * `graph`: directed or undirected; weights are not negative and finite (1 where there are none).
/// * `source`: where the paths start.
///
/// # Returns
/// The least sum of weights for each vertex; infinity where there is no path.
///
/// # Complexity
/// Time O((|V| + |E|) log |V|), memory O(|V| + |E|).
///
/// # Reference
/// E. W. Dijkstra, *A note on two problems in connexion with graphs*, 1959; LDBC Graphalytics specification, SSSP.
pub fn shortest_distances<W: Weight>(graph: &Graph<W>, source: u32) -> Vec<f64> {
    let mut distance = vec![f64::INFINITY; graph.vertices()];
    distance[source as usize] = 0.0;
    // Bits of floats that are not negative are in the order of the floats.
    let mut heap = BinaryHeap::from([Reverse((0_u64, source))]);
    while let Some(Reverse((bits, v))) = heap.pop() {
        let reached = f64::from_bits(bits);
        if reached > distance[v as usize] {
            continue;
        }
        for (to, weight) in graph.rows().arcs_of(v) {
            let length = reached + weight.value();
            if length < distance[to as usize] {
                distance[to as usize] = length;
                heap.push(Reverse((length.to_bits(), to)));
            }
        }
    }
    distance
}
