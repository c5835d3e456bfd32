//! Audits asked for over HTTP: one at a time, the others wait in a queue of bounded length. They run on a
//! thread and a runtime of their own, so that no request waits for a processor they hold.

mod job;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use job::{Job, JobState, Phase, now};

use tokio::runtime::Runtime;

use crate::jobs::{Audit, AuditError, AuditRequest, audit};
use crate::query::EngineOptions;
use crate::query::library::Library;
use crate::snapshot::DataDir;

use job::{Told, millis};

use super::Problem;
use super::store::Store;

/// Audits that may wait.
pub const WAITING: usize = 8;
/// Ended jobs that are remembered; their audits are, for ever.
const REMEMBERED: usize = 64;
/// How long a job may take to stop by itself before it is dropped.
const GRACE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
struct Jobs {
    waiting: VecDeque<Arc<Job>>,
    running: Option<Arc<Job>>,
    ended: VecDeque<Arc<Job>>,
    /// The audit that is written and still being read into the store.
    unread: Option<String>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    jobs: Mutex<Jobs>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queue.
#[derive(Debug)]
pub struct AuditQueue {
    shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// As many as may wait are waiting.
    Full,
    /// The server is going down.
    Closed,
}

impl AuditQueue {
    /// Starts the worker. What it finishes is read into `store` before the job is said to be done.
    pub fn start(
        data: DataDir,
        library: Arc<Library>,
        store: Arc<Store>,
        options: EngineOptions,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.partitions.max(1))
            .thread_name("audit")
            .enable_all()
            .build()?;
        let worker = {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name("audit-queue".to_owned()).spawn(move || {
                while let Some(job) = next(&shared) {
                    let ended = run(&runtime, &data, &library, &options, &job);
                    if let Ended::Done(audit) = &ended {
                        read(&runtime, &shared, &store, audit);
                    }
                    ended.tell(&job);
                    finish(&shared, job);
                }
                // What a dropped audit still computes need not be waited for.
                runtime.shutdown_background();
            })?
        };
        Ok(Self { shared, worker: Mutex::new(Some(worker)) })
    }

    /// Puts an audit into the queue.
    pub fn submit(&self, request: AuditRequest) -> Result<Arc<Job>, NotTaken> {
        let mut jobs = self.shared.lock();
        if jobs.closed {
            return Err(NotTaken::Closed);
        }
        if jobs.waiting.len() >= WAITING {
            return Err(NotTaken::Full);
        }
        let job = Job::new(request);
        jobs.waiting.push_back(Arc::clone(&job));
        self.shared.wake.notify_one();
        Ok(job)
    }

    /// The job of that id.
    pub fn find(&self, id: &str) -> Option<Arc<Job>> {
        let jobs = self.shared.lock();
        jobs.waiting.iter().chain(&jobs.running).chain(&jobs.ended).find(|job| job.is(id)).cloned()
    }

    /// Jobs at work and waiting, in order, and those that broke or were stopped.
    pub fn jobs(&self) -> Vec<JobState> {
        let jobs = self.shared.lock();
        jobs.running.iter().chain(&jobs.waiting).chain(jobs.ended.iter().rev()).map(|job| job.state()).collect()
    }

    /// The audit that is written and not yet announced, since it is being read.
    pub fn unread(&self) -> Option<String> {
        self.shared.lock().unread.clone()
    }

    /// Stops a job: one that waits at once, one at work as soon as it can.
    pub fn cancel(&self, job: &Arc<Job>) {
        let mut jobs = self.shared.lock();
        job.cancel();
        if let Some(at) = jobs.waiting.iter().position(|waiting| Arc::ptr_eq(waiting, job)) {
            jobs.waiting.remove(at);
            job.end(Phase::Cancelled, |_| {});
            remember(&mut jobs, Arc::clone(job));
        }
    }

    /// Takes nothing more, stops everything and waits for the worker. Blocks.
    pub fn close(&self) {
        {
            let mut jobs = self.shared.lock();
            jobs.closed = true;
            for job in std::mem::take(&mut jobs.waiting) {
                job.cancel();
                job.end(Phase::Cancelled, |_| {});
            }
            if let Some(job) = &jobs.running {
                job.cancel();
            }
            self.shared.wake.notify_all();
        }
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if worker.is_some_and(|worker| worker.join().is_err()) {
            tracing::error!(target: "mingjing::http", "the audit worker ended unexpectedly");
        }
    }
}

fn remember(jobs: &mut Jobs, job: Arc<Job>) {
    jobs.ended.push_back(job);
    if jobs.ended.len() > REMEMBERED {
        jobs.ended.pop_front();
    }
}

/// Waits for the next job; `None` when the queue is closed.
fn next(shared: &Shared) -> Option<Arc<Job>> {
    let mut jobs = shared.lock();
    loop {
        if jobs.closed {
            return None;
        }
        if let Some(job) = jobs.waiting.pop_front() {
            jobs.running = Some(Arc::clone(&job));
            return Some(job);
        }
        jobs = shared.wake.wait(jobs).unwrap_or_else(PoisonError::into_inner);
    }
}

fn finish(shared: &Shared, job: Arc<Job>) {
    let mut jobs = shared.lock();
    jobs.running = None;
    remember(&mut jobs, job);
}

/// How a job ended.
enum Ended {
    Done(Box<Audit>),
    Cancelled,
    Failed(String),
}

impl Ended {
    fn tell(self, job: &Job) {
        match self {
            Self::Done(audit) => job.end(Phase::Done, |state| state.audit = Some(audit.manifest.id)),
            Self::Cancelled => job.end(Phase::Cancelled, |_| {}),
            Self::Failed(reason) => job.end(Phase::Failed, |state| state.reason = Some(reason)),
        }
    }
}

fn run(runtime: &Runtime, data: &DataDir, library: &Library, options: &EngineOptions, job: &Arc<Job>) -> Ended {
    let started = Instant::now();
    job.change(|state| {
        state.phase = Phase::Running;
        state.started_at = Some(now());
    });
    let told = Told(job);
    let work = std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            tokio::select! {
                result = audit(data, library, &job.request, options, &told) => result,
                () = job.must_stop(GRACE) => Err(AuditError::Cancelled),
            }
        })
    });
    let id = job.state().job;
    match std::panic::catch_unwind(work) {
        Ok(Ok(audit)) => {
            tracing::info!(target: "mingjing::http", job = id, audit = audit.manifest.id, ms = millis(started), "audit done");
            Ended::Done(Box::new(audit))
        }
        Ok(Err(AuditError::Cancelled)) => {
            tracing::info!(target: "mingjing::http", job = id, ms = millis(started), "audit cancelled");
            Ended::Cancelled
        }
        Ok(Err(error)) => {
            tracing::error!(target: "mingjing::http", job = id, error = %error, "audit failed");
            Ended::Failed(Problem::from(error).to_string())
        }
        Err(_) => {
            tracing::error!(target: "mingjing::http", job = id, "audit panicked");
            Ended::Failed("something broke inside".to_owned())
        }
    }
}

/// Reads a finished audit, so that nobody waits for it: until then `latest` is the one before.
fn read(runtime: &Runtime, shared: &Shared, store: &Store, audit: &Audit) {
    let id = &audit.manifest.id;
    shared.lock().unread = Some(id.clone());
    let read = std::panic::AssertUnwindSafe(|| runtime.block_on(store.get(audit)));
    match std::panic::catch_unwind(read) {
        Ok(Ok(_)) => {}
        Ok(Err(problem)) => {
            tracing::warn!(target: "mingjing::http", audit = id, problem = %problem, "the audit cannot be held");
        }
        Err(_) => tracing::error!(target: "mingjing::http", audit = id, "reading the audit panicked"),
    }
    shared.lock().unread = None;
}
