//! Where the evidence of each finding lies in `evidence.parquet`.
//!
//! The file is written finding by finding, so a finding's rows stand together. The places are found once,
//! by reading the one column that names the finding; afterwards the rows of a finding are read by place,
//! which decompresses a page a column and not the file.

use std::path::PathBuf;

use arrow::array::Array;
use arrow::datatypes::Int64Type;
use once_cell::sync::OnceCell;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};

use super::columns::{number, open, rows, text};
use super::{Findings, List, StoreError};

/// A row of evidence as the audit wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceLine {
    /// for or against.
    pub role: String,
    /// Contract table.
    pub table: String,
    /// Delivered file.
    pub source_file: String,
    /// Row of it, as a spreadsheet counts.
    pub source_row: i64,
    /// `header=cell` of the row.
    pub text: String,
}

#[derive(Debug)]
struct Places {
    metadata: ArrowReaderMetadata,
    /// First row and count of each finding.
    runs: Vec<(u32, u32)>,
}

/// The places, found when they are first asked for.
#[derive(Debug)]
pub struct EvidenceIndex {
    path: PathBuf,
    places: OnceCell<Places>,
}

impl EvidenceIndex {
    /// Of a file that is not read yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, places: OnceCell::new() }
    }

    /// The first `limit` rows of evidence of a finding, and how many there are.
    pub fn of(
        &self,
        findings: &Findings,
        finding: u32,
        limit: usize,
    ) -> Result<(Vec<EvidenceLine>, usize), StoreError> {
        // However many ask at once, they are found once.
        let places = self.places.get_or_try_init(|| self.find_places(findings))?;
        let Some(&(start, count @ 1..)) = places.runs.get(finding as usize) else { return Ok((Vec::new(), 0)) };
        let (start, count) = (start as usize, count as usize);
        let range = start..start + count.min(limit);
        let names = ["role", "table", "source_file", "source_row", "text"];
        let batch = rows(&self.path, &places.metadata, &names, std::iter::once(range))?;
        let column = |name: &str| text(&self.path, &batch, name);
        let (role, table, file, said) = (column("role")?, column("table")?, column("source_file")?, column("text")?);
        let row = number::<Int64Type>(&self.path, &batch, "source_row")?;
        let lines = (0..batch.num_rows()).map(|i| EvidenceLine {
            role: role.value(i).to_owned(),
            table: table.value(i).to_owned(),
            source_file: file.value(i).to_owned(),
            source_row: row.value(i),
            text: said.value(i).to_owned(),
        });
        Ok((lines.collect(), count))
    }

    fn find_places(&self, findings: &Findings) -> Result<Places, StoreError> {
        let (file, metadata) = open(&self.path)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
        let mask = ProjectionMask::columns(builder.parquet_schema(), ["finding_id"]);
        let reader = builder.with_projection(mask).build().map_err(|e| StoreError::damaged(&self.path, e))?;
        let mut runs = vec![(0, 0); findings.len()];
        // Findings and evidence have one order, so the next finding is nearly always the one that follows.
        let (mut at, mut current): (u32, Option<u32>) = (0, None);
        for batch in reader {
            let ids = text(&self.path, &batch?, "finding_id")?;
            for i in 0..ids.len() {
                let id = ids.value(i);
                let same = current.filter(|&row| findings.id(row) == id);
                let next = || current.map_or(0, |row| row + 1);
                let following =
                    || Some(next()).filter(|&row| (row as usize) < findings.len() && findings.id(row) == id);
                let row = match same.or_else(following) {
                    Some(row) => Some(row),
                    None => findings.orders().find(id)?,
                };
                if let Some(row) = row {
                    let run = &mut runs[row as usize];
                    *run = if run.1 == 0 { (at, 1) } else { (run.0, run.1 + 1) };
                    current = Some(row);
                }
                at += 1;
            }
        }
        Ok(Places { metadata, runs })
    }
}
