//! What may explain a tie innocently, looked for before it is shown.

use super::{Edge, EdgeKind, NodeKind, Relation, Relations};

/// An explanation: a code, Chinese, English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Innocent {
    /// Code: shared_by_many, payment, bulk_registration, same_name, custody, guardian, adoption, divorced, office_later,
    /// office_ended, ended_before, began_after, institution.
    pub code: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Age below which somebody else collects a person's money by law, in years.
const OF_AGE: i32 = 18;
/// Days of a year, for ages.
const YEAR: f64 = 365.2425;
/// Years between parent and child outside which kinship is rather by adoption or guardianship.
const BORN_WITHIN: std::ops::RangeInclusive<f64> = 15.0..=55.0;
/// Persons entered at one enterprise from which on they may have been entered in bulk, without their knowledge.
const BULK: usize = 10;

/// What may explain a path: its nodes, the edges between them, the household at its end if there is one, and the day
/// that is asked about.
pub fn innocent(
    relations: &Relations,
    nodes: &[u32],
    edges: &[u32],
    household: Option<u32>,
    day: i32,
) -> Vec<Innocent> {
    let mut found = Vec::new();
    let mut say = |code: &'static str, zh: String, en: String| {
        let own = Innocent { code, zh, en };
        if !found.contains(&own) {
            found.push(own);
        }
    };
    for &node in nodes.iter().filter(|node| relations.is_thing(**node)) {
        let (families, label) = (relations.families(node), relations.label(node));
        match relations.kind(node) {
            NodeKind::Phone | NodeKind::Address => {
                let limit = relations.share_limit(household, day);
                if f64::from(families) > limit {
                    say(
                        "shared_by_many",
                        format!(
                            "“{label}”由{families}户共用，超过当地上限{limit}户，可能为村组公用或代填，不足以说明关联"
                        ),
                        format!(
                            "{families} families share {label}, more than the local limit of {limit}: perhaps the village's or a helper's own; it ties nobody"
                        ),
                    );
                }
            }
            NodeKind::Enterprise => {
                let people = relations.graph().out_degree(node);
                if people >= BULK {
                    say(
                        "bulk_registration",
                        format!("“{label}”登记人员达{people}人，可能为批量挂名，本人未必知情"),
                        format!("{people} people are entered at {label}, perhaps in bulk and without knowing"),
                    );
                }
            }
            NodeKind::Institution => say(
                "institution",
                format!("双方仅因同住“{label}”而相连"),
                format!("both stay in {label}, an institution; no more joins them there"),
            ),
            _ => {}
        }
    }
    for &number in edges {
        let edge = relations.edges().get(number);
        of_edge(relations, number, &edge, day, &mut say);
    }
    if let Some(household) = household {
        guardians(relations, nodes, household, day, &mut say);
    }
    found
}

fn of_edge(
    relations: &Relations,
    number: u32,
    edge: &Edge,
    day: i32,
    say: &mut impl FnMut(&'static str, String, String),
) {
    let confidence = relations.confidence(number);
    if confidence < 1.0 && edge.kind != EdgeKind::Kin {
        // Persons alone are inferred.
        let person = if relations.kind(edge.a) == NodeKind::Person { edge.a } else { edge.b };
        let name = relations.label(person);
        say(
            "same_name",
            format!("“{name}”由身份推断相连（概率{confidence:.3}），可能为同名同姓"),
            format!(
                "{name} is linked by an inferred identity (probability {confidence:.3}): perhaps another of the same name"
            ),
        );
    }
    if confidence < 1.0 && edge.kind == EdgeKind::Kin {
        say(
            "kin_in_doubt",
            "登记的亲属关系自相矛盾或由推断得出，须先核实".to_owned(),
            "the registers contradict each other on this kinship, or it is inferred: check it first".to_owned(),
        );
    }
    match edge.kind {
        EdgeKind::Post => {
            if edge.from.is_some_and(|from| from > day) {
                say(
                    "office_later",
                    "该工作人员在此之后才任职".to_owned(),
                    "the official took office after that day".to_owned(),
                );
            }
            if edge.to.is_some_and(|to| to < day) {
                say(
                    "office_ended",
                    "该工作人员在此之前已离任".to_owned(),
                    "the official had left office by that day".to_owned(),
                );
            }
        }
        EdgeKind::Sends => say(
            "payment",
            "转账往来可能为购物、代办或还款，不足以说明关联".to_owned(),
            "money was sent: perhaps to a shop or a helper, or a loan paid back; it says little of a tie".to_owned(),
        ),
        EdgeKind::Kin if edge.relation == Relation::Spouse && edge.to.is_some_and(|to| to < day) => {
            say(
                "divorced",
                "其中婚姻关系当日已解除".to_owned(),
                "a marriage on the path was dissolved by that day".to_owned(),
            );
        }
        EdgeKind::Kin if matches!(edge.relation, Relation::Parent | Relation::Child) => {
            let (child, parent) = if edge.relation == Relation::Parent { (edge.a, edge.b) } else { (edge.b, edge.a) };
            let gap = relations.birth(child).zip(relations.birth(parent)).map(|(c, p)| f64::from(c - p) / YEAR);
            if gap.is_some_and(|gap| !BORN_WITHIN.contains(&gap)) {
                say(
                    "adoption",
                    "父母子女年龄差异常，可能为收养或监护关系".to_owned(),
                    "by the years between them the kinship is rather by adoption or guardianship".to_owned(),
                );
            }
        }
        EdgeKind::Custodian => {
            say("custody", "存在书面代管协议".to_owned(), "there is a written custody agreement".to_owned());
        }
        _ => {}
    }
    if edge.kind != EdgeKind::Post && edge.kind != EdgeKind::Kin {
        if edge.to.is_some_and(|to| to < day) {
            say(
                "ended_before",
                "其中一环在此之前已结束".to_owned(),
                "a link of the path had ended by that day".to_owned(),
            );
        }
        if edge.from.is_some_and(|from| from > day) {
            say(
                "began_after",
                "其中一环在此之后才开始".to_owned(),
                "a link of the path began after that day".to_owned(),
            );
        }
    }
}

/// A payee or holder on the path who may collect for a child, or by agreement.
fn guardians(
    relations: &Relations,
    nodes: &[u32],
    household: u32,
    day: i32,
    say: &mut impl FnMut(&'static str, String, String),
) {
    let minor =
        |person: u32| relations.birth(person).is_some_and(|born| f64::from(day - born) < f64::from(OF_AGE) * YEAR);
    let members: Vec<u32> = relations
        .around(household)
        .filter(|(_, _, edge)| edge.kind == EdgeKind::Member)
        .map(|(person, _, _)| person)
        .collect();
    for &person in nodes.iter().filter(|node| relations.kind(**node) == NodeKind::Person) {
        let collects = relations.around(person).any(|(to, _, edge)| to == household && edge.kind == EdgeKind::Payee);
        if collects && !members.contains(&person) && members.iter().any(|member| minor(*member)) {
            say(
                "guardian",
                format!("家庭中有未成年人，{}可能以监护人身份代领", relations.label(person)),
                format!("there is a minor in the household: {} may collect as guardian", relations.label(person)),
            );
        }
        let agreed = relations.around(person).any(|(to, _, edge)| to == household && edge.kind == EdgeKind::Custodian);
        if agreed {
            say("custody", "存在书面代管协议".to_owned(), "there is a written custody agreement".to_owned());
        }
    }
}
