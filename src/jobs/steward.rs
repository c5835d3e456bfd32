//! What identity leaves to a steward: references whose number is faulty with a person whom each may mean, and what
//! stewards said of them. The next import takes their word before it links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::cases::{CaseError, DecidedFile, IdentityDecisions, Same};
use crate::domain::name;
use crate::snapshot::{DataDir, Snapshot, SnapshotError, file_no, row_number};

use super::dispositions::Taken;
use super::stored::{StoredError, text_rows};

/// A person whom a reference may mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    /// Number of the reference without spaces and signs, as met.
    pub number: String,
    /// Name beside it.
    pub name: Option<String>,
    /// ID number of the person.
    pub person: String,
    /// The person's name.
    pub person_name: Option<String>,
    /// How probable it is.
    pub probability: f64,
    /// Where the reference stands: table, file, row as a spreadsheet counts.
    pub rows: Vec<(String, String, u64)>,
}

/// Why decisions cannot be listed or taken in.
#[derive(Debug, thiserror::Error)]
pub enum StewardError {
    /// The file or the store is wrong.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A table of the snapshot cannot be read.
    #[error(transparent)]
    Stored(#[from] StoredError),
}

/// Offers of a snapshot that nobody decided, likeliest first, then by number and name.
pub fn offers(data: &DataDir, snapshot: &Snapshot) -> Result<Vec<Offer>, StewardError> {
    let files: BTreeMap<u32, &str> =
        snapshot.manifest.sources.iter().map(|s| (s.file_no, s.source.name.as_str())).collect();
    let mut waiting: BTreeMap<(String, Option<String>), (i32, Offer)> = BTreeMap::new();
    let columns = ["row_id", "table_name", "normal_text", "name", "method", "offered_key", "offered_probability"];
    text_rows(snapshot, "identity_issue", columns, |[row, table, number, beside, method, key, probability]| {
        let key = key.filter(|_| method == Some("unresolved")).and_then(|key| key.parse::<i32>().ok());
        let row = row.and_then(|row| row.parse::<i64>().ok());
        let probability = probability.and_then(|p| p.parse::<f64>().ok());
        let (Some(row), Some(table), Some(number), Some(key), Some(probability)) =
            (row, table, number, key, probability)
        else {
            return;
        };
        let offer = waiting.entry((number.to_owned(), beside.map(name::normal))).or_insert_with(|| {
            let (person, person_name, rows) = (String::new(), None, Vec::new());
            let (number, name) = (number.to_owned(), beside.map(str::to_owned));
            (key, Offer { number, name, person, person_name, probability, rows })
        });
        let file = files.get(&file_no(row)).copied().unwrap_or_default();
        offer.1.rows.push((table.to_owned(), file.to_owned(), row_number(row)));
    })?;
    let mut people: BTreeMap<i32, (String, Option<String>)> =
        waiting.values().map(|(key, _)| (*key, Default::default())).collect();
    text_rows(snapshot, "identity", ["person_key", "id_number", "name"], |[key, number, name]| {
        let known = key.and_then(|key| key.parse().ok()).and_then(|key: i32| people.get_mut(&key));
        if let (Some(known), Some(number)) = (known, number) {
            *known = (number.to_owned(), name.map(str::to_owned));
        }
    })?;
    let decisions = IdentityDecisions::load(data)?;
    let decided: BTreeSet<_> = decisions.standing().map(|d| (d.reference(), d.person.clone())).collect();
    let mut offers = Vec::new();
    for (reference, (key, mut offer)) in waiting {
        (offer.person, offer.person_name) = people.get(&key).cloned().unwrap_or_default();
        if !decided.contains(&(reference, offer.person.clone())) {
            offers.push(offer);
        }
    }
    offers.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    Ok(offers)
}

/// Takes in a CSV of decisions, whole or not at all. A reference that the snapshot in force does not have, a person
/// whom it does not know, and a reference that means two people are errors.
pub fn decide(data: &DataDir, file: &Path) -> Result<Taken, StewardError> {
    let read = DecidedFile::read(file)?;
    let snapshot = data.resolve(None)?;
    let mut references = BTreeSet::new();
    text_rows(&snapshot, "identity_issue", ["table_name", "normal_text", "name"], |[table, number, beside]| {
        if let Some(number) = number.filter(|_| table != Some("person")) {
            references.insert((number.to_owned(), beside.map(name::normal)));
        }
    })?;
    let asked: BTreeSet<&str> = read.decisions.iter().map(|(_, d)| d.person.as_str()).collect();
    let mut known = BTreeSet::new();
    text_rows(&snapshot, "identity", ["id_number"], |[number]| {
        known.extend(number.and_then(|number| asked.get(number)).copied());
    })?;
    let mut all = IdentityDecisions::load(data)?;
    let new = all.add(read.decisions.iter().map(|(_, decision)| decision.clone()));
    let mut means: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for said in all.standing().filter(|said| said.decision == Same::Yes) {
        means.entry(said.reference()).or_default().insert(&said.person);
    }
    let mut faults = Vec::new();
    for (row, decision) in &read.decisions {
        let reference = decision.reference();
        if !references.contains(&reference) {
            let beside = decision.name.as_deref().map_or("no name".to_owned(), |name| format!("the name '{name}'"));
            faults.push(format!(
                "row {row}, number: no faulty reference here reads '{}' with {beside}; copy both from `mingjing identity offers`",
                decision.number
            ));
        }
        if !known.contains(decision.person.as_str()) {
            faults.push(format!("row {row}, person: no person here has the number '{}'", decision.person));
        }
        let people = means.get(&reference).filter(|people| people.len() > 1 && decision.decision == Same::Yes);
        if let Some(people) = people {
            let people: Vec<&str> = people.iter().copied().collect();
            faults.push(format!(
                "row {row}, decision: the reference would mean {}; it is one person: decide no for the others",
                people.join(" and ")
            ));
        }
    }
    if !faults.is_empty() {
        return Err(read.wrong(&faults).into());
    }
    all.save(data)?;
    Ok(Taken { read: read.decisions.len(), new })
}
