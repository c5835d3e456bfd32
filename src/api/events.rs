//! An audit's progress as server-sent events.

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures::Stream;
use tokio::sync::watch;

use super::Problem;
use super::queue::{JobState, Phase, now};
use super::state::{Named, State};

/// A line now and then, so that nobody in between takes the stream for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// No more than ten events a second: progress is for people.
const PACE: Duration = Duration::from_millis(100);

/// Follows an audit: the latest state at once, every change of it, and an end. Events are named by their
/// phase (`queued`, `running`, `done`, `failed`, `cancelled`) and hold the whole state as JSON.
#[utoipa::path(get, path = "/api/v1/audits/{id}/events", tag = "audits", operation_id = "followAudit",
    params(("id" = String, Path, description = "任务编号或审计编号 · Id of a job or an audit")),
    responses((status = 200, description = "进度事件流 · Server-sent events with a JobState each", body = JobState, content_type = "text/event-stream")))]
pub async fn follow(state: web::Data<State>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let closing = state.closing.clone();
    let job = state.queue.find(&id);
    let (states, still) = match job {
        Some(job) => (job.watch(), None),
        None => match web::block(move || state.named(&id)).await?? {
            Named::Job(job) => (job.watch(), None),
            Named::Audit(audit) => {
                let (sender, receiver) = watch::channel(finished(audit.manifest.id, audit.manifest.created_at));
                (receiver, Some(sender))
            }
        },
    };
    let follower = Follower { states, closing, number: 0, ended: false, _still: still };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        // Compression would hold events back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(events(follower)))
}

/// The state of an audit that was finished before this server asked.
fn finished(audit: String, at: String) -> JobState {
    JobState {
        job: audit.clone(),
        phase: Phase::Done,
        stage: None,
        done: 0,
        total: None,
        notes: Vec::new(),
        audit: Some(audit),
        reason: None,
        created_at: at.clone(),
        started_at: None,
        ended_at: Some(at),
    }
}

enum Happened {
    Change,
    Closing,
    Nothing,
}

struct Follower {
    states: watch::Receiver<JobState>,
    closing: watch::Receiver<bool>,
    number: u64,
    ended: bool,
    /// Keeps the state of a finished audit alive.
    _still: Option<watch::Sender<JobState>>,
}

impl Follower {
    fn event(&mut self) -> Bytes {
        let state = self.states.borrow_and_update().clone();
        self.ended = state.phase.ended();
        self.number += 1;
        let json = serde_json::to_string(&state).unwrap_or_default();
        Bytes::from(format!("id: {}\nevent: {}\ndata: {json}\n\n", self.number, state.phase.as_str()))
    }
}

fn events(follower: Follower) -> impl Stream<Item = Result<Bytes, Problem>> {
    futures::stream::unfold(follower, |mut follower| async move {
        if follower.ended {
            return None;
        }
        if follower.number == 0 {
            let event = follower.event();
            return Some((Ok(event), follower));
        }
        let happened = tokio::select! {
            changed = follower.states.changed() => changed.map_or(Happened::Closing, |()| Happened::Change),
            _ = follower.closing.wait_for(|closing| *closing) => Happened::Closing,
            () = tokio::time::sleep(HEARTBEAT) => Happened::Nothing,
        };
        let text = match happened {
            Happened::Change => {
                tokio::time::sleep(PACE).await;
                follower.event()
            }
            Happened::Closing => {
                follower.ended = true;
                Bytes::from(format!(": the server is going down at {}\n\n", now()))
            }
            Happened::Nothing => Bytes::from_static(b": still here\n\n"),
        };
        Some((Ok(text), follower))
    })
}
