//! Files of a linkage: CSV (any usual delimiter, UTF-8, GB18030 or Windows-1252) and Parquet, read batch
//! by batch as raw texts.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::LinkageError;

/// Rows of a batch: few enough that small files too are worked on by every processor.
const ROWS: usize = 2048;
/// Bytes looked at to tell the encoding.
const SAMPLE: u64 = 1 << 22;

/// A file being read.
pub(super) struct Source {
    path: PathBuf,
    /// Of the columns of the batches.
    headers: Vec<String>,
    /// All that the file has.
    known: Vec<String>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, String>> + Send>,
}

impl Source {
    /// Opens a file for the columns of those headers; of a header letters and digits count, not their case.
    pub fn open(path: &Path, wanted: &[&str]) -> Result<Self, LinkageError> {
        let parquet = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        if parquet { parquet_source(path, wanted) } else { csv_source(path) }
    }

    /// Headers of a file.
    pub fn headers(path: &Path) -> Result<Vec<String>, LinkageError> {
        Ok(Self::open(path, &[])?.known)
    }

    /// Column of the first of these headers that the file has, within the batches.
    ///
    /// # Errors
    ///
    /// There is none: names those there are.
    pub fn position<H: AsRef<str>>(&self, headers: &[H]) -> Result<usize, LinkageError> {
        headers.iter().find_map(|header| position(&self.headers, header.as_ref())).ok_or_else(|| {
            let asked: Vec<_> = headers.iter().map(|header| format!("{:?}", header.as_ref())).collect();
            let (asked, there) = (asked.join(" or "), self.known.join(", "));
            LinkageError::input(&self.path, format!("there is no column {asked}; the file has {there}"))
        })
    }

    /// Columns of the batches.
    pub fn columns(&self) -> usize {
        self.headers.len()
    }

    /// The next rows, every column as texts.
    pub fn next(&mut self) -> Result<Option<RecordBatch>, LinkageError> {
        self.batches.next().transpose().map_err(|reason| LinkageError::input(&self.path, reason))
    }
}

/// Letters and digits of a header, small.
fn bare(header: &str) -> String {
    crate::domain::text::clean(header).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The header as it is, else the first of the same letters and digits: `given_name` is `Given Name`.
pub(super) fn position(headers: &[String], header: &str) -> Option<usize> {
    let alike = || {
        let bare_header = bare(header);
        headers.iter().position(|h| !bare_header.is_empty() && bare(h) == bare_header)
    };
    headers.iter().position(|h| h == header).or_else(alike)
}

fn parquet_source(path: &Path, wanted: &[&str]) -> Result<Source, LinkageError> {
    let file = File::open(path).map_err(LinkageError::io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| LinkageError::input(path, e))?;
    let headers: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut roots: Vec<usize> = wanted.iter().filter_map(|header| position(&headers, header)).collect();
    if roots.is_empty() {
        // None is known by name: the caller goes by place.
        roots = (0..headers.len()).collect();
    }
    roots.sort_unstable();
    roots.dedup();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots.iter().copied());
    let reader =
        builder.with_projection(mask).with_batch_size(ROWS).build().map_err(|e| LinkageError::input(path, e))?;
    let batches = reader.map(|batch| batch.and_then(|batch| texts(&batch)).map_err(|e| e.to_string()));
    let known = headers;
    let headers = roots.into_iter().map(|at| known[at].clone()).collect();
    Ok(Source { path: path.to_owned(), headers, known, batches: Box::new(batches) })
}

/// Every column as texts; the items of a list parted by the unit separator.
fn texts(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let column = |array: &ArrayRef| -> Result<ArrayRef, arrow::error::ArrowError> {
        match array.data_type() {
            DataType::List(_) => {}
            _ => {
                let said = cast(array, &DataType::Utf8)?;
                let said = said.as_string::<i32>().iter();
                let shorten: fn(&str) -> &str = match array.data_type() {
                    DataType::Float16 | DataType::Float32 | DataType::Float64 => whole,
                    DataType::Timestamp(..) => day,
                    _ => |text| text,
                };
                return Ok(Arc::new(said.map(|text| text.map(shorten)).collect::<StringArray>()));
            }
        }
        let lists = array.as_list::<i32>().iter().map(|list| {
            let Some(list) = list else { return Ok(None) };
            let items = cast(&list, &DataType::Utf8)?;
            Ok(Some(items.as_string::<i32>().iter().flatten().collect::<Vec<_>>().join(SEPARATOR)))
        });
        Ok(Arc::new(lists.collect::<Result<StringArray, arrow::error::ArrowError>>()?))
    };
    let columns = batch.columns().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let fields: Vec<_> = batch.schema().fields().iter().map(|f| Field::new(f.name(), DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// A whole number is written as one: pandas makes floats of whole numbers with gaps.
fn whole(text: &str) -> &str {
    let number = |text: &&str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.strip_suffix(".0").filter(number).unwrap_or(text)
}

/// A moment at midnight is a day: pandas has no other dates.
fn day(text: &str) -> &str {
    let at = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    at.strip_suffix("T00:00:00").unwrap_or(text)
}

/// Parts the items of a Parquet list.
pub(super) const SEPARATOR: &str = "\u{1f}";

fn csv_source(path: &Path) -> Result<Source, LinkageError> {
    let mut file = File::open(path).map_err(LinkageError::io(path))?;
    let mut sample = Vec::new();
    (&mut file).take(SAMPLE).read_to_end(&mut sample).map_err(LinkageError::io(path))?;
    file.seek(SeekFrom::Start(0)).map_err(LinkageError::io(path))?;
    let encoding = encoding(&sample);
    let (start, _, _) = encoding.decode(&sample[..sample.len().min(1 << 16)]);
    let first = start.lines().next().unwrap_or_default();
    let delimiter = crate::domain::text::delimiter(first.as_bytes());
    let mut header = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(start.as_bytes());
    let header = header.headers().map_err(|e| LinkageError::input(path, e))?;
    let headers: Vec<String> = header.iter().map(|h| crate::domain::text::clean(h).into_owned()).collect();
    let input: Box<dyn Read + Send> = if encoding == encoding_rs::UTF_8 {
        Box::new(file)
    } else {
        Box::new(Decoded { file, decoder: encoding.new_decoder(), ready: Vec::new(), at: 0, done: false })
    };
    let input: Box<dyn Read + Send> = Box::new(input.chain(END.as_bytes()));
    let rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(BufReader::with_capacity(1 << 20, input));
    let batches = CsvBatches { rows, headers: headers.clone(), record: csv::StringRecord::new(), ended: false };
    Ok(Source { path: path.to_owned(), known: headers.clone(), headers, batches: Box::new(batches) })
}

/// UTF-8 where the bytes are; else GB18030 where bytes above 127 come in pairs, else Windows-1252.
fn encoding(sample: &[u8]) -> &'static encoding_rs::Encoding {
    let utf8 = match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if utf8 {
        return encoding_rs::UTF_8;
    }
    let (mut alone, mut paired) = (0usize, 0usize);
    for run in sample.split(u8::is_ascii).filter(|run| !run.is_empty()) {
        if run.len() == 1 { alone += 1 } else { paired += 1 }
    }
    if alone > paired { encoding_rs::WINDOWS_1252 } else { encoding_rs::GB18030 }
}

/// Decodes as it is read.
struct Decoded {
    file: File,
    decoder: encoding_rs::Decoder,
    ready: Vec<u8>,
    at: usize,
    done: bool,
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.ready.len() && !self.done {
            let mut raw = vec![0; 1 << 16];
            let read = self.file.read(&mut raw)?;
            self.done = read == 0;
            let mut text = String::with_capacity(self.decoder.max_utf8_buffer_length(read).unwrap_or(1 << 18));
            let _ = self.decoder.decode_to_string(&raw[..read], &mut text, self.done);
            (self.ready, self.at) = (text.into_bytes(), 0);
        }
        let count = out.len().min(self.ready.len() - self.at);
        out[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Stands behind the file as a row of its own. Where it ends up in a cell, a quote before it was not closed.
const END: &str = "\n\u{1}END OF FILE\u{1}\n";
/// Lines of a row from which a quote is taken for one that was not closed.
const LINES: u64 = 100;

struct CsvBatches {
    rows: csv::Reader<BufReader<Box<dyn Read + Send>>>,
    headers: Vec<String>,
    record: csv::StringRecord,
    ended: bool,
}

impl CsvBatches {
    /// Reads the next row that holds anything.
    fn read(&mut self) -> Result<bool, String> {
        while !self.ended && self.rows.read_record(&mut self.record).map_err(|e| e.to_string())? {
            if self.record.len() == 1 && self.record.get(0) == Some(END.trim_matches('\n')) {
                self.ended = true;
                return Ok(false);
            }
            self.check()?;
            if !self.record.iter().all(str::is_empty) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Refuses a row that is none: too many cells, or a cell that ran over the rows behind it.
    fn check(&self) -> Result<(), String> {
        let (cells, columns) = (self.record.len(), self.headers.len());
        let line = self.record.position().map_or(0, csv::Position::line);
        let lines = self.rows.position().line().saturating_sub(line);
        if lines > 1 {
            let open = self.record.iter().any(|cell| cell.ends_with(END));
            let over = self.record.iter().position(|cell| cell.contains('\n'));
            if let Some(at) = over.filter(|_| open || lines > LINES || cells < columns) {
                let start =
                    line + self.record.iter().take(at).map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
                let column = self.headers.get(at).map_or("", String::as_str);
                let till = if open { "to the end of the file".to_owned() } else { format!("over {lines} lines") };
                return Err(format!(
                    "line {start}: a quote opens in the cell of column {column:?} and the cell runs {till} \
                     引号未闭合: close the quote, or write it twice (\"\") and the cell in quotes"
                ));
            }
        }
        if cells > columns && self.record.iter().skip(columns).any(|cell| !cell.is_empty()) {
            return Err(format!(
                "line {line} has {cells} cells, the header {columns}: quote cells that hold the delimiter"
            ));
        }
        Ok(())
    }
}

impl Iterator for CsvBatches {
    type Item = Result<RecordBatch, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let columns = self.headers.len();
        let mut builders: Vec<_> = (0..columns).map(|_| arrow::array::StringBuilder::new()).collect();
        let mut count = 0;
        while count < ROWS {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Some(Err(error)),
            }
            for (i, builder) in builders.iter_mut().enumerate() {
                builder.append_option(self.record.get(i).filter(|cell| !cell.is_empty()).map(whole));
            }
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let arrays: Vec<ArrayRef> = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let fields: Vec<_> = (0..columns).map(|i| Field::new(i.to_string(), DataType::Utf8, true)).collect();
        Some(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, UInt64Array};
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
}
