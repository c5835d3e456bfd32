//! What findings and leads have in common as lists.

use std::sync::{Mutex, PoisonError};

use arrow::array::BooleanArray;
use serde::Serialize;

use super::order::Orders;
use super::{Filter, Loaded, StoreError};

/// A list of an audit that can be narrowed, sorted and told row by row.
pub trait List {
    /// Its name in addresses and in the trail.
    const NAME: &'static str;
    /// A row as it is answered.
    type Row: Serialize + Send + 'static;

    /// This list of an audit.
    fn of(audit: &Loaded) -> &Self;
    /// Its orders.
    fn orders(&self) -> &Orders;
    /// Its rows that pass a filter; `None` where all do.
    fn passing(audit: &Loaded, filter: &Filter) -> Result<Option<BooleanArray>, StoreError>;
    /// Rows as they are answered.
    fn rows(&self, wanted: &[u32]) -> Result<Vec<Self::Row>, StoreError>;
}

/// Filters whose passing rows are kept: as many as some reviewers have open at once. One takes a bit a row.
const KEPT: usize = 32;

/// Rows that passed the filters asked for last: who turns pages asks for the same again.
#[derive(Debug, Default)]
pub struct Narrowed(Mutex<Vec<(&'static str, Filter, Option<BooleanArray>)>>);

impl Narrowed {
    /// The rows of a list that pass a filter.
    pub fn passing<L: List>(&self, audit: &Loaded, filter: &Filter) -> Result<Option<BooleanArray>, StoreError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is = |(list, kept, _): &(&str, Filter, _)| *list == L::NAME && kept == filter;
        let known = {
            let mut kept = lock();
            let place = kept.iter().position(is);
            place.map(|at| {
                kept[at..].rotate_left(1);
                kept.last().and_then(|(_, _, passing)| passing.clone())
            })
        };
        if let Some(passing) = known {
            return Ok(passing);
        }
        let passing = L::passing(audit, filter)?;
        let mut kept = lock();
        if !kept.iter().any(is) {
            if kept.len() == KEPT {
                kept.remove(0);
            }
            kept.push((L::NAME, filter.clone(), passing.clone()));
        }
        Ok(passing)
    }
}
