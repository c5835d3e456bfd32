use std::collections::{BTreeMap, HashMap};

use super::{list, rows};

/// A closed list of codes with the spellings met in exports.
#[derive(Debug, Clone, Default)]
pub struct CodeList {
    /// Canonical codes in file order.
    pub codes: Vec<String>,
    /// Chinese spelling of a code for people, the first one the file names.
    pub label_zh: BTreeMap<String, String>,
    spellings: HashMap<String, usize>,
}

impl CodeList {
    /// The canonical code of a spelling. The text must already be trimmed and in half-width form;
    /// letters are compared without case.
    pub fn canonical(&self, spelling: &str) -> Option<&str> {
        self.spellings
            .get(spelling)
            .or_else(|| self.spellings.get(&spelling.to_lowercase()))
            .map(|&i| self.codes[i].as_str())
    }

    /// Every spelling of every code, canonical ones included, in file order.
    pub fn spellings(&self, code: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            self.spellings.iter().filter(|(_, i)| self.codes[**i] == code).map(|(s, _)| s.as_str()).collect();
        found.sort_unstable();
        found
    }
}

pub(super) fn parse(text: &str) -> Result<BTreeMap<String, CodeList>, String> {
    let mut lists: BTreeMap<String, CodeList> = BTreeMap::new();
    for row in rows(text)? {
        let entry = lists.entry(row["list"].clone()).or_default();
        let index = entry.codes.len();
        let code = row["code"].clone();
        let spellings = list(&row["spellings"]);
        if let Some(first) = spellings.first() {
            entry.label_zh.insert(code.clone(), first.clone());
        }
        for spelling in spellings.iter().chain([&code]) {
            // A spelling that two codes share (市 level names overlap) stays with the first.
            entry.spellings.entry(spelling.to_lowercase()).or_insert(index);
            entry.spellings.entry(spelling.clone()).or_insert(index);
        }
        entry.codes.push(code);
    }
    Ok(lists)
}
