//! Rules as an analyst works with them: new, tested, explained, taken along on an audit.

use std::fs;

use crate::support::{Desk, done, failed};

#[test]
fn a_new_rule_is_stamped_tested_and_audited_without_building() {
    let desk = Desk::small();
    desk.file("发放明细-补.csv", &crate::support::payments(&["2024-03"]).replace("FF2024-03", "FF2024-03-again"));
    desk.import_all();
    let folder = desk.path("own").display().to_string();
    done(&["rules", "new", "x01_paid_twice_a_month", "--to", &folder]);
    assert!(done(&["rules", "--rules", &folder, "test", "X01"]).contains("4 passed, 0 failed"));
    assert!(done(&["rules", "--rules", &folder, "list"]).contains("x01_paid_twice_a_month"));

    let out = desk.audit(&["--rules", &folder, "--only", "X01"]);
    let found = crate::support::csv_rows(&out.join("findings.csv"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0]["typology"].as_str(), found[0]["amount"].as_str()), ("X01", "800.00"));

    // A parameter set in the folder reaches the audit and is written down in its manifest.
    let settings = desk.path("own").join("settings.toml");
    fs::write(&settings, "[x01_paid_twice_a_month]\nparameters = { least_yuan = 900 }\n").unwrap();
    let out = desk.audit(&["--rules", &folder, "--only", "X01"]);
    assert_eq!(crate::support::csv_rows(&out.join("findings.csv")).len(), 0);
    assert!(fs::read_to_string(out.join("manifest.json")).unwrap().contains("\"least_yuan\": 900.0"));
    fs::write(&settings, "[x01_paid_twice_a_month]\nparameters = { least_yuan = 9000 }\n").unwrap();
    let data = desk.data().display().to_string();
    let told = failed(&["audit", "--data", &data, "--rules", &folder]);
    assert!(told.contains("least_yuan") && told.contains("outside 0 to 1000"), "{told}");

    assert!(failed(&["rules", "new", "x01_paid_twice_a_month", "--to", &folder]).contains("is there already"));
    assert!(failed(&["rules", "new", "a01_mine", "--to", &folder]).contains("x01_paid_twice_a_month"));
}

#[test]
fn a_failing_case_shows_the_difference() {
    let desk = Desk::new();
    let folder = desk.path("own").display().to_string();
    done(&["rules", "new", "x02_two_payments", "--to", &folder]);
    let cases = desk.path("own").join("x02_two_payments.cases.toml");
    let text = fs::read_to_string(&cases).unwrap().replace("a1 2024-03 100\"", "a1 2024-03 101\"");
    fs::write(&cases, text).unwrap();
    let output = crate::support::mingjing(&["rules", "--rules", &folder, "test", "X02"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(shown.contains("x02_two_payments: differs: paid twice in one month"), "{shown}");
    assert!(shown.contains("'a1 2024-03 101' is expected and does not come out"), "{shown}");
    assert!(shown.contains("'a1 2024-03 100' comes out and is not expected"), "{shown}");
}

#[test]
fn a_rule_is_explained_with_its_page_its_plan_and_what_it_read() {
    let page = done(&["rules", "explain", "A02"]);
    for part in ["## A02 服刑强戒未停保", "豁免 Exemptions", "`probation`", "TableScan: detention"] {
        assert!(page.contains(part), "no '{part}' in\n{page}");
    }
    let desk = Desk::small();
    desk.import_all();
    let data = desk.data().display().to_string();
    let run = done(&["rules", "explain", "E04", "--data", &data]);
    for part in ["## E04", "rows: 0 open, 0 exempted", "rows read: ", "output_rows="] {
        assert!(run.contains(part), "no '{part}' in\n{run}");
    }
    assert!(done(&["rules", "explain", "A02", "--data", &data]).contains("not assessable on this snapshot: detention"));
}

#[test]
fn the_reference_in_the_repository_is_that_of_the_rules() {
    let written = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/README.md")).unwrap();
    let made = done(&["rules", "reference"]);
    assert!(written == made, "write it anew: mingjing rules reference > queries/README.md");
}
