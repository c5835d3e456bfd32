//! An analyst's own rules: a folder of `*.sql` with their `*.cases.toml`, and a `settings.toml` that sets
//! status and parameters of any rule, as
//!
//! ```toml
//! [e05_paid_short]
//! status = "stable"
//! parameters = { short_yuan = 5 }
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Rule, RuleError, Status};

/// Rule parameters by rule id and name.
pub type Parameters = BTreeMap<String, BTreeMap<String, f64>>;

/// What a folder sets of one rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Setting {
    /// How far the rule has come, by the evidence of the place.
    pub(super) status: Option<Status>,
    /// Parameters that differ from their defaults.
    pub(super) parameters: BTreeMap<String, f64>,
}

/// The file of a rules folder that sets them.
const SETTINGS: &str = "settings.toml";

fn text(path: &Path) -> Result<String, RuleError> {
    std::fs::read_to_string(path).map_err(|source| RuleError::Read { path: path.to_owned(), source })
}

/// The rules of a folder, in order of their names.
pub(super) fn rules(folder: &Path) -> Result<Vec<Rule>, RuleError> {
    let fail = |source| RuleError::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|e| e == "sql") {
            files.push(path);
        }
    }
    files.sort();
    files
        .iter()
        .map(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let cases = path.with_extension("cases.toml");
            // A rule under way may have no cases yet; the built-in ones have them by test.
            let cases = if cases.exists() { text(&cases)? } else { String::new() };
            Rule::parse(&stem, &text(path)?, &cases)
        })
        .collect()
}

/// What a folder sets, by rule id; nothing where it has no such file.
pub(super) fn settings(folder: &Path) -> Result<BTreeMap<String, Setting>, RuleError> {
    let path = folder.join(SETTINGS);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let name = path.display().to_string();
    let fail = |at: String, message: &str| RuleError::Header {
        rule: name.clone(),
        path: at,
        message: message.trim().replace('\n', ", "),
    };
    let text = text(&path)?;
    let document = toml::Deserializer::parse(&text).map_err(|e| fail(".".to_owned(), e.message()))?;
    serde_path_to_error::deserialize(document).map_err(|e| fail(e.path().to_string(), e.inner().message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::library::{Library, sources};

    #[test]
    fn a_folder_reads_like_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/rules");
        let (read, compiled) = (rules(&folder).unwrap(), sources::built_in().unwrap());
        assert_eq!(read.len(), compiled.len());
        assert!(read.iter().zip(&compiled).all(|(a, b)| a.stem == b.stem && a.text == b.text));
        let missing = rules(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(missing.contains("no/such/folder"), "{missing}");
    }

    #[tokio::test]
    async fn a_folder_adds_replaces_and_sets_parameters() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let own = include_str!("../../../queries/rules/a02_paid_in_detention.sql")
            .replace("a02_paid_in_detention", "x07_paid_in_prison")
            .replace("\"A02\"", "\"X07\"\n-- name = { zh = \"狱中领取\", en = \"Paid in prison\" }")
            .lines()
            .filter(|line| !line.starts_with("-- contract"))
            .collect::<Vec<_>>()
            .join("\n");
        write("x07_paid_in_prison.sql", &own);
        write("settings.toml", "[e05_paid_short]\nstatus = \"retired\"\nparameters = { short_yuan = 5 }\n");
        let library = Library::built_in().await.unwrap();
        let count = library.rules().len();
        let library = library.with_folder(folder.path()).await.unwrap();
        assert_eq!(library.rules().len(), count + 1);
        assert_eq!(library.get("x07_paid_in_prison").unwrap().header().names(), ("狱中领取", "Paid in prison"));
        assert_eq!(library.parameters()["e05_paid_short"]["short_yuan"], 5.0);
        assert_eq!(library.get("e05_paid_short").unwrap().header().status, Status::Retired);
        for (wrong, told) in [
            ("[e05_paid_short]\nparameters = { short_yuan = 5000 }\n", "outside"),
            ("[e05_paid_short]\nparameters = { short_fen = 5 }\n", "no such parameter"),
            ("[e99]\n", "no rule 'e99'"),
            ("[e05_paid_short]\nparameters = { short_yuan = \"five\" }\n", "e05_paid_short.parameters.short_yuan"),
            ("[e05_paid_short]\nstatus = \"old\"\n", "e05_paid_short.status"),
        ] {
            write("settings.toml", wrong);
            let error = library.clone().with_folder(folder.path()).await.unwrap_err().to_string();
            assert!(error.contains(told), "expected '{told}', found '{error}'");
        }
    }
}
