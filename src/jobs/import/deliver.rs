//! What a delivery takes in, and what it leaves standing of the snapshot it builds on.

use std::collections::BTreeSet;
use std::fs::File;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::contract::{ROW_ID, Table, contract};
use crate::intake::{Mapping, Note, Opened, Source, discover, open};
use crate::snapshot::{Snapshot, SourceEntry, file_no};

use super::context::{cell, texts};
use super::{ImportError, ImportRequest};

/// A file that is read.
#[derive(Debug)]
pub struct Taken {
    /// The file.
    pub source: Source,
    /// Its table.
    pub table: &'static Table,
    /// Its number in this snapshot.
    pub file_no: u32,
}

/// A delivery, planned.
#[derive(Debug)]
pub struct Delivery {
    /// The snapshot it builds on.
    pub base: Option<Snapshot>,
    /// Files of that snapshot that stay.
    pub kept: Vec<SourceEntry>,
    /// Numbers of those files of it that are now read in another way.
    pub reread: BTreeSet<u32>,
    /// Files that are read.
    pub taken: Vec<Taken>,
    /// What is worth telling about the files.
    pub notes: Vec<Note>,
}

impl Delivery {
    /// Opens the delivered files and decides table by table. A file that was delivered before, byte for
    /// byte and read in the same way, is not read again; one that is now read in another way takes the
    /// place of what it gave before.
    pub fn plan(request: &ImportRequest, mapping: &Mapping, base: Option<Snapshot>) -> Result<Self, ImportError> {
        for name in request.replace.iter().chain(&request.append) {
            contract().table(name).ok_or_else(|| ImportError::UnknownTable(name.clone()))?;
        }
        let files = discover(&request.paths)?;
        let Opened { mut sources, mut notes } = open(&files, mapping)?;
        let former: Vec<SourceEntry> = base.as_ref().map(|b| b.manifest.sources.clone()).unwrap_or_default();
        let first = former.iter().map(|entry| entry.file_no).max().unwrap_or(0) + 1;
        // Asked before tables are told apart: the table that a file was taken for may be what is corrected.
        let (reread, former): (Vec<_>, Vec<_>) = former.into_iter().partition(|entry| is_reread(entry, &sources));
        notes.extend(reread.iter().map(told_of_reread));
        let (leaning, former) = leaning(base.as_ref(), &reread, former)?;
        let (again, apart): (Vec<_>, Vec<_>) =
            leaning.into_iter().partition(|entry| sources.iter().any(|source| is_unchanged(entry, source)));
        notes.extend(again.iter().map(told_of_leaning));
        let mut kept = Vec::new();
        for table in &contract().tables {
            let here: Vec<usize> = (0..sources.len()).filter(|i| sources[*i].table().name == table.name).collect();
            let before: Vec<&SourceEntry> =
                former.iter().chain(&apart).filter(|entry| entry.table == table.name).collect();
            let known = |i: &usize| before.iter().any(|entry| is_unchanged(entry, &sources[*i]));
            let appends =
                request.append.contains(&table.name) || (table.grows() && !request.replace.contains(&table.name));
            let unchanged = here.len() == before.len() && here.iter().all(known);
            if here.is_empty() || unchanged || appends {
                let known: BTreeSet<usize> = here.iter().copied().filter(|i| known(i)).collect();
                kept.extend(before.into_iter().cloned());
                let mut i = 0;
                sources.retain(|_| {
                    i += 1;
                    !known.contains(&(i - 1))
                });
            }
        }
        if let Some(entry) = kept.iter().find(|entry| apart.iter().any(|own| own.file_no == entry.file_no)) {
            let file = entry.source.name.clone();
            let of = reread.iter().find(|own| own.table == entry.table).map(|own| own.source.name.clone());
            return Err(ImportError::Leaning { file, of: of.unwrap_or_default() });
        }
        name_apart(&mut sources, &kept, &mut notes);
        let taken: Vec<Taken> = sources
            .into_iter()
            .zip(first..)
            .map(|(source, file_no)| Taken { table: source.table(), source, file_no })
            .collect();
        let present: BTreeSet<&str> =
            kept.iter().map(|entry| entry.table.as_str()).chain(taken.iter().map(|t| t.table.name.as_str())).collect();
        let missing: Vec<String> = contract()
            .tables
            .iter()
            .filter(|t| t.required && !present.contains(t.name.as_str()))
            .map(|t| format!("{} ({})", t.name, t.names_zh.join("、")))
            .collect();
        if missing.is_empty() {
            let reread = reread.iter().chain(&again).map(|entry| entry.file_no).collect();
            Ok(Self { base, kept, reread, taken, notes })
        } else {
            Err(ImportError::MissingTables(missing))
        }
    }
}

/// Whether a former file is that source: its bytes, its name, and every column read from where it was.
fn is_unchanged(entry: &SourceEntry, source: &Source) -> bool {
    let mut summary = source.summary();
    entry.source.is_unchanged(&summary) || {
        summary.name = name_by_content(source);
        entry.source.is_unchanged(&summary)
    }
}

/// Whether a former file is delivered again, byte for byte, and now read in another way.
fn is_reread(entry: &SourceEntry, sources: &[Source]) -> bool {
    let otherwise = |source: &Source| {
        let summary = source.summary();
        let same_bytes = (&entry.source.sha256, &entry.source.sheet) == (&summary.sha256, &summary.sheet);
        same_bytes && (entry.table != source.table().name || !entry.source.is_read_as(&summary))
    };
    sources.iter().any(otherwise) && !sources.iter().any(|source| is_unchanged(entry, source))
}

/// Parts files of a snapshot: those of which rows were left out, as duplicates or as contradictions, perhaps for rows
/// of a file that is now read in another way, and the rest.
fn leaning(
    base: Option<&Snapshot>,
    reread: &[SourceEntry],
    former: Vec<SourceEntry>,
) -> Result<(Vec<SourceEntry>, Vec<SourceEntry>), ImportError> {
    let tables: BTreeSet<&str> = reread.iter().map(|entry| entry.table.as_str()).collect();
    let contradicted = match base {
        Some(base) if !tables.is_empty() => contradicted(base)?,
        _ => BTreeSet::new(),
    };
    let leans = |entry: &SourceEntry| {
        tables.contains(entry.table.as_str()) && (entry.duplicate > 0 || contradicted.contains(&entry.file_no))
    };
    Ok(former.into_iter().partition(leans))
}

/// Numbers of the files of a snapshot of which rows were set aside because earlier ones say otherwise.
fn contradicted(base: &Snapshot) -> Result<BTreeSet<u32>, ImportError> {
    let mut found = BTreeSet::new();
    let Some(path) = base.table_path("quarantine") else { return Ok(found) };
    let file = File::open(&path).map_err(|e| ImportError::io(&path, e))?;
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
        let batch = batch?;
        let ids = batch.column_by_name(ROW_ID).and_then(|column| column.as_primitive_opt::<Int64Type>());
        let kinds = texts(&batch, "kind");
        for (row, id) in ids.map(|ids| ids.values().iter()).into_iter().flatten().enumerate() {
            if cell(kinds, row) == Some("conflict") {
                found.insert(file_no(*id));
            }
        }
    }
    Ok(found)
}

fn told_of_leaning(entry: &SourceEntry) -> Note {
    let name = &entry.source.name;
    Note {
        zh: format!("{name}：此前有行因与现已改变读法的文件重复或矛盾而未收，重新读取"),
        en: format!(
            "{name}: read again, for rows of it were left out that repeat or contradict a file that is now read in another way"
        ),
    }
}

fn told_of_reread(entry: &SourceEntry) -> Note {
    let (name, table, rows) = (&entry.source.name, &entry.table, entry.read);
    Note {
        zh: format!("{name}：内容未变而读法已变，按新读法重新读取，原先读入{table}的{rows}行不再保留"),
        en: format!(
            "{name}: the same bytes, read in another way now; the {rows} rows that it gave {table} before are left out"
        ),
    }
}

/// Gives a source that bears the name of another file of the snapshot a name of its own. Months are often
/// exported under one name each time, and evidence is told by file and row.
fn name_apart(sources: &mut [Source], kept: &[SourceEntry], notes: &mut Vec<Note>) {
    for source in sources.iter_mut().filter(|source| kept.iter().any(|entry| entry.source.name == source.name)) {
        let name = name_by_content(source);
        notes.push(Note {
            zh: format!("{}：此前交来的另一文件同名，本文件记作“{name}”", source.name),
            en: format!("{}: a file delivered before has this name; this one is called `{name}`", source.name),
        });
        source.name = name;
    }
}

/// The name that tells a source from another of its name; the same bytes always get the same.
fn name_by_content(source: &Source) -> String {
    let digits = source.sha256.get(..8).unwrap_or(&source.sha256);
    format!("{} ({digits})", source.name)
}
