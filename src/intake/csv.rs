//! Delimited text: any encoding to UTF-8, lines to fields, in one pass with a bounded buffer.
//!
//! Written for what the `csv` crate does not tell: which row of the spreadsheet a record is (blank lines
//! are rows, line ends inside quotes are none), which rows hold bytes that are no text, and whether the
//! file ends in the middle of a row.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

use super::IntakeError;
use super::chunk::{ChunkWriter, Field, ROW_BYTES};

/// What may follow the last line end and is no row: blanks, and the end-of-file mark of old programs.
const TRAILER: [u8; 4] = *b" \t\r\x1a";

/// How a delimited text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) encoding: &'static Encoding,
    pub(super) delimiter: u8,
    pub(super) line_end: u8,
}

/// Reads all rows of a file. `width` is the number of headers, where known: a last row without line end
/// and with fewer fields betrays a file that was cut off.
pub(super) fn read(
    path: &Path,
    name: &str,
    dialect: Dialect,
    width: Option<usize>,
    writer: &mut ChunkWriter<'_>,
) -> Result<(), IntakeError> {
    let failed = |error| IntakeError::io(path, error);
    let damaged = |row, message: String| IntakeError::Damaged { file: name.to_owned(), row: Some(row), message };
    let mut input = open(path, dialect.encoding).map_err(failed)?;
    let mut buffer = vec![0; 256 << 10];
    let (mut start, mut end, mut at_end, mut number) = (0, 0, false, 0u64);
    let mut fields = Vec::new();
    loop {
        match scan(&buffer[start..end], dialect, at_end, &mut fields) {
            Scan::Row { length, consumed, ended } => {
                let row = &buffer[start..start + length];
                if !ended && row.iter().all(|byte| TRAILER.contains(byte)) {
                    return writer.flush();
                }
                number += 1;
                if !ended && width.is_some_and(|width| fields.len() < width && length > 0) {
                    let message = format!(
                        "the file ends in the middle of the row ({} of {} fields, no line end): export it again",
                        fields.len(),
                        width.unwrap_or_default()
                    );
                    return Err(damaged(number, message));
                }
                writer.line(number, row, &fields)?;
                start += consumed;
            }
            Scan::OpenQuote if at_end => {
                return Err(damaged(
                    number + 1,
                    "a quote (\") opened in this row is never closed: close or remove it, or export the file again"
                        .into(),
                ));
            }
            Scan::End => return writer.flush(),
            Scan::OpenQuote | Scan::More => {
                buffer.copy_within(start..end, 0);
                (start, end) = (0, end - start);
                if end == buffer.len() {
                    if end > ROW_BYTES {
                        let message = "the row is longer than 16 MiB: a quote (\") is probably never closed".to_owned();
                        return Err(damaged(number + 1, message));
                    }
                    buffer.resize(end * 2, 0);
                }
                let count = read_some(&mut input, &mut buffer[end..]).map_err(failed)?;
                at_end = count == 0;
                end += count;
            }
        }
    }
}

fn read_some(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

enum Scan {
    /// A row of `length` bytes; the next begins `consumed` bytes on. `ended`: by a line end.
    Row { length: usize, consumed: usize, ended: bool },
    /// The row goes on behind what has been read.
    More,
    /// The same, inside quotes.
    OpenQuote,
    /// Nothing is left.
    End,
}

/// Finds the fields of the first row.
fn scan(bytes: &[u8], dialect: Dialect, at_end: bool, fields: &mut Vec<Field>) -> Scan {
    let Dialect { delimiter, line_end, .. } = dialect;
    fields.clear();
    if bytes.is_empty() {
        return if at_end { Scan::End } else { Scan::More };
    }
    let mut at = 0;
    loop {
        let start = at;
        let quoted = bytes.get(at) == Some(&b'"');
        if quoted {
            at += 1;
            loop {
                let Some(offset) = bytes[at..].iter().position(|byte| *byte == b'"') else { return Scan::OpenQuote };
                at += offset + 1;
                match bytes.get(at) {
                    Some(b'"') => at += 1,
                    None if !at_end => return Scan::OpenQuote,
                    _ => break,
                }
            }
        }
        let stop = bytes[at..].iter().position(|byte| *byte == delimiter || *byte == line_end);
        let Some(offset) = stop else {
            if !at_end {
                return Scan::More;
            }
            fields.push(Field { start: start as u32, end: bytes.len() as u32, quoted });
            return Scan::Row { length: bytes.len(), consumed: bytes.len(), ended: false };
        };
        at += offset;
        if bytes[at] == delimiter {
            fields.push(Field { start: start as u32, end: at as u32, quoted });
            at += 1;
            continue;
        }
        let carriage = line_end == b'\n' && at > start && bytes[at - 1] == b'\r';
        let length = if carriage { at - 1 } else { at };
        fields.push(Field { start: start as u32, end: length as u32, quoted });
        return Scan::Row { length, consumed: at + 1, ended: true };
    }
}

/// The text of a file as UTF-8; what is no text in its encoding comes as bytes that are no UTF-8 either.
pub(super) fn open(path: &Path, encoding: &'static Encoding) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    if encoding != UTF_8 {
        let (decoder, input) = (encoding.new_decoder_with_bom_removal(), vec![0; 64 << 10]);
        return Ok(Box::new(Transcoder { file, decoder, input, start: 0, end: 0, at_end: false, done: false }));
    }
    let mut mark = [0; 3];
    let mut length = 0;
    while length < 3 {
        match read_some(&mut file, &mut mark[length..])? {
            0 => break,
            count => length += count,
        }
    }
    let kept = if mark[..length] == *b"\xef\xbb\xbf" { 0 } else { length };
    Ok(Box::new(io::Cursor::new(mark).take(kept as u64).chain(file)))
}

struct Transcoder {
    file: File,
    decoder: Decoder,
    input: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    done: bool,
}

impl Read for Transcoder {
    /// `out` must hold a handful of bytes at least.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let room = out.len().saturating_sub(1);
        while !self.done {
            if self.start == self.end && !self.at_end {
                (self.start, self.end) = (0, read_some(&mut self.file, &mut self.input)?);
                self.at_end = self.end == 0;
            }
            let input = &self.input[self.start..self.end];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(input, &mut out[..room], self.at_end);
            self.start += read;
            match result {
                DecoderResult::InputEmpty => self.done = self.at_end,
                DecoderResult::OutputFull if written > 0 => {}
                DecoderResult::OutputFull => return Err(io::Error::other("the buffer is too small")),
                DecoderResult::Malformed(..) => {
                    // No byte of UTF-8 text, so that the row is known to be broken.
                    out[written] = 0xff;
                    return Ok(written + 1);
                }
            }
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::chunk::{CHUNK_ROWS, RawChunk};
    use super::*;

    type Rows = Vec<(u64, Vec<String>)>;

    fn rows(bytes: &[u8], delimiter: u8, encoding: &'static Encoding) -> Result<(Rows, u64), IntakeError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut found = Rows::new();
        let mut sink = |chunk: RawChunk| {
            for row in 0..chunk.rows() {
                let cells = (0..chunk.width(row)).map(|column| chunk.cell(row, column).to_owned()).collect();
                found.push((chunk.row_number(row), cells));
            }
            Ok(())
        };
        let mut writer = ChunkWriter::new(0, CHUNK_ROWS, &mut sink);
        let dialect = Dialect { encoding, delimiter, line_end: b'\n' };
        read(file.path(), "x.csv", dialect, None, &mut writer)?;
        let blank = writer.blank;
        Ok((found, blank))
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts() {
        let text = "a,b\r\n\r\n1,\"x\ny\"\n,,\n  ,\n2,\"say \"\"hi\"\"\"\n3,z";
        let (found, blank) = rows(text.as_bytes(), b',', UTF_8).unwrap();
        let expected = [(1, ["a", "b"]), (3, ["1", "x\ny"]), (6, ["2", "say \"hi\""]), (7, ["3", "z"])];
        assert_eq!(blank, 3);
        assert_eq!(found.len(), expected.len());
        for ((number, cells), (expected_number, expected_cells)) in found.iter().zip(expected) {
            assert_eq!((*number, cells.as_slice()), (expected_number, expected_cells.map(String::from).as_slice()));
        }
    }

    #[test]
    fn what_follows_the_last_line_end_is_no_row() {
        for end in ["", "\x1a", "  ", "\r\x1a \t"] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), format!("a,b\n1,2\n{end}")).unwrap();
            let mut sink = |_: RawChunk| Ok(());
            let mut writer = ChunkWriter::new(1, CHUNK_ROWS, &mut sink);
            let dialect = Dialect { encoding: UTF_8, delimiter: b',', line_end: b'\n' };
            read(file.path(), "x.csv", dialect, Some(2), &mut writer).unwrap();
            assert_eq!((writer.read, writer.blank), (1, 0), "{end:?}");
        }
    }

    #[test]
    fn encodings_become_text() {
        let text = "姓名;地址\n张伟;\"一;二\"\n";
        for encoding in [UTF_8, encoding_rs::GB18030] {
            let (bytes, ..) = encoding.encode(text);
            let (found, _) = rows(&bytes, b';', encoding).unwrap();
            assert_eq!(found[1], (2, vec!["张伟".to_owned(), "一;二".to_owned()]));
        }
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (found, _) = rows(&utf16, b';', encoding_rs::UTF_16LE).unwrap();
        assert_eq!(found[1].1[0], "张伟");
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(rows(&marked, b';', UTF_8).unwrap().0[0].1[0], "姓名");
    }

    #[test]
    fn an_open_quote_is_an_error_with_its_row() {
        let message = rows(b"a,b\n1,\"x\n2,y\n", b',', UTF_8).unwrap_err().to_string();
        insta::assert_snapshot!(message, @r#"x.csv, row 2: a quote (") opened in this row is never closed: close or remove it, or export the file again"#);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            for encoding in [UTF_8, encoding_rs::GB18030, encoding_rs::UTF_16BE] {
                let _ = rows(&bytes, b',', encoding);
            }
        }

        #[test]
        fn what_the_csv_crate_writes_is_read(table in prop::collection::vec(prop::collection::vec("[ab,;\"\n\r张 ]{0,4}", 3), 1..8)) {
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::NonNumeric).from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let (found, _) = rows(&writer.into_inner().unwrap(), b',', UTF_8).unwrap();
            for (number, cells) in found {
                prop_assert_eq!(&cells, &table[number as usize - 1]);
            }
        }
    }
}
