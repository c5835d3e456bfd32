//! Orders of a list: each computed once an audit and kept as row numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// What findings are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingSort {
    /// Probability that a check would confirm it.
    Probability,
    /// Money at issue.
    Amount,
    /// Severity.
    Severity,
    /// First month.
    MonthFrom,
    /// Id.
    FindingId,
}

/// What leads are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeadSort {
    /// The highest probability among its findings.
    Probability,
    /// Money at issue.
    Amount,
    /// The highest severity among its findings.
    Severity,
    /// How many findings it gathers.
    Findings,
    /// Id.
    LeadId,
}

/// A sort key with its direction: `-amount` is the greatest first. Ties are broken by the greater amount,
/// then by id, then by place, so that every order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sort<K> {
    /// Key.
    pub key: K,
    /// The greatest first.
    pub descending: bool,
}

impl<K: FromStr<Err = String>> FromStr for Sort<K> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        Ok(Self { key: name.parse()?, descending })
    }
}

impl FromStr for FindingSort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "probability" => Self::Probability,
            "amount" => Self::Amount,
            "severity" => Self::Severity,
            "month_from" => Self::MonthFrom,
            "finding_id" => Self::FindingId,
            other => {
                let keys = "probability, amount, severity, month_from, finding_id; `-` in front for the greatest first";
                return Err(format!("sort: no key '{other}'; there are {keys}"));
            }
        })
    }
}

impl FromStr for LeadSort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "probability" => Self::Probability,
            "amount" => Self::Amount,
            "severity" => Self::Severity,
            "findings" => Self::Findings,
            "lead_id" => Self::LeadId,
            other => {
                let keys = "probability, amount, severity, findings, lead_id; `-` in front for the greatest first";
                return Err(format!("sort: no key '{other}'; there are {keys}"));
            }
        })
    }
}

/// Orders that were asked for.
#[derive(Debug)]
pub struct Orders<K> {
    rows: u32,
    kept: Mutex<BTreeMap<Sort<K>, Arc<Vec<u32>>>>,
}

impl<K: Ord + Copy> Orders<K> {
    /// Of a list of that many rows.
    pub fn new(rows: usize) -> Self {
        Self { rows: rows as u32, kept: Mutex::default() }
    }

    /// The order, computed where it was never asked for.
    pub fn get(
        &self,
        sort: Sort<K>,
        key: impl Fn(u32, u32) -> Ordering,
        tie: impl Fn(u32, u32) -> Ordering,
    ) -> Arc<Vec<u32>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let order = kept.entry(sort).or_insert_with(|| {
            let mut rows: Vec<u32> = (0..self.rows).collect();
            rows.sort_unstable_by(|&a, &b| {
                let by_key = if sort.descending { key(b, a) } else { key(a, b) };
                by_key.then_with(|| tie(a, b)).then(a.cmp(&b))
            });
            Arc::new(rows)
        });
        Arc::clone(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_total_both_ways() {
        let values = [2, 1, 2, 3];
        let orders = Orders::new(values.len());
        let by = |a: u32, b: u32| values[a as usize].cmp(&values[b as usize]);
        let sorted = |text: &str| orders.get(text.parse::<Sort<LeadSort>>().unwrap(), by, |a, b| b.cmp(&a));
        assert_eq!(*sorted("amount"), [1, 2, 0, 3]);
        assert_eq!(*sorted("-amount"), [3, 2, 0, 1]);
        assert!("-nothing".parse::<Sort<LeadSort>>().unwrap_err().contains("lead_id"));
    }
}
