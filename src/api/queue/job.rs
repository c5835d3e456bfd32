//! One audit as a job: what it is at, who watches it, how it is stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::{Notify, watch};
use utoipa::ToSchema;

use crate::jobs::{AuditRequest, Observer};

/// Notes kept of one job; more would only repeat.
const NOTES: usize = 200;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It waits for those before it.
    Queued,
    /// It is at work.
    Running,
    /// Its audit is there.
    Done,
    /// It broke.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl Phase {
    /// Whether nothing more will happen.
    pub fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// Name of its event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a job is at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobState {
    /// Id of the job; wherever an audit's id is asked for, it will do.
    pub job: String,
    /// How far it has come.
    pub phase: Phase,
    /// Stage at work: rules, findings, evidence.
    pub stage: Option<String>,
    /// So much of the stage is done.
    pub done: u64,
    /// Of so much, where it is known.
    pub total: Option<u64>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// Id of the finished audit.
    pub audit: Option<String>,
    /// Why it broke.
    pub reason: Option<String>,
    /// When it was asked for (UTC).
    pub created_at: String,
    /// When it began (UTC).
    pub started_at: Option<String>,
    /// When it ended (UTC).
    pub ended_at: Option<String>,
}

/// This moment as text.
pub fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// One audit that was asked for.
#[derive(Debug)]
pub struct Job {
    /// What is to be audited.
    pub request: AuditRequest,
    state: watch::Sender<JobState>,
    cancelled: AtomicBool,
    cancel: Notify,
}

impl Job {
    /// A job that waits.
    pub fn new(request: AuditRequest) -> Arc<Self> {
        let state = JobState {
            job: format!("job-{}", uuid::Uuid::new_v4().simple()),
            phase: Phase::Queued,
            stage: None,
            done: 0,
            total: None,
            notes: Vec::new(),
            audit: None,
            reason: None,
            created_at: now(),
            started_at: None,
            ended_at: None,
        };
        Arc::new(Self {
            request,
            state: watch::Sender::new(state),
            cancelled: AtomicBool::new(false),
            cancel: Notify::new(),
        })
    }

    /// What it is at.
    pub fn state(&self) -> JobState {
        self.state.borrow().clone()
    }

    /// Whether this is its id.
    pub fn is(&self, id: &str) -> bool {
        self.state.borrow().job == id
    }

    /// Follows what it is at.
    pub fn watch(&self) -> watch::Receiver<JobState> {
        self.state.subscribe()
    }

    /// Changes what it is at.
    pub fn change(&self, change: impl FnOnce(&mut JobState)) {
        self.state.send_modify(change);
    }

    /// Ends it, unless it has ended.
    pub fn end(&self, phase: Phase, change: impl FnOnce(&mut JobState)) {
        self.change(|state| {
            if !state.phase.ended() {
                state.phase = phase;
                state.ended_at = Some(now());
                change(state);
            }
        });
    }

    /// Asks it to stop.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.cancel.notify_one();
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Waits until it is asked to stop and had `grace` to do so by itself.
    pub async fn must_stop(&self, grace: Duration) {
        self.cancel.notified().await;
        tokio::time::sleep(grace).await;
    }
}

/// Tells a job's state what the audit tells.
#[derive(Debug)]
pub struct Told<'a>(pub &'a Job);

impl Observer for Told<'_> {
    fn stage(&self, name: &str, total: Option<u64>) {
        self.0.change(|state| {
            state.stage = Some(name.to_owned());
            (state.done, state.total) = (0, total);
        });
    }

    fn advance(&self, done: u64) {
        self.0.change(|state| state.done += done);
    }

    fn note(&self, text: &str) {
        self.0.change(|state| {
            if state.notes.len() < NOTES {
                state.notes.push(text.to_owned());
            }
        });
    }

    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// How long something took, in milliseconds.
pub fn millis(since: Instant) -> u64 {
    since.elapsed().as_millis() as u64
}
