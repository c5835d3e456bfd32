//! The rows that findings rest on, as they stood in the source.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use futures::StreamExt;
use rayon::prelude::*;

use crate::query::Session;
use crate::query::library::EvidenceRole;
use crate::snapshot::{ArchiveReader, Snapshot, file_no, row_id, row_number};

use super::finding::{CONFIRMED, Links};
use super::{EvidenceRef, FlagError};

/// A row of evidence in the contract's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow<'a> {
    /// Position of the finding it belongs to, as the caller counts.
    pub finding: usize,
    /// For or against.
    pub role: EvidenceRole,
    /// Contract table.
    pub table: &'a str,
    /// Delivered file.
    pub source_file: &'a str,
    /// Row of it, as a spreadsheet counts.
    pub source_row: u64,
    /// `header=cell` of the row as it stood; held once, however many findings rest on the row.
    pub text: Arc<str>,
}

/// The inferred links among those rows.
pub async fn inferred_links(session: &Session, rows: &HashSet<i64>) -> Result<Links, FlagError> {
    let frame = session.context().table("identity_issue").await?;
    let mut stream = frame.select_columns(&["row_id", "method", "probability"])?.execute_stream().await?;
    let mut links = Links::new();
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let ids = batch.column(0).as_primitive::<Int64Type>();
        let methods = cast(batch.column(1), &DataType::Utf8)?;
        let probabilities = batch.column(2).as_primitive::<Float64Type>();
        for i in (0..batch.num_rows()).filter(|i| probabilities.is_valid(*i) && rows.contains(&ids.value(*i))) {
            let method = methods.as_string::<i32>().value(i).to_owned();
            let own = (method, probabilities.value(i));
            // Of several in a row the weakest counts, and an inference before a steward's word.
            let link = links.entry(ids.value(i)).or_insert_with(|| own.clone());
            if own.1 < link.1 || link.0 == CONFIRMED {
                *link = own;
            }
        }
    }
    Ok(links)
}

/// Fetches evidence from the archive: files side by side, each frame of a file opened once. Rows come
/// in order of finding, role, table and place.
pub fn evidence_rows<'a>(
    snapshot: &'a Snapshot,
    evidence: &[(usize, EvidenceRef)],
    links: &Links,
) -> Result<Vec<EvidenceRow<'a>>, FlagError> {
    let mut by_file: BTreeMap<u32, BTreeMap<u64, BTreeSet<(usize, EvidenceRole)>>> = BTreeMap::new();
    for (finding, row) in evidence {
        let rows = by_file.entry(file_no(row.row_id)).or_default();
        rows.entry(row_number(row.row_id)).or_default().insert((*finding, row.role));
    }
    let archive = snapshot.archive_dir();
    let fetched: Vec<Vec<EvidenceRow<'a>>> = by_file
        .into_par_iter()
        .map(|(number, wanted)| -> Result<_, FlagError> {
            let Some(source) = snapshot.manifest.sources.iter().find(|s| s.file_no == number) else {
                return Ok(Vec::new());
            };
            let numbers: Vec<u64> = wanted.keys().copied().collect();
            let mut rows = Vec::with_capacity(wanted.values().map(BTreeSet::len).sum());
            ArchiveReader::open(&archive, number)?.visit(&numbers, |row| {
                let mut text = row.text();
                if let Some((method, probability)) = links.get(&row_id(number, row.row_number)) {
                    text.push_str(&match method.as_str() {
                        CONFIRMED => " [身份经人工核定 identity confirmed by a steward]".to_owned(),
                        _ => format!(" [身份推断 inferred link: {method}, {probability:.3}]"),
                    });
                }
                let text: Arc<str> = text.into();
                for (finding, role) in wanted.get(&row.row_number).into_iter().flatten() {
                    rows.push(EvidenceRow {
                        finding: *finding,
                        role: *role,
                        table: &source.table,
                        source_file: &source.source.name,
                        source_row: row.row_number,
                        text: Arc::clone(&text),
                    });
                }
            })?;
            Ok(rows)
        })
        .collect::<Result<_, _>>()?;
    let mut rows: Vec<EvidenceRow<'a>> = fetched.into_iter().flatten().collect();
    rows.par_sort_by(|a, b| {
        (a.finding, a.role, a.table, a.source_file, a.source_row).cmp(&(
            b.finding,
            b.role,
            b.table,
            b.source_file,
            b.source_row,
        ))
    });
    Ok(rows)
}
