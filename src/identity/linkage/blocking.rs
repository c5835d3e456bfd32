//! Candidate pairs. The rows of each key are known before a pair is made, so that a block's size is
//! checked first, memory stays at a few bytes a row and rule, and a pair belongs to the first rule that
//! makes it without any pair having been stored.

use std::ops::Range;

use rayon::prelude::*;

use super::LinkageError;
use super::columns::{NONE, Rows};
use super::expression::Rule;
use super::load::{Keys, RuleKeys};

/// Blocks of so many pairs stay, whatever the rest makes.
const SMALL: u64 = 1_000;
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

/// A block that may have to be left out.
#[derive(Debug, Clone, Copy)]
struct Large {
    pairs: u64,
    /// Hash of its key: the order of blocks of one size does not follow the order of rows.
    key: u64,
    block: u32,
}

/// Rows by key of one side, and the key's number for each row of the other.
#[derive(Debug)]
struct Lookup<'p> {
    rule: &'p Rule,
    number: u8,
    /// Where the rows of each block end.
    ends: Vec<u32>,
    /// Rows of all blocks, ascending within one.
    rows: Vec<u32>,
    /// Blocks of each left row: one ([`NONE`] for none) …
    block: Vec<u32>,
    /// … or several: where each row's end in `block`; empty where there is one a row.
    block_ends: Vec<usize>,
    /// In a deduplication, whether the looked-up rows are the rule's left side.
    reversed: bool,
    /// Blocks that may have to be left out.
    large: Vec<Large>,
}

/// Sorted keys with a table over their leading bits: a search takes a step or two.
struct SortedKeys {
    keys: Vec<u64>,
    table: Vec<u32>,
    shift: u32,
}

impl SortedKeys {
    fn new(keys: Vec<u64>) -> Self {
        let bits = (usize::BITS - keys.len().leading_zeros()).clamp(1, 28);
        let shift = 64 - bits;
        let mut table = vec![0u32; (1 << bits) + 1];
        for key in &keys {
            table[(key >> shift) as usize + 1] += 1;
        }
        for i in 1..table.len() {
            table[i] += table[i - 1];
        }
        Self { keys, table, shift }
    }

    fn find(&self, key: u64) -> u32 {
        let bucket = (key >> self.shift) as usize;
        let (start, end) = (self.table[bucket] as usize, self.table[bucket + 1] as usize);
        self.keys[start..end].binary_search(&key).map_or(NONE, |at| (start + at) as u32)
    }
}

impl<'p> Lookup<'p> {
    fn new(
        rule: &'p Rule,
        number: u8,
        looker: &Keys,
        looked_up: &Keys,
        linking: bool,
        small: u64,
        offset: u32,
    ) -> (Self, RuleSize) {
        let mut entries: Vec<(u64, u32)> = (0..looked_up.rows())
            .flat_map(|row| looked_up.of(row).iter().map(move |key| (*key, row as u32 + offset)))
            .collect();
        entries.par_sort_unstable();
        let (mut keys, mut ends) = (Vec::new(), Vec::new());
        for (i, (key, _)) in entries.iter().enumerate() {
            if keys.last() != Some(key) {
                keys.push(*key);
                ends.push(0);
            }
            if let Some(end) = ends.last_mut() {
                *end = i as u32 + 1;
            }
        }
        let rows: Vec<u32> = entries.iter().map(|(_, row)| *row).collect();
        drop(entries);
        let keys = SortedKeys::new(keys);
        let mut block_ends = Vec::new();
        let block: Vec<u32> = match looker {
            Keys::One(own) => own.par_iter().map(|key| if *key == 0 { NONE } else { keys.find(*key) }).collect(),
            Keys::Many(..) => {
                let mut found = Vec::new();
                for row in 0..looker.rows() {
                    found.extend(looker.of(row).iter().map(|key| keys.find(*key)).filter(|block| *block != NONE));
                    block_ends.push(found.len());
                }
                found
            }
        };
        let mut lookers = vec![0u64; ends.len()];
        block.iter().filter(|b| **b != NONE).for_each(|b| lookers[*b as usize] += 1);
        let (mut size, mut large) = (RuleSize::default(), Vec::new());
        let within = !linking && rule.symmetric;
        for (b, lookers) in lookers.iter().enumerate() {
            let start = if b == 0 { 0 } else { ends[b - 1] };
            let rows = u64::from(ends[b] - start);
            let pairs = if within { rows * (rows - 1) / 2 } else { lookers * rows };
            if pairs == 0 {
                continue;
            }
            size.blocks += 1;
            size.pairs += pairs;
            if pairs > small {
                large.push(Large { pairs, key: keys.keys[b], block: b as u32 });
            }
        }
        (Self { rule, number, ends, rows, block, block_ends, reversed: false, large }, size)
    }

    /// Leaves out the large blocks that `too_large` names.
    fn leave_out(&mut self, too_large: impl Fn(&Large) -> bool) -> Option<LeftOut> {
        let out: Vec<Large> = std::mem::take(&mut self.large).into_iter().filter(too_large).collect();
        let largest = out.iter().max_by_key(|large| (large.pairs, large.key))?;
        let mut gone = vec![false; self.ends.len()];
        out.iter().for_each(|large| gone[large.block as usize] = true);
        self.block.iter_mut().filter(|b| **b != NONE && gone[**b as usize]).for_each(|b| *b = NONE);
        Some(LeftOut {
            blocks: out.len() as u64,
            pairs: out.iter().map(|large| large.pairs).sum(),
            smallest: out.iter().map(|large| large.pairs).min().unwrap_or(0),
            largest: largest.pairs,
            row: self.rows[self.ends[largest.block as usize] as usize - 1],
        })
    }

    fn blocks(&self, row: u32) -> &[u32] {
        let row = row as usize;
        if self.block_ends.is_empty() {
            return &self.block[row..=row];
        }
        &self.block[if row == 0 { 0 } else { self.block_ends[row - 1] }..self.block_ends[row]]
    }

    /// Partners of a left row under this rule's equalities; in a deduplication, later rows.
    fn partners(&self, row: u32, linking: bool) -> impl Iterator<Item = u32> + '_ {
        self.blocks(row).iter().filter(|block| **block != NONE).flat_map(move |block| {
            let block = *block as usize;
            let start = if block == 0 { 0 } else { self.ends[block - 1] as usize };
            let rows = &self.rows[start..self.ends[block] as usize];
            let first = if linking { 0 } else { rows.partition_point(|other| *other <= row) };
            rows[first..].iter().copied()
        })
    }
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
            let (lookup, size) = Lookup::new(rule, number, &keys.left, right, linking, small, offset);
            lookups.push(lookup);
            if !linking && !rule.symmetric {
                let (lookup, _) = Lookup::new(rule, number, right, &keys.left, linking, small, offset);
                lookups.push(Lookup { reversed: true, ..lookup });
            }
            sizes.push(size);
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

    /// Pairs of some left rows, each once, in order of left row and rule.
    pub fn candidates(
        &self,
        all: &Rows,
        chunk: Range<u32>,
        wanted: impl Fn(u32) -> bool,
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
        wanted: impl Fn(u32) -> bool,
        scratch: &mut Scratch,
        into: &mut Vec<Candidate>,
    ) -> Result<(), LinkageError> {
        into.clear();
        let lookups = || self.lookups.iter().filter(|lookup| only.is_none_or(|number| lookup.number == number));
        // Rules that ask more than equalities are answered for the whole chunk at once.
        let mut answered: Vec<std::iter::Peekable<std::vec::IntoIter<(u32, u32)>>> = Vec::new();
        for lookup in lookups() {
            let Some(rest) = &lookup.rule.rest else {
                answered.push(Vec::new().into_iter().peekable());
                continue;
            };
            let rows = chunk.clone().filter(|row| wanted(*row));
            let pairs: Vec<(u32, u32)> =
                rows.flat_map(|row| lookup.partners(row, self.linking).map(move |other| (row, other))).collect();
            let turned: Vec<(u32, u32)>;
            let asked = if lookup.reversed {
                turned = pairs.iter().map(|(a, b)| (*b, *a)).collect();
                &turned
            } else {
                &pairs
            };
            let holds = rest.evaluate(all, asked)?;
            let found: Vec<_> =
                pairs.into_iter().zip(holds.iter()).filter(|(_, h)| *h == Some(true)).map(|(p, _)| p).collect();
            answered.push(found.into_iter().peekable());
        }
        for row in chunk.filter(|row| wanted(*row)) {
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
                    lookup.partners(row, self.linking).for_each(&mut take);
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
        blocks.candidates(&rows, 0..rows.left, |_| true, &mut blocks.scratch(), &mut found).unwrap();
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
}
