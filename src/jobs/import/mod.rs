//! Import: delivered files become a snapshot.
//!
//! Two passes, both streaming. The first reads and parses every file, keeps its rows as they stood and
//! collects the numbers that name persons, households, awards …; then every number gets its dense key.
//! The second keys, sorts and writes each table, dropping duplicates. Nothing is visible until the
//! finished snapshot is renamed into place.

mod context;
mod deliver;
mod identify;
mod link;
mod parts;
mod report;
mod stage;
mod standing;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::cases::{CaseError, IdentityDecisions};
use crate::contract::{CONTRACT_VERSION, contract};
use crate::identity::linkage::linkage_name;
use crate::identity::{Issue, Standing};
use crate::intake::{IntakeError, Mapping};
use crate::query::{EngineOptions, QueryError, engine};
use crate::snapshot::{
    ArchiveReader, ArchiveWriter, DataDir, IdentitySummary, Manifest, QuarantineWriter, Quarantined, Snapshot,
    SnapshotError, SourceEntry, TableEntry, TableWriter, file_no, quarantine_schema, row_number, source_file_batch,
    source_file_schema,
};

use super::Observer;
use super::stored::StoredError;
use deliver::{Delivery, Taken};
use parts::retain;
use stage::{Numbers, Staged, Staging, stage};
use write::{Written, write_table};

pub(super) use context::Tables;
pub(super) use link::{write_people, write_references};
pub(super) use parts::Part;
pub use report::reconciliation;

/// What a delivery does to the tables that are already there.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// Folders and files that were handed over.
    pub paths: Vec<PathBuf>,
    /// Mapping of file, header, constant and unit names.
    pub mapping: Option<PathBuf>,
    /// Build on no former snapshot.
    pub fresh: bool,
    /// Build on this snapshot and not on the one in force.
    pub onto: Option<String>,
    /// Tables that this delivery replaces, beside the registers.
    pub replace: BTreeSet<String>,
    /// Tables that this delivery adds to, beside payments, transactions, changes and flows.
    pub append: BTreeSet<String>,
}

/// What an import did.
#[derive(Debug)]
pub struct ImportOutcome {
    /// The snapshot now in force.
    pub snapshot: Snapshot,
    /// Whether it is new, or the same bytes had been imported before.
    pub new: bool,
}

/// Why an import failed. The former snapshot stays in force.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The delivered files cannot be read or recognised.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The data folder refused.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The engine refused.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A file of the work in progress could not be written or read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A batch could not be built.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file of a former snapshot could not be read.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The sort failed.
    #[error(transparent)]
    Engine(#[from] datafusion::error::DataFusionError),
    /// Tables that no audit can do without.
    #[error(
        "required tables were not handed over: {}; add their files, or name them in the mapping (file → table)",
        .0.join(", ")
    )]
    MissingTables(Vec<String>),
    /// A table name that the contract does not have.
    #[error("'{0}' is no table of the contract; `mingjing tables` lists them")]
    UnknownTable(String),
    /// A file that is kept leans on one that is read in another way.
    #[error(
        "{file}: rows of it were left out as repeating or contradicting rows of the same table, and {of} of that table is now \
         read in another way; deliver {file} again together with it, or import everything with --fresh"
    )]
    Leaning {
        /// The file that is kept.
        file: String,
        /// The file that is read in another way.
        of: String,
    },
    /// The references that are still open could not be linked.
    #[error(transparent)]
    Linkage(#[from] crate::identity::linkage::LinkageError),
    /// Decisions of stewards could not be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Decisions of the former snapshot could not be read.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// A worker thread died.
    #[error("a worker of the import ended unexpectedly")]
    Worker,
    /// Somebody stopped it.
    #[error("the import was cancelled; the former snapshot stays in force")]
    Cancelled,
}

impl ImportError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// Imports a delivery and puts the resulting snapshot in force.
pub async fn import(
    data: &DataDir,
    request: &ImportRequest,
    options: &EngineOptions,
    observer: &dyn Observer,
) -> Result<ImportOutcome, ImportError> {
    let lock = data.lock_import()?;
    let mapping = request.mapping.as_deref().map(Mapping::load).transpose()?.unwrap_or_default();
    let base = match (&request.onto, request.fresh) {
        (_, true) => None,
        (Some(id), _) => Some(data.snapshot(id)?),
        (None, _) => data.current()?,
    };
    let delivery = Delivery::plan(request, &mapping, base)?;
    let staged_snapshot = data.stage(&lock)?;
    let folder = staged_snapshot.with_file_name("rows");
    std::fs::create_dir_all(&folder).map_err(|e| ImportError::io(&folder, e))?;
    let standing = standing::standing(&IdentityDecisions::load(data)?, &delivery)?;
    let mut work = Work::new(delivery, standing, staged_snapshot.clone(), folder)?;
    work.read(options, observer)?;
    work.write(options, observer).await?;
    let manifest = work.finish()?;
    let new = data.publish(&staged_snapshot, &manifest, &lock)?;
    Ok(ImportOutcome { snapshot: data.snapshot(&manifest.id)?, new })
}

/// An import at work.
struct Work {
    delivery: Delivery,
    standing: Standing,
    snapshot: PathBuf,
    folder: PathBuf,
    numbers: Numbers,
    quarantine: QuarantineWriter,
    parts: BTreeMap<String, Vec<Part>>,
    sources: BTreeMap<u32, SourceEntry>,
    tables: BTreeMap<String, TableEntry>,
    issues: Vec<(&'static str, Issue)>,
    names: BTreeMap<i32, String>,
    identity: IdentitySummary,
}

impl Work {
    fn new(delivery: Delivery, standing: Standing, snapshot: PathBuf, folder: PathBuf) -> Result<Self, ImportError> {
        let writer = TableWriter::create(snapshot.join("quarantine.parquet"), quarantine_schema(), &[])?;
        Ok(Self {
            delivery,
            standing,
            snapshot,
            folder,
            numbers: Numbers::default(),
            quarantine: QuarantineWriter::new(writer),
            parts: BTreeMap::new(),
            sources: BTreeMap::new(),
            tables: BTreeMap::new(),
            issues: Vec::new(),
            names: BTreeMap::new(),
            identity: IdentitySummary { linkage: linkage_name(), ..IdentitySummary::default() },
        })
    }

    /// First pass.
    fn read(&mut self, options: &EngineOptions, observer: &dyn Observer) -> Result<(), ImportError> {
        self.carry_over()?;
        let bytes = self.delivery.taken.iter().map(|t| t.source.bytes).sum();
        observer.stage("read", Some(bytes));
        for note in &self.delivery.notes {
            observer.note(&format!("{} / {}", note.zh, note.en));
        }
        let staging = Staging { folder: &self.folder, workers: options.partitions, observer };
        for Taken { source, table, file_no } in &self.delivery.taken {
            let Staged { path, read, rejected, blank, mut profile } =
                stage(source, table, *file_no, &mut self.numbers, &mut self.quarantine, &staging)?;
            self.parts.entry(table.name.clone()).or_default().push(Part::Staged(path));
            profile.condense();
            let entry = SourceEntry {
                file_no: *file_no,
                source: source.summary(),
                table: table.name.clone(),
                read,
                accepted: read - rejected,
                duplicate: 0,
                quarantined: rejected,
                blank,
                profile,
            };
            self.sources.insert(*file_no, entry);
        }
        Ok(())
    }

    /// Takes over what the former snapshot has and this delivery does not touch.
    fn carry_over(&mut self) -> Result<(), ImportError> {
        let Some(base) = &self.delivery.base else { return Ok(()) };
        for entry in &self.delivery.kept {
            ArchiveWriter::carry_over(&base.archive_dir(), &self.snapshot.join("source"), entry.file_no)?;
            self.sources.insert(entry.file_no, entry.clone());
        }
        let without = Arc::new(self.delivery.reread.clone());
        let tables: BTreeSet<&str> = self.delivery.kept.iter().map(|entry| entry.table.as_str()).collect();
        for table in contract().tables.iter().filter(|t| tables.contains(t.name.as_str())) {
            let Some(path) = base.table_path(&table.name) else { continue };
            let part = Part::Carried(path, Arc::clone(&without));
            for batch in part.batches(table, 0, 1)? {
                self.numbers.collect(table, &batch?);
            }
            self.parts.entry(table.name.clone()).or_default().push(part);
        }
        if let Some(path) = base.table_path("quarantine") {
            let kept: BTreeSet<u32> = self.delivery.kept.iter().map(|entry| entry.file_no).collect();
            let file = File::open(&path).map_err(|e| ImportError::io(&path, e))?;
            for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
                self.quarantine.carry_over(retain(&batch?, 0, |id| kept.contains(&file_no(id)))?)?;
            }
        }
        Ok(())
    }

    /// Second pass.
    async fn write(&mut self, options: &EngineOptions, observer: &dyn Observer) -> Result<(), ImportError> {
        observer.stage("identify", None);
        let keys = Arc::new(self.identify()?);
        self.identity.persons = keys.persons.len() as u64;
        let rows = self.sources.values().map(|s| s.accepted).sum();
        observer.stage("write", Some(rows));
        let engine = engine(options)?;
        for table in &contract().tables {
            let Some(parts) = self.parts.remove(&table.name) else { continue };
            let written =
                write_table(&engine, table, parts, &keys, &self.snapshot, options.partitions, observer).await?;
            self.account(&table.name, written)?;
        }
        self.identity.registered = keys.registered.get().map_or(0, |r| r.iter().filter(|known| **known).count() as u64);
        self.write_identity(&keys)
    }

    /// Books what the second pass found about a table.
    fn account(&mut self, table: &str, written: Written) -> Result<(), ImportError> {
        let table = contract().table(table).map_or("", |t| t.name.as_str());
        for id in &written.duplicates {
            if let Some(entry) = self.sources.get_mut(&file_no(*id)) {
                entry.duplicate += 1;
                entry.accepted -= 1;
            }
        }
        self.quarantine_conflicts(table, written.conflicts)?;
        if let Some(entry) = written.entry {
            self.tables.insert(table.to_owned(), entry);
        }
        for (column, count) in written.dangling {
            self.identity.dangling.insert(format!("{table}.{column}"), count);
        }
        for (key, (_, name)) in written.names {
            self.names.entry(key).or_insert(name);
        }
        self.count_inferred(table, &written.issues);
        self.issues.extend(written.issues.into_iter().map(|issue| (table, issue)));
        Ok(())
    }

    /// Sets aside rows that give another row's number other contents: which is right, a person decides.
    fn quarantine_conflicts(&mut self, table: &str, mut conflicts: Vec<(i64, i64)>) -> Result<(), ImportError> {
        conflicts.sort_unstable();
        let archive = self.snapshot.join("source");
        for group in conflicts.chunk_by(|a, b| file_no(a.0) == file_no(b.0)) {
            let Some(number) = group.first().map(|(id, _)| file_no(*id)) else { continue };
            let rows: Vec<u64> = group.iter().map(|(id, _)| row_number(*id)).collect();
            let found = ArchiveReader::open(&archive, number)?.rows(&rows)?;
            for ((id, earlier), row) in group.iter().zip(found) {
                let first = row_number(*earlier);
                let file = self.sources.get(&file_no(*earlier)).map_or("", |s| s.source.name.as_str());
                self.quarantine.push(Quarantined {
                    row_id: *id,
                    table: table.to_owned(),
                    column: None,
                    kind: "conflict".to_owned(),
                    reason_zh: format!("编号与《{file}》第{first}行相同，内容不同；请核对哪一行正确"),
                    reason_en: format!(
                        "the same number as row {first} of {file}, with other contents; find out which is right"
                    ),
                    raw: row.text(),
                })?;
            }
            if let Some(entry) = self.sources.get_mut(&number) {
                entry.quarantined += group.len() as u64;
                entry.accepted -= group.len() as u64;
            }
        }
        Ok(())
    }

    /// Closes the books.
    fn finish(self) -> Result<Manifest, ImportError> {
        let Self { delivery, snapshot, folder, quarantine, sources, mut tables, identity, .. } = self;
        let sources: Vec<SourceEntry> = sources.into_values().collect();
        tables.insert("quarantine".to_owned(), quarantine.finish()?);
        let path = snapshot.join("source_file.parquet");
        let mut writer = TableWriter::create(path, source_file_schema(), &["file_no".to_owned()])?;
        writer.write(source_file_batch(&sources)?)?;
        tables.insert("source_file".to_owned(), writer.finish()?);
        std::fs::remove_dir_all(&folder).map_err(|e| ImportError::io(&folder, e))?;
        Ok(Manifest {
            id: Manifest::content_id(&tables, &sources),
            contract_version: CONTRACT_VERSION.to_owned(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            based_on: delivery.base.map(|base| base.manifest.id),
            sources,
            tables,
            identity,
        })
    }
}
