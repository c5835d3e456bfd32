//! Pairs and entities as Parquet or, by the file's extension, CSV.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::LinkageError;
use super::columns::Rows;
use super::compare::level_of;
use super::predict::Scored;
use super::run::Decision;
use super::spec::Spec;

/// Rows of a batch.
const ROWS: usize = 1 << 15;

enum Writer {
    Csv(Box<arrow::csv::Writer<BufWriter<File>>>),
    Parquet(Box<ArrowWriter<BufWriter<File>>>),
}

/// Writes batches to `path` by way of a file beside it, so that no half-written file ever has its name.
fn write(
    path: &Path,
    schema: SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, LinkageError>>,
) -> Result<(), LinkageError> {
    let csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let file = BufWriter::new(File::create(part).map_err(LinkageError::io(path))?);
    let mut writer = if csv {
        Writer::Csv(Box::new(arrow::csv::WriterBuilder::new().with_header(true).build(file)))
    } else {
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(Default::default())).build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        Writer::Parquet(Box::new(writer.map_err(|e| LinkageError::input(path, e))?))
    };
    for batch in std::iter::once(Ok(RecordBatch::new_empty(schema))).chain(batches) {
        match &mut writer {
            Writer::Csv(writer) => writer.write(&batch?)?,
            Writer::Parquet(writer) => writer.write(&batch?).map_err(|e| LinkageError::input(path, e))?,
        }
    }
    match writer {
        Writer::Csv(writer) => drop(writer.into_inner()),
        Writer::Parquet(writer) => _ = writer.close().map_err(|e| LinkageError::input(path, e))?,
    }
    std::fs::rename(part, path).map_err(LinkageError::io(path))
}

/// Pairs: both names, weight, probability, decision, the rule that made them and each comparison's level.
pub(super) fn pairs(
    path: &Path,
    spec: &Spec,
    rows: &Rows,
    pairs: &[Scored],
    decisions: &[Decision],
) -> Result<(), LinkageError> {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    let mut fields = vec![
        text("left_id", false),
        text("right_id", false),
        Field::new("weight", DataType::Float64, false),
        Field::new("probability", DataType::Float64, false),
        text("decision", false),
        Field::new("rule", DataType::UInt32, true),
    ];
    fields.extend(spec.comparisons.iter().map(|comparison| text(&format!("level_{}", comparison.name), true)));
    let schema = Arc::new(Schema::new(fields));
    let batches = pairs.chunks(ROWS).zip(decisions.chunks(ROWS)).map(|(pairs, decisions)| {
        let ids = |of: fn(&Scored) -> u32| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(pairs.iter().map(|pair| rows.id(of(pair)))))
        };
        let numbers = |of: fn(&Scored) -> f64| -> ArrayRef {
            Arc::new(pairs.iter().map(|p| Some(of(p))).collect::<Float64Array>())
        };
        let mut columns: Vec<ArrayRef> = vec![
            ids(|pair| pair.left),
            ids(|pair| pair.right),
            numbers(|pair| f64::from(pair.weight)),
            numbers(Scored::probability),
            Arc::new(StringArray::from_iter_values(decisions.iter().map(|decision| decision.as_str()))),
            Arc::new(pairs.iter().map(|p| (p.rule != u8::MAX).then(|| u32::from(p.rule) + 1)).collect::<UInt32Array>()),
        ];
        for (i, comparison) in spec.comparisons.iter().enumerate() {
            let label =
                |pair: &Scored| level_of(pair.pattern, i).checked_sub(1).map(|level| comparison.labels[level].as_str());
            columns.push(Arc::new(pairs.iter().map(label).collect::<StringArray>()));
        }
        Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
    });
    write(path, Arc::clone(&schema), batches)
}

/// Entities: the number of each, side and name of its rows. Rows that stand alone are not written.
pub(super) fn clusters(path: &Path, rows: &Rows, members: &[Vec<u32>]) -> Result<(), LinkageError> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("cluster", DataType::UInt32, false),
        Field::new("side", DataType::Utf8, false),
        Field::new("id", DataType::Utf8, false),
    ]));
    let flat: Vec<(u32, u32)> =
        members.iter().enumerate().flat_map(|(i, rows)| rows.iter().map(move |row| (i as u32 + 1, *row))).collect();
    let batches = flat.chunks(ROWS).map(|part| {
        let side = |row: u32| if row < rows.left { "left" } else { "right" };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(part.iter().map(|(cluster, _)| *cluster))),
            Arc::new(StringArray::from_iter_values(part.iter().map(|(_, row)| side(*row)))),
            Arc::new(StringArray::from_iter_values(part.iter().map(|(_, row)| rows.id(*row)))),
        ];
        Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
    });
    write(path, Arc::clone(&schema), batches)
}
