//! Cores.

use crate::graph::{Graph, Weight};

/// Core numbers: the largest k such that the vertex belongs to a part in which everybody has k neighbours.
///
/// Directions do not count, nor do loops; parallel and antiparallel edges count once: cores are defined by neighbours, and
/// those of networkx, which refuses loops, are the same. igraph counts every edge: simplify its graph before comparing.
///
/// # Arguments
/// * `graph`: directed or undirected.
///
/// # Returns
/// A core number for each vertex.
///
/// # Complexity
/// Time O(|V| + |E|), memory O(|V| + |E|).
///
/// # Reference
/// V. Batagelj, M. Zaveršnik, *An O(m) algorithm for cores decomposition of networks*, 2003.
pub fn core_numbers<W: Weight>(graph: &Graph<W>) -> Vec<u32> {
    let n = graph.vertices();
    let distinct = |v: u32| {
        let mut near: Vec<u32> =
            graph.out(v).iter().chain(graph.incoming_only(v)).copied().filter(|to| *to != v).collect();
        near.sort_unstable();
        near.dedup();
        near
    };
    let mut degree: Vec<u32> = graph.all().map(|v| distinct(v).len() as u32).collect();
    // Vertices by degree, where each degree begins, and where each vertex stands.
    let most = degree.iter().copied().max().unwrap_or(0) as usize;
    let mut begin = vec![0_usize; most + 2];
    for d in &degree {
        begin[*d as usize + 1] += 1;
    }
    for d in 0..=most {
        begin[d + 1] += begin[d];
    }
    let mut place = vec![0_usize; n];
    let mut order = vec![0_u32; n];
    let mut next = begin.clone();
    for v in graph.all() {
        let at = &mut next[degree[v as usize] as usize];
        (place[v as usize], order[*at]) = (*at, v);
        *at += 1;
    }
    for nth in 0..n {
        let v = order[nth];
        let own = degree[v as usize];
        for to in distinct(v) {
            let d = degree[to as usize];
            if d > own {
                // It moves to the front of its degree, whose front moves on.
                let (front, at) = (begin[d as usize], place[to as usize]);
                let other = order[front];
                order.swap(front, at);
                (place[to as usize], place[other as usize]) = (front, at);
                begin[d as usize] += 1;
                degree[to as usize] -= 1;
            }
        }
    }
    degree
}
