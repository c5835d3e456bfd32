//! How often those who share a thing are kin: learnt from the snapshot's own registers.

use super::{EdgeKind, NodeKind, Relations};

/// Families by which pairs are told apart: 2, 3, 4, 5, 6 to 10.
const BUCKETS: usize = 5;
/// Things of a kind that are looked at, at most, spread over all of them.
const THINGS: usize = 20_000;
/// Pairs that the expectation without data counts for.
const PRIOR: f64 = 4.0;

/// Kinds of things that are learnt.
const KINDS: [NodeKind; 6] = [
    NodeKind::Account,
    NodeKind::Phone,
    NodeKind::Address,
    NodeKind::Enterprise,
    NodeKind::Register,
    NodeKind::Institution,
];

/// Share of pairs that are kin, by kind of the thing and number of families that use it.
///
/// A pair are two persons of different register books (of one book for the book itself) who share a thing; it is kin
/// where a register makes them relatives by one or two steps. That is no proof that another pair is: it tells how much
/// a shared thing of that kind says in this place. The estimate is the mean of a beta distribution whose prior, worth
/// four pairs, expects one kin among as many as share the thing; more who share never say more than fewer.
///
/// # Reference
/// D. Liben-Nowell, J. Kleinberg, *The link-prediction problem for social networks*, 2007 (learning ties from known
/// ones); M. Ayer et al., *An empirical distribution function for sampling with incomplete information*, 1955 (order).
#[derive(Debug, Clone, Default)]
pub struct Strength {
    /// Pairs, and kin among them.
    counts: [[(u64, u64); BUCKETS]; KINDS.len()],
    shares: [[f64; BUCKETS]; KINDS.len()],
}

/// What was learnt of one kind of thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Learnt {
    /// The kind.
    pub kind: NodeKind,
    /// Families that use it, at least.
    pub families_from: u32,
    /// At most.
    pub families_to: u32,
    /// Pairs looked at.
    pub pairs: u64,
    /// Kin among them.
    pub kin: u64,
    /// The share.
    pub share: f64,
}

fn bucket(families: u32) -> usize {
    (families.clamp(2, 6) - 2) as usize
}

impl Strength {
    /// Counts pairs of a graph.
    pub(super) fn learnt(relations: &Relations) -> Self {
        let mut own = Self::default();
        for (at, kind) in KINDS.into_iter().enumerate() {
            let things = relations.of_kind(kind);
            let every = (things.len() / THINGS).max(1);
            for thing in things.step_by(every) {
                let families = relations.families(thing);
                if !(2..=10).contains(&families) && kind != NodeKind::Register {
                    continue;
                }
                let (pairs, kin) = pairs(relations, thing);
                let count = &mut own.counts[at][bucket(families)];
                *count = (count.0 + pairs, count.1 + kin);
            }
            let mut least = 1.0_f64;
            for (nth, (pairs, kin)) in own.counts[at].into_iter().enumerate() {
                let expected = 1.0 / (nth + 2) as f64;
                least = least.min((kin as f64 + PRIOR * expected) / (pairs as f64 + PRIOR));
                own.shares[at][nth] = least;
            }
        }
        own
    }

    /// Share of pairs that are kin among those who share a thing, above 0 and below 1.
    pub fn of(&self, kind: NodeKind, families: u32) -> f64 {
        let Some(at) = KINDS.iter().position(|known| *known == kind) else { return 1.0 };
        let share = self.shares[at][bucket(families)];
        // Where more share than were learnt from, one more says as much less.
        share * 10.0 / f64::from(families.max(10))
    }

    /// What was learnt, as a table.
    pub fn table(&self) -> impl Iterator<Item = Learnt> {
        KINDS.into_iter().enumerate().flat_map(move |(at, kind)| {
            (0..BUCKETS).map(move |nth| Learnt {
                kind,
                families_from: nth as u32 + 2,
                families_to: if nth + 1 == BUCKETS { 10 } else { nth as u32 + 2 },
                pairs: self.counts[at][nth].0,
                kin: self.counts[at][nth].1,
                share: self.shares[at][nth],
            })
        })
    }
}

/// Pairs who share a thing, and kin among them.
fn pairs(relations: &Relations, thing: u32) -> (u64, u64) {
    let book = |person: u32| {
        relations.around(person).find(|(_, _, edge)| edge.kind == EdgeKind::Listed).map(|(book, _, _)| book)
    };
    let own = relations.kind(thing) == NodeKind::Register;
    let mut users: Vec<u32> = relations
        .around(thing)
        .filter(|(to, _, edge)| relations.kind(*to) == NodeKind::Person && edge.kind != EdgeKind::Contact)
        .map(|(to, _, _)| to)
        .collect();
    users.dedup();
    users.truncate(12);
    let (mut pairs, mut kin) = (0, 0);
    for (nth, a) in users.iter().enumerate() {
        let near: Vec<u32> = kin_of(relations, *a).collect();
        for b in &users[nth + 1..] {
            if !own && book(*a).zip(book(*b)).is_none_or(|(a, b)| a == b) {
                continue;
            }
            pairs += 1;
            if near.contains(b) || kin_of(relations, *b).any(|between| near.contains(&between)) {
                kin += 1;
            }
        }
    }
    (pairs, kin)
}

fn kin_of(relations: &Relations, person: u32) -> impl Iterator<Item = u32> {
    relations.around(person).filter(|(_, _, edge)| edge.kind == EdgeKind::Kin).map(|(to, _, _)| to)
}
