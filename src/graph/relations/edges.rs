//! Edges in columns.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::{EdgeKind, NodeKind, Relation};

/// An open beginning.
const OPEN_FROM: i32 = i32::MIN;
/// An open end.
const OPEN_TO: i32 = i32::MAX;
/// No row.
const NO_ROW: i64 = -1;

/// One edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// First node.
    pub a: u32,
    /// Second node.
    pub b: u32,
    /// Its kind.
    pub kind: EdgeKind,
    /// What the second is to the first, or the official's part.
    pub relation: Relation,
    /// First day, in days since 1970, where known.
    pub from: Option<i32>,
    /// Last day.
    pub to: Option<i32>,
    /// The row it rests on.
    pub row: Option<i64>,
    /// The second row, where it rests on two.
    pub second: Option<i64>,
}

impl Edge {
    /// Whether it holds on a day; an open end holds.
    pub fn holds_on(&self, day: i32) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// The rows it rests on.
    pub fn rows(&self) -> impl Iterator<Item = i64> + use<> {
        self.row.into_iter().chain(self.second)
    }

    /// The node across.
    pub fn other(&self, node: u32) -> u32 {
        if self.a == node { self.b } else { self.a }
    }
}

/// Edges by number: 26 bytes each, and more for the few that rest on two rows.
#[derive(Debug, Clone, Default)]
pub struct Edges {
    a: Vec<u32>,
    b: Vec<u32>,
    kind: Vec<EdgeKind>,
    relation: Vec<Relation>,
    from: Vec<i32>,
    to: Vec<i32>,
    row: Vec<i64>,
    second: HashMap<u32, i64>,
}

impl Edges {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.a.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.a.is_empty()
    }

    /// First ends.
    pub fn sources(&self) -> &[u32] {
        &self.a
    }

    /// Second ends.
    pub fn targets(&self) -> &[u32] {
        &self.b
    }

    /// Kinds.
    pub fn kinds(&self) -> &[EdgeKind] {
        &self.kind
    }

    /// One of them.
    pub fn get(&self, edge: u32) -> Edge {
        let at = edge as usize;
        Edge {
            a: self.a[at],
            b: self.b[at],
            kind: self.kind[at],
            relation: self.relation[at],
            from: Some(self.from[at]).filter(|day| *day != OPEN_FROM),
            to: Some(self.to[at]).filter(|day| *day != OPEN_TO),
            row: Some(self.row[at]).filter(|row| *row != NO_ROW),
            second: self.second.get(&edge).copied(),
        }
    }

    /// All of them with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Edge)> {
        (0..self.len() as u32).map(|edge| (edge, self.get(edge)))
    }

    /// Adds one.
    pub fn push(&mut self, edge: Edge) {
        if let Some(second) = edge.second {
            self.second.insert(self.a.len() as u32, second);
        }
        self.a.push(edge.a);
        self.b.push(edge.b);
        self.kind.push(edge.kind);
        self.relation.push(edge.relation);
        self.from.push(edge.from.unwrap_or(OPEN_FROM));
        self.to.push(edge.to.unwrap_or(OPEN_TO));
        self.row.push(edge.row.unwrap_or(NO_ROW));
    }

    /// The same edges with their ends numbered anew, sorted, so that the order in which they came does not matter.
    ///
    /// # Arguments
    /// * `kinds`: kinds of both ends, one an edge.
    /// * `number`: the number of a node, from its kind and the place that stands in the edge.
    pub fn sorted(mut self, kinds: &[(NodeKind, NodeKind)], number: impl Fn(NodeKind, u32) -> u32 + Sync) -> Self {
        self.a.par_iter_mut().zip(kinds).for_each(|(node, (kind, _))| *node = number(*kind, *node));
        self.b.par_iter_mut().zip(kinds).for_each(|(node, (_, kind))| *node = number(*kind, *node));
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.par_sort_unstable_by_key(|edge| {
            let at = *edge as usize;
            (self.a[at], self.b[at], self.kind[at], self.relation[at], self.from[at], self.to[at], self.row[at])
        });
        fn gathered<T: Copy>(column: Vec<T>, order: &[u32]) -> Vec<T> {
            order.iter().map(|edge| column[*edge as usize]).collect()
        }
        let seconds = (0_u32..).zip(&order).filter_map(|(at, old)| Some((at, *self.second.get(old)?)));
        let second = if self.second.is_empty() { HashMap::new() } else { seconds.collect() };
        Self {
            second,
            a: gathered(self.a, &order),
            b: gathered(self.b, &order),
            kind: gathered(self.kind, &order),
            relation: gathered(self.relation, &order),
            from: gathered(self.from, &order),
            to: gathered(self.to, &order),
            row: gathered(self.row, &order),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.len() * (4 + 4 + 1 + 1 + 4 + 4 + 8) + self.second.capacity() * (4 + 8 + 1)
    }
}
