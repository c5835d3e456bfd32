//! From rows to files: one sink for each chunk of townships, one file for each table and chunk.

mod dirt;
mod parquet;
mod readme;
mod sheet;
mod spelling;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::rows::{Payment, Row, RowSink, Text};
use super::truth::{DIRT_COLUMNS, TRUTH_COLUMNS, Truth};
use super::{Form, Made, MadeError, Settings};
use crate::contract::{Table, contract};

/// The folder of a made land.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folder. Its `exports` must not hold anything yet; a former truth is replaced.
    pub(super) fn create(root: &Path) -> Result<Self, MadeError> {
        let exports = root.join("exports");
        fs::create_dir_all(&exports)?;
        if fs::read_dir(&exports)?.next().is_some() {
            return Err(MadeError::NotEmpty(exports));
        }
        let dirt = root.join("dirt.csv");
        if dirt.exists() {
            fs::remove_file(dirt)?;
        }
        Ok(Self { root: root.to_owned() })
    }

    fn part(&self, name: &str, number: usize) -> PathBuf {
        self.root.join(format!("{name}.part-{number:05}"))
    }

    /// The sink of one of `count` chunks.
    pub(super) fn chunk(&self, settings: &Settings, number: usize, count: usize) -> Result<ChunkSink, MadeError> {
        let truth = BufWriter::new(File::create(self.part("truth.csv", number))?);
        let dirt = BufWriter::new(File::create(self.part("dirt.csv", number))?);
        let mut sink = ChunkSink {
            exports: self.root.join("exports"),
            settings: settings.clone(),
            number,
            single: count == 1,
            files: BTreeMap::new(),
            truth,
            dirt,
            kept: BTreeSet::new(),
            made: Made::default(),
        };
        // The first chunk has a file for every table, if only with its header.
        for table in contract().tables.iter().filter(|_| number == 0) {
            sink.open(table)?;
        }
        Ok(sink)
    }

    /// Puts the parts together and writes the README.
    pub(super) fn finish(&self, settings: &Settings, chunks: usize, made: &Made) -> Result<(), MadeError> {
        let dirty = settings.is_dirty();
        for (name, columns, keep) in [("truth.csv", TRUTH_COLUMNS, true), ("dirt.csv", DIRT_COLUMNS, dirty)] {
            let mut whole = Vec::new();
            let mut file = if keep {
                let mut file = BufWriter::new(File::create(self.root.join(name))?);
                writeln!(file, "{columns}")?;
                Box::new(file) as Box<dyn Write>
            } else {
                Box::new(&mut whole)
            };
            for number in 0..chunks {
                let part = self.part(name, number);
                io::copy(&mut File::open(&part)?, &mut file)?;
                fs::remove_file(part)?;
            }
            file.flush()?;
        }
        fs::write(self.root.join("README.md"), readme::text(settings, made))?;
        Ok(())
    }
}

impl Settings {
    /// Whether faults are put into the files.
    pub(super) fn is_dirty(&self) -> bool {
        self.form.is_raw() && !self.clean
    }
}

/// A file that rows of one table go to.
#[derive(Debug)]
enum TableFile {
    Parquet(Box<parquet::ParquetTable>),
    Text(Box<text::TextTable>),
}

/// Takes the rows, claims and faults of one chunk.
#[derive(Debug)]
pub(super) struct ChunkSink {
    exports: PathBuf,
    settings: Settings,
    number: usize,
    single: bool,
    files: BTreeMap<&'static str, TableFile>,
    truth: BufWriter<File>,
    dirt: BufWriter<File>,
    kept: BTreeSet<Text>,
    made: Made,
}

impl ChunkSink {
    /// Writes a row of `truth.csv`.
    pub(super) fn truth(&mut self, truth: &Truth) -> Result<(), MadeError> {
        self.made.truth += 1;
        truth.write(&mut self.truth)
    }

    /// Names the persons whose links no fault may break.
    pub(super) fn keep(&mut self, people: &BTreeSet<Text>) {
        if self.settings.is_dirty() {
            self.kept.clone_from(people);
        }
    }

    fn open(&mut self, table: &'static Table) -> Result<(), MadeError> {
        let suffix = if self.single { String::new() } else { format!("-{:04}", self.number + 1) };
        let file = match self.settings.form {
            Form::Parquet => {
                let path = self.exports.join(format!("{}{suffix}.parquet", table.name));
                TableFile::Parquet(Box::new(parquet::ParquetTable::create(table, &path)?))
            }
            _ => TableFile::Text(Box::new(text::TextTable::create(
                table,
                &self.exports,
                &suffix,
                &self.settings,
                self.number,
            )?)),
        };
        self.files.insert(&table.name, file);
        Ok(())
    }

    /// Closes all files; answers what went into them.
    pub(super) fn close(mut self) -> Result<Made, MadeError> {
        for file in std::mem::take(&mut self.files).into_values() {
            match file {
                TableFile::Parquet(table) => table.close()?,
                TableFile::Text(table) => {
                    for fault in table.close()? {
                        fault.write(&mut self.dirt)?;
                    }
                }
            }
        }
        self.truth.flush()?;
        self.dirt.flush()?;
        Ok(self.made)
    }
}

impl RowSink for ChunkSink {
    fn take<R: Row>(&mut self, rows: &[R]) -> Result<(), MadeError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.made.rows += rows.len() as u64;
        if R::TABLE == Payment::TABLE {
            self.made.payments += rows.len() as u64;
        }
        if !self.files.contains_key(R::TABLE)
            && let Some(table) = contract().table(R::TABLE)
        {
            self.open(table)?;
        }
        match self.files.get_mut(R::TABLE) {
            Some(TableFile::Parquet(table)) => table.take(rows),
            Some(TableFile::Text(table)) => {
                for truth in table.take(rows, &self.kept)? {
                    self.made.truth += 1;
                    truth.write(&mut self.truth)?;
                }
                Ok(())
            }
            None => Ok(()),
        }
    }
}
