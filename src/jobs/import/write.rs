//! Second pass over a table: keys, sort, duplicates, Parquet.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::AsArray;
use arrow::datatypes::{Int32Type, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{SessionContext, col};
use futures::StreamExt;

use crate::contract::Table;
use crate::identity::{Issue, Keyer, Keys};
use crate::snapshot::{Distinct, TableEntry, TableWriter, sort_columns};

use super::super::Observer;
use super::ImportError;
use super::parts::Part;

/// What the second pass says of one table.
#[derive(Debug, Default)]
pub struct Written {
    /// The stored file.
    pub entry: Option<TableEntry>,
    /// Faulty references to persons, dropped rows apart, by `row_id`.
    pub issues: Vec<Issue>,
    /// References that name nothing known, by column.
    pub dangling: BTreeMap<String, u64>,
    /// First name met of people whom the register does not have.
    pub names: BTreeMap<i32, (i64, String)>,
    /// `row_id` of duplicates.
    pub duplicates: Vec<i64>,
    /// `row_id` of rows that contradict an earlier one, with that one's.
    pub conflicts: Vec<(i64, i64)>,
}

/// What keying finds on the side, from all partitions.
#[derive(Debug, Default)]
struct Findings {
    issues: Vec<Issue>,
    dangling: BTreeMap<String, u64>,
    names: BTreeMap<i32, (i64, String)>,
}

#[derive(Debug)]
struct KeyedPartition {
    table: &'static Table,
    parts: Arc<Vec<Part>>,
    share: usize,
    of: usize,
    keyer: Arc<Keyer>,
    findings: Arc<Mutex<Findings>>,
}

impl PartitionStream for KeyedPartition {
    fn schema(&self) -> &SchemaRef {
        self.keyer.schema()
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (keyer, findings, table) = (Arc::clone(&self.keyer), Arc::clone(&self.findings), self.table);
        let (share, of) = (self.share, self.of);
        let parts = self.parts.as_ref().clone();
        let batches = parts.into_iter().flat_map(move |part| -> Box<dyn Iterator<Item = _> + Send> {
            match part.batches(table, share, of) {
                Ok(batches) => Box::new(batches.map(|b| b.map_err(ImportError::from))),
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        });
        let keyed = batches.map(move |batch| {
            let keyed = keyer.key(&batch.map_err(|e| DataFusionError::External(Box::new(e)))?)?;
            let mut all = findings.lock().unwrap_or_else(PoisonError::into_inner);
            all.issues.extend(keyed.issues);
            for (column, count) in keyed.dangling {
                *all.dangling.entry(column).or_default() += count;
            }
            for (key, met) in keyed.names {
                let known = all.names.entry(key).or_insert_with(|| met.clone());
                if met < *known {
                    *known = met;
                }
            }
            Ok(keyed.batch)
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(self.keyer.schema()), futures::stream::iter(keyed)))
    }
}

/// Writes a table of the snapshot from its parts.
pub async fn write_table(
    engine: &SessionContext,
    table: &'static Table,
    parts: Vec<Part>,
    keys: &Arc<Keys>,
    folder: &Path,
    partitions: usize,
    observer: &dyn Observer,
) -> Result<Written, ImportError> {
    let keyer = Arc::new(Keyer::new(table, Arc::clone(keys)));
    let schema = Arc::clone(keyer.schema());
    let findings = Arc::new(Mutex::new(Findings::default()));
    let parts = Arc::new(parts);
    let streams = (0..partitions).map(|share| -> Arc<dyn PartitionStream> {
        Arc::new(KeyedPartition {
            table,
            parts: Arc::clone(&parts),
            share,
            of: partitions,
            keyer: Arc::clone(&keyer),
            findings: Arc::clone(&findings),
        })
    });
    let source = StreamingTable::try_new(Arc::clone(&schema), streams.collect())?;
    let order = sort_columns(table);
    let sorted = engine
        .read_table(Arc::new(source))?
        .sort(order.iter().map(|name| col(name.as_str()).sort(true, false)).collect())?;
    let mut rows = sorted.execute_stream().await?;

    let mut written = Written::default();
    let mut distinct = Distinct::new(table, &schema)?;
    let mut writer = TableWriter::create(folder.join(format!("{}.parquet", table.name)), schema, &order)?;
    let mut side = SideTables::new(table);
    while let Some(batch) = rows.next().await {
        if observer.cancelled() {
            return Err(ImportError::Cancelled);
        }
        let found = distinct.push(&batch?)?;
        observer.advance(found.kept.num_rows() as u64);
        written.duplicates.extend(found.duplicates);
        written.conflicts.extend(found.conflicts);
        side.take(&found.kept)?;
        writer.write(found.kept)?;
    }
    written.entry = Some(writer.finish()?);
    drop((rows, keyer));
    let found = std::mem::take(&mut *findings.lock().unwrap_or_else(PoisonError::into_inner));
    written.dangling = found.dangling;
    written.names = found.names;
    let mut dropped: Vec<i64> = written.duplicates.clone();
    dropped.extend(written.conflicts.iter().map(|(row, _)| *row));
    dropped.sort_unstable();
    written.issues = found.issues;
    written.issues.retain(|issue| dropped.binary_search(&issue.row_id).is_err());
    written.issues.sort_by(|a, b| (a.row_id, &a.column).cmp(&(b.row_id, &b.column)));
    side.give(keys);
    Ok(written)
}

/// What later tables need of a table as it is written.
enum SideTables {
    AwardHouseholds(Vec<Option<i32>>),
    Registered(Vec<bool>),
    Nothing,
}

impl SideTables {
    fn new(table: &Table) -> Self {
        match table.name.as_str() {
            "award" => Self::AwardHouseholds(Vec::new()),
            "person" => Self::Registered(Vec::new()),
            _ => Self::Nothing,
        }
    }

    fn take(&mut self, batch: &arrow::array::RecordBatch) -> Result<(), ImportError> {
        let keys = |name: &str| -> Result<_, ImportError> {
            Ok(batch.column(batch.schema().index_of(name)?).as_primitive::<Int32Type>().clone())
        };
        match self {
            Self::AwardHouseholds(households) => {
                for (award, household) in keys("award_key")?.iter().zip(keys("household_key")?.iter()) {
                    let Some(award) = award else { continue };
                    households.resize(households.len().max(award as usize + 1), None);
                    households[award as usize] = household;
                }
            }
            Self::Registered(registered) => {
                for person in keys("person_key")?.iter().flatten() {
                    registered.resize(registered.len().max(person as usize + 1), false);
                    registered[person as usize] = true;
                }
            }
            Self::Nothing => {}
        }
        Ok(())
    }

    fn give(self, keys: &Keys) {
        // Each table is written once, so neither is ever set twice.
        match self {
            Self::AwardHouseholds(households) => _ = keys.award_household.set(households),
            Self::Registered(registered) => _ = keys.registered.set(registered),
            Self::Nothing => {}
        }
    }
}
