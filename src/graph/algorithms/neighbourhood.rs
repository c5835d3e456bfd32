//! What lies within a few hops.

use rayon::prelude::*;

use crate::graph::{Graph, Weight};

/// Vertices within some hops of one, along the arcs, with their distance.
///
/// # Arguments
/// * `graph`: directed or undirected.
/// * `source`: where the search starts.
/// * `hops`: distance at most.
/// * `most`: vertices at most; the search ends when so many are found.
///
/// # Returns
/// Vertices and hops in the order of the search, the source first.
///
/// # Complexity
/// Time and memory O(arcs of what is found), whatever the size of the graph.
pub fn neighbourhood<W: Weight>(graph: &Graph<W>, source: u32, hops: u32, most: usize) -> Vec<(u32, u32)> {
    let mut found = vec![(source, 0)];
    let mut seen: hashbrown::HashSet<u32> = std::iter::once(source).collect();
    let mut nth = 0;
    while let Some(&(v, hop)) = found.get(nth) {
        nth += 1;
        if hop == hops {
            break;
        }
        for &to in graph.out(v) {
            if found.len() < most && seen.insert(to) {
                found.push((to, hop + 1));
            }
        }
    }
    found
}

/// How many vertices lie within some hops of each of many, themselves counted.
///
/// # Arguments
/// * `graph`, `hops`: as in [`neighbourhood`].
/// * `sources`: where searches start.
///
/// # Returns
/// A count for each source, in their order.
///
/// # Complexity
/// Time O(arcs of what is found), memory 4 bytes a vertex and thread.
pub fn neighbourhood_sizes<W: Weight>(graph: &Graph<W>, sources: &[u32], hops: u32) -> Vec<u64> {
    let each = sources.len().div_ceil(rayon::current_num_threads() * 8).clamp(64, 1 << 16);
    sources
        .par_chunks(each)
        .flat_map_iter(|sources| {
            // The number of the search that saw a vertex last: nothing to clear between searches.
            let mut seen = vec![u32::MAX; graph.vertices()];
            let mut found = Vec::new();
            let sizes: Vec<u64> = (0..)
                .zip(sources)
                .map(|(nth, &source)| {
                    found.clear();
                    found.push(source);
                    seen[source as usize] = nth;
                    let mut from = 0;
                    for _ in 0..hops {
                        let to = found.len();
                        for at in from..to {
                            for &near in graph.out(found[at]) {
                                if seen[near as usize] != nth {
                                    seen[near as usize] = nth;
                                    found.push(near);
                                }
                            }
                        }
                        from = to;
                    }
                    found.len() as u64
                })
                .collect();
            sizes
        })
        .collect()
}
