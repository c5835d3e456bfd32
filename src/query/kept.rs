//! Results kept for those who read them after: in memory while they are small, on disk when they are not.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream_partitioned};
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::QueryError;
use super::spill::SpillFolder;

/// Bytes of a result, over all partitions, up to which it stays in memory.
const IN_MEMORY: usize = 16 << 20;

/// A table made of a result; it goes with its last holder.
pub(super) struct Kept {
    context: SessionContext,
    name: TableReference,
    run: Run,
    /// Files of the result, where it did not stay in memory.
    _folder: Option<tempfile::TempDir>,
}

impl Kept {
    /// Runs a query and registers its result under a name, in place of what bore it.
    pub(super) async fn make(context: &SessionContext, name: &str, frame: DataFrame) -> Result<Self, QueryError> {
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await.map_err(QueryError::engine)?;
        let schema = all_nullable(&plan.schema());
        let streams = execute_stream_partitioned(Arc::clone(&plan), task).map_err(QueryError::engine)?;
        let spill = context.state_ref().read().config().get_extension::<SpillFolder>();
        let spill = spill.ok_or_else(|| QueryError::Engine("the session has no spill folder".to_owned()))?;
        let folder = tempfile::Builder::new().prefix("kept-").tempdir_in(spill.path());
        let folder = folder.map_err(|source| QueryError::Spill { path: spill.path().to_owned(), source })?;
        let room = IN_MEMORY / streams.len().max(1);
        let mut tasks = tokio::task::JoinSet::new();
        for (number, stream) in streams.into_iter().enumerate() {
            let file = folder.path().join(format!("{number}.parquet"));
            tasks.spawn(drain(stream, Arc::clone(&schema), file, room));
        }
        let mut parts = Vec::new();
        while let Some(part) = tasks.join_next().await {
            parts.push(part.map_err(|e| QueryError::Engine(e.to_string()))?.map_err(QueryError::engine)?);
        }
        let (table, folder) = table(parts, schema, folder).map_err(QueryError::engine)?;
        let name = TableReference::bare(name);
        context.deregister_table(name.clone()).map_err(QueryError::engine)?;
        context.register_table(name.clone(), table).map_err(QueryError::engine)?;
        let run = Run::of(&plan);
        run.log(name.table());
        Ok(Self { context: context.clone(), name, run, _folder: folder })
    }

    /// What the plan that made it tells.
    pub(super) fn run(&self) -> &Run {
        &self.run
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // A table that is gone already is gone.
        _ = self.context.deregister_table(self.name.clone());
    }
}

/// What a plan that has run tells of itself. The plan itself would hold on to the tables of its joins.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// Rows that the leaves of the plan gave.
    pub(super) rows: u64,
    /// The plan with its measures.
    pub(super) text: String,
}

impl Run {
    /// Of a plan that has run.
    pub(super) fn of(plan: &Arc<dyn ExecutionPlan>) -> Self {
        Self {
            rows: leaves(plan),
            text: DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(false).to_string(),
        }
    }

    /// Tells the plan with its measures to those who look why something is slow (`MINGJING_LOG=mingjing::plan=debug`).
    pub(super) fn log(&self, name: &str) {
        tracing::debug!(target: "mingjing::plan", name, plan = self.text, "ran");
    }
}

fn leaves(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    let children = plan.children();
    if children.is_empty() {
        return plan.metrics().and_then(|m| m.output_rows()).unwrap_or(0) as u64;
    }
    children.into_iter().map(leaves).sum()
}

/// One partition of a result.
struct Part {
    rows: Vec<RecordBatch>,
    file: PathBuf,
    on_disk: bool,
}

impl Part {
    fn put_on_disk(self, schema: &SchemaRef) -> Result<()> {
        if self.on_disk {
            return Ok(());
        }
        let mut writer = writer(&self.file, schema)?;
        self.rows.iter().try_for_each(|batch| writer.write(batch))?;
        writer.close()?;
        Ok(())
    }
}

/// Reads a partition to its end; what is over the room goes to a file.
async fn drain(mut rows: SendableRecordBatchStream, schema: SchemaRef, file: PathBuf, room: usize) -> Result<Part> {
    let mut part = Part { rows: Vec::new(), file, on_disk: false };
    let (mut bytes, mut open) = (0, None);
    while let Some(batch) = rows.next().await {
        // What a plan says of its columns and what comes out of it need not agree to the letter.
        let batch = RecordBatch::try_new(Arc::clone(&schema), batch?.columns().to_vec())?;
        let writer = match &mut open {
            Some(writer) => writer,
            None => {
                bytes += batch.get_array_memory_size();
                part.rows.push(batch);
                if bytes <= room {
                    continue;
                }
                let fresh = open.insert(writer(&part.file, &schema)?);
                part.rows.drain(..).try_for_each(|batch| fresh.write(&batch))?;
                continue;
            }
        };
        writer.write(&batch)?;
    }
    if let Some(writer) = open {
        writer.close()?;
        part.on_disk = true;
    }
    Ok(part)
}

/// Written once, read a few times, thrown away: time counts more than room.
fn writer(file: &Path, schema: &SchemaRef) -> Result<ArrowWriter<File>> {
    let file = File::create(file).map_err(DataFusionError::from)?;
    let properties = WriterProperties::builder().set_compression(Compression::LZ4_RAW).build();
    Ok(ArrowWriter::try_new(file, Arc::clone(schema), Some(properties))?)
}

/// The table of all partitions, and the folder where it needs it.
fn table(
    parts: Vec<Part>,
    schema: SchemaRef,
    folder: tempfile::TempDir,
) -> Result<(Arc<dyn TableProvider>, Option<tempfile::TempDir>)> {
    if parts.iter().all(|part| !part.on_disk) {
        let rows = parts.into_iter().map(|part| part.rows).collect();
        return Ok((Arc::new(MemTable::try_new(schema, rows)?), None));
    }
    parts.into_iter().try_for_each(|part| part.put_on_disk(&schema))?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let url = ListingTableUrl::parse(format!("{}/", folder.path().display()))?;
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    Ok((Arc::new(ListingTable::try_new(config)?), Some(folder)))
}

/// A schema whose columns may all be null.
pub(super) fn all_nullable(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
