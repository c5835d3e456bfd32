//! Files written as exports are, read as an import reads them.

mod county;
mod doors;
mod messages;
mod spellings;

use std::path::Path;

use arrow::array::{Array, RecordBatch};
use arrow::compute::concat_batches;
use arrow::util::display::array_value_to_string;

use super::*;

/// What a whole source became.
struct Whole {
    name: String,
    table: &'static str,
    batch: RecordBatch,
    rejected: Vec<Rejected>,
    profile: Profile,
    reading: Reading,
}

impl Whole {
    /// A value as text; `∅` for null.
    fn value(&self, row: usize, column: &str) -> String {
        let array = self.batch.column_by_name(column).unwrap();
        if array.is_null(row) { "∅".to_owned() } else { array_value_to_string(array, row).unwrap() }
    }

    fn column(&self, column: &str) -> Vec<String> {
        (0..self.batch.num_rows()).map(|row| self.value(row, column)).collect()
    }
}

/// A folder of files, opened and read to the end.
fn import(folder: &Path, mapping: &str) -> Result<(Vec<Whole>, Vec<Note>), IntakeError> {
    let opened = open(&discover(&[folder.to_owned()])?, &Mapping::parse(mapping, "mapping.toml")?)?;
    let mut whole = Vec::new();
    for source in &opened.sources {
        let (mut batches, mut rejected, mut profile) = (Vec::new(), Vec::new(), Profile::default());
        let reading = source.read(&mut |chunk| {
            let parsed = parse(source, &chunk)?;
            batches.push(parsed.batch);
            rejected.extend(parsed.rejected);
            profile.merge(parsed.profile);
            Ok(())
        })?;
        let batch = concat_batches(&parsed_schema(source.table()), &batches).unwrap();
        assert_eq!(reading.rows, batch.num_rows() as u64 + rejected.len() as u64);
        let (name, table) = (source.name.clone(), source.table().name.as_str());
        whole.push(Whole { name, table, batch, rejected, profile, reading });
    }
    Ok((whole, opened.notes))
}

/// One file of that name and content.
fn import_one(name: &str, content: impl AsRef<[u8]>, mapping: &str) -> Result<(Vec<Whole>, Vec<Note>), IntakeError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    import(folder.path(), mapping)
}

/// The only source of one file.
fn only(name: &str, content: impl AsRef<[u8]>) -> Whole {
    let (mut whole, _) = import_one(name, content, "").unwrap();
    assert_eq!(whole.len(), 1);
    whole.remove(0)
}
