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
/// A pair are two persons, or a person and a household, or two households, of different register books (of one book
/// for the book itself) who share a thing; it is kin where a register makes some of them relatives by one or two steps.
/// That is no proof that another pair is: it tells how much a shared thing of that kind says in this place. The
/// estimate is the mean of a beta distribution whose prior, worth four pairs, expects one kin among as many as share
/// the thing. More who share never say more than fewer: numbers of families whose shares would rise are taken together
/// (isotonic regression by pool-adjacent-violators, weighted by pairs); where no pair was seen the prior's expectation
/// stands, within what was seen on either side.
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
            own.shares[at] = falling(&own.counts[at]);
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

/// Shares that never rise from one bucket to the next, from pairs and kin among them.
///
/// # Complexity
/// Time and space O(buckets).
///
/// # Reference
/// M. Ayer et al., 1955.
fn falling(counts: &[(u64, u64); BUCKETS]) -> [f64; BUCKETS] {
    let expected = |nth: usize| 1.0 / (nth + 2) as f64;
    // Blocks: the last bucket, the kin and the pairs of it, the prior's among both.
    let mut blocks: Vec<(usize, f64, f64)> = Vec::with_capacity(BUCKETS);
    for (nth, (pairs, kin)) in counts.iter().enumerate().filter(|(_, (pairs, _))| *pairs > 0) {
        let mut block = (nth, *kin as f64 + PRIOR * expected(nth), *pairs as f64 + PRIOR);
        while let Some((_, kin, pairs)) = blocks.pop_if(|(_, kin, pairs)| *kin * block.2 < block.1 * *pairs) {
            block = (nth, kin + block.1, pairs + block.2);
        }
        blocks.push(block);
    }
    let mut most = 1.0_f64;
    std::array::from_fn(|nth| {
        let next = blocks.iter().find(|(last, _, _)| nth <= *last);
        let seen = next.map_or(0.0, |(_, kin, pairs)| kin / pairs).min(most);
        most = if counts[nth].0 > 0 { seen } else { expected(nth).clamp(seen, most) };
        most
    })
}

/// Pairs who share a thing, and kin among them.
fn pairs(relations: &Relations, thing: u32) -> (u64, u64) {
    let own = relations.kind(thing) == NodeKind::Register;
    let mut users: Vec<u32> = relations
        .around(thing)
        .filter(|(to, _, edge)| {
            matches!(relations.kind(*to), NodeKind::Person | NodeKind::Household) && edge.kind != EdgeKind::Contact
        })
        .map(|(to, _, _)| to)
        .collect();
    users.dedup();
    // Households first: a member who has the household's thing is no user beside it.
    users.sort_by_key(|user| (relations.kind(*user) != NodeKind::Household, *user));
    let mut sides: Vec<Side> = Vec::new();
    for user in users {
        let side = Side::of(relations, user);
        if sides.len() < 12 && !sides.iter().any(|other| shares(&other.persons, &side.persons)) {
            sides.push(side);
        }
    }
    let (mut pairs, mut kin) = (0, 0);
    for (nth, a) in sides.iter().enumerate() {
        for b in &sides[nth + 1..] {
            if !own && (a.books.is_empty() || b.books.is_empty() || shares(&a.books, &b.books)) {
                continue;
            }
            pairs += 1;
            kin += u64::from(shares(&a.near, &b.persons) || shares(&a.near, &b.near));
        }
    }
    (pairs, kin)
}

/// One who uses a thing: a person, or a household with its members.
struct Side {
    persons: Vec<u32>,
    /// Their register books.
    books: Vec<u32>,
    /// Their relatives by one step.
    near: Vec<u32>,
}

impl Side {
    fn of(relations: &Relations, user: u32) -> Self {
        let across = |node: u32, kind: EdgeKind| {
            relations.around(node).filter(move |(_, _, edge)| edge.kind == kind).map(|(to, _, _)| to)
        };
        let persons: Vec<u32> = match relations.kind(user) {
            NodeKind::Household => across(user, EdgeKind::Member).collect(),
            _ => vec![user],
        };
        let of = |kind: EdgeKind| persons.iter().flat_map(|person| across(*person, kind)).collect();
        Self { books: of(EdgeKind::Listed), near: of(EdgeKind::Kin), persons }
    }
}

fn shares(a: &[u32], b: &[u32]) -> bool {
    a.iter().any(|one| b.contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pair_binds_nothing() {
        let shares = falling(&[(0, 0), (447, 447), (15, 15), (0, 0), (45, 45)]);
        assert!(shares[1] > 0.99 && shares[4] > 0.9, "{shares:?}");
        assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
        assert_eq!(falling(&[(0, 0); BUCKETS]), [1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0, 1.0 / 6.0]);
    }

    #[test]
    fn shares_that_rise_are_pooled_by_their_pairs() {
        // (10 + 2 + 300 + 4/3) of (100 + 4 + 400 + 4) pairs together; what follows is lower as it is.
        let shares = falling(&[(100, 10), (400, 300), (96, 9), (0, 0), (0, 0)]);
        let pooled = (310.0 + 10.0 / 3.0) / 508.0;
        assert!((shares[0] - pooled).abs() < 1e-12 && (shares[1] - pooled).abs() < 1e-12, "{shares:?}");
        assert!((shares[2] - 0.1).abs() < 1e-12, "{shares:?}");
        assert!(shares[3..].iter().all(|share| *share <= 0.1), "{shares:?}");
    }
}
