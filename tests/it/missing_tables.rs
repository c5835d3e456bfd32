//! Departments do not always hand their data over. Whatever table is missing, the import stands, no rule
//! breaks, and the coverage says of every rule that reads it what became of that.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use mingjing::contract::{Table, contract};
use mingjing::jobs::{AuditRequest, ImportRequest, Unobserved, audit, import};
use mingjing::query::EngineOptions;
use mingjing::query::library::{CheckedRule, Library, Status};
use mingjing::snapshot::DataDir;

use crate::support::{csv_rows, fixture};

/// The files of the fixture county that are not of a table.
fn exports_without(table: &Table) -> Vec<PathBuf> {
    let files: Vec<PathBuf> =
        fs::read_dir(fixture("county/exports")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let of_table = |path: &PathBuf| {
        let stem = path.file_stem().unwrap().to_string_lossy();
        let base = stem.split('-').next().unwrap();
        table.names_zh.iter().chain([&table.name]).any(|name| name == base)
    };
    let rest: Vec<PathBuf> = files.iter().filter(|path| !of_table(path)).cloned().collect();
    assert!(rest.len() < files.len(), "the fixture county has no {}, so its absence is not tested", table.name);
    rest
}

/// Imports the county without a table and audits it by the rules that read the table; a rule reads what it
/// declares and nothing else, so the others cannot tell the difference.
async fn coverage_without(table: &Table, rules: &[&CheckedRule], library: &Library) -> BTreeMap<String, Covered> {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    let options = EngineOptions { memory: 512 << 20, partitions: 2, spill_dir: data.spill_dir() };
    let request = ImportRequest { paths: exports_without(table), ..ImportRequest::default() };
    let imported =
        import(&data, &request, &options, &Unobserved).await.unwrap_or_else(|e| panic!("{}: {e}", table.name));
    assert!(!imported.snapshot.manifest.tables.contains_key(&table.name));
    if rules.is_empty() {
        return BTreeMap::new();
    }
    let only = rules.iter().map(|rule| rule.header().typology.clone()).collect();
    let request = AuditRequest { only, ..AuditRequest::default() };
    let done =
        audit(&data, library, &request, &options, &Unobserved).await.unwrap_or_else(|e| panic!("{}: {e}", table.name));
    let rows = csv_rows(&done.path.join("coverage.csv")).into_iter();
    let covered = |row: &BTreeMap<String, String>| Covered {
        outcome: row["outcome"].clone(),
        missing: row["missing"].clone(),
        reason: row["reason"].clone(),
    };
    rows.map(|row| (row["rule_id"].clone(), covered(&row))).collect()
}

#[derive(Debug)]
struct Covered {
    outcome: String,
    missing: String,
    reason: String,
}

#[test]
fn whatever_optional_table_is_missing_is_said_and_breaks_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let library = Library::built_in().await.unwrap();
        let (mut stopped, mut weakened) = (0, 0);
        for table in contract().tables.iter().filter(|table| !table.required) {
            let in_service = library.rules().filter(|rule| rule.header().status != Status::Retired);
            let rules: Vec<&CheckedRule> = in_service.filter(|rule| rule.tables().contains(&table.name)).collect();
            let coverage = coverage_without(table, &rules, &library).await;
            assert_eq!(coverage.len(), rules.len(), "{}", table.name);
            for rule in rules {
                let covered = &coverage[rule.id()];
                let told = format!("{} without {}: {covered:?}", rule.id(), table.name);
                if rule.optional().contains(&table.name) {
                    weakened += 1;
                    assert_eq!((covered.outcome.as_str(), covered.missing.as_str()), ("ran", ""), "{told}");
                    assert_eq!(covered.reason, format!("ran without {}, taken as empty", table.name), "{told}");
                } else {
                    stopped += 1;
                    assert_eq!(
                        (&covered.outcome, &covered.missing),
                        (&"not_runnable".to_owned(), &table.name),
                        "{told}"
                    );
                }
            }
        }
        assert!(stopped > 0 && weakened > 0, "{stopped} stopped, {weakened} weakened");
    });
}
