//! Duplicates and contradictions among rows that come clustered.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanBuilder, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};
use arrow::util::display::array_value_to_string;

use crate::contract::{ROW_ID, Table};

use super::layout::{cluster_columns, cluster_is_identity, number_in_cluster};

/// What [`Distinct::push`] found in one batch.
#[derive(Debug)]
pub struct DistinctRows {
    /// The rows that stay.
    pub kept: RecordBatch,
    /// `row_id` of rows that say word for word what an earlier row said.
    pub duplicates: Vec<i64>,
    /// `row_id` of rows that give an earlier row's own number other contents, with the `row_id` of that
    /// earlier row.
    pub conflicts: Vec<(i64, i64)>,
}

/// Takes the rows of a table in cluster order, batch by batch, and keeps the first of equal ones.
/// Memory: one cluster's contents.
#[derive(Debug)]
pub struct Distinct {
    cluster: Vec<usize>,
    contents: Vec<usize>,
    row_id: usize,
    identity: bool,
    /// The column of a row's own number, where the cluster is another.
    number: Option<usize>,
    cluster_rows: RowConverter,
    content_rows: RowConverter,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    cluster: OwnedRow,
    /// `row_id` of the cluster's first row.
    first: i64,
    /// Contents of the cluster's rows so far; a set, since a cluster of dangling rows may be large.
    members: HashSet<OwnedRow>,
    /// Own numbers of those rows.
    numbers: HashMap<String, i64>,
}

impl Distinct {
    /// For a table stored under that schema.
    pub fn new(table: &Table, schema: &SchemaRef) -> Result<Self, ArrowError> {
        let cluster: Vec<usize> =
            cluster_columns(table).iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>()?;
        let row_id = schema.index_of(ROW_ID)?;
        let contents: Vec<usize> = (0..schema.fields().len()).filter(|i| *i != row_id).collect();
        let converter = |columns: &[usize]| {
            RowConverter::new(columns.iter().map(|i| SortField::new(schema.field(*i).data_type().clone())).collect())
        };
        Ok(Self {
            cluster_rows: converter(&cluster)?,
            content_rows: converter(&contents)?,
            identity: cluster_is_identity(table),
            number: number_in_cluster(table).map(|name| schema.index_of(&name)).transpose()?,
            cluster,
            contents,
            row_id,
            open: None,
        })
    }

    fn rows(converter: &RowConverter, batch: &RecordBatch, columns: &[usize]) -> Result<Rows, ArrowError> {
        let arrays: Vec<ArrayRef> = columns.iter().map(|i| Arc::clone(batch.column(*i))).collect();
        converter.convert_columns(&arrays)
    }

    /// Takes the next rows.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<DistinctRows, ArrowError> {
        let clusters = Self::rows(&self.cluster_rows, batch, &self.cluster)?;
        let ids = batch.column(self.row_id).as_primitive::<Int64Type>();
        let n = batch.num_rows();
        let mut keep = BooleanBuilder::with_capacity(n);
        let (mut duplicates, mut conflicts) = (Vec::new(), Vec::new());
        // Contents cost far more than clusters to encode, and most rows stand alone in theirs.
        let contents = |i: usize| Self::rows(&self.content_rows, &batch.slice(i, 1), &self.contents);
        let number = |i: usize| {
            let column = batch.column(self.number?);
            if column.is_valid(i) { array_value_to_string(column, i).ok() } else { None }
        };
        for i in 0..n {
            let cluster = clusters.row(i);
            // A row without the key of its cluster belongs to no cluster: it is compared all the same,
            // since two rows that dangle may still be one row delivered twice.
            let same = self.open.as_ref().is_some_and(|open| open.cluster.row() == cluster);
            let next_same = i + 1 == n || clusters.row(i + 1) == cluster;
            if !same {
                let (mut members, mut numbers) = (HashSet::new(), HashMap::new());
                if next_same {
                    members.insert(contents(i)?.row(0).owned());
                    numbers.extend(number(i).map(|number| (number, ids.value(i))));
                }
                self.open = Some(Open { cluster: cluster.owned(), first: ids.value(i), members, numbers });
                keep.append_value(true);
                continue;
            }
            let Some(open) = self.open.as_mut() else { continue };
            let row = contents(i)?.row(0).owned();
            let known = self.identity && batch.column(self.cluster[0]).is_valid(i);
            let new = !open.members.contains(&row);
            let own = number(i);
            let met = own.as_ref().and_then(|number| open.numbers.get(number).copied()).or(known.then_some(open.first));
            let conflict = new && met.is_some();
            if let Some(earlier) = met.filter(|_| new) {
                conflicts.push((ids.value(i), earlier));
            } else if new {
                open.members.insert(row);
                open.numbers.extend(own.map(|number| (number, ids.value(i))));
            } else {
                duplicates.push(ids.value(i));
            }
            keep.append_value(new && !conflict);
        }
        Ok(DistinctRows { kept: filter_record_batch(batch, &keep.finish())?, duplicates, conflicts })
    }
}
