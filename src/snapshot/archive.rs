//! The delivered rows as they stood, compressed, so that evidence can be shown in the source's own
//! words years later.
//!
//! One file a source: zstd frames of CSV text, each holding some hundred rows with their row numbers in
//! front; beside it an index of where each frame begins.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{SnapshotError, at};
use crate::intake::RawChunk;

/// Fast and still about six to one on exports.
const ZSTD_LEVEL: i32 = 1;

/// Rows of a frame. Whoever asks for one row inflates its frame: few rows make that quick, many make the
/// archive small. These take 1.5 % more room than frames of a whole chunk.
const FRAME_ROWS: usize = 512;

/// The headers of a source, and where its rows lie.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ArchiveIndex {
    header: Vec<String>,
    /// First row number, offset and length of each frame.
    frames: Vec<(u64, u64, u64)>,
}

impl ArchiveIndex {
    /// Reads the index of a file's archive.
    pub fn open(dir: &Path, file_no: u32) -> Result<Self, SnapshotError> {
        let (_, path) = paths(dir, file_no);
        let text = at(&path, std::fs::read_to_string(&path))?;
        serde_json::from_str(&text).map_err(|e| SnapshotError::Damaged { path, reason: e.to_string() })
    }
}

/// Some rows of a source, compressed.
#[derive(Debug)]
pub struct Frame {
    first_row: u64,
    bytes: Vec<u8>,
}

fn paths(dir: &Path, file_no: u32) -> (PathBuf, PathBuf) {
    (dir.join(format!("{file_no:05}.rows.zst")), dir.join(format!("{file_no:05}.index.json")))
}

/// Writes one source's rows.
#[derive(Debug)]
pub struct ArchiveWriter {
    path: PathBuf,
    index_path: PathBuf,
    file: File,
    offset: u64,
    index: ArchiveIndex,
}

impl ArchiveWriter {
    /// Starts the archive of a file in a snapshot's `source` folder.
    pub fn create(dir: &Path, file_no: u32, header: Vec<String>) -> Result<Self, SnapshotError> {
        let (path, index_path) = paths(dir, file_no);
        let file = at(&path, File::create(&path))?;
        Ok(Self { path, index_path, file, offset: 0, index: ArchiveIndex { header, frames: Vec::new() } })
    }

    /// Compresses the rows of a chunk; made for worker threads, so it needs no writer.
    pub fn frames(chunk: &RawChunk) -> std::io::Result<Vec<Frame>> {
        let starts = (0..chunk.rows()).step_by(FRAME_ROWS);
        starts.map(|start| frame(chunk, start..(start + FRAME_ROWS).min(chunk.rows()))).collect()
    }

    /// Appends a frame.
    pub fn append(&mut self, frame: &Frame) -> Result<(), SnapshotError> {
        at(&self.path, self.file.write_all(&frame.bytes))?;
        let length = frame.bytes.len() as u64;
        self.index.frames.push((frame.first_row, self.offset, length));
        self.offset += length;
        Ok(())
    }

    /// Writes the index.
    pub fn finish(self) -> Result<(), SnapshotError> {
        let text = serde_json::to_string(&self.index)
            .map_err(|e| SnapshotError::Damaged { path: self.index_path.clone(), reason: e.to_string() })?;
        at(&self.index_path, std::fs::write(&self.index_path, text))
    }

    /// Takes a file's archive over from another snapshot: by hard link, or by copy where the file
    /// system has none.
    pub fn carry_over(from: &Path, to: &Path, file_no: u32) -> Result<(), SnapshotError> {
        let (rows, index) = paths(from, file_no);
        let (new_rows, new_index) = paths(to, file_no);
        for (old, new) in [(rows, new_rows), (index, new_index)] {
            if std::fs::hard_link(&old, &new).is_err() {
                at(&old, std::fs::copy(&old, &new))?;
            }
        }
        Ok(())
    }
}

fn frame(chunk: &RawChunk, rows: Range<usize>) -> std::io::Result<Frame> {
    let first_row = chunk.row_number(rows.start);
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for i in rows {
        csv.write_field(chunk.row_number(i).to_string())?;
        for column in 0..chunk.width(i) {
            csv.write_field(chunk.cell(i, column))?;
        }
        csv.write_record(None::<&[u8]>)?;
    }
    let text = csv.into_inner().map_err(|e| e.into_error())?;
    Ok(Frame { first_row, bytes: zstd::bulk::compress(&text, ZSTD_LEVEL)? })
}

/// A delivered row: header and cell, as they stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// Row number as a spreadsheet counts.
    pub row_number: u64,
    /// Pairs of header and cell text.
    pub cells: Vec<(String, String)>,
}

impl SourceRow {
    /// `header=cell` pairs of the cells that hold something.
    pub fn text(&self) -> String {
        let filled: Vec<String> = self
            .cells
            .iter()
            .filter(|(_, cell)| !cell.trim().is_empty())
            .map(|(header, cell)| format!("{}={}", header.trim(), cell))
            .collect();
        filled.join("; ")
    }
}

/// Reads one source's rows back.
#[derive(Debug)]
pub struct ArchiveReader {
    path: PathBuf,
    file: File,
    index: Arc<ArchiveIndex>,
    /// The frame that was decompressed last, since rows are asked for in order.
    open_frame: Option<(usize, Vec<u8>)>,
}

impl ArchiveReader {
    /// Opens the archive of a file.
    pub fn open(dir: &Path, file_no: u32) -> Result<Self, SnapshotError> {
        Self::with_index(dir, file_no, Arc::new(ArchiveIndex::open(dir, file_no)?))
    }

    /// Opens the archive of a file whose index was read before.
    pub fn with_index(dir: &Path, file_no: u32, index: Arc<ArchiveIndex>) -> Result<Self, SnapshotError> {
        let (path, _) = paths(dir, file_no);
        let file = at(&path, File::open(&path))?;
        Ok(Self { path, file, index, open_frame: None })
    }

    /// The rows of those numbers, as [`ArchiveReader::visit`] meets them.
    pub fn rows(&mut self, wanted: &[u64]) -> Result<Vec<SourceRow>, SnapshotError> {
        let mut found = Vec::with_capacity(wanted.len());
        self.visit(wanted, |row| found.push(row))?;
        Ok(found)
    }

    /// Shows the rows of those numbers, which must be in rising order, one by one; numbers that the file
    /// does not have are left out. Each frame is decompressed once.
    pub fn visit(&mut self, wanted: &[u64], mut show: impl FnMut(SourceRow)) -> Result<(), SnapshotError> {
        let mut rest = wanted;
        while let Some(&first) = rest.first() {
            let frame = self.index.frames.partition_point(|f| f.0 <= first).saturating_sub(1);
            let end = self.index.frames.get(frame + 1).map_or(u64::MAX, |f| f.0);
            let inside = rest.partition_point(|&row| row < end);
            if !self.index.frames.is_empty() {
                self.visit_frame(frame, &rest[..inside], &mut show)?;
            }
            rest = &rest[inside..];
        }
        Ok(())
    }

    fn visit_frame(
        &mut self,
        frame: usize,
        wanted: &[u64],
        show: &mut impl FnMut(SourceRow),
    ) -> Result<(), SnapshotError> {
        let damaged = |path: &Path, reason: String| SnapshotError::Damaged { path: path.to_owned(), reason };
        if self.open_frame.as_ref().is_none_or(|(open, _)| *open != frame) {
            let (_, offset, length) = self.index.frames[frame];
            let mut bytes = vec![0; length as usize];
            at(&self.path, self.file.seek(SeekFrom::Start(offset)))?;
            at(&self.path, self.file.read_exact(&mut bytes))?;
            let text = zstd::stream::decode_all(bytes.as_slice()).map_err(|e| damaged(&self.path, e.to_string()))?;
            self.open_frame = Some((frame, text));
        }
        let Some((_, text)) = &self.open_frame else { return Ok(()) };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_slice());
        let mut wanted = wanted.iter().peekable();
        let mut record = csv::StringRecord::new();
        while let Some(&&next) = wanted.peek() {
            if !reader.read_record(&mut record).map_err(|e| damaged(&self.path, e.to_string()))? {
                break;
            }
            let number: u64 = record.get(0).and_then(|n| n.parse().ok()).unwrap_or(0);
            while wanted.next_if(|&&row| row < number).is_some() {}
            if number >= next && wanted.next_if(|&&row| row == number).is_some() {
                let cells = record.iter().skip(1).enumerate().map(|(i, cell)| {
                    let header = self.index.header.get(i).cloned().unwrap_or_else(|| format!("#{}", i + 1));
                    (header, cell.to_owned())
                });
                show(SourceRow { row_number: number, cells: cells.collect() });
            }
        }
        Ok(())
    }
}
