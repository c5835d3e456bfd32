//! Where rules are planned to be checked: every table empty, and every view an empty table of its own
//! columns, planned once and not again for each rule that reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::MemTable;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};

use super::statement::Parsed;
use super::tables::{planned, register_functions, register_tables};
use super::{Protected, RuleError, protected, views};
use crate::query::LocalRules;

/// Tables and views with the columns that a plan keeps of them.
type Columns = BTreeSet<(String, String)>;

/// A session to plan rules in. What a view reads, of protected attributes and of the columns of tables, every
/// statement that reads the view is held to read.
#[derive(Clone)]
pub struct Planner {
    session: SessionContext,
    protected: BTreeMap<&'static str, BTreeSet<Protected>>,
    columns: BTreeMap<&'static str, Columns>,
}

/// What a statement reads and gives.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its columns.
    pub schema: SchemaRef,
    /// Protected attributes it reads, through views too.
    pub protected: Vec<Protected>,
    /// Tables and views with the columns it keeps of them.
    pub columns: BTreeSet<(String, String)>,
    /// Those, and the columns that the views among them keep, down to the tables.
    pub through: BTreeSet<(String, String)>,
}

impl std::fmt::Debug for Planner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planner").field("protected", &self.protected).finish_non_exhaustive()
    }
}

impl Planner {
    /// Plans every view.
    pub async fn new() -> Result<Self, RuleError> {
        // Which columns a plan keeps is all that is asked of the optimiser; the rest of its work is for
        // plans that run.
        let state = SessionStateBuilder::new_with_default_features()
            .with_config(SessionConfig::new().with_target_partitions(1))
            .with_optimizer_rules(vec![Arc::new(OptimizeProjections::new())])
            .build();
        let session = SessionContext::new_with_state(state);
        register_functions(&session, LocalRules::default());
        register_tables(&session, &BTreeMap::new())?;
        let mut planner = Self { session, protected: BTreeMap::new(), columns: BTreeMap::new() };
        for view in views() {
            let fail = |e| RuleError::engine(view.name, e);
            let frame = planned(&planner.session, view.name, view.statement()?).await?;
            let columns =
                planner.through(columns_of(&frame.clone().into_optimized_plan().map_err(fail)?).map_err(fail)?);
            let (schema, read) = planner.kept(view.name, frame)?;
            planner.protected.insert(view.name, read);
            planner.columns.insert(view.name, columns);
            let table = MemTable::try_new(schema, vec![vec![]]).map_err(fail)?;
            planner.session.register_table(view.name, Arc::new(table)).map_err(fail)?;
        }
        Ok(planner)
    }

    /// What a statement reads and gives.
    pub async fn read_by(&self, name: &str, text: &str) -> Result<Reading, RuleError> {
        let fail = |e| RuleError::engine(name, e);
        let frame = planned(&self.session, name, Parsed::parse(name, text)?.bound(|_| None)?).await?;
        let columns = columns_of(&frame.clone().into_optimized_plan().map_err(fail)?).map_err(fail)?;
        let (schema, protected) = self.kept(name, frame)?;
        let through = self.through(columns.clone());
        Ok(Reading { schema, protected: protected.into_iter().collect(), columns, through })
    }

    /// Columns, and those that the views among them keep.
    fn through(&self, columns: Columns) -> Columns {
        let views: BTreeSet<&str> = columns.iter().map(|(table, _)| table.as_str()).collect();
        let beneath: Columns = views.iter().filter_map(|view| self.columns.get(*view)).flatten().cloned().collect();
        columns.into_iter().chain(beneath).collect()
    }

    /// The session.
    pub(super) fn session(&self) -> &SessionContext {
        &self.session
    }

    /// Columns of a plan, and the protected attributes that it reads, through views too.
    pub(super) fn kept(&self, name: &str, frame: DataFrame) -> Result<(SchemaRef, BTreeSet<Protected>), RuleError> {
        let fail = |e| RuleError::engine(name, e);
        let plan = frame.into_optimized_plan().map_err(fail)?;
        let schema = Arc::clone(plan.schema().inner());
        Ok((schema, protected::read_by(&plan, &self.protected).map_err(fail)?))
    }
}

/// Tables and views with the columns that an optimised plan keeps of them.
fn columns_of(plan: &LogicalPlan) -> datafusion::common::Result<Columns> {
    let mut columns = Columns::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let table = scan.table_name.table();
            columns.extend(scan.projected_schema.fields().iter().map(|f| (table.to_owned(), f.name().clone())));
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(columns)
}
