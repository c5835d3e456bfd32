//! JSON Lines: one object a line, keys as headers.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use encoding_rs::Encoding;
use serde_json::{Map, Value};

use super::IntakeError;
use super::chunk::{CellFault, ChunkWriter, ROW_BYTES, RowFault};
use super::csv::open;

/// Lines whose keys make the header.
const HEADER_LINES: usize = 1_000;
/// Keys beyond the header that are remembered for a note.
const REMEMBERED_KEYS: usize = 20;

/// The keys of the first thousand lines, in order of appearance (within a line: by name).
pub(super) fn keys(path: &Path, name: &str, encoding: &'static Encoding) -> Result<Vec<String>, IntakeError> {
    let mut keys: Vec<String> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    lines(path, name, encoding, |number, line, _| {
        if let Ok(Value::Object(object)) = serde_json::from_slice(line) {
            for key in object.into_iter().map(|(key, _)| key).filter(|key| known.insert(key.clone())) {
                keys.push(key);
            }
        }
        Ok(number < HEADER_LINES as u64)
    })?;
    Ok(keys)
}

/// Reads all lines as rows with the cells in the order of `keys`; answers keys that appeared later.
pub(super) fn read(
    path: &Path,
    name: &str,
    encoding: &'static Encoding,
    keys: &[String],
    writer: &mut ChunkWriter<'_>,
) -> Result<BTreeSet<String>, IntakeError> {
    let places: HashMap<&str, usize> = keys.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
    let mut late = BTreeSet::new();
    lines(path, name, encoding, |number, line, ended| {
        if line.trim_ascii().is_empty() {
            writer.blank += 1;
            return Ok(true);
        }
        let object: Result<Map<String, Value>, _> = serde_json::from_slice(line);
        writer.begin();
        let object = match object {
            Ok(object) => object,
            Err(_) if !ended => {
                let message = "the file ends in the middle of the line: export it again".to_owned();
                return Err(IntakeError::Damaged { file: name.to_owned(), row: Some(number), message });
            }
            Err(error) => {
                let fault = match std::str::from_utf8(line) {
                    Ok(_) => RowFault::Malformed(error.to_string()),
                    Err(_) => RowFault::Encoding,
                };
                writer.end_with_raw(number, line, Some(fault))?;
                return Ok(true);
            }
        };
        let mut cells: Vec<Option<&Value>> = vec![None; keys.len()];
        for (key, value) in &object {
            match places.get(key.as_str()) {
                Some(at) => cells[*at] = Some(value),
                None if late.len() < REMEMBERED_KEYS => {
                    late.insert(key.clone());
                }
                None => {}
            }
        }
        for value in cells {
            write(value, writer);
        }
        writer.end_with_raw(number, line, None)?;
        Ok(true)
    })?;
    writer.flush()?;
    Ok(late)
}

fn write(value: Option<&Value>, writer: &mut ChunkWriter<'_>) {
    match value {
        None | Some(Value::Null) => writer.cell("", None),
        Some(Value::String(text)) => writer.cell(text, None),
        Some(Value::Bool(flag)) => writer.cell(if *flag { "true" } else { "false" }, None),
        Some(Value::Number(number)) => match (number.is_f64(), number.as_f64()) {
            (true, Some(value)) => super::cell_of_float(value, writer),
            // Whole numbers up to 20 digits are exact.
            _ => writer.cell(&number.to_string(), None),
        },
        Some(nested) => writer.cell(&nested.to_string(), Some(CellFault::Nested)),
    }
}

/// Calls `each` with the number, the bytes and whether there was a line end, until it answers `false`.
fn lines(
    path: &Path,
    name: &str,
    encoding: &'static Encoding,
    mut each: impl FnMut(u64, &[u8], bool) -> Result<bool, IntakeError>,
) -> Result<(), IntakeError> {
    let failed = |error| IntakeError::io(path, error);
    let mut input = BufReader::with_capacity(256 << 10, open(path, encoding).map_err(failed)?);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let count = (&mut input).take(ROW_BYTES as u64 + 1).read_until(b'\n', &mut line).map_err(failed)?;
        number += 1;
        if count == 0 {
            return Ok(());
        }
        if line.len() > ROW_BYTES {
            let message = "the line is longer than 16 MiB: this is not JSON Lines".to_owned();
            return Err(IntakeError::Damaged { file: name.to_owned(), row: Some(number), message });
        }
        let ended = line.last() == Some(&b'\n');
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        if !each(number, &line, ended)? {
            return Ok(());
        }
    }
}
