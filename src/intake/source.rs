//! A file or sheet: recognised, its columns known, ready to be read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

use super::chunk::{CHUNK_ROWS, ChunkWriter, RawChunk};
use super::csv::Dialect;
use super::format::Fingerprint;
use super::xlsx::Book;
use super::{AmountUnit, FileMapping, Format, FoundFile, IntakeError, Mapping, Note, Problem};
use super::{csv, headers, jsonl, parquet};
use crate::contract::Table;

/// Rows in which the headers are looked for.
const HEAD_ROWS: usize = 12;

/// Where the value of a column comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// Cell of that index.
    Cell(usize),
    /// The same text in every row.
    Constant(String),
    /// Nowhere: the column is empty.
    Absent,
}

/// A file or sheet to read.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    sheet: Option<String>,
    format: Format,
    dialect: Dialect,
    header_row: u64,
    header: Vec<String>,
    table: &'static Table,
    pub(super) slots: Vec<Slot>,
    pub(super) units: Vec<AmountUnit>,
    bytes: u64,
    summary: SourceSummary,
    notes: Vec<Note>,
}

/// What a manifest keeps of a source: enough to know it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSummary {
    /// Path below the folder that was handed over, with `#sheet` for workbooks.
    pub name: String,
    /// `csv`, `xlsx`, `jsonl` or `parquet`.
    pub format: String,
    /// SHA-256 of the whole file.
    pub sha256: String,
    /// Canonical column → the header, constant (`=…`) or unit it was read by.
    pub columns: BTreeMap<String, String>,
}

/// What reading a source tells beside its rows.
#[derive(Debug, Clone, Default)]
pub struct ReadOutcome {
    /// Rows without any text.
    pub blank: u64,
    /// Things worth telling.
    pub notes: Vec<Note>,
}

impl Source {
    /// Name for people: path below the folder that was handed over, with `#sheet` for workbooks.
    pub fn name(&self) -> &str {
        &self.summary.name
    }

    /// Table of the contract.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Headers as they stand.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What a manifest keeps.
    pub fn summary(&self) -> SourceSummary {
        self.summary.clone()
    }

    /// Headers that no column answers to, with suggestions.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Whether every row must have as many cells as there are headers; in spreadsheets and JSON trailing
    /// empty ones are left out.
    pub(super) fn strict_width(&self) -> Option<usize> {
        (self.format == Format::Csv).then_some(self.header.len())
    }

    /// Reads to the end, chunk by chunk.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged, with the row; or what `sink` answers.
    pub fn read(&self, sink: &mut dyn FnMut(RawChunk) -> Result<(), IntakeError>) -> Result<ReadOutcome, IntakeError> {
        let mut writer = ChunkWriter::new(self.header_row, CHUNK_ROWS, sink);
        let mut notes = Vec::new();
        let name = &self.summary.name;
        match self.format {
            Format::Csv => csv::read(&self.path, name, self.dialect, Some(self.header.len()), &mut writer)?,
            Format::Parquet => parquet::read(&self.path, name, &mut writer)?,
            Format::JsonLines => {
                for key in jsonl::read(&self.path, name, self.dialect.encoding, &self.header, &mut writer)? {
                    notes.push(Note {
                        zh: format!("{name}：键“{key}”在前一千行之后才出现，未读取"),
                        en: format!("{name}: key '{key}' appears after the first thousand lines only and is not read"),
                    });
                }
            }
            Format::Xlsx => {
                let sheet = self.sheet.as_deref().unwrap_or_default();
                Book::open(&self.path, name)?.read(sheet, self.header_row, &mut writer)?;
            }
        }
        Ok(ReadOutcome { blank: writer.blank, notes })
    }
}

/// Recognises files: format, table, columns. Files and sheets that the mapping ignores are left out.
///
/// # Errors
/// Everything that keeps any of the files from being imported, in one report with the mapping lines that
/// would mend it.
pub fn open(files: &[FoundFile], mapping: &Mapping) -> Result<Vec<Source>, IntakeError> {
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        match open_file(file, mapping, &mut sources, &mut problems) {
            Ok(()) => {}
            Err(IntakeError::Refused(more)) => problems.extend(more),
            Err(IntakeError::Damaged { file, row, message }) => {
                let place = row.map(|row| format!("row {row}")).unwrap_or_default();
                problems.push(Problem { file, place, message, mapping: Vec::new() });
            }
            Err(other) => return Err(other),
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(IntakeError::Refused(problems)) }
}

fn open_file(
    file: &FoundFile,
    mapping: &Mapping,
    sources: &mut Vec<Source>,
    problems: &mut Vec<Problem>,
) -> Result<(), IntakeError> {
    let entry = mapping.entry(&file.name, None).map(|(_, entry)| entry);
    if entry.is_some_and(|entry| entry.ignore) {
        return Ok(());
    }
    let fingerprint = Fingerprint::of(&file.path).map_err(|e| IntakeError::io(&file.path, e))?;
    let refuse = |message: String, mapping: Vec<String>| {
        IntakeError::Refused(vec![Problem { file: file.name.clone(), place: String::new(), message, mapping }])
    };
    let ignore = vec!["[[file]]".to_owned(), format!("name = {:?}", file.name), "ignore = true".to_owned()];
    let format = fingerprint.format(&file.name).map_err(|message| refuse(message, ignore))?;
    let label = entry.and_then(|e| e.encoding.as_deref()).and_then(|label| Encoding::for_label(label.as_bytes()));
    let mut opening = Opening {
        file,
        format,
        dialect: Dialect {
            encoding: label.unwrap_or_else(|| fingerprint.encoding()),
            delimiter: b',',
            line_end: fingerprint.line_end(),
        },
        bytes: fingerprint.bytes,
        sha256: fingerprint.sha256,
        several_sheets: false,
    };
    if format != Format::Xlsx {
        opening.dialect.delimiter = match entry.and_then(|e| e.delimiter) {
            Some(delimiter) => delimiter as u8,
            None if format == Format::Csv => opening.sniff()?,
            None => b',',
        };
        sources.extend(opening.source(None, entry, problems)?);
        return Ok(());
    }
    let sheets = Book::open(&file.path, &file.name)?.sheets();
    opening.several_sheets = sheets.iter().filter(|(_, hidden)| !hidden).count() > 1;
    for (sheet, hidden) in sheets {
        let entry = mapping.entry(&file.name, Some(&sheet)).map(|(_, entry)| entry);
        if entry.map_or(hidden, |entry| entry.ignore) {
            continue;
        }
        sources.extend(opening.source(Some(sheet), entry, problems)?);
    }
    Ok(())
}

/// A file whose format is known.
struct Opening<'a> {
    file: &'a FoundFile,
    format: Format,
    dialect: Dialect,
    bytes: u64,
    sha256: String,
    several_sheets: bool,
}

impl Opening<'_> {
    /// The delimiter that parts the first rows into most cells, the same number in each.
    fn sniff(&self) -> Result<u8, IntakeError> {
        let mut best = (0, b',');
        for delimiter in [b',', b'\t', b';'] {
            let dialect = Dialect { delimiter, ..self.dialect };
            // A quote that never closes under one delimiter may close under another.
            let Ok(rows) = self.head(None, dialect) else { continue };
            let widest = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(0);
            if widest > best.0 {
                best = (widest, delimiter);
            }
        }
        Ok(best.1)
    }

    /// The first rows that are not blank, with their numbers.
    fn head(&self, sheet: Option<&str>, dialect: Dialect) -> Result<Vec<(u64, Vec<String>)>, IntakeError> {
        let path: &Path = &self.file.path;
        let one_row = |names: Vec<String>| vec![(0, names)];
        match self.format {
            Format::Parquet => return Ok(one_row(parquet::columns(path, &self.file.name)?)),
            Format::JsonLines => return Ok(one_row(jsonl::keys(path, &self.file.name, dialect.encoding)?)),
            Format::Csv | Format::Xlsx => {}
        }
        let mut rows = Vec::new();
        let mut sink = |chunk: RawChunk| {
            for i in 0..chunk.rows() {
                let cells = (0..chunk.width(i)).map(|j| chunk.cell(i, j).to_owned()).collect();
                rows.push((chunk.row_number(i), cells));
            }
            if rows.len() >= HEAD_ROWS { Err(IntakeError::Stopped) } else { Ok(()) }
        };
        let mut writer = ChunkWriter::new(0, 1, &mut sink);
        let read = match self.format {
            Format::Csv => csv::read(path, &self.file.name, dialect, None, &mut writer),
            _ => Book::open(path, &self.file.name)?.read(sheet.unwrap_or_default(), 0, &mut writer),
        };
        match read {
            Ok(()) | Err(IntakeError::Stopped) => Ok(rows),
            Err(error) => Err(error),
        }
    }

    fn source(
        &self,
        sheet: Option<String>,
        entry: Option<&FileMapping>,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Source>, IntakeError> {
        let rows = self.head(sheet.as_deref(), self.dialect)?;
        // A sheet without a cell says nothing and is nothing.
        if rows.is_empty() && sheet.is_some() {
            return Ok(None);
        }
        let name = match &sheet {
            Some(sheet) => format!("{}#{sheet}", self.file.name),
            None => self.file.name.clone(),
        };
        let place = sheet.as_ref().map(|sheet| format!("sheet '{sheet}'")).unwrap_or_default();
        let mut problem = |place: String, message: String, mapping: Vec<String>| {
            problems.push(Problem { file: self.file.name.clone(), place, message, mapping });
        };
        let table = match self.table(sheet.as_deref(), entry, &rows) {
            Ok(table) => table,
            Err(message) => {
                problem(place, message, self.lines(sheet.as_deref(), &["table = \"…\"  # or: ignore = true".to_owned()]));
                return Ok(None);
            }
        };
        let Some((header_row, header)) = header(&rows, table, entry) else {
            problem(place, "there is no row of headers".to_owned(), self.lines(sheet.as_deref(), &["header_row = 1".to_owned()]));
            return Ok(None);
        };
        let mut columns = Columns { table, header: &header, slots: vec![Slot::Absent; table.columns.len()], notes: Vec::new(), faults: Vec::new() };
        columns.assign(entry, &name, &place);
        let (slots, notes, faults) = (columns.slots, columns.notes, columns.faults);
        if !faults.is_empty() {
            for (place, message, lines) in faults {
                problem(place, message, self.lines(sheet.as_deref(), &lines));
            }
            return Ok(None);
        }
        let units: Vec<AmountUnit> = table
            .columns
            .iter()
            .map(|c| entry.and_then(|e| e.units.get(&c.name)).copied().unwrap_or_default())
            .collect();
        let read_by = table.columns.iter().zip(&slots).zip(&units).filter_map(|((column, slot), unit)| {
            let unit = if *unit == AmountUnit::default() { String::new() } else { format!(" ({unit:?})") };
            match slot {
                Slot::Cell(i) => Some((column.name.clone(), format!("{}{unit}", header[*i].trim()))),
                Slot::Constant(text) => Some((column.name.clone(), format!("={text}{unit}"))),
                Slot::Absent => None,
            }
        });
        let format = match self.format {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::JsonLines => "jsonl",
            Format::Parquet => "parquet",
        };
        let summary = SourceSummary {
            name,
            format: format.to_owned(),
            sha256: self.sha256.clone(),
            columns: read_by.collect(),
        };
        Ok(Some(Source {
            path: self.file.path.clone(),
            sheet,
            format: self.format,
            dialect: self.dialect,
            header_row,
            header,
            table,
            slots,
            units,
            bytes: self.bytes,
            summary,
            notes,
        }))
    }

    /// The mapping lines that would speak for this file or sheet.
    fn lines(&self, sheet: Option<&str>, more: &[String]) -> Vec<String> {
        let mut lines = vec!["[[file]]".to_owned(), format!("name = {:?}", self.file.name)];
        lines.extend(sheet.map(|sheet| format!("sheet = {sheet:?}")));
        lines.extend_from_slice(more);
        lines
    }

    fn table(
        &self,
        sheet: Option<&str>,
        entry: Option<&FileMapping>,
        rows: &[(u64, Vec<String>)],
    ) -> Result<&'static Table, String> {
        if let Some(name) = entry.and_then(|e| e.table.as_deref()) {
            return headers::table_of(name)
                .ok_or_else(|| format!("the mapping says table '{name}', which the contract does not have"));
        }
        let by_name = sheet.and_then(headers::table_of);
        // The name of a workbook speaks for its one sheet, not for several.
        let by_file = (!self.several_sheets).then(|| headers::table_of(&self.file.name)).flatten();
        if let Some(table) = by_name.or(by_file) {
            return Ok(table);
        }
        let given: BTreeSet<&str> = entry.iter().flat_map(|e| e.constants.keys()).map(String::as_str).collect();
        let named = |row: &[String]| -> Vec<String> {
            let renamed = |h: &String| entry.and_then(|e| e.columns.get(h.trim())).unwrap_or(h).clone();
            row.iter().map(renamed).collect()
        };
        let mut ambiguous = Vec::new();
        for (_, row) in rows {
            match headers::table_by_headers(&named(row), &given) {
                Ok(table) => return Ok(table),
                Err(tables) if ambiguous.is_empty() => ambiguous = tables,
                Err(_) => {}
            }
        }
        Err(if ambiguous.is_empty() {
            "neither the name nor the headers say which table this is".to_owned()
        } else {
            format!("the headers fit several tables: {}", ambiguous.join(", "))
        })
    }
}

/// The row of headers: as the mapping says, else the first of those that the table knows best.
fn header(
    rows: &[(u64, Vec<String>)],
    table: &'static Table,
    entry: Option<&FileMapping>,
) -> Option<(u64, Vec<String>)> {
    if let Some(wanted) = entry.and_then(|e| e.header_row) {
        return rows.iter().find(|(number, _)| *number == wanted).cloned();
    }
    let renamed = |row: &[String]| -> usize {
        row.iter().filter(|h| entry.is_some_and(|e| e.columns.contains_key(h.trim()))).count()
    };
    let known = |row: &[String]| headers::known(row, Some(table)) + renamed(row);
    let best = rows.iter().map(|(_, row)| known(row)).max()?;
    rows.iter().find(|(_, row)| known(row) == best).cloned()
}

/// Headers being given to columns.
struct Columns<'a> {
    table: &'static Table,
    header: &'a [String],
    slots: Vec<Slot>,
    notes: Vec<Note>,
    /// Place, message, mapping lines.
    faults: Vec<(String, String, Vec<String>)>,
}

impl Columns<'_> {
    fn assign(&mut self, entry: Option<&FileMapping>, name: &str, sheet: &str) {
        let comma = if sheet.is_empty() { "" } else { ", " };
        let place = |i: usize, header: &str| format!("{sheet}{comma}column {} `{}`", i + 1, header.trim());
        let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
        let mut unknown = Vec::new();
        for (i, header) in self.header.iter().enumerate() {
            let mapped = entry.and_then(|e| {
                e.columns.iter().find(|(from, _)| headers::normal(from) == headers::normal(header)).map(|(_, to)| to)
            });
            let column = match mapped {
                Some(to) if to.is_empty() => continue,
                Some(to) => match self.table.columns.iter().position(|c| c.name == *to) {
                    Some(column) => column,
                    None => {
                        let message = format!("the mapping says column '{to}', which {} does not have", self.table.name);
                        self.faults.push((place(i, header), message, Vec::new()));
                        continue;
                    }
                },
                None => match headers::column_of(self.table, header) {
                    Some(column) => column,
                    None => {
                        if !headers::normal(header).is_empty() {
                            unknown.push(i);
                        }
                        continue;
                    }
                },
            };
            if let Some(first) = taken.insert(column, i) {
                let column = &self.table.columns[column].name;
                let message = format!("means `{column}`, as column {} `{}` does", first + 1, self.header[first].trim());
                let line = format!("{:?} = \"\"  # leave it out", header.trim());
                self.faults.push((place(i, header), message, vec!["[file.columns]".to_owned(), line]));
            }
            self.slots[column] = Slot::Cell(i);
        }
        for (column, value) in entry.iter().flat_map(|e| &e.constants) {
            match self.table.columns.iter().position(|c| c.name == *column) {
                Some(at) => self.slots[at] = Slot::Constant(value.clone()),
                None => {
                    let message = format!("the mapping gives a constant for '{column}', which {} does not have", self.table.name);
                    self.faults.push((sheet.to_owned(), message, Vec::new()));
                }
            }
        }
        for column in entry.iter().flat_map(|e| e.units.keys()) {
            if !self.table.columns.iter().any(|c| c.name == *column && c.is_money()) {
                let message = format!("the mapping gives a unit for '{column}', which is no money of {}", self.table.name);
                self.faults.push((sheet.to_owned(), message, Vec::new()));
            }
        }
        self.missing(&unknown, &taken, sheet, &place);
        for i in unknown {
            let header = &self.header[i];
            let place = place(i, header);
            match headers::suggestion(self.table, header, &taken) {
                Some(like) => self.notes.push(Note {
                    zh: format!("{name}：{place} 未识别，未读取；是否为 `{like}`？在映射文件的 [file.columns] 下加 {:?} = {like:?}", header.trim()),
                    en: format!("{name}: {place} is not read: did you mean `{like}`? add {:?} = {like:?} under [file.columns] of the mapping", header.trim()),
                }),
                None => self.notes.push(Note {
                    zh: format!("{name}：{place} 未识别，未读取"),
                    en: format!("{name}: {place} is not known and not read"),
                }),
            }
        }
    }

    /// Required columns that nothing fills, each with the unknown header it is most like.
    fn missing(
        &mut self,
        unknown: &[usize],
        taken: &BTreeMap<usize, usize>,
        sheet: &str,
        place: &dyn Fn(usize, &str) -> String,
    ) {
        for (at, column) in self.table.columns.iter().enumerate() {
            if !column.required || self.slots[at] != Slot::Absent {
                continue;
            }
            let like = unknown
                .iter()
                .find(|i| headers::suggestion(self.table, &self.header[**i], taken) == Some(column.name.as_str()));
            let names = column.headers_zh.join("、");
            let (place, message, line) = match like {
                Some(i) => {
                    let header = self.header[*i].trim();
                    let message = format!("did you mean `{}`, which is required and missing?", column.name);
                    (place(*i, header), message, format!("{header:?} = {:?}", column.name))
                }
                None => {
                    let message = format!("the required column `{}` ({names}) is missing", column.name);
                    (sheet.to_owned(), message, format!("\"…\" = {:?}", column.name))
                }
            };
            self.faults.push((place, message, vec!["[file.columns]".to_owned(), line]));
        }
    }
}
