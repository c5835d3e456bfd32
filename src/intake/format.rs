//! What a file is: its format by content and extension, its hash, its encoding.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use sha2::{Digest, Sha256};

/// File formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv,
    /// A workbook of Excel 2007 or later.
    Xlsx,
    /// One JSON object a line.
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

/// Bytes looked at to tell formats and delimiters.
const HEAD: usize = 64 << 10;
/// Bytes looked at to tell encodings, from the first that is not ASCII.
const SAMPLE: usize = 1 << 20;

/// What one pass over a file tells.
pub(super) struct Fingerprint {
    /// SHA-256 of the content, in hexadecimal.
    pub(super) sha256: String,
    /// Size in bytes.
    pub(super) bytes: u64,
    head: Vec<u8>,
    /// From the first byte that is not ASCII on.
    sample: Vec<u8>,
}

impl Fingerprint {
    /// Reads the whole file once.
    pub(super) fn of(path: &Path) -> std::io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut hash, mut bytes) = (Sha256::new(), 0u64);
        let (mut head, mut sample) = (Vec::new(), Vec::new());
        let mut block = vec![0; 256 << 10];
        loop {
            let count = match file.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let part = &block[..count];
            hash.update(part);
            bytes += count as u64;
            head.extend_from_slice(&part[..count.min(HEAD - head.len().min(HEAD))]);
            if !sample.is_empty() {
                sample.extend_from_slice(&part[..count.min(SAMPLE - sample.len().min(SAMPLE))]);
            } else if !part.is_ascii()
                && let Some(first) = part.iter().position(|byte| !byte.is_ascii())
            {
                sample.extend_from_slice(&part[first..]);
            }
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { sha256, bytes, head, sample })
    }

    /// The format, by content before extension; `given` is the encoding that the mapping says.
    ///
    /// # Errors
    /// Why it cannot be read, and the remedy.
    pub(super) fn format(&self, name: &str, given: Option<&'static Encoding>) -> Result<Format, String> {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
        let extension = extension.as_str();
        if self.bytes == 0 {
            return Err("the file is empty; remove it, or export it again".into());
        }
        if self.head.starts_with(b"PAR1") {
            return Ok(Format::Parquet);
        }
        if self.head.starts_with(b"PK\x03\x04") {
            return match extension {
                "docx" | "pptx" | "zip" | "ods" | "jar" => Err(unknown_format()),
                _ => Ok(Format::Xlsx),
            };
        }
        if self.head.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err("an old Excel file (.xls) or one with a password; save it as .xlsx without a password".into());
        }
        // UTF-16 alone has zero bytes in texts; without a mark at its beginning the mapping must say that it is.
        let marked = Encoding::for_bom(&self.head).map(|(encoding, _)| encoding);
        let utf16 = given.into_iter().chain(marked).any(|encoding| encoding == UTF_16LE || encoding == UTF_16BE);
        if self.head.contains(&0) && !utf16 {
            return Err(unknown_format());
        }
        let first = self.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.head).trim_ascii_start().first();
        match (extension, first) {
            ("json", Some(b'[')) => {
                Err("a JSON array; write JSON Lines instead, one object a line (jq -c '.[]' does it)".into())
            }
            ("jsonl" | "ndjson" | "json", _) => Ok(Format::JsonLines),
            ("csv" | "tsv" | "txt", _) => Ok(Format::Csv),
            ("parquet" | "xlsx" | "xlsm", _) => {
                Err(format!("the name says .{extension}, the content says something else; export it again"))
            }
            _ => Err(unknown_format()),
        }
    }

    /// The encoding of a text file: by its mark, else UTF-8 unless it reads better as GB18030.
    pub(super) fn encoding(&self) -> &'static Encoding {
        if let Some((encoding, _)) = Encoding::for_bom(&self.head) {
            return encoding;
        }
        let (mut rest, mut wrong, mut right) = (self.sample.as_slice(), 0usize, 0usize);
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    right += text.chars().filter(|c| !c.is_ascii()).count();
                    break;
                }
                Err(error) => {
                    let (valid, behind) = rest.split_at(error.valid_up_to());
                    right += std::str::from_utf8(valid).unwrap_or_default().chars().filter(|c| !c.is_ascii()).count();
                    // The sample may end inside a character.
                    let Some(length) = error.error_len() else { break };
                    wrong += 1;
                    rest = &behind[length..];
                }
            }
        }
        // In GB18030 text about one pair of bytes in a dozen happens to be UTF-8, so a few right
        // characters prove nothing; a file with a few stray bytes is no better as GB18030.
        if wrong > 0 && right < 4 * wrong && malformed(GB18030, &self.sample) < wrong { GB18030 } else { UTF_8 }
    }

    /// The byte that ends lines: `\r` in files of old Macintosh programs, else `\n`.
    pub(super) fn line_end(&self) -> u8 {
        if self.head.contains(&b'\r') && !self.head.contains(&b'\n') { b'\r' } else { b'\n' }
    }
}

/// Sequences that are no text in an encoding.
fn malformed(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let (mut decoder, mut rest, mut count) = (encoding.new_decoder_without_bom_handling(), bytes, 0);
    let mut text = vec![0; 64 << 10];
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut text, false);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return count,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => count += 1,
        }
    }
}

fn unknown_format() -> String {
    "not a file of a known format (CSV, XLSX, JSON Lines, Parquet); remove it, or map it with ignore = true".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Fingerprint {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Fingerprint::of(file.path()).unwrap()
    }

    #[test]
    fn formats_by_content_and_extension() {
        for (bytes, name, format) in [
            (&b"a,b\n1,2\n"[..], "x.csv", Format::Csv),
            (b"a\tb\n", "x.TXT", Format::Csv),
            (b"PK\x03\x04....", "x.csv", Format::Xlsx),
            (b"PAR1....", "x", Format::Parquet),
            (b"{\"a\":1}\n", "x.json", Format::JsonLines),
            (b"\xff\xfea\0,\0", "x.csv", Format::Csv),
        ] {
            assert_eq!(of(bytes).format(name, None), Ok(format), "{name}");
        }
        for (bytes, name, part) in [
            (&b""[..], "x.csv", "empty"),
            (b"# Readme", "README.md", "ignore = true"),
            (b"\xd0\xcf\x11\xe0", "x.xls", ".xlsx"),
            (b"[{}]", "x.json", "JSON Lines"),
            (b"a\0b", "x.csv", "known format"),
            (b"a,b", "x.xlsx", "content"),
        ] {
            let message = of(bytes).format(name, None).unwrap_err();
            assert!(message.contains(part), "{name}: {message}");
        }
    }

    #[test]
    fn encodings_by_mark_and_content() {
        let text = "身份证号,姓名\n110105194912310021,张伟\n".repeat(50);
        assert_eq!(of(text.as_bytes()).encoding(), UTF_8);
        let (gb, ..) = GB18030.encode(&text);
        assert_eq!(of(&gb).encoding(), GB18030);
        // Plain ASCII for longer than a head, then a Chinese name.
        let late = [&b"a,b\n".repeat(100_000)[..], &gb].concat();
        assert_eq!(of(&late).encoding(), GB18030);
        let mut torn = text.into_bytes();
        torn[100] = 0xff;
        assert_eq!(of(&torn).encoding(), UTF_8);
        assert_eq!(of(b"a,b\n1,\xff\xfe\n").encoding(), UTF_8);
        assert_eq!(of(b"\xff\xfea\0").encoding(), encoding_rs::UTF_16LE);
        assert_eq!(of(b"a\rb\r").line_end(), b'\r');
        assert_eq!(of(b"abc").sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
