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
    /// Cells that are taken for missing, by column.
    pub dropped: Vec<Dropped>,
    /// Columns of dates such as 09/04/1956 of which no file tells whether day or month comes first.
    pub open_dates: Vec<String>,
    /// What its characters are written in, of text.
    pub encoding: Option<&'static str>,
    /// Characters that could not be decoded, and stand as U+FFFD.
    pub replaced: u64,
}

/// Cells that are missing from the comparison though something stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Column of the spec.
    pub column: String,
    /// Why.
    pub why: Why,
    /// How many there are.
    pub cells: usize,
    /// Row of the first, from 1.
    pub row: usize,
    /// What stands there.
    pub value: String,
}

/// Why a cell is taken for missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It holds a word that stands for nothing.
    Placeholder,
    /// It says no value of the column's kind.
    Unreadable(Kind),
}

impl Reading {
    /// Whether there is nothing to tell.
    pub fn is_silent(&self) -> bool {
        self.found.is_empty()
            && self.absent.is_empty()
            && !self.numbered
            && self.dropped.is_empty()
            && self.open_dates.is_empty()
            && self.other_encoding().is_none()
            && self.replaced == 0
    }

    /// What its characters are written in where that is not UTF-8.
    fn other_encoding(&self) -> Option<&'static str> {
        self.encoding.filter(|name| *name != "UTF-8")
    }

    /// Takes in what a batch had; `row` is the first row of the batch, from 0.
    pub(super) fn add(&mut self, row: usize, found: Vec<Dropped>) {
        for own in found {
            match self.dropped.iter_mut().find(|known| known.column == own.column && known.why == own.why) {
                Some(known) => known.cells += own.cells,
                None => self.dropped.push(Dropped { row: own.row + row, ..own }),
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
        if let Some(encoding) = self.other_encoding() {
            write!(f, "\n  编码 read as {encoding}")?;
        }
        if self.replaced > 0 {
            let (count, encoding) = (self.replaced, self.encoding.unwrap_or_default());
            write!(
                f,
                "\n  {count} 处不是合法的 {encoding}，以 � 代之 sequences are no {encoding} and stand as �: the file was cut or \
                 holds bytes of another encoding"
            )?;
        }
        for column in &self.open_dates {
            write!(
                f,
                "\n  {column}: 无从判断日在前还是月在前，按日在前读 no date tells whether day or month comes first: read as \
                 day/month/year"
            )?;
        }
        for Dropped { column, why, cells, row, value } in &self.dropped {
            match why {
                Why::Placeholder => write!(
                    f,
                    "\n  {column}: {cells} 格为表示“无”的字样，视为缺失 cells hold a word for nothing, taken for missing \
                     (placeholders = false keeps them)"
                )?,
                Why::Unreadable(kind) => write!(
                    f,
                    "\n  {column}: {cells} 格不是{} cells are no {}, taken for missing",
                    if *kind == Kind::Number { "数字" } else { "日期" },
                    kind.as_str()
                )?,
            }
            write!(f, "; first 首见 row {row}: {value:?}")?;
        }
        Ok(())
    }
}
