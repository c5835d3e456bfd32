//! Weakly connected components.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use rayon::prelude::*;

use crate::graph::{Graph, Weight};

/// Arcs of each vertex that are linked before the largest component is guessed.
const SAMPLED: usize = 2;
/// Vertices asked for that guess.
const GUESSES: usize = 1024;

/// Weakly connected components: the direction of arcs does not count.
///
/// Afforest: a forest of parents is linked over the first arcs of every vertex; what by then hangs in the largest tree
/// needs no more looking at, save in a directed graph, where the arcs of others may still lead to it. A root always
/// hangs under a smaller one, so that the result is the same in whatever order threads come.
///
/// # Arguments
/// * `graph`: directed or undirected.
///
/// # Returns
/// For each vertex the smallest vertex of its component.
///
/// # Complexity
/// Time O(|V| + |E|) in practice, memory 4 bytes a vertex.
///
/// # Reference
/// M. Sutton, T. Ben-Nun, A. Barak, *Optimizing parallel graph connectivity computation via subgraph sampling*, IPDPS
/// 2018.
pub fn components<W: Weight>(graph: &Graph<W>) -> Vec<u32> {
    let parents: Vec<AtomicU32> = graph.all().map(AtomicU32::new).collect();
    for nth in 0..SAMPLED {
        graph.all().into_par_iter().with_min_len(super::BLOCK).for_each(|v| {
            if let Some(&to) = graph.out(v).get(nth) {
                link(&parents, v, to);
            }
        });
        compress(&parents);
    }
    let largest = frequent(&parents);
    graph.all().into_par_iter().with_min_len(super::BLOCK).for_each(|v| {
        if parents[v as usize].load(Relaxed) == largest {
            return;
        }
        for &to in graph.out(v).iter().skip(SAMPLED).chain(graph.incoming_only(v)) {
            link(&parents, v, to);
        }
    });
    compress(&parents);
    parents.into_iter().map(AtomicU32::into_inner).collect()
}

/// Joins two trees: the larger root hangs under the smaller.
fn link(parents: &[AtomicU32], a: u32, b: u32) {
    let (mut a, mut b) = (parents[a as usize].load(Relaxed), parents[b as usize].load(Relaxed));
    while a != b {
        let (high, low) = (a.max(b), a.min(b));
        let above = parents[high as usize].load(Relaxed);
        if above == low
            || (above == high && parents[high as usize].compare_exchange(high, low, Relaxed, Relaxed).is_ok())
        {
            return;
        }
        a = parents[parents[high as usize].load(Relaxed) as usize].load(Relaxed);
        b = parents[low as usize].load(Relaxed);
    }
}

/// Every vertex hangs directly under its root.
fn compress(parents: &[AtomicU32]) {
    parents.par_iter().with_min_len(super::BLOCK).for_each(|parent| {
        let mut root = parent.load(Relaxed);
        loop {
            let above = parents[root as usize].load(Relaxed);
            if above == root {
                break;
            }
            root = above;
        }
        parent.store(root, Relaxed);
    });
}

/// The root that most of an even sample hang under; a wrong guess costs time only.
fn frequent(parents: &[AtomicU32]) -> u32 {
    let mut count = BTreeMap::<u32, usize>::new();
    for parent in parents.iter().step_by(parents.len().div_ceil(GUESSES).max(1)) {
        *count.entry(parent.load(Relaxed)).or_default() += 1;
    }
    count.into_iter().max_by_key(|(_, n)| *n).map_or(0, |(root, _)| root)
}
