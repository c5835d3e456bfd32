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

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// The paths, best first.
    pub paths: Vec<Path>,
    /// Whether the search came to its end: there are no better ones.
    pub complete: bool,
}

/// The shortest different paths of few hops between two vertices, best first, ties by fewer hops and smaller vertices.
///
/// Grows paths from one end in the order of their length and looks no further than what the other end reaches in the
/// hops that are left.
///
/// # Arguments
/// * `graph`: directed or undirected.
/// * `from`, `to`: the ends.
/// * `hops`: arcs at most.
/// * `count`: paths at most.
/// * `effort`: arcs looked at, at most, from each end; what was found by then is returned.
/// * `step`: length of an arc, not negative, from its ends and weight; `None` where no path goes. In an undirected graph
///   the same both ways.
/// * `same`: what paths have in common that say the same, from their vertices; of these the best alone is given. `None`
///   for a path that says nothing new.
///
/// # Returns
/// At most `count` paths; parallel edges give one, by the shortest.
///
/// # Complexity
/// Time O(effort · log effort).
///
/// # Reference
/// J. Y. Yen, *Finding the k shortest loopless paths in a network*, 1971 (the problem).
pub fn best_paths<W: Weight, K: PartialEq>(
    graph: &Graph<W>,
    (from, to): (u32, u32),
    hops: u32,
    count: usize,
    effort: usize,
    step: impl Fn(u32, u32, W) -> Option<f64>,
    same: impl Fn(&[u32]) -> Option<K>,
) -> Paths {
    let (left, mut complete) = hops_to(graph, (from, to), hops, effort, &step);
    let mut heap = BinaryHeap::from([Reverse(Path { vertices: vec![from], length: 0.0 })]);
    let mut best: Vec<Path> = Vec::new();
    let mut told: Vec<K> = Vec::new();
    let mut looked = 0;
    while best.len() < count
        && let Some(Reverse(path)) = heap.pop()
    {
        let Some(&last) = path.vertices.last() else { break };
        if last == to {
            if let Some(key) = same(&path.vertices)
                && !told.contains(&key)
            {
                told.push(key);
                best.push(path);
            }
            continue;
        }
        if looked > effort {
            complete = false;
            break;
        }
        let after = hops as usize - (path.vertices.len() - 1);
        for (next, weight) in graph.rows().arcs_of(last) {
            looked += 1;
            if left.get(&next).is_some_and(|more| (*more as usize) < after)
                && !path.vertices.contains(&next)
                && let Some(length) = step(last, next, weight)
            {
                let mut vertices = path.vertices.clone();
                vertices.push(next);
                heap.push(Reverse(Path { vertices, length: path.length + length }));
            }
        }
    }
    Paths { paths: best, complete }
}

/// Hops from what is near to a vertex, against the arcs, and whether all of it was looked at.
fn hops_to<W: Weight>(
    graph: &Graph<W>,
    (from, to): (u32, u32),
    hops: u32,
    effort: usize,
    step: &impl Fn(u32, u32, W) -> Option<f64>,
) -> (hashbrown::HashMap<u32, u32>, bool) {
    let mut left: hashbrown::HashMap<u32, u32> = std::iter::once((to, 0)).collect();
    let mut frontier = vec![to];
    let mut looked = 0;
    for hop in 1..=hops {
        let mut next = Vec::new();
        for v in frontier {
            // Nobody's path goes through its own beginning.
            if v == from {
                continue;
            }
            looked += graph.incoming(v).len();
            if looked > effort {
                return (left, false);
            }
            let mut add = |near: u32| {
                if !left.contains_key(&near) {
                    left.insert(near, hop);
                    next.push(near);
                }
            };
            if graph.directed() {
                graph.incoming(v).iter().for_each(|near| add(*near));
            } else {
                let near = graph.rows().arcs_of(v).filter(|(near, weight)| step(v, *near, *weight).is_some());
                near.for_each(|(near, _)| add(near));
            }
        }
        frontier = next;
    }
    (left, true)
}
