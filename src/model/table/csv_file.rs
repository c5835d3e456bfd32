//! CSV: read in pieces of some megabytes, each parsed on a thread of its own.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::{NumericTable, Reading, Role, TableError, no_number};

/// Bytes of a piece.
const PIECE: usize = 4 << 20;

/// What some programs begin a file of UTF-8 with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A piece parsed: the numbers by column, and how many rows.
struct Parsed {
    columns: Vec<Vec<f64>>,
    rows: u64,
}

/// A cell that is wrong: row of the piece, column, message.
type Wrong = (u64, usize, String);

/// Reads a CSV; where its first line holds nothing but numbers, that is a row and the columns are called 1, 2, ….
pub fn read(path: &Path, reading: &Reading) -> Result<NumericTable, TableError> {
    let io = |source| TableError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io)?;
    let mut held: Vec<u8> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut roles: Vec<Role> = Vec::new();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut notes = Vec::new();
    let mut before = 0;
    let mut started = false;
    let mut delimiter = b',';
    loop {
        let wanted = PIECE * rayon::current_num_threads().max(1);
        let read = (&mut file).take(wanted as u64).read_to_end(&mut held).map_err(io)?;
        let last = read == 0;
        if !started && held.starts_with(BYTE_ORDER_MARK) {
            held.drain(..BYTE_ORDER_MARK.len());
        }
        started = true;
        if names.is_empty() {
            let Some(end) = ends(&held, held.len(), last).into_iter().next() else {
                if last { break } else { continue }
            };
            // The first line alone: the rest waits.
            let end = first_line(&held[..end]);
            delimiter = crate::domain::text::delimiter(&held[..end]);
            let cells = first_cells(path, &held[..end], delimiter)?;
            if is_row(&cells) {
                names = (1..=cells.len()).map(|j| j.to_string()).collect();
                notes
                    .push(format!("there is no header: the first line is a row, the columns are 1 to {}", names.len()));
            } else {
                if counts(&cells) {
                    notes.push(
                        "the first line, 0, 1 and so on, is read as the names that pandas gives columns".to_owned(),
                    );
                }
                names = header(path, cells)?;
                held.drain(..end);
            }
            roles = reading.roles(path, &names)?;
            columns = vec![Vec::new(); names.len()];
        }
        let cuts = ends(&held, PIECE, last);
        let from = std::iter::once(0).chain(cuts.iter().copied());
        let pieces: Vec<&[u8]> = from.zip(&cuts).map(|(from, to)| &held[from..*to]).collect();
        let parsed: Vec<Result<Parsed, Wrong>> =
            pieces.par_iter().map(|piece| parse(piece, &roles, delimiter)).collect();
        for part in parsed {
            let part = part.map_err(|(row, column, message)| TableError::Cell {
                path: path.to_owned(),
                row: before + row,
                column: names.get(column).cloned().unwrap_or_else(|| format!("{}", column + 1)),
                message,
            })?;
            before += part.rows;
            columns.iter_mut().zip(part.columns).for_each(|(all, mut part)| all.append(&mut part));
        }
        held.drain(..cuts.last().copied().unwrap_or(0));
        if last {
            break;
        }
    }
    if names.is_empty() {
        return Err(TableError::File { path: path.to_owned(), message: "the file is empty".to_owned() });
    }
    let columns = names.into_iter().zip(roles).zip(columns).map(|((name, role), values)| (name, role, values));
    NumericTable::of_columns(path, reading, columns.collect(), notes)
}

/// Where pieces of about `size` bytes end: after a line, outside quotes. The last piece ends with the file
/// where there is no more to come.
fn ends(bytes: &[u8], size: usize, last: bool) -> Vec<usize> {
    let (mut ends, mut quoted, mut line) = (Vec::new(), false, 0);
    for (i, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                line = i + 1;
                if line - ends.last().copied().unwrap_or(0) >= size {
                    ends.push(line);
                }
            }
            _ => {}
        }
    }
    let end = if last { bytes.len() } else { line };
    if end > ends.last().copied().unwrap_or(0) {
        ends.push(end);
    }
    ends
}

fn first_line(bytes: &[u8]) -> usize {
    let mut quoted = false;
    for (i, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return i + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn first_cells(path: &Path, line: &[u8], delimiter: u8) -> Result<Vec<String>, TableError> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).trim(csv::Trim::All).from_reader(line);
    let mut record = csv::StringRecord::new();
    reader
        .read_record(&mut record)
        .map_err(|e| TableError::File { path: path.to_owned(), message: format!("the header cannot be read: {e}") })?;
    Ok(record.iter().map(str::to_owned).collect())
}

/// Whether the first line is a row and no header: numbers alone, other than the 0, 1, … that pandas calls columns
/// without names.
fn is_row(cells: &[String]) -> bool {
    !counts(cells) && !cells.is_empty() && cells.iter().all(|cell| number(cell.as_bytes()).is_some())
}

/// Whether cells count from 0.
fn counts(cells: &[String]) -> bool {
    cells.iter().enumerate().all(|(j, cell)| *cell == j.to_string())
}

fn header(path: &Path, names: Vec<String>) -> Result<Vec<String>, TableError> {
    let wrong = |message: String| TableError::File { path: path.to_owned(), message };
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(wrong(format!("two columns are called '{}'", twice[0])));
    }
    Ok(names)
}

fn parse(bytes: &[u8], roles: &[Role], delimiter: u8) -> Result<Parsed, Wrong> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).flexible(true).from_reader(bytes);
    let mut columns = vec![Vec::new(); roles.len()];
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    loop {
        let more = reader.read_byte_record(&mut record).map_err(|e| (rows + 1, 0, e.to_string()))?;
        if !more {
            return Ok(Parsed { columns, rows });
        }
        rows += 1;
        if record.len() != roles.len() {
            let message = format!("the row has {} cells and the first line {}", record.len(), roles.len());
            return Err((rows, record.len().min(roles.len() - 1), message));
        }
        for (j, ((cell, role), column)) in record.iter().zip(roles).zip(&mut columns).enumerate() {
            let value = match role {
                Role::Number | Role::IndexPerhaps => {
                    number(cell).ok_or_else(|| no_number(&String::from_utf8_lossy(cell)))
                }
                Role::LabelPerhaps => {
                    label(cell).or_else(|| number(cell)).ok_or_else(|| no_number(&String::from_utf8_lossy(cell)))
                }
                Role::Label => label(cell).ok_or_else(|| "a label must be 0 or 1".to_owned()),
                Role::Ignored => continue,
            };
            column.push(value.map_err(|message| (rows, j, message))?);
        }
    }
}

fn number(cell: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(cell).ok()?;
    let value: f64 = text.parse().or_else(|_| text.trim().parse()).ok()?;
    value.is_finite().then_some(value)
}

fn label(cell: &[u8]) -> Option<f64> {
    match cell.trim_ascii().to_ascii_lowercase().as_slice() {
        b"1" | b"1.0" | b"true" | b"yes" => Some(1.0),
        b"0" | b"0.0" | b"false" | b"no" => Some(0.0),
        _ => None,
    }
}
