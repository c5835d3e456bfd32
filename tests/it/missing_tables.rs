//! Departments do not always hand their data over. Whatever table is missing, the import stands, no rule
//! breaks, and the coverage says of every rule that reads it what became of that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use mingjing::contract::{Table, contract};
use mingjing::jobs::{AuditRequest, ImportRequest, Unobserved, audit, import};
use mingjing::query::EngineOptions;
use mingjing::query::library::{CheckedRule, Library, Status};
use mingjing::snapshot::DataDir;

use crate::support::{Desk, csv_rows, fixture};

/// Tables missing at once: few enough that most rules still run, many enough that few audits tell of all.
const AT_ONCE: usize = 5;

/// The files of the fixture county that are not of these tables.
fn exports_without(tables: &[&Table]) -> Vec<PathBuf> {
    let files: Vec<PathBuf> =
        fs::read_dir(fixture("county/exports")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let of_table = |path: &PathBuf, table: &Table| {
        let stem = path.file_stem().unwrap().to_string_lossy();
        let base = stem.split('-').next().unwrap();
        table.names_zh.iter().chain([&table.name]).any(|name| name == base)
    };
    for table in tables {
        let there = files.iter().any(|path| of_table(path, table));
        assert!(there, "the fixture county has no {}, so its absence is not tested", table.name);
    }
    files.into_iter().filter(|path| !tables.iter().any(|table| of_table(path, table))).collect()
}

/// Imports the county without tables and audits it by the rules that read one of them; a rule reads what it
/// declares and nothing else, so the others cannot tell the difference.
async fn coverage_without(tables: &[&Table], rules: &[&CheckedRule], library: &Library) -> BTreeMap<String, Covered> {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    let options = EngineOptions { memory: 512 << 20, partitions: 2, at_once: 2, spill_dir: data.spill_dir() };
    let request = ImportRequest { paths: exports_without(tables), ..ImportRequest::default() };
    let imported = import(&data, &request, &options, &Unobserved).await.unwrap();
    assert!(tables.iter().all(|table| !imported.snapshot.manifest.tables.contains_key(&table.name)));
    let only = rules.iter().map(|rule| rule.header().typology.clone()).collect();
    let request = AuditRequest { only, ..AuditRequest::default() };
    let done = audit(&data, library, &request, &options, &Unobserved).await.unwrap();
    let rows = csv_rows(&done.path.join("coverage.csv")).into_iter();
    let covered = |row: &BTreeMap<String, String>| Covered {
        outcome: row["outcome"].clone(),
        missing: row["missing"].clone(),
        reason: row["reason"].clone(),
    };
    rows.map(|row| (row["rule_id"].clone(), covered(&row))).collect()
}

#[derive(Debug, PartialEq)]
struct Covered {
    outcome: String,
    missing: String,
    reason: String,
}

/// Where a file has no column for it, nobody was never reviewed; where the column is empty, somebody was not.
#[test]
fn a_column_whose_empty_cells_speak_must_have_been_handed_over() {
    let desk = Desk::small();
    let reviewed = |text: &str| -> String {
        let cell = |line: &str| if line.starts_with("待遇编号") { "最近复核日期" } else { "" }.to_owned();
        text.lines().map(|line| format!("{line},{}\n", cell(line))).collect()
    };
    let award = fs::read_to_string(desk.exports().join("救助待遇.csv")).unwrap();
    let covered = |desk: &Desk| {
        desk.import_all();
        let rows = csv_rows(&desk.audit(&["--only", "A22"]).join("coverage.csv"));
        (rows[0]["outcome"].clone(), rows[0]["missing"].clone())
    };
    desk.file("残疾证.csv", "身份证号,姓名,残疾类别,残疾等级\n");
    assert_eq!(covered(&desk), ("not_runnable".to_owned(), "award.last_review_on".to_owned()));
    desk.file("救助待遇.csv", &reviewed(&award));
    assert_eq!(covered(&desk), ("ran".to_owned(), String::new()));
}

#[test]
fn whatever_optional_table_is_missing_is_said_and_breaks_nothing() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let library = Library::built_in().await.unwrap();
        let optional: Vec<&Table> = contract().tables.iter().filter(|table| !table.required).collect();
        let groups = optional.len().div_ceil(AT_ONCE);
        let (mut stopped, mut weakened) = (0, 0);
        for group in 0..groups {
            // Every so manieth table: neighbours in the contract are often read by the same rules.
            let tables: Vec<&Table> = optional.iter().copied().skip(group).step_by(groups).collect();
            let missing: BTreeSet<&String> = tables.iter().map(|table| &table.name).collect();
            let in_service = library.rules().filter(|rule| rule.header().status != Status::Retired);
            let rules: Vec<&CheckedRule> =
                in_service.filter(|rule| rule.tables().iter().any(|name| missing.contains(name))).collect();
            let coverage = coverage_without(&tables, &rules, &library).await;
            assert_eq!(coverage.len(), rules.len(), "{missing:?}");
            for rule in rules {
                // Of some that may each be missing one must be there.
                let either = &rule.header().one_of;
                let untold = either.iter().all(|name| missing.contains(name));
                let spared = |name: &String| rule.optional().contains(name) && !(untold && either.contains(name));
                let listed = |optional: bool| {
                    let of_rule = rule.tables().iter().filter(|name| missing.contains(name));
                    of_rule.filter(|name| spared(name) == optional).cloned().collect::<Vec<_>>()
                };
                let (needed, wanted) = (listed(false), listed(true));
                let covered = &coverage[rule.id()];
                let told = format!("{} without {missing:?}: {covered:?}", rule.id());
                if needed.is_empty() {
                    weakened += 1;
                    assert_eq!((covered.outcome.as_str(), covered.missing.as_str()), ("ran", ""), "{told}");
                    let reason = format!("ran without {}: what rests on it was not looked at", wanted.join(", "));
                    assert_eq!(covered.reason, reason, "{told}");
                } else {
                    stopped += 1;
                    assert_eq!(covered.outcome, "not_runnable", "{told}");
                    let said: BTreeSet<&str> =
                        covered.missing.split([',', '|', ' ', ';']).filter(|t| !t.is_empty()).collect();
                    assert_eq!(said, needed.iter().map(String::as_str).collect(), "{told}");
                }
            }
        }
        assert!(stopped > 0 && weakened > 0, "{stopped} stopped, {weakened} weakened");
    });
}

/// Each register that tells of kinship may be missing, but where all are, a rule about kin has seen nothing.
#[test]
fn without_any_register_of_kin_no_rule_about_kin_claims_to_have_run() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let library = Library::built_in().await.unwrap();
        let rules: Vec<&CheckedRule> = ["C01", "C04", "C06"].iter().map(|code| library.find(code).unwrap()).collect();
        let table = |name: &str| contract().table(name).unwrap();
        let all = [table("kinship"), table("marriage"), table("person")];
        for covered in coverage_without(&all, &rules, &library).await.values() {
            assert_eq!(
                (covered.outcome.as_str(), covered.missing.as_str()),
                ("not_runnable", "kinship|marriage|person")
            );
        }
        for covered in coverage_without(&all[1..], &rules, &library).await.values() {
            assert_eq!((covered.outcome.as_str(), covered.missing.as_str()), ("ran", ""));
        }
    });
}
