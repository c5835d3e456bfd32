//! The graph in SQL: table functions of constant arguments. What they answer is whole; how many rows of it go out, the
//! door says.
//!
//! A call is checked when a statement is planned, and answered when it is run: only then the graph is built.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session as EngineSession, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::answers::{all_rings, contradictions, joined, kin, members, near, said, steps, strength};
use super::signatures::FUNCTIONS;
use super::{LazyRelations, NodeKind, Relations};
use crate::query::Session;

/// Hops at most.
pub(super) const HOPS: i64 = 6;

/// Gives a session the functions. Nothing is built before one is called.
pub fn attach(session: &Session, graph: &Arc<LazyRelations>) {
    for (name, call, columns) in FUNCTIONS {
        let fields = columns.iter().map(|(name, kind)| Field::new(*name, kind.data_type(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let function = Function { name, call, schema, graph: Arc::clone(graph) };
        session.context().register_udtf(name, Arc::new(function));
    }
}

/// A function.
#[derive(Debug, Clone)]
struct Function {
    name: &'static str,
    call: &'static str,
    schema: SchemaRef,
    graph: Arc<LazyRelations>,
}

impl TableFunctionImpl for Function {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let values = Arguments { function: self.clone(), values: args.exprs().to_vec() };
        values.check()?;
        Ok(Arc::new(values))
    }
}

/// A call with its arguments: a table that is filled when it is read.
#[derive(Debug)]
struct Arguments {
    function: Function,
    values: Vec<Expr>,
}

#[async_trait]
impl TableProvider for Arguments {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.function.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _: &dyn EngineSession,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let graph = self.function.graph.get().await.map_err(|e| DataFusionError::External(Box::new(e)))?;
        let columns = self.answer(&graph)?;
        let batch = RecordBatch::try_new(self.schema(), columns)?;
        Ok(MemorySourceConfig::try_new_exec(&[vec![batch]], self.schema(), projection.cloned())?)
    }
}

impl Arguments {
    /// What can be said of a call without the graph.
    fn check(&self) -> Result<()> {
        let expected = match self.function.name {
            "ties" | "neighbours" => 2,
            "shortest_path" => 3,
            "kin" | "component" | "ring" => 1,
            _ => 0,
        };
        if self.values.len() != expected {
            return plan_err!("{} takes {expected} arguments; the call is {}", self.function.name, self.function.call);
        }
        match self.function.name {
            "kin" => self.text(0).map(drop),
            "ties" => self.text(0).and(self.text(1)).map(drop),
            "shortest_path" => self.text(0).and(self.text(1)).and(self.hops(2)).map(drop),
            "neighbours" => self.text(0).and(self.hops(1)).map(drop),
            "component" => self.kind(0).map(drop),
            "ring" => self.whole(0).map(drop),
            _ => Ok(()),
        }
    }

    fn answer(&self, graph: &Relations) -> Result<Vec<ArrayRef>> {
        Ok(match self.function.name {
            "kin" => kin(graph, self.node(graph, 0, Some(NodeKind::Person))?),
            "ties" => {
                let official = self.node(graph, 0, Some(NodeKind::Official))?;
                said(graph, official, self.node(graph, 1, Some(NodeKind::Household))?)
            }
            "shortest_path" => {
                let (a, b) = (self.node(graph, 0, None)?, self.node(graph, 1, None)?);
                steps(graph, a, b, self.hops(2)?)
            }
            "neighbours" => near(graph, self.node(graph, 0, None)?, self.hops(1)?),
            "component" => joined(graph, self.kind(0)?),
            "rings" => all_rings(graph),
            "ring" => members(graph, self.whole(0)?)?,
            "kin_contradictions" => contradictions(graph),
            _ => strength(graph),
        })
    }

    fn value(&self, at: usize) -> Result<&ScalarValue> {
        match self.values.get(at) {
            Some(Expr::Literal(value, _)) => Ok(value),
            _ => {
                let Function { name, call, .. } = &self.function;
                plan_err!("argument {} of {name} must be a constant; the call is {call}", at + 1)
            }
        }
    }

    fn text(&self, at: usize) -> Result<String> {
        match self.value(at)? {
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) | ScalarValue::LargeUtf8(Some(text)) => {
                Ok(text.clone())
            }
            other => plan_err!("argument {} of {} must be a text, not {other}", at + 1, self.function.name),
        }
    }

    fn whole(&self, at: usize) -> Result<i64> {
        match self.value(at)?.cast_to(&DataType::Int64)? {
            ScalarValue::Int64(Some(number)) => Ok(number),
            other => plan_err!("argument {} of {} must be a whole number, not {other}", at + 1, self.function.name),
        }
    }

    fn hops(&self, at: usize) -> Result<u32> {
        let hops = self.whole(at)?;
        if !(1..=HOPS).contains(&hops) {
            return plan_err!("argument {} of {} must be between 1 and {HOPS}, not {hops}", at + 1, self.function.name);
        }
        Ok(hops as u32)
    }

    fn kind(&self, at: usize) -> Result<NodeKind> {
        let text = self.text(at)?;
        NodeKind::named(&text).filter(|kind| kind.is_thing()).ok_or_else(|| {
            let kinds: Vec<&str> =
                NodeKind::ALL.iter().filter(|kind| kind.is_thing()).map(|kind| kind.name()).collect();
            DataFusionError::Plan(format!(
                "{}: no kind '{text}' of shared things; there are: {}",
                self.function.name,
                kinds.join(", ")
            ))
        })
    }

    fn node(&self, graph: &Relations, at: usize, kind: Option<NodeKind>) -> Result<u32> {
        let text = self.text(at)?;
        let found = kind.and_then(|kind| graph.node(kind, &text)).or_else(|| graph.named(&text));
        found.filter(|node| kind.is_none_or(|kind| graph.kind(*node) == kind)).ok_or_else(|| {
            let what = kind.map_or("node", NodeKind::name);
            let name = self.function.name;
            DataFusionError::Plan(format!("{name}: the graph has no {what} '{text}'; name a node as kind:number"))
        })
    }
}
