//! The graph in SQL: table functions of constant arguments, bounded in what they answer.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue, plan_err};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::Expr;

use super::{Relations, relatives, ties};
use crate::graph::Graph;
use crate::graph::algorithms::{components, neighbourhood};
use crate::query::{QueryError, Session};

/// Name and call of every table function.
pub const FUNCTIONS: [(&str, &str); 6] = [
    ("kin", "kin('person'): relatives by chains of at most three register relations"),
    ("ties", "ties('official', 'household'): best paths between them, in words"),
    ("shortest_path", "shortest_path('a', 'b', max_hops): best paths, a row a step"),
    ("neighbours", "neighbours('node', hops): what lies near"),
    ("component", "component('kind'): households joined by shared things of a kind, without hubs"),
    ("ring", "ring(number): nodes of one component over accounts and phones"),
];

/// Nodes that an answer may have.
const MOST: usize = 10_000;
/// Hops at most.
const HOPS: i64 = 6;
/// Paths in an answer.
const PATHS: usize = 5;
/// Users from which on a thing joins nobody to anybody.
const HUB: usize = 10;

/// Whether a statement may call one of the functions.
pub fn wanted(sql: &str) -> bool {
    let text = sql.to_lowercase();
    let called =
        |name: &str| text.match_indices(name).any(|(at, _)| text[at + name.len()..].trim_start().starts_with('('));
    FUNCTIONS.iter().any(|(name, _)| called(name))
}

/// Builds the graph of a session, once, and gives the session the functions.
pub async fn attach(session: &Session) -> std::result::Result<(), QueryError> {
    if session.context().table_function("ties").is_ok() {
        return Ok(());
    }
    let relations = Arc::new(Relations::build(session).await?);
    for (name, _) in FUNCTIONS {
        let function = Function { name, relations: Arc::clone(&relations) };
        session.context().register_udtf(name, Arc::new(function));
    }
    Ok(())
}

struct Function {
    name: &'static str,
    relations: Arc<Relations>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

impl TableFunctionImpl for Function {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let arguments = Arguments { name: self.name, values: args.exprs() };
        let graph = &*self.relations;
        let batch = match self.name {
            "kin" => kin(graph, arguments.node(graph, 0, Some("person"))?)?,
            "ties" => {
                let (a, b) =
                    (arguments.node(graph, 0, Some("official"))?, arguments.node(graph, 1, Some("household"))?);
                said(graph, a, b)?
            }
            "shortest_path" => {
                let (a, b) = (arguments.node(graph, 0, None)?, arguments.node(graph, 1, None)?);
                steps(graph, a, b, arguments.hops(2)?)?
            }
            "neighbours" => near(graph, arguments.node(graph, 0, None)?, arguments.hops(1)?)?,
            "component" => joined(graph, &[arguments.text(0)?.as_str()], None)?,
            _ => joined(graph, &["account", "phone"], Some(arguments.whole(0)?))?,
        };
        Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
    }
}

struct Arguments<'a> {
    name: &'static str,
    values: &'a [Expr],
}

impl Arguments<'_> {
    fn value(&self, at: usize) -> Result<&ScalarValue> {
        match self.values.get(at) {
            Some(Expr::Literal(value, _)) => Ok(value),
            _ => {
                let call = FUNCTIONS.iter().find(|(name, _)| *name == self.name).map_or("", |(_, call)| call);
                plan_err!("argument {} of {} must be a constant; the call is {call}", at + 1, self.name)
            }
        }
    }

    fn text(&self, at: usize) -> Result<String> {
        match self.value(at)? {
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) | ScalarValue::LargeUtf8(Some(text)) => {
                Ok(text.clone())
            }
            other => plan_err!("argument {} of {} must be a text, not {other}", at + 1, self.name),
        }
    }

    fn whole(&self, at: usize) -> Result<i64> {
        match self.value(at)?.cast_to(&arrow::datatypes::DataType::Int64)? {
            ScalarValue::Int64(Some(number)) => Ok(number),
            other => plan_err!("argument {} of {} must be a whole number, not {other}", at + 1, self.name),
        }
    }

    fn hops(&self, at: usize) -> Result<u32> {
        let hops = self.whole(at)?;
        if !(1..=HOPS).contains(&hops) {
            return plan_err!("argument {} of {} must be between 1 and {HOPS}, not {hops}", at + 1, self.name);
        }
        Ok(hops as u32)
    }

    fn node(&self, graph: &Relations, at: usize, kind: Option<&str>) -> Result<u32> {
        let text = self.text(at)?;
        let found = kind.and_then(|kind| graph.node(kind, &text)).or_else(|| graph.named(&text));
        found.ok_or_else(|| {
            let what = kind.unwrap_or("node");
            DataFusionError::Plan(format!(
                "{}: the graph has no {what} '{text}'; name a node as kind:number",
                self.name
            ))
        })
    }
}

fn text(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn nodes(graph: &Relations, prefix: [&'static str; 3], of: &[u32]) -> Vec<(&'static str, ArrayRef)> {
    let column = |get: fn(&super::Node) -> &String| text(of.iter().map(|n| get(&graph.nodes[*n as usize]).clone()));
    vec![(prefix[0], column(|n| &n.kind)), (prefix[1], column(|n| &n.key)), (prefix[2], column(|n| &n.label))]
}

fn kin(graph: &Relations, person: u32) -> Result<RecordBatch> {
    let found = relatives(graph, person);
    let label = |n: &u32| graph.nodes[*n as usize].label.clone();
    let path = |r: &super::Relative| r.path.iter().map(label).collect::<Vec<_>>().join(" → ");
    let rows = |r: &super::Relative| r.rows.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    batch(vec![
        ("id_number", text(found.iter().map(|r| graph.nodes[r.node as usize].key.clone()))),
        ("name", text(found.iter().map(|r| label(&r.node)))),
        ("relation_zh", text(found.iter().map(|r| r.zh.to_owned()))),
        ("relation_en", text(found.iter().map(|r| r.en.to_owned()))),
        ("depth", text(found.iter().map(|r| r.depth.to_owned()))),
        ("degree", Arc::new(found.iter().map(|r| Some(r.path.len() as i64 - 1)).collect::<Int64Array>())),
        ("from_date", Arc::new(found.iter().map(|r| r.from).collect::<Date32Array>())),
        ("to_date", Arc::new(found.iter().map(|r| r.to).collect::<Date32Array>())),
        ("path", text(found.iter().map(path))),
        ("row_ids", text(found.iter().map(rows))),
    ])
}

fn said(graph: &Relations, official: u32, household: u32) -> Result<RecordBatch> {
    let found = ties(graph, official, household, HOPS as u32, PATHS);
    batch(vec![
        ("path_no", Arc::new((1..=found.len() as i64).collect::<Int64Array>())),
        ("hops", Arc::new(found.iter().map(|t| Some(t.nodes.len() as i64 - 1)).collect::<Int64Array>())),
        ("cost", Arc::new(found.iter().map(|t| Some(t.cost)).collect::<Float64Array>())),
        ("tie_zh", text(found.iter().map(|t| t.zh.clone()))),
        ("tie_en", text(found.iter().map(|t| t.en.clone()))),
        ("innocent_zh", text(found.iter().map(|t| t.innocent_zh.clone()))),
        ("innocent_en", text(found.iter().map(|t| t.innocent_en.clone()))),
    ])
}

fn steps(graph: &Relations, a: u32, b: u32, hops: u32) -> Result<RecordBatch> {
    let found = ties(graph, a, b, hops, PATHS);
    let mut rows = Vec::new();
    for (nth, tie) in (1_i64..).zip(&found) {
        for (step, pair) in (1_i64..).zip(tie.nodes.windows(2)) {
            rows.push((nth, step, pair[0], pair[1], graph.between(pair[0], pair[1])));
        }
    }
    let (from, to): (Vec<u32>, Vec<u32>) = rows.iter().map(|r| (r.2, r.3)).unzip();
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("path_no", Arc::new(rows.iter().map(|r| Some(r.0)).collect::<Int64Array>())),
        ("step", Arc::new(rows.iter().map(|r| Some(r.1)).collect::<Int64Array>())),
    ];
    columns.extend(nodes(graph, ["from_kind", "from_key", "from_label"], &from));
    columns.push(("edge", text(rows.iter().map(|r| r.4.map_or(String::new(), |e| e.kind.clone())))));
    columns.extend(nodes(graph, ["to_kind", "to_key", "to_label"], &to));
    columns.push(("from_date", Arc::new(rows.iter().map(|r| r.4.and_then(|e| e.from)).collect::<Date32Array>())));
    columns.push(("to_date", Arc::new(rows.iter().map(|r| r.4.and_then(|e| e.to)).collect::<Date32Array>())));
    columns.push(("row_id", Arc::new(rows.iter().map(|r| r.4.and_then(|e| e.row)).collect::<Int64Array>())));
    batch(columns)
}

fn near(graph: &Relations, node: u32, hops: u32) -> Result<RecordBatch> {
    let found = neighbourhood(&graph.graph, node, hops, MOST);
    let of: Vec<u32> = found.iter().map(|(n, _)| *n).collect();
    let mut columns = nodes(graph, ["kind", "key", "label"], &of);
    columns.push(("hops", Arc::new(found.iter().map(|(_, hop)| Some(i64::from(*hop))).collect::<Int64Array>())));
    batch(columns)
}

/// Components over the things of some kinds that more than one and less than a crowd share.
fn joined(graph: &Relations, kinds: &[&str], number: Option<i64>) -> Result<RecordBatch> {
    let joins = |n: u32| {
        let node = &graph.nodes[n as usize];
        kinds.contains(&node.kind.as_str()) && graph.graph.out_degree(n) <= HUB
    };
    let member = |n: u32| graph.nodes[n as usize].kind == "household";
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    for edge in graph.edges.iter().filter(|e| (joins(e.a) && member(e.b)) || (joins(e.b) && member(e.a))) {
        sources.push(edge.a);
        targets.push(edge.b);
    }
    let label = components(&Graph::<()>::new(graph.nodes.len(), &sources, &targets, &[], false));
    let mut households = vec![0_u32; graph.nodes.len()];
    (0..).zip(&label).filter(|(n, _)| member(*n)).for_each(|(_, c)| households[*c as usize] += 1);
    let wanted = |c: u32| households[c as usize] > 1 && number.is_none_or(|number| i64::from(c) == number);
    let mut of: Vec<(u32, u32)> = (0..).zip(&label).filter(|(_, c)| wanted(**c)).map(|(n, c)| (*c, n)).collect();
    of.sort_unstable();
    of.truncate(MOST);
    let members: Vec<u32> = of.iter().map(|(_, n)| *n).collect();
    let mut columns: Vec<(&str, ArrayRef)> =
        vec![("component", Arc::new(of.iter().map(|(c, _)| Some(i64::from(*c))).collect::<Int64Array>()))];
    columns.extend(nodes(graph, ["kind", "key", "label"], &members));
    let size = of.iter().map(|(c, _)| Some(i64::from(households[*c as usize]))).collect::<Int64Array>();
    columns.push(("households", Arc::new(size)));
    batch(columns)
}
