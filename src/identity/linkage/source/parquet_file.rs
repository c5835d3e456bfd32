//! Parquet as texts.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::LinkageError;
use super::{ROWS, SEPARATOR, Source, position};

pub(super) fn open(path: &Path, wanted: &[&str]) -> Result<Source, LinkageError> {
    let file = File::open(path).map_err(LinkageError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| LinkageError::input(path, e))?;
    let fields = builder.schema().fields().clone();
    let known: Vec<String> = fields.iter().map(|f| f.name().clone()).collect();
    let mut roots: Vec<usize> = wanted.iter().filter_map(|header| position(&known, header)).collect();
    if roots.is_empty() {
        // None is known by name: the caller goes by place.
        roots = (0..known.len()).collect();
    }
    roots.sort_unstable();
    roots.dedup();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots.iter().copied());
    let reader =
        builder.with_projection(mask).with_batch_size(ROWS).build().map_err(|e| LinkageError::input(path, e))?;
    let batches = reader.map(|batch| batch.and_then(|batch| texts(&batch)).map_err(|e| e.to_string()));
    let headers = roots.iter().map(|at| known[*at].clone()).collect();
    let lists = roots.iter().map(|at| items(fields[*at].data_type()).is_some()).collect();
    let (encoding, replaced) = (None, Arc::default());
    Ok(Source { path: path.to_owned(), headers, known, lists, encoding, replaced, batches: Box::new(batches) })
}

/// What a list is of; `None` of what is none.
fn items(kind: &DataType) -> Option<&DataType> {
    match kind {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => Some(item.data_type()),
        DataType::ListView(item) | DataType::LargeListView(item) => Some(item.data_type()),
        _ => None,
    }
}

/// Every column as texts; the items of a list parted by the unit separator.
fn texts(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let column = |array: &ArrayRef| -> Result<ArrayRef, arrow::error::ArrowError> {
        let Some(item) = items(array.data_type()) else {
            let (said, written) = (cast(array, &DataType::Utf8)?, written(array.data_type()));
            return Ok(Arc::new(said.as_string::<i32>().iter().map(|text| text.map(written)).collect::<StringArray>()));
        };
        let written = written(item);
        let lists = cast(array, &DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))))?;
        let joined = lists.as_list::<i32>().iter().map(|list| {
            let items: Vec<_> = list?.as_string::<i32>().iter().flatten().map(|t| written(t).to_owned()).collect();
            Some(items.join(SEPARATOR))
        });
        Ok(Arc::new(joined.collect::<StringArray>()))
    };
    let columns = batch.columns().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let fields: Vec<_> = batch.schema().fields().iter().map(|f| Field::new(f.name(), DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// How a value of this kind is written by people.
fn written(kind: &DataType) -> fn(&str) -> &str {
    match kind {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => super::whole,
        DataType::Timestamp(..) => day,
        _ => |text| text,
    }
}

/// A moment at midnight is a day: pandas has no other dates.
fn day(text: &str) -> &str {
    let at = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    at.strip_suffix("T00:00:00").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use arrow::array::{FixedSizeListBuilder, Float64Array, LargeListBuilder, ListBuilder, StringBuilder, UInt64Array};
    use parquet::arrow::ArrowWriter;

    use super::*;

    #[test]
    fn numbers_and_days_of_parquet_are_written_as_people_write_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.parquet");
        let whole: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, 7, 8]));
        let real: ArrayRef = Arc::new(Float64Array::from(vec![Some(2001.0), None, Some(0.5)]));
        let moment = arrow::array::TimestampMillisecondArray::from(vec![Some(0), None, Some(86_400_000 + 1_000)]);
        let batch =
            RecordBatch::try_from_iter([("whole", whole), ("real", real), ("moment", Arc::new(moment) as ArrayRef)])
                .unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let read = Source::open(&path, &["whole", "real", "moment"]).unwrap().next().unwrap().unwrap();
        let texts = |at: usize| read.column(at).as_string::<i32>().iter().map(|t| t.map(str::to_owned)).collect();
        let (whole, real): (Vec<_>, Vec<_>) = (texts(0), texts(1));
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(whole, [said("18446744073709551615"), said("7"), said("8")]);
        assert_eq!(real, [said("2001"), None, said("0.5")]);
        let moment: Vec<_> = texts(2);
        assert_eq!(moment, [said("1970-01-01"), None, said("1970-01-02T00:00:01")]);
    }

    #[test]
    fn lists_of_every_kind_are_lists() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.parquet");
        let (mut list, mut large) =
            (ListBuilder::new(StringBuilder::new()), LargeListBuilder::new(StringBuilder::new()));
        let mut fixed = FixedSizeListBuilder::new(arrow::array::Float64Builder::new(), 2);
        for row in [Some(["poet, late", "painter"]), None] {
            let items: Vec<_> = row.into_iter().flatten().collect();
            items.iter().for_each(|item| list.values().append_value(item));
            items.iter().for_each(|item| large.values().append_value(item));
            [1.0, 2.5].iter().for_each(|number| fixed.values().append_value(*number));
            list.append(row.is_some());
            large.append(row.is_some());
            fixed.append(row.is_some());
        }
        let plain: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let columns: [(&str, ArrayRef); 4] = [
            ("plain", plain),
            ("list", Arc::new(list.finish())),
            ("large", Arc::new(large.finish())),
            ("fixed", Arc::new(fixed.finish())),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let mut source = Source::open(&path, &["plain", "list", "large", "fixed"]).unwrap();
        assert_eq!((0..4).map(|at| source.is_list(at)).collect::<Vec<_>>(), [false, true, true, true]);
        let read = source.next().unwrap().unwrap();
        let texts = |at: usize| read.column(at).as_string::<i32>().iter().map(|t| t.map(str::to_owned)).collect();
        for (at, first) in [(1, "poet, late\u{1f}painter"), (2, "poet, late\u{1f}painter"), (3, "1\u{1f}2.5")] {
            let texts: Vec<Option<String>> = texts(at);
            assert_eq!(texts, [Some(first.to_owned()), None]);
        }
    }
}
