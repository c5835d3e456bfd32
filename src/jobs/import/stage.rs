//! First pass over the delivered files: read, parse, keep the rows as they stood, collect every number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{Field, Int64Type, Schema, SchemaRef};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions};

use crate::contract::{ROW_ID, Table, own_key, stored_schema};
use crate::domain::id_number;
use crate::identity::{FamilyFile, Interner, PersonCollector, file_of_family, name_column, person_columns};
use crate::intake::{IntakeError, Parsed, Profile, RawChunk, Reading, RejectKind, Rejected, Source, parse};
use crate::snapshot::{ArchiveWriter, Frame, QuarantineWriter, Quarantined, row_id};

use super::super::Observer;
use super::ImportError;
use super::context::{cell, texts};

/// Numbers met in the first pass.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Persons.
    pub persons: PersonCollector,
    /// Own numbers of the other tables that are referred to, by table.
    pub own: BTreeMap<String, Interner>,
    /// Placeholder and name of those without a number whom a benefit covers or pays, by its number: its family
    /// is known when all awards are.
    pub unnumbered: BTreeMap<String, BTreeSet<(String, Option<String>)>>,
}

impl Numbers {
    /// Notes the numbers of a batch of a table in its contract columns.
    pub fn collect(&mut self, table: &Table, batch: &RecordBatch) {
        let texts = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
        for column in person_columns(table) {
            let Some(numbers) = texts(&column.name) else { continue };
            let names = name_column(table, column).and_then(|name| texts(&name));
            for i in (0..numbers.len()).filter(|i| numbers.is_valid(*i)) {
                let name = names.filter(|n| n.is_valid(i)).map(|n| n.value(i));
                if id_number::is_placeholder(numbers.value(i)) {
                    self.note_unnumbered(table, batch, i, numbers.value(i), name);
                } else if column.primary {
                    self.persons.add_own(numbers.value(i), name);
                } else {
                    self.persons.add(numbers.value(i), name);
                }
            }
        }
        if table.name != "person"
            && own_key(&table.name).is_some()
            && let Some(primary) = table.primary().and_then(|c| texts(&c.name))
        {
            let own = self.own.entry(table.name.clone()).or_default();
            primary.iter().flatten().for_each(|number| _ = own.intern(number));
        }
    }

    fn note_unnumbered(
        &mut self,
        table: &Table,
        batch: &RecordBatch,
        row: usize,
        placeholder: &str,
        name: Option<&str>,
    ) {
        match file_of_family(table) {
            Some(FamilyFile::Award) => {
                let award = cell(texts(batch, "award_no"), row).unwrap_or_default();
                let met = self.unnumbered.entry(award.to_owned()).or_default();
                met.insert((placeholder.to_owned(), name.map(str::to_owned)));
            }
            Some(FamilyFile::Household) => {
                self.persons.add_unnumbered(placeholder, name, cell(texts(batch, "household_no"), row));
            }
            None => self.persons.add_unnumbered(placeholder, name, None),
        }
    }
}

/// What the first pass says of one file.
#[derive(Debug)]
pub struct Staged {
    /// Its parsed rows.
    pub path: PathBuf,
    /// Rows read.
    pub read: u64,
    /// Rows set aside.
    pub rejected: u64,
    /// Blank lines.
    pub blank: u64,
    /// Quality of its cells.
    pub profile: Profile,
}

/// A chunk after the workers are done with it.
struct Done {
    frames: Vec<Frame>,
    parsed: Parsed,
    bytes: u64,
}

/// The contract columns of a table and `row_id`: the form between the passes.
pub fn staged_schema(table: &Table) -> SchemaRef {
    let stored = stored_schema(table);
    let keys = stored.fields().len() - table.columns.len() - 1;
    Arc::new(Schema::new(stored.fields()[keys..].to_vec()))
}

/// How the first pass works.
pub struct Staging<'a> {
    /// Where parsed rows go.
    pub folder: &'a Path,
    /// Threads that parse.
    pub workers: usize,
    /// Who watches.
    pub observer: &'a dyn Observer,
}

/// Reads one file to its end. One thread reads, some parse, this one writes in file order.
pub fn stage(
    source: &Source,
    table: &'static Table,
    file_no: u32,
    numbers: &mut Numbers,
    quarantine: &mut QuarantineWriter,
    staging: &Staging<'_>,
) -> Result<Staged, ImportError> {
    let Staging { folder, workers, observer } = *staging;
    let path = folder.join(format!("{file_no:05}.arrow"));
    let schema = staged_schema(table);
    let file = File::create(&path).map_err(|e| ImportError::io(&path, e))?;
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
    let mut writer = FileWriter::try_new_with_options(BufWriter::new(file), &schema, options)?;
    let mut archive = ArchiveWriter::create(&folder.join("../snapshot/source"), file_no, source.header().to_vec())?;
    let mut staged = Staged { path, read: 0, rejected: 0, blank: 0, profile: Profile::default() };

    std::thread::scope(|scope| -> Result<(), ImportError> {
        let (chunks_in, chunks) = sync_channel::<(u64, RawChunk)>(workers * 2);
        let (done_in, done) = sync_channel::<(u64, Result<Done, ImportError>)>(workers * 2);
        let reader = scope.spawn(move || read(source, &chunks_in));
        let chunks = Arc::new(Mutex::new(chunks));
        for _ in 0..workers {
            let (chunks, done_in) = (Arc::clone(&chunks), done_in.clone());
            scope.spawn(move || work(source, &chunks, &done_in));
        }
        drop((done_in, chunks));

        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (order, result) in done {
            waiting.insert(order, result);
            while let Some(result) = waiting.remove(&next) {
                next += 1;
                let Done { frames, parsed, bytes } = result?;
                for frame in &frames {
                    archive.append(frame)?;
                }
                let batch = with_row_ids(&parsed.batch, &schema, file_no)?;
                numbers.collect(table, &batch);
                staged.read += (batch.num_rows() + parsed.rejected.len()) as u64;
                writer.write(&batch)?;
                staged.rejected += parsed.rejected.len() as u64;
                for row in parsed.rejected {
                    quarantine.push(quarantined(row, table, file_no))?;
                }
                staged.profile.merge(parsed.profile);
                observer.advance(bytes);
            }
            if observer.cancelled() {
                return Err(ImportError::Cancelled);
            }
        }
        let outcome = reader.join().map_err(|_| ImportError::Worker)??;
        staged.blank = outcome.blank;
        Ok(())
    })?;
    writer.finish()?;
    archive.finish()?;
    Ok(staged)
}

fn kind(kind: RejectKind) -> &'static str {
    match kind {
        RejectKind::Missing => "missing",
        RejectKind::Broken => "broken",
        RejectKind::Shape => "shape",
        RejectKind::Encoding => "encoding",
    }
}

fn quarantined(row: Rejected, table: &Table, file_no: u32) -> Quarantined {
    Quarantined {
        row_id: row_id(file_no, row.row_number),
        table: table.name.clone(),
        column: row.column.map(str::to_owned),
        kind: kind(row.kind).to_owned(),
        reason_zh: row.reason_zh,
        reason_en: row.reason_en,
        raw: row.raw,
    }
}

/// Reads chunks into the channel. Ends early when nobody listens.
fn read(source: &Source, chunks: &SyncSender<(u64, RawChunk)>) -> Result<Reading, ImportError> {
    let mut order = 0;
    let outcome = source.read(&mut |chunk| {
        // The other side hangs up only when it has failed or was cancelled, and tells why itself.
        chunks.send((order, chunk)).map_err(|_| IntakeError::Stopped)?;
        order += 1;
        Ok(())
    })?;
    Ok(outcome)
}

fn work(
    source: &Source,
    chunks: &Mutex<Receiver<(u64, RawChunk)>>,
    done: &SyncSender<(u64, Result<Done, ImportError>)>,
) {
    loop {
        let next = chunks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((order, chunk)) = next else { return };
        let bytes = chunk.bytes() as u64;
        let result = ArchiveWriter::frames(&chunk)
            .map_err(|e| ImportError::io(Path::new(&source.name), e))
            .and_then(|frames| Ok(Done { frames, parsed: parse(source, &chunk)?, bytes }));
        if done.send((order, result)).is_err() {
            return;
        }
    }
}

/// Replaces the trailing row number by `row_id`.
fn with_row_ids(batch: &RecordBatch, schema: &SchemaRef, file_no: u32) -> Result<RecordBatch, ImportError> {
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    let numbers = columns.pop().ok_or(ImportError::Worker)?;
    let ids: Int64Array = numbers.as_primitive::<Int64Type>().unary(|n| row_id(file_no, n as u64));
    columns.push(Arc::new(ids));
    debug_assert_eq!(schema.fields().last().map(|f: &Arc<Field>| f.name().as_str()), Some(ROW_ID));
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}
