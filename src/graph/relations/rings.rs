//! Rings: households that accounts, phones, payees and withdrawers join, scored against chance.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::dominance::at_least;
use super::near::nearest;
use super::{Edge, EdgeKind, NodeKind, Relation, Relations};
use crate::graph::Graph;
use crate::graph::algorithms::{components, core_numbers, louvain};

/// Households from which on a component is looked at for the communities within.
const LARGE: usize = 40;
/// Times the links are drawn anew to see what chance gives.
const ROUNDS: usize = 20;
/// Hops to the nearest official at most.
const HOPS: u32 = 5;
/// Nodes looked at for that, at most.
const EFFORT: usize = 20_000;

/// Households joined by what they share.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// Its place, from 1: what chance explains least comes first.
    pub number: u32,
    /// The households, by number.
    pub households: Vec<u32>,
    /// Accounts, phones, payees and terminals that join them.
    pub joins: Vec<u32>,
    /// Links between both.
    pub links: usize,
    /// Links over possible links.
    pub density: f64,
    /// The largest k such that a part of it hangs together by k links a node.
    pub core: u32,
    /// Rings of at least so many households and that density that chance gives in such a county: the links drawn
    /// anew, every household and every shared thing keeping its number of them.
    pub by_chance: f64,
    /// Money paid to its households in the window, in fen.
    pub paid_fen: i64,
    /// The nearest official with the hops there.
    pub official: Option<(u32, u32)>,
}

/// Links between households and what they share, ends numbered densely.
struct Sharing {
    /// Node of each household, and after them of each thing.
    nodes: Vec<u32>,
    households: usize,
    sources: Vec<u32>,
    targets: Vec<u32>,
}

impl Sharing {
    /// Links over accounts that are no institution's, phones within the local limit, persons who collect for or
    /// keep the accounts of several households, terminals where their accounts are drawn together time and again, and
    /// accounts to which theirs send money where no more do than the local limit.
    fn of(relations: &Relations) -> Self {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for kind in [NodeKind::Account, NodeKind::Phone, NodeKind::Person, NodeKind::Terminal] {
            for thing in relations.of_kind(kind) {
                if relations.crowd(thing) {
                    continue;
                }
                let households = |sent: bool| {
                    let own = move |edge: &Edge| match edge.kind {
                        EdgeKind::Payee | EdgeKind::Custodian => kind == NodeKind::Person,
                        EdgeKind::Draws => edge.relation == Relation::Together,
                        EdgeKind::Sends => sent,
                        edge => edge == EdgeKind::Uses,
                    };
                    let users = relations.users(thing, own);
                    let mut users: Vec<u32> = users.filter(|to| relations.kind(*to) == NodeKind::Household).collect();
                    users.sort_unstable();
                    users.dedup();
                    users
                };
                let mut users = households(true);
                // Where many send money is a shop.
                if users
                    .first()
                    .is_some_and(|first| kind == NodeKind::Account && !relations.few(users.len() as u32, *first))
                {
                    users = households(false);
                }
                let free = matches!(kind, NodeKind::Person | NodeKind::Terminal);
                if users.len() > 1 && (free || relations.joins(thing, users[0])) {
                    pairs.extend(users.into_iter().map(|household| (household, thing)));
                }
            }
        }
        let dense = |side: fn(&(u32, u32)) -> u32| {
            let mut ends: Vec<u32> = pairs.iter().map(side).collect();
            ends.sort_unstable();
            ends.dedup();
            ends
        };
        let (mut nodes, things) = (dense(|pair| pair.0), dense(|pair| pair.1));
        let households = nodes.len();
        let place = |of: &[u32], node: u32| of.partition_point(|own| *own < node) as u32;
        let sources = pairs.iter().map(|(household, _)| place(&nodes, *household)).collect();
        let targets = pairs.iter().map(|(_, thing)| households as u32 + place(&things, *thing)).collect();
        nodes.extend(things);
        Self { nodes, households, sources, targets }
    }

    fn graph(&self) -> Graph {
        Graph::new(self.nodes.len(), &self.sources, &self.targets, &[], false)
    }

    /// Households and density of every group that chance makes.
    fn by_chance(&self) -> Vec<(usize, f64)> {
        let mut found = Vec::new();
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut sources = self.sources.clone();
        for _ in 0..ROUNDS {
            sources.shuffle(&mut random);
            let mut pairs: Vec<(u32, u32)> = sources.iter().copied().zip(self.targets.iter().copied()).collect();
            pairs.sort_unstable();
            pairs.dedup();
            let (sources, targets): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
            let graph = Graph::new(self.nodes.len(), &sources, &targets, &[], false);
            found.extend(groups(&graph, self.households).into_iter().map(|group| {
                let (households, _, density) = measure(&graph, &group, self.households);
                (households, density)
            }));
        }
        found
    }
}

/// Members of each group of at least two households: components, the large ones split into communities whose members
/// hang together.
fn groups(graph: &Graph, households: usize) -> Vec<Vec<u32>> {
    let mut label = components(graph);
    let mut size = vec![0_usize; graph.vertices()];
    (0..households).for_each(|v| size[label[v] as usize] += 1);
    if size.iter().any(|size| *size > LARGE) {
        let communities = louvain(graph, 1.0, 20).of;
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        for v in graph.all() {
            for &to in graph.out(v) {
                let large = size[label[v as usize] as usize] > LARGE;
                if v < to && (!large || communities[v as usize] == communities[to as usize]) {
                    sources.push(v);
                    targets.push(to);
                }
            }
        }
        label = components(&Graph::<()>::new(graph.vertices(), &sources, &targets, &[], false));
    }
    let mut of: Vec<(u32, u32)> = label.iter().copied().zip(0..).collect();
    of.sort_unstable();
    let groups = of.chunk_by(|a, b| a.0 == b.0).map(|group| group.iter().map(|(_, v)| *v).collect::<Vec<u32>>());
    groups.filter(|group| group.partition_point(|v| (*v as usize) < households) > 1).collect()
}

/// Households, links and density of a group, whose members stand in order.
fn measure(graph: &Graph, group: &[u32], households: usize) -> (usize, usize, f64) {
    let split = group.partition_point(|v| (*v as usize) < households);
    let inside = |v: &u32| group.binary_search(v).is_ok();
    let links: usize = group[..split].iter().map(|v| graph.out(*v).iter().filter(|to| inside(to)).count()).sum();
    let possible = (split * (group.len() - split)).max(1);
    (split, links, links as f64 / possible as f64)
}

impl Ring {
    /// Accounts by which its households come to the terminals and accounts that join them.
    pub fn accounts(&self, relations: &Relations) -> Vec<u32> {
        let mine = |account: u32| {
            let uses = |(to, _, edge): (u32, u32, Edge)| edge.kind == EdgeKind::Uses && self.households.contains(&to);
            relations.around(account).any(uses)
        };
        let mut accounts: Vec<u32> = self
            .joins
            .iter()
            .flat_map(|join| relations.around(*join))
            .filter(|(_, _, edge)| edge.relation == Relation::Together || edge.kind == EdgeKind::Sends)
            .map(|(account, _, _)| account)
            .filter(|account| !self.joins.contains(account) && mine(*account))
            .collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }
}

/// The rings of a snapshot, those that chance explains least first, then the larger.
///
/// # Complexity
/// Time O(rounds · s log s) with s the links to what more than one household shares.
///
/// # Reference
/// M. Newman, S. Strogatz, D. Watts, *Random graphs with arbitrary degree distributions*, 2001 (the background).
pub(super) fn found(relations: &Relations) -> Vec<Ring> {
    let sharing = Sharing::of(relations);
    let graph = sharing.graph();
    let core = core_numbers(&graph);
    let groups = groups(&graph, sharing.households);
    let measured: Vec<(usize, usize, f64)> =
        groups.iter().map(|group| measure(&graph, group, sharing.households)).collect();
    let asked: Vec<(usize, f64)> = measured.iter().map(|(count, _, density)| (*count, *density)).collect();
    let chance = at_least(&sharing.by_chance(), &asked);
    let node = |v: &u32| sharing.nodes[*v as usize];
    let ring = |group: Vec<u32>, (count, links, density): (usize, usize, f64), at_least: usize| {
        let households: Vec<u32> = group[..count].iter().map(node).collect();
        Ring {
            number: 0,
            joins: group[count..].iter().map(node).collect(),
            links,
            density,
            core: group.iter().map(|v| core[*v as usize]).max().unwrap_or(0),
            by_chance: at_least as f64 / ROUNDS as f64,
            paid_fen: households.iter().map(|household| relations.paid(*household)).sum(),
            official: nearest(relations, &households, NodeKind::Official, HOPS, EFFORT),
            households,
        }
    };
    let mut rings: Vec<Ring> = groups
        .into_iter()
        .zip(measured)
        .zip(chance)
        .map(|((group, measured), at_least)| ring(group, measured, at_least))
        .collect();
    rings.sort_by(|a, b| {
        (a.by_chance.total_cmp(&b.by_chance))
            .then(b.households.len().cmp(&a.households.len()))
            .then(b.links.cmp(&a.links))
            .then(a.households.cmp(&b.households))
    });
    (1..).zip(&mut rings).for_each(|(number, ring)| ring.number = number);
    rings
}
