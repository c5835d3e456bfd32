use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext, col};

use crate::contract::contract;
use crate::snapshot::{Snapshot, sort_columns};

use super::as_it_stood::stand;
use super::engine::{EngineOptions, engine_in, memory_pool};
use super::kept::{Kept, Run};
use super::library::{
    Bindings, CheckedRule, FINDING_TABLE, Program, View, delivered, finding_schema, planned, register_view,
    register_views, stored_tables, table_schema,
};
use super::{LocalRules, QueryError, functions};

/// A read-only SQL session over one snapshot: every table of the contract (an empty one where it was
/// not handed over), the tables that the import adds, the documented views and functions.
#[derive(Clone)]
pub struct Session {
    context: SessionContext,
    present: Arc<BTreeSet<String>>,
    unknown: Arc<BTreeMap<String, usize>>,
    /// Views computed once; they go with the last session that reads them.
    results: Vec<Arc<Kept>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("present", &self.present).finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a snapshot.
    pub async fn open(snapshot: &Snapshot, options: &EngineOptions) -> Result<Self, QueryError> {
        Self::open_in(snapshot, options, memory_pool(options)).await
    }

    /// Opens a snapshot in memory that other sessions use as well.
    pub async fn open_in(
        snapshot: &Snapshot,
        options: &EngineOptions,
        memory: Arc<dyn MemoryPool>,
    ) -> Result<Self, QueryError> {
        let context = engine_in(options, memory)?;
        for name in stored_tables() {
            register(&context, snapshot, &name)?;
        }
        let local = context.table("local_rule").await.map_err(QueryError::engine)?;
        let local = local.collect().await.map_err(QueryError::engine)?;
        let files = snapshot.manifest.sources.iter().map(|file| (file.file_no, file.source.name.clone()));
        let local = LocalRules::from_batches(&local)?.with_files(files);
        let unknown = Arc::new(local.unknown().clone());
        functions::bound(&context).map_err(QueryError::engine)?;
        for function in functions::all(Arc::new(local)) {
            context.register_udf(function);
        }
        register_views(&context).await?;
        Ok(Self {
            context,
            present: Arc::new(
                (snapshot.manifest.tables.keys().cloned())
                    .chain(snapshot.manifest.filled_columns())
                    .chain(snapshot.manifest.delivered_columns().map(|column| delivered(&column)))
                    .collect(),
            ),
            unknown,
            results: Vec::new(),
        })
    }

    /// Turns the session back to an earlier day: what had not happened yet is not there (`as_it_stood.rs`). To be called
    /// before anything is computed.
    pub async fn turn_back(&mut self, day: NaiveDate) -> Result<(), QueryError> {
        stand(&self.context, day).await?;
        register_views(&self.context).await?;
        Ok(())
    }

    /// The engine's session, for rules and for the rooms that build plans.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Tables that the snapshot has, `table.column` of what they hold, and [`delivered`] of what their files have.
    pub fn present(&self) -> &BTreeSet<String> {
        &self.present
    }

    /// Names in `local_rule` that the contract does not know, with the number of rows: they decide nothing.
    pub fn unknown_parameters(&self) -> &BTreeMap<String, usize> {
        &self.unknown
    }

    /// Computes a view that several rules read, and puts the result in its place; views that read it must
    /// be registered after. `false` where the view is not marked `once`.
    pub async fn compute_once(&mut self, view: &View) -> Result<bool, QueryError> {
        if !view.header.once {
            register_view(&self.context, view).await?;
            return Ok(false);
        }
        let (frame, _kept) = self.over(view.name, view.program()?).await?;
        let result = Kept::make(&self.context, view.name, frame).await?;
        self.results.push(Arc::new(result));
        Ok(true)
    }

    /// A rule over the snapshot, its placeholders bound, ready to run. What it reads more than once has
    /// been computed.
    pub async fn ready(&self, rule: &CheckedRule, bindings: &Bindings) -> Result<Ready, QueryError> {
        self.planned(rule.id(), rule.program(bindings)?).await
    }

    /// A query of the program itself without placeholders (the features of a model, its lines of money), ready to run,
    /// as a rule is.
    pub async fn ready_query(&self, name: &str, text: &str) -> Result<Ready, QueryError> {
        self.planned(name, Program::parse(name, text)?).await
    }

    async fn planned(&self, name: &str, program: Program) -> Result<Ready, QueryError> {
        let (frame, kept) = self.over(name, program).await?;
        let task = Arc::new(frame.task_ctx());
        let plan = frame.create_physical_plan().await.map_err(QueryError::engine)?;
        Ok(Ready { name: name.to_owned(), plan, task, kept })
    }

    /// Computes the steps of a program and plans the rest over them.
    async fn over(&self, name: &str, program: Program) -> Result<(DataFrame, Vec<Kept>), QueryError> {
        let mut kept = Vec::with_capacity(program.steps.len());
        for (table, step) in program.steps {
            let frame = planned(&self.context, name, step).await?;
            kept.push(Kept::make(&self.context, &table, frame).await?);
        }
        Ok((planned(&self.context, name, program.last).await?, kept))
    }

    /// Gives rules that follow others what those found: rows of [`super::library::finding_schema`].
    pub fn give_findings(&self, rows: Vec<RecordBatch>) -> Result<(), QueryError> {
        let table = MemTable::try_new(finding_schema(), vec![rows]).map_err(QueryError::engine)?;
        self.context.deregister_table(FINDING_TABLE).map_err(QueryError::engine)?;
        self.context.register_table(FINDING_TABLE, Arc::new(table)).map_err(QueryError::engine)?;
        Ok(())
    }

    /// Plans one reading statement. Nothing that writes, defines, sets or reaches outside is planned.
    pub async fn sql(&self, sql: &str) -> Result<DataFrame, QueryError> {
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        #[expect(clippy::disallowed_methods, reason = "this is the query room")]
        self.context.sql_with_options(sql, options).await.map_err(QueryError::statement)
    }
}

/// A rule or query that is ready to run over a snapshot.
pub struct Ready {
    name: String,
    plan: Arc<dyn ExecutionPlan>,
    task: Arc<TaskContext>,
    kept: Vec<Kept>,
}

impl Ready {
    /// Its rows.
    pub fn stream(&self) -> Result<SendableRecordBatchStream, QueryError> {
        execute_stream(Arc::clone(&self.plan), Arc::clone(&self.task)).map_err(QueryError::engine)
    }

    /// The plans of what it reads more than once, then its own, with their measures.
    pub fn plans(&self) -> impl Iterator<Item = String> {
        self.kept.iter().map(|kept| kept.run().text.clone()).chain([Run::of(&self.plan).text])
    }

    /// Rows that the leaves of its plans gave.
    pub fn rows_read(&self) -> u64 {
        self.kept.iter().map(|kept| kept.run().rows).sum::<u64>() + Run::of(&self.plan).rows
    }
}

impl Drop for Ready {
    /// It has run, and tells how, whoever ran it.
    fn drop(&mut self) {
        Run::of(&self.plan).log(&self.name);
    }
}

fn register(context: &SessionContext, snapshot: &Snapshot, name: &str) -> Result<(), QueryError> {
    let Some(schema) = table_schema(name) else { return Ok(()) };
    let Some(path) = snapshot.table_path(name) else {
        let empty = MemTable::try_new(schema, vec![vec![]]).map_err(QueryError::engine)?;
        context.register_table(name, Arc::new(empty)).map_err(QueryError::engine)?;
        return Ok(());
    };
    let sorted = contract().table(name).map(sort_columns).unwrap_or_default();
    let order: Vec<_> = sorted.iter().map(|column| col(column.as_str()).sort(true, false)).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_sort_order(if order.is_empty() {
        Vec::new()
    } else {
        vec![order]
    });
    let url = ListingTableUrl::parse(path.to_string_lossy()).map_err(QueryError::engine)?;
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
    let table = ListingTable::try_new(config).map_err(QueryError::engine)?;
    context.register_table(name, Arc::new(table)).map_err(QueryError::engine)?;
    Ok(())
}
