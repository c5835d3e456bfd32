//! The relationship graph in memory: integers, and every text once.

use std::sync::OnceLock;

use hashbrown::HashMap;

use super::kin::Chains;
use super::{Contradiction, Edge, EdgeKind, Edges, NodeKind, Ring, Strength, Texts, rings};
use crate::domain::id_number::normalise;
use crate::domain::phone;
use crate::domain::text::clean;
use crate::graph::{Graph, Weight};
use crate::query::{LocalRules, ParameterKind};

/// What an arc of the graph carries: the number of its edge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Link(pub u32);

impl Weight for Link {
    fn value(self) -> f64 {
        1.0
    }
}

/// Arcs of a node from which on no search goes through it: a bound on time. What so many share ties nobody.
const MOST_ARCS: usize = 2_000;
/// What each step of a path costs beside its doubt, so that of equally sure paths the shorter comes first.
const STEP: f64 = 0.05;

/// The relationship graph of a snapshot.
///
/// Nodes are numbered by kind and number, edges by their ends, so that the same snapshot gives the same numbers.
#[derive(Debug)]
pub struct Relations {
    /// Texts of the nodes of each kind, in the order of [`NodeKind::ALL`].
    pub(super) texts: Vec<Texts>,
    /// Where the nodes of each kind begin; one more at the end.
    pub(super) starts: Vec<u32>,
    pub(super) edges: Edges,
    /// Which chains of relations make which relative.
    pub(super) chains: Chains,
    /// Both ways, without the edges that contradict others.
    pub(super) graph: Graph<Link>,
    /// Birth of each person, in days since 1970, `i32::MIN` where unknown: for contradictions and guardianship alone.
    pub(super) births: Vec<i32>,
    /// `m`, `f` or 0 of each person: for kin terms alone.
    pub(super) sexes: Vec<u8>,
    /// Region of each household, by its place in `regions`.
    pub(super) homes: Vec<u32>,
    pub(super) regions: Vec<String>,
    /// `hidden_tie_max_share` of each region on the last day of the snapshot.
    pub(super) limits: Vec<f64>,
    pub(super) rules: LocalRules,
    /// Last day of the last payment month.
    pub(super) as_of: i32,
    /// Money paid to each household in the window, in fen.
    pub(super) paid: Vec<i64>,
    /// Families that use each thing.
    pub(super) families: Vec<u32>,
    /// Edges that are not sure: 0 for those that are not used.
    pub(super) confidence: HashMap<u32, f32>,
    pub(super) contradictions: Vec<Contradiction>,
    pub(super) strength: Strength,
    pub(super) rings: OnceLock<Vec<Ring>>,
}

impl Relations {
    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.starts.last().map_or(0, |end| *end as usize)
    }

    /// The edges.
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// Neighbours of every node.
    pub fn graph(&self) -> &Graph<Link> {
        &self.graph
    }

    /// Last day of the last payment month, in days since 1970.
    pub fn as_of(&self) -> i32 {
        self.as_of
    }

    /// How sure what is shared is a tie.
    pub fn strength(&self) -> &Strength {
        &self.strength
    }

    /// What the registers say of kinship that cannot all be true.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// Households joined by what they share, what chance explains least first; found when first asked for.
    pub fn rings(&self) -> &[Ring] {
        self.rings.get_or_init(|| rings::found(self))
    }

    /// Kind of a node.
    pub fn kind(&self, node: u32) -> NodeKind {
        let at = self.starts.partition_point(|start| *start <= node).saturating_sub(1);
        NodeKind::ALL[at.min(NodeKind::ALL.len() - 1)]
    }

    /// Nodes of a kind.
    pub fn of_kind(&self, kind: NodeKind) -> std::ops::Range<u32> {
        self.starts[kind as usize]..self.starts[kind as usize + 1]
    }

    fn text(&self, node: u32) -> (&Texts, usize) {
        let kind = self.kind(node) as usize;
        (&self.texts[kind], (node - self.starts[kind]) as usize)
    }

    /// The source's own number of a node.
    pub fn key(&self, node: u32) -> &str {
        let (texts, at) = self.text(node);
        texts.key(at)
    }

    /// What people read.
    pub fn label(&self, node: u32) -> &str {
        let (texts, at) = self.text(node);
        texts.label(at)
    }

    /// `kind:number`.
    pub fn name(&self, node: u32) -> String {
        format!("{}:{}", self.kind(node).name(), self.key(node))
    }

    /// The node of a kind and number.
    pub fn node(&self, kind: NodeKind, key: &str) -> Option<u32> {
        let texts = &self.texts[kind as usize];
        // As the import spells it: full-width digits, a small x, 15 digits; a phone as it is compared.
        let spelt = || match kind {
            NodeKind::Person => normalise(key).text,
            NodeKind::Phone => phone::normal(key),
            _ => clean(key).into_owned(),
        };
        let at = texts.position(key).or_else(|| texts.position(&spelt()))?;
        Some(self.starts[kind as usize] + at as u32)
    }

    /// The node that a text names: `kind:number`, or the number alone, looked for in the order of the kinds.
    pub fn named(&self, text: &str) -> Option<u32> {
        let full = text.split_once(':').and_then(|(kind, key)| self.node(NodeKind::named(kind)?, key));
        full.or_else(|| NodeKind::ALL.iter().find_map(|kind| self.node(*kind, text)))
    }

    /// Whether a node is something that many may share.
    pub fn is_thing(&self, node: u32) -> bool {
        self.kind(node).is_thing()
    }

    /// Families that use a thing: assisted households, else register books, else persons; 0 of what is no thing.
    pub fn families(&self, thing: u32) -> u32 {
        let at = thing.wrapping_sub(self.starts[NodeKind::Account as usize]);
        self.families.get(at as usize).copied().unwrap_or(0)
    }

    /// The region of a household.
    pub fn region(&self, household: u32) -> Option<&str> {
        let at = household.checked_sub(self.starts[NodeKind::Household as usize])?;
        self.regions.get(*self.homes.get(at as usize)? as usize).map(String::as_str).filter(|region| !region.is_empty())
    }

    /// `hidden_tie_max_share` where a household lives, on a day.
    pub fn share_limit(&self, household: Option<u32>, day: i32) -> f64 {
        let region = household.and_then(|household| self.region(household));
        let lookup = self.rules.parameter(SHARE, ParameterKind::Number);
        // A value that is no number was refused when the graph was built.
        lookup.and_then(|mut lookup| lookup.number(region, day)).unwrap_or(f64::INFINITY)
    }

    /// Whether a thing joins a household to others by the contract's measure, on the snapshot's last day: a phone or
    /// address that no more families than the local limit share, or an account that is no institution's.
    pub fn joins(&self, thing: u32, household: u32) -> bool {
        match self.kind(thing) {
            NodeKind::Phone | NodeKind::Address => self.few(self.families(thing), household),
            NodeKind::Account => !self.graph.out(thing).iter().any(|near| self.kind(*near) == NodeKind::Institution),
            _ => false,
        }
    }

    /// Whether so many families are no more than the local limit of a household's place, on the snapshot's last day.
    pub(super) fn few(&self, families: u32, household: u32) -> bool {
        let home = (household - self.starts[NodeKind::Household as usize]) as usize;
        let limit = self.homes.get(home).and_then(|region| self.limits.get(*region as usize));
        f64::from(families) <= limit.copied().unwrap_or(f64::INFINITY)
    }

    /// Money paid to a household in the window, in fen.
    pub fn paid(&self, household: u32) -> i64 {
        let at = household.wrapping_sub(self.starts[NodeKind::Household as usize]);
        self.paid.get(at as usize).copied().unwrap_or(0)
    }

    /// Sex of a person by the register, where it says so.
    pub fn sex(&self, person: u32) -> Option<char> {
        self.sexes.get(person as usize).filter(|sex| **sex != 0).map(|sex| char::from(*sex))
    }

    /// Birth of a person.
    pub fn birth(&self, person: u32) -> Option<i32> {
        self.births.get(person as usize).copied().filter(|day| *day != i32::MIN)
    }

    /// How sure an edge is, 0 to 1.
    pub fn confidence(&self, edge: u32) -> f64 {
        self.confidence.get(&edge).map_or(1.0, |share| f64::from(*share))
    }

    /// Edges at a node with the node across.
    pub fn around(&self, node: u32) -> impl Iterator<Item = (u32, u32, Edge)> + '_ {
        self.graph.rows().arcs_of(node).map(|(to, link)| (to, link.0, self.edges.get(link.0)))
    }

    /// Edges between two nodes, the surest first.
    pub fn between(&self, a: u32, b: u32) -> Vec<u32> {
        let row = self.graph.out(a);
        let begin = row.partition_point(|to| *to < b);
        let links = &self.graph.rows().weights(a)[begin..];
        let mut found: Vec<u32> =
            row[begin..].iter().zip(links).take_while(|(to, _)| **to == b).map(|(_, link)| link.0).collect();
        found.sort_by(|x, y| self.confidence(*y).total_cmp(&self.confidence(*x)).then(x.cmp(y)));
        found
    }

    /// The edge between two nodes that a tie rests on: the surest, one that holds on the day before one that does not.
    pub fn tie_between(&self, a: u32, b: u32, day: Option<i32>) -> Option<u32> {
        let ended = |edge: u32| day.is_some_and(|day| !self.edges.get(edge).holds_on(day));
        self.between(a, b).into_iter().filter(|edge| self.edges.get(*edge).kind.ties()).min_by_key(|edge| ended(*edge))
    }

    /// What a step of a tie costs: less is closer. `None` where nobody is tied that way.
    pub fn step(&self, from: u32, to: u32, link: Link) -> Option<f64> {
        if !self.edges.kinds()[link.0 as usize].ties() || self.crowd(from) || self.crowd(to) {
            return None;
        }
        Some(STEP - self.sureness(from, to, link.0).ln())
    }

    /// Whether so many hang on a node that no search goes through it.
    pub fn crowd(&self, node: u32) -> bool {
        self.graph.out_degree(node) > MOST_ARCS
    }

    /// Share of real ties that a step keeps: the edge's confidence, and of a thing, which a path enters and leaves,
    /// the root of how often those who share it are kin. Money sent joins an account to all it goes to or comes from.
    pub fn sureness(&self, from: u32, to: u32, edge: u32) -> f64 {
        let sent = self.edges.get(edge).kind == EdgeKind::Sends;
        let shared = |end: u32| {
            let families = if sent { self.graph.out_degree(end) as u32 } else { self.families(end) };
            self.strength.of(self.kind(end), families).sqrt()
        };
        [from, to].into_iter().filter(|end| self.is_thing(*end)).map(shared).product::<f64>() * self.confidence(edge)
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let texts: usize = self.texts.iter().map(Texts::bytes).sum();
        let persons = self.births.len() * 5;
        let households = self.homes.len() * 4 + self.paid.len() * 8;
        texts + self.edges.bytes() + self.graph.bytes() + persons + households + self.families.len() * 4
    }
}

/// The local parameter that says how many may share a phone or address.
pub(super) const SHARE: &str = "hidden_tie_max_share";
