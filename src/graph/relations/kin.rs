//! Kin closure: chains of register relations that make somebody a relative, by the view `kin_chain`, which the rules
//! read too, and called by the table `kin_terms.csv`.

use std::cmp::Reverse;
use std::sync::LazyLock;

use hashbrown::HashMap;

use super::{EdgeKind, Relation, Relations};

/// Register relations in a chain, at most.
const LONGEST: usize = 3;

/// A relative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// The person.
    pub node: u32,
    /// What the person is, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// `close`, `extended`, or `wider`, which no locality counts.
    pub depth: &'static str,
    /// Nodes from the person asked for to the relative.
    pub path: Vec<u32>,
    /// The days between which every link of the chain holds, where bounded.
    pub from: Option<i32>,
    /// See `from`.
    pub to: Option<i32>,
    /// Rows of the links.
    pub rows: Vec<i64>,
}

struct Term {
    path: Vec<(Relation, Option<char>)>,
    ego: Option<char>,
    zh: &'static str,
    en: &'static str,
}

/// Which chains of register relations make which relative, and how close that is.
#[derive(Debug, Clone, Default)]
pub(super) struct Chains(HashMap<Vec<Relation>, (Relation, &'static str)>);

/// Depths of kinship, the closest first.
const DEPTHS: [&str; 3] = ["close", "extended", "wider"];

impl Chains {
    /// Takes a row of `kin_chain`: names of relations apart by spaces, the relative they make, its depth.
    pub(super) fn add(&mut self, chain: &str, relation: &str, depth: &str) {
        let steps: Option<Vec<Relation>> = chain.split(' ').map(Relation::named).collect();
        let depth = DEPTHS.into_iter().find(|own| *own == depth);
        if let Some(((steps, relation), depth)) = steps.zip(Relation::named(relation)).zip(depth) {
            self.0.insert(steps, (relation, depth));
        }
    }
}

static TERMS: LazyLock<Vec<Term>> = LazyLock::new(|| {
    let sex = |text: &str| text.chars().next().filter(|c| *c != '*');
    let term = |line: &'static str| {
        let mut fields = line.split(',');
        let path = fields.next()?.split(' ').filter_map(|step| step.split_once(':'));
        Some(Term {
            path: path.map(|(relation, s)| (Relation::named(relation).unwrap_or(Relation::None), sex(s))).collect(),
            ego: sex(fields.next()?),
            zh: fields.next()?,
            en: fields.next()?,
        })
    };
    include_str!("kin_terms.csv").lines().skip(1).filter_map(term).collect()
});

/// Everybody who is kin of a person by chains of at most three register relations, each once for each time: where one
/// tie holds for no longer than another as close it is left out, and of two alike the shorter chain stays. A test holds
/// this and the chains against the view `official_kin`.
///
/// # Complexity
/// Time O(d³) with d the kin edges of a person.
pub fn relatives(relations: &Relations, person: u32) -> Vec<Relative> {
    let mut found: Vec<Relative> = Vec::new();
    let mut chains = vec![Chain { nodes: vec![person], steps: Vec::new(), from: None, to: None, rows: Vec::new() }];
    for _ in 0..LONGEST {
        let longer: Vec<Chain> = chains.iter().flat_map(|chain| chain.grown(relations)).collect();
        found.extend(longer.iter().filter_map(|chain| chain.relative(relations)));
        chains = longer;
    }
    found.sort_by_cached_key(|r| {
        (r.node, r.from, Reverse(r.to.unwrap_or(i32::MAX)), r.depth, r.path.len(), r.path.clone(), r.rows.clone())
    });
    // The names of depths stand in their order.
    let mut kept: Vec<Relative> = Vec::with_capacity(found.len());
    for next in found {
        let mut earlier = kept.iter().rev().take_while(|own| own.node == next.node);
        let until = |own: &Relative| own.to.unwrap_or(i32::MAX);
        if !earlier.any(|own| own.depth <= next.depth && until(own) >= until(&next)) {
            kept.push(next);
        }
    }
    kept
}

#[derive(Clone)]
struct Chain {
    nodes: Vec<u32>,
    steps: Vec<Relation>,
    from: Option<i32>,
    to: Option<i32>,
    rows: Vec<i64>,
}

impl Chain {
    /// The chains one link longer that make a relative.
    fn grown(&self, relations: &Relations) -> Vec<Chain> {
        let Some(&last) = self.nodes.last() else { return Vec::new() };
        let kin = relations.around(last).filter(|(to, _, edge)| edge.kind == EdgeKind::Kin && !self.nodes.contains(to));
        let next = kin.map(|(to, _, edge)| {
            let mut chain = self.clone();
            chain.nodes.push(to);
            chain.steps.push(if edge.a == last { edge.relation } else { edge.relation.reversed() });
            chain.from = chain.from.max(edge.from);
            chain.to = [chain.to, edge.to].into_iter().flatten().min();
            chain.rows.extend(edge.rows());
            chain
        });
        next.filter(|chain| relations.chains.0.contains_key(&chain.steps)).collect()
    }

    /// Whether a term calls those of a chain of relations that ends here; a sex that is not known is none that a term
    /// names.
    fn fits(&self, term: &Term, steps: &[Relation], nodes: &[u32], relations: &Relations) -> bool {
        let is = |sex: Option<char>, node: u32| sex.is_none_or(|sex| relations.sex(node) == Some(sex));
        term.path.len() == steps.len()
            && self.nodes.first().is_none_or(|ego| is(term.ego, *ego))
            && term
                .path
                .iter()
                .zip(steps)
                .zip(nodes)
                .all(|(((relation, sex), step), node)| relation == step && is(*sex, *node))
    }

    fn relative(&self, relations: &Relations) -> Option<Relative> {
        let (relation, depth) = *relations.chains.0.get(&self.steps)?;
        let node = *self.nodes.last()?;
        // A chain that has no word of its own is called as what it makes, by words for either sex where that is unknown.
        let own = TERMS.iter().find(|term| self.fits(term, &self.steps, &self.nodes[1..], relations));
        let term = own.or_else(|| TERMS.iter().find(|term| self.fits(term, &[relation], &[node], relations)));
        let (zh, en) = term.map_or((relation.zh(), relation.en()), |term| (term.zh, term.en));
        Some(Relative {
            node,
            zh,
            en,
            depth,
            path: self.nodes.clone(),
            from: self.from,
            to: self.to,
            rows: self.rows.clone(),
        })
    }
}
