//! Rows as text, some thousands at a time: what readers hand to parsers.

use super::IntakeError;
use crate::domain::text::{is_invisible, is_space};

/// Rows a chunk holds, unless its text grows past [`CHUNK_BYTES`] first.
pub(super) const CHUNK_ROWS: usize = 8_192;
/// Text a chunk holds before it is handed over.
const CHUNK_BYTES: usize = 4 << 20;
/// Longest row: beyond it the file is not what it seems (an open quote swallows the rest).
pub(super) const ROW_BYTES: usize = 16 << 20;

/// Why a cell cannot be trusted, whatever text it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellFault {
    /// A number of more than 15 digits: the spreadsheet has rounded it.
    Rounded,
    /// A formula that failed (`#N/A`, `#REF!`).
    Formula,
    /// An array or object where a plain value is due.
    Nested,
}

/// Why a whole row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFault {
    /// Bytes that are no text in the file's encoding; they show as `?`.
    Encoding,
    /// The line is not what the format wants.
    Malformed(String),
}

#[derive(Debug, Clone)]
struct Row {
    number: u64,
    first_cell: u32,
    raw: (u32, u32),
}

/// Up to 8,192 rows of one source: one text, and where its cells lie.
#[derive(Debug, Clone, Default)]
pub struct RawChunk {
    text: String,
    cells: Vec<(u32, u32)>,
    rows: Vec<Row>,
    /// By index into `cells`, ascending.
    cell_faults: Vec<(u32, CellFault)>,
    /// By row index, ascending.
    row_faults: Vec<(usize, RowFault)>,
}

impl RawChunk {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Size of the text, for progress.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The row's number in its file, as a spreadsheet counts: the header is usually row 1. In JSON
    /// Lines the number of the line, in Parquet that of the record, both from 1.
    pub fn row_number(&self, row: usize) -> u64 {
        self.rows[row].number
    }

    /// How many cells the row has.
    pub fn width(&self, row: usize) -> usize {
        self.row_end(row) - self.rows[row].first_cell as usize
    }

    /// The text of a cell; empty behind the end of the row.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let at = self.rows[row].first_cell as usize + column;
        if at >= self.row_end(row) {
            return "";
        }
        let (start, end) = self.cells[at];
        &self.text[start as usize..end as usize]
    }

    /// The row as it stood in the file (cells parted by tabs where the format has no lines).
    pub fn raw(&self, row: usize) -> &str {
        let (start, end) = self.rows[row].raw;
        &self.text[start as usize..end as usize]
    }

    /// Why a cell cannot be trusted, if so.
    pub fn cell_fault(&self, row: usize, column: usize) -> Option<CellFault> {
        if self.cell_faults.is_empty() {
            return None;
        }
        let at = self.rows[row].first_cell + u32::try_from(column).ok()?;
        let found = self.cell_faults.binary_search_by_key(&at, |(cell, _)| *cell).ok()?;
        Some(self.cell_faults[found].1)
    }

    /// Rows that cannot be read at all, ascending.
    pub fn row_faults(&self) -> &[(usize, RowFault)] {
        &self.row_faults
    }

    fn row_end(&self, row: usize) -> usize {
        self.rows.get(row + 1).map_or(self.cells.len(), |next| next.first_cell as usize)
    }
}

/// Receives chunks; an error stops the reading.
pub type ChunkSink<'s> = dyn FnMut(RawChunk) -> Result<(), IntakeError> + 's;

/// A field of a delimited line: where it lies in the line, and whether quotes inside are doubled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) quoted: bool,
}

/// Gathers rows into chunks, leaves out blank ones and those up to the header.
pub(super) struct ChunkWriter<'s> {
    sink: &'s mut ChunkSink<'s>,
    /// Rows numbered up to this are dropped: titles and the header.
    after: u64,
    limit: usize,
    text: Vec<u8>,
    chunk: RawChunk,
    /// Where the open row begins.
    open_text: usize,
    open_cells: usize,
    /// Rows handed over.
    pub(super) read: u64,
    /// Rows without any text.
    pub(super) blank: u64,
}

impl<'s> ChunkWriter<'s> {
    pub(super) fn new(after: u64, limit: usize, sink: &'s mut ChunkSink<'s>) -> Self {
        let chunk = RawChunk::default();
        Self { sink, after, limit, text: Vec::new(), chunk, open_text: 0, open_cells: 0, read: 0, blank: 0 }
    }

    /// Takes a delimited line without its line end.
    pub(super) fn line(&mut self, number: u64, line: &[u8], fields: &[Field]) -> Result<(), IntakeError> {
        if number <= self.after {
            return Ok(());
        }
        if fields.iter().all(|field| is_blank(&line[field.start as usize..field.end as usize])) {
            self.blank += 1;
            return Ok(());
        }
        let base = self.text.len();
        let at = |offset: u32| base as u32 + offset;
        self.open_cells = self.chunk.cells.len();
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        for field in fields {
            if !field.quoted {
                self.chunk.cells.push((at(field.start), at(field.end)));
                continue;
            }
            // Quotes come off into a text of their own behind the line.
            let start = self.text.len() as u32;
            unquote(&line[field.start as usize..field.end as usize], &mut self.text);
            self.chunk.cells.push((start, self.text.len() as u32));
            self.text.push(b'\n');
        }
        self.close(number, (base as u32, (base + line.len()) as u32))
    }

    /// Begins a row that is given cell by cell.
    pub(super) fn begin(&mut self) {
        self.open_text = self.text.len();
        self.open_cells = self.chunk.cells.len();
    }

    /// The next cell of the open row.
    pub(super) fn cell(&mut self, text: &str, fault: Option<CellFault>) {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(text.as_bytes());
        if let Some(fault) = fault {
            self.chunk.cell_faults.push((self.chunk.cells.len() as u32, fault));
        }
        self.chunk.cells.push((start, self.text.len() as u32));
        self.text.push(b'\t');
    }

    /// Cells in the open row so far.
    pub(super) fn open_width(&self) -> usize {
        self.chunk.cells.len() - self.open_cells
    }

    /// Whether the open row is longer than a row can be.
    pub(super) fn overlong(&self) -> bool {
        self.text.len() - self.open_text > ROW_BYTES
    }

    /// Ends the open row; answers whether it was kept, that is: lies behind the header and is not blank.
    pub(super) fn end(&mut self, number: u64) -> Result<bool, IntakeError> {
        let blank = is_blank(&self.text[self.open_text..]);
        if number <= self.after || blank {
            self.text.truncate(self.open_text);
            self.chunk.cells.truncate(self.open_cells);
            while self.chunk.cell_faults.last().is_some_and(|(cell, _)| *cell as usize >= self.open_cells) {
                self.chunk.cell_faults.pop();
            }
            return Ok(false);
        }
        let raw = (self.open_text as u32, (self.text.len() - 1) as u32);
        self.close(number, raw)?;
        Ok(true)
    }

    /// Ends the open row with the line that it was made of as its raw text.
    pub(super) fn end_with_raw(&mut self, number: u64, raw: &[u8], fault: Option<RowFault>) -> Result<(), IntakeError> {
        if let Some(fault) = fault {
            self.chunk.row_faults.push((self.chunk.rows.len(), fault));
        }
        let start = self.text.len();
        self.text.extend_from_slice(raw);
        self.text.push(b'\n');
        self.close(number, (start as u32, (start + raw.len()) as u32))
    }

    fn close(&mut self, number: u64, raw: (u32, u32)) -> Result<(), IntakeError> {
        self.chunk.rows.push(Row { number, first_cell: self.open_cells as u32, raw });
        self.read += 1;
        if self.chunk.rows.len() >= self.limit || self.text.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Hands over what is left.
    pub(super) fn flush(&mut self) -> Result<(), IntakeError> {
        if self.chunk.rows.is_empty() {
            return Ok(());
        }
        let mut chunk = std::mem::take(&mut self.chunk);
        let mut bytes = std::mem::replace(&mut self.text, Vec::with_capacity(CHUNK_BYTES / 2));
        if std::str::from_utf8(&bytes).is_err() {
            mark_invalid(&mut bytes, &mut chunk);
        }
        // Invalid bytes are gone, so nothing is lost here.
        chunk.text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into());
        (self.sink)(chunk)
    }
}

/// Replaces every byte that is no UTF-8 by `?`, which keeps all offsets, and marks its row.
fn mark_invalid(bytes: &mut [u8], chunk: &mut RawChunk) {
    let mut wrong: Vec<usize> = Vec::new();
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        let start = from + error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| start + length);
        bytes[start..end].fill(b'?');
        wrong.push(start);
        from = end;
    }
    // A row's text, with the cells behind it, ends where the next row's begins; in rows given cell by
    // cell the cells lie before the raw text, but those are always valid.
    let mut marked: Vec<usize> = wrong
        .into_iter()
        .map(|at| chunk.rows.partition_point(|row| row.raw.0 as usize <= at).saturating_sub(1))
        .collect();
    marked.dedup();
    for row in marked {
        if let Err(at) = chunk.row_faults.binary_search_by_key(&row, |(row, _)| *row) {
            chunk.row_faults.insert(at, (row, RowFault::Encoding));
        }
    }
}

/// Takes the quotes off a field: doubled ones become one, and what stands behind the closing quote is
/// kept.
fn unquote(field: &[u8], out: &mut Vec<u8>) {
    let mut inside = false;
    let mut bytes = field.iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if !inside => inside = true,
            b'"' if bytes.peek() == Some(&&b'"') => {
                out.push(b'"');
                bytes.next();
            }
            b'"' => {
                out.extend(bytes.copied());
                return;
            }
            other => out.push(*other),
        }
    }
}

/// Whether there is nothing to see: spaces, invisible characters, tabs between cells, quotes of an
/// empty field.
fn is_blank(bytes: &[u8]) -> bool {
    if bytes.first().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    if bytes == b"\"\"" {
        return true;
    }
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(|c| is_space(c) || is_invisible(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_cost_their_row_only() {
        let mut chunks = Vec::new();
        let mut sink = |chunk| {
            chunks.push(chunk);
            Ok(())
        };
        let mut writer = ChunkWriter::new(1, CHUNK_ROWS, &mut sink);
        let fields = [Field { start: 0, end: 2, quoted: false }, Field { start: 3, end: 5, quoted: false }];
        // Between the cells of row 3 a character is torn apart: each half alone is no text.
        for (number, line) in [(1, b"aa,bb"), (2, b"cc,dd"), (3, b"c\xe4,\xb8\xad"), (4, b"ee,ff")] {
            writer.line(number, line, &fields).unwrap();
        }
        writer.flush().unwrap();
        let chunk = &chunks[0];
        assert_eq!(chunk.rows(), 3);
        assert_eq!(chunk.row_faults(), [(1, RowFault::Encoding)]);
        assert_eq!((chunk.raw(1), chunk.cell(2, 1), chunk.cell(2, 2)), ("c?,??", "ff", ""));
        assert_eq!(chunk.row_number(2), 4);
    }

    #[test]
    fn quotes_come_off() {
        for (field, text) in [(r#""""#, ""), (r#""a""b""#, r#"a"b"#), (r#""a"b"#, "ab"), (r#""a,b""#, "a,b")] {
            let mut out = Vec::new();
            unquote(field.as_bytes(), &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }
}
