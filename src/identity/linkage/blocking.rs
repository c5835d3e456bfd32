//! Candidate pairs. The rows of each key are known before a pair is made, so that a block's size is
//! checked first, memory stays at a few bytes a row and rule, and a pair belongs to the first rule that
//! makes it without any pair having been stored.

use std::ops::Range;

use super::LinkageError;
use super::columns::Rows;
use super::expression::{PairCondition, Rule};
use super::keys::{Keys, RuleKeys};
use super::lookup::{Large, Lookup};

/// Blocks of so many pairs stay, whatever the rest makes.
const SMALL: u64 = 1_000;
/// Pairs that a condition is asked of at once: their values stand in memory meanwhile.
const ASKED: usize = 1 << 14;
/// Pairs that are never too many, however few rows there are.
const FEW: u64 = 10_000_000;

/// A candidate pair and the rule that made it. In a deduplication the left row comes first in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub left: u32,
    pub right: u32,
    pub rule: u8,
}

/// What a rule makes and leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSize {
    /// Blocks: keys that rows of both sides have.
    pub blocks: u64,
    /// Pairs they make, before other rules are looked at.
    pub pairs: u64,
    /// Rows that had more keys than are kept of one.
    pub shortened: u64,
    /// What was left out, if anything.
    pub left_out: Option<LeftOut>,
}

/// Blocks that a rule leaves out: those above its own cap, and the largest where all rules together make
/// more pairs than the spec allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Blocks.
    pub blocks: u64,
    /// Pairs that they would have made.
    pub pairs: u64,
    /// Pairs of the smallest of them.
    pub smallest: u64,
    /// Pairs of the largest.
    pub largest: u64,
    /// A row of the largest, which shows its key.
    pub row: u32,
}

/// The first block, by pairs, rule and key, that is too much: those before it make no more pairs than the
/// budget. `None` where all do.
fn dear(lookups: &[Lookup<'_>], sizes: &[RuleSize], cap: impl Fn(u8) -> u64, budget: u64) -> Option<(u64, u8, u64)> {
    let large = lookups
        .iter()
        .filter(|lookup| !lookup.reversed)
        .flat_map(|lookup| lookup.large.iter().map(move |large| (large.pairs, lookup.number, large.key)));
    let all: u64 = sizes.iter().map(|size| size.pairs).sum();
    let mut total = all - large.clone().map(|(pairs, ..)| pairs).sum::<u64>();
    let mut large: Vec<_> = large.filter(|(pairs, number, _)| *pairs <= cap(*number)).collect();
    large.sort_unstable();
    large.into_iter().find(|(pairs, ..)| {
        total += pairs;
        total > budget
    })
}

/// Moves those of the asked pairs of which a condition holds to `found`.
fn hold(
    condition: &PairCondition,
    reversed: bool,
    rows: &Rows,
    asked: &mut Vec<(u32, u32)>,
    found: &mut Vec<(u32, u32)>,
) -> Result<(), LinkageError> {
    if asked.is_empty() {
        return Ok(());
    }
    let turned: Vec<(u32, u32)>;
    let as_written = if reversed {
        turned = asked.iter().map(|(a, b)| (*b, *a)).collect();
        &turned
    } else {
        &*asked
    };
    let holds = condition.evaluate(rows, as_written)?;
    found.extend(asked.drain(..).zip(holds.iter()).filter(|(_, holds)| *holds == Some(true)).map(|(pair, _)| pair));
    Ok(())
}

/// All rules over all rows.
#[derive(Debug)]
pub(super) struct Blocks<'p> {
    lookups: Vec<Lookup<'p>>,
    left: u32,
    linking: bool,
    rows: u32,
    /// By rule.
    pub sizes: Vec<RuleSize>,
}

/// What a worker keeps between chunks.
#[derive(Debug)]
pub(super) struct Scratch {
    seen: Vec<u32>,
}

impl<'p> Blocks<'p> {
    /// Groups rows by key. O(rows log rows) a rule. Blocks above the cap of their rule are left out; where
    /// all others make more than `per_row` pairs a row, the largest of them too.
    pub fn new(rules: &'p [Rule], keys: Vec<RuleKeys>, caps: &[Option<u64>], per_row: u64, rows: &Rows) -> Self {
        let budget = FEW.max(per_row.saturating_mul(u64::from(rows.len())));
        Self::within(rules, keys, caps, budget, rows)
    }

    fn within(rules: &'p [Rule], keys: Vec<RuleKeys>, caps: &[Option<u64>], budget: u64, rows: &Rows) -> Self {
        let linking = rows.right.is_some();
        let offset = if linking { rows.left } else { 0 };
        let cap = |number: u8| caps.get(usize::from(number)).copied().flatten().unwrap_or(u64::MAX);
        let (mut lookups, mut sizes) = (Vec::new(), Vec::new());
        for (i, (rule, keys)) in rules.iter().zip(keys).enumerate() {
            let (number, small) = (i as u8, SMALL.min(cap(i as u8)));
            let right = keys.right.as_ref().unwrap_or(&keys.left);
            let shortened = keys.left.shortened() + keys.right.as_ref().map_or(0, Keys::shortened);
            let (lookup, size) = Lookup::new(rule, number, &keys.left, right, linking, small, offset);
            lookups.push(lookup);
            if !linking && !rule.symmetric {
                let (mut lookup, _) = Lookup::new(rule, number, right, &keys.left, linking, small, offset);
                lookup.reversed = true;
                lookups.push(lookup);
            }
            sizes.push(RuleSize { shortened, ..size });
        }
        let dear = dear(&lookups, &sizes, cap, budget);
        for lookup in &mut lookups {
            let (number, cap) = (lookup.number, cap(lookup.number));
            let too_large =
                |large: &Large| large.pairs > cap || dear.is_some_and(|dear| (large.pairs, number, large.key) >= dear);
            let out = lookup.leave_out(too_large);
            let size = &mut sizes[usize::from(number)];
            if !lookup.reversed {
                size.pairs -= out.as_ref().map_or(0, |out| out.pairs);
                size.left_out = out;
            }
        }
        Self { lookups, left: rows.left, linking, rows: rows.len(), sizes }
    }

    /// Pairs before those made twice are left out.
    pub fn upper_bound(&self) -> u64 {
        self.sizes.iter().map(|size| size.pairs).sum()
    }

    /// Left rows.
    pub fn left(&self) -> u32 {
        self.left
    }

    /// What a worker needs.
    pub fn scratch(&self) -> Scratch {
        Scratch { seen: vec![0; self.rows as usize] }
    }

    /// Those pairs of some left rows that are wanted, each once, in order of left row and rule.
    pub fn candidates(
        &self,
        all: &Rows,
        chunk: Range<u32>,
        wanted: impl Fn(u32, u32) -> bool,
        scratch: &mut Scratch,
        into: &mut Vec<Candidate>,
    ) -> Result<(), LinkageError> {
        self.candidates_of(None, all, chunk, wanted, scratch, into)
    }

    /// The same of one rule alone.
    pub fn candidates_of(
        &self,
        only: Option<u8>,
        all: &Rows,
        chunk: Range<u32>,
        wanted: impl Fn(u32, u32) -> bool,
        scratch: &mut Scratch,
        into: &mut Vec<Candidate>,
    ) -> Result<(), LinkageError> {
        into.clear();
        let lookups = || self.lookups.iter().filter(|lookup| only.is_none_or(|number| lookup.number == number));
        // Rules that ask more than equalities are answered for the whole chunk first, some pairs at once.
        let mut answered: Vec<std::iter::Peekable<std::vec::IntoIter<(u32, u32)>>> = Vec::new();
        for lookup in lookups() {
            let Some(rest) = &lookup.rule.rest else {
                answered.push(Vec::new().into_iter().peekable());
                continue;
            };
            let mut found = Vec::new();
            let mut asked = Vec::new();
            for row in chunk.clone() {
                for other in lookup.partners(row, self.linking).filter(|other| wanted(row, *other)) {
                    asked.push((row, other));
                    if asked.len() == ASKED {
                        hold(rest, lookup.reversed, all, &mut asked, &mut found)?;
                    }
                }
            }
            hold(rest, lookup.reversed, all, &mut asked, &mut found)?;
            answered.push(found.into_iter().peekable());
        }
        for row in chunk {
            for (lookup, answered) in lookups().zip(&mut answered) {
                let mut take = |other: u32| {
                    let seen = &mut scratch.seen[other as usize];
                    if *seen != row + 1 {
                        *seen = row + 1;
                        into.push(Candidate { left: row, right: other, rule: lookup.number });
                    }
                };
                if lookup.rule.rest.is_some() {
                    while let Some((_, other)) = answered.next_if(|(left, _)| *left == row) {
                        take(other);
                    }
                } else {
                    lookup.partners(row, self.linking).filter(|other| wanted(row, *other)).for_each(&mut take);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::expression::Planner;
    use super::super::spec::Column;
    use super::*;

    /// Blocks of one table whose rows have these keys, with a budget of pairs.
    fn pairs(keys: &[u64], cap: Option<u64>, budget: u64) -> (u64, Option<LeftOut>) {
        let columns = [Column::named("name")];
        let rules = [Planner::new(&columns).rule("l.name = r.name").unwrap()];
        let rows =
            Rows { left: keys.len() as u32, right: None, columns: Vec::new(), ids: Vec::new(), hashes: Vec::new() };
        let keys = RuleKeys { left: Keys::One(keys.to_vec()), right: None };
        let blocks = Blocks::within(&rules, vec![keys], &[cap], budget, &rows);
        let mut found = Vec::new();
        blocks.candidates(&rows, 0..rows.left, |_, _| true, &mut blocks.scratch(), &mut found).unwrap();
        assert_eq!(found.len() as u64, blocks.upper_bound());
        (blocks.upper_bound(), blocks.sizes[0].left_out.clone())
    }

    #[test]
    fn large_blocks_stay_where_all_pairs_are_few_enough() {
        // 60, 50 and 4 rows of one key: 1770, 1225 and 6 pairs.
        let keys: Vec<u64> = (0..114).map(|i| if i < 60 { 1 } else { 1 + u64::from(i < 110) + 1 }).collect();
        assert_eq!(pairs(&keys, None, 3001), (3001, None));
        // The largest goes first.
        let (left, out) = pairs(&keys, None, 3000);
        let out = out.unwrap();
        assert_eq!((left, out.blocks, out.pairs, out.smallest, out.largest), (1231, 1, 1770, 1770, 1770));
        assert!(out.row < 60);
        // Small blocks stay whatever the budget; a cap of the rule's own always holds.
        assert_eq!(pairs(&keys, None, 1).0, 6);
        assert_eq!(pairs(&keys, Some(1500), u64::MAX).0, 1231);
        assert_eq!(pairs(&keys, Some(5), u64::MAX).0, 0);
    }

    #[test]
    fn what_is_no_equality_is_asked_of_all_pairs_of_a_key_though_not_at_once() {
        use super::super::columns::Column as Held;
        use super::super::spec::Kind;
        let columns = [Column::named("name"), Column { kind: Kind::Number, ..Column::named("price") }];
        let rules = [Planner::new(&columns).rule("l.name = r.name and abs(l.price - r.price) > 0.5").unwrap()];
        // Half of them at each price, so that half of the pairs but few fit.
        let many = 200u32;
        let prices = Held::Number((0..many).map(|i| f64::from(i % 2)).collect());
        let columns = vec![Held::new(Kind::Text), prices];
        let rows = Rows { left: many, right: None, columns, ids: Vec::new(), hashes: Vec::new() };
        let keys = RuleKeys { left: Keys::One(vec![1; many as usize]), right: None };
        let blocks = Blocks::within(&rules, vec![keys], &[None], u64::MAX, &rows);
        assert!(blocks.upper_bound() as usize > ASKED);
        let mut found = Vec::new();
        blocks.candidates(&rows, 0..many, |_, _| true, &mut blocks.scratch(), &mut found).unwrap();
        assert_eq!(found.len() as u32, (many / 2) * (many / 2));
        assert!(found.iter().all(|pair| (pair.left + pair.right) % 2 == 1));
        // What is not wanted is not asked.
        blocks.candidates(&rows, 0..many, |a, b| a + b < 10, &mut blocks.scratch(), &mut found).unwrap();
        assert!(!found.is_empty() && found.iter().all(|pair| pair.left + pair.right < 10));
    }
}
