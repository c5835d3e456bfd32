//! A snapshot becomes findings: what must be raised, what must be explained, what must stay silent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use arrow::array::AsArray;
use mingjing::snapshot::DataDir;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{Desk, Rows, audited_county, csv_rows, failed, findings, fixture, payments, refused};

fn open(rows: &Rows) -> Vec<&BTreeMap<String, String>> {
    rows.iter().filter(|row| row["status"] == "open").collect()
}

#[test]
fn stories_come_out_as_they_are_told() {
    let mut told = 0;
    for entry in fs::read_dir(fixture("stories")).unwrap() {
        let story = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(story.join("expected.toml")) else { continue };
        told += 1;
        let expected: toml::Table = text.parse().unwrap();
        let desk = Desk::new();
        desk.import(&[story.join("exports")], &[]);
        let out = desk.audit(&["--as-of", expected["as_of"].as_str().unwrap()]);
        let found = findings(&out);
        let key = |row: &toml::Value| -> String {
            let cell = |name: &str| row.get(name).and_then(|v| v.as_str()).unwrap_or("").to_owned();
            let dates = |name: &str| if cell("status") == "open" { cell(name) } else { String::new() };
            let told = [cell("typology"), cell("subject_key"), cell("status"), cell("exemption")];
            let open = [dates("month_from"), dates("month_to"), dates("amount")];
            [told.join(" "), open.join(" ")].join(" ")
        };
        let list = |name: &str| expected.get(name).and_then(|v| v.as_array()).cloned().unwrap_or_default();
        let either: BTreeSet<(String, String)> = list("clear_or_exempted")
            .iter()
            .map(|row| (row["typology"].as_str().unwrap().to_owned(), row["subject_key"].as_str().unwrap().to_owned()))
            .collect();
        let wanted: BTreeSet<String> = list("finding").iter().map(key).collect();
        // What a story does not speak of may come out explained, never open.
        let spoken: BTreeSet<String> = list("finding")
            .iter()
            .chain(&list("clear_or_exempted"))
            .filter_map(|row| row["typology"].as_str().map(str::to_owned))
            .collect();
        let raised: BTreeSet<String> = found
            .iter()
            .filter(|row| {
                let exempted = row["status"] == "exempted";
                let told = either.contains(&(row["typology"].clone(), row["subject_key"].clone()));
                !(exempted && (told || !spoken.contains(&row["typology"])))
            })
            .map(|row| {
                let dates = |name: &str| if row["status"] == "open" { row[name].clone() } else { String::new() };
                let told =
                    [&row["typology"], &row["subject_key"], &row["status"], &row["exemption"]].map(String::as_str);
                [told.join(" "), [dates("month_from"), dates("month_to"), dates("amount")].join(" ")].join(" ")
            })
            .collect();
        assert_eq!(raised, wanted, "{}", story.display());
        for told in list("finding").iter().filter(|row| row.get("known_from").is_some()) {
            let cell = |name: &str| told[name].as_str().unwrap();
            let same = |row: &&BTreeMap<String, String>| {
                row["typology"] == cell("typology") && row["subject_key"] == cell("subject_key")
            };
            let row = found.iter().find(same).unwrap();
            assert_eq!(row["known_from"], cell("known_from"));
            assert!(row["summary_zh"].contains("此前4个月经办机构无从查知"), "{}", row["summary_zh"]);
        }
    }
    assert!(told >= 6, "only {told} stories");
}

#[test]
fn nothing_is_raised_in_a_clean_county() {
    let desk = Desk::new();
    desk.import(&[fixture("clean/exports")], &[]);
    let found = findings(&desk.audit(&[]));
    let known: toml::Table = fs::read_to_string(fixture("clean/known.toml")).unwrap().parse().unwrap();
    let known: BTreeSet<&str> = known
        .get("finding")
        .and_then(|list| list.as_array())
        .into_iter()
        .flatten()
        .filter_map(|row| row["subject_key"].as_str())
        .collect();
    // What models raise by design where nothing is wrong is measured beside them.
    let of_rules = open(&found).into_iter().filter(|row| !row["typology"].starts_with('M'));
    let raised: Vec<_> = of_rules.filter(|row| !known.contains(row["subject_key"].as_str())).collect();
    assert!(raised.is_empty(), "{raised:?}");
}

/// What a county's truth says against what an audit raised.
fn hits(truth: &Rows, found: &Rows) -> BTreeMap<String, (usize, usize, usize, usize)> {
    let keys = |row: &BTreeMap<String, String>| -> BTreeSet<String> {
        let mut keys: BTreeSet<String> = ["subject_key", "household_no", "award_no", "id_number", "official_no"]
            .iter()
            .filter_map(|name| row.get(*name))
            .filter(|key| !key.is_empty())
            .cloned()
            .collect();
        keys.extend(row.get("alt_keys").into_iter().flat_map(|alt| alt.split('|')).map(str::to_owned));
        keys.remove("");
        keys
    };
    let mut table: BTreeMap<String, (usize, usize, usize, usize)> = BTreeMap::new();
    for row in truth {
        let wanted = keys(row);
        let same = |f: &&BTreeMap<String, String>| {
            f["typology"] == row["typology"] && f["status"] == "open" && keys(f).iter().any(|key| wanted.contains(key))
        };
        let counts = table.entry(row["typology"].clone()).or_default();
        let raised = found.iter().filter(same).count();
        if row["decoy"] == "no" {
            counts.0 += 1;
            counts.1 += usize::from(raised > 0);
        }
    }
    for f in found.iter().filter(|f| f["status"] == "open") {
        let own = keys(f);
        let true_case = truth
            .iter()
            .any(|t| t["typology"] == f["typology"] && t["decoy"] == "no" && keys(t).iter().any(|k| own.contains(k)));
        let counts = table.entry(f["typology"].clone()).or_default();
        counts.2 += 1;
        counts.3 += usize::from(true_case);
    }
    table
}

#[test]
fn every_planted_case_is_found_and_no_look_alike_is_raised() {
    // Nobody plants what models raise: their share is held beside.
    let found = findings(audited_county().1).into_iter().filter(|row| !row["typology"].starts_with('M')).collect();
    let truth = csv_rows(&fixture("county/truth.csv"));
    let table = hits(&truth, &found);
    assert!(table.len() >= 19, "only {} typologies", table.len());
    for (typology, (planted, hit, raised, right)) in &table {
        assert_eq!(hit, planted, "{typology}: planted and found");
        assert_eq!(right, raised, "{typology}: raised and right");
    }
    let exempted: BTreeSet<&str> =
        found.iter().filter(|row| row["status"] == "exempted").map(|row| row["exemption"].as_str()).collect();
    for exemption in ["probation", "exempt_kind", "one_month_overlap", "custody_signed"] {
        assert!(exempted.contains(exemption), "{exemption} in {exempted:?}");
    }
}

#[test]
fn every_finding_explains_itself() {
    let out = audited_county().1;
    let evidence = csv_rows(&out.join("evidence.csv"));
    let with_evidence: BTreeSet<&str> =
        evidence.iter().filter(|row| row["role"] == "for").map(|row| row["finding_id"].as_str()).collect();
    let found = findings(out);
    let mut ids = BTreeSet::new();
    for row in &found {
        assert!(ids.insert(row["finding_id"].clone()), "{} twice", row["finding_id"]);
        assert!(with_evidence.contains(row["finding_id"].as_str()), "{} without evidence", row["finding_id"]);
        for text in ["summary_zh", "summary_en", "subject_key", "region_code"] {
            assert!(!row[text].is_empty(), "{}: {text}", row["finding_id"]);
        }
        assert!(!row["summary_zh"].contains(['{', '}']) && !row["summary_en"].contains(['{', '}']), "{row:?}");
        let probability: f64 = row["probability"].parse().unwrap();
        assert!(probability > 0.0 && probability < 1.0);
        assert_eq!(row["exemption"].is_empty(), row["status"] == "open");
    }
    // Evidence stands in the source as it is told: file, row, cells.
    let first = evidence.iter().find(|row| row["table"] == "payment").unwrap();
    let number: usize = first["source_row"].parse().unwrap();
    let file = fs::read_to_string(fixture("county/exports").join(&first["source_file"])).unwrap();
    let line = file.lines().nth(number - 1).unwrap();
    let award = first["text"].split("待遇编号=").nth(1).unwrap().split(';').next().unwrap();
    assert!(line.contains(award), "{line} does not hold {award}");
    // Leads gather open findings and count money once.
    let leads = csv_rows(&out.join("leads.csv"));
    let gathered: usize = leads.iter().map(|row| row["findings"].parse::<usize>().unwrap()).sum();
    assert_eq!(gathered, open(&found).len());
}

#[test]
fn the_same_audit_gives_the_same_bytes() {
    let (desk, out) = audited_county();
    let read = |out: &Path| {
        ["findings.csv", "findings.parquet", "evidence.csv", "evidence.parquet", "leads.csv", "leads.parquet"]
            .map(|name| fs::read(out.join(name)).unwrap())
    };
    let again = desk.audit_to("again", &["--partitions", "1"]);
    assert!(read(out) == read(&again), "the number of partitions changes what is found");
}

#[test]
fn what_was_not_handed_over_is_said_and_stops_nothing() {
    let desk = Desk::small();
    desk.import_all();
    let coverage = csv_rows(&desk.audit(&[]).join("coverage.csv"));
    let of = |code: &str| coverage.iter().find(|row| row["typology"] == code).unwrap();
    assert_eq!((of("A01")["outcome"].as_str(), of("A01")["missing"].as_str()), ("not_runnable", "death"));
    assert_eq!(of("A02")["missing"], "detention");
    assert_eq!(of("E05")["outcome"], "ran");
    assert!(coverage.iter().all(|row| !row["rule_id"].is_empty()), "every typology has a rule");
    let codes = coverage.iter().map(|row| row["typology"].as_str());
    let (models, typologies): (BTreeSet<&str>, BTreeSet<&str>) = codes.partition(|code| code.starts_with('M'));
    assert_eq!(models.len(), 8, "every model is accounted for");
    assert_eq!(typologies.len(), 58, "every typology of the contract is accounted for");
}

#[test]
fn a_region_sees_its_own_findings_only() {
    const ONLY: &str = "A04,B01,E05,Q03";
    let (desk, out) = audited_county();
    let all: Rows = findings(out).into_iter().filter(|row| ONLY.contains(&row["typology"])).collect();
    let village = &all.iter().find(|row| !row["region_code"].ends_with("000")).unwrap()["region_code"];
    let of = |region: &str| findings(&desk.audit_to(region, &["--only", ONLY, "--region", region]));
    let inside = of(village);
    assert!(!inside.is_empty() && inside.len() < all.len());
    let wanted = all.iter().filter(|row| row["region_code"] == *village).count();
    assert_eq!(inside.len(), wanted);
    assert_eq!(of(&format!("{}000000", &village[..6])).len(), all.len());
    let data = desk.data().display().to_string();
    let said = failed(&["audit", "--data", &data, "--only", "Q03", "--region", "999999"]);
    assert!(said.contains("nothing of this snapshot lies in 999999000000"), "{said}");
}

#[test]
fn values_that_mean_nothing_are_a_wrong_call() {
    let desk = Desk::small();
    desk.import_all();
    let data = desk.data().display().to_string();
    let audit = |option: &str, value: &str| refused(&["audit", "--data", &data, option, value]);
    assert!(audit("--only", "a01").contains("typology 'a01'"), "codes are spelt as they are: no rule would run");
    assert!(audit("--only", "a01_paid_after_death").contains("write codes as A01"));
    assert!(audit("--set", "e05_paid_short.nothing=1").contains("no such parameter"));
    assert!(audit("--region", "43993").contains("region"));
    for call in [
        vec!["plan", "--data", &data, "--visits", "0"],
        vec!["tables", "payments"],
        vec!["rules", "show", "Z99"],
        vec!["serve", "--data", &data, "--listen", "nowhere"],
        vec!["generate", "--formats", "mixed", "--out", &data],
        vec!["generate", "--months", "3", "--out", &data],
    ] {
        let said = refused(&call);
        assert!(said.contains(&format!("Usage: mingjing {}", call[0])), "{said}");
    }
}

#[test]
fn a_rule_that_follows_others_finds_the_same_when_it_alone_is_asked_for() {
    let (desk, out) = audited_county();
    let of = |rows: Rows| -> BTreeSet<String> {
        rows.iter().filter(|row| row["typology"] == "C07").map(|row| row["finding_id"].clone()).collect()
    };
    let alone = findings(&desk.audit_to("alone", &["--only", "C07"]));
    assert!(alone.iter().all(|row| row["typology"] == "C07"));
    let wanted = of(findings(out));
    assert!(!wanted.is_empty());
    assert_eq!(of(alone), wanted);
}

#[test]
fn one_month_typed_wrong_moves_no_day() {
    let desk = Desk::new();
    let mut paths = vec![fixture("county/exports")];
    let payments = fs::read_to_string(fixture("county/exports/发放明细.csv")).unwrap();
    let (header, row) = (payments.lines().next().unwrap(), payments.lines().nth(1).unwrap());
    let stray = row.replacen("FF", "STRAY", 1).replacen("2024-01,", "2042-05,", 1);
    assert!(stray.contains("2042-05"));
    desk.file("发放明细-补.csv", &format!("{header}\n{stray}\n"));
    paths.push(desk.exports().join("发放明细-补.csv"));
    desk.import(&paths, &[]);
    let out = desk.audit(&["--only", "A22,E02"]);
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["as_of"], "2024-12-31");
}

/// What a county sets itself changes what is found there, and only as it should.
#[test]
fn a_later_month_keeps_the_ids_of_what_was_found_before() {
    let desk = Desk::small();
    // The family is paid 700 instead of 800 from January on.
    desk.file("发放明细.csv", &payments(&["2024-01", "2024-02", "2024-03"]).replace("800.00", "700.00"));
    let awards = fs::read_to_string(desk.exports().join("救助待遇.csv")).unwrap();
    let awards = awards.replace("开始月份\n", "开始月份,结束月份\n");
    desk.file("救助待遇.csv", &awards.replace("2023-06\n", "2023-06,\n"));
    desk.import_all();
    let before = findings(&desk.audit(&["--as-of", "2024-12-31", "--only", "E05"]));
    // In April a new row of the same benefit begins; the finding is called by it and keeps its id.
    let awards = awards.replace("2023-06\n", "2023-06,2024-03\n");
    desk.file("救助待遇.csv", &format!("{awards}DB2,,JT1,低保,2,800.00,2024-04,\n"));
    let members = fs::read_to_string(desk.exports().join("保障人员.csv")).unwrap();
    let later: String =
        members.lines().skip(1).map(|row| row.replace("DB1", "DB2").replace("2023-06", "2024-04") + "\n").collect();
    desk.file("保障人员.csv", &(members + &later));
    desk.file("payment-2024-04.csv", &payments(&["2024-04"]).replace("800.00", "700.00").replace("DB1", "DB2"));
    desk.import_all();
    let after = findings(&desk.audit(&["--as-of", "2024-12-31", "--only", "E05"]));
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_eq!((before[0]["subject_key"].as_str(), after[0]["subject_key"].as_str()), ("DB1", "DB2"));
    assert_eq!(before[0]["finding_id"], after[0]["finding_id"]);
    assert_eq!((before[0]["amount"].as_str(), after[0]["amount"].as_str()), ("300.00", "400.00"));
}

#[test]
fn an_audit_waits_for_the_one_at_work_and_says_whose_it_is() {
    let desk = Desk::small();
    desk.import_all();
    let lock = DataDir::open(desk.data()).unwrap().lock_audit().unwrap();
    let staged = lock.stage("at-work").unwrap();
    fs::write(staged.path().join("findings.csv"), "half").unwrap();
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_mingjing"))
        .args(["audit", "--only", "Q03", "--data", desk.data().to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(waiting.stderr.take().unwrap()).lines().map(Result::unwrap);
    let us = format!("process {}", std::process::id());
    assert!(said.any(|line| line.contains("waiting for another audit") && line.contains(&us)));
    let published = staged.publish().unwrap();
    drop(lock);
    said.for_each(drop);
    assert!(waiting.wait().unwrap().success());
    assert_eq!(fs::read_to_string(published.join("findings.csv")).unwrap(), "half", "nobody touched it");
    assert_eq!(fs::read_dir(desk.data().join("audits")).unwrap().count(), 2);
}

#[test]
fn no_cell_of_the_csv_files_runs_in_a_spreadsheet_and_parquet_holds_what_stood() {
    let desk = Desk::small();
    let formula = "=HYPERLINK(\"http://example.invalid\")";
    let cell = format!("\"{}\"", formula.replace('"', "\"\""));
    for name in ["救助家庭.csv", "家庭成员.csv", "救助待遇.csv"] {
        let path = desk.exports().join(name);
        let text = fs::read_to_string(&path).unwrap().replace("JT1", &cell).replace("曾建华,2\n", "曾建华,3\n");
        fs::write(path, text).unwrap();
    }
    desk.file("发放明细.csv", &payments(&["2024-01"]).replace("800.00", "900.00"));
    desk.import_all();
    let out = desk.audit(&["--only", "Q03"]);
    let (found, leads) = (findings(&out), csv_rows(&out.join("leads.csv")));
    assert_eq!((found.len(), leads.len()), (1, 1), "the family says three and names two");
    for cell in [&found[0]["subject_key"], &found[0]["household_no"], &leads[0]["subject_key"]] {
        assert_eq!(*cell, format!("'{formula}"));
    }
    for table in ["findings", "leads", "evidence"] {
        for row in csv_rows(&out.join(format!("{table}.csv"))) {
            assert!(row.values().all(|cell| !cell.starts_with(['=', '+', '@', '\t', '\r'])), "{row:?}");
        }
    }
    let file = fs::File::open(out.join("findings.parquet")).unwrap();
    let mut batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batch = batches.next().unwrap().unwrap();
    assert_eq!(batch.column_by_name("subject_key").unwrap().as_string::<i32>().value(0), formula);
    // The door for SQL: the same, and a number that is negative stays one.
    let rows = desk.query("SELECT household_no, -amount_fen FROM household, payment");
    assert_eq!(rows, [format!("\"'{}\",-90000", formula.replace('"', "\"\""))]);
}
