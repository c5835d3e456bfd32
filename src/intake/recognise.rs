//! Which row is the header, and which table a file is.

use super::header::{column_named, header_key, known_together, table_of_file};
use crate::contract::{Table, contract};

/// A row near the top of a file.
#[derive(Debug, Clone)]
pub(super) struct HeadRow {
    /// As a spreadsheet counts.
    pub(super) number: u64,
    /// Its cells.
    pub(super) cells: Vec<String>,
}

/// The row that holds the headers: the one with the most known headers of one table, of equals the first; the
/// first with any text where none holds two. Titles stand above the header of many sheets, and lines such as
/// `单位：`, `日期：` that look like headers themselves.
pub(super) fn header_row(head: &[HeadRow]) -> Option<&HeadRow> {
    let mut best = head.first()?;
    let mut most = 1;
    for row in head {
        let known = known_together(&row.cells);
        if known > most {
            (best, most) = (row, known);
        }
    }
    Some(best)
}

/// How a table fits a header.
struct Fit<'h> {
    table: &'static Table,
    /// Headers that name a column.
    matched: usize,
    /// Required columns that no header names.
    missing: Vec<&'static str>,
    header: &'h [String],
}

fn fit<'h>(table: &'static Table, header: &'h [String]) -> Fit<'h> {
    let mut found = vec![false; table.columns.len()];
    for name in header {
        if let Some(at) = column_named(table, &header_key(name).0) {
            found[at] = true;
        }
    }
    let missing = table.columns.iter().zip(&found).filter(|(column, found)| column.required && !**found);
    Fit {
        table,
        matched: found.iter().filter(|found| **found).count(),
        missing: missing.map(|(column, _)| column.name.as_str()).collect(),
        header,
    }
}

/// Why no table was chosen.
pub(super) struct Unrecognised {
    pub(super) message: String,
    /// The table to propose in the mapping.
    pub(super) proposal: &'static str,
}

/// The table that a file or sheet is, where the mapping does not say it: by the name of the sheet, by
/// the name of the file, else by its headers (all required columns there, most headers known).
///
/// The file's name says nothing about a sheet that lacks required columns while others of its workbook
/// may have them, so there headers go first.
pub(super) fn table(file: &str, sheet: Option<&str>, header: &[String]) -> Result<&'static Table, Unrecognised> {
    if let Some(table) = sheet.and_then(table_of_file) {
        return Ok(table);
    }
    let named = table_of_file(file);
    if let Some(table) = named
        && (sheet.is_none() || fit(table, header).missing.is_empty())
    {
        return Ok(table);
    }
    by_headers(header).or_else(|unrecognised| match named {
        // Nothing else fits: the name still tells what was meant, and which columns are missing.
        Some(table) if fit(table, header).matched >= 2 => Ok(table),
        _ => Err(unrecognised),
    })
}

fn by_headers(header: &[String]) -> Result<&'static Table, Unrecognised> {
    let mut fits: Vec<Fit<'_>> = contract().tables.iter().map(|table| fit(table, header)).collect();
    // Most known headers first; of equals the table that has fewer columns to leave empty.
    fits.sort_by_key(|fit| (std::cmp::Reverse(fit.matched), fit.table.columns.len()));
    let whole: Vec<&Fit<'_>> = fits.iter().filter(|fit| fit.missing.is_empty() && fit.matched >= 2).collect();
    match whole.as_slice() {
        [best, next, ..] if best.matched == next.matched && best.table.columns.len() == next.table.columns.len() => {
            let message = format!("its headers fit both {} and {}", best.table.name, next.table.name);
            Err(Unrecognised { message, proposal: &best.table.name })
        }
        [best, ..] => Ok(best.table),
        [] => {
            let best = fits.first().filter(|fit| fit.matched > 0);
            let proposal = best.map_or("payment", |fit| fit.table.name.as_str());
            let message = match best {
                Some(fit) => format!(
                    "neither its name nor its headers tell which table it is; nearest is {} ({} of {} headers known, {} missing)",
                    fit.table.name,
                    fit.matched,
                    fit.header.len(),
                    fit.missing.join(", ")
                ),
                None => "neither its name nor its headers tell which table it is".to_owned(),
            };
            Err(Unrecognised { message, proposal })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &str) -> Vec<String> {
        names.split(',').map(String::from).collect()
    }

    /// By their first Chinese headers all tables are told apart; by canonical ones all but two, whose
    /// columns have the same names, and that is said.
    #[test]
    fn full_headers_tell_every_table() {
        for table in &contract().tables {
            let zh: Vec<String> = table.columns.iter().map(|column| column.headers_zh[0].clone()).collect();
            let canonical: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
            for names in [zh, canonical] {
                match by_headers(&names) {
                    Ok(found) => assert_eq!(found.name, table.name),
                    Err(error) => {
                        assert_eq!(error.message, "its headers fit both detention and monitored", "{}", table.name);
                        assert!(names.iter().all(|name| name.is_ascii()));
                    }
                }
            }
        }
    }

    #[test]
    fn titles_above_the_header_are_seen() {
        let row = |number, cells: &str| HeadRow { number, cells: header(cells) };
        let head = [row(1, "发放明细表"), row(3, "发放流水号,待遇编号,金额"), row(4, "1,2,3")];
        assert_eq!(header_row(&head).unwrap().number, 3);
        let preamble = row(2, "单位：,某县民政局,日期：,2024-05-31");
        let head = [head[0].clone(), preamble, head[1].clone(), head[2].clone()];
        assert_eq!(header_row(&head).unwrap().number, 3, "two words of the preamble are headers of some table");
        assert_eq!(header_row(&head[..1]).unwrap().number, 1);
    }
}
