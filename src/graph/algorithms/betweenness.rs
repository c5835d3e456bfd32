//! Betweenness.

use rayon::prelude::*;

use crate::graph::{Graph, Weight};

use super::bfs::UNREACHABLE;

/// Sources that one task works through: fixed, so that sums are taken in one order.
const SOURCES: usize = 64;

/// Betweenness: over all ordered pairs of other vertices, the share of their shortest paths (by hops) that pass through
/// a vertex; in an undirected graph every pair counts once.
///
/// # Arguments
/// * `graph`: directed or undirected, weights do not count.
/// * `every`: 1 for the exact value; k to work from every k-th source alone and scale up.
///
/// # Returns
/// A sum, not normalised, for each vertex.
///
/// # Complexity
/// Time O(|V| |E| / every), memory O(|V| + |E|) a thread.
///
/// # Reference
/// U. Brandes, *A faster algorithm for betweenness centrality*, 2001.
pub fn betweenness<W: Weight>(graph: &Graph<W>, every: usize) -> Vec<f64> {
    let n = graph.vertices();
    let every = every.max(1);
    let sources: Vec<u32> = graph.all().step_by(every).collect();
    let scale = if sources.is_empty() { 0.0 } else { n as f64 / sources.len() as f64 }
        * if graph.directed() { 1.0 } else { 0.5 };
    let mut total = vec![0.0; n];
    // As many tasks at a time as there are threads, so that few partial sums are held.
    for group in sources.chunks(SOURCES * rayon::current_num_threads()) {
        let parts: Vec<Vec<f64>> = group.par_chunks(SOURCES).map(|sources| from_sources(graph, sources)).collect();
        for part in parts {
            total.iter_mut().zip(part).for_each(|(sum, own)| *sum += own * scale);
        }
    }
    total
}

fn from_sources<W: Weight>(graph: &Graph<W>, sources: &[u32]) -> Vec<f64> {
    let n = graph.vertices();
    let (mut sum, mut depth, mut paths, mut share) =
        (vec![0.0; n], vec![UNREACHABLE; n], vec![0.0_f64; n], vec![0.0; n]);
    let mut order: Vec<u32> = Vec::new();
    for &source in sources {
        order.clear();
        order.push(source);
        (depth[source as usize], paths[source as usize]) = (0, 1.0);
        let mut nth = 0;
        while nth < order.len() {
            let v = order[nth] as usize;
            nth += 1;
            for &to in graph.out(v as u32) {
                let t = to as usize;
                if depth[t] == UNREACHABLE {
                    depth[t] = depth[v] + 1;
                    order.push(to);
                }
                if depth[t] == depth[v] + 1 {
                    paths[t] += paths[v];
                }
            }
        }
        for &v in order.iter().rev() {
            let v = v as usize;
            for &to in graph.out(v as u32) {
                let t = to as usize;
                if depth[t] == depth[v] + 1 {
                    share[v] += paths[v] / paths[t] * (1.0 + share[t]);
                }
            }
            if v != source as usize {
                sum[v] += share[v];
            }
        }
        for &v in &order {
            (depth[v as usize], paths[v as usize], share[v as usize]) = (UNREACHABLE, 0.0, 0.0);
        }
    }
    sum
}
