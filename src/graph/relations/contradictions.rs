//! Kinship that cannot all be true.

use std::collections::BTreeMap;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{EdgeKind, Edges, Relation};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A parent was born no earlier than the child.
    ParentNotOlder,
    /// Somebody would be his own ancestor.
    OwnAncestor,
    /// A child has two mothers.
    TwoMothers,
    /// A child has two fathers.
    TwoFathers,
}

impl Fault {
    /// Whether the edges are not used at all: they cannot be true. Of the others one may be: a stepmother entered as
    /// mother, an adoption.
    pub fn unusable(self) -> bool {
        matches!(self, Self::ParentNotOlder | Self::OwnAncestor)
    }

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::ParentNotOlder => "parent_not_older",
            Self::OwnAncestor => "own_ancestor",
            Self::TwoMothers => "two_mothers",
            Self::TwoFathers => "two_fathers",
        }
    }

    /// In Chinese and English.
    pub fn said(self) -> (&'static str, &'static str) {
        match self {
            Self::ParentNotOlder => ("父母不比子女年长", "a parent who is no older than the child"),
            Self::OwnAncestor => ("世系成环，有人成了自己的祖先", "a cycle: somebody would be his own ancestor"),
            Self::TwoMothers => ("登记了两个母亲", "two mothers are stated"),
            Self::TwoFathers => ("登记了两个父亲", "two fathers are stated"),
        }
    }
}

/// One contradiction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// What is wrong.
    pub what: Fault,
    /// The persons: child and parents, or all of a cycle.
    pub persons: Vec<u32>,
    /// The edges that cannot all be true.
    pub edges: Vec<u32>,
}

/// Every contradiction of the stated parents, in order.
///
/// # Arguments
/// * `births`, `sexes`: by person; `i32::MIN` and 0 where unknown.
///
/// # Complexity
/// Time O(p log p) with p the edges between parents and children.
pub fn found(edges: &Edges, births: &[i32], sexes: &[u8]) -> Vec<Contradiction> {
    let mut parents: BTreeMap<u32, BTreeMap<u32, Vec<u32>>> = BTreeMap::new();
    for (number, edge) in edges.iter().filter(|(_, edge)| edge.kind == EdgeKind::Kin) {
        let (child, parent) = match edge.relation {
            Relation::Parent => (edge.a, edge.b),
            Relation::Child => (edge.b, edge.a),
            _ => continue,
        };
        parents.entry(child).or_default().entry(parent).or_default().push(number);
    }
    let birth = |person: u32| births.get(person as usize).copied().filter(|day| *day != i32::MIN);
    let mut found = Vec::new();
    for (&child, of) in &mut parents {
        of.retain(|&parent, edges| {
            let younger = birth(child).zip(birth(parent)).is_some_and(|(child, parent)| parent >= child);
            if younger {
                let edges = std::mem::take(edges);
                found.push(Contradiction { what: Fault::ParentNotOlder, persons: vec![child, parent], edges });
            }
            !younger
        });
    }
    found.extend(cycles(&parents));
    for (&child, of) in &parents {
        for (sex, what) in [(b'f', Fault::TwoMothers), (b'm', Fault::TwoFathers)] {
            let own: Vec<(&u32, &Vec<u32>)> =
                of.iter().filter(|(p, _)| sexes.get(**p as usize) == Some(&sex)).collect();
            if own.len() > 1 {
                let persons = std::iter::once(child).chain(own.iter().map(|(parent, _)| **parent)).collect();
                let edges = own.iter().flat_map(|(_, edges)| edges.iter().copied()).collect();
                found.push(Contradiction { what, persons, edges });
            }
        }
    }
    found.sort();
    found
}

/// Edges within strongly connected parts of the graph from children to parents.
fn cycles(parents: &BTreeMap<u32, BTreeMap<u32, Vec<u32>>>) -> Vec<Contradiction> {
    let mut lineage = DiGraph::<u32, ()>::default();
    let mut places: BTreeMap<u32, NodeIndex> = BTreeMap::new();
    for (child, of) in parents {
        for parent in of.keys() {
            let [child, parent] = [child, parent].map(|p| *places.entry(*p).or_insert_with(|| lineage.add_node(*p)));
            lineage.add_edge(child, parent, ());
        }
    }
    let mut found = Vec::new();
    for part in tarjan_scc(&lineage).into_iter().filter(|part| part.len() > 1) {
        let mut persons: Vec<u32> = part.into_iter().map(|place| lineage[place]).collect();
        persons.sort_unstable();
        let inside = |(parent, _): &(&u32, &Vec<u32>)| persons.binary_search(parent).is_ok();
        let edges = persons.iter().filter_map(|child| parents.get(child));
        let edges =
            edges.flat_map(|of| of.iter().filter(inside).flat_map(|(_, edges)| edges.iter().copied())).collect();
        found.push(Contradiction { what: Fault::OwnAncestor, persons, edges });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::relations::Edge;

    fn stated(pairs: &[(u32, u32, Relation)]) -> Edges {
        let mut edges = Edges::default();
        for (a, b, relation) in pairs {
            edges.push(Edge {
                a: *a,
                b: *b,
                kind: EdgeKind::Kin,
                relation: *relation,
                from: None,
                to: None,
                row: None,
                second: None,
            });
        }
        edges
    }

    #[test]
    fn what_cannot_be_is_found() {
        let edges = stated(&[
            (0, 1, Relation::Parent),
            (0, 2, Relation::Parent),
            (3, 0, Relation::Child),
            (4, 5, Relation::Parent),
            (5, 6, Relation::Parent),
            (6, 4, Relation::Parent),
            (7, 8, Relation::Parent),
        ]);
        let unknown = i32::MIN;
        let births = [1000, -9000, -9500, 2000, unknown, unknown, unknown, 5000, 5000];
        let sexes = [b'm', b'f', b'f', b'f', 0, 0, 0, b'm', b'm'];
        let found = found(&edges, &births, &sexes);
        let told: Vec<(&str, &[u32], &[u32])> =
            found.iter().map(|c| (c.what.name(), c.persons.as_slice(), c.edges.as_slice())).collect();
        assert_eq!(
            told,
            [
                ("parent_not_older", [0, 3].as_slice(), [2].as_slice()),
                ("parent_not_older", &[7, 8], &[6]),
                ("own_ancestor", &[4, 5, 6], &[3, 4, 5]),
                ("two_mothers", &[0, 1, 2], &[0, 1]),
            ]
        );
    }

    #[test]
    fn a_plain_family_is_no_contradiction() {
        let edges = stated(&[(0, 1, Relation::Parent), (0, 2, Relation::Parent), (1, 2, Relation::Spouse)]);
        assert!(found(&edges, &[9000, 0, 100], b"mfm").is_empty());
    }
}
