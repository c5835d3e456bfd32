//! Best paths between two nodes, each said in a sentence, with what may explain it innocently.

use super::network::Link;
use super::words;
use super::{Edge, Innocent, NodeKind, Relations, innocent};
use crate::graph::algorithms::best_paths;

/// Arcs looked at, at most, from each end: a bound on time, not on what is near.
const EFFORT: usize = 50_000;

/// A path between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Tie {
    /// Nodes from end to end.
    pub nodes: Vec<u32>,
    /// Edges between them.
    pub edges: Vec<u32>,
    /// How sure the path is, 0 to 1: the confidence of its edges times, for each shared thing, how often those who
    /// share such a thing here are known kin. It is no probability of a wrong.
    pub sureness: f64,
    /// Days between which every link holds, where bounded.
    pub from: Option<i32>,
    /// See `from`.
    pub to: Option<i32>,
    /// Whether every link holds on the day asked about.
    pub holds: bool,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What may explain it innocently.
    pub innocent: Vec<Innocent>,
}

/// Paths between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Ties {
    /// The paths, the surest first.
    pub ties: Vec<Tie>,
    /// Whether all that is near was looked at.
    pub complete: bool,
}

/// The best paths between two nodes over what ties people: of those that rest on the same shared things the best alone,
/// and where kinship alone ties, one for each kin (a father is one tie, not one more by way of the mother).
///
/// # Arguments
/// * `a`, `b`: the ends.
/// * `hops`: links at most.
/// * `count`: paths at most.
/// * `day`: the day asked about, in days since 1970.
///
/// # Complexity
/// Bounded by the effort, whatever the size of the graph; nodes on which more than 2,000 hang are not gone through.
pub fn ties(relations: &Relations, a: u32, b: u32, hops: u32, count: usize, day: i32) -> Ties {
    let step = |from, to, link| relations.step(from, to, link);
    let found = best_paths(relations.graph(), (a, b), hops, count, EFFORT, step, |nodes| {
        (!roundabout(relations, nodes, day)).then(|| crux(relations, nodes))
    });
    let household = [b, a].into_iter().find(|end| relations.kind(*end) == NodeKind::Household);
    let told = |path: crate::graph::algorithms::Path| told(relations, path.vertices, household, day);
    Ties { ties: found.paths.into_iter().map(told).collect(), complete: found.complete }
}

/// Whether two nodes of a path are tied more directly than by what lies between them: a wife's father is the husband's
/// tie too, but not by way of their child, and a member is of the household without the account that both use.
fn roundabout(relations: &Relations, nodes: &[u32], day: i32) -> bool {
    let step = |from: u32, to: u32| {
        let edge = relations.tie_between(from, to, Some(day))?;
        Some((relations.step(from, to, Link(edge))?, relations.edges().get(edge).holds_on(day)))
    };
    let steps: Option<Vec<(f64, bool)>> = nodes.windows(2).map(|pair| step(pair[0], pair[1])).collect();
    let Some(steps) = steps else { return false };
    (0..nodes.len()).any(|from| {
        (from + 2..nodes.len()).any(|to| {
            let between = &steps[from.min(steps.len())..to.min(steps.len())];
            let all = between.iter().map(|(length, _)| length).sum::<f64>();
            let hold = between.iter().all(|(_, holds)| *holds);
            step(nodes[from], nodes[to]).is_some_and(|(length, holds)| length <= all && (holds || !hold))
        })
    })
}

/// What a path rests on: the things it goes through, whichever relatives lead to them; without any, the person by whom
/// it comes to the household, or to its end.
fn crux(relations: &Relations, nodes: &[u32]) -> Vec<u32> {
    let mut things: Vec<u32> = nodes.iter().copied().filter(|node| relations.is_thing(*node)).collect();
    if things.is_empty() {
        let mut persons = nodes.iter().copied().filter(|node| relations.kind(*node) == NodeKind::Person);
        let from_home = nodes.first().is_some_and(|node| relations.kind(*node) == NodeKind::Household);
        return if from_home { persons.next() } else { persons.last() }.into_iter().collect();
    }
    things.sort_unstable();
    things
}

fn told(relations: &Relations, nodes: Vec<u32>, household: Option<u32>, day: i32) -> Tie {
    let steps: Vec<(u32, u32, u32)> = nodes
        .windows(2)
        .filter_map(|pair| Some((relations.tie_between(pair[0], pair[1], Some(day))?, pair[0], pair[1])))
        .collect();
    let edges: Vec<u32> = steps.iter().map(|(edge, _, _)| *edge).collect();
    let held: Vec<Edge> = edges.iter().map(|edge| relations.edges().get(*edge)).collect();
    let (zh, en): (Vec<String>, Vec<String>) =
        held.iter().zip(&steps).map(|(edge, (_, from, _))| words::step(relations, edge, *from)).unzip();
    let own = household.or_else(|| nodes.iter().copied().find(|node| relations.kind(*node) == NodeKind::Household));
    Tie {
        sureness: steps.iter().map(|(edge, from, to)| relations.sureness(*from, *to, *edge)).product(),
        from: held.iter().filter_map(|edge| edge.from).max(),
        to: held.iter().filter_map(|edge| edge.to).min(),
        holds: held.iter().all(|edge| edge.holds_on(day)),
        zh: format!("{}。", zh.join("；")),
        en: format!("{}.", en.join("; ")),
        innocent: innocent(relations, &nodes, &edges, own, day),
        nodes,
        edges,
    }
}
