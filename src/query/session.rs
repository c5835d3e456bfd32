use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::common::config::TableParquetOptions;
use datafusion::dataframe::DataFrameWriteOptions;

use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext, col};

use crate::contract::contract;
use crate::snapshot::{Snapshot, sort_columns};

use super::engine::{EngineOptions, engine};
use super::library::{FINDING_TABLE, View, register_view, register_views, stored_tables, table_schema};
use super::{LocalRules, QueryError, functions};

/// A read-only SQL session over one snapshot: every table of the contract (an empty one where it was
/// not handed over), the tables that the import adds, the documented views and functions.
#[derive(Clone)]
pub struct Session {
    context: SessionContext,
    present: Arc<BTreeSet<String>>,
    spill_dir: Arc<PathBuf>,
    /// Results computed once; the folder goes with the last session that reads them.
    results: Option<Arc<tempfile::TempDir>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("present", &self.present).finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a snapshot.
    pub async fn open(snapshot: &Snapshot, options: &EngineOptions) -> Result<Self, QueryError> {
        let context = engine(options)?;
        for name in stored_tables() {
            register(&context, snapshot, &name)?;
        }
        let local = context.table("local_rule").await.map_err(QueryError::engine)?;
        let local = local.collect().await.map_err(QueryError::engine)?;
        let local = LocalRules::from_batches(&local)?;
        functions::bound(&context).map_err(QueryError::engine)?;
        for function in functions::all(Arc::new(local)) {
            context.register_udf(function);
        }
        register_views(&context).await?;
        Ok(Self {
            context,
            present: Arc::new(snapshot.manifest.tables.keys().cloned().collect()),
            spill_dir: Arc::new(options.spill_dir.clone()),
            results: None,
        })
    }

    /// The engine's session, for rules and for the rooms that build plans.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Tables that the snapshot has.
    pub fn present(&self) -> &BTreeSet<String> {
        &self.present
    }

    /// Computes a view that several rules read, to disk, and puts the result in its place; views that
    /// read it must be registered after. `false` where the view is not marked `once`.
    pub async fn compute_once(&mut self, view: &View) -> Result<bool, QueryError> {
        register_view(&self.context, view).await?;
        if !view.header.once {
            return Ok(false);
        }
        let results = match &self.results {
            Some(results) => Arc::clone(results),
            None => {
                let spill = |source| QueryError::Spill { path: self.spill_dir.to_path_buf(), source };
                let folder = tempfile::Builder::new().prefix("once-").tempdir_in(&*self.spill_dir).map_err(spill)?;
                Arc::clone(self.results.insert(Arc::new(folder)))
            }
        };
        let folder = results.path().join(view.name);
        std::fs::create_dir_all(&folder).map_err(|source| QueryError::Spill { path: folder.clone(), source })?;
        let frame = self.context.table(view.name).await.map_err(QueryError::engine)?;
        let schema = Arc::clone(frame.schema().inner());
        let mut options = TableParquetOptions::default();
        // Written once, read a few times, thrown away: time counts more than room.
        options.global.compression = Some("lz4_raw".to_owned());
        let options = Some(options);
        let whole = DataFrameWriteOptions::new().with_single_file_output(false);
        frame.write_parquet(&format!("{}/", folder.display()), whole, options).await.map_err(QueryError::engine)?;
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
        let url = ListingTableUrl::parse(format!("{}/", folder.display())).map_err(QueryError::engine)?;
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
        let table = ListingTable::try_new(config).map_err(QueryError::engine)?;
        self.context.deregister_table(view.name).map_err(QueryError::engine)?;
        self.context.register_table(view.name, Arc::new(table)).map_err(QueryError::engine)?;
        Ok(true)
    }

    /// Gives rules that follow others what those found: rows of [`super::library::finding_schema`].
    pub fn give_findings(&self, rows: RecordBatch) -> Result<(), QueryError> {
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]]).map_err(QueryError::engine)?;
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
