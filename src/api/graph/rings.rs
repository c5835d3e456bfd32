//! Households joined by what they share, and what lies near confirmed cases.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{MOST_NODES, NearAsked};
use super::form::Form;
use super::shapes::{GraphEdge, GraphNode, edge, node};
use super::{named, opened, within};
use crate::api::request::RequestId;
use crate::api::state::State;
use crate::api::{Problem, body, trail};
use crate::cases::{Dispositions, Outcome, read};
use crate::domain::money::Fen;
use crate::graph::relations::{Excerpt, Found, NodeKind, Relations, Ring, among, near_cases, of_excerpt};

/// Rings of an answer where no number is asked for.
const RINGS: usize = 50;

/// Of which snapshot, how many, in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RingQuery {
    /// Snapshot; the one in force unless given.
    snapshot: Option<String>,
    /// Rings of the list, or nodes of one ring, at most; up to 600.
    limit: Option<usize>,
    /// json, svg or dot, of one ring; by `Accept` unless given.
    #[param(value_type = Option<String>)]
    format: Option<Form>,
}

/// Rings of a snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct RingsTold {
    /// Snapshot.
    snapshot: String,
    /// How many there are.
    total: usize,
    /// What chance explains least first.
    items: Vec<RingRow>,
    /// Whether there are more.
    truncated: bool,
}

/// Households joined by accounts, phones, payees and terminals.
#[derive(Debug, Serialize, ToSchema)]
pub struct RingRow {
    /// Its place in the snapshot.
    ring: u32,
    /// How many households.
    households: usize,
    /// How many accounts, phones, payees and terminals join them.
    joins: usize,
    /// Links between both.
    links: usize,
    /// Links over possible links.
    density: f64,
    /// The largest k such that a part hangs together by k links a node.
    core: u32,
    /// Rings so large and dense that chance gives in such a county.
    by_chance: f64,
    /// Yuan paid to its households in the window.
    paid: String,
    /// The same in fen.
    paid_fen: i64,
    /// The nearest official.
    official: Option<GraphNode>,
    /// Hops there.
    official_hops: Option<u32>,
}

fn row(relations: &Relations, ring: &Ring) -> RingRow {
    RingRow {
        ring: ring.number,
        households: ring.households.len(),
        joins: ring.joins.len(),
        links: ring.links,
        density: ring.density,
        core: ring.core,
        by_chance: ring.by_chance,
        paid: Fen(ring.paid_fen).to_string(),
        paid_fen: ring.paid_fen,
        official: ring.official.map(|(official, _)| node(relations, official)),
        official_hops: ring.official.map(|(_, hops)| hops),
    }
}

/// Rings of a snapshot.
#[utoipa::path(get, path = "/api/v1/graph/rings", tag = "graph", operation_id = "listRings", params(RingQuery),
    responses((status = 200, description = "共用账户、电话、领取人或取款终端的家庭群 · Rings", body = RingsTold)))]
pub async fn list(
    state: web::Data<State>,
    query: web::Query<RingQuery>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let limit = within("limit", query.limit.unwrap_or(RINGS), 1, MOST_NODES)?;
    let (snapshot, relations) = opened(&state, query.snapshot.as_deref()).await?;
    let told = web::block(move || {
        let rings = relations.rings();
        RingsTold {
            snapshot: snapshot.manifest.id,
            total: rings.len(),
            items: rings.iter().take(limit).map(|ring| row(&relations, ring)).collect(),
            truncated: rings.len() > limit,
        }
    })
    .await?;
    trail::read(&request_id, "graph", &told.snapshot, told.items.len(), "rings");
    body::json(&told)
}

/// A ring with its members.
#[derive(Debug, Serialize, ToSchema)]
pub struct RingTold {
    /// Snapshot.
    snapshot: String,
    /// The ring.
    ring: RingRow,
    /// Its households, then what joins them, the accounts between, and the nearest official.
    nodes: Vec<GraphNode>,
    /// Edges among them.
    edges: Vec<GraphEdge>,
    /// Whether it has more nodes or edges.
    truncated: bool,
}

/// One ring with its members, ready to draw.
#[utoipa::path(get, path = "/api/v1/graph/rings/{ring}", tag = "graph", operation_id = "getRing",
    params(("ring" = u32, Path, description = "序号 · Its place in the snapshot"), RingQuery),
    responses((status = 200, description = "一个家庭群及其成员 · A ring with its members", content(
        (RingTold = "application/json"), (String = "image/svg+xml"), (String = "text/vnd.graphviz")))))]
pub async fn show(
    state: web::Data<State>,
    ring: web::Path<u32>,
    query: web::Query<RingQuery>,
    request: HttpRequest,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let form = Form::of(query.format, &request)?;
    let limit = within("limit", query.limit.unwrap_or(MOST_NODES), 1, MOST_NODES)?;
    let (snapshot, relations) = opened(&state, query.snapshot.as_deref()).await?;
    let (told, picture) = web::block(move || {
        let wanted = *ring;
        let found = relations.rings().iter().find(|own| own.number == wanted);
        let found = found.ok_or_else(|| Problem::not_found("ring", "家庭群", &wanted.to_string()))?;
        let mut nodes = [found.households.as_slice(), &found.joins, &found.accounts(&relations)].concat();
        let all = nodes.len() <= limit;
        nodes.truncate(limit);
        nodes.extend(found.official.map(|(official, _)| official));
        // Withdrawals tie nobody elsewhere; here they are what joins.
        let (edges, whole) = among(&relations, &nodes, true);
        let told = RingTold {
            ring: row(&relations, found),
            nodes: nodes.iter().map(|own| node(&relations, *own)).collect(),
            edges: edges.iter().map(|number| edge(&relations, &snapshot.manifest, *number)).collect(),
            truncated: !all || !whole,
            snapshot: snapshot.manifest.id,
        };
        // What joins them stands in the middle, the households around.
        let joins = |node: &u32| relations.kind(*node) != NodeKind::Household;
        let centre = nodes.iter().copied().find(joins).or(nodes.first().copied()).unwrap_or(0);
        let mut order: Vec<u32> = nodes.iter().copied().filter(|node| *node != centre).collect();
        order.sort_by_key(|node| !joins(node));
        let hop = |node: u32| if joins(&node) { 1 } else { 2 };
        let mut places = vec![Found { node: centre, hop: 0, from: centre }];
        places.extend(order.iter().map(|node| Found { node: *node, hop: hop(*node), from: centre }));
        let excerpt = Excerpt { nodes: places, edges, truncated: told.truncated };
        let title = (format!("家庭群{wanted}"), format!("Ring {wanted}"));
        let picture = of_excerpt(&relations, &excerpt, (&title.0, &title.1));
        Ok::<_, Problem>((told, picture))
    })
    .await??;
    trail::read(&request_id, "graph", &told.snapshot, told.nodes.len(), "ring");
    form.answer(&told, &picture)
}

/// Households near confirmed cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearTold {
    /// Snapshot.
    snapshot: String,
    /// Cases from which the walk starts.
    cases: usize,
    /// Households, the nearest first. An order of what to look at, no suspicion.
    items: Vec<NearRow>,
}

/// A household near a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearRow {
    /// The household.
    household: GraphNode,
    /// Share of its time that a walker from the cases spends there.
    rank: f64,
}

/// Households by how near they lie to confirmed cases.
#[utoipa::path(post, path = "/api/v1/graph/near", tag = "graph", operation_id = "graphNear",
    request_body(content = NearAsked, description = "已查实的案例 · Cases"),
    responses((status = 200, description = "与已查实案例相近的家庭 · Households near confirmed cases", body = NearTold)))]
pub async fn near(
    state: web::Data<State>,
    request: HttpRequest,
    request_id: RequestId,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let asked: NearAsked = body::read(&request, &bytes)?;
    let limit = within("limit", asked.limit, 1, MOST_NODES)?;
    let (snapshot, relations) = opened(&state, asked.snapshot.as_deref()).await?;
    let told = web::block(move || {
        let cases: Vec<u32> = match &asked.cases {
            Some(names) => names.iter().map(|name| named(&relations, name, &[])).collect::<Result<_, _>>()?,
            None => confirmed(&state)?.iter().filter_map(|no| relations.node(NodeKind::Household, no)).collect(),
        };
        let row = |(household, rank)| NearRow { household: node(&relations, household), rank };
        let items = near_cases(&relations, &cases, limit).into_iter().map(row).collect();
        Ok::<_, Problem>(NearTold { snapshot: snapshot.manifest.id, cases: cases.len(), items })
    })
    .await??;
    trail::read(&request_id, "graph", &told.snapshot, told.items.len(), "near cases");
    body::json(&told)
}

/// Households of findings that people confirmed, of any audit.
fn confirmed(state: &State) -> Result<BTreeSet<String>, Problem> {
    let dispositions = Dispositions::load(&state.data).map_err(Problem::internal)?;
    let standing = dispositions.standing();
    let wanted: BTreeSet<&str> = standing
        .iter()
        .filter(|(_, disposition)| disposition.outcome == Outcome::Confirmed)
        .map(|(finding, _)| *finding)
        .collect();
    let mut households = BTreeSet::new();
    if wanted.is_empty() {
        return Ok(households);
    }
    for audit in state.audits()?.iter() {
        read(&audit.path, ["finding_id", "household_no"], |[finding, household]| {
            if wanted.contains(finding) && !household.is_empty() {
                households.insert(household.to_owned());
            }
        })
        .map_err(Problem::internal)?;
    }
    Ok(households)
}
