//! What every request shares.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::jobs::{Audit, AuditManifest, audits};
use crate::query::library::Library;
use crate::snapshot::{DataDir, Snapshot};

use super::Problem;
use super::queue::{AuditQueue, Phase};
use super::sql::SqlDoor;
use super::store::{Loaded, Store};

/// What a path's `{id}` names.
pub enum Named {
    /// A finished audit.
    Audit(Box<Audit>),
    /// A job that has not ended in an audit, or not yet.
    Job(Arc<super::queue::Job>),
}

/// Everything a handler needs.
pub struct State {
    /// The data folder.
    pub data: DataDir,
    /// The rules, checked.
    pub library: Arc<Library>,
    /// Finished audits in memory.
    pub store: Arc<Store>,
    /// Audits to come.
    pub queue: AuditQueue,
    /// SQL over snapshots.
    pub sql: SqlDoor,
    /// Becomes true when the server goes down.
    pub closing: watch::Receiver<bool>,
    finished: Mutex<Option<(SystemTime, Arc<Vec<Audit>>)>>,
}

impl State {
    /// Nothing is read yet.
    pub fn new(
        data: DataDir,
        library: Arc<Library>,
        store: Arc<Store>,
        queue: AuditQueue,
        sql: SqlDoor,
        closing: watch::Receiver<bool>,
    ) -> Self {
        Self { data, library, store, queue, sql, closing, finished: Mutex::default() }
    }

    /// Finished audits, oldest first. The folder is read again when it has changed.
    pub fn audits(&self) -> Result<Arc<Vec<Audit>>, Problem> {
        let changed = std::fs::metadata(self.data.audits_dir()).and_then(|folder| folder.modified()).ok();
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some((read, kept)), Some(changed)) = (finished.as_ref(), changed)
            && *read == changed
        {
            return Ok(Arc::clone(kept));
        }
        let fresh = Arc::new(audits(&self.data)?);
        // A second change in the same tick of the file system's clock would go unseen.
        let settled = changed.filter(|at| at.elapsed().is_ok_and(|age| age > Duration::from_millis(100)));
        *finished = settled.map(|at| (at, Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// The audit that finished last and was announced.
    pub fn latest(&self) -> Result<Option<Audit>, Problem> {
        self.announced(|_| true)
    }

    /// The audit that the welcome page tells of: the last that asked for everything, or else the last. A region or a few
    /// typologies looked at since do not stand for the whole.
    pub fn foremost(&self) -> Result<Option<Audit>, Problem> {
        match self.announced(AuditManifest::is_whole)? {
            None => self.latest(),
            found => Ok(found),
        }
    }

    fn announced(&self, wanted: impl Fn(&AuditManifest) -> bool) -> Result<Option<Audit>, Problem> {
        let unread = self.queue.unread();
        let audits = self.audits()?;
        let mut announced = audits.iter().rev().map(|audit| (audit, &audit.manifest));
        let found = announced.find(|(_, m)| unread.as_deref() != Some(m.id.as_str()) && wanted(m));
        Ok(found.map(|(audit, _)| audit.clone()))
    }

    /// What `{id}` names: `latest`, an audit, a job, or the audit that a job ended in.
    pub fn named(&self, id: &str) -> Result<Named, Problem> {
        let job = self.queue.find(id);
        let wanted = match &job {
            Some(job) => match job.state() {
                state if state.phase == Phase::Done => state.audit,
                _ => None,
            },
            None => Some(id.to_owned()),
        };
        match (wanted, job) {
            (None, Some(job)) => Ok(Named::Job(job)),
            (Some(id), _) if id == "latest" => {
                self.latest()?.map(|audit| Named::Audit(Box::new(audit))).ok_or_else(no_audit)
            }
            (Some(id), _) => {
                let audits = self.audits()?;
                let found = audits.iter().find(|audit| audit.manifest.id == id).cloned();
                found.map(|audit| Named::Audit(Box::new(audit))).ok_or_else(|| Problem::not_found("audit", "审计", &id))
            }
            (None, None) => Err(Problem::not_found("audit", "审计", id)),
        }
    }

    /// The finished audit that `{id}` names, in memory.
    pub async fn loaded(&self, id: &str) -> Result<Arc<Loaded>, Problem> {
        self.store.get(&self.finished(id)?).await
    }

    /// The finished audit that `{id}` names.
    pub fn finished(&self, id: &str) -> Result<Audit, Problem> {
        match self.named(id)? {
            Named::Audit(audit) => Ok(*audit),
            Named::Job(job) => Err(Problem::new(
                "conflict",
                format!("this audit is {}; follow its events", job.state().phase.as_str()),
                "该次审计尚未完成或未成功，请查看其进度事件",
            )),
        }
    }

    /// The named snapshot, or the one in force.
    pub fn snapshot(&self, id: Option<&str>) -> Result<Snapshot, Problem> {
        Ok(self.data.resolve(id)?)
    }
}

fn no_audit() -> Problem {
    Problem::new(
        "not-found",
        "there is no finished audit yet; start one with POST /api/v1/audits or `mingjing audit`",
        "尚无已完成的审计；请以 POST /api/v1/audits 或 mingjing audit 启动",
    )
}
