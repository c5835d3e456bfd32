//! Why two are tied, and what the official among them had to do with the household: parts in its applications,
//! declarations, and what that says.

use super::{EdgeKind, NodeKind, Relations, Ties, ties};

/// A part that an official had in an application of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The application.
    pub application: u32,
    /// The edge from the official to it.
    pub edge: u32,
}

/// What an official had to do with a household: parts in its applications, and declarations that cover it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dealings {
    /// Parts in its applications, by application.
    pub parts: Vec<Part>,
    /// Edges by which the official declared a member, or the household alone.
    pub declared: Vec<u32>,
}

/// Why two are tied.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The day asked about.
    pub day: i32,
    /// Paths between them.
    pub ties: Ties,
    /// What the official among them had to do with the other's household.
    pub office: Option<Office>,
}

/// An official, a household, and what is known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Whether a term of the official covers the day.
    pub in_office: bool,
    /// Parts and declarations.
    pub dealings: Dealings,
    /// What this says, in Chinese: no verdict.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Looks at two nodes: paths of some hops between them, at most so many, on a day. Unless one is given it is that of the
/// last decision on the household in which the official took part.
pub fn look(relations: &Relations, ends: [u32; 2], on: Option<i32>, hops: u32, count: usize) -> Look {
    let of = |kind: NodeKind| ends.into_iter().find(|node| relations.kind(*node) == kind);
    let official = of(NodeKind::Official);
    let family = of(NodeKind::Household).or(of(NodeKind::Person));
    let household = family.and_then(|family| household_of(relations, family));
    let day = on.unwrap_or_else(|| day_of(relations, official, household));
    let ties = ties(relations, ends[0], ends[1], hops, count, day);
    let office = official.filter(|_| family.is_some()).map(|official| {
        let dealings = household.map(|household| dealings(relations, official, household)).unwrap_or_default();
        let in_office = in_office(relations, official, day);
        let (zh, en) = said(relations, official, &dealings, &ties, in_office);
        Office { in_office, dealings, zh, en }
    });
    Look { day, ties, office }
}

/// What an official, by any of the person's terms, had to do with a household.
fn dealings(relations: &Relations, official: u32, household: u32) -> Dealings {
    let mut posts = vec![official];
    for (person, _, _) in relations.around(official).filter(|(_, _, edge)| edge.kind == EdgeKind::Post) {
        posts.extend(
            relations.around(person).filter(|(_, _, edge)| edge.kind == EdgeKind::Post).map(|(post, _, _)| post),
        );
    }
    posts.sort_unstable();
    posts.dedup();
    let near =
        |kind: EdgeKind| relations.around(household).filter(move |(_, _, edge)| edge.kind == kind).map(|(to, _, _)| to);
    let mut found = Dealings::default();
    for application in near(EdgeKind::Filed) {
        for (post, edge, _) in relations.around(application).filter(|(_, _, edge)| edge.kind == EdgeKind::Decided) {
            if posts.contains(&post) {
                found.parts.push(Part { application, edge });
            }
        }
    }
    for named in near(EdgeKind::Member).chain([household]) {
        let declared =
            relations.around(named).filter(|(post, _, edge)| edge.kind == EdgeKind::Declared && posts.contains(post));
        found.declared.extend(declared.map(|(_, edge, _)| edge));
    }
    // A member may be one by several rows.
    found.declared.sort_unstable();
    found.declared.dedup();
    found
}

/// The day to ask about: of the last decision on the household in which the official took part, else of its last
/// decision, else the snapshot's last.
pub(super) fn day_of(relations: &Relations, official: Option<u32>, household: Option<u32>) -> i32 {
    let Some(household) = household else { return relations.as_of() };
    let on = |edge: u32| relations.edges().get(edge).from;
    let own = official.map(|official| dealings(relations, official, household)).unwrap_or_default();
    let decided = || {
        let filed = relations.around(household).filter(|(_, _, edge)| edge.kind == EdgeKind::Filed);
        filed.flat_map(|(application, _, _)| {
            relations.around(application).filter(|(_, _, edge)| edge.kind == EdgeKind::Decided).map(|(_, edge, _)| edge)
        })
    };
    let last = own.parts.iter().filter_map(|part| on(part.edge)).max();
    last.or_else(|| decided().filter_map(on).max()).unwrap_or(relations.as_of())
}

/// The household of a node: itself, or that of a person.
fn household_of(relations: &Relations, node: u32) -> Option<u32> {
    match relations.kind(node) {
        NodeKind::Household => Some(node),
        _ => {
            relations.around(node).find(|(_, _, edge)| edge.kind == EdgeKind::Member).map(|(household, _, _)| household)
        }
    }
}

/// Whether a term of the official covers the day.
fn in_office(relations: &Relations, official: u32, day: i32) -> bool {
    relations.around(official).any(|(_, _, held)| held.kind == EdgeKind::Post && held.holds_on(day))
}

/// What is known of an official and a household, in a sentence each.
fn said(relations: &Relations, official: u32, dealt: &Dealings, found: &Ties, in_office: bool) -> (String, String) {
    let label = relations.label(official);
    let (part_zh, part_en) = match dealt.parts.len() {
        0 => ("未参与该户申请的办理".to_owned(), "had no part in the household's applications".to_owned()),
        count => (format!("参与该户{count}项办理"), format!("had {count} parts in the household's applications")),
    };
    let (declared_zh, declared_en) = match dealt.declared.len() {
        0 => ("未见近亲属备案", "no declaration is on file"),
        _ => ("已有近亲属备案", "a declaration is on file"),
    };
    let (office_zh, office_en) = if in_office {
        ("当日在任", "was in office that day")
    } else {
        ("当日不在任", "was not in office that day")
    };
    let holding = found.ties.iter().filter(|path| path.holds).count();
    let open = found.ties.iter().filter(|path| path.holds && path.innocent.is_empty()).count();
    (
        format!(
            "{label}{office_zh}，{part_zh}，{declared_zh}；当日成立的关联{holding}条，其中未找到其他解释的{open}条。亲属关系本身不是问题。"
        ),
        format!(
            "{label} {office_en}, {part_en}; {declared_en}. Ties that held that day: {holding}, of which {open} have no other explanation that was found. Kinship itself is no offence."
        ),
    )
}
