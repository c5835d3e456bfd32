//! References that repair leaves open, linked by probability with the people of the delivery.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray};

use crate::contract::{Table, contract};
use crate::domain::id_number;
use crate::identity::linkage::{Decision, ReferenceFiles, link_references};
use crate::identity::{Repaired, name_column, person_columns};

use super::ImportError;
use super::parts::Part;

/// People, at most, that open references are linked with: about a hundred bytes each are held in memory.
const PEOPLE: usize = 20_000_000;

/// Links what is open; a link becomes a key, what a steward should decide is offered.
pub fn link_open(
    repaired: &mut Repaired,
    parts: &BTreeMap<String, Vec<Part>>,
    registered: bool,
    folder: &Path,
) -> Result<(), ImportError> {
    let open = repaired.open();
    if open.is_empty() {
        return Ok(());
    }
    let mut files = ReferenceFiles::create(folder)?;
    let mut met = Met::default();
    // The register names people best; without one, whoever else names them.
    for table in contract().tables.iter().filter(|t| if registered { t.name == "person" } else { !t.grows() }) {
        for part in parts.get(&table.name).into_iter().flatten() {
            for batch in part.batches(table, 0, 1)? {
                met.people(table, &batch?, repaired, &mut files)?;
            }
        }
    }
    if met.count == 0 || met.count > PEOPLE {
        if met.count > PEOPLE {
            tracing::warn!("{} people are too many to link open references with; they stay open", met.count);
        }
        return Ok(());
    }
    open.iter().try_for_each(|(number, name)| files.reference(number, name))?;
    for (number, reference, probability, decision) in link_references(files, None)?.decided() {
        let Some(reference) = reference.parse::<usize>().ok().and_then(|at| open.get(at)).cloned() else { continue };
        // Six digits: what is beyond is rounding.
        let probability = (probability * 1e6).round() / 1e6;
        match decision {
            Decision::Link => repaired.link(reference, number, probability),
            Decision::Review => repaired.offer(reference, number, probability),
            Decision::No => {}
        }
    }
    Ok(())
}

/// Which people have been written.
#[derive(Default)]
struct Met {
    seen: Vec<bool>,
    count: usize,
}

impl Met {
    fn people(
        &mut self,
        table: &Table,
        batch: &arrow::array::RecordBatch,
        repaired: &Repaired,
        files: &mut ReferenceFiles,
    ) -> Result<(), ImportError> {
        let texts = |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
        for column in person_columns(table) {
            let names = name_column(table, column).and_then(|name| texts(&name));
            let (Some(numbers), Some(names)) = (texts(&column.name), names) else { continue };
            for i in (0..numbers.len()).filter(|i| numbers.is_valid(*i) && names.is_valid(*i)) {
                let number = id_number::normalise(numbers.value(i));
                let Some(at) = repaired.position(&number.text).filter(|_| number.fault.is_none()) else { continue };
                self.seen.resize(self.seen.len().max(at as usize + 1), false);
                if !std::mem::replace(&mut self.seen[at as usize], true) {
                    self.count += 1;
                    files.person(&number.text, names.value(i))?;
                }
            }
        }
        Ok(())
    }
}
