//! What lies around a node, and who a person's relatives are.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{AroundAsked, KinAsked, MOST_AROUND, MOST_NODES};
use super::form::Form;
use super::shapes::{GraphEdge, GraphNode, GraphRow, date, edge, evidence, node};
use super::{named, opened, within};
use crate::api::request::RequestId;
use crate::api::state::State;
use crate::api::{Problem, body, trail};
use crate::domain::date::Day;
use crate::graph::relations::{NodeKind, around, of_excerpt, relatives};

/// A part of the graph.
#[derive(Debug, Serialize, ToSchema)]
pub struct AroundTold {
    /// Snapshot.
    pub snapshot: String,
    /// Nodes, the one asked for first, then by hops.
    pub nodes: Vec<GraphNode>,
    /// Edges among them; at most 2,000.
    pub edges: Vec<GraphEdge>,
    /// Whether there was more: nodes beyond the limit, or nodes on which more than 2,000 hang and beyond which nothing is shown.
    pub truncated: bool,
    /// Nodes that this answer may have.
    pub limit: usize,
    /// Hops that this answer goes.
    pub hops: u32,
}

/// What lies around a node.
#[utoipa::path(post, path = "/api/v1/graph/around", tag = "graph", operation_id = "graphAround",
    request_body(content = AroundAsked, description = "节点与范围 · A node, and how far"),
    responses((status = 200, description = "节点周边关系图 · What lies around a node", content(
        (AroundTold = "application/json"), (String = "image/svg+xml"), (String = "text/vnd.graphviz")))))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    request_id: RequestId,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: AroundAsked = body::read(&request, &bytes)?;
    let form = Form::of(asked.format, &request)?;
    let (hops, limit) = (within("hops", asked.hops, 1, MOST_AROUND)?, within("limit", asked.limit, 1, MOST_NODES)?);
    let (snapshot, relations) = opened(&state, asked.snapshot.as_deref()).await?;
    let (told, picture) = web::block(move || {
        let centre = named(&relations, &asked.node, &[])?;
        let excerpt = around(&relations, centre, hops, limit, asked.procedure);
        let told = AroundTold {
            nodes: excerpt.nodes.iter().map(|found| node(&relations, found.node)).collect(),
            edges: excerpt.edges.iter().map(|number| edge(&relations, &snapshot.manifest, *number)).collect(),
            truncated: excerpt.truncated,
            limit,
            hops,
            snapshot: snapshot.manifest.id,
        };
        let label = relations.label(centre);
        let title = (format!("{label}周边关系"), format!("Around {label}"));
        let picture = of_excerpt(&relations, &excerpt, (&title.0, &title.1));
        Ok::<_, Problem>((told, picture))
    })
    .await??;
    trail::read(&request_id, "graph", &told.snapshot, told.nodes.len(), "around a node");
    form.answer(&told, &picture)
}

/// Relatives of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct KinTold {
    /// Snapshot.
    snapshot: String,
    /// The person.
    person: GraphNode,
    /// Relatives, by number; one for each time where a marriage bounds it.
    items: Vec<KinRow>,
}

/// A relative.
#[derive(Debug, Serialize, ToSchema)]
pub struct KinRow {
    /// The relative.
    relative: GraphNode,
    /// What the relative is to the person, in Chinese.
    relation_zh: &'static str,
    /// In English.
    relation_en: &'static str,
    /// close, extended, or wider (cousins), which no locality counts.
    depth: &'static str,
    /// Ids of the chain from the person to the relative.
    path: Vec<String>,
    /// Day from which the chain holds, where bounded.
    #[schema(value_type = Option<String>, format = Date)]
    from_date: Option<Day>,
    /// Day until which it holds, where bounded.
    #[schema(value_type = Option<String>, format = Date)]
    to_date: Option<Day>,
    /// Delivered rows it rests on.
    evidence: Vec<GraphRow>,
}

/// Relatives of a person by chains of at most three register relations.
#[utoipa::path(post, path = "/api/v1/graph/kin", tag = "graph", operation_id = "graphKin",
    request_body(content = KinAsked, description = "人员 · A person"),
    responses((status = 200, description = "亲属 · Relatives", body = KinTold)))]
pub async fn kin(
    state: web::Data<State>,
    request: HttpRequest,
    request_id: RequestId,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: KinAsked = body::read(&request, &bytes)?;
    let (snapshot, relations) = opened(&state, asked.snapshot.as_deref()).await?;
    let told = web::block(move || {
        let person = named(&relations, &asked.person, &[NodeKind::Person])?;
        let row = |found: crate::graph::relations::Relative| KinRow {
            relative: node(&relations, found.node),
            relation_zh: found.zh,
            relation_en: found.en,
            depth: found.depth,
            path: found.path.iter().map(|node| relations.name(*node)).collect(),
            from_date: found.from.and_then(date),
            to_date: found.to.and_then(date),
            evidence: found.rows.iter().filter_map(|row| evidence(&snapshot.manifest, *row)).collect(),
        };
        let items = relatives(&relations, person).into_iter().map(row).collect();
        Ok::<_, Problem>(KinTold { person: node(&relations, person), items, snapshot: snapshot.manifest.id.clone() })
    })
    .await??;
    trail::read(&request_id, "graph", &told.snapshot, 1 + told.items.len(), "kin of a person");
    body::json(&told)
}
