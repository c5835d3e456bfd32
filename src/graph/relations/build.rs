//! Rows of `relation_edge` → a compact graph.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use hashbrown::HashMap;

use crate::graph::{Graph, Weight};
use crate::query::{QueryError, Session};

/// A node, named by its kind and the source's own number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// person, household, official, account, phone, address or enterprise.
    pub kind: String,
    /// The source's number.
    pub key: String,
    /// What people read.
    pub label: String,
}

/// An edge, as it stands in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// First node.
    pub a: u32,
    /// Second node.
    pub b: u32,
    /// kin, holds, post, member, payee, uses or custodian.
    pub kind: String,
    /// Of kin: what the second is to the first.
    pub relation: String,
    /// First day, in days since 1970, where known.
    pub from: Option<i32>,
    /// Last day.
    pub to: Option<i32>,
    /// The row it rests on.
    pub row: Option<i64>,
}

/// What an arc of the graph carries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Link {
    /// Number of the edge.
    pub edge: u32,
    /// Cost of the step: the more hang on the thing, the less a step over it says.
    pub cost: f32,
}

impl Weight for Link {
    fn value(self) -> f64 {
        f64::from(self.cost)
    }
}

/// The relationship graph.
#[derive(Debug)]
pub struct Relations {
    /// Nodes by number.
    pub nodes: Vec<Node>,
    /// Edges by number.
    pub edges: Vec<Edge>,
    /// Both ways.
    pub graph: Graph<Link>,
    /// `m` or `f` of persons whose register says so: for kin terms alone.
    pub sex: HashMap<u32, char>,
    numbers: HashMap<String, u32>,
}

const EDGES: &str = "SELECT a_kind, a_key, a_label, b_kind, b_key, b_label, kind, relation, from_date, to_date, row_edge \
                     FROM relation_edge \
                     ORDER BY a_kind, a_key, b_kind, b_key, kind, relation, from_date, to_date, row_edge";
const SEXES: &str = "SELECT i.id_number, p.sex FROM person AS p JOIN identity AS i ON i.person_key = p.person_key \
                     WHERE p.sex IN ('male', 'female') ORDER BY i.id_number, p.sex";

impl Relations {
    /// Builds the graph of a session's snapshot. The same snapshot gives the same numbers.
    pub async fn build(session: &Session) -> Result<Self, QueryError> {
        let mut relations = Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            graph: Graph::new(0, &[], &[], &[], false),
            sex: HashMap::new(),
            numbers: HashMap::new(),
        };
        for batch in rows(session, EDGES).await? {
            relations.add(&batch);
        }
        for batch in rows(session, SEXES).await? {
            let (ids, sexes) = (texts(batch.column(0)), texts(batch.column(1)));
            for (id, sex) in ids.into_iter().zip(sexes) {
                if let Some(node) = relations.node("person", &id) {
                    relations.sex.insert(node, if sex == "male" { 'm' } else { 'f' });
                }
            }
        }
        relations.link();
        Ok(relations)
    }

    /// The node of a kind and number.
    pub fn node(&self, kind: &str, key: &str) -> Option<u32> {
        self.numbers.get(&format!("{kind}:{key}")).copied()
    }

    /// The node that a text names: `kind:number`, or a number that one kind alone has.
    pub fn named(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied().or_else(|| {
            let kinds = ["person", "household", "official", "account", "enterprise", "phone", "address"];
            kinds.iter().find_map(|kind| self.node(kind, text))
        })
    }

    fn add(&mut self, batch: &RecordBatch) {
        let text: Vec<Vec<String>> = (0..8).map(|column| texts(batch.column(column))).collect();
        let day = |column: usize, row: usize| {
            let days = batch.column(column).as_primitive_opt::<Date32Type>()?;
            days.is_valid(row).then(|| days.value(row))
        };
        let rests = batch.column(10).as_primitive_opt::<Int64Type>();
        let at = |column: usize, row: usize| text[column][row].as_str();
        for row in 0..batch.num_rows() {
            let a = self.number(at(0, row), at(1, row), at(2, row));
            let b = self.number(at(3, row), at(4, row), at(5, row));
            self.edges.push(Edge {
                a,
                b,
                kind: at(6, row).to_owned(),
                relation: at(7, row).to_owned(),
                from: day(8, row),
                to: day(9, row),
                row: rests.and_then(|rows| rows.is_valid(row).then(|| rows.value(row))),
            });
        }
    }

    fn number(&mut self, kind: &str, key: &str, label: &str) -> u32 {
        let next = self.nodes.len() as u32;
        let found = *self.numbers.entry(format!("{kind}:{key}")).or_insert(next);
        if found == next {
            self.nodes.push(Node { kind: kind.to_owned(), key: key.to_owned(), label: label.to_owned() });
        }
        found
    }

    /// A step costs 1, and over a thing the logarithm of how many more than two hang on it.
    fn link(&mut self) {
        let mut degree = vec![0_u32; self.nodes.len()];
        for edge in &self.edges {
            degree[edge.a as usize] += 1;
            degree[edge.b as usize] += 1;
        }
        let sources: Vec<u32> = self.edges.iter().map(|e| e.a).collect();
        let targets: Vec<u32> = self.edges.iter().map(|e| e.b).collect();
        let links: Vec<Link> = (0..)
            .zip(&self.edges)
            .map(|(edge, e)| {
                let thing = [e.a, e.b].into_iter().filter(|n| self.thing(*n)).map(|n| degree[n as usize]).max();
                let crowd = f64::from(thing.unwrap_or(2).max(2)) / 2.0;
                Link { edge, cost: (1.0 + crowd.ln()) as f32 }
            })
            .collect();
        self.graph = Graph::new(self.nodes.len(), &sources, &targets, &links, false);
    }

    /// Whether a node is something that many may share.
    pub fn thing(&self, node: u32) -> bool {
        matches!(self.nodes[node as usize].kind.as_str(), "phone" | "address" | "account" | "enterprise")
    }

    /// The edge of the lightest arc between two nodes.
    pub fn between(&self, a: u32, b: u32) -> Option<&Edge> {
        let arcs = self.graph.rows().arcs_of(a).filter(|(to, _)| *to == b);
        let link = arcs.map(|(_, link)| link).min_by(|x, y| x.cost.total_cmp(&y.cost))?;
        self.edges.get(link.edge as usize)
    }
}

async fn rows(session: &Session, sql: &str) -> Result<Vec<RecordBatch>, QueryError> {
    session.sql(sql).await?.collect().await.map_err(QueryError::engine)
}

/// The texts of a column; a missing one is empty.
fn texts(column: &dyn Array) -> Vec<String> {
    let Ok(plain) = arrow::compute::cast(column, &DataType::Utf8) else { return vec![String::new(); column.len()] };
    plain.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}
