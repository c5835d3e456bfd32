//! A rule planned once and run over the rows of many cases: to plan takes far longer than to run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::SessionContext;

use super::tables::{register_view, small_session, stored_tables, table_schema};
use super::{Bindings, CheckedRule, FINDING_TABLE, RuleError, views};

/// A table whose rows are put in after a plan over it was made.
#[derive(Debug)]
struct Slot {
    schema: SchemaRef,
    rows: Mutex<Vec<RecordBatch>>,
}

impl Slot {
    fn register(session: &SessionContext, name: &str, schema: SchemaRef) -> Result<Arc<Self>> {
        let slot = Arc::new(Self { schema: Arc::clone(&schema), rows: Mutex::default() });
        let table = StreamingTable::try_new(schema, vec![Arc::clone(&slot) as Arc<dyn PartitionStream>])?;
        session.deregister_table(name)?;
        session.register_table(name, Arc::new(table))?;
        Ok(slot)
    }

    fn fill(&self, rows: Vec<RecordBatch>) {
        *self.rows.lock().unwrap_or_else(PoisonError::into_inner) = rows;
    }
}

impl PartitionStream for Slot {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stream = futures::stream::iter(rows.into_iter().map(Ok));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), stream))
    }
}

/// A plan, the name it is spoken of by, and where its rows go.
#[derive(Debug)]
struct Step {
    name: String,
    plan: Arc<dyn ExecutionPlan>,
    into: Arc<Slot>,
}

/// A rule with its views, planned for one set of bindings and local parameters. Views that an audit
/// computes once are computed once a case.
#[derive(Debug)]
pub(super) struct CasePlan {
    context: Arc<TaskContext>,
    tables: BTreeMap<String, Arc<Slot>>,
    views: Vec<Step>,
    rule: (String, Arc<dyn ExecutionPlan>),
}

impl CasePlan {
    /// Plans a rule.
    pub(super) async fn new(rule: &CheckedRule, bindings: &Bindings, local: &[RecordBatch]) -> Result<Self, RuleError> {
        let session = small_session(local)?;
        let mut tables = BTreeMap::new();
        for name in stored_tables().chain([FINDING_TABLE.to_owned()]) {
            let Some(schema) = table_schema(&name) else { continue };
            let slot = Slot::register(&session, &name, schema).map_err(|e| RuleError::engine(&name, e))?;
            tables.insert(name, slot);
        }
        let mut steps = Vec::new();
        let wanted: BTreeSet<&str> = rule.views();
        for view in views().iter().filter(|view| wanted.contains(view.name)) {
            register_view(&session, view).await?;
            if view.header.once {
                let fail = |e| RuleError::engine(view.name, e);
                let frame = session.table(view.name).await.map_err(fail)?;
                let plan = frame.create_physical_plan().await.map_err(fail)?;
                // What a plan says of its columns and what comes out of it need not agree to the letter.
                let fields =
                    plan.schema().fields().iter().map(|f| f.as_ref().clone().with_nullable(true)).collect::<Vec<_>>();
                let into = Slot::register(&session, view.name, Arc::new(Schema::new(fields))).map_err(fail)?;
                steps.push(Step { name: view.name.to_owned(), plan, into });
            }
        }
        let plan = rule.rows(&session, bindings).await?;
        let plan = plan.create_physical_plan().await.map_err(|e| RuleError::engine(rule.id(), e))?;
        Ok(Self { context: session.task_ctx(), tables, views: steps, rule: (rule.id().to_owned(), plan) })
    }

    /// The rule's rows over the tables given; the others are empty.
    pub(super) async fn run(&self, given: &BTreeMap<String, Vec<RecordBatch>>) -> Result<Vec<RecordBatch>, RuleError> {
        for (name, slot) in &self.tables {
            slot.fill(given.get(name).cloned().unwrap_or_default());
        }
        for step in &self.views {
            let fail = |e| RuleError::engine(&step.name, e);
            let rows = self.collect(&step.plan).await.map_err(fail)?;
            let typed =
                |batch: RecordBatch| RecordBatch::try_new(Arc::clone(&step.into.schema), batch.columns().to_vec());
            step.into.fill(rows.into_iter().map(typed).collect::<Result<_, _>>().map_err(|e| fail(e.into()))?);
        }
        let (name, plan) = &self.rule;
        self.collect(plan).await.map_err(|e| RuleError::engine(name, e))
    }

    async fn collect(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<RecordBatch>> {
        collect(reset_plan_states(Arc::clone(plan))?, Arc::clone(&self.context)).await
    }
}
