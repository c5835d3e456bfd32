//! Who is who: why a faulty reference is, or is not, taken for a person.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use super::request::RequestId;
use super::state::State;
use super::{Problem, body, trail};
use crate::identity::linkage::Step;
use crate::jobs::{ExplainError, Explained, LinkQuestion, Offer, StewardError, explain_link, offers};

/// Offers told at once.
const OFFERS: usize = 500;

/// A reference and a person. Numbers go in the body, since addresses are logged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAsked {
    /// Number of the reference, as met.
    reference: String,
    /// Name beside it; the one it came with unless given.
    #[serde(default)]
    name: Option<String>,
    /// ID number of the person.
    person: String,
    /// Snapshot; the one in force unless given.
    #[serde(default)]
    snapshot: Option<String>,
}

/// From the prior to the result.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkExplained {
    /// Snapshot.
    snapshot: String,
    /// Number of the reference.
    reference: String,
    /// Number of the person.
    person: String,
    /// Probability that the reference means the person, by the linkage.
    probability: f64,
    /// Whether the two cannot be one, whatever the probability: neither slips explain the number nor spellings the name,
    /// or a steward said so.
    contradicts: bool,
    /// How the snapshot has the reference, where it takes it for the person: `repaired_digit`, `repaired_swap`,
    /// `linked`, `confirmed`.
    method: Option<String>,
    /// Probability of the link as the snapshot has it.
    stored_probability: Option<f64>,
    /// Of a repair: people of the name one would meet by chance among the numbers that one slip leads to, λ; its
    /// probability is 1/(1+λ).
    met_by_chance: Option<f64>,
    /// Steps in order; weights and totals in bits (log2 of the odds).
    steps: Vec<LinkStep>,
}

/// A step of the waterfall.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkStep {
    /// Comparison, `prior`, or what moved the result afterwards.
    name: String,
    /// Level that held; empty where a side has no value.
    level: String,
    /// Value of the person.
    person: Option<String>,
    /// Value of the reference.
    reference: Option<String>,
    /// Bits that it adds.
    weight: f64,
    /// Bits so far.
    total: f64,
}

impl From<Step> for LinkStep {
    fn from(step: Step) -> Self {
        let Step { name, level, left, right, weight, total } = step;
        Self { name, level, person: left, reference: right, weight, total }
    }
}

/// Answers that are worked on at once: each links all that is open anew.
static PLACE: Semaphore = Semaphore::const_new(1);
/// How long a question waits for its turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a faulty reference is, or is not, taken for a person. One question is answered at a time.
#[utoipa::path(post, path = "/api/v1/identity/explain", tag = "snapshots", operation_id = "explainLink",
    request_body(content = LinkAsked, description = "引用与人员 · A reference and a person"),
    responses((status = 200, description = "推断链接的依据 · Prior, each comparison, result", body = LinkExplained),
        (status = 429, description = "前一问题尚在计算 · Another is still being answered", body = Problem,
            content_type = "application/problem+json")))]
pub async fn explain(
    state: web::Data<State>,
    request: HttpRequest,
    request_id: RequestId,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let LinkAsked { reference, name, person, snapshot } = body::read(&request, &bytes)?;
    let turn = tokio::time::timeout(PATIENCE, PLACE.acquire()).await.map_err(|_| {
        Problem::new(
            "too-busy",
            "another link is still being explained; try again soon",
            "前一问题尚在计算，请稍后再试",
        )
        .retry_after(10)
    })?;
    let place = turn.map_err(Problem::internal)?;
    let told = web::block(move || {
        // Held till the work is done, though nobody wait for it any longer.
        let _place = place;
        let snapshot = state.snapshot(snapshot.as_deref())?;
        let asked = LinkQuestion { reference, name, person };
        let Explained { waterfall: found, stored } = explain_link(&state.data, &snapshot, &asked)?;
        Ok::<_, Problem>(LinkExplained {
            snapshot: snapshot.manifest.id,
            reference: found.ids.0,
            person: found.ids.1,
            probability: found.probability,
            contradicts: found.contradicts,
            stored_probability: stored.as_ref().map(|stored| stored.probability),
            met_by_chance: stored.as_ref().and_then(|stored| stored.met_by_chance),
            method: stored.map(|stored| stored.method),
            steps: found.steps.into_iter().map(LinkStep::from).collect(),
        })
    });
    let told = told.await??;
    trail::read(&request_id, "link", &told.snapshot, 2, "reference and person");
    body::json(&told)
}

/// Which offers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OffersQuery {
    /// Snapshot; the one in force unless given.
    snapshot: Option<String>,
    /// How many to leave out at the front; default 0.
    #[serde(default)]
    skip: usize,
}

/// References that wait for a steward.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offers {
    /// Snapshot.
    snapshot: String,
    /// How many wait in all.
    total: usize,
    /// 500 of them, the likeliest first.
    items: Vec<OfferRow>,
}

/// A person whom a faulty reference may mean. A steward's word comes back by `mingjing identity decide`.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferRow {
    /// Number of the reference without spaces and signs, as met.
    number: String,
    /// Name beside it.
    name: Option<String>,
    /// ID number of the person.
    person: String,
    /// The person's name.
    person_name: Option<String>,
    /// Probability that the reference means the person.
    probability: f64,
    /// Where the reference stands.
    rows: Vec<ReferenceRow>,
}

/// A delivered row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferenceRow {
    /// Contract table.
    table: String,
    /// Delivered file.
    source_file: String,
    /// Row of it, as a spreadsheet counts.
    source_row: u64,
}

impl From<Offer> for OfferRow {
    fn from(offer: Offer) -> Self {
        let Offer { number, name, person, person_name, probability, rows } = offer;
        let row = |(table, source_file, source_row)| ReferenceRow { table, source_file, source_row };
        Self { number, name, person, person_name, probability, rows: rows.into_iter().map(row).collect() }
    }
}

/// References with a faulty number that linkage neither links nor leaves alone, each with the person whom it may mean.
#[utoipa::path(get, path = "/api/v1/identity/offers", tag = "snapshots", operation_id = "listOffers",
    params(OffersQuery),
    responses((status = 200, description = "待核引用 · References that wait for a steward", body = Offers)))]
pub async fn waiting(
    state: web::Data<State>,
    query: web::Query<OffersQuery>,
    request_id: RequestId,
) -> Result<HttpResponse, Problem> {
    let OffersQuery { snapshot, skip } = query.into_inner();
    let told = web::block(move || {
        let snapshot = state.snapshot(snapshot.as_deref())?;
        let waiting = offers(&state.data, &snapshot)?;
        let total = waiting.len();
        let items = waiting.into_iter().skip(skip).take(OFFERS).map(OfferRow::from).collect();
        Ok::<_, Problem>(Offers { snapshot: snapshot.manifest.id, total, items })
    });
    let told = told.await??;
    trail::read(&request_id, "offers", &told.snapshot, told.items.len(), "all");
    body::json(&told)
}

impl From<StewardError> for Problem {
    fn from(error: StewardError) -> Self {
        match error {
            StewardError::Snapshot(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<ExplainError> for Problem {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Question(text) => Self::parameter(text),
            ExplainError::Snapshot(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
