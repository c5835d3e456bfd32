//! What follows from the columns: doubts, neighbours, families, strengths.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::contradictions;
use super::{Edge, EdgeKind, Link, NodeKind, Relations, Strength};
use crate::graph::Graph;

/// Share of an edge that stays believed where several cannot all be true.
const DOUBTED: f32 = 0.5;

impl Relations {
    /// Links the nodes and counts, when the doubts are known.
    pub(super) fn finish(&mut self) {
        self.link();
        self.families = self.count_families();
        self.strength = Strength::learnt(self);
    }

    /// Which edges are not sure: inferred links, and kinship that contradicts itself. Of all whom a row names only
    /// those at an edge's ends make it doubtful; kinship rests on everybody in its rows, who married whom.
    pub(super) fn doubt(&mut self, links: &HashMap<i64, Vec<(u32, f32)>>) {
        for (number, edge) in self.edges.iter() {
            let named = edge.rows().filter_map(|row| links.get(&row)).flatten();
            for (_, share) in named.filter(|(who, _)| edge.kind == EdgeKind::Kin || edge.a == *who || edge.b == *who) {
                *self.confidence.entry(number).or_insert(1.0) *= *share;
            }
        }
        self.contradictions = contradictions::found(&self.edges, &self.births, &self.sexes);
        for contradiction in &self.contradictions {
            for edge in &contradiction.edges {
                let held = self.confidence.entry(*edge).or_insert(1.0);
                *held *= if contradiction.what.unusable() { 0.0 } else { DOUBTED };
            }
        }
    }

    /// Neighbours of every node, over the edges that are used.
    fn link(&mut self) {
        let used = |edge: usize| (self.confidence(edge as u32) > 0.0).then_some(Link(edge as u32));
        self.graph = Graph::in_place(self.nodes(), self.edges.sources(), self.edges.targets(), used);
    }

    /// Families that use each thing. The roster's own phone of an official is no family's use, and neither is money
    /// drawn at a machine or sent to an account.
    fn count_families(&self) -> Vec<u32> {
        let things = self.starts[NodeKind::Account as usize]..self.starts[NodeKind::Application as usize];
        let family = |person: u32| {
            let of = |kind: NodeKind, edge: EdgeKind| {
                let mut near = self.around(person).filter(|(to, _, e)| self.kind(*to) == kind && e.kind == edge);
                near.next().map(|(to, _, _)| to)
            };
            of(NodeKind::Household, EdgeKind::Member)
                .or_else(|| of(NodeKind::Register, EdgeKind::Listed))
                .unwrap_or(person)
        };
        things
            .into_par_iter()
            .map(|thing| {
                // Of what very many share the exact number of families does not matter.
                if self.crowd(thing) {
                    return self.graph.out_degree(thing) as u32;
                }
                let mut users: Vec<u32> = self
                    .around(thing)
                    .filter(|(_, _, edge)| !matches!(edge.kind, EdgeKind::Contact | EdgeKind::Draws | EdgeKind::Sends))
                    .map(|(user, _, _)| user)
                    .map(|user| if self.kind(user) == NodeKind::Person { family(user) } else { user })
                    .collect();
                users.sort_unstable();
                users.dedup();
                users.len() as u32
            })
            .collect()
    }

    /// Who uses a thing by edges that count: those at it, and of a terminal or an account those whose accounts drew
    /// or sent money there. One who does so twice comes twice.
    pub(super) fn users(&self, thing: u32, counts: impl Fn(&Edge) -> bool + Copy) -> impl Iterator<Item = u32> {
        let through = move |edge: &Edge| matches!(edge.kind, EdgeKind::Draws | EdgeKind::Sends);
        self.around(thing).filter(move |(_, _, edge)| counts(edge)).flat_map(move |(near, _, edge)| {
            let came = through(&edge) && edge.b == thing && !self.crowd(near);
            let behind = came.then(|| self.around(near).filter(move |(_, _, own)| counts(own) && !through(own)));
            let own = (!through(&edge)).then_some(near);
            own.into_iter().chain(behind.into_iter().flatten().map(|(user, _, _)| user))
        })
    }
}
