//! What lies near a node, bounded in size.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};

use super::{EdgeKind, NodeKind, Relations};
use crate::graph::algorithms::push_pagerank;

/// Edges of a part at most.
const MOST_EDGES: usize = 2_000;
/// Damping of the walk that ranks what lies near.
const DAMPING: f64 = 0.85;
/// What of the walk may be left behind, for each arc.
const TOLERANCE: f64 = 1e-7;

/// A part of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excerpt {
    /// Nodes in the order in which they were found, with hops from the first and the node each was found from.
    pub nodes: Vec<Found>,
    /// Edges among them.
    pub edges: Vec<u32>,
    /// Whether there was more than was taken.
    pub truncated: bool,
}

/// A node of a excerpt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The node.
    pub node: u32,
    /// Hops from where the search began.
    pub hop: u32,
    /// The node it was found from; itself where the search began.
    pub from: u32,
}

/// What lies around a node.
///
/// # Arguments
/// * `hops`: distance at most.
/// * `most`: nodes at most.
/// * `procedure`: applications, awards and declarations too, not only what ties people.
///
/// Nodes on which very many hang are shown and not gone through.
pub fn around(relations: &Relations, node: u32, hops: u32, most: usize, procedure: bool) -> Excerpt {
    let mut excerpt = Excerpt { nodes: vec![Found { node, hop: 0, from: node }], ..Excerpt::default() };
    let mut seen: HashSet<u32> = HashSet::from([node]);
    let mut nth = 0;
    while let Some(&Found { node: v, hop, .. }) = excerpt.nodes.get(nth) {
        nth += 1;
        if hop == hops {
            break;
        }
        if nth > 1 && relations.crowd(v) {
            excerpt.truncated = true;
            continue;
        }
        for (to, _, edge) in relations.around(v) {
            if (procedure || edge.kind.ties()) && !seen.contains(&to) {
                if excerpt.nodes.len() == most {
                    excerpt.truncated = true;
                    break;
                }
                seen.insert(to);
                excerpt.nodes.push(Found { node: to, hop: hop + 1, from: v });
            }
        }
    }
    let nodes: Vec<u32> = excerpt.nodes.iter().map(|found| found.node).collect();
    let (edges, all) = among(relations, &nodes, procedure);
    excerpt.edges = edges;
    excerpt.truncated |= !all;
    excerpt
}

/// Edges among some nodes, in order, and whether these are all.
pub fn among(relations: &Relations, nodes: &[u32], procedure: bool) -> (Vec<u32>, bool) {
    let inside: HashSet<u32> = nodes.iter().copied().collect();
    let mut edges: Vec<u32> = Vec::new();
    for &node in nodes {
        // Of two ends the one with fewer arcs is looked at.
        if relations.crowd(node) {
            continue;
        }
        for (to, edge, held) in relations.around(node) {
            if inside.contains(&to) && (procedure || held.kind.ties()) && (node <= to || relations.crowd(to)) {
                edges.push(edge);
            }
        }
    }
    edges.sort_unstable();
    edges.dedup();
    let all = edges.len() <= MOST_EDGES;
    edges.truncate(MOST_EDGES);
    (edges, all)
}

/// The nearest node of a kind, over what ties people, with its hops; the smallest of several equally near.
pub fn nearest(relations: &Relations, from: &[u32], kind: NodeKind, hops: u32, effort: usize) -> Option<(u32, u32)> {
    let mut hop_of: HashMap<u32, u32> = from.iter().map(|node| (*node, 0)).collect();
    let mut queue: VecDeque<u32> = from.iter().copied().collect();
    let mut best: Option<(u32, u32)> = None;
    while let Some(v) = queue.pop_front() {
        let hop = hop_of.get(&v).copied().unwrap_or(0);
        if best.is_some_and(|(_, found)| hop > found) || hop_of.len() > effort {
            break;
        }
        if relations.kind(v) == kind {
            best = Some(best.map_or((v, hop), |(node, found)| (node.min(v), found)));
        }
        if hop == hops || relations.crowd(v) {
            continue;
        }
        for (to, _, edge) in relations.around(v) {
            if edge.kind.ties() && !hop_of.contains_key(&to) {
                hop_of.insert(to, hop + 1);
                queue.push_back(to);
            }
        }
    }
    best
}

/// Households by how near they lie to confirmed cases: personalised PageRank from those over what ties people.
///
/// # Returns
/// Households that are no case themselves, the nearest first, with their rank.
pub fn near_cases(relations: &Relations, cases: &[u32], count: usize) -> Vec<(u32, f64)> {
    let starts: Vec<(u32, f64)> = cases.iter().map(|node| (*node, 1.0)).collect();
    let kinds = relations.edges().kinds();
    let passes = |from: u32, to: u32, link: super::Link| {
        let kind: EdgeKind = kinds[link.0 as usize];
        kind.ties() && !relations.crowd(from) && !relations.crowd(to)
    };
    let ranked = push_pagerank(relations.graph(), DAMPING, &starts, TOLERANCE, passes);
    let households =
        ranked.into_iter().filter(|(v, _)| relations.kind(*v) == NodeKind::Household && !cases.contains(v));
    households.take(count).collect()
}
