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
    /// `close` or `extended`.
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

/// Which chains of register relations make which relative, and whether that is close kin.
#[derive(Debug, Clone, Default)]
pub(super) struct Chains(HashMap<Vec<Relation>, (Relation, bool)>);

impl Chains {
    /// Takes a row of `kin_chain`: names of relations apart by spaces, the relative they make, its depth.
    pub(super) fn add(&mut self, chain: &str, relation: &str, depth: &str) {
        let steps: Option<Vec<Relation>> = chain.split(' ').map(Relation::named).collect();
        if let Some((steps, relation)) = steps.zip(Relation::named(relation)) {
            self.0.insert(steps, (relation, depth == "close"));
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

/// Everybody who is kin of a person by chains of at most three register relations, each once: a tie that still holds
/// before one that ended, close before extended, an old one before a new one, a short chain before a long one. A test
/// holds this order and the chains against the view `official_kin`.
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
        let ends = r.to.map(Reverse);
        (r.node, ends.is_some(), r.depth, r.from, r.path.len(), ends, r.path.clone(), r.rows.clone())
    });
    found.dedup_by_key(|r| r.node);
    found
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

    /// Whether a term calls those of a chain of relations that ends here; a sex that is not known is any.
    fn fits(&self, term: &Term, steps: &[Relation], nodes: &[u32], relations: &Relations) -> bool {
        let may_be = |sex: Option<char>, node: u32| sex.is_none_or(|s| relations.sex(node).is_none_or(|own| own == s));
        term.path.len() == steps.len()
            && self.nodes.first().is_none_or(|ego| may_be(term.ego, *ego))
            && term
                .path
                .iter()
                .zip(steps)
                .zip(nodes)
                .all(|(((relation, sex), step), node)| relation == step && may_be(*sex, *node))
    }

    fn relative(&self, relations: &Relations) -> Option<Relative> {
        let (relation, close) = *relations.chains.0.get(&self.steps)?;
        let node = *self.nodes.last()?;
        // A chain that has no word of its own is called as what it makes.
        let own = TERMS.iter().find(|term| self.fits(term, &self.steps, &self.nodes[1..], relations));
        let term = own.or_else(|| TERMS.iter().find(|term| self.fits(term, &[relation], &[node], relations)))?;
        Some(Relative {
            node,
            zh: term.zh,
            en: term.en,
            depth: if close { "close" } else { "extended" },
            path: self.nodes.clone(),
            from: self.from,
            to: self.to,
            rows: self.rows.clone(),
        })
    }
}
