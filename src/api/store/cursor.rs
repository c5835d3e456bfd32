//! Pages of a list. A finished audit never changes, so the place of a row in an order is a key that stays
//! valid whatever happens meanwhile. A cursor names that place and the list it belongs to.

use std::fmt;
use std::str::FromStr;

use arrow::array::{Array, BooleanArray};

/// A place in one list: that audit, filter and order, and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which list.
    pub list: u64,
    /// Place in its order after which the page begins.
    pub after: u32,
}

impl Cursor {
    fn check(self) -> u32 {
        // Catches what was cut off or mistyped; not a signature, for a place is no secret.
        let mixed = (self.list ^ (u64::from(self.after) << 17)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as u32
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:08x}{:08x}", self.list, self.after, self.check())
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(());
        }
        let list = u64::from_str_radix(&text[..16], 16).map_err(|_| ())?;
        let after = u32::from_str_radix(&text[16..24], 16).map_err(|_| ())?;
        let check = u32::from_str_radix(&text[24..], 16).map_err(|_| ())?;
        let cursor = Self { list, after };
        if cursor.check() == check { Ok(cursor) } else { Err(()) }
    }
}

/// A page: rows in order, and the place after which the next begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Row numbers.
    pub rows: Vec<u32>,
    /// How many rows there are on all pages.
    pub total: usize,
    /// Place of the last row, where more follow.
    pub next: Option<u32>,
}

impl Page {
    /// Walks along an order, from after a place, over the rows that pass.
    pub fn of(order: &[u32], passing: Option<&BooleanArray>, after: Option<u32>, limit: usize) -> Self {
        let start = after.map_or(0, |place| place as usize + 1);
        let passes = |row: u32| passing.is_none_or(|mask| mask.is_valid(row as usize) && mask.value(row as usize));
        let mut rows = Vec::with_capacity(limit.min(order.len()));
        let (mut last, mut more) = (None, false);
        for (place, &row) in order.iter().enumerate().skip(start) {
            if !passes(row) {
                continue;
            }
            if rows.len() == limit {
                more = true;
                break;
            }
            rows.push(row);
            last = Some(place as u32);
        }
        let total = passing.map_or(order.len(), BooleanArray::true_count);
        Self { rows, total, next: if more { last } else { None } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_false_ones_do_not() {
        let cursor = Cursor { list: 0x0123_4567_89ab_cdef, after: 41 };
        let text = cursor.to_string();
        assert_eq!(text.parse(), Ok(cursor));
        let mut changed = text.clone().into_bytes();
        changed[20] = if changed[20] == b'0' { b'1' } else { b'0' };
        for wrong in [&text[..31], "", "zz", "漢字漢字漢字漢字漢字漢", &String::from_utf8(changed).unwrap()]
        {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn pages_meet_without_gap_or_overlap() {
        let order: Vec<u32> = (0..10).rev().collect();
        let mask = BooleanArray::from((0..10).map(|i| i % 3 != 0).collect::<Vec<_>>());
        for limit in 1..8 {
            let (mut all, mut after) = (Vec::new(), None);
            loop {
                let page = Page::of(&order, Some(&mask), after, limit);
                assert_eq!(page.total, 6);
                all.extend(page.rows);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(all, [8, 7, 5, 4, 2, 1], "limit {limit}");
        }
    }
}
