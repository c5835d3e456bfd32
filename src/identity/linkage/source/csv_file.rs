//! CSV as texts.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};

use super::super::LinkageError;
use super::encoding::{Decoded, encoding};
use super::{ROWS, Source, whole};

/// Bytes looked at to tell the encoding.
const SAMPLE: u64 = 1 << 22;

pub(super) fn open(path: &Path) -> Result<Source, LinkageError> {
    let mut file = File::open(path).map_err(LinkageError::io(path))?;
    let mut sample = Vec::new();
    (&mut file).take(SAMPLE).read_to_end(&mut sample).map_err(LinkageError::io(path))?;
    file.seek(SeekFrom::Start(0)).map_err(LinkageError::io(path))?;
    let encoding = encoding(&sample, (sample.len() as u64) < SAMPLE);
    let (start, _, _) = encoding.decode(&sample[..sample.len().min(1 << 16)]);
    let first = start.lines().next().unwrap_or_default();
    let delimiter = crate::domain::text::delimiter(first.as_bytes());
    let mut header = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(start.as_bytes());
    let header = header.headers().map_err(|e| LinkageError::input(path, e))?;
    let headers: Vec<String> = header.iter().map(|h| crate::domain::text::clean(h).into_owned()).collect();
    let replaced = Arc::default();
    let decoded = Decoded::new(file, encoding, Arc::clone(&replaced));
    let input: Box<dyn Read + Send> = Box::new(decoded.chain(END.as_bytes()));
    let rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(BufReader::with_capacity(1 << 20, input));
    let batches = Batches { delimiter, rows, headers: headers.clone(), record: csv::StringRecord::new(), ended: false };
    Ok(Source {
        path: path.to_owned(),
        known: headers.clone(),
        lists: vec![false; headers.len()],
        headers,
        encoding: Some(encoding.name()),
        replaced,
        batches: Box::new(batches),
    })
}

/// Stands behind the file as a row of its own. Where it ends up in a cell, a quote before it was not closed.
const END: &str = "\n\u{1}END OF FILE\u{1}\n";
/// Lines of a row from which a quote may be one that was not closed.
const LINES: u64 = 100;

struct Batches {
    delimiter: u8,
    rows: csv::Reader<BufReader<Box<dyn Read + Send>>>,
    headers: Vec<String>,
    record: csv::StringRecord,
    ended: bool,
}

impl Batches {
    /// Reads the next row that holds anything.
    fn read(&mut self) -> Result<bool, String> {
        while !self.ended && self.rows.read_record(&mut self.record).map_err(|e| e.to_string())? {
            if self.record.len() == 1 && self.record.get(0) == Some(END.trim_matches('\n')) {
                self.ended = true;
                return Ok(false);
            }
            self.check()?;
            if !self.record.iter().all(str::is_empty) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the lines of a cell hold the cells of so many rows: then it ran over these, and is no long text.
    fn holds_rows(&self) -> bool {
        let inside = |sign: char| self.record.iter().map(|cell| cell.matches(sign).count()).sum::<usize>();
        let delimiters = self.record.len() - 1 + inside(char::from(self.delimiter));
        let rows = inside('\n') + 1;
        // Rows may lack their last cells.
        5 * delimiters >= 4 * rows * (self.headers.len() - 1)
    }

    /// Refuses a row that is none: too many cells, or a cell that ran over the rows behind it.
    fn check(&self) -> Result<(), String> {
        let (cells, columns) = (self.record.len(), self.headers.len());
        let line = self.record.position().map_or(0, csv::Position::line);
        let lines = self.rows.position().line().saturating_sub(line);
        if lines > 1 {
            let open = self.record.iter().any(|cell| cell.ends_with(END));
            let over = self.record.iter().position(|cell| cell.contains('\n'));
            let strange = open || ((lines > LINES || cells < columns) && self.holds_rows());
            if let Some(at) = over.filter(|_| strange) {
                let start =
                    line + self.record.iter().take(at).map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
                let column = self.headers.get(at).map_or("", String::as_str);
                let till = if open { "to the end of the file".to_owned() } else { format!("over {lines} lines") };
                return Err(format!(
                    "line {start}: a quote opens in the cell of column {column:?} and the cell runs {till} \
                     引号未闭合: close the quote, or write it twice (\"\") and the cell in quotes"
                ));
            }
        }
        if cells > columns && self.record.iter().skip(columns).any(|cell| !cell.is_empty()) {
            return Err(format!(
                "line {line} has {cells} cells, the header {columns}: quote cells that hold the delimiter"
            ));
        }
        Ok(())
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let columns = self.headers.len();
        let mut builders: Vec<_> = (0..columns).map(|_| arrow::array::StringBuilder::new()).collect();
        let mut count = 0;
        while count < ROWS {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Some(Err(error)),
            }
            for (i, builder) in builders.iter_mut().enumerate() {
                builder.append_option(self.record.get(i).filter(|cell| !cell.is_empty()).map(whole));
            }
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let arrays: Vec<ArrayRef> = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let fields: Vec<_> = (0..columns).map(|i| Field::new(i.to_string(), DataType::Utf8, true)).collect();
        Some(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| e.to_string()))
    }
}
