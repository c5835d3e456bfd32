//! Nodes and edges in words, Chinese and English.

use super::{Edge, EdgeKind, NodeKind, Relations};

/// What a node is called in a sentence: Chinese, English.
pub fn called(relations: &Relations, node: u32) -> (String, String) {
    let (kind, key, label) = (relations.kind(node), relations.key(node), relations.label(node));
    match kind {
        NodeKind::Person => (label.to_owned(), label.to_owned()),
        NodeKind::Household => (format!("家庭{key}（{label}）"), format!("household {key} ({label})")),
        _ => (format!("{}{label}", kind.zh()), format!("{} {label}", kind.en())),
    }
}

/// A step of a path as a clause: Chinese, English.
pub fn step(relations: &Relations, edge: &Edge, from: u32) -> (String, String) {
    let (a, b) = (called(relations, edge.a), called(relations, edge.b));
    let relation = if edge.a == from { edge.relation } else { edge.relation.reversed() };
    let (near, far) = if edge.a == from { (&a, &b) } else { (&b, &a) };
    match edge.kind {
        EdgeKind::Kin => (
            format!("{}是{}的{}", far.0, near.0, relation.zh()),
            format!("{} is the {} of {}", far.1, relation.en(), near.1),
        ),
        EdgeKind::Holds => (format!("{}登记有{}", a.0, b.0), format!("{} has {}", a.1, b.1)),
        EdgeKind::Contact => (format!("名册载{}使用{}", a.0, b.0), format!("the roster gives {} {}", a.1, b.1)),
        EdgeKind::Post => (format!("{}任{}", a.0, b.0), format!("{} holds the {}", a.1, b.1)),
        EdgeKind::Member => (format!("{}是{}成员", b.0, a.0), format!("{} is a member of {}", b.1, a.1)),
        EdgeKind::Payee => (format!("{}领取{}的救助金", b.0, a.0), format!("{} collects the money of {}", b.1, a.1)),
        EdgeKind::Uses => (format!("{}使用{}", a.0, b.0), format!("{} uses {}", a.1, b.1)),
        EdgeKind::Custodian => (format!("{}代管{}的账户", b.0, a.0), format!("{} is custodian of {}", b.1, a.1)),
        EdgeKind::Listed => (format!("{}在{}", a.0, b.0), format!("{} stands in {}", a.1, b.1)),
        EdgeKind::Stays => (format!("{}入住{}", a.0, b.0), format!("{} stays in {}", a.1, b.1)),
        EdgeKind::Draws => (format!("{}在{}取款", a.0, b.0), format!("{} was drawn at {}", a.1, b.1)),
        EdgeKind::Sends => (format!("{}向{}转账", a.0, b.0), format!("{} sent money to {}", a.1, b.1)),
        EdgeKind::Declared if relations.kind(edge.b) == NodeKind::Household => {
            (format!("{}备案了近亲属所在的{}", a.0, b.0), format!("{} declared {} as a relative's", a.1, b.1))
        }
        EdgeKind::Declared => {
            (format!("{}备案了近亲属{}", a.0, b.0), format!("{} declared {} as a relative", a.1, b.1))
        }
        EdgeKind::Filed => (format!("{}提出{}", a.0, b.0), format!("{} filed {}", a.1, b.1)),
        EdgeKind::Decided => (
            format!("{}是{}的{}", a.0, b.0, edge.relation.zh()),
            format!("{} is the {} of {}", a.1, edge.relation.en(), b.1),
        ),
        EdgeKind::Granted => (format!("{}获{}", a.0, b.0), format!("{} led to {}", a.1, b.1)),
    }
}

/// What stands beside an edge in a drawing: Chinese, English. Kinship is said of the second end.
pub fn beside(edge: &Edge) -> (&'static str, &'static str) {
    match edge.kind {
        EdgeKind::Kin | EdgeKind::Decided => (edge.relation.zh(), edge.relation.en()),
        kind => (kind.zh(), kind.en()),
    }
}
