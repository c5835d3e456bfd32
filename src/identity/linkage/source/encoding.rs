//! What the characters of a file are written in, and decoding as it is read.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8, WINDOWS_1252};

/// Sequences of UTF-8 that must be right for each that is wrong: of other encodings hardly any is right.
const RIGHT: usize = 10;

/// UTF-8 where the bytes are, but for few that are wrong; else GB18030 where bytes above 127 come in pairs, else
/// Windows-1252. `whole` says that nothing follows the sample.
pub(super) fn encoding(sample: &[u8], whole: bool) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(sample) {
        return marked;
    }
    let (mut right, mut wrong) = (0usize, 0usize);
    for chunk in sample.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    let cut = std::str::from_utf8(sample).is_err_and(|error| error.error_len().is_none());
    if wrong == 0 || (wrong == 1 && cut && !whole) || right >= RIGHT * wrong {
        return UTF_8;
    }
    let (mut alone, mut paired) = (0usize, 0usize);
    for run in sample.split(u8::is_ascii).filter(|run| !run.is_empty()) {
        if run.len() == 1 { alone += 1 } else { paired += 1 }
    }
    if alone > paired { WINDOWS_1252 } else { GB18030 }
}

/// Decodes as it is read. What is no character becomes U+FFFD and is counted.
pub(super) struct Decoded {
    file: File,
    decoder: encoding_rs::Decoder,
    replaced: Arc<AtomicU64>,
    ready: Vec<u8>,
    at: usize,
    done: bool,
}

impl Decoded {
    pub fn new(file: File, encoding: &'static Encoding, replaced: Arc<AtomicU64>) -> Self {
        Self { file, decoder: encoding.new_decoder(), replaced, ready: Vec::new(), at: 0, done: false }
    }

    fn decode(&mut self, raw: &[u8]) {
        let room = self.decoder.max_utf8_buffer_length(raw.len()).unwrap_or(1 << 18);
        let (mut text, mut from) = (String::with_capacity(room), 0);
        loop {
            let (result, read) = self.decoder.decode_to_string_without_replacement(&raw[from..], &mut text, self.done);
            from += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => text.reserve(room),
                DecoderResult::Malformed(..) => {
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.replaced.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        (self.ready, self.at) = (text.into_bytes(), 0);
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.ready.len() && !self.done {
            let mut raw = vec![0; 1 << 16];
            let read = self.file.read(&mut raw)?;
            self.done = read == 0;
            self.decode(&raw[..read]);
        }
        let count = out.len().min(self.ready.len() - self.at);
        out[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_byte_makes_no_other_encoding_of_a_file() {
        let utf8 = "姓名,住址\n张伟,柳树村3组\n李娜,清水村\n".repeat(3).into_bytes();
        assert_eq!(encoding(&utf8, true), UTF_8);
        let mut bad = utf8.clone();
        bad[20] = 0xff;
        assert_eq!(encoding(&bad, true), UTF_8);
        // Cut within a character: by the sample, or for good.
        assert_eq!(encoding(&utf8[..utf8.len() - 2], false), UTF_8);
        assert_eq!(encoding(&"é".as_bytes()[..1], true), WINDOWS_1252);
        let (gbk, ..) = GB18030.encode("姓名,住址\n张伟,柳树村3组\n");
        assert_eq!(encoding(&gbk, true), GB18030);
        assert_eq!(encoding(b"name\nJos\xe9\nZo\xeb\n", true), WINDOWS_1252);
        assert_eq!(encoding(b"\xff\xfea\0", true), encoding_rs::UTF_16LE);
    }
}
