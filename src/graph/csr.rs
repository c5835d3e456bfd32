//! Compressed sparse rows: the neighbours of every vertex in one array, in the order of their numbers.

use rayon::prelude::*;

/// What an arc carries: nothing (`()`, weight 1, no memory) or a weight.
pub trait Weight: Copy + Send + Sync + Default {
    /// The weight as a number.
    fn value(self) -> f64;
}

impl Weight for () {
    fn value(self) -> f64 {
        1.0
    }
}

impl Weight for f64 {
    fn value(self) -> f64 {
        self
    }
}

/// Arcs of a graph by their source. 8 bytes a vertex, 4 bytes an arc and the weight.
#[derive(Debug, Clone, Default)]
pub struct Csr<W = ()> {
    offsets: Vec<u64>,
    targets: Vec<u32>,
    weights: Vec<W>,
}

/// Which arcs an edge stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arcs {
    /// From its first vertex to its second.
    Forward,
    /// From its second vertex to its first.
    Backward,
    /// Both; one alone where an edge leads back to its vertex.
    Both,
}

#[derive(Clone, Copy, Default)]
struct Arc<W> {
    source: u32,
    target: u32,
    weight: W,
}

/// Sources of one bucket: few enough that its counters and lists stay in the cache.
const BUCKET_VERTICES: usize = 1 << 14;
/// Buckets at most, so that the write heads stay in the cache too.
const BUCKETS: usize = 1 << 10;

impl<W: Weight> Csr<W> {
    /// Sorts edges into rows.
    ///
    /// A radix partition by the source's high bits, then a counting sort within each bucket; both in parallel, both
    /// stable, so that the result does not depend on the number of threads.
    ///
    /// # Arguments
    /// * `vertices`: number of vertices; every end of an edge is below it.
    /// * `sources`, `targets`: the ends of the edges, of one length.
    /// * `weights`: one an edge, or empty for the default weight.
    ///
    /// # Returns
    /// The rows, each ascending by target.
    ///
    /// # Complexity
    /// Time O(|V| + |E| log d) with d the longest row, memory 8 + size of W bytes an arc beside the result.
    pub fn from_edges(vertices: usize, sources: &[u32], targets: &[u32], weights: &[W], arcs: Arcs) -> Self {
        let width = BUCKET_VERTICES.max(vertices.div_ceil(BUCKETS).next_power_of_two());
        let shift = width.trailing_zeros();
        let buckets = vertices.div_ceil(width);
        let chunk = sources.len().div_ceil(rayon::current_num_threads() * 4).max(1 << 16);
        let each = |edges: std::ops::Range<usize>, put: &mut dyn FnMut(Arc<W>)| {
            for edge in edges {
                let (a, b) = (sources[edge], targets[edge]);
                let weight = weights.get(edge).copied().unwrap_or_default();
                if arcs != Arcs::Backward {
                    put(Arc { source: a, target: b, weight });
                }
                if arcs == Arcs::Backward || (arcs == Arcs::Both && a != b) {
                    put(Arc { source: b, target: a, weight });
                }
            }
        };
        let starts: Vec<usize> = (0..sources.len()).step_by(chunk).collect();
        let range = |start: usize| start..(start + chunk).min(sources.len());
        let counts: Vec<Vec<usize>> = starts
            .par_iter()
            .map(|&start| {
                let mut count = vec![0; buckets];
                each(range(start), &mut |arc| count[(arc.source >> shift) as usize] += 1);
                count
            })
            .collect();
        let sizes: Vec<usize> = (0..buckets).map(|b| counts.iter().map(|c| c[b]).sum()).collect();
        let total: usize = sizes.iter().sum();
        let mut partitioned = vec![Arc::<W>::default(); total];
        // Every chunk gets its own stretch of every bucket, in the order of the chunks.
        let mut heads: Vec<Vec<std::slice::IterMut<'_, Arc<W>>>> =
            starts.iter().map(|_| Vec::with_capacity(buckets)).collect();
        let mut rest = partitioned.as_mut_slice();
        for bucket in 0..buckets {
            for (head, count) in heads.iter_mut().zip(&counts) {
                let (own, after) = rest.split_at_mut(count[bucket]);
                head.push(own.iter_mut());
                rest = after;
            }
        }
        starts.par_iter().zip(heads.par_iter_mut()).for_each(|(&start, head)| {
            each(range(start), &mut |arc| {
                if let Some(slot) = head[(arc.source >> shift) as usize].next() {
                    *slot = arc;
                }
            });
        });
        drop(heads);
        Self::from_buckets(vertices, width, &partitioned, &sizes)
    }

    fn from_buckets(vertices: usize, width: usize, partitioned: &[Arc<W>], sizes: &[usize]) -> Self {
        let mut offsets = vec![0_u64; vertices + 1];
        let mut targets = vec![0_u32; partitioned.len()];
        let mut weights = vec![W::default(); partitioned.len()];
        let mut work = Vec::with_capacity(sizes.len());
        let (mut before, mut arcs, mut lists, mut loads) =
            (0, partitioned, targets.as_mut_slice(), weights.as_mut_slice());
        for (ends, &size) in offsets[1..].chunks_mut(width).zip(sizes) {
            let (own, arcs_after) = arcs.split_at(size);
            let (list, lists_after) = lists.split_at_mut(size);
            let (load, loads_after) = loads.split_at_mut(size);
            work.push((ends, own, list, load, before));
            (arcs, lists, loads) = (arcs_after, lists_after, loads_after);
            before += size;
        }
        work.into_par_iter().enumerate().for_each(|(bucket, (ends, arcs, list, load, before))| {
            let first = (bucket * width) as u32;
            let mut next = vec![0_usize; ends.len() + 1];
            for arc in arcs {
                next[(arc.source - first) as usize + 1] += 1;
            }
            for v in 0..ends.len() {
                next[v + 1] += next[v];
                ends[v] = (before + next[v + 1]) as u64;
            }
            let mut row = vec![(0_u32, W::default()); arcs.len()];
            for arc in arcs {
                let at = &mut next[(arc.source - first) as usize];
                row[*at] = (arc.target, arc.weight);
                *at += 1;
            }
            let mut start = 0;
            for end in ends.iter() {
                let end = *end as usize - before;
                row[start..end].sort_by_key(|(target, _)| *target);
                start = end;
            }
            for ((to, weight), (target, held)) in row.into_iter().zip(list.iter_mut().zip(load.iter_mut())) {
                (*target, *held) = (to, weight);
            }
        });
        Self { offsets, targets, weights }
    }

    /// Sorts edges into the rows of both their ends with next to no memory beside the result: one thread counts, fills and
    /// sorts in place, where [`from_edges`](Self::from_edges) is faster and takes as much again.
    ///
    /// # Arguments
    /// * `vertices`: number of vertices; every end of an edge is below it.
    /// * `sources`, `targets`: the ends of the edges, of one length.
    /// * `weight`: of the edge of that number; `None` leaves it out.
    ///
    /// # Complexity
    /// Time O(|V| + |E| log d) with d the longest row, memory that of the longest row.
    pub fn in_place(vertices: usize, sources: &[u32], targets: &[u32], weight: impl Fn(usize) -> Option<W>) -> Self {
        let each = |put: &mut dyn FnMut(u32, u32, W)| {
            for (edge, (&a, &b)) in sources.iter().zip(targets).enumerate() {
                let Some(weight) = weight(edge) else { continue };
                put(a, b, weight);
                if a != b {
                    put(b, a, weight);
                }
            }
        };
        // Rows begin where those before them end; while they fill, each beginning moves to its end.
        let mut offsets = vec![0_u64; vertices + 1];
        each(&mut |from, _, _| offsets[from as usize + 1] += 1);
        (0..vertices).for_each(|v| offsets[v + 1] += offsets[v]);
        let arcs = offsets[vertices] as usize;
        let (mut ends, mut weights) = (vec![0_u32; arcs], vec![W::default(); arcs]);
        each(&mut |from, to, weight| {
            let at = offsets[from as usize] as usize;
            (ends[at], weights[at]) = (to, weight);
            offsets[from as usize] += 1;
        });
        offsets.rotate_right(1);
        offsets[0] = 0;
        let mut row = Vec::new();
        for pair in offsets.windows(2) {
            let range = pair[0] as usize..pair[1] as usize;
            if ends[range.clone()].is_sorted() {
                continue;
            }
            row.clear();
            row.extend(ends[range.clone()].iter().copied().zip(weights[range.clone()].iter().copied()));
            row.sort_by_key(|(to, _)| *to);
            for (at, (to, weight)) in range.zip(&row) {
                (ends[at], weights[at]) = (*to, *weight);
            }
        }
        Self { offsets, targets: ends, weights }
    }

    /// Rows put together already: `offsets` has one more entry than there are vertices.
    pub(crate) fn from_parts(offsets: Vec<u64>, targets: Vec<u32>, weights: Vec<W>) -> Self {
        Self { offsets, targets, weights }
    }

    /// Number of vertices.
    pub fn vertices(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Number of arcs.
    pub fn arcs(&self) -> usize {
        self.targets.len()
    }

    fn range(&self, vertex: u32) -> std::ops::Range<usize> {
        let v = vertex as usize;
        self.offsets[v] as usize..self.offsets[v + 1] as usize
    }

    /// Targets of a vertex's arcs, ascending.
    pub fn row(&self, vertex: u32) -> &[u32] {
        &self.targets[self.range(vertex)]
    }

    /// Weights of a vertex's arcs, beside [`row`](Self::row).
    pub fn weights(&self, vertex: u32) -> &[W] {
        &self.weights[self.range(vertex)]
    }

    /// Targets with weights.
    pub fn arcs_of(&self, vertex: u32) -> impl Iterator<Item = (u32, W)> {
        let range = self.range(vertex);
        self.targets[range.clone()].iter().copied().zip(self.weights[range].iter().copied())
    }

    /// Number of a vertex's arcs.
    pub fn degree(&self, vertex: u32) -> usize {
        self.range(vertex).len()
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.offsets.len() * 8 + self.targets.len() * (4 + size_of::<W>())
    }
}
