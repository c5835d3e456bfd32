//! JSON Lines: one object a line, keys as headers.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use encoding_rs::Encoding;
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::IntakeError;
use super::chunk::{CellFault, ChunkWriter, ROW_BYTES, RowFault};
use super::csv::open;

/// Keys that the lines of a file may have between them.
const MAX_KEYS: usize = 4_096;

/// The keys of all lines, in order of appearance. Exporters leave out what is null, so that a column (the end of
/// an award) may be met for the first time far down.
pub(super) fn keys(path: &Path, name: &str, encoding: &'static Encoding) -> Result<Vec<String>, IntakeError> {
    let mut keys = Keys::default();
    lines(path, name, encoding, |number, line, _| {
        // What is no object is found out when the rows are read.
        _ = serde_json::Deserializer::from_slice(line).deserialize_map(&mut keys);
        if keys.listed.len() > MAX_KEYS {
            let message = format!("the lines have more than {MAX_KEYS} different keys: this is no table");
            return Err(IntakeError::Damaged { file: name.to_owned(), row: Some(number), message });
        }
        Ok(true)
    })?;
    Ok(keys.listed)
}

/// Gathers the keys of objects, without their values.
#[derive(Default)]
struct Keys {
    listed: Vec<String>,
    known: HashSet<String>,
}

impl<'de> Visitor<'de> for &mut Keys {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some((key, IgnoredAny)) = object.next_entry::<String, _>()? {
            if !self.known.contains(&key) {
                self.listed.push(key.clone());
                self.known.insert(key);
            }
        }
        Ok(())
    }
}

/// Reads all lines as rows with the cells in the order of `keys`.
pub(super) fn read(
    path: &Path,
    name: &str,
    encoding: &'static Encoding,
    keys: &[String],
    writer: &mut ChunkWriter<'_>,
) -> Result<(), IntakeError> {
    let places: HashMap<&str, usize> = keys.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
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
            let Some(at) = places.get(key.as_str()) else {
                let message = format!("the key `{key}` was not there when the file was opened: it has changed since");
                return Err(IntakeError::Damaged { file: name.to_owned(), row: Some(number), message });
            };
            cells[*at] = Some(value);
        }
        for value in cells {
            write(value, writer);
        }
        writer.end_with_raw(number, line, None)?;
        Ok(true)
    })?;
    writer.flush()
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
