//! A file, or a sheet of a workbook, recognised and ready to be read.

use std::path::{Path, PathBuf};

use super::chunk::{CHUNK_ROWS, ChunkSink, ChunkWriter, RawChunk};
use super::csv::Dialect;
use super::format::Fingerprint;
use super::plan::{Place, Plan, plan};
use super::recognise::{HeadRow, header_row, table};
use super::{
    FileMapping, Format, FoundFile, IntakeError, Mapping, Note, Problem, Remedy, csv, header, jsonl, parquet, xlsx,
};
use crate::contract::{Table, contract};

/// Rows looked at to find the header.
const HEAD_ROWS: usize = 20;
/// Delimiters tried where the mapping does not say one.
const DELIMITERS: [u8; 3] = *b",\t;";

/// One source of rows of one table.
#[derive(Debug, Clone)]
pub struct Source {
    /// Display name: the file's, with `#` and the sheet's where the workbook has several.
    pub name: String,
    /// Name of the sheet, where the workbook has several.
    pub sheet: Option<String>,
    /// Where the file is.
    pub path: PathBuf,
    /// SHA-256 of the whole file, in hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Format of the file.
    pub format: Format,
    /// Row of the headers; 0 where the format has none.
    pub header_row: u64,
    pub(super) plan: Plan,
    input: Input,
}

/// What [`open`] found.
#[derive(Debug)]
pub struct Opened {
    /// In the order of the files, then of the sheets.
    pub sources: Vec<Source>,
    /// What is worth telling but stops nothing: unknown columns, rows above a header, empty sheets.
    pub notes: Vec<Note>,
}

/// What reading a source to its end tells.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Rows handed over.
    pub rows: u64,
    /// Rows without any text, which are not handed over.
    pub blank: u64,
}

/// How to get at the rows.
#[derive(Debug, Clone)]
enum Input {
    Csv(Dialect),
    Xlsx { sheet: String },
    JsonLines { encoding: &'static encoding_rs::Encoding, keys: Vec<String> },
    Parquet,
}

impl Source {
    /// What its characters are read as, of text.
    pub(super) fn encoding(&self) -> Option<&'static str> {
        match &self.input {
            Input::Csv(dialect) => Some(dialect.encoding.name()),
            Input::JsonLines { encoding, .. } => Some(encoding.name()),
            Input::Xlsx { .. } | Input::Parquet => None,
        }
    }

    /// What parts its cells, of CSV.
    pub(super) fn delimiter(&self) -> Option<char> {
        if let Input::Csv(dialect) = &self.input { Some(dialect.delimiter.into()) } else { None }
    }

    /// The table whose rows it holds.
    pub fn table(&self) -> &'static Table {
        self.plan.table
    }

    /// The headers as they stand in the file.
    pub fn header(&self) -> &[String] {
        &self.plan.header
    }

    /// Reads all rows, chunk by chunk, in order. Stops at the first error of the sink, which comes back
    /// as it is ([`IntakeError::Stopped`] is there for it).
    ///
    /// # Errors
    /// A file that cannot be read, is damaged or cut off, or has changed since it was opened; what the
    /// sink answers.
    pub fn read(&self, sink: &mut ChunkSink<'_>) -> Result<Reading, IntakeError> {
        let mut writer = ChunkWriter::new(self.header_row, CHUNK_ROWS, sink);
        match &self.input {
            Input::Csv(dialect) => {
                csv::read(&self.path, &self.name, *dialect, Some(self.plan.header.len()), &mut writer)?
            }
            Input::Xlsx { sheet } => {
                xlsx::Book::open(&self.path, &self.name)?.read(sheet, self.header_row, &mut writer)?;
            }
            Input::JsonLines { encoding, keys } => {
                jsonl::read(&self.path, &self.name, encoding, keys, &mut writer)?;
            }
            Input::Parquet => parquet::read(&self.path, &self.name, &mut writer)?,
        }
        Ok(Reading { rows: writer.read, blank: writer.blank })
    }

    /// Whether rows may have fewer fields than headers: where the format leaves trailing empty ones out.
    pub(super) fn short_rows(&self) -> bool {
        self.format != Format::Csv
    }
}

/// Recognises files: format, encoding, sheets, header, table, columns. Reads every file once to hash it.
///
/// # Errors
/// All problems of all files in one [`IntakeError::Refused`], each with file, sheet, column and the
/// lines to add to the mapping; or a file that cannot be read at all.
pub fn open(files: &[FoundFile], mapping: &Mapping) -> Result<Opened, IntakeError> {
    let mut opening =
        Opening { mapping, sources: Vec::new(), notes: Vec::new(), problems: Vec::new(), used: Vec::new() };
    for file in files {
        opening.file(file)?;
    }
    for (index, entry) in mapping.files.iter().enumerate().filter(|(index, _)| !opening.used.contains(index)) {
        opening.notes.push(Note {
            zh: format!("映射文件第{}个条目“{}”没有对应的文件", index + 1, entry.name),
            en: format!("entry {} of the mapping ('{}') fits no file", index + 1, entry.name),
        });
    }
    if !opening.problems.is_empty() {
        return Err(IntakeError::Refused(opening.problems));
    }
    Ok(Opened { sources: opening.sources, notes: opening.notes })
}

struct Opening<'m> {
    mapping: &'m Mapping,
    sources: Vec<Source>,
    notes: Vec<Note>,
    problems: Vec<Problem>,
    /// Entries of the mapping that fitted a file.
    used: Vec<usize>,
}

/// A source whose table and columns are not known yet.
struct Candidate<'c> {
    file: &'c FoundFile,
    print: &'c Fingerprint,
    format: Format,
    /// Number (from 1), name, whether it is the only one, whether it is hidden.
    sheet: Option<(usize, String, bool, bool)>,
    entry: Option<&'c FileMapping>,
    input: Input,
    head: Vec<HeadRow>,
}

impl<'m> Opening<'m> {
    fn entry(&mut self, file: &str, sheet: Option<&str>) -> Option<&'m FileMapping> {
        let (index, entry) = self.mapping.entry(file, sheet)?;
        self.used.push(index);
        Some(entry)
    }

    fn file(&mut self, file: &FoundFile) -> Result<(), IntakeError> {
        let entry = self.entry(&file.name, None);
        if entry.is_some_and(|entry| entry.ignore) {
            return Ok(());
        }
        let print = Fingerprint::of(&file.path).map_err(|error| IntakeError::io(&file.path, error))?;
        let place = Place { file: &file.name, sheet: None };
        let given = entry.and_then(|entry| entry.encoding.as_deref());
        let given = given.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
        let format = match print.format(&file.name, given) {
            Ok(format) => format,
            Err(message) => {
                let lines = if message.contains("ignore") {
                    vec![Remedy::File("ignore = true".to_owned())]
                } else {
                    Vec::new()
                };
                self.problems.push(place.problem(None, message, lines));
                return Ok(());
            }
        };
        let opened = match format {
            Format::Xlsx => self.workbook(file, &print),
            _ => self.single(file, &print, format, entry, given.unwrap_or_else(|| print.encoding())),
        };
        match opened {
            // A damaged file is one of the problems; the others are still looked at.
            Err(IntakeError::Damaged { file, row, message }) => {
                let place = row.map(|row| format!("row {row}")).unwrap_or_default();
                self.problems.push(Problem { file, sheet: None, place, message, remedy: Vec::new() });
                Ok(())
            }
            other => other,
        }
    }

    fn single(
        &mut self,
        file: &FoundFile,
        print: &Fingerprint,
        format: Format,
        entry: Option<&FileMapping>,
        encoding: &'static encoding_rs::Encoding,
    ) -> Result<(), IntakeError> {
        let (path, name) = (file.path.as_path(), file.name.as_str());
        let (input, head) = match format {
            Format::JsonLines => {
                let keys = jsonl::keys(path, name, encoding)?;
                let head = vec![HeadRow { number: 0, cells: keys.clone() }];
                (Input::JsonLines { encoding, keys }, head)
            }
            Format::Parquet => (Input::Parquet, vec![HeadRow { number: 0, cells: parquet::columns(path, name)? }]),
            Format::Csv | Format::Xlsx => {
                let dialect = |delimiter| Dialect { encoding, delimiter, line_end: print.line_end() };
                let (dialect, head) = match entry.and_then(|entry| entry.delimiter) {
                    Some(delimiter) => {
                        let dialect = dialect(delimiter as u8);
                        (dialect, head_of_csv(path, name, dialect)?)
                    }
                    None => sniff(path, name, dialect)?,
                };
                (Input::Csv(dialect), head)
            }
        };
        self.add(Candidate { file, print, format, sheet: None, entry, input, head });
        Ok(())
    }

    fn workbook(&mut self, file: &FoundFile, print: &Fingerprint) -> Result<(), IntakeError> {
        let mut book = xlsx::Book::open(&file.path, &file.name)?;
        let sheets = book.sheets();
        let alone = sheets.len() == 1;
        let mut nothing = true;
        for (index, (sheet, hidden)) in sheets.into_iter().enumerate() {
            let entry = self.entry(&file.name, Some(&sheet));
            if entry.is_some_and(|entry| entry.ignore) {
                nothing = false;
                continue;
            }
            let head = head(HEAD_ROWS, |writer| book.read(&sheet, 0, writer))?;
            if head.is_empty() {
                self.notes.push(Note {
                    zh: format!("{}：第{}个工作表“{sheet}”没有内容，未读取", file.name, index + 1),
                    en: format!("{}, sheet {} `{sheet}`: it holds nothing, not read", file.name, index + 1),
                });
                continue;
            }
            nothing = false;
            let input = Input::Xlsx { sheet: sheet.clone() };
            let sheet = Some((index + 1, sheet, alone, hidden));
            self.add(Candidate { file, print, format: Format::Xlsx, sheet, entry, input, head });
        }
        if nothing {
            let message = "no sheet of the workbook holds anything; remove it, or export it again".to_owned();
            let ignore = vec![Remedy::File("ignore = true".to_owned())];
            self.problems.push(Place { file: &file.name, sheet: None }.problem(None, message, ignore));
        }
        Ok(())
    }

    /// Finds header, table and columns, and keeps the source or its problems.
    fn add(&mut self, candidate: Candidate<'_>) {
        let Candidate { file, print, format, sheet, entry, input, head } = candidate;
        let place =
            Place { file: &file.name, sheet: sheet.as_ref().map(|(number, name, ..)| (*number, name.as_str())) };
        let name = match &sheet {
            Some((_, sheet, false, _)) => format!("{}#{sheet}", file.name),
            _ => file.name.clone(),
        };
        let given = entry.and_then(|entry| entry.header_row).filter(|_| matches!(format, Format::Csv | Format::Xlsx));
        let row = match given {
            Some(number) => head.iter().find(|row| row.number == number),
            None => header_row(&head),
        };
        let Some(row) = row else {
            let message = match given {
                Some(number) => format!(
                    "the mapping says that row {number} holds the headers, but it is empty or not among the first {HEAD_ROWS}"
                ),
                None => "there is no header row: the file holds nothing".to_owned(),
            };
            return self.problems.push(place.problem(None, message, Vec::new()));
        };
        let mut cells = row.cells.clone();
        while cells.last().is_some_and(|cell| header::key(cell).is_empty()) {
            cells.pop();
        }
        let table = match chosen(entry, &place, &cells) {
            Ok(table) => table,
            Err(_) if sheet.as_ref().is_some_and(|(.., hidden)| *hidden) && entry.is_none() => {
                self.notes.push(Note {
                    zh: format!("{name}：隐藏的工作表不是合同中的表，未读取"),
                    en: format!("{name}: the hidden sheet is no table of the contract, not read"),
                });
                return;
            }
            Err(problem) => return self.problems.push(problem),
        };
        if given.is_none() && head.first().is_some_and(|first| first.number < row.number) {
            self.notes.push(Note {
                zh: format!("{name}：以第{}行为表头，其上各行未读取", row.number),
                en: format!("{name}: row {} was taken for the header, the rows above it are left out", row.number),
            });
        }
        let plan = plan(&place, table, &cells, entry, &mut self.problems, &mut self.notes);
        self.sources.push(Source {
            name,
            sheet: sheet.as_ref().and_then(|(_, name, alone, _)| (!alone).then(|| name.clone())),
            path: file.path.clone(),
            sha256: print.sha256.clone(),
            bytes: print.bytes,
            format,
            header_row: row.number,
            plan,
            input,
        });
    }
}

/// The table that the mapping says, or that name and headers tell.
fn chosen(entry: Option<&FileMapping>, place: &Place<'_>, cells: &[String]) -> Result<&'static Table, Problem> {
    if let Some(name) = entry.and_then(|entry| entry.table.as_deref()) {
        return header::table_named(name).ok_or_else(|| {
            let near = header::closest(name, contract().tables.iter().map(|table| table.name.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            place.problem(
                None,
                format!("the mapping names the table `{name}`, which the contract does not have{near}"),
                Vec::new(),
            )
        });
    }
    table(place.file, place.sheet.map(|(_, name)| name), cells).map_err(|unrecognised| {
        let line = format!("table = \"{}\"   # or: ignore = true", unrecognised.proposal);
        place.problem(None, unrecognised.message, vec![Remedy::File(line)])
    })
}

/// The first rows that a reader hands over, up to `limit`.
fn head(
    limit: usize,
    read: impl FnOnce(&mut ChunkWriter<'_>) -> Result<(), IntakeError>,
) -> Result<Vec<HeadRow>, IntakeError> {
    let mut rows = Vec::new();
    let mut sink = |chunk: RawChunk| {
        for row in 0..chunk.rows() {
            let cells = (0..chunk.width(row)).map(|column| chunk.cell(row, column).to_owned()).collect();
            rows.push(HeadRow { number: chunk.row_number(row), cells });
        }
        Err(IntakeError::Stopped)
    };
    match read(&mut ChunkWriter::new(0, limit, &mut sink)) {
        Ok(()) | Err(IntakeError::Stopped) => Ok(rows),
        Err(error) => Err(error),
    }
}

fn head_of_csv(path: &Path, name: &str, dialect: Dialect) -> Result<Vec<HeadRow>, IntakeError> {
    head(HEAD_ROWS, |writer| csv::read(path, name, dialect, None, writer))
}

/// One delimiter, tried.
struct Trial {
    /// Known headers, then fields.
    score: (usize, usize),
    dialect: Dialect,
    head: Result<Vec<HeadRow>, IntakeError>,
}

/// The delimiter that makes most known headers, of equals most fields, of equals the comma.
fn sniff(path: &Path, name: &str, dialect: impl Fn(u8) -> Dialect) -> Result<(Dialect, Vec<HeadRow>), IntakeError> {
    let mut best: Option<Trial> = None;
    for dialect in DELIMITERS.map(&dialect) {
        let read = |rows| head(rows, |writer| csv::read(path, name, dialect, None, writer));
        // A row below may be broken: the first one still tells whether this is the delimiter.
        let head = read(HEAD_ROWS);
        let first = head.is_err().then(|| read(1).unwrap_or_default());
        let rows = first.as_ref().or(head.as_ref().ok());
        let cells = rows.and_then(|rows| header_row(rows)).map(|row| row.cells.as_slice()).unwrap_or_default();
        let score = (header::known_together(cells), cells.len());
        if best.as_ref().is_none_or(|best| score > best.score) {
            best = Some(Trial { score, dialect, head });
        }
    }
    match best {
        Some(trial) => Ok((trial.dialect, trial.head?)),
        None => Ok((dialect(b','), Vec::new())),
    }
}
