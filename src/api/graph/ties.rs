//! Why two are tied, and paths between any two nodes.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{MOST_HOPS, MOST_PATHS, PathAsked, TiesAsked};
use super::form::Form;
use super::shapes::{GraphEdge, GraphNode, GraphTie, date, edge, node, tie};
use super::{named, opened, within};
use crate::api::request::RequestId;
use crate::api::state::State;
use crate::api::{Problem, body, trail};
use crate::domain::date::Day;
use crate::graph::draw::Picture;
use crate::graph::relations::{Look, NodeKind, Office, Part, Relations, Ties, look, of_paths, ties};
use crate::snapshot::Manifest;

/// Paths between two nodes, ready to draw.
#[derive(Debug, Serialize, ToSchema)]
pub struct PathsTold {
    /// Snapshot.
    pub snapshot: String,
    /// The day on which links are asked to hold.
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
    /// Paths, the surest first.
    pub ties: Vec<GraphTie>,
    /// Nodes of the paths, both ends first.
    pub nodes: Vec<GraphNode>,
    /// Edges of the paths.
    pub edges: Vec<GraphEdge>,
    /// Whether all that is near was looked at: `false` where the search reached its bound, and better paths may exist.
    pub complete: bool,
}

/// Why an official and a household are tied.
#[derive(Debug, Serialize, ToSchema)]
pub struct TiesTold {
    /// Paths.
    #[serde(flatten)]
    paths: PathsTold,
    /// Whether the official's term covers the day.
    in_office: bool,
    /// The official's parts in applications of the household.
    parts: Vec<PartTold>,
    /// Declarations by which the official named a member, or the household alone.
    declared: Vec<GraphEdge>,
    /// What this says, in Chinese: no verdict.
    said_zh: String,
    /// In English.
    said_en: String,
}

/// A part that an official had in an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartTold {
    /// Number of the application.
    application_no: String,
    /// handler, surveyor or approver, with its day and row.
    decided: GraphEdge,
}

fn told(relations: &Relations, manifest: &Manifest, found: &Ties, ends: [u32; 2], day: i32) -> PathsTold {
    let (mut nodes, mut edges) = (ends.to_vec(), Vec::new());
    for path in &found.ties {
        nodes.extend(path.nodes.iter().filter(|node| !ends.contains(node)));
        edges.extend(&path.edges);
    }
    for of in [&mut nodes[2..], &mut edges[..]] {
        of.sort_unstable();
    }
    nodes.dedup();
    edges.dedup();
    PathsTold {
        snapshot: manifest.id.clone(),
        on: date(day),
        ties: found.ties.iter().map(|path| tie(relations, path, &edges)).collect(),
        nodes: nodes.iter().map(|own| node(relations, *own)).collect(),
        edges: edges.iter().map(|number| edge(relations, manifest, *number)).collect(),
        complete: found.complete,
    }
}

fn days(on: Option<Day>) -> Option<i32> {
    i32::try_from(on?.0.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

/// Why an official and a household or person are tied.
#[utoipa::path(post, path = "/api/v1/graph/ties", tag = "graph", operation_id = "graphTies",
    request_body(content = TiesAsked, description = "工作人员与家庭 · An official and a household or person"),
    responses((status = 200, description = "二者为何有关联 · Why these two are tied", content(
        (TiesTold = "application/json"), (String = "image/svg+xml"), (String = "text/vnd.graphviz")))))]
pub async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    request_id: RequestId,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: TiesAsked = body::read(&request, &bytes)?;
    let form = Form::of(asked.format, &request)?;
    let (hops, count) =
        (within("max_hops", asked.max_hops, 1, MOST_HOPS)?, within("limit", asked.limit, 1, MOST_PATHS)?);
    let (snapshot, relations) = opened(&state, asked.snapshot.as_deref()).await?;
    let (told, picture) = web::block(move || {
        let official = named(&relations, &asked.official, &[NodeKind::Official])?;
        let target = named(&relations, &asked.target, &[NodeKind::Household, NodeKind::Person])?;
        let Look { day, ties: found, office } = look(&relations, [official, target], days(asked.on), hops, count);
        // One end is an official and the other a family: `named` saw to it.
        let Office { in_office, dealings: dealt, zh: said_zh, en: said_en } =
            office.ok_or_else(|| Problem::parameter("official, target: an official and a household or person"))?;
        let manifest = &snapshot.manifest;
        let part = |part: &Part| PartTold {
            application_no: relations.key(part.application).to_owned(),
            decided: edge(&relations, manifest, part.edge),
        };
        let told = TiesTold {
            paths: told(&relations, manifest, &found, [official, target], day),
            in_office,
            parts: dealt.parts.iter().map(part).collect(),
            declared: dealt.declared.iter().map(|number| edge(&relations, manifest, *number)).collect(),
            said_zh,
            said_en,
        };
        let picture = drawn(&relations, &found, [official, target], day);
        Ok::<_, Problem>((told, picture))
    })
    .await??;
    trail::read(&request_id, "graph", &told.paths.snapshot, told.paths.nodes.len(), "ties of an official");
    form.answer(&told, &picture)
}

fn drawn(relations: &Relations, found: &Ties, ends: [u32; 2], day: i32) -> Picture {
    let [a, b] = ends.map(|end| relations.label(end));
    let (zh, en) = (format!("{a}与{b}的关联"), format!("Ties of {a} and {b}"));
    of_paths(relations, &found.ties, ends, day, (&zh, &en))
}

/// The surest paths between two nodes.
#[utoipa::path(post, path = "/api/v1/graph/path", tag = "graph", operation_id = "graphPath",
    request_body(content = PathAsked, description = "两个节点 · Two nodes"),
    responses((status = 200, description = "两点之间的路径 · Paths between two nodes", content(
        (PathsTold = "application/json"), (String = "image/svg+xml"), (String = "text/vnd.graphviz")))))]
pub async fn path(
    state: web::Data<State>,
    request: HttpRequest,
    request_id: RequestId,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: PathAsked = body::read(&request, &bytes)?;
    let form = Form::of(asked.format, &request)?;
    let (hops, count) =
        (within("max_hops", asked.max_hops, 1, MOST_HOPS)?, within("limit", asked.limit, 1, MOST_PATHS)?);
    let (snapshot, relations) = opened(&state, asked.snapshot.as_deref()).await?;
    let (told, picture) = web::block(move || {
        let ends = [named(&relations, &asked.from, &[])?, named(&relations, &asked.to, &[])?];
        if ends[0] == ends[1] {
            return Err(Problem::parameter("from and to name one node: a path has two ends"));
        }
        let day = days(asked.on).unwrap_or(relations.as_of());
        let found = ties(&relations, ends[0], ends[1], hops, count, day);
        let told = told(&relations, &snapshot.manifest, &found, ends, day);
        Ok::<_, Problem>((told, drawn(&relations, &found, ends, day)))
    })
    .await??;
    trail::read(&request_id, "graph", &told.snapshot, told.nodes.len(), "paths between two nodes");
    form.answer(&told, &picture)
}
