//! The system's own linkage: references whose number is faulty with the people of a register
//! (`models/linkage/references.toml`).

use std::fs::File;
use std::path::{Path, PathBuf};

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
    count: usize,
}

impl ReferenceFiles {
    /// Begins in a folder.
    ///
    /// # Errors
    ///
    /// [`LinkageError::Io`].
    pub fn create(folder: &Path) -> Result<Self, LinkageError> {
        let own = tempfile::Builder::new().prefix("link-").tempdir_in(folder).map_err(LinkageError::io(folder))?;
        let file = |name: &str| -> Result<csv::Writer<File>, LinkageError> {
            let path = own.path().join(name);
            let mut writer = csv::Writer::from_path(&path).map_err(|e| LinkageError::input(&path, e))?;
            writer.write_record(["id", "number", "name"]).map_err(|e| LinkageError::input(&path, e))?;
            Ok(writer)
        };
        let (people, references) = (file("people.csv")?, file("references.csv")?);
        Ok(Self { folder: own, people, references, count: 0 })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a person by valid number and name.
    pub fn person(&mut self, number: &str, name: &str) -> Result<(), LinkageError> {
        let row = self.people.write_record([number, number, name]);
        row.map_err(|e| LinkageError::input(&self.path("people.csv"), e))
    }

    /// Adds a reference; its name in the result is its position, from 0.
    pub fn reference(&mut self, number: &str, name: &str) -> Result<(), LinkageError> {
        let row = self.references.write_record([self.count.to_string().as_str(), number, name]);
        self.count += 1;
        row.map_err(|e| LinkageError::input(&self.path("references.csv"), e))
    }
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
    use super::*;

    #[test]
    fn two_slips_with_the_name_are_a_link_and_a_stranger_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = ReferenceFiles::create(folder.path()).unwrap();
        for (number, name) in [
            ("439931194810040152", "李顺昌"),
            ("439931195908030117", "曾建华"),
            ("43993119790722113X", "王军东"),
            ("439931196504272413", "李志诚"),
        ] {
            files.person(number, name).unwrap();
        }
        for (number, name) in
            [("439931195980030117", "曾健华"), ("439931194810050153", "李顺昌"), ("439931195908030127", "王五")]
        {
            files.reference(number, name).unwrap();
        }
        let found = link_references(files, Some(("439931194810040152", "1"))).unwrap();
        let kept: Vec<_> = found.decided().filter(|pair| pair.3 != crate::identity::linkage::Decision::No).collect();
        assert!(kept.iter().any(|p| p.0 == "439931194810040152" && p.1 == "1" && p.2 > 0.9), "{kept:?}");
        assert!(kept.iter().any(|p| p.0 == "439931195908030117" && p.1 == "0" && p.2 > 0.5), "{kept:?}");
        assert!(kept.iter().all(|p| p.1 != "2"), "{kept:?}");
        assert!(found.waterfall.unwrap().probability > 0.9);
    }
}
