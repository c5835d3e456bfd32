//! Packed files → what they hold.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use crate::graph::GraphError;

/// The bytes of a file, unpacked where they are packed by gzip or zstd.
///
/// # Errors
/// The file cannot be read or is damaged, or is packed in another way.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, GraphError> {
    let bytes = std::fs::read(path).map_err(|e| GraphError::io(path, e))?;
    let damaged = |e| GraphError::file(path, format!("the packed file is damaged: {e}"));
    let unpacked = match bytes.as_slice() {
        [0x1f, 0x8b, ..] => {
            let mut text = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).map_err(damaged)?;
            text
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd::decode_all(bytes.as_slice()).map_err(damaged)?,
        [b'B', b'Z', b'h', ..] => return Err(packed(path, "bzip2")),
        [b'P', b'K', 3, 4, ..] => return Err(packed(path, "zip")),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => return Err(packed(path, "xz")),
        _ => bytes,
    };
    if unpacked.get(257..262) == Some(b"ustar") {
        return Err(packed(path, "tar"));
    }
    Ok(unpacked)
}

fn packed(path: &Path, kind: &str) -> GraphError {
    GraphError::file(path, format!("a {kind} file: unpack it and give the edge list in it (gzip and zstd are read)"))
}

/// Whether a file is of a kind by its name, packed or not: `edges.csv.gz` is CSV.
pub(super) fn ends_in(path: &Path, extension: &str) -> bool {
    let is = |found: Option<&OsStr>, wanted: &str| found.is_some_and(|e| e.eq_ignore_ascii_case(wanted));
    let packed = ["gz", "zst"].iter().any(|e| is(path.extension(), e));
    if packed {
        return is(path.file_stem().and_then(|stem| Path::new(stem).extension()), extension);
    }
    is(path.extension(), extension)
}
