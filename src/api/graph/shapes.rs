//! Shapes in which the graph is told.

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::date::Day;
use crate::graph::relations::{Innocent, Relations, Tie, beside};
use crate::snapshot::Manifest;

/// A node, ready to draw.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphNode {
    /// `kind:number`.
    pub id: String,
    /// person, household, official, account, phone, address, enterprise, register, institution, terminal, application or award.
    pub kind: &'static str,
    /// The kind in Chinese.
    pub kind_zh: &'static str,
    /// In English.
    pub kind_en: &'static str,
    /// The source's own number.
    pub key: String,
    /// What people read.
    pub label: String,
    /// Of what is shared: families that use it.
    pub families: Option<u32>,
}

/// An edge, ready to draw, with the row it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphEdge {
    /// Id of the node where it begins.
    pub from: String,
    /// Id of the node where it ends.
    pub to: String,
    /// kin, holds, contact, post, member, payee, uses, custodian, listed, stays, declared, filed, decided or granted.
    pub kind: &'static str,
    /// Of kin what the second is to the first, of decided the official's part.
    pub relation: &'static str,
    /// In Chinese.
    pub label_zh: &'static str,
    /// In English.
    pub label_en: &'static str,
    /// First day, where known.
    #[schema(value_type = Option<String>, format = Date)]
    pub from_date: Option<Day>,
    /// Last day, where known.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_date: Option<Day>,
    /// How sure it is: below 1 where identity inferred it or registers contradict each other.
    pub confidence: f64,
    /// The delivered row.
    pub evidence: Option<GraphRow>,
    /// The second row, where it rests on two.
    pub evidence_2: Option<GraphRow>,
}

/// A delivered row.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphRow {
    /// Table of the contract.
    pub table: String,
    /// Delivered file.
    pub source_file: String,
    /// Row as a spreadsheet counts: the header is row 1.
    pub source_row: u64,
}

/// A path with its sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphTie {
    /// Ids of its nodes from end to end.
    pub nodes: Vec<String>,
    /// Places of its edges in `edges`.
    pub edges: Vec<usize>,
    /// How sure the path is, 0 to 1: confidence of its edges, and how often those who share such a thing here are
    /// known kin. No probability of a wrong.
    pub sureness: f64,
    /// Day from which every link holds, where bounded.
    #[schema(value_type = Option<String>, format = Date)]
    pub from_date: Option<Day>,
    /// Day until which every link holds, where bounded.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_date: Option<Day>,
    /// Whether every link holds on the day asked about.
    pub holds: bool,
    /// In Chinese.
    pub sentence_zh: String,
    /// In English.
    pub sentence_en: String,
    /// What may explain it innocently; looked for in every path.
    pub innocent: Vec<GraphInnocent>,
}

/// What may explain a tie innocently.
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphInnocent {
    /// Code.
    pub code: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl From<&Innocent> for GraphInnocent {
    fn from(found: &Innocent) -> Self {
        Self { code: found.code, zh: found.zh.clone(), en: found.en.clone() }
    }
}

/// Days since 1970 as a date.
pub fn date(day: i32) -> Option<Day> {
    NaiveDate::default().checked_add_signed(TimeDelta::days(i64::from(day))).map(Day)
}

/// A node.
pub fn node(relations: &Relations, node: u32) -> GraphNode {
    let kind = relations.kind(node);
    GraphNode {
        id: relations.name(node),
        kind: kind.name(),
        kind_zh: kind.zh(),
        kind_en: kind.en(),
        key: relations.key(node).to_owned(),
        label: relations.label(node).to_owned(),
        families: kind.is_thing().then(|| relations.families(node)),
    }
}

/// An edge with the row it rests on.
pub fn edge(relations: &Relations, manifest: &Manifest, number: u32) -> GraphEdge {
    let held = relations.edges().get(number);
    let (label_zh, label_en) = beside(&held);
    GraphEdge {
        from: relations.name(held.a),
        to: relations.name(held.b),
        kind: held.kind.name(),
        relation: held.relation.name(),
        label_zh,
        label_en,
        from_date: held.from.and_then(date),
        to_date: held.to.and_then(date),
        confidence: relations.confidence(number),
        evidence: held.row.and_then(|row| evidence(manifest, row)),
        evidence_2: held.second.and_then(|row| evidence(manifest, row)),
    }
}

/// Where a row stands in what was delivered.
pub fn evidence(manifest: &Manifest, row: i64) -> Option<GraphRow> {
    let (source, source_row) = manifest.place(row)?;
    Some(GraphRow { table: source.table.clone(), source_file: source.source.name.clone(), source_row })
}

/// A path, its edges by their places in `edges`.
pub fn tie(relations: &Relations, tie: &Tie, edges: &[u32]) -> GraphTie {
    GraphTie {
        nodes: tie.nodes.iter().map(|node| relations.name(*node)).collect(),
        edges: tie.edges.iter().filter_map(|edge| edges.iter().position(|own| own == edge)).collect(),
        sureness: tie.sureness,
        from_date: tie.from.and_then(date),
        to_date: tie.to.and_then(date),
        holds: tie.holds,
        sentence_zh: tie.zh.clone(),
        sentence_en: tie.en.clone(),
        innocent: tie.innocent.iter().map(GraphInnocent::from).collect(),
    }
}
