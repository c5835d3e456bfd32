//! PageRank, and PageRank as seen from a few vertices.

use rayon::prelude::*;

use crate::graph::{Graph, Weight};

use super::BLOCK;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    /// After so many steps of the power method, as LDBC Graphalytics counts them.
    Iterations(usize),
    /// When the sum of all errors is proved to be at most this.
    Tolerance(f64),
}

/// Steps after which a tolerance below what floats can hold is given up.
const LONGEST: usize = 1000;

/// PageRank: the share of its time that a walker spends at a vertex who follows an arc with probability `damping` and
/// else starts anew anywhere. From a vertex without arcs the walker starts anew.
///
/// A loop is one arc, in an undirected graph as well, as in networkx and rustworkx; igraph counts an undirected loop twice.
/// LDBC's graphs have no loops.
///
/// A number of iterations asks for the plain power method from equal ranks. A tolerance asks for the fixed point: by
/// the power method in a directed graph; in an undirected one the walk is reversible, its eigenvalues are real, and
/// Chebyshev's semi-iteration needs a quarter of the steps.
///
/// # Arguments
/// * `graph`: directed or undirected; parallel arcs count as often as they stand, weights do not count.
/// * `damping`: 0 ≤ damping < 1, usually 0.85.
/// * `stop`: steps, or tolerance of the sum of all errors.
///
/// # Returns
/// A rank for each vertex; they sum to 1.
///
/// # Complexity
/// Time O(|V| + |E|) a step, memory 24 bytes a vertex.
///
/// # Reference
/// L. Page, S. Brin, R. Motwani, T. Winograd, *The PageRank citation ranking*, 1999; G. Golub, R. Varga, *Chebyshev
/// semi-iterative methods*, 1961; LDBC Graphalytics specification, PR.
pub fn pagerank<W: Weight>(graph: &Graph<W>, damping: f64, stop: Stop) -> Vec<f64> {
    let n = graph.vertices() as f64;
    match stop {
        Stop::Iterations(steps) => power(graph, damping, &|_| 1.0 / n, 1.0 / n, steps, 0.0),
        Stop::Tolerance(tolerance) if graph.directed() => {
            power(graph, damping, &|_| 1.0 / n, 1.0 / n, LONGEST, tolerance)
        }
        Stop::Tolerance(tolerance) => chebyshev(graph, damping, tolerance),
    }
}

/// PageRank of a walker who always starts anew at one of a few vertices: how near the others lie to these.
///
/// # Arguments
/// * `graph`, `damping`: as in [`pagerank`].
/// * `starts`: vertices with their share of the starts; shares are scaled to the sum 1.
/// * `tolerance`: of the sum of all errors.
///
/// # Returns
/// A rank for each vertex, summing to 1; all zero where there is no start.
///
/// # Complexity
/// As [`pagerank`].
///
/// # Reference
/// T. Haveliwala, *Topic-sensitive PageRank*, 2002.
pub fn personalised_pagerank<W: Weight>(
    graph: &Graph<W>,
    damping: f64,
    starts: &[(u32, f64)],
    tolerance: f64,
) -> Vec<f64> {
    let mut share = vec![0.0; graph.vertices()];
    let total: f64 = starts.iter().map(|(_, s)| s).sum();
    if total <= 0.0 {
        return share;
    }
    for (v, s) in starts {
        share[*v as usize] += s / total;
    }
    power(graph, damping, &|v| share[v], 0.0, LONGEST, tolerance)
}

/// The power method. `share` is where the walker starts anew; `even` is that share where it is equal for all, else 0,
/// and then walkers without an arc start anew by `share`.
fn power<W: Weight>(
    graph: &Graph<W>,
    damping: f64,
    share: &(dyn Fn(usize) -> f64 + Sync),
    even: f64,
    steps: usize,
    tolerance: f64,
) -> Vec<f64> {
    let n = graph.vertices();
    let mut rank: Vec<f64> = (0..n).map(share).collect();
    let mut passed = vec![0.0; n];
    for _ in 0..steps {
        let lost = pass_on(graph, &rank, &mut passed);
        let moved = each_block(&mut rank, |first, block| {
            let mut moved = 0.0;
            for (i, old) in block.iter_mut().enumerate() {
                let v = first + i;
                let own = if even > 0.0 { even } else { share(v) };
                let new = (1.0 - damping + damping * lost) * own + damping * received(graph, v, &passed);
                moved += (new - *old).abs();
                *old = new;
            }
            moved
        });
        // The walk brings any two distributions nearer by the factor `damping`.
        if moved * damping <= tolerance * (1.0 - damping) {
            break;
        }
    }
    rank
}

/// Chebyshev's semi-iteration of x = t + damping · M x, whose eigenvalues lie between −damping and damping.
fn chebyshev<W: Weight>(graph: &Graph<W>, damping: f64, tolerance: f64) -> Vec<f64> {
    let n = graph.vertices();
    let isolated = graph.all().into_par_iter().filter(|v| graph.out_degree(*v) == 0).count();
    // What starts at any vertex, with what isolated vertices hand back: each of them holds exactly this.
    let start = (1.0 - damping) / (n as f64 - damping * isolated as f64);
    let arcs = graph.rows().arcs().max(1) as f64;
    let mut rank: Vec<f64> = graph
        .all()
        .map(|v| if graph.out_degree(v) == 0 { start } else { start + damping * graph.out_degree(v) as f64 / arcs })
        .collect();
    let mut before = rank.clone();
    let mut passed = vec![0.0; n];
    let mut omega = 1.0;
    for step in 0..LONGEST {
        pass_on(graph, &rank, &mut passed);
        let residual = each_block(&mut before, |first, block| {
            let mut residual = 0.0;
            for (i, older) in block.iter_mut().enumerate() {
                let v = first + i;
                let new = start + damping * received(graph, v, &passed);
                residual += (new - rank[v]).abs();
                *older += omega * (new - *older);
            }
            residual
        });
        std::mem::swap(&mut rank, &mut before);
        if residual <= tolerance * (1.0 - damping) {
            break;
        }
        let squared = damping * damping;
        omega = if step == 0 { 1.0 / (1.0 - squared / 2.0) } else { 1.0 / (1.0 - squared * omega / 4.0) };
    }
    rank
}

/// What each vertex hands to each of its arcs; returns the rank of vertices without any.
fn pass_on<W: Weight>(graph: &Graph<W>, rank: &[f64], passed: &mut [f64]) -> f64 {
    each_block(passed, |first, block| {
        let mut lost = 0.0;
        for (i, passed) in block.iter_mut().enumerate() {
            let v = first + i;
            let degree = graph.out_degree(v as u32);
            if degree == 0 {
                lost += rank[v];
            } else {
                *passed = rank[v] / degree as f64;
            }
        }
        lost
    })
}

fn received<W: Weight>(graph: &Graph<W>, v: usize, passed: &[f64]) -> f64 {
    graph.incoming(v as u32).iter().map(|from| passed[*from as usize]).sum()
}

/// Works on blocks in parallel and adds their results in order.
fn each_block(values: &mut [f64], work: impl Fn(usize, &mut [f64]) -> f64 + Sync) -> f64 {
    let sums: Vec<f64> =
        values.par_chunks_mut(BLOCK).enumerate().map(|(nth, block)| work(nth * BLOCK, block)).collect();
    sums.iter().sum()
}
