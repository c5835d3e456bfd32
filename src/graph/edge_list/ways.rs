//! Edges that lead both ways, and edges that stand in the lists of both their ends.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::EdgeList;
use super::layout::{Layout, Shape};

impl EdgeList {
    /// Makes the edges of a file those of a directed or undirected graph, and says what it took.
    pub(super) fn turn(&mut self, layout: &Layout, directed: bool) {
        if layout.shape == Shape::List && !directed {
            self.join();
        }
        let note = match (layout.directed, directed) {
            (Some(false), true) => {
                self.mirror();
                "the file says that edges have no direction: with --directed each leads both ways"
            }
            (Some(true), false) => "the file says that edges have a direction; it counts with --directed alone",
            _ => return,
        };
        self.reading.notes.push(note.to_owned());
    }

    /// Adds to every edge, loops excepted, the one that leads back.
    fn mirror(&mut self) {
        for nth in 0..self.sources.len() {
            let (a, b) = (self.sources[nth], self.targets[nth]);
            if a != b {
                self.sources.push(b);
                self.targets.push(a);
                if let Some(weight) = self.weights.get(nth).copied() {
                    self.weights.push(weight);
                }
            }
        }
    }

    /// Takes edges that stand in the lists of both their ends once: of parallel ones as many as stand in the longer of
    /// both lists. The edges come out in the order of their ends.
    fn join(&mut self) {
        let ends = || self.sources.iter().zip(&self.targets);
        let key = |low: u32, high: u32| u64::from(low) << 32 | u64::from(high);
        let mut up: Vec<u64> = ends().filter(|(a, b)| a <= b).map(|(a, b)| key(*a, *b)).collect();
        let mut down: Vec<u64> = ends().filter(|(a, b)| a > b).map(|(a, b)| key(*b, *a)).collect();
        up.par_sort_unstable();
        down.par_sort_unstable();
        let mut joined = Vec::with_capacity(up.len().max(down.len()));
        let (mut one, mut other) = (up.as_slice(), down.as_slice());
        while let ([a, after_a @ ..], [b, after_b @ ..]) = (one, other) {
            joined.push(*a.min(b));
            let order = a.cmp(b);
            if order != Ordering::Greater {
                one = after_a;
            }
            if order != Ordering::Less {
                other = after_b;
            }
        }
        joined.extend(one.iter().chain(other));
        self.sources = joined.iter().map(|edge| (edge >> 32) as u32).collect();
        self.targets = joined.iter().map(|edge| *edge as u32).collect();
    }
}
