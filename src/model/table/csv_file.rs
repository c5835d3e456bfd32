//! CSV: read in pieces of some megabytes, each parsed on a thread of its own.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::{Missing, NumericTable, Reading, Role, TableError, is_missing, no_number};

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
            // Blank lines before the first line say nothing; a tab parts cells.
            let told = held.iter().position(|byte| !matches!(byte, b' ' | b'\r' | b'\n')).unwrap_or(held.len());
            held.drain(..held[..told].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
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
            pieces.par_iter().map(|piece| parse(piece, &roles, delimiter, reading.missing)).collect();
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

/// Whether the first line is a row and no header: values and gaps alone, one of them a number, other than the
/// 0, 1, … that pandas calls columns without names.
fn is_row(cells: &[String]) -> bool {
    let is_number = |cell: &String| number(cell).is_some();
    let is_cell = |cell: &String| value(cell).is_some() || is_missing(cell);
    !counts(cells) && !is_numbered(cells) && cells.iter().any(is_number) && cells.iter().all(is_cell)
}

/// Whether cells behind an empty one count on from some number: years above an index.
fn is_numbered(cells: &[String]) -> bool {
    let [index, names @ ..] = cells else { return false };
    let numbers: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
    let follow = |numbers: Vec<i64>| numbers.len() > 1 && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    index.is_empty() && numbers.is_some_and(follow)
}

/// Whether cells count from 0, be it behind the index, which has no name.
fn counts(cells: &[String]) -> bool {
    let names = if cells.first().is_some_and(String::is_empty) { &cells[1..] } else { cells };
    names.iter().enumerate().all(|(j, cell)| *cell == j.to_string())
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

fn parse(bytes: &[u8], roles: &[Role], delimiter: u8, missing: Missing) -> Result<Parsed, Wrong> {
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
            return Err((rows, record.len().min(roles.len().saturating_sub(1)), message));
        }
        for (j, ((cell, role), column)) in record.iter().zip(roles).zip(&mut columns).enumerate() {
            if *role == Role::Ignored {
                continue;
            }
            let text = String::from_utf8_lossy(cell);
            let fills = || (missing == Missing::Median && is_missing(&text)).then_some(f64::NAN);
            let read = match role {
                Role::Label => label(&text).ok_or_else(|| "a label must be 0 or 1".to_owned()),
                Role::LabelPerhaps => {
                    label(&text).or_else(|| value(&text)).or_else(fills).ok_or_else(|| no_number(&text))
                }
                _ => value(&text).or_else(fills).ok_or_else(|| no_number(&text)),
            };
            column.push(read.map_err(|message| (rows, j, message))?);
        }
    }
}

/// A number.
fn number(text: &str) -> Option<f64> {
    let value: f64 = text.parse().or_else(|_| text.trim().parse()).ok()?;
    value.is_finite().then_some(value)
}

/// A number, or a truth as a Parquet file of booleans gives it.
fn value(text: &str) -> Option<f64> {
    number(text).or_else(|| truth(text, ["true", "false"]))
}

/// A number that is 0 or 1, however it is written, or a truth.
fn label(text: &str) -> Option<f64> {
    let number = number(text).filter(|value| *value == 0.0 || *value == 1.0);
    number.or_else(|| truth(text, ["true", "false"])).or_else(|| truth(text, ["yes", "no"]))
}

fn truth(text: &str, [yes, no]: [&str; 2]) -> Option<f64> {
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    is(yes).then_some(1.0).or_else(|| is(no).then_some(0.0))
}
