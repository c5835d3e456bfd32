//! PageRank near a few vertices, without a look at the rest.

use std::collections::VecDeque;

use hashbrown::HashMap;

use crate::graph::{Graph, Weight};

/// Personalised PageRank near its starts: mass is pushed from vertex to vertex until each holds too little to matter.
///
/// # Arguments
/// * `graph`: undirected; an arc for which `passes` says no is no arc.
/// * `damping`: 0 ≤ damping < 1, usually 0.85.
/// * `starts`: vertices with their share of the starts; shares are scaled to the sum 1.
/// * `tolerance`: what may stay behind at a vertex, for each of its arcs.
/// * `passes`: whether mass goes along an arc, from its ends and weight.
///
/// # Returns
/// Vertices with their rank, the highest first, ties by the vertex. Ranks are below the exact ones by at most
/// `tolerance` times the degree, summed over all vertices.
///
/// # Complexity
/// Time O(1 / (tolerance · (1 − damping))), whatever the size of the graph.
///
/// # Reference
/// R. Andersen, F. Chung, K. Lang, *Local graph partitioning using PageRank vectors*, 2006.
pub fn push_pagerank<W: Weight>(
    graph: &Graph<W>,
    damping: f64,
    starts: &[(u32, f64)],
    tolerance: f64,
    passes: impl Fn(u32, u32, W) -> bool,
) -> Vec<(u32, f64)> {
    let total: f64 = starts.iter().map(|(_, share)| share).sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let starts: Vec<(u32, f64)> = starts.iter().map(|(v, share)| (*v, share / total)).collect();
    let mut walk = Walk { graph, tolerance, held: HashMap::new(), queue: VecDeque::new() };
    let mut rank: HashMap<u32, f64> = HashMap::new();
    starts.iter().for_each(|(v, share)| walk.give(*v, *share));
    while let Some(v) = walk.queue.pop_front() {
        let mass = walk.held.insert(v, 0.0).unwrap_or(0.0);
        let arcs: Vec<u32> =
            graph.rows().arcs_of(v).filter(|(to, weight)| passes(v, *to, *weight)).map(|(to, _)| to).collect();
        *rank.entry(v).or_default() += (1.0 - damping) * mass;
        let onward = damping * mass;
        if arcs.is_empty() {
            // The walker starts anew.
            starts.iter().for_each(|(start, share)| walk.give(*start, onward * share));
        }
        arcs.iter().for_each(|to| walk.give(*to, onward / arcs.len() as f64));
    }
    let mut ranked: Vec<(u32, f64)> = rank.into_iter().collect();
    ranked.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    ranked
}

struct Walk<'a, W> {
    graph: &'a Graph<W>,
    tolerance: f64,
    held: HashMap<u32, f64>,
    /// Vertices that hold enough to push, each once.
    queue: VecDeque<u32>,
}

impl<W: Weight> Walk<'_, W> {
    fn give(&mut self, v: u32, mass: f64) {
        let enough = self.tolerance * self.graph.out_degree(v).max(1) as f64;
        let held = self.held.entry(v).or_default();
        let waits = *held > enough;
        *held += mass;
        if !waits && *held > enough {
            self.queue.push_back(v);
        }
    }
}
