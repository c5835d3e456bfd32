//! Kin closure: chains of register relations that make somebody a relative, by the table `kin_terms.csv`.

use std::sync::LazyLock;

use super::{EdgeKind, Relation, Relations};

/// Register relations in a chain, at most.
const CHAIN: usize = 3;

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
    depth: &'static str,
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
            depth: fields.next()?,
        })
    };
    include_str!("kin_terms.csv").lines().skip(1).filter_map(term).collect()
});

/// Everybody who is kin of a person by chains of at most three register relations, each once: a tie that still holds
/// before one that ended, close before extended, a short chain before a long one.
///
/// # Complexity
/// Time O(d³) with d the kin edges of a person.
pub fn relatives(relations: &Relations, person: u32) -> Vec<Relative> {
    let mut found: Vec<Relative> = Vec::new();
    let mut chains = vec![Chain { nodes: vec![person], steps: Vec::new(), from: None, to: None, rows: Vec::new() }];
    for _ in 0..CHAIN {
        let mut longer = Vec::new();
        for chain in &chains {
            longer.extend(chain.grown(relations));
        }
        let known = longer.iter().filter_map(|chain| chain.relative(relations, person));
        found.extend(known);
        chains = longer.into_iter().filter(|chain| TERMS.iter().any(|term| chain.begins(term, relations))).collect();
    }
    found.sort_by(|a, b| {
        let key = |r: &Relative| (r.node, r.to.is_some(), r.depth, r.path.len(), r.path.clone(), r.rows.clone());
        key(a).cmp(&key(b))
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
    fn grown(&self, relations: &Relations) -> Vec<Chain> {
        let Some(&last) = self.nodes.last() else { return Vec::new() };
        let kin = relations.around(last).filter(|(to, _, edge)| edge.kind == EdgeKind::Kin && !self.nodes.contains(to));
        let next = kin.map(|(to, _, edge)| {
            let mut chain = self.clone();
            chain.nodes.push(to);
            chain.steps.push(if edge.a == last { edge.relation } else { edge.relation.reversed() });
            chain.from = chain.from.max(edge.from);
            chain.to = [chain.to, edge.to].into_iter().flatten().min();
            chain.rows.extend(edge.row);
            chain
        });
        next.collect()
    }

    fn begins(&self, term: &Term, relations: &Relations) -> bool {
        term.path.len() >= self.steps.len()
            && term.path.iter().zip(&self.steps).zip(&self.nodes[1..]).all(|(((relation, sex), step), node)| {
                relation == step && sex.is_none_or(|sex| relations.sex(*node).is_none_or(|own| own == sex))
            })
    }

    fn relative(&self, relations: &Relations, ego: u32) -> Option<Relative> {
        let own = relations.sex(ego);
        let term = TERMS.iter().find(|term| {
            term.path.len() == self.steps.len()
                && term.ego.is_none_or(|sex| own.is_none_or(|own| own == sex))
                && self.begins(term, relations)
        })?;
        Some(Relative {
            node: *self.nodes.last()?,
            zh: term.zh,
            en: term.en,
            depth: term.depth,
            path: self.nodes.clone(),
            from: self.from,
            to: self.to,
            rows: self.rows.clone(),
        })
    }
}
