//! Tables as a county hands them over: CSV in several encodings and separators, JSON Lines, workbooks.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::super::rows::{Row, Text};
use super::super::truth::{Fault, Truth};
use super::super::{Form, MadeError, Settings};
use super::dirt::{self, Dirt};
use super::sheet::Sheet;
use super::spelling::{Value, plain, varied};
use crate::contract::{Table, contract};

/// How a file is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    separator: u8,
    gb18030: bool,
    /// Byte-order mark, as spreadsheets write it.
    mark: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Separated,
    JsonLines,
    Workbook,
}

impl Layout {
    fn of(form: Form, table: &str) -> Self {
        let plain = Self { separator: b',', gb18030: false, mark: form.is_raw(), kind: Kind::Separated };
        if form != Form::Mixed {
            return plain;
        }
        match table {
            "kinship" | "vehicle" | "real_estate" | "account" => Self { gb18030: true, mark: false, ..plain },
            "employment" | "pension" => Self { separator: b';', ..plain },
            "deposit" | "death" => Self { separator: b'\t', mark: false, ..plain },
            "medical_settlement" | "monitored" | "disability" => Self { kind: Kind::JsonLines, mark: false, ..plain },
            "official" | "institution" | "standard" => Self { kind: Kind::Workbook, mark: false, ..plain },
            "marriage" | "payment" => Self { mark: false, ..plain },
            _ => plain,
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self { kind: Kind::JsonLines, .. } => "jsonl",
            Self { kind: Kind::Workbook, .. } => "xlsx",
            Self { separator: b'\t', .. } => "tsv",
            _ => "csv",
        }
    }
}

/// One table's file.
#[derive(Debug)]
pub(super) struct TextTable {
    table: &'static Table,
    name: String,
    layout: Layout,
    chinese: bool,
    headers: Vec<String>,
    dirt: Option<Dirt>,
    /// Row that was written last, as a spreadsheet counts.
    row: u64,
    faults: Vec<Fault>,
    line: String,
    out: Out,
}

/// Where the rows go.
#[derive(Debug)]
enum Out {
    Lines(BufWriter<File>),
    Sheet(Box<Sheet>),
}

impl TextTable {
    pub(super) fn create(
        table: &'static Table,
        folder: &Path,
        suffix: &str,
        settings: &Settings,
        chunk: usize,
    ) -> Result<Self, MadeError> {
        let layout = Layout::of(settings.form, &table.name);
        let index = contract().tables.iter().position(|t| t.name == table.name).unwrap_or(0) as u64;
        let mut dirt = settings.is_dirty().then(|| Dirt::of(settings, table, index, chunk));
        let chinese = settings.form.is_raw();
        let base = table.names_zh.first().filter(|_| chinese).unwrap_or(&table.name);
        let name = format!("{base}{suffix}.{}", layout.extension());
        let headers = table.columns.iter().map(|column| {
            let Some(first) = column.headers_zh.first().filter(|_| chinese) else { return column.name.clone() };
            let Some(Dirt { dice, .. }) = &mut dirt else { return first.clone() };
            match dice.below(100) {
                0..10 => dice.pick(&column.headers_zh).clone(),
                10..13 => format!(" {first} "),
                _ => first.clone(),
            }
        });
        let headers: Vec<String> = headers.collect();
        let path = folder.join(&name);
        let out = match layout.kind {
            Kind::Workbook => Out::Sheet(Box::new(Sheet::create(base, path)?)),
            _ => {
                let mut file = BufWriter::with_capacity(1 << 16, File::create(path)?);
                if layout.mark {
                    file.write_all("\u{feff}".as_bytes())?;
                }
                Out::Lines(file)
            }
        };
        let (faults, line) = (Vec::new(), String::new());
        let mut this = Self { table, name, layout, chinese, headers, dirt, row: 0, faults, line, out };
        if layout.kind != Kind::JsonLines {
            let headers = this.headers.clone();
            this.write(&headers)?;
        }
        Ok(this)
    }

    /// Writes rows; answers the mistyped numbers among them.
    pub(super) fn take<R: Row>(&mut self, rows: &[R], kept: &BTreeSet<Text>) -> Result<Vec<Truth>, MadeError> {
        let columns = &self.table.columns;
        let mut truths = Vec::new();
        let mut cells: Vec<Value> = Vec::with_capacity(columns.len());
        for row in rows {
            cells.clear();
            row.put(&mut cells);
            let texts: Vec<String> = match &mut self.dirt {
                None => cells.iter().zip(columns).map(|(cell, c)| plain(cell, c, self.chinese)).collect(),
                Some(dirt) => {
                    truths.extend(dirt.mistype(&mut cells, columns, kept));
                    cells.iter().zip(columns).map(|(cell, c)| varied(cell, c, &mut dirt.dice)).collect()
                }
            };
            self.write(&texts)?;
            // Lines of JSON have no numbers that a spreadsheet would show.
            let faults = match &mut self.dirt {
                Some(dirt) if self.layout.kind != Kind::JsonLines => dirt.faults(columns),
                _ => Vec::new(),
            };
            for fault in faults {
                self.spoil(&texts, fault)?;
            }
        }
        Ok(truths)
    }

    fn spoil(&mut self, texts: &[String], fault: dirt::Fault) -> Result<(), MadeError> {
        let (column, kind) = match fault {
            dirt::Fault::Duplicate => {
                self.write(texts)?;
                ("", "duplicate_row")
            }
            dirt::Fault::Blank => {
                self.row += 1;
                if let Out::Lines(file) = &mut self.out {
                    file.write_all(b"\n")?;
                }
                ("", "blank_line")
            }
            dirt::Fault::Broken(at, text) => {
                let mut broken = texts.to_vec();
                broken[at] = text.unwrap_or_default().to_owned();
                self.write(&broken)?;
                let kind = if text.is_some() { "broken_required" } else { "missing_required" };
                (self.table.columns[at].name.as_str(), kind)
            }
        };
        self.faults.push(Fault { file: self.name.clone(), row: self.row, column, kind });
        Ok(())
    }

    fn write(&mut self, texts: &[String]) -> Result<(), MadeError> {
        self.row += 1;
        let file = match &mut self.out {
            Out::Sheet(sheet) => return sheet.row(self.row, self.table, texts),
            Out::Lines(file) => file,
        };
        self.line.clear();
        if self.layout.kind == Kind::JsonLines {
            for (at, (header, text)) in self.headers.iter().zip(texts).filter(|(_, t)| !t.is_empty()).enumerate() {
                self.line.push_str(if at == 0 { "{" } else { "," });
                self.line.push_str(&serde_json::Value::from(header.trim()).to_string());
                self.line.push(':');
                self.line.push_str(&serde_json::Value::from(text.as_str()).to_string());
            }
            self.line.push('}');
        } else {
            for (at, text) in texts.iter().enumerate() {
                if at > 0 {
                    self.line.push(self.layout.separator as char);
                }
                self.line.push_str(&quoted(text, self.layout.separator));
            }
        }
        self.line.push('\n');
        if self.layout.gb18030 {
            file.write_all(&encoding_rs::GB18030.encode(&self.line).0)?;
        } else {
            file.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }

    pub(super) fn close(self) -> Result<Vec<Fault>, MadeError> {
        match self.out {
            Out::Lines(mut file) => file.flush()?,
            Out::Sheet(sheet) => sheet.close()?,
        }
        Ok(self.faults)
    }
}

fn quoted(text: &str, separator: u8) -> Cow<'_, str> {
    if text.bytes().any(|b| b == separator || b == b'"' || b == b'\n') {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}
