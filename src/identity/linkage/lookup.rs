//! Rows by key: whom a rule lets a row meet.

use rayon::prelude::*;

use super::blocking::{LeftOut, RuleSize};
use super::columns::NONE;
use super::expression::Rule;
use super::keys::Keys;

/// A block that may have to be left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Large {
    pub pairs: u64,
    /// Hash of its key: the order of blocks of one size does not follow the order of rows.
    pub key: u64,
    pub block: u32,
}

/// Rows by key of one side, and the key's number for each row of the other.
#[derive(Debug)]
pub(super) struct Lookup<'p> {
    pub rule: &'p Rule,
    pub number: u8,
    /// Where the rows of each block end.
    ends: Vec<u32>,
    /// Rows of all blocks, ascending within one.
    rows: Vec<u32>,
    /// Blocks of each left row: one ([`NONE`] for none) …
    block: Vec<u32>,
    /// … or several: where each row's end in `block`; empty where there is one a row.
    block_ends: Vec<usize>,
    /// In a deduplication, whether the looked-up rows are the rule's left side.
    pub reversed: bool,
    /// Blocks that may have to be left out.
    pub large: Vec<Large>,
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
    /// Looks the keys of one side up among those of the other, whose first row is `offset`. Blocks of more than `small`
    /// pairs may be left out later.
    pub fn new(
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
    pub fn leave_out(&mut self, too_large: impl Fn(&Large) -> bool) -> Option<LeftOut> {
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
    pub fn partners(&self, row: u32, linking: bool) -> impl Iterator<Item = u32> + '_ {
        self.blocks(row).iter().filter(|block| **block != NONE).flat_map(move |block| {
            let block = *block as usize;
            let start = if block == 0 { 0 } else { self.ends[block - 1] as usize };
            let rows = &self.rows[start..self.ends[block] as usize];
            let first = if linking { 0 } else { rows.partition_point(|other| *other <= row) };
            rows[first..].iter().copied()
        })
    }
}
