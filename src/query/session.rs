use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::prelude::{DataFrame, SQLOptions, SessionContext, col};

use crate::contract::contract;
use crate::snapshot::{Snapshot, sort_columns};

use super::engine::{EngineOptions, engine};
use super::library::{register_views, stored_tables, table_schema};
use super::{LocalRules, QueryError, functions};

/// A read-only SQL session over one snapshot: every table of the contract (an empty one where it was
/// not handed over), the tables that the import adds, the documented views and functions.
#[derive(Clone)]
pub struct Session {
    context: SessionContext,
    present: Arc<BTreeSet<String>>,
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
        Ok(Self { context, present: Arc::new(snapshot.manifest.tables.keys().cloned().collect()) })
    }

    /// The engine's session, for rules and for the rooms that build plans.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Tables that the snapshot has.
    pub fn present(&self) -> &BTreeSet<String> {
        &self.present
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
