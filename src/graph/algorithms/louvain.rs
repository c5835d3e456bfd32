//! Communities by modularity.

use std::collections::VecDeque;

use crate::graph::Graph;
use crate::graph::csr::{Csr, Weight};

/// A partition into communities.
#[derive(Debug, Clone, PartialEq)]
pub struct Communities {
    /// The community of each vertex, numbered from 0 by their smallest vertices.
    pub of: Vec<u32>,
    /// How many there are.
    pub count: usize,
    /// Modularity of the partition.
    pub modularity: f64,
}

/// What a move must gain, as a share of the whole weight: below this, rounding decides.
const GAIN: f64 = 1e-12;

/// Communities by the Louvain method: vertices move to the neighbouring community that raises modularity most, what
/// belongs together becomes one vertex, and so on until nothing moves. Vertices wait in a queue and are looked at again
/// only when a neighbour has moved.
///
/// # Arguments
/// * `graph`: undirected, or directed and read without directions; weights are not negative.
/// * `resolution`: 1 for modularity; more gives smaller communities.
/// * `levels`: at most.
///
/// # Returns
/// The partition with its modularity at that resolution.
///
/// # Complexity
/// Time O(|E|) a pass, in practice a few passes a level; memory O(|V| + |E|).
///
/// # Reference
/// V. Blondel, J.-L. Guillaume, R. Lambiotte, E. Lefebvre, *Fast unfolding of communities in large networks*, 2008; the
/// queue is that of V. Traag, L. Waltman, N. J. van Eck, *From Louvain to Leiden*, 2019.
pub fn louvain<W: Weight>(graph: &Graph<W>, resolution: f64, levels: usize) -> Communities {
    let directed = graph.directed();
    let undirected;
    let rows = if directed {
        undirected = both_ways(graph);
        &undirected
    } else {
        graph.rows()
    };
    let mut of: Vec<u32> = graph.all().collect();
    let mut count = graph.vertices();
    let loops = vec![0.0; count];
    let mut coarse: Option<(Csr<f64>, Vec<f64>)> = None;
    for level in 0..levels {
        let moved = match &coarse {
            None => step(rows, &loops, resolution),
            Some((rows, loops)) => step(rows, loops, resolution),
        };
        let Step { of: joined, count: fewer, rows: next, loops: next_loops } = moved;
        if fewer == count && level > 0 {
            break;
        }
        of.iter_mut().for_each(|c| *c = joined[*c as usize]);
        if fewer == count {
            break;
        }
        count = fewer;
        coarse = Some((next, next_loops));
    }
    let modularity = modularity_of(rows, &of, resolution);
    Communities { of, count, modularity }
}

/// Modularity of a partition of a graph read without directions.
///
/// # Reference
/// M. Newman, M. Girvan, *Finding and evaluating community structure in networks*, 2004.
pub fn modularity<W: Weight>(graph: &Graph<W>, of: &[u32], resolution: f64) -> f64 {
    if graph.directed() {
        modularity_of(&both_ways(graph), of, resolution)
    } else {
        modularity_of(graph.rows(), of, resolution)
    }
}

/// The arcs of a directed graph, each also the other way.
fn both_ways<W: Weight>(graph: &Graph<W>) -> Csr<W> {
    let (mut sources, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for v in graph.all() {
        for (to, weight) in graph.rows().arcs_of(v) {
            sources.push(v);
            targets.push(to);
            weights.push(weight);
        }
    }
    Csr::from_edges(graph.vertices(), &sources, &targets, &weights, crate::graph::csr::Arcs::Both)
}

fn modularity_of<W: Weight>(rows: &Csr<W>, of: &[u32], resolution: f64) -> f64 {
    let communities = of.iter().max().map_or(0, |c| *c as usize + 1);
    let mut strength = vec![0.0; communities];
    let (mut inside, mut total) = (0.0, 0.0);
    for v in 0..rows.vertices() as u32 {
        let own = of[v as usize];
        for (to, weight) in rows.arcs_of(v) {
            // A loop stands in one row and has two ends.
            let weight = weight.value() * if to == v { 2.0 } else { 1.0 };
            total += weight;
            strength[own as usize] += weight;
            if of[to as usize] == own {
                inside += weight;
            }
        }
    }
    if total == 0.0 {
        return 0.0;
    }
    inside / total - resolution * strength.iter().map(|s| (s / total) * (s / total)).sum::<f64>()
}

struct Step {
    of: Vec<u32>,
    count: usize,
    rows: Csr<f64>,
    loops: Vec<f64>,
}

/// One level: local moves, then what belongs together becomes one vertex. `loops` are the weights, both ends counted,
/// that lie within each vertex already.
fn step<W: Weight>(rows: &Csr<W>, loops: &[f64], resolution: f64) -> Step {
    let n = rows.vertices();
    let mut of = local_moves(rows, loops, resolution);
    let mut number = vec![u32::MAX; n];
    let mut count = 0;
    for c in &mut of {
        let own = &mut number[*c as usize];
        if *own == u32::MAX {
            *own = count;
            count += 1;
        }
        *c = *own;
    }
    let count = count as usize;
    // Members by community.
    let mut begin = vec![0_usize; count + 1];
    of.iter().for_each(|c| begin[*c as usize + 1] += 1);
    (0..count).for_each(|c| begin[c + 1] += begin[c]);
    let mut members = vec![0_u32; n];
    let mut next = begin.clone();
    for (v, c) in (0..).zip(&of) {
        members[next[*c as usize]] = v;
        next[*c as usize] += 1;
    }
    let (mut offsets, mut targets, mut weights) = (vec![0_u64], Vec::new(), Vec::new());
    let mut inner = vec![0.0; count];
    let mut near = Tally::new(count);
    for c in 0..count as u32 {
        let own = c as usize;
        for &v in &members[begin[own]..begin[own + 1]] {
            inner[own] += loops[v as usize];
            for (to, weight) in rows.arcs_of(v) {
                near.add(of[to as usize], weight.value() * if to == v { 2.0 } else { 1.0 });
            }
        }
        for (to, weight) in near.drain() {
            if to == c {
                inner[own] += weight;
            } else {
                targets.push(to);
                weights.push(weight);
            }
        }
        offsets.push(targets.len() as u64);
    }
    Step { of, count, rows: Csr::from_parts(offsets, targets, weights), loops: inner }
}

/// Sums by community, as many as one vertex has neighbours.
struct Tally {
    sum: Vec<f64>,
    touched: Vec<u32>,
}

impl Tally {
    fn new(communities: usize) -> Self {
        Self { sum: vec![0.0; communities], touched: Vec::new() }
    }

    fn add(&mut self, community: u32, weight: f64) {
        let sum = &mut self.sum[community as usize];
        if *sum == 0.0 {
            self.touched.push(community);
        }
        *sum += weight;
    }

    fn drain(&mut self) -> impl Iterator<Item = (u32, f64)> {
        let sum = &mut self.sum;
        self.touched.drain(..).filter_map(move |c| {
            let weight = std::mem::take(&mut sum[c as usize]);
            (weight != 0.0).then_some((c, weight))
        })
    }
}

fn local_moves<W: Weight>(rows: &Csr<W>, loops: &[f64], resolution: f64) -> Vec<u32> {
    let n = rows.vertices();
    let mut of: Vec<u32> = (0..n as u32).collect();
    let strength: Vec<f64> = (0..n as u32)
        .map(|v| {
            let arcs: f64 = rows.arcs_of(v).map(|(to, w)| w.value() * if to == v { 2.0 } else { 1.0 }).sum();
            loops[v as usize] + arcs
        })
        .collect();
    let total: f64 = strength.iter().sum();
    let mut held = strength.clone();
    let mut waiting = vec![true; n];
    let mut queue: VecDeque<u32> = (0..n as u32).collect();
    let mut near = Tally::new(n);
    while let Some(v) = queue.pop_front() {
        waiting[v as usize] = false;
        let (own, pull) = (of[v as usize], strength[v as usize]);
        for (to, weight) in rows.arcs_of(v) {
            if to != v {
                near.add(of[to as usize], weight.value());
            }
        }
        held[own as usize] -= pull;
        let worth = |inner: f64, community: u32| inner - resolution * pull * held[community as usize] / total;
        let stay = worth(near.sum[own as usize], own);
        let (mut best, mut most) = (own, stay + GAIN * total);
        for (community, weight) in near.drain() {
            let gain = worth(weight, community);
            if gain > most || (gain == most && best != own && community < best) {
                (best, most) = (community, gain);
            }
        }
        held[best as usize] += pull;
        if best != own {
            of[v as usize] = best;
            for &to in rows.row(v) {
                if of[to as usize] != best && !std::mem::replace(&mut waiting[to as usize], true) {
                    queue.push_back(to);
                }
            }
        }
    }
    of
}
