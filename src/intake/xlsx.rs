//! Workbooks of Excel 2007 and later, cell by cell.
//!
//! Sheets are streamed; the table of shared strings of the workbook is held in memory (Excel limits a
//! sheet to 1,048,576 rows, so that it has an end).

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Reader, SheetVisible, Xlsx, XlsxError};
use chrono::{Duration, NaiveDate, NaiveTime};

use super::chunk::{CellFault, ChunkWriter};
use super::{IntakeError, guarded};

/// Columns that a sheet can have.
const COLUMNS: usize = 16_384;

type Workbook = Xlsx<BufReader<File>>;

/// An open workbook.
pub(super) struct Book {
    workbook: Workbook,
    name: String,
}

impl Book {
    pub(super) fn open(path: &Path, name: &str) -> Result<Self, IntakeError> {
        let file = File::open(path).map_err(|error| IntakeError::io(path, error))?;
        let workbook = guarded(|| Workbook::new(BufReader::new(file)))
            .map_err(|error| damaged(name, &error))?
            .map_err(|error| match error {
                XlsxError::Password => {
                    let message = "the workbook has a password: save it without one".to_owned();
                    IntakeError::Damaged { file: name.to_owned(), row: None, message }
                }
                other => damaged(name, &other),
            })?;
        Ok(Self { workbook, name: name.to_owned() })
    }

    /// Names of the sheets, and whether each is hidden.
    pub(super) fn sheets(&self) -> Vec<(String, bool)> {
        let sheets = self.workbook.sheets_metadata().iter();
        sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
    }

    /// Reads all rows of a sheet. A sheet that is no table (a chart) has none.
    pub(super) fn read(&mut self, sheet: &str, after: u64, writer: &mut ChunkWriter<'_>) -> Result<(), IntakeError> {
        let name = &self.name;
        let opened = guarded(|| self.workbook.worksheet_cells_reader(sheet)).map_err(|error| damaged(name, &error))?;
        let mut cells = match opened {
            Ok(cells) => cells,
            Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
            Err(error) => return Err(damaged(name, &error)),
        };
        let (mut open, mut last_kept): (Option<u32>, u64) = (None, after);
        let mut close = |row: u32, writer: &mut ChunkWriter<'_>| -> Result<(), IntakeError> {
            let number = u64::from(row) + 1;
            if writer.end(number)? {
                // Rows that the file leaves out, or holds without a value, are blank ones.
                writer.blank += (number - last_kept).saturating_sub(1);
                last_kept = number;
            }
            Ok(())
        };
        loop {
            let next = guarded(|| cells.next_cell()).map_err(|error| damaged(name, &error))?;
            let Some(cell) = next.map_err(|error| damaged(name, &error))? else { break };
            let (row, column) = cell.get_position();
            if open.is_some_and(|open| row < open) {
                return Err(damaged(name, &"rows out of order"));
            }
            if open != Some(row) {
                if let Some(open) = open {
                    close(open, writer)?;
                }
                writer.begin();
                open = Some(row);
            }
            let column = column as usize;
            if column >= COLUMNS || column < writer.open_width() || writer.overlong() {
                return Err(damaged(name, &"cells out of order"));
            }
            while writer.open_width() < column {
                writer.cell("", None);
            }
            write(cell.get_value(), writer);
        }
        if let Some(open) = open {
            close(open, writer)?;
        }
        writer.flush()
    }
}

fn damaged(name: &str, error: &dyn std::fmt::Display) -> IntakeError {
    let message = format!("not a whole workbook ({error}): open it in a spreadsheet program and save it again");
    IntakeError::Damaged { file: name.to_owned(), row: None, message }
}

fn write(value: &DataRef<'_>, writer: &mut ChunkWriter<'_>) {
    match value {
        DataRef::Empty => writer.cell("", None),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => writer.cell(text, None),
        DataRef::SharedString(text) => writer.cell(text, None),
        DataRef::Bool(flag) => writer.cell(if *flag { "true" } else { "false" }, None),
        DataRef::Int(number) => writer.cell(&number.to_string(), None),
        DataRef::Float(number) => super::cell_of_float(*number, writer),
        DataRef::Error(error) => writer.cell(&error.to_string(), Some(CellFault::Formula)),
        DataRef::DateTime(moment) => match iso(moment) {
            Some(text) => writer.cell(&text, None),
            None => super::cell_of_float(moment.as_f64(), writer),
        },
    }
}

/// The day, or the day and time, that a cell with a date format shows; `None` for a time or a span
/// alone.
fn iso(moment: &ExcelDateTime) -> Option<String> {
    let days = moment.as_f64();
    let is = |kind, is_1904| *moment == ExcelDateTime::new(days, kind, is_1904);
    let counted = if is(ExcelDateTimeType::DateTime, true) {
        days + 1462.0
    } else if is(ExcelDateTimeType::DateTime, false) {
        // Before the 29 February 1900 that never was, serials run a day behind.
        if days < 60.0 { days + 1.0 } else { days }
    } else {
        return None;
    };
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    let midnight = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let moment = midnight.checked_add_signed(Duration::seconds((counted * 86_400.0).round() as i64))?;
    let form = if moment.time() == NaiveTime::MIN { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" };
    Some(moment.format(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_both_counts() {
        let at = |days, is_1904| iso(&ExcelDateTime::new(days, ExcelDateTimeType::DateTime, is_1904));
        assert_eq!(at(45047.0, false).as_deref(), Some("2023-05-01"));
        assert_eq!(at(43585.0, true).as_deref(), Some("2023-05-01"));
        assert_eq!(at(45_112.377_326_388_9, false).as_deref(), Some("2023-07-05 09:03:21"));
        assert_eq!(at(1.0, false).as_deref(), Some("1900-01-01"));
        assert_eq!(at(61.0, false).as_deref(), Some("1900-03-01"));
        assert_eq!(at(0.5, false), None);
        assert_eq!(iso(&ExcelDateTime::new(2.0, ExcelDateTimeType::TimeDelta, false)), None);
    }
}
