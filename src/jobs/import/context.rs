//! What the tables tell about a faulty reference beside number and name: the people whom it is named
//! together with (one household, one marriage, one kinship) and so their register book, an address, a
//! phone. Few references are faulty, so everything here is about them alone and small.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch, StringArray};

use crate::contract::{Table, contract};
use crate::domain::{id_number, name};
use crate::identity::linkage::Home;
use crate::identity::{Faulty, name_column, person_columns};

use super::ImportError;
use super::parts::Part;

/// Tables that tell of a reference: the register, and those by which homes are found.
pub const TELLING: [&str; 10] = [
    "person",
    "household",
    "household_member",
    "relative_declaration",
    "award",
    "award_member",
    "marriage",
    "kinship",
    "official",
    "payment",
];

/// Tables with what they hold, as delivered or as a snapshot has them.
pub type Tables = BTreeMap<String, Vec<Part>>;

/// Calls `take` with every batch of a table, where it is there.
pub fn each(
    tables: &Tables,
    table: &str,
    mut take: impl FnMut(&Table, &RecordBatch) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let Some(table) = contract().table(table) else { return Ok(()) };
    for part in tables.get(&table.name).into_iter().flatten() {
        for batch in part.batches(table, 0, 1)? {
            take(table, &batch?)?;
        }
    }
    Ok(())
}

/// A text column of a batch.
pub fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b StringArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>())
}

/// A cell, where there is one.
pub fn cell(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

/// Where references were met.
#[derive(Default)]
struct Met {
    homes: Vec<Home>,
    /// References that something leads to.
    known: HashSet<usize>,
    /// References by what leads to their people: household, award, person.
    households: HashMap<String, BTreeSet<usize>>,
    awards: HashMap<String, BTreeSet<usize>>,
    people: HashMap<String, BTreeSet<usize>>,
}

/// The home of each reference, in their order.
pub fn homes(references: &[Faulty], tables: &Tables) -> Result<Vec<Home>, ImportError> {
    let numbers: HashSet<&str> = references.iter().map(|(number, _)| number.as_str()).collect();
    let known: HashMap<&Faulty, usize> = references.iter().enumerate().map(|(at, own)| (own, at)).collect();
    let mut met = Met { homes: vec![Home::default(); references.len()], ..Met::default() };
    for table in
        ["household", "household_member", "relative_declaration", "award_member", "marriage", "kinship", "official"]
    {
        each(tables, table, |table, batch| {
            met.look(table, batch, &numbers, &known);
            Ok(())
        })?;
    }
    // Payments are the largest by far, and so asked only about those of whom nothing is known yet.
    let homeless: HashMap<&Faulty, usize> = known.into_iter().filter(|(_, at)| !met.known.contains(at)).collect();
    if !homeless.is_empty() {
        each(tables, "payment", |table, batch| {
            met.look(table, batch, &numbers, &homeless);
            Ok(())
        })?;
    }
    each(tables, "award", |_, batch| {
        let (awards, households) = (texts(batch, "award_no"), texts(batch, "household_no"));
        for row in 0..batch.num_rows() {
            let (Some(award), Some(household)) = (cell(awards, row), cell(households, row)) else { continue };
            if let Some(references) = met.awards.get(award) {
                met.households.entry(household.to_owned()).or_default().extend(references);
            }
        }
        Ok(())
    })?;
    for table in ["household", "household_member"] {
        each(tables, table, |table, batch| {
            met.household(table, batch);
            Ok(())
        })?;
    }
    each(tables, "person", |_, batch| {
        let (numbers, books) = (texts(batch, "id_number"), texts(batch, "register_no"));
        for row in 0..batch.num_rows() {
            let (Some(number), Some(book)) = (cell(numbers, row), cell(books, row)) else { continue };
            let Some(references) = met.people.get(id_number::normalise(number).text.as_str()) else { continue };
            references.iter().for_each(|at| _ = met.homes[*at].registers.insert(book.to_owned()));
        }
        Ok(())
    })?;
    Ok(met.homes)
}

impl Met {
    /// Finds the references in a batch and notes what stands beside them.
    fn look(&mut self, table: &Table, batch: &RecordBatch, faulty: &HashSet<&str>, known: &HashMap<&Faulty, usize>) {
        for column in person_columns(table) {
            let Some(numbers) = texts(batch, &column.name) else { continue };
            let names = name_column(table, column).and_then(|name| texts(batch, &name));
            for row in (0..numbers.len()).filter(|row| numbers.is_valid(*row)) {
                if id_number::fault(numbers.value(row)).is_none() {
                    continue;
                }
                let number = id_number::normalise(numbers.value(row)).text;
                if !faulty.contains(number.as_str()) {
                    continue;
                }
                let reference = (number, cell(names, row).map(name::normal));
                if let Some(at) = known.get(&reference) {
                    self.note(*at, table, &column.name, batch, row);
                }
            }
        }
    }

    fn note(&mut self, at: usize, table: &Table, column: &str, batch: &RecordBatch, row: usize) {
        let own = |name: &str| cell(texts(batch, name), row).map(str::to_owned);
        self.known.insert(at);
        match table.name.as_str() {
            "award_member" | "payment" => {
                own("award_no").into_iter().for_each(|award| _ = self.awards.entry(award).or_default().insert(at));
            }
            "marriage" | "kinship" => {
                let other = person_columns(table).find(|other| other.name != column);
                if let Some(number) = other.and_then(|other| own(&other.name)) {
                    self.people.entry(id_number::normalise(&number).text).or_default().insert(at);
                }
            }
            "official" => self.homes[at].phones.extend(own("phone")),
            _ => {
                let household = own("household_no");
                household.into_iter().for_each(|no| _ = self.households.entry(no).or_default().insert(at));
            }
        }
    }

    /// Takes address, phone and people of the households that references were met in.
    fn household(&mut self, table: &Table, batch: &RecordBatch) {
        let (households, addresses, phones) =
            (texts(batch, "household_no"), texts(batch, "address"), texts(batch, "phone"));
        for row in 0..batch.num_rows() {
            let Some(references) = cell(households, row).and_then(|no| self.households.get(no)) else { continue };
            for at in references {
                let home = &mut self.homes[*at];
                home.addresses.extend(cell(addresses, row).map(str::to_owned));
                home.phones.extend(cell(phones, row).map(str::to_owned));
            }
            for column in person_columns(table) {
                let Some(number) = cell(texts(batch, &column.name), row) else { continue };
                let number = id_number::normalise(number);
                if number.fault.is_none() {
                    self.people.entry(number.text).or_default().extend(references);
                }
            }
        }
    }
}
