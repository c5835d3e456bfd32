//! What findings and leads have in common as lists.

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
