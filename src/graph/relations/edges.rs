//! Edges in columns.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::growth::put;
use super::{EdgeKind, NodeKind, Relation};
use crate::snapshot::{file_no, row_id, row_number};

/// 1900-01-01 in days since 1970: days are kept as so many after it.
const FIRST_DAY: i32 = -25_567;
/// No day.
const OPEN: u16 = 0;
/// A day, file or row that is kept beside.
const BESIDE: u16 = u16::MAX;
/// No row, where the file is none either.
const NO_ROW: u32 = 0;
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

/// What does not fit the columns of an edge: its days and its row.
type Wide = (Option<i32>, Option<i32>, Option<i64>);

/// Edges by number: 20 bytes each, and more for the few that rest on two rows, or whose days lie outside 1900 to 2079 or
/// whose row is beyond the four thousand millionth of its file.
#[derive(Debug, Clone, Default)]
pub struct Edges {
    a: Vec<u32>,
    b: Vec<u32>,
    kind: Vec<EdgeKind>,
    relation: Vec<Relation>,
    from: Vec<u16>,
    to: Vec<u16>,
    file: Vec<u16>,
    line: Vec<u32>,
    wide: HashMap<u32, Wide>,
    second: HashMap<u32, i64>,
}

/// A day in two bytes.
fn narrow_day(day: Option<i32>) -> Option<u16> {
    let Some(day) = day else { return Some(OPEN) };
    let kept = day.checked_sub(FIRST_DAY)?.checked_add(1)?;
    u16::try_from(kept).ok().filter(|kept| (OPEN + 1..BESIDE).contains(kept))
}

/// A row in two and four bytes.
fn narrow_row(row: Option<i64>) -> Option<(u16, u32)> {
    let Some(row) = row else { return Some((0, NO_ROW)) };
    let file = u16::try_from(file_no(row)).ok().filter(|file| *file < BESIDE)?;
    let line = u32::try_from(row_number(row)).ok()?;
    ((file, line) != (0, NO_ROW)).then_some((file, line))
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
        let (from, to, row) = self.rest(edge);
        Edge {
            a: self.a[at],
            b: self.b[at],
            kind: self.kind[at],
            relation: self.relation[at],
            from,
            to,
            row,
            second: self.second.get(&edge).copied(),
        }
    }

    /// Days and row of an edge.
    fn rest(&self, edge: u32) -> Wide {
        let at = edge as usize;
        if self.file[at] == BESIDE {
            return self.wide.get(&edge).copied().unwrap_or_default();
        }
        let day = |kept: u16| (kept != OPEN).then(|| i32::from(kept) - 1 + FIRST_DAY);
        let row = ((self.file[at], self.line[at]) != (0, NO_ROW))
            .then(|| row_id(u32::from(self.file[at]), u64::from(self.line[at])));
        (day(self.from[at]), day(self.to[at]), row)
    }

    /// All of them with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Edge)> {
        (0..self.len() as u32).map(|edge| (edge, self.get(edge)))
    }

    /// Adds one.
    pub fn push(&mut self, edge: Edge) {
        let number = self.a.len() as u32;
        if let Some(second) = edge.second {
            self.second.insert(number, second);
        }
        let narrow = narrow_day(edge.from).zip(narrow_day(edge.to)).zip(narrow_row(edge.row));
        let ((from, to), (file, line)) = narrow.unwrap_or(((OPEN, OPEN), (BESIDE, NO_ROW)));
        if file == BESIDE {
            self.wide.insert(number, (edge.from, edge.to, edge.row));
        }
        put(&mut self.a, edge.a);
        put(&mut self.b, edge.b);
        put(&mut self.kind, edge.kind);
        put(&mut self.relation, edge.relation);
        put(&mut self.from, from);
        put(&mut self.to, to);
        put(&mut self.file, file);
        put(&mut self.line, line);
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
            (self.a[at], self.b[at], self.kind[at], self.relation[at], self.rest(*edge))
        });
        fn gathered<T: Copy>(column: Vec<T>, order: &[u32]) -> Vec<T> {
            order.iter().map(|edge| column[*edge as usize]).collect()
        }
        fn kept<T: Copy>(beside: &HashMap<u32, T>, order: &[u32]) -> HashMap<u32, T> {
            if beside.is_empty() {
                return HashMap::new();
            }
            (0_u32..).zip(order).filter_map(|(at, old)| Some((at, *beside.get(old)?))).collect()
        }
        Self {
            wide: kept(&self.wide, &order),
            second: kept(&self.second, &order),
            a: gathered(self.a, &order),
            b: gathered(self.b, &order),
            kind: gathered(self.kind, &order),
            relation: gathered(self.relation, &order),
            from: gathered(self.from, &order),
            to: gathered(self.to, &order),
            file: gathered(self.file, &order),
            line: gathered(self.line, &order),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let beside = self.second.capacity() * (4 + 8 + 1) + self.wide.capacity() * (size_of::<(u32, Wide)>() + 1);
        self.len() * (4 + 4 + 1 + 1 + 2 + 2 + 2 + 4) + beside
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edge() -> impl Strategy<Value = Edge> {
        let day = || proptest::option::of(prop_oneof![any::<i32>(), -26_000_i32..40_000]);
        let row = || {
            proptest::option::of(prop_oneof![0_i64..i64::MAX, (0_u32..9, 0_u64..99).prop_map(|(f, r)| row_id(f, r))])
        };
        (0_u32..5, 0_u32..5, day(), day(), row(), proptest::option::of(0_i64..9)).prop_map(
            |(a, b, from, to, row, second)| Edge {
                a,
                b,
                kind: EdgeKind::Kin,
                relation: Relation::None,
                from,
                to,
                row,
                second,
            },
        )
    }

    proptest! {
        #[test]
        fn every_edge_comes_back_as_it_was_put_in(edges in proptest::collection::vec(edge(), 0..40)) {
            let mut held = Edges::default();
            edges.iter().for_each(|edge| held.push(*edge));
            let back: Vec<Edge> = held.iter().map(|(_, edge)| edge).collect();
            prop_assert_eq!(&back, &edges);
            // Whatever the order in which they came.
            let kinds = vec![(NodeKind::Person, NodeKind::Person); edges.len()];
            let of = |edges: &[Edge]| {
                let mut held = Edges::default();
                edges.iter().for_each(|edge| held.push(Edge { second: None, ..*edge }));
                held.sorted(&kinds, |_, node| node).iter().map(|(_, edge)| edge).collect::<Vec<_>>()
            };
            let turned: Vec<Edge> = edges.iter().rev().copied().collect();
            prop_assert_eq!(of(&edges), of(&turned));
        }
    }
}
