//! Answers of the table functions, column by column.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, new_null_array};
use datafusion::common::{Result, plan_err};

use super::functions::HOPS;
use super::{Column, FUNCTIONS, NodeKind, Relations, relatives, ties};
use crate::graph::Graph;
use crate::graph::algorithms::{components, neighbourhood};

/// Paths in an answer.
const PATHS: usize = 5;

fn text(values: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn whole(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn share(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values))
}

fn days(values: impl Iterator<Item = Option<i32>>) -> ArrayRef {
    Arc::new(values.collect::<Date32Array>())
}

/// Kind, number and label.
fn nodes(graph: &Relations, of: &[u32]) -> Vec<ArrayRef> {
    vec![
        text(of.iter().map(|n| graph.kind(*n).name().to_owned())),
        text(of.iter().map(|n| graph.key(*n).to_owned())),
        text(of.iter().map(|n| graph.label(*n).to_owned())),
    ]
}

fn listed(rows: impl Iterator<Item = i64>) -> String {
    rows.map(|row| row.to_string()).collect::<Vec<_>>().join(" ")
}

/// The answer of a search that reached its bound and found no path by then: a row that says so alone.
fn without_path(function: &str) -> Vec<ArrayRef> {
    let columns = FUNCTIONS.iter().find(|(name, _, _)| *name == function).map_or(&[][..], |(_, _, columns)| *columns);
    let unknown = |(name, kind): &Column| -> ArrayRef {
        match *name {
            "complete" => Arc::new(BooleanArray::from(vec![false])),
            _ => new_null_array(&kind.data_type(), 1),
        }
    };
    columns.iter().map(unknown).collect()
}

/// Relatives of a person.
pub(super) fn kin(graph: &Relations, person: u32) -> Vec<ArrayRef> {
    let found = relatives(graph, person);
    let path = |r: &super::Relative| r.path.iter().map(|n| graph.label(*n)).collect::<Vec<_>>().join(" → ");
    vec![
        text(found.iter().map(|r| graph.key(r.node).to_owned())),
        text(found.iter().map(|r| graph.label(r.node).to_owned())),
        text(found.iter().map(|r| r.zh.to_owned())),
        text(found.iter().map(|r| r.en.to_owned())),
        text(found.iter().map(|r| r.depth.to_owned())),
        whole(found.iter().map(|r| r.path.len() as i64 - 1)),
        days(found.iter().map(|r| r.from)),
        days(found.iter().map(|r| r.to)),
        text(found.iter().map(path)),
        text(found.iter().map(|r| listed(r.rows.iter().copied()))),
    ]
}

/// Best paths between an official and a household.
pub(super) fn said(graph: &Relations, official: u32, household: u32) -> Vec<ArrayRef> {
    let day = super::day_of(graph, Some(official), Some(household));
    let super::Ties { ties: found, complete } = ties(graph, official, household, HOPS as u32, PATHS, day);
    if found.is_empty() && !complete {
        return without_path("ties");
    }
    let innocent = |t: &super::Tie, of: fn(&super::Innocent) -> &str, between: &str| {
        t.innocent.iter().map(of).collect::<Vec<_>>().join(between)
    };
    vec![
        whole(1..=found.len() as i64),
        whole(found.iter().map(|t| t.edges.len() as i64)),
        share(found.iter().map(|t| t.sureness)),
        days(found.iter().map(|t| t.from)),
        days(found.iter().map(|t| t.to)),
        text(found.iter().map(|t| t.zh.clone())),
        text(found.iter().map(|t| t.en.clone())),
        text(found.iter().map(|t| innocent(t, |i| &i.zh, "；"))),
        text(found.iter().map(|t| innocent(t, |i| &i.en, "; "))),
        Arc::new(BooleanArray::from(vec![complete; found.len()])),
    ]
}

/// Best paths, a row a step.
pub(super) fn steps(graph: &Relations, a: u32, b: u32, hops: u32) -> Vec<ArrayRef> {
    let super::Ties { ties: found, complete } = ties(graph, a, b, hops, PATHS, graph.as_of());
    if found.is_empty() && !complete {
        return without_path("shortest_path");
    }
    let mut rows = Vec::new();
    for (nth, tie) in (1_i64..).zip(&found) {
        for ((step, pair), edge) in (1_i64..).zip(tie.nodes.windows(2)).zip(&tie.edges) {
            rows.push((nth, step, pair[0], pair[1], *edge));
        }
    }
    let held: Vec<super::Edge> = rows.iter().map(|r| graph.edges().get(r.4)).collect();
    let (from, to): (Vec<u32>, Vec<u32>) = rows.iter().map(|r| (r.2, r.3)).unzip();
    let mut columns = vec![whole(rows.iter().map(|r| r.0)), whole(rows.iter().map(|r| r.1))];
    columns.extend(nodes(graph, &from));
    columns.push(text(held.iter().map(|e| e.kind.name().to_owned())));
    columns.extend(nodes(graph, &to));
    columns.push(days(held.iter().map(|e| e.from)));
    columns.push(days(held.iter().map(|e| e.to)));
    columns.push(share(rows.iter().map(|r| graph.confidence(r.4))));
    columns.push(Arc::new(held.iter().map(|e| e.row).collect::<Int64Array>()));
    columns.push(Arc::new(held.iter().map(|e| e.second).collect::<Int64Array>()));
    columns.push(Arc::new(BooleanArray::from(vec![complete; rows.len()])));
    columns
}

/// What lies near a node.
pub(super) fn near(graph: &Relations, node: u32, hops: u32) -> Vec<ArrayRef> {
    let found = neighbourhood(graph.graph(), node, hops, usize::MAX);
    let of: Vec<u32> = found.iter().map(|(n, _)| *n).collect();
    let mut columns = nodes(graph, &of);
    columns.push(whole(found.iter().map(|(_, hop)| i64::from(*hop))));
    columns
}

/// Components of households over the things of a kind.
pub(super) fn joined(graph: &Relations, kind: NodeKind) -> Vec<ArrayRef> {
    let member = |n: u32| graph.kind(n) == NodeKind::Household;
    let limited = matches!(kind, NodeKind::Phone | NodeKind::Address | NodeKind::Account);
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    for thing in graph.of_kind(kind) {
        for (to, _, _) in graph.around(thing).filter(|(to, _, _)| member(*to)) {
            if !limited || graph.joins(thing, to) {
                sources.push(thing);
                targets.push(to);
            }
        }
    }
    let label = components(&Graph::<()>::new(graph.nodes(), &sources, &targets, &[], false));
    let mut households = vec![0_u32; graph.nodes()];
    graph.of_kind(NodeKind::Household).for_each(|n| households[label[n as usize] as usize] += 1);
    let wanted = |c: u32| households[c as usize] > 1;
    let mut of: Vec<(u32, u32)> = (0..).zip(&label).filter(|(_, c)| wanted(**c)).map(|(n, c)| (*c, n)).collect();
    of.sort_unstable();
    let members: Vec<u32> = of.iter().map(|(_, n)| *n).collect();
    let mut columns = vec![whole(of.iter().map(|(c, _)| i64::from(*c)))];
    columns.extend(nodes(graph, &members));
    columns.push(whole(of.iter().map(|(c, _)| i64::from(households[*c as usize]))));
    columns
}

/// Every ring.
pub(super) fn all_rings(graph: &Relations) -> Vec<ArrayRef> {
    let found = graph.rings();
    vec![
        whole(found.iter().map(|r| i64::from(r.number))),
        whole(found.iter().map(|r| r.households.len() as i64)),
        whole(found.iter().map(|r| r.joins.len() as i64)),
        whole(found.iter().map(|r| r.links as i64)),
        share(found.iter().map(|r| r.density)),
        whole(found.iter().map(|r| i64::from(r.core))),
        share(found.iter().map(|r| r.by_chance)),
        whole(found.iter().map(|r| r.paid_fen)),
        Arc::new(found.iter().map(|r| r.official.map(|(node, _)| graph.key(node))).collect::<StringArray>()),
        Arc::new(found.iter().map(|r| r.official.map(|(_, hops)| i64::from(hops))).collect::<Int64Array>()),
    ]
}

/// Members of a ring.
pub(super) fn members(graph: &Relations, number: i64) -> Result<Vec<ArrayRef>> {
    let Some(ring) = graph.rings().iter().find(|ring| i64::from(ring.number) == number) else {
        return plan_err!("ring: there is no ring {number}; rings() lists them");
    };
    let of = [ring.households.as_slice(), &ring.joins].concat();
    let mut columns = nodes(graph, &of);
    columns.push(whole(of.iter().map(|n| graph.paid(*n))));
    Ok(columns)
}

/// Kinship that cannot all be true.
pub(super) fn contradictions(graph: &Relations) -> Vec<ArrayRef> {
    let found = graph.contradictions();
    let rows = |edge: &u32| graph.edges().get(*edge).rows();
    let named = |persons: &[u32]| {
        persons.iter().map(|p| format!("{} {}", graph.label(*p), graph.key(*p))).collect::<Vec<_>>().join("; ")
    };
    vec![
        text(found.iter().map(|c| c.what.name().to_owned())),
        text(found.iter().map(|c| c.what.said().0.to_owned())),
        text(found.iter().map(|c| c.what.said().1.to_owned())),
        Arc::new(found.iter().map(|c| Some(!c.what.unusable())).collect::<BooleanArray>()),
        text(found.iter().map(|c| named(&c.persons))),
        text(found.iter().map(|c| listed(c.edges.iter().flat_map(rows)))),
    ]
}

/// How often those who share a thing are kin.
pub(super) fn strength(graph: &Relations) -> Vec<ArrayRef> {
    let learnt: Vec<super::Learnt> = graph.strength().table().collect();
    vec![
        text(learnt.iter().map(|l| l.kind.name().to_owned())),
        whole(learnt.iter().map(|l| i64::from(l.families_from))),
        whole(learnt.iter().map(|l| i64::from(l.families_to))),
        whole(learnt.iter().map(|l| l.pairs as i64)),
        whole(learnt.iter().map(|l| l.kin as i64)),
        share(learnt.iter().map(|l| l.share)),
    ]
}
