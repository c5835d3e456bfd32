//! What a file turned out to hold: what the spec asked of it in vain is told, not passed over.

use std::path::PathBuf;

use super::spec::Kind;

/// How a file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The file.
    pub path: PathBuf,
    /// Whether rows are named by their number, because the file has none of the headers that name them.
    pub numbered: bool,
    /// Optional columns of the spec that the file has.
    pub found: Vec<String>,
    /// Optional columns that it does not have.
    pub absent: Vec<String>,
    /// Columns some cells of which say no value of their kind.
    pub unreadable: Vec<Unreadable>,
}

/// Cells that are missing from the comparison because they could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Column of the spec.
    pub column: String,
    /// What it should hold.
    pub kind: Kind,
    /// How many there are.
    pub cells: usize,
    /// Row of the first, from 1.
    pub row: usize,
    /// What stands there.
    pub value: String,
}

impl Reading {
    /// Whether there is nothing to tell.
    pub fn is_silent(&self) -> bool {
        self.found.is_empty() && self.absent.is_empty() && !self.numbered && self.unreadable.is_empty()
    }

    /// Takes in what a batch had; `row` is the first row of the batch, from 0.
    pub(super) fn add(&mut self, row: usize, found: Vec<Unreadable>) {
        for own in found {
            match self.unreadable.iter_mut().find(|known| known.column == own.column) {
                Some(known) => known.cells += own.cells,
                None => self.unreadable.push(Unreadable { row: own.row + row, ..own }),
            }
        }
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", self.path.display())?;
        let list = |names: &[String]| if names.is_empty() { "–".to_owned() } else { names.join(", ") };
        if !self.found.is_empty() || !self.absent.is_empty() {
            write!(f, " 可选列 optional columns: 有 found {}; 无 absent {}", list(&self.found), list(&self.absent))?;
        }
        if self.numbered {
            write!(f, "\n  无编号列，以行号为名 no column names the rows: they are named by number, from 1")?;
        }
        for own in &self.unreadable {
            write!(
                f,
                "\n  {}: {} 格不是{} cells are no {}, taken for missing; first 首见 row {}: {:?}",
                own.column,
                own.cells,
                if own.kind == Kind::Number { "数字" } else { "日期" },
                own.kind.as_str(),
                own.row,
                own.value
            )?;
        }
        Ok(())
    }
}
