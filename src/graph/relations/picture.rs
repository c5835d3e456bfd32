//! Parts of the graph as pictures.

use hashbrown::HashMap;

use super::{Excerpt, NodeKind, Relations, Tie, beside};
use crate::graph::draw::{Line, Picture, Spot, layered, radial};

/// What stands beneath every picture.
const REMINDER: (&str, &str) = ("疑点，不是结论，须由人核查", "A suspicion and never a verdict: only a person decides");

fn spot(relations: &Relations, node: u32, centre: bool) -> Spot {
    let kind = relations.kind(node);
    let label = match kind {
        NodeKind::Household => format!("{} {}", relations.key(node), relations.label(node)),
        _ => relations.label(node).to_owned(),
    };
    Spot { id: relations.name(node), kind: kind.name(), label, words: (kind.zh(), kind.en()), centre, x: 0, y: 0 }
}

fn line(relations: &Relations, number: u32, places: &HashMap<u32, usize>, day: i32) -> Option<Line> {
    let edge = relations.edges().get(number);
    let (zh, en) = beside(&edge);
    let dashed = relations.confidence(number) < 1.0 || !edge.holds_on(day);
    let words = (zh.to_owned(), en.to_owned());
    Some(Line { from: *places.get(&edge.a)?, to: *places.get(&edge.b)?, words, dashed, bend: 0 })
}

fn picture(relations: &Relations, nodes: &[u32], edges: &[u32], centres: &[u32], day: i32) -> Picture {
    let places: HashMap<u32, usize> = nodes.iter().copied().zip(0..).collect();
    Picture {
        title: (String::new(), String::new()),
        spots: nodes.iter().map(|node| spot(relations, *node, centres.contains(node))).collect(),
        lines: edges.iter().filter_map(|edge| line(relations, *edge, &places, day)).collect(),
        notes: vec![(REMINDER.0.to_owned(), REMINDER.1.to_owned())],
    }
}

/// What lies around a node, in rings about it.
pub fn of_excerpt(relations: &Relations, excerpt: &Excerpt, title: (&str, &str)) -> Picture {
    let nodes: Vec<u32> = excerpt.nodes.iter().map(|found| found.node).collect();
    let places: HashMap<u32, usize> = nodes.iter().copied().zip(0..).collect();
    let mut drawn = picture(relations, &nodes, &excerpt.edges, nodes.get(..1).unwrap_or_default(), relations.as_of());
    drawn.title = (title.0.to_owned(), title.1.to_owned());
    let hops: Vec<u32> = excerpt.nodes.iter().map(|found| found.hop).collect();
    let parents: Vec<usize> = excerpt.nodes.iter().map(|found| places.get(&found.from).copied().unwrap_or(0)).collect();
    radial(&mut drawn, &hops, &parents);
    drawn
}

/// Paths from end to end, from left to right, with their sentences beneath.
pub fn of_paths(relations: &Relations, ties: &[Tie], ends: [u32; 2], day: i32, title: (&str, &str)) -> Picture {
    let mut layer: HashMap<u32, u32> = HashMap::new();
    let (mut nodes, mut edges) = (ends.to_vec(), Vec::new());
    let longest = ties.iter().map(|tie| tie.edges.len() as u32).max().unwrap_or(1);
    for tie in ties {
        for (at, node) in (0..).zip(&tie.nodes) {
            let held = layer.entry(*node).or_insert(at);
            *held = at.min(*held);
            if !nodes.contains(node) {
                nodes.push(*node);
            }
        }
        edges.extend(tie.edges.iter().copied().filter(|edge| !edges.contains(edge)).collect::<Vec<_>>());
    }
    layer.insert(ends[0], 0);
    layer.insert(ends[1], longest);
    let mut drawn = picture(relations, &nodes, &edges, &ends, day);
    drawn.title = (title.0.to_owned(), title.1.to_owned());
    for (nth, tie) in (1..).zip(ties) {
        let innocent = |of: fn(&super::Innocent) -> &str, between: &str| {
            tie.innocent.iter().map(of).collect::<Vec<_>>().join(between)
        };
        let (zh, en) = (innocent(|i| &i.zh, "；"), innocent(|i| &i.en, "; "));
        let against = if zh.is_empty() {
            (String::new(), String::new())
        } else {
            (format!(" 可能的解释：{zh}。"), format!(" It may be explained: {en}."))
        };
        drawn.notes.push((format!("{nth}. {}{}", tie.zh, against.0), format!("{nth}. {}{}", tie.en, against.1)));
    }
    let layers: Vec<u32> = nodes.iter().map(|node| layer.get(node).copied().unwrap_or(0)).collect();
    layered(&mut drawn, &layers);
    drawn
}
