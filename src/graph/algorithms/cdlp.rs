//! Community detection by label propagation.

use rayon::prelude::*;

use crate::graph::{Graph, Weight};

use super::BLOCK;

/// Communities by label propagation: every vertex takes, all at once, the label that is most frequent among its
/// neighbours, the smallest of several. Each begins with its own number.
///
/// In a directed graph arcs of both directions count, and a neighbour linked by both counts twice. A vertex whose
/// neighbours did not change does not change either and is not looked at again.
///
/// # Arguments
/// * `graph`: directed or undirected.
/// * `iterations`: rounds at most; it ends before where nothing changes.
///
/// # Returns
/// A label, the number of some vertex, for each vertex.
///
/// # Complexity
/// Time O(|E| log d) a round with d the largest degree, memory 10 bytes a vertex.
///
/// # Reference
/// U. N. Raghavan, R. Albert, S. Kumara, *Near linear time algorithm to detect community structures*, 2007; LDBC
/// Graphalytics specification, CDLP (deterministic form).
pub fn cdlp<W: Weight>(graph: &Graph<W>, iterations: usize) -> Vec<u32> {
    let mut label: Vec<u32> = graph.all().collect();
    let mut next = label.clone();
    let mut moved = vec![true; graph.vertices()];
    for _ in 0..iterations {
        let changed: Vec<bool> = next
            .par_chunks_mut(BLOCK)
            .enumerate()
            .flat_map_iter(|(nth, block)| {
                let first = (nth * BLOCK) as u32;
                let mut seen = Vec::new();
                let mut changed = vec![false; block.len()];
                for ((v, own), changed) in (first..).zip(block.iter_mut()).zip(&mut changed) {
                    let near = || graph.out(v).iter().chain(graph.incoming_only(v)).map(|to| *to as usize);
                    let old = label[v as usize];
                    *own = if near().any(|to| moved[to]) {
                        seen.clear();
                        seen.extend(near().map(|to| label[to]));
                        most_frequent(&mut seen).unwrap_or(old)
                    } else {
                        old
                    };
                    *changed = *own != old;
                }
                changed
            })
            .collect();
        std::mem::swap(&mut label, &mut next);
        if !changed.contains(&true) {
            break;
        }
        moved = changed;
    }
    label
}

/// The most frequent label, the smallest of several.
fn most_frequent(labels: &mut [u32]) -> Option<u32> {
    labels.sort_unstable();
    let (mut best, mut most) = (None, 0);
    for run in labels.chunk_by(|a, b| a == b) {
        if run.len() > most {
            (best, most) = (run.first().copied(), run.len());
        }
    }
    best
}
