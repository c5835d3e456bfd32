//! Triangles of every vertex.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rayon::prelude::*;

use crate::graph::csr::Csr;
use crate::graph::{Graph, Weight};

use super::BLOCK;

/// Triangles that each vertex is part of; directions, parallel edges and loops do not count.
///
/// # Arguments
/// * `graph`: directed or undirected.
///
/// # Returns
/// A count for each vertex; they sum to three times the triangles of the graph.
///
/// # Complexity
/// Time O(|E|^1.5), memory O(|V| + |E|).
///
/// # Reference
/// N. Chiba, T. Nishizeki, *Arboricity and subgraph listing algorithms*, 1985.
pub fn triangles<W: Weight>(graph: &Graph<W>) -> Vec<u64> {
    let near = Neighbours::of(graph);
    near.corners(|_, _, _| (1, 1, 1))
}

/// The neighbours of every vertex, each once, without itself; and the same seen from the vertex of lower degree.
pub(super) struct Neighbours {
    forward: Csr<u8>,
    degree: Vec<u32>,
}

impl Weight for u8 {
    fn value(self) -> f64 {
        f64::from(self)
    }
}

impl Neighbours {
    pub(super) fn of<W: Weight>(graph: &Graph<W>) -> Self {
        // Arcs between two vertices: 1 or 2; an undirected edge is one each way.
        let merged = |v: u32, row: &mut Vec<(u32, u8)>| {
            row.clear();
            let each = u8::from(!graph.directed()) + 1;
            for side in [graph.out(v), graph.incoming_only(v)] {
                let before = row.len();
                row.extend(side.iter().filter(|to| **to != v).map(|to| (*to, each)));
                let mut own = row.split_off(before);
                own.dedup_by_key(|(to, _)| *to);
                row.append(&mut own);
            }
            if graph.directed() {
                row.sort_unstable();
                row.dedup_by(|b, a| {
                    let same = a.0 == b.0;
                    a.1 += if same { b.1 } else { 0 };
                    same
                });
            }
        };
        let blocks: Vec<u32> = graph.all().step_by(BLOCK).collect();
        let end = |first: u32| (first as usize + BLOCK).min(graph.vertices()) as u32;
        let degree: Vec<u32> = blocks
            .par_iter()
            .flat_map_iter(|&first| {
                let mut row = Vec::new();
                (first..end(first))
                    .map(|v| {
                        merged(v, &mut row);
                        row.len() as u32
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        let later = |a: u32, b: u32| (degree[b as usize], b) > (degree[a as usize], a);
        type Rows = (Vec<u64>, Vec<u32>, Vec<u8>);
        let parts: Vec<Rows> = blocks
            .par_iter()
            .map(|&first| {
                let (mut row, mut part): (_, Rows) = (Vec::new(), Default::default());
                for v in first..end(first) {
                    merged(v, &mut row);
                    row.retain(|(to, _)| later(v, *to));
                    part.0.push(row.len() as u64);
                    part.1.extend(row.iter().map(|(to, _)| *to));
                    part.2.extend(row.iter().map(|(_, arcs)| *arcs));
                }
                part
            })
            .collect();
        let mut offsets = vec![0];
        let mut so_far = 0;
        for length in parts.iter().flat_map(|part| &part.0) {
            so_far += length;
            offsets.push(so_far);
        }
        let targets = parts.iter().flat_map(|part| part.1.iter().copied()).collect();
        let arcs = parts.iter().flat_map(|part| part.2.iter().copied()).collect();
        Self { forward: Csr::from_parts(offsets, targets, arcs), degree }
    }

    /// Number of distinct neighbours.
    pub(super) fn degree(&self, v: u32) -> u64 {
        u64::from(self.degree[v as usize])
    }

    /// Adds up over all triangles what each of its corners is credited with: `credit` is given the arcs between the
    /// first and second, first and third, second and third corner, and returns the credits in that order.
    pub(super) fn corners(&self, credit: impl Fn(u8, u8, u8) -> (u64, u64, u64) + Sync) -> Vec<u64> {
        let n = self.degree.len();
        let sums: Vec<AtomicU64> = (0..n).map(|_| AtomicU64::new(0)).collect();
        let rows = &self.forward;
        (0..n as u32).into_par_iter().with_min_len(256).for_each_init(
            || vec![0_u8; n],
            |marked, u| {
                for (to, arcs) in rows.arcs_of(u) {
                    marked[to as usize] = arcs;
                }
                let mut own = 0;
                for (v, uv) in rows.arcs_of(u) {
                    let mut second = 0;
                    for (w, vw) in rows.arcs_of(v) {
                        let uw = marked[w as usize];
                        if uw != 0 {
                            let (a, b, c) = credit(uv, uw, vw);
                            own += a;
                            second += b;
                            sums[w as usize].fetch_add(c, Relaxed);
                        }
                    }
                    sums[v as usize].fetch_add(second, Relaxed);
                }
                sums[u as usize].fetch_add(own, Relaxed);
                for &to in rows.row(u) {
                    marked[to as usize] = 0;
                }
            },
        );
        sums.into_iter().map(AtomicU64::into_inner).collect()
    }
}
