//! An analyst's own rules: a folder of `*.sql` with their `*.cases.toml`, and a `parameters.toml` that sets
//! rule parameters, as
//!
//! ```toml
//! [e05_paid_short]
//! short_yuan = 5
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use super::{Rule, RuleError};

/// Rule parameters by rule id and name.
pub type Parameters = BTreeMap<String, BTreeMap<String, f64>>;

/// The file of a rules folder that sets parameters.
const PARAMETERS: &str = "parameters.toml";

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

/// The parameters that a folder sets; none where it has no such file.
pub(super) fn parameters(folder: &Path) -> Result<Parameters, RuleError> {
    let path = folder.join(PARAMETERS);
    if !path.exists() {
        return Ok(Parameters::new());
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
        write("parameters.toml", "[e05_paid_short]\nshort_yuan = 5\n");
        let library = Library::built_in().await.unwrap();
        let count = library.rules().len();
        let library = library.with_folder(folder.path()).await.unwrap();
        assert_eq!(library.rules().len(), count + 1);
        assert_eq!(library.get("x07_paid_in_prison").unwrap().header().names(), ("狱中领取", "Paid in prison"));
        assert_eq!(library.parameters()["e05_paid_short"]["short_yuan"], 5.0);
        for (wrong, told) in [
            ("[e05_paid_short]\nshort_yuan = 5000\n", "outside"),
            ("[e05_paid_short]\nshort_fen = 5\n", "no such parameter"),
            ("[e99]\nx = 5\n", "no rule 'e99'"),
            ("[e05_paid_short]\nshort_yuan = \"five\"\n", "e05_paid_short.short_yuan"),
        ] {
            write("parameters.toml", wrong);
            let error = library.clone().with_folder(folder.path()).await.unwrap_err().to_string();
            assert!(error.contains(told), "expected '{told}', found '{error}'");
        }
    }
}
