//! Made counties: the same bytes every time, truth that stands in the exports, faults where the list says.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::support::done;
use mingjing::contract::contract;
use mingjing::domain::id_number;
use mingjing::made::{self, Form, Made, MadeError, Settings};

fn make(settings: &Settings) -> (tempfile::TempDir, Made) {
    let folder = tempfile::tempdir().unwrap();
    let made = made::generate(settings, folder.path(), &|_, _| {}).unwrap();
    (folder, made)
}

fn settings(households: u64, form: Form) -> Settings {
    Settings { households, months: 12, seed: 11, form, ..Settings::default() }
}

/// Every file below a folder by its path, with its bytes.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The rows of a CSV file by header.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_threads() {
    for form in [Form::Parquet, Form::Mixed] {
        let one = Settings { chunk: Some(250), threads: 1, ..settings(900, form) };
        let three = Settings { threads: 3, ..one.clone() };
        let (one, three) = (make(&one).0, make(&three).0);
        let (one, three) = (files(one.path()), files(three.path()));
        assert!(one.keys().any(|path| path.to_string_lossy().contains("-0003.")), "several parts a table");
        assert_eq!(one.keys().collect::<Vec<_>>(), three.keys().collect::<Vec<_>>());
        for (path, bytes) in &one {
            assert!(three[path] == *bytes, "{}", path.display());
        }
    }
}

#[test]
fn another_seed_gives_another_county() {
    let (one, _) = make(&settings(60, Form::Csv));
    let (other, _) = make(&Settings { seed: 12, ..settings(60, Form::Csv) });
    assert_ne!(files(one.path()), files(other.path()));
}

#[test]
fn every_kind_of_case_is_planted_and_its_numbers_stand_in_the_exports() {
    let (folder, made) = make(&settings(300, Form::Csv));
    let truth = rows(&folder.path().join("truth.csv"));
    assert_eq!(truth.len() as u64, made.truth);

    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in &truth {
        *counts.entry((row["typology"].clone(), row["decoy"].clone())).or_default() += 1;
    }
    for (typology, decoy) in made::kinds().chain([("Q04", None)]) {
        let kind = (typology.to_owned(), decoy.unwrap_or("no").to_owned());
        assert!(counts.get(&kind).is_some_and(|n| *n >= 2), "{kind:?} in {counts:?}");
    }

    let mut cells = BTreeSet::new();
    for table in &contract().tables {
        let path = folder.path().join(format!("exports/{}.csv", table.name));
        cells.extend(rows(&path).into_iter().flat_map(BTreeMap::into_values));
    }
    for row in &truth {
        let keys = [row["subject_key"].as_str(), row["household_no"].as_str()];
        for key in keys.into_iter().chain(row["alt_keys"].split('|')).filter(|key| !key.is_empty()) {
            assert!(cells.contains(key), "{key} of {row:?}");
        }
        let months = [&row["month_from"], &row["month_to"]];
        assert!(months[0] <= months[1] && (months[0].is_empty() || months[0].as_str() >= "2024-01"), "{row:?}");
    }
}

#[test]
fn a_clean_county_has_valid_numbers_no_truth_and_no_dirt() {
    let (folder, made) = make(&Settings { clean: true, ..settings(200, Form::Csv) });
    assert_eq!(made.truth, 0);
    assert!(rows(&folder.path().join("truth.csv")).is_empty());
    assert!(!folder.path().join("dirt.csv").exists());
    let mut checked = 0;
    for table in &contract().tables {
        let ids = table.columns.iter().filter(|c| c.references.as_deref() == Some("person") || c.name == "id_number");
        let ids: Vec<&str> = ids.map(|c| c.name.as_str()).collect();
        for row in rows(&folder.path().join(format!("exports/{}.csv", table.name))) {
            for column in table.columns.iter().filter(|c| c.required) {
                assert!(!row[&column.name].is_empty(), "{}.{}", table.name, column.name);
            }
            for id in ids.iter().map(|column| &row[*column]).filter(|id| !id.starts_with("GY")) {
                assert_eq!(id_number::fault(id), None, "{id} in {}", table.name);
                checked += 1;
            }
        }
    }
    assert!(checked > 5_000);
}

#[test]
fn the_list_of_faults_points_at_what_it_says() {
    let (folder, _) = make(&settings(400, Form::Raw));
    let exports = folder.path().join("exports");
    let faults = rows(&folder.path().join("dirt.csv"));
    let mut kinds = BTreeSet::new();
    for fault in &faults {
        let text = std::fs::read_to_string(exports.join(&fault["file"])).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let at = fault["row"].parse::<usize>().unwrap() - 1;
        match fault["kind"].as_str() {
            "blank_line" => assert_eq!(lines[at], "", "{fault:?}"),
            "duplicate_row" => assert_eq!(lines[at], lines[at - 1], "{fault:?}"),
            kind => {
                let table = contract().tables.iter().find(|t| fault["file"].starts_with(&t.names_zh[0])).unwrap();
                let column = table.columns.iter().position(|c| c.name == fault["column"]).unwrap();
                assert!(table.columns[column].required, "{fault:?}");
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(lines[at].as_bytes());
                let row = reader.records().next().unwrap().unwrap();
                assert_eq!(row[column].is_empty(), kind == "missing_required", "{fault:?}");
            }
        }
        kinds.insert(fault["kind"].clone());
    }
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        ["blank_line", "broken_required", "duplicate_row", "missing_required"]
    );
    // Blank lines are all on the list.
    for (path, bytes) in files(&exports) {
        let blank = String::from_utf8(bytes).unwrap().lines().filter(|line| line.is_empty()).count();
        let name = path.to_string_lossy().into_owned();
        let listed = faults.iter().filter(|f| f["file"] == name && f["kind"] == "blank_line").count();
        assert_eq!(blank, listed, "{name}");
    }
}

#[test]
fn mistyped_numbers_of_the_files_are_in_the_truth() {
    let (folder, _) = make(&settings(400, Form::Raw));
    let truth = rows(&folder.path().join("truth.csv"));
    let known: BTreeSet<&str> =
        truth.iter().filter(|r| r["typology"] == "Q01").map(|r| r["subject_key"].as_str()).collect();
    let broken: BTreeSet<(String, u64)> =
        rows(&folder.path().join("dirt.csv")).iter().map(|f| (f["file"].clone(), f["row"].parse().unwrap())).collect();
    for (path, bytes) in files(&folder.path().join("exports")) {
        let name = path.to_string_lossy().into_owned();
        let table = contract().tables.iter().find(|t| name == format!("{}.csv", t.names_zh[0])).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        for record in reader.records() {
            let record = record.unwrap();
            let line = record.position().unwrap().line();
            for (column, cell) in table.columns.iter().zip(&record) {
                let is_id = column.references.as_deref() == Some("person") || column.name == "id_number";
                if !is_id || cell.starts_with("GY") || broken.contains(&(name.clone(), line)) {
                    continue;
                }
                let id = id_number::normalise(cell);
                assert!(id.fault.is_none() || known.contains(id.text.as_str()), "{cell} in {name} line {line}");
            }
        }
    }
}

#[test]
fn a_workbook_holds_what_a_csv_file_holds() {
    let stored = |form: Form| {
        let (folder, _) = make(&settings(60, form));
        let [exports, data] = ["exports", "data"].map(|name| folder.path().join(name).display().to_string());
        done(&["import", &exports, "--data", &data]);
        let sql = "SELECT official_no, name, from_date, to_date, phone FROM official UNION ALL \
                   SELECT programme, tier, from_month, NULL, CAST(monthly_amount_fen AS VARCHAR) FROM standard \
                   ORDER BY 1, 2, 3, 4, 5";
        let workbooks = ["工作人员名册.xlsx", "救助标准.xlsx"].map(|name| Path::new(&exports).join(name).exists());
        (done(&["query", sql, "--data", &data, "--format", "csv"]), workbooks)
    };
    let (mixed, raw) = (stored(Form::Mixed), stored(Form::Raw));
    assert_eq!((mixed.1, raw.1), ([true; 2], [false; 2]));
    assert_eq!(mixed.0, raw.0);
    assert!(raw.0.lines().count() > 30, "{}", raw.0);
}

#[test]
fn settings_out_of_range_and_full_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |settings: Settings| made::generate(&settings, folder.path(), &|_, _| {}).unwrap_err();
    let base = settings(60, Form::Csv);
    assert!(matches!(refused(Settings { households: 0, ..base.clone() }), MadeError::Households));
    assert!(matches!(refused(Settings { months: 3, ..base.clone() }), MadeError::Months(3)));
    assert!(matches!(refused(Settings { irregular_share: 0.9, ..base.clone() }), MadeError::Share(_)));
    let crowded = Settings { households: 1_000_000, counties: Some(1), ..base.clone() };
    assert!(matches!(refused(crowded), MadeError::Layout { .. }));
    std::fs::create_dir_all(folder.path().join("exports")).unwrap();
    std::fs::write(folder.path().join("exports/payment.csv"), "").unwrap();
    assert!(matches!(refused(base), MadeError::NotEmpty(_)));
}

#[test]
fn the_fixtures_are_what_the_generator_makes() {
    for (name, settings) in [
        ("county", Settings { households: 300, months: 12, seed: 2, form: Form::Raw, ..Settings::default() }),
        (
            "clean",
            Settings { households: 120, months: 12, seed: 2, form: Form::Raw, clean: true, ..Settings::default() },
        ),
    ] {
        let (folder, _) = make(&settings);
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let (made, mut kept) = (files(folder.path()), files(&kept));
        kept.remove(Path::new("known.toml"));
        assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
        for (path, bytes) in &made {
            assert!(kept[path] == *bytes, "{name}/{}: see fixtures/README.md", path.display());
        }
    }
}
