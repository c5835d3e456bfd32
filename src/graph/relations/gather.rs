//! Rows as they come → columns in order.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use hashbrown::HashMap;

use super::growth::put;
use super::kin::Chains;
use super::network::SHARE;
use super::texts::Gathered;
use super::{Contradiction, Edge, EdgeKind, Edges, NodeKind, Relation, Relations, Strength, Texts};
use crate::graph::Graph;
use crate::query::{LocalRuleError, LocalRules, ParameterKind};

/// Rows as they come, with texts once and places for numbers.
pub(super) struct Gathering {
    texts: Vec<Gathered>,
    /// Ends are places within their kinds here; the kind stands beside.
    edges: Edges,
    ends: Vec<(NodeKind, NodeKind)>,
}

impl Default for Gathering {
    fn default() -> Self {
        let texts = NodeKind::ALL.iter().map(|_| Gathered::default()).collect();
        Self { texts, edges: Edges::default(), ends: Vec::new() }
    }
}

impl Gathering {
    /// Takes rows of `relation_edge`.
    pub(super) fn add(&mut self, batch: &RecordBatch) {
        let columns: Vec<StringArray> = (0..8).map(|column| texts(batch.column(column))).collect();
        let [first, second] = [10, 11].map(|column| batch.column(column).as_primitive_opt::<Int64Type>());
        let number = |rows: Option<&Int64Array>, row| rows.and_then(|rows| rows.is_valid(row).then(|| rows.value(row)));
        for row in 0..batch.num_rows() {
            let at = |column: usize| text_at(&columns[column], row);
            let (Some(a_kind), Some(b_kind), Some(kind)) =
                (NodeKind::named(at(0)), NodeKind::named(at(3)), EdgeKind::named(at(6)))
            else {
                continue;
            };
            let a = self.texts[a_kind as usize].place(at(1), at(2));
            let b = self.texts[b_kind as usize].place(at(4), at(5));
            put(&mut self.ends, (a_kind, b_kind));
            self.edges.push(Edge {
                a,
                b,
                kind,
                relation: Relation::named(at(7)).unwrap_or(Relation::None),
                from: day(batch, 8, row),
                to: day(batch, 9, row),
                row: number(first, row),
                second: number(second, row),
            });
        }
    }

    /// Numbers nodes and edges in their order.
    pub(super) fn settle(self) -> Relations {
        let (texts, ranks): (Vec<Texts>, Vec<Vec<u32>>) = self.texts.into_iter().map(Gathered::sorted).unzip();
        let mut starts = vec![0_u32];
        texts.iter().for_each(|texts| starts.push(starts.last().map_or(0, |end| end + texts.len() as u32)));
        let number = |kind: NodeKind, place: u32| starts[kind as usize] + ranks[kind as usize][place as usize];
        let edges = self.edges.sorted(&self.ends, number);
        let count = |kind: NodeKind| texts[kind as usize].len();
        let (people, households) = (count(NodeKind::Person), count(NodeKind::Household));
        Relations {
            births: vec![i32::MIN; people],
            sexes: vec![0; people],
            homes: vec![u32::MAX; households],
            paid: vec![0; households],
            texts,
            starts,
            edges,
            chains: Chains::default(),
            graph: Graph::new(0, &[], &[], &[], false),
            regions: Vec::new(),
            limits: Vec::new(),
            rules: LocalRules::default(),
            as_of: 0,
            families: Vec::new(),
            confidence: HashMap::new(),
            contradictions: Vec::<Contradiction>::new(),
            strength: Strength::default(),
            rings: OnceLock::new(),
        }
    }
}

impl Relations {
    /// Takes rows of `kin_chain`.
    pub(super) fn chains(&mut self, batch: &RecordBatch) {
        let columns: Vec<StringArray> = (0..3).map(|column| texts(batch.column(column))).collect();
        for row in 0..batch.num_rows() {
            let [chain, relation, depth] = [0, 1, 2].map(|column| text_at(&columns[column], row));
            self.chains.add(chain, relation, depth);
        }
    }

    /// Sex and birth of persons that the graph has.
    pub(super) fn people(&mut self, batch: &RecordBatch) {
        let (ids, sexes) = (texts(batch.column(0)), texts(batch.column(2)));
        for row in 0..batch.num_rows() {
            let Some(person) = self.node(NodeKind::Person, text_at(&ids, row)) else { continue };
            self.births[person as usize] = day(batch, 1, row).unwrap_or(i32::MIN);
            self.sexes[person as usize] = match text_at(&sexes, row) {
                "male" => b'm',
                "female" => b'f',
                _ => 0,
            };
        }
    }

    /// Rows in which identity inferred a person of the graph, with its probability.
    pub(super) fn links(&self, batch: &RecordBatch, links: &mut HashMap<i64, Vec<(u32, f32)>>) {
        let ids = texts(batch.column(1));
        let rows = batch.column(0).as_primitive_opt::<Int64Type>();
        let shares = batch.column(2).as_primitive_opt::<Float64Type>();
        for (at, (row, share)) in rows.into_iter().flatten().zip(shares.into_iter().flatten()).enumerate() {
            let person = self.node(NodeKind::Person, text_at(&ids, at));
            if let (Some(row), Some(share), Some(person)) = (row, share, person) {
                links.entry(row).or_default().push((person, share as f32));
            }
        }
    }

    /// Regions of households, and what they were paid.
    pub(super) fn homes(&mut self, batch: &RecordBatch, numbers: &mut BTreeMap<String, u32>) {
        let (keys, regions) = (texts(batch.column(0)), texts(batch.column(1)));
        let paid = batch.column(2).as_primitive_opt::<Int64Type>();
        for row in 0..batch.num_rows() {
            let Some(node) = self.node(NodeKind::Household, text_at(&keys, row)) else { continue };
            let at = (node - self.starts[NodeKind::Household as usize]) as usize;
            let region = text_at(&regions, row);
            let next = numbers.len() as u32;
            let number = *numbers.entry(region.to_owned()).or_insert(next);
            if number == next {
                self.regions.push(region.to_owned());
            }
            self.homes[at] = number;
            self.paid[at] = paid.map_or(0, |paid| paid.value(row));
        }
    }

    /// The local limit of each region on the last day.
    pub(super) fn limits(&mut self) -> Result<(), LocalRuleError> {
        let mut lookup = self.rules.parameter(SHARE, ParameterKind::Number)?;
        let region =
            |region: &String| lookup.number(Some(region).filter(|r| !r.is_empty()).map(String::as_str), self.as_of);
        self.limits = self.regions.iter().map(region).collect::<Result<_, _>>()?;
        Ok(())
    }
}

/// The texts of a column; none where it is of another type.
fn texts(column: &dyn Array) -> StringArray {
    let plain = cast(column, &DataType::Utf8).ok();
    plain.map_or_else(|| StringArray::new_null(column.len()), |plain| plain.as_string::<i32>().clone())
}

/// The text of a row; a missing one is empty.
fn text_at(column: &StringArray, row: usize) -> &str {
    if column.is_valid(row) { column.value(row) } else { "" }
}

/// The day of a row, in days since 1970.
pub(super) fn day(batch: &RecordBatch, column: usize, row: usize) -> Option<i32> {
    let days = batch.column(column).as_primitive_opt::<Date32Type>()?;
    days.is_valid(row).then(|| days.value(row))
}
