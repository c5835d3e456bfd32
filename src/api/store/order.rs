//! Orders of a list: each computed once an audit and kept as row numbers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{SortColumn, SortOptions, lexsort_to_indices};

use super::StoreError;

/// A column to sort by with its direction: `-amount` is the greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sort {
    column: &'static str,
    descending: bool,
}

/// What a list can be sorted by, and the orders that were asked for. Ties are broken by the greater
/// amount, then by id.
#[derive(Debug)]
pub struct Orders {
    columns: Vec<(&'static str, ArrayRef)>,
    amount: ArrayRef,
    id: StringArray,
    by_id: Sort,
    kept: Mutex<BTreeMap<Sort, UInt32Array>>,
}

impl Orders {
    /// Of the rows of a batch by some of its columns. It must have those, an `amount` and the id.
    pub fn new(batch: &RecordBatch, by: &[&'static str], id: &'static str) -> Result<Self, StoreError> {
        let column = |name: &str| Ok::<_, StoreError>(ArrayRef::clone(batch.column(batch.schema().index_of(name)?)));
        let mut columns = Vec::with_capacity(by.len() + 1);
        for name in by.iter().copied().chain([id]) {
            columns.push((name, column(name)?));
        }
        Ok(Self {
            columns,
            amount: column("amount")?,
            id: column(id)?.to_data().into(),
            by_id: Sort { column: id, descending: false },
            kept: Mutex::default(),
        })
    }

    /// Rows there are.
    pub fn rows(&self) -> usize {
        self.id.len()
    }

    /// Reads the name of a column, with `-` in front for the greatest first.
    pub fn sort(&self, text: &str) -> Result<Sort, String> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        match self.columns.iter().find(|(column, _)| *column == name) {
            Some((column, _)) => Ok(Sort { column, descending }),
            None => {
                let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                Err(format!("sort: no key '{name}'; there are {names}; `-` in front for the greatest first"))
            }
        }
    }

    /// The rows in an order, computed where it was never asked for.
    pub fn get(&self, sort: Sort) -> Result<UInt32Array, StoreError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(order) = kept.get(&sort) {
            return Ok(order.clone());
        }
        let by = |column: &ArrayRef, descending| SortColumn {
            values: ArrayRef::clone(column),
            options: Some(SortOptions { descending, nulls_first: true }),
        };
        let first = self.columns.iter().filter(|(name, _)| *name == sort.column);
        let mut columns: Vec<SortColumn> = first.map(|(_, column)| by(column, sort.descending)).collect();
        let id: ArrayRef = Arc::new(self.id.clone());
        columns.extend([by(&self.amount, true), by(&id, false)]);
        let order = lexsort_to_indices(&columns, None)?;
        kept.insert(sort, order.clone());
        Ok(order)
    }

    /// The row of an id.
    pub fn find(&self, id: &str) -> Result<Option<u32>, StoreError> {
        let order = self.get(self.by_id)?;
        let order = order.values();
        let place = order.partition_point(|&row| self.id.value(row as usize) < id);
        Ok(order.get(place).copied().filter(|&row| self.id.value(row as usize) == id))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;

    use super::*;

    #[test]
    fn orders_are_total_both_ways() {
        let amounts: ArrayRef = Arc::new(Int64Array::from(vec![2, 1, 2, 3]));
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["c", "d", "b", "a"]));
        let batch = RecordBatch::try_from_iter([("amount", amounts), ("lead_id", ids)]).unwrap();
        let orders = Orders::new(&batch, &["amount"], "lead_id").unwrap();
        let sorted = |text: &str| orders.get(orders.sort(text).unwrap()).unwrap().values().to_vec();
        assert_eq!(sorted("amount"), [1, 2, 0, 3]);
        assert_eq!(sorted("-amount"), [3, 2, 0, 1]);
        assert_eq!(sorted("lead_id"), [3, 2, 0, 1]);
        assert_eq!(["a", "d", "e"].map(|id| orders.find(id).unwrap()), [Some(3), Some(1), None]);
        assert!(orders.sort("-nothing").unwrap_err().contains("lead_id"));
    }
}
