//! What an algorithm found of each vertex, and its rows as text and Parquet.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use rayon::prelude::*;

use super::{GraphError, Ids, algorithms};

/// A value for each vertex.
pub(super) enum Values {
    Hops(Vec<u32>),
    Counts(Vec<u64>),
    Reals(Vec<f64>),
    /// Vertices that stand for others.
    Vertices(Vec<u32>),
    /// Counts of some vertices.
    Some(Vec<(u32, u64)>),
    Paths(algorithms::Paths),
}

/// What stands between fields of a row.
#[derive(Debug, Clone, Copy)]
struct Form {
    apart: char,
    /// Between the ids of a path, which are one field of CSV and Parquet.
    between: char,
}

impl Form {
    /// A comma in CSV, else a space; a tab where an id holds a space.
    fn of(ids: &Ids, comma: bool) -> Self {
        let between = if ids.any_blank() { '\t' } else { ' ' };
        Self { apart: if comma { ',' } else { between }, between }
    }

    /// Writes a text as a field: in quotes where it would be read as another otherwise.
    fn put(self, text: &str, into: &mut String) {
        let apart = match self.apart {
            // A row without tabs is split by what else it has.
            ' ' => text.contains([' ', ',', ';', '\t']),
            // Numbers apart by a space are fields before a tab.
            '\t' => {
                text.contains('\t')
                    || (text.contains(' ') && text.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
            }
            apart => text.contains(apart),
        };
        let comment = text.starts_with(['#', '%']) || text.starts_with("//");
        if apart || comment || text.contains(['"', '\n', '\r']) || text.trim() != text {
            quoted(text, into);
        } else {
            into.push_str(text);
        }
    }

    /// Writes the id of a vertex as a field.
    fn vertex(self, vertex: u32, ids: &Ids, into: &mut String) {
        match ids {
            Ids::Numbers(_) => ids.write(vertex, into),
            Ids::Texts(texts) => self.put(&texts[vertex as usize], into),
        }
    }

    /// The ids of a path as one text.
    fn path(self, path: &algorithms::Path, ids: &Ids) -> String {
        let mut text = String::new();
        for (hop, &vertex) in path.vertices.iter().enumerate() {
            if hop > 0 {
                text.push(self.between);
            }
            match ids {
                Ids::Texts(texts) if texts[vertex as usize].contains([self.between, '"']) => {
                    quoted(&texts[vertex as usize], &mut text);
                }
                _ => ids.write(vertex, &mut text),
            }
        }
        text
    }
}

/// Writes a text between quotes, its own ones twice (RFC 4180).
fn quoted(text: &str, into: &mut String) {
    into.push('"');
    into.push_str(&text.replace('"', "\"\""));
    into.push('"');
}

/// Rows that one task formats.
const ROWS: usize = 1 << 16;
/// Rows of a batch of Parquet.
const PARQUET_ROWS: usize = 1 << 20;

impl Values {
    /// Whether the search that found them came to its end.
    pub(super) fn complete(&self) -> bool {
        !matches!(self, Self::Paths(found) if !found.complete)
    }

    /// Writes a row a vertex, its id and the value: Parquet where the file is named so, else apart by a space (by a
    /// comma, under a header, where it is named `.csv`; by a tab where an id holds a space), with quotes where an id
    /// would be read as another without.
    pub(super) fn write(&self, out: &Path, ids: &Ids) -> Result<(), GraphError> {
        let named = |kind: &str| out.extension().is_some_and(|e| e.eq_ignore_ascii_case(kind));
        let file = File::create(out).map_err(|e| GraphError::io(out, e))?;
        let written = match named("parquet") {
            true => self.write_parquet(file, ids),
            false => self.write_text(file, ids, named("csv")),
        };
        written.map_err(|e| GraphError::io(out, e))
    }

    fn write_text(&self, mut file: File, ids: &Ids, comma: bool) -> io::Result<()> {
        let form = Form::of(ids, comma);
        if comma {
            let header = if matches!(self, Self::Paths(_)) { "length,path\n" } else { "vertex,value\n" };
            file.write_all(header.as_bytes())?;
        }
        let rows = self.rows(ids);
        let starts: Vec<usize> = (0..rows).step_by(ROWS).collect();
        // As many blocks at a time as keep the threads busy.
        for group in starts.chunks(rayon::current_num_threads() * 4) {
            let texts: Vec<String> = group
                .par_iter()
                .map(|&start| {
                    let mut text = String::with_capacity(ROWS * 24);
                    (start..(start + ROWS).min(rows)).for_each(|nth| self.row(nth, ids, form, &mut text));
                    text
                })
                .collect();
            for text in texts {
                file.write_all(text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn rows(&self, ids: &Ids) -> usize {
        match self {
            Self::Paths(found) => found.paths.len(),
            Self::Some(some) => some.len(),
            _ => ids.len(),
        }
    }

    fn write_parquet(&self, file: File, ids: &Ids) -> io::Result<()> {
        let rows = self.rows(ids);
        let names = if matches!(self, Self::Paths(_)) { ["length", "path"] } else { ["vertex", "value"] };
        let group = |start: usize| -> io::Result<RecordBatch> {
            let [first, second] = self.columns(start..(start + PARQUET_ROWS).min(rows), ids);
            RecordBatch::try_from_iter([(names[0], first), (names[1], second)]).map_err(io::Error::other)
        };
        let head = group(0)?;
        let mut writer = ArrowWriter::try_new(file, head.schema(), None).map_err(io::Error::other)?;
        writer.write(&head).map_err(io::Error::other)?;
        for start in (PARQUET_ROWS..rows).step_by(PARQUET_ROWS) {
            writer.write(&group(start)?).map_err(io::Error::other)?;
        }
        writer.close().map_err(io::Error::other).map(drop)
    }

    /// Some rows as two columns. What has no path is null.
    fn columns(&self, rows: Range<usize>, ids: &Ids) -> [ArrayRef; 2] {
        let value: ArrayRef = match self {
            Self::Paths(found) => {
                let (paths, form) = (&found.paths[rows], Form::of(ids, true));
                let text = |path: &algorithms::Path| form.path(path, ids);
                let length: Float64Array = paths.iter().map(|path| Some(path.length)).collect();
                return [Arc::new(length), Arc::new(StringArray::from_iter_values(paths.iter().map(text)))];
            }
            Self::Hops(hops) => {
                let hops = hops[rows.clone()].iter().map(|h| (*h != algorithms::UNREACHABLE).then_some(i64::from(*h)));
                Arc::new(hops.collect::<Int64Array>())
            }
            Self::Counts(counts) => Arc::new(UInt64Array::from(counts[rows.clone()].to_vec())),
            Self::Reals(reals) => {
                Arc::new(reals[rows.clone()].iter().map(|r| r.is_finite().then_some(*r)).collect::<Float64Array>())
            }
            Self::Vertices(vertices) => ids.column(vertices[rows.clone()].iter().copied()),
            Self::Some(some) => {
                let some = &some[rows];
                let counts = UInt64Array::from_iter_values(some.iter().map(|(_, count)| *count));
                return [ids.column(some.iter().map(|(v, _)| *v)), Arc::new(counts)];
            }
        };
        [ids.column(rows.map(|v| v as u32)), value]
    }

    fn row(&self, nth: usize, ids: &Ids, form: Form, text: &mut String) {
        use std::fmt::Write;
        if let Self::Paths(found) = self {
            let path = &found.paths[nth];
            // Writing into a string cannot fail.
            {
                let _ = write!(text, "{}", path.length);
            };
            if form.apart == ',' {
                text.push(form.apart);
                form.put(&form.path(path, ids), text);
            } else {
                for &vertex in &path.vertices {
                    text.push(form.apart);
                    form.vertex(vertex, ids, text);
                }
            }
            text.push('\n');
            return;
        }
        let vertex = if let Self::Some(some) = self { some[nth].0 } else { nth as u32 };
        form.vertex(vertex, ids, text);
        text.push(form.apart);
        match self {
            Self::Hops(hops) => match hops[nth] {
                algorithms::UNREACHABLE => text.push_str("9223372036854775807"),
                hops => {
                    let _ = write!(text, "{hops}");
                }
            },
            Self::Counts(counts) => {
                let _ = write!(text, "{}", counts[nth]);
            }
            Self::Reals(reals) if reals[nth].is_infinite() => text.push_str("Infinity"),
            Self::Reals(reals) => {
                let _ = write!(text, "{:e}", reals[nth]);
            }
            Self::Vertices(vertices) => form.vertex(vertices[nth], ids, text),
            Self::Some(some) => {
                let _ = write!(text, "{}", some[nth].1);
            }
            Self::Paths(_) => {}
        }
        text.push('\n');
    }
}
