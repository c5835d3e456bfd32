//! Best paths between two nodes, each said in a sentence, with what may explain it innocently.

use super::{Edge, Relations};
use crate::graph::algorithms::best_paths;

/// Paths grown at most: a bound on time, not on what is near.
const EFFORT: usize = 100_000;
/// Users of a thing from which on it is rather a village's or a firm's than somebody's.
const CROWD: usize = 10;

/// A path between two nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Tie {
    /// Nodes from end to end.
    pub nodes: Vec<u32>,
    /// Sum of the costs of its steps: less is closer.
    pub cost: f64,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What may explain it innocently, in Chinese; empty where nothing was found.
    pub innocent_zh: String,
    /// The same in English.
    pub innocent_en: String,
}

/// The best paths between two nodes.
pub fn ties(relations: &Relations, a: u32, b: u32, hops: u32, count: usize) -> Vec<Tie> {
    let paths = best_paths(&relations.graph, a, b, hops, count, EFFORT);
    let said = |path: crate::graph::algorithms::Path| {
        let steps: Vec<(&Edge, u32, u32)> = path
            .vertices
            .windows(2)
            .filter_map(|pair| relations.between(pair[0], pair[1]).map(|edge| (edge, pair[0], pair[1])))
            .collect();
        let zh: Vec<String> = steps.iter().map(|(edge, from, to)| step_zh(relations, edge, *from, *to)).collect();
        let en: Vec<String> = steps.iter().map(|(edge, from, to)| step_en(relations, edge, *from, *to)).collect();
        let (innocent_zh, innocent_en) = innocent(relations, &path.vertices, &steps);
        Tie {
            nodes: path.vertices,
            cost: path.length,
            zh: format!("{}。", zh.join("；")),
            en: format!("{}.", en.join("; ")),
            innocent_zh,
            innocent_en,
        }
    };
    paths.into_iter().map(said).collect()
}

fn innocent(relations: &Relations, nodes: &[u32], steps: &[(&Edge, u32, u32)]) -> (String, String) {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for &node in nodes {
        let users = relations.graph.out_degree(node);
        if !relations.thing(node) || users < CROWD {
            continue;
        }
        if relations.nodes[node as usize].kind == "enterprise" {
            zh.push(format!("该企业登记人员达{users}人，可能为批量挂名"));
            en.push(format!("{users} people are registered at this enterprise, perhaps in bulk"));
        } else {
            zh.push(format!("{users}方共用，可能为村组公用或代填"));
            en.push(format!("{users} share it, perhaps the village's or a helper's own"));
        }
    }
    if steps.iter().any(|(edge, _, _)| edge.kind == "custodian") {
        zh.push("存在书面代管协议".to_owned());
        en.push("there is a written custody agreement".to_owned());
    }
    if steps.iter().any(|(edge, _, _)| edge.kind == "kin" && edge.to.is_some()) {
        zh.push("其中婚姻关系已解除".to_owned());
        en.push("a marriage on the path was dissolved".to_owned());
    }
    (zh.join("；"), en.join("; "))
}

fn relation(edge: &Edge, from: u32) -> (&'static str, &'static str) {
    let forward = edge.a == from;
    match (edge.relation.as_str(), forward) {
        ("spouse", _) => ("配偶", "spouse"),
        ("sibling", _) => ("兄弟姐妹", "sibling"),
        ("child", true) | ("parent", false) => ("子女", "child"),
        ("parent", true) | ("child", false) => ("父母", "parent"),
        ("grandparent", true) | ("grandchild", false) => ("（外）祖父母", "grandparent"),
        ("grandchild", true) | ("grandparent", false) => ("（外）孙子女", "grandchild"),
        ("child_in_law", true) | ("parent_in_law", false) => ("儿媳或女婿", "son- or daughter-in-law"),
        ("parent_in_law", true) | ("child_in_law", false) => ("配偶的父母", "parent-in-law"),
        ("uncle_aunt", true) | ("nephew_niece", false) => ("叔伯姑舅姨", "uncle or aunt"),
        ("nephew_niece", true) | ("uncle_aunt", false) => ("侄甥", "nephew or niece"),
        _ => ("姻亲", "relative by marriage"),
    }
}

fn kind(of: &str) -> (&'static str, &'static str) {
    match of {
        "person" => ("", ""),
        "household" => ("家庭", "household "),
        "official" => ("岗位", "post "),
        "account" => ("账户", "account "),
        "phone" => ("电话", "phone "),
        "address" => ("住址", "address "),
        _ => ("企业", "enterprise "),
    }
}

fn name(relations: &Relations, node: u32, chinese: bool) -> String {
    let node = &relations.nodes[node as usize];
    let (zh, en) = kind(&node.kind);
    let label = if node.label.is_empty() { &node.key } else { &node.label };
    let prefix = if chinese { zh } else { en };
    match node.kind.as_str() {
        "household" => format!("{prefix}{}（{label}）", node.key),
        _ => format!("{prefix}{label}"),
    }
}

fn step_zh(relations: &Relations, edge: &Edge, from: u32, to: u32) -> String {
    let (a, b) = (name(relations, from, true), name(relations, to, true));
    let swapped = edge.a != from;
    let (subject, object) = if swapped { (&b, &a) } else { (&a, &b) };
    match edge.kind.as_str() {
        "kin" => format!("{b}是{a}的{}", relation(edge, from).0),
        "holds" => format!("{subject}登记有{object}"),
        "post" => format!("{subject}任{object}"),
        "member" => format!("{object}是{subject}成员"),
        "payee" => format!("{object}领取{subject}的救助金"),
        "custodian" => format!("{object}代管{subject}的账户"),
        _ => format!("{subject}使用{object}"),
    }
}

fn step_en(relations: &Relations, edge: &Edge, from: u32, to: u32) -> String {
    let (a, b) = (name(relations, from, false), name(relations, to, false));
    let swapped = edge.a != from;
    let (subject, object) = if swapped { (&b, &a) } else { (&a, &b) };
    match edge.kind.as_str() {
        "kin" => format!("{b} is the {} of {a}", relation(edge, from).1),
        "holds" => format!("{subject} has {object}"),
        "post" => format!("{subject} holds the {object}"),
        "member" => format!("{object} is a member of {subject}"),
        "payee" => format!("{object} collects the money of {subject}"),
        "custodian" => format!("{object} is custodian of {subject}"),
        _ => format!("{subject} uses {object}"),
    }
}
