//! What people found of findings: it survives a re-run, and tells how good a rule is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Desk, csv_rows, done, failed, fixture};

fn by_id(out: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    csv_rows(&out.join("findings.csv")).into_iter().map(|row| (row["finding_id"].clone(), row)).collect()
}

#[test]
fn a_dismissal_survives_a_rerun_until_the_facts_change() {
    let desk = Desk::new();
    desk.import(&[fixture("county/exports")], &[]);
    let data = desk.data().display().to_string();
    let only = ["--only", "E05,A01"];
    let before = by_id(&desk.audit(&only));
    let mut open = before.values().filter(|row| row["status"] == "open");
    let (dismissed, confirmed) = (open.next().unwrap(), open.next().unwrap());
    let file = desk.path("处置.csv");
    let text = format!(
        "疑点编号,结论,理由,日期\n{},排除,补发已到账,2025年1月10日\n{},查实,已追回,2025-01-11\n",
        dismissed["finding_id"], confirmed["finding_id"]
    );
    fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    assert!(done(&["dispositions", "--data", &data, "import", &file]).contains("2 新 new"));
    assert!(done(&["dispositions", "--data", &data, "import", &file]).contains("0 新 new"), "the same file again");

    let out = desk.audit(&only);
    let after = by_id(&out);
    let row = &after[&dismissed["finding_id"]];
    assert_eq!((row["status"].as_str(), row["disposition"].as_str()), ("dismissed", "dismissed"));
    assert!(row["summary_zh"].contains("已于2025-01-10核查排除：补发已到账"), "{}", row["summary_zh"]);
    let row = &after[&confirmed["finding_id"]];
    assert_eq!((row["status"].as_str(), row["disposition"].as_str()), ("open", "confirmed"));
    let gathered = |out: &Path| -> u64 {
        csv_rows(&out.join("leads.csv")).iter().map(|lead| lead["findings"].parse::<u64>().unwrap()).sum()
    };
    assert_eq!(gathered(&out), before.values().filter(|row| row["status"] == "open").count() as u64 - 1);

    // The same id with other facts: it is open again and says what was found before.
    let store = desk.data().join("dispositions.jsonl");
    let text = fs::read_to_string(&store).unwrap().replace(&dismissed["facts"], "0000000000000000");
    fs::write(&store, text).unwrap();
    let row = &by_id(&desk.audit(&only))[&dismissed["finding_id"]];
    assert_eq!((row["status"].as_str(), row["disposition"].as_str()), ("open", "dismissed"));
    assert!(row["summary_en"].contains("the facts have changed since"), "{}", row["summary_en"]);

    let shown = done(&["rules", "evidence", "--data", &data, "--regions"]);
    assert!(shown.contains("排除 dismissed 1: 补发已到账"), "{shown}");
    assert!(shown.contains("a02_paid_in_detention"), "rules without a check are listed too");
}

#[test]
fn dispositions_that_name_nothing_are_refused_whole() {
    let desk = Desk::small();
    desk.import_all();
    desk.audit(&["--only", "Q03"]);
    let data = desk.data().display().to_string();
    let file = desk.path("d.csv");
    fs::write(&file, "finding,outcome,reason,date\nA01-0000000000000000,dismissed,x,2025-01-01\n").unwrap();
    let file = file.display().to_string();
    let told = failed(&["dispositions", "--data", &data, "import", &file]);
    assert!(told.contains("row 2, finding") && told.contains("copy the finding_id"), "{told}");
    assert!(!desk.data().join("dispositions.jsonl").exists());
}
