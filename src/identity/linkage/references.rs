//! The system's own linkage: references whose number is faulty with the people of a register
//! (`models/linkage/references.toml`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::persons::Faulty;
use super::LinkageError;
use super::model::Model;
use super::run::{Linkage, Request, link};
use super::spec::Spec;

const SPEC: &str = include_str!("../../../models/linkage/references.toml");
const MODEL: &str = include_str!("../../../models/linkage/references.model.toml");

/// People and references on their way to the linkage; the files go with it.
#[derive(Debug)]
pub struct ReferenceFiles {
    folder: tempfile::TempDir,
    people: csv::Writer<File>,
    references: csv::Writer<File>,
    refused: BTreeMap<Faulty, BTreeSet<String>>,
    /// All the people of `refused`.
    refused_people: BTreeSet<String>,
    count: usize,
}

/// What stands beside a reference: who it is named together with, and where these live.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Home {
    /// Register books of the people it is named together with.
    pub registers: BTreeSet<String>,
    /// Phones.
    pub phones: BTreeSet<String>,
    /// Addresses.
    pub addresses: BTreeSet<String>,
}

/// A person of the register.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the register's columns")]
pub struct PersonRow<'r> {
    pub number: &'r str,
    pub name: &'r str,
    pub address: Option<&'r str>,
    pub phone: Option<&'r str>,
    pub register: Option<&'r str>,
}

/// Headers of both files; what parts the entries of the last three is in the spec.
const HEADERS: [&str; 8] = ["id", "role", "number", "name", "address", "phone", "register", "refused"];

fn joined(texts: &BTreeSet<String>) -> String {
    texts.iter().map(String::as_str).collect::<Vec<_>>().join("|")
}

impl ReferenceFiles {
    /// Begins in a folder. `refused` are people whom a reference does not mean, as stewards said.
    ///
    /// # Errors
    ///
    /// [`LinkageError::Io`].
    pub fn create(folder: &Path, refused: &BTreeMap<Faulty, BTreeSet<String>>) -> Result<Self, LinkageError> {
        let own = tempfile::Builder::new().prefix("link-").tempdir_in(folder).map_err(LinkageError::io(folder))?;
        let file = |name: &str| -> Result<csv::Writer<File>, LinkageError> {
            let path = own.path().join(name);
            let mut writer = csv::Writer::from_path(&path).map_err(|e| LinkageError::input(&path, e))?;
            writer.write_record(HEADERS).map_err(|e| LinkageError::input(&path, e))?;
            Ok(writer)
        };
        let (people, references) = (file("people.csv")?, file("references.csv")?);
        let refused_people = refused.values().flatten().cloned().collect();
        Ok(Self { folder: own, people, references, refused: refused.clone(), refused_people, count: 0 })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a person of valid number.
    pub fn person(&mut self, person: &PersonRow<'_>) -> Result<(), LinkageError> {
        let PersonRow { number, name, address, phone, register } = *person;
        let [address, phone, register] = [address, phone, register].map(Option::unwrap_or_default);
        let refused = if self.refused_people.contains(number) { number } else { "" };
        let row = self.people.write_record([number, "person", number, name, address, phone, register, refused]);
        row.map_err(|e| LinkageError::input(&self.path("people.csv"), e))
    }

    /// Adds a reference; its name in the result is its position, from 0.
    pub fn reference(&mut self, reference: &Faulty, home: &Home) -> Result<(), LinkageError> {
        let refused = self.refused.get(reference).map(joined).unwrap_or_default();
        let (number, name) = (&reference.0, reference.1.as_deref().unwrap_or_default());
        let at = self.count.to_string();
        let address = home.addresses.first().map_or("", String::as_str);
        let (phones, registers) = (joined(&home.phones), joined(&home.registers));
        let cells = [&at, "reference", number, name, address, &phones, &registers, &refused];
        let row = self.references.write_record(cells);
        self.count += 1;
        row.map_err(|e| LinkageError::input(&self.path("references.csv"), e))
    }
}

/// Name of the linkage's spec and model: what another linkage decided does not stand.
pub fn linkage_name() -> String {
    let hash = Sha256::new().chain_update(SPEC).chain_update(MODEL).finalize();
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Links references with people: m as the shipped model has it, u and the prior from the rows at hand.
/// `explain` names a person by number and a reference by position.
///
/// # Errors
///
/// See [`LinkageError`].
pub fn link_references(mut files: ReferenceFiles, explain: Option<(&str, &str)>) -> Result<Linkage, LinkageError> {
    let spec = Spec::parse(Path::new("models/linkage/references.toml"), SPEC)?;
    let model = Model::parse(Path::new("models/linkage/references.model.toml"), MODEL)?.checked(&spec)?;
    let (people, references) = (files.path("people.csv"), files.path("references.csv"));
    files.people.flush().map_err(LinkageError::io(&people))?;
    files.references.flush().map_err(LinkageError::io(&references))?;
    let (left, right) = (people.to_string_lossy(), references.to_string_lossy());
    let request = Request { left: &left, right: Some(&right), matches: Some(model), explain, ..Request::default() };
    link(&spec, &request, &|_| {})
}

#[cfg(test)]
mod tests {
    use super::super::Decision;
    use super::*;

    /// People of one book: number, name, book.
    type People<'p> = &'p [(&'p str, &'p str, &'p str)];
    /// References: number, name, books.
    type References<'r> = &'r [(&'r str, Option<&'r str>, &'r [&'r str])];

    /// Pairs that are no plain "no", by person and position of the reference.
    fn linked(people: People<'_>, references: References<'_>) -> Vec<(String, usize, f64, Decision)> {
        let folder = tempfile::tempdir().unwrap();
        let mut files = ReferenceFiles::create(folder.path(), &BTreeMap::new()).unwrap();
        for (number, name, book) in people {
            let (address, phone, register) = (None, None, Some(*book));
            files.person(&PersonRow { number, name, address, phone, register }).unwrap();
        }
        for (number, name, books) in references {
            let registers = books.iter().map(|book| (*book).to_owned()).collect();
            let reference = ((*number).to_owned(), name.map(str::to_owned));
            files.reference(&reference, &Home { registers, ..Home::default() }).unwrap();
        }
        let found = link_references(files, None).unwrap();
        let kept = found.decided().filter(|pair| pair.3 != Decision::No);
        kept.map(|(a, b, p, d)| (a, b.parse().unwrap(), p, d)).collect()
    }

    const PEOPLE: People<'_> = &[
        ("439931194810040152", "李顺昌", "H1"),
        ("439931195908030117", "曾建华", "H2"),
        ("43993119790722113X", "王军东", "H3"),
        ("439931196504272413", "李志诚", "H4"),
        ("439931200103120029", "陈小红", "H5"),
        ("439931200103120045", "陈小兰", "H5"),
    ];

    #[test]
    fn two_slips_with_the_name_are_a_link_and_a_stranger_is_none() {
        let kept = linked(
            PEOPLE,
            &[
                ("439931195980030117", Some("曾健华"), &[]),
                ("439931194810050153", Some("李顺昌"), &[]),
                ("439931195908030127", Some("王五"), &[]),
            ],
        );
        assert!(kept.iter().any(|p| p.0 == "439931194810040152" && p.1 == 1 && p.2 > 0.9), "{kept:?}");
        assert!(kept.iter().any(|p| p.0 == "439931195908030117" && p.1 == 0 && p.2 > 0.5), "{kept:?}");
        assert!(kept.iter().all(|p| p.1 != 2 || p.3 != Decision::Link), "{kept:?}");
    }

    #[test]
    fn the_register_book_tells_whom_half_a_number_means() {
        // Half a number and a name written in pinyin, or no name at all but one slip.
        let kept =
            linked(PEOPLE, &[("4399311979", Some("WANGJUNDONG"), &["H3"]), ("439931196504272431", None, &["H4"])]);
        for (person, at) in [("43993119790722113X", 0), ("439931196504272413", 1)] {
            assert!(kept.iter().any(|p| p.0 == person && p.1 == at && p.3 == Decision::Link), "{kept:?}");
        }
    }

    #[test]
    fn a_sister_or_twin_of_the_same_book_is_not_taken_for_her() {
        // A number of one twin with the name of the other goes to a steward; a younger sister is neither.
        let kept = linked(
            PEOPLE,
            &[("43993120010312002", Some("陈小兰"), &["H5"]), ("43993120070618002", Some("陈小明"), &["H5"])],
        );
        assert!(kept.iter().all(|p| p.1 != 0 || p.0 != "439931200103120029" || p.3 != Decision::Link), "{kept:?}");
        assert!(kept.iter().all(|p| p.1 != 1 || p.3 != Decision::Link), "{kept:?}");
    }
}
