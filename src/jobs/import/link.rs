//! References that repair leaves open, linked by probability with the people of the delivery.

use crate::contract::contract;
use crate::domain::id_number;
use crate::identity::linkage::{Decision, PersonRow, ReferenceFiles, link_references};
use crate::identity::{Faulty, Repaired, name_column, person_columns};

use super::ImportError;
use super::context::{Tables, cell, each, homes, texts};

/// People, at most, that open references are linked with: about two hundred bytes each are held in memory.
const PEOPLE: usize = 20_000_000;

/// Links what is open; a link becomes a key, what a steward should decide is offered.
pub fn link_open(repaired: &mut Repaired, tables: &Tables, folder: &std::path::Path) -> Result<(), ImportError> {
    let open = repaired.open();
    if open.is_empty() {
        return Ok(());
    }
    let mut files = ReferenceFiles::create(folder, repaired.standing().refused())?;
    let mut seen = Vec::new();
    let people = write_people(tables, &mut files, |number| {
        let Some(at) = repaired.position(number) else { return false };
        seen.resize(seen.len().max(at as usize + 1), false);
        !std::mem::replace(&mut seen[at as usize], true)
    })?;
    if people == 0 || people > PEOPLE {
        if people > PEOPLE {
            tracing::warn!("{people} people are too many to link open references with; they stay open");
        }
        return Ok(());
    }
    write_references(&open, tables, &mut files)?;
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

/// Writes references with what stands beside them.
pub fn write_references(open: &[Faulty], tables: &Tables, files: &mut ReferenceFiles) -> Result<(), ImportError> {
    let homes = homes(open, tables)?;
    open.iter().zip(&homes).try_for_each(|(reference, home)| files.reference(reference, home))?;
    Ok(())
}

/// Writes people of valid number and a name, each that is `wanted` once: those of the register, or, where
/// there is none, whoever else is named by a table that does not grow by the month. How many there are.
pub fn write_people(
    tables: &Tables,
    files: &mut ReferenceFiles,
    mut wanted: impl FnMut(&str) -> bool,
) -> Result<usize, ImportError> {
    let registered = tables.contains_key("person");
    let mut count = 0;
    for table in contract().tables.iter().filter(|t| if registered { t.name == "person" } else { !t.grows() }) {
        each(tables, &table.name, |table, batch| {
            for column in person_columns(table) {
                let numbers = texts(batch, &column.name);
                let Some(names) = name_column(table, column).and_then(|name| texts(batch, &name)) else { continue };
                let own = |name: &str| if registered { texts(batch, name) } else { None };
                let (addresses, phones, books) = (own("address"), own("phone"), own("register_no"));
                for row in 0..batch.num_rows() {
                    let (Some(number), Some(name)) = (cell(numbers, row), cell(Some(names), row)) else { continue };
                    let number = id_number::normalise(number);
                    if number.fault.is_some() || !wanted(&number.text) {
                        continue;
                    }
                    count += 1;
                    files.person(&PersonRow {
                        number: &number.text,
                        name,
                        address: cell(addresses, row),
                        phone: cell(phones, row),
                        register: cell(books, row),
                    })?;
                }
            }
            Ok(())
        })?;
    }
    Ok(count)
}
