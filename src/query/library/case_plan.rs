//! A rule planned once and run over the rows of many cases: to plan takes far longer than to run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::TableReference;
use datafusion::error::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::SessionContext;

use super::tables::{planned, register_view, small_session, stored_tables, table_schema};
use super::{Bindings, CheckedRule, FINDING_TABLE, Program, RuleError, views};
use crate::query::kept::all_nullable;

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
        session.deregister_table(TableReference::bare(name))?;
        session.register_table(TableReference::bare(name), Arc::new(table))?;
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
    /// Tables made on the way, and the rule last.
    steps: Vec<Step>,
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
        let mut plan = Self { context: session.task_ctx(), tables, steps: Vec::new() };
        let wanted: BTreeSet<&str> = rule.views();
        for view in views().iter().filter(|view| wanted.contains(view.name)) {
            if view.header.once {
                plan.add(&session, view.name, view.program()?).await?;
            } else {
                register_view(&session, view).await?;
            }
        }
        plan.add(&session, rule.id(), rule.program(bindings)?).await?;
        Ok(plan)
    }

    /// Plans a program; its result becomes a table of this name.
    async fn add(&mut self, session: &SessionContext, name: &str, program: Program) -> Result<(), RuleError> {
        for (name, statement) in program.steps.into_iter().chain([(name.to_owned(), program.last)]) {
            let fail = |e| RuleError::engine(&name, e);
            let plan = planned(session, &name, statement).await?.create_physical_plan().await.map_err(fail)?;
            let into = Slot::register(session, &name, all_nullable(&plan.schema())).map_err(fail)?;
            self.steps.push(Step { name, plan, into });
        }
        Ok(())
    }

    /// The rule's rows over the tables given; the others are empty.
    pub(super) async fn run(&self, given: &BTreeMap<String, Vec<RecordBatch>>) -> Result<Vec<RecordBatch>, RuleError> {
        for (name, slot) in &self.tables {
            slot.fill(given.get(name).cloned().unwrap_or_default());
        }
        let mut rows = Vec::new();
        for step in &self.steps {
            let fail = |e| RuleError::engine(&step.name, e);
            let typed =
                |batch: RecordBatch| RecordBatch::try_new(Arc::clone(&step.into.schema), batch.columns().to_vec());
            let raw = self.collect(&step.plan).await.map_err(fail)?;
            rows = raw.into_iter().map(typed).collect::<Result<Vec<_>, _>>().map_err(|e| fail(e.into()))?;
            step.into.fill(rows.clone());
        }
        Ok(rows)
    }

    async fn collect(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<RecordBatch>> {
        collect(reset_plan_states(Arc::clone(plan))?, Arc::clone(&self.context)).await
    }
}
