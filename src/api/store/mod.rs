//! Finished audits in memory.
//!
//! A finished audit never changes, so it is read once and then answered from Arrow columns: filters are
//! evaluated column by column, orders are computed once and kept, a page is a walk along an order.
//!
//! **Limit.** All audits held share [`StoreLimits::bytes`]; the least recently used go first. What a
//! finding is filtered and sorted by takes about 300 bytes and its two summaries about as much again. An
//! audit whose summaries do not fit beside its columns keeps them in its Parquet file, from where they are
//! read by page (slower, some ten milliseconds each). One whose columns alone do not fit, some three
//! million findings at the default of 1 GiB, is refused with a problem that says so; its files can still
//! be downloaded. Beside that limit each audit held takes 8 bytes a finding for the places of its evidence, up to
//! 32 bits a finding for filters asked for, and the page index of its files, some 2 bytes a cell of text.

pub mod columns;
mod cursor;
mod evidence;
mod filter;
mod findings;
mod leads;
mod list;
mod order;
mod source_rows;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::OnceCell;

use crate::jobs::Audit;
use crate::snapshot::DataDir;

pub use cursor::{Cursor, Page};
pub use evidence::{EvidenceIndex, EvidenceLine};
pub use filter::Filter;
pub use findings::{FindingRow, Findings};
pub use leads::{LeadRow, Leads};
pub use list::{List, Narrowed};
pub use source_rows::SourceRows;

use super::Problem;
use super::coverage::{CoverageRow, read_coverage};

/// How much the store may hold.
#[derive(Debug, Clone, Copy)]
pub struct StoreLimits {
    /// Audits.
    pub audits: usize,
    /// Bytes of all of them together.
    pub bytes: usize,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { audits: 4, bytes: 1 << 30 }
    }
}

/// Why an audit cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what an audit writes.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A column computation failed.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// It does not fit.
    #[error("the audit's findings need more than {0} bytes")]
    TooLarge(usize),
}

impl StoreError {
    fn io(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path: path.clone(), source }
    }

    fn damaged(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::TooLarge(_) => Self::new(
                "too-much-memory",
                "this audit has more findings than the server may hold; download its files, or audit one region",
                "该次审计的疑点数量超出服务内存限额；请下载文件，或按地区审计",
            ),
            other => Self::internal(other),
        }
    }
}

/// A finished audit, ready to answer.
#[derive(Debug)]
pub struct Loaded {
    /// The audit.
    pub audit: Audit,
    /// Its findings.
    pub findings: Findings,
    /// Its leads.
    pub leads: Leads,
    /// Its coverage.
    pub coverage: Vec<CoverageRow>,
    /// Where the evidence of each finding lies.
    pub evidence: EvidenceIndex,
    /// Rows that passed the filters asked for last.
    pub narrowed: Narrowed,
    /// The delivered rows of its snapshot, once they were asked for.
    source: OnceLock<SourceRows>,
}

impl Loaded {
    fn read(audit: Audit, limit: usize) -> Result<Self, StoreError> {
        let findings = Findings::read(&audit.path.join("findings.parquet"), limit)?;
        let leads = Leads::read(&audit.path.join("leads.parquet"), &findings)?;
        let coverage = read_coverage(&audit.path.join("coverage.parquet"))?;
        let evidence = EvidenceIndex::new(audit.path.join("evidence.parquet"));
        Ok(Self { audit, findings, leads, coverage, evidence, narrowed: Narrowed::default(), source: OnceLock::new() })
    }

    /// The delivered rows of the snapshot that was audited, where it still stands. Its manifest is read once.
    pub fn source(&self, data: &DataDir) -> Option<&SourceRows> {
        if let Some(source) = self.source.get() {
            return Some(source);
        }
        let found = data.snapshot(&self.audit.manifest.snapshot).ok()?;
        Some(self.source.get_or_init(|| SourceRows::new(found)))
    }

    fn bytes(&self) -> usize {
        self.findings.bytes() + self.leads.bytes()
    }
}

type Slot = Arc<OnceCell<Arc<Loaded>>>;

/// The audits held, the most recently used last.
#[derive(Debug)]
pub struct Store {
    limits: StoreLimits,
    slots: Mutex<Vec<(String, Slot)>>,
}

impl Store {
    /// An empty store.
    pub fn new(limits: StoreLimits) -> Self {
        Self { limits, slots: Mutex::new(Vec::new()) }
    }

    /// The audit, read where it is not held yet. However many ask at once, it is read once.
    pub async fn get(&self, audit: &Audit) -> Result<Arc<Loaded>, Problem> {
        let slot = self.slot(&audit.manifest.id);
        let limit = self.limits.bytes;
        let loaded = slot
            .get_or_try_init(|| async {
                let audit = audit.clone();
                let read = actix_web::web::block(move || Loaded::read(audit, limit)).await??;
                Ok::<_, Problem>(Arc::new(read))
            })
            .await?;
        let loaded = Arc::clone(loaded);
        self.shrink();
        Ok(loaded)
    }

    fn slot(&self, id: &str) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = match slots.iter().position(|(held, _)| held == id) {
            Some(at) => slots.remove(at).1,
            None => Slot::default(),
        };
        slots.push((id.to_owned(), Arc::clone(&slot)));
        slot
    }

    /// Lets go of the least recently used until what is held fits; the last used always stays.
    fn shrink(&self) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = |slots: &[(String, Slot)]| -> usize {
            slots.iter().filter_map(|(_, slot)| slot.get()).map(|loaded| loaded.bytes()).sum()
        };
        while slots.len() > 1 && (slots.len() > self.limits.audits || bytes(&slots) > self.limits.bytes) {
            slots.remove(0);
        }
    }
}
