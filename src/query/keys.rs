//! Keys of groupings: which columns determine a row of one.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{Dependency, FunctionalDependence, FunctionalDependencies};
use datafusion::error::Result;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan};
use datafusion::optimizer::optimizer::{ApplyOrder, Optimizer};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

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
///
/// DataFusion 55.2 takes a key of a grouping's input for a key of its output, though after a join it determines the
/// columns of one side only (`aggregate_functional_dependencies`). A second grouping over the first then dropped the
/// columns of the other side from what it groups by and merged rows: `tests/it/engine.rs` shows it.
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
