//! A table as an Excel workbook. It is held until it is closed, so it is for the small tables.

use std::fmt;
use std::path::PathBuf;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::super::MadeError;
use crate::contract::{ColumnKind, Table};

/// One table's workbook, of one sheet.
pub(super) struct Sheet {
    book: Workbook,
    path: PathBuf,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Sheet {
    /// An empty sheet of the table's name. The workbook does not tell when it was made: the same rows give the same
    /// bytes.
    pub(super) fn create(name: &str, path: PathBuf) -> Result<Self, MadeError> {
        let mut book = Workbook::new();
        let made = ExcelDateTime::from_ymd(2024, 1, 1).map_err(fault)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        book.add_worksheet().set_name(name).map_err(fault)?;
        Ok(Self { book, path })
    }

    /// Writes a row, counted from 1 as a spreadsheet does; decimals as numbers, the rest as text, as offices
    /// keep ID numbers and dates.
    pub(super) fn row(&mut self, row: u64, table: &Table, texts: &[String]) -> Result<(), MadeError> {
        let sheet = self.book.worksheet_from_index(0).map_err(fault)?;
        let row = u32::try_from(row - 1).map_err(std::io::Error::other)?;
        for (at, (text, column)) in (0..).zip(texts.iter().zip(&table.columns)) {
            let number = (column.kind == ColumnKind::Decimal).then(|| text.parse::<f64>().ok()).flatten();
            match number {
                _ if text.is_empty() => {}
                Some(number) => drop(sheet.write_number(row, at, number).map_err(fault)?),
                None => drop(sheet.write_string(row, at, text).map_err(fault)?),
            }
        }
        Ok(())
    }

    /// Writes the file.
    pub(super) fn close(mut self) -> Result<(), MadeError> {
        self.book.save(&self.path).map_err(fault)
    }
}

fn fault(error: rust_xlsxwriter::XlsxError) -> MadeError {
    std::io::Error::other(error).into()
}
