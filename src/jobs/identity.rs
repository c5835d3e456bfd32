//! Why a reference is, or is not, taken for a person: the waterfall of the import's own linkage.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::cases::{CaseError, IdentityDecisions, Same};
use crate::contract::contract;
use crate::domain::{id_number, name};
use crate::identity::linkage::{LinkageError, PersonRow, ReferenceFiles, Waterfall, link_references};
use crate::identity::{Faulty, Method};
use crate::snapshot::{DataDir, Snapshot, SnapshotError};

use super::import::{ImportError, Part, Tables, write_people, write_references};
use super::stored::{StoredError, text_rows};

/// What is asked.
#[derive(Debug, Clone)]
pub struct LinkQuestion {
    /// The number of the reference, as met.
    pub reference: String,
    /// The name beside it; the one it came with where this is left out.
    pub name: Option<String>,
    /// The ID number of the person.
    pub person: String,
}

/// Why it cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The question names nothing that the snapshot has.
    #[error("{0}")]
    Question(String),
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// What stewards said could not be read.
    #[error(transparent)]
    Decisions(#[from] CaseError),
    /// The linkage failed.
    #[error(transparent)]
    Linkage(#[from] LinkageError),
    /// The tables that references stand in could not be read.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A table of the snapshot could not be read.
    #[error(transparent)]
    Stored(#[from] StoredError),
}

/// Why a reference is, or is not, taken for a person.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// What the linkage says of the pair.
    #[serde(flatten)]
    pub waterfall: Waterfall,
    /// How the snapshot has the reference, where it takes it for the person. What a repair, a steward or an earlier
    /// import decided is not the linkage's to say.
    pub stored: Option<StoredLink>,
}

/// A link as the snapshot has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoredLink {
    /// How it came about.
    pub method: String,
    /// Probability that it is right.
    pub probability: f64,
    /// What a repair's probability p rests on: how many people of the name one would meet by chance among the numbers
    /// that one slip leads to, λ = 1/p - 1; `None` of what was not repaired.
    pub met_by_chance: Option<f64>,
}

impl StoredLink {
    fn new(method: String, probability: f64) -> Self {
        let repaired = Method::parse(&method).is_some_and(Method::is_repair);
        Self { method, probability, met_by_chance: repaired.then(|| 1.0 / probability - 1.0) }
    }
}

impl fmt::Display for StoredLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, probability {}", self.method, self.probability)?;
        let Some(chance) = self.met_by_chance else { return Ok(()) };
        write!(
            f,
            "\n  一处笔误加姓名相符；此类号码中偶遇同名者的期望人数 λ = {chance:.2e}，概率 = 1/(1+λ)\n  \
             one slip and the name agrees; people of the name met by chance among such numbers: λ = {chance:.2e}, \
             probability 1/(1+λ)"
        )
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.waterfall)?;
        match &self.stored {
            Some(stored) => write!(f, "\n快照 in the snapshot: {stored}"),
            None => Ok(()),
        }
    }
}

/// Links the snapshot's open references, and the one that is asked for, with its people once more, as stewards'
/// decisions stand now, and explains the pair. Works in a folder of its own among the data folder's scratch files.
pub fn explain_link(data: &DataDir, snapshot: &Snapshot, asked: &LinkQuestion) -> Result<Explained, ExplainError> {
    let scratch = data.spill_dir();
    std::fs::create_dir_all(&scratch).map_err(|source| SnapshotError::Io { path: scratch.clone(), source })?;
    let number = id_number::normalise(&asked.reference).text;
    let person = id_number::normalise(&asked.person).text;
    let mut references: BTreeSet<Faulty> = BTreeSet::new();
    let mut beside = asked.name.as_deref().map(name::normal);
    // How the snapshot has the number, by the name beside it: method, probability, person key.
    let mut stored: BTreeMap<Option<String>, Option<(String, f64, String)>> = BTreeMap::new();
    let columns = ["table_name", "normal_text", "name", "method", "probability", "person_key"];
    text_rows(snapshot, "identity_issue", columns, |[table, text, named, method, probability, key]| {
        let (Some(text), Some(method)) = (text, method) else { return };
        let named = named.map(name::normal);
        if text == number {
            if beside.is_none() {
                beside.clone_from(&named);
            }
            let link = probability.and_then(|p| Some((method.to_owned(), p.parse().ok()?, key?.to_owned())));
            stored.insert(named.clone(), link);
        }
        // The register's own rows are no references.
        if matches!(method, "linked" | "unresolved") && table != Some("person") {
            references.insert((text.to_owned(), named));
        }
    })?;
    let asked_for = (number.clone(), beside);
    let stored = stored.remove(&asked_for.1);
    if asked_for.1.is_none() && stored.is_none() {
        return Err(ExplainError::Question(format!(
            "no faulty reference is {:?} here; give the name beside it",
            asked.reference
        )));
    }
    references.insert(asked_for.clone());
    let tables: Tables = contract()
        .tables
        .iter()
        .filter_map(|table| {
            Some((table.name.clone(), vec![Part::Carried(snapshot.table_path(&table.name)?, Arc::default())]))
        })
        .collect();
    let mut refused: BTreeMap<Faulty, BTreeSet<String>> = BTreeMap::new();
    for said in IdentityDecisions::load(data)?.standing().filter(|said| said.decision == Same::No) {
        refused.entry(said.reference()).or_default().insert(said.person.clone());
    }
    let mut files = ReferenceFiles::create(&scratch, &refused)?;
    let mut seen = HashSet::new();
    write_people(&tables, &mut files, |number| seen.insert(number.to_owned()))?;
    let (mut key_of_person, mut own_name) = (None, None);
    text_rows(snapshot, "identity", ["person_key", "id_number", "name"], |[key, known, own]| {
        if known == Some(&person) {
            (key_of_person, own_name) = (key.map(str::to_owned), own.map(str::to_owned));
        }
    })?;
    if !seen.contains(&person) {
        // Whom the register does not have may be asked about all the same.
        let Some(name) = &own_name else {
            return Err(ExplainError::Question(format!("no person here has the number {:?} and a name", asked.person)));
        };
        let (address, phone, register) = (None, None, None);
        files.person(&PersonRow { number: &person, name, address, phone, register })?;
    }
    let references: Vec<Faulty> = references.into_iter().collect();
    write_references(&references, &tables, &mut files)?;
    let at = references.iter().position(|reference| *reference == asked_for).map(|at| at.to_string());
    let found = link_references(files, at.as_deref().map(|at| (person.as_str(), at)))?;
    let waterfall = found.waterfall.ok_or_else(|| ExplainError::Question("the pair was not compared".into()))?;
    let stored = stored.flatten().filter(|(_, _, key)| Some(key) == key_of_person.as_ref());
    let stored = stored.map(|(method, probability, _)| StoredLink::new(method, probability));
    Ok(Explained { waterfall: Waterfall { ids: (number, person), ..waterfall }, stored })
}
