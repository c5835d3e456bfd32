//! Keys of groupings: which columns determine a row of one.
//!
//! DataFusion 55.2 takes a key of a grouping's input for a key of its output, though after a join it determines the
//! columns of one side only (`aggregate_functional_dependencies`). A second grouping over the first then
//!
//! * leaves out columns of the other side from what it groups by, and merges rows ([`GroupingKeys`] mends that), or
//! * groups by columns that nobody named, and parts rows ([`KeylessRelations`] mends that).
//!
//! `tests/it/engine.rs` shows both.

use std::cell::Cell;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{Dependency, FunctionalDependence, FunctionalDependencies};
use datafusion::error::Result;
use datafusion::logical_expr::planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning};
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, Projection};
use datafusion::optimizer::optimizer::{ApplyOrder, Optimizer};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use datafusion::sql::sqlparser::ast::TableFactor;

/// Rules of the engine that leave out columns, rows or groupings because others determine them.
const TRUSTING: [&str; 4] =
    ["replace_distinct_aggregate", "eliminate_join", "eliminate_duplicated_expr", "optimize_projections"];

/// The engine's rules, with [`GroupingKeys`] before each that trusts keys.
pub(super) fn rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let keys: Arc<dyn OptimizerRule + Send + Sync> = Arc::new(GroupingKeys);
    let with_keys = |rule: Arc<dyn OptimizerRule + Send + Sync>| {
        TRUSTING.contains(&rule.name()).then(|| Arc::clone(&keys)).into_iter().chain([rule])
    };
    Optimizer::new().rules.into_iter().flat_map(with_keys).collect()
}

/// Says of every grouping that all it groups by determines a row, and nothing less.
#[derive(Debug)]
struct GroupingKeys;

impl OptimizerRule for GroupingKeys {
    fn name(&self) -> &'static str {
        "grouping_keys"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        None
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let mut wrong = false;
        plan.apply_with_subqueries(|node| {
            wrong |= matches!(node, LogicalPlan::Aggregate(grouping) if !is_right(grouping));
            Ok(if wrong { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })?;
        if !wrong {
            return Ok(Transformed::no(plan));
        }
        // What stands above takes its keys from below: everything is told anew.
        plan.transform_up_with_subqueries(|node| match node.recompute_schema()? {
            LogicalPlan::Aggregate(mut grouping) => {
                let schema = grouping.schema.as_ref().clone().with_functional_dependencies(key(&grouping))?;
                // Its constructors would work the keys out again.
                grouping.schema = Arc::new(schema);
                Ok(Transformed::yes(LogicalPlan::Aggregate(grouping)))
            }
            node => Ok(Transformed::yes(node)),
        })
    }
}

fn is_right(grouping: &Aggregate) -> bool {
    *grouping.schema.functional_dependencies() == key(grouping)
}

/// All columns that are grouped by, where there is one set of them.
fn key(grouping: &Aggregate) -> FunctionalDependencies {
    let columns = grouping.group_expr.len();
    if columns == 0 || matches!(grouping.group_expr.as_slice(), [Expr::GroupingSet(_)]) {
        return FunctionalDependencies::empty();
    }
    let fields = grouping.schema.fields();
    let nullable = fields.iter().take(columns).any(|field| field.is_nullable());
    let key = FunctionalDependence::new((0..columns).collect(), (0..fields.len()).collect(), nullable);
    FunctionalDependencies::new(vec![key.with_mode(Dependency::Single)])
}

thread_local! {
    /// Whether the next relation that is planned on this thread is one that [`KeylessRelations`] asks the engine for.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Hides keys from the planner of statements: what they group by is what they say. `GROUP BY` a key alone does not
/// give its other columns then, as standard SQL gives them for primary keys only, of which a snapshot has none.
#[derive(Debug)]
pub(super) struct KeylessRelations;

impl RelationPlanner for KeylessRelations {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        if ASKED.replace(false) {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        }
        ASKED.set(true);
        let plan = context.plan(relation);
        ASKED.set(false);
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(without_keys(plan?)?, None))))
    }
}

fn without_keys(plan: LogicalPlan) -> Result<LogicalPlan> {
    let schema = plan.schema();
    if schema.functional_dependencies().is_empty() {
        return Ok(plan);
    }
    let keyless = schema.as_ref().clone().with_functional_dependencies(FunctionalDependencies::empty())?;
    let columns = schema.columns().into_iter().map(Expr::Column).collect();
    let projection = Projection::try_new_with_schema(columns, Arc::new(plan), Arc::new(keyless))?;
    Ok(LogicalPlan::Projection(projection))
}
