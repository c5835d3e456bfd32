//! Leads and findings: what is told, filtered, sorted and paged.

use std::collections::BTreeSet;

use mingjing::api::StoreLimits;
use serde_json::Value;

use super::county::{County, county, id};
use crate::support::csv_rows;

/// Every row of a list, page by page.
fn all(county: &County, list: &str, query: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut path) = (Vec::new(), format!("/api/v1/audits/latest/{list}?{query}&limit={limit}"));
    loop {
        let page = county.get(&path).expect(200);
        assert_eq!(page["audit"], county.audit);
        rows.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => {
                assert_eq!(page["total"], rows.len(), "{list}?{query}");
                return rows;
            }
        }
    }
}

fn same_as_file(county: &County) {
    let written = csv_rows(&county.output().join("findings.csv"));
    assert!(written.len() > 20, "{} findings are too few to page through", written.len());
    for limit in [7, 500] {
        let mut told = all(county, "findings", "sort=finding_id", limit);
        assert_eq!(told.len(), written.len());
        let mut expected = written.clone();
        expected.sort_by(|a, b| a["finding_id"].cmp(&b["finding_id"]));
        for (told, row) in told.iter_mut().zip(&expected) {
            for (name, value) in row {
                let said = match &told[name] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let same = said == *value
                    || said.parse::<f64>().ok().zip(value.parse::<f64>().ok()).is_some_and(|(a, b)| a == b);
                assert!(same, "{name}: '{said}' is not '{value}'");
            }
        }
    }
}

#[test]
fn pages_hold_what_the_file_holds() {
    same_as_file(county());
}

#[test]
fn a_filter_kept_is_that_of_its_list_and_more_than_are_kept_stay_right() {
    let county = county();
    let totals = |least: usize| {
        ["leads", "findings"].map(|list| {
            let path = format!("/api/v1/audits/latest/{list}?limit=1&subject_kind=person&probability_min=0.{least:02}");
            county.get(&path).expect(200)["total"].as_u64().unwrap()
        })
    };
    let first: Vec<_> = (0..60).map(totals).collect();
    assert!(first.iter().any(|[leads, findings]| leads != findings));
    assert!(first.windows(2).all(|pair| pair[0][0] >= pair[1][0] && pair[0][1] >= pair[1][1]), "{first:?}");
    let again: Vec<_> = (0..60).rev().map(totals).collect();
    assert_eq!(first, again.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn an_audit_that_does_not_fit_is_refused_and_can_still_be_downloaded() {
    let tight = county().beside(StoreLimits { audits: 1, bytes: 1 });
    tight.get("/api/v1/audits/latest/findings").problem(507, "too-much-memory");
    assert_eq!(tight.get("/api/v1/audits/latest/files/findings.csv").status, 200);
    assert_eq!(tight.get("/").status, 200);
}

#[test]
fn every_filter_narrows_as_the_file_says() {
    let county = county();
    let written = csv_rows(&county.output().join("findings.csv"));
    let with = |name: &str| written.iter().find(|row| !row[name].is_empty()).unwrap_or_else(|| panic!("{name}"));
    for name in ["queue", "typology", "status", "subject_kind", "subject_key", "household_no", "award_no", "id_number"]
    {
        let value = &with(name)[name];
        let told = all(county, "findings", &format!("{name}={value}"), 13);
        let expected = written.iter().filter(|row| row[name] == *value).count();
        assert_eq!(told.len(), expected, "{name}={value}");
        assert!(told.iter().all(|row| row[name] == **value), "{name}={value}");
    }
    assert_eq!(all(county, "findings", "official_no=nobody", 5).len(), 0);
    let greatest = written.iter().map(|row| row["probability"].parse::<f64>().unwrap()).fold(0.0, f64::max);
    let likely = format!("probability_min={greatest}");
    for (query, passes) in [
        (
            "severity_min=3",
            Box::new(|row: &Value| row["severity"].as_i64().unwrap() >= 3) as Box<dyn Fn(&Value) -> bool>,
        ),
        (&likely, Box::new(move |row: &Value| row["probability"].as_f64().unwrap() >= greatest)),
        ("region=439931001000", Box::new(|row: &Value| row["region_code"].as_str().unwrap().starts_with("439931001"))),
        ("region=439931001", Box::new(|row: &Value| row["region_code"].as_str().unwrap().starts_with("439931001"))),
        ("q=DIED%20on", Box::new(|row: &Value| row["summary_en"].as_str().unwrap().contains("died on"))),
        ("q=%E6%AD%BB%E4%BA%A1", Box::new(|row: &Value| row["summary_zh"].as_str().unwrap().contains("死亡"))),
    ] {
        let every = all(county, "findings", "", 500);
        let expected = every.iter().filter(|row| passes(row)).count();
        let told = all(county, "findings", query, 11);
        assert_eq!(told.len(), expected, "{query}");
        assert!(expected > 0 && expected < every.len() && told.iter().all(&passes), "{query}: {expected}");
    }
    // Filters narrow together.
    let both = all(county, "findings", "typology=A01&region=439931002001", 5);
    assert!(!both.is_empty() && both.iter().all(|r| r["typology"] == "A01" && r["region_code"] == "439931002001"));
}

#[test]
fn orders_go_both_ways() {
    let county = county();
    for (list, keys) in [
        ("findings", ["probability", "amount", "severity", "month_from", "finding_id"]),
        ("leads", ["probability", "amount", "severity", "findings", "lead_id"]),
    ] {
        for key in keys {
            let value = |row: &Value| match key {
                "amount" => (row["amount_fen"].as_f64().unwrap(), String::new()),
                "month_from" | "finding_id" | "lead_id" => (0.0, row[key].as_str().unwrap().to_owned()),
                _ => (row[key].as_f64().unwrap(), String::new()),
            };
            let up: Vec<_> = all(county, list, &format!("sort={key}"), 17).iter().map(value).collect();
            let down: Vec<_> = all(county, list, &format!("sort=-{key}"), 17).iter().map(value).collect();
            assert!(up.windows(2).all(|w| w[0] <= w[1]), "{list} by {key}");
            assert!(down.windows(2).all(|w| w[0] >= w[1]), "{list} by -{key}");
        }
    }
    county.get("/api/v1/audits/latest/findings?sort=colour").problem(400, "bad-parameter");
}

#[test]
fn bad_parameters_and_cursors_are_told() {
    let county = county();
    let first = county.get("/api/v1/audits/latest/findings?limit=3").expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let at = |list: &str, query: &str| county.get(&format!("/api/v1/audits/latest/{list}?{query}"));
    assert_eq!(at("findings", &format!("limit=9&cursor={cursor}")).status, 200, "the limit is no part of a list");
    let cut = &cursor[..30];
    for (list, query) in [
        ("findings", "cursor=nonsense".to_owned()),
        ("findings", "cursor=".to_owned()),
        ("findings", format!("cursor={cut}")),
        ("findings", format!("cursor={cursor}&typology=A01")),
        ("findings", format!("cursor={cursor}&sort=amount")),
        ("leads", format!("cursor={cursor}")),
    ] {
        at(list, &query).problem(400, "bad-cursor");
    }
    for query in [
        "limit=0",
        "limit=501",
        "limit=x",
        "queue=fraud",
        "colour=red",
        "severity_min=-1",
        "region=43993",
        "typology=Z99",
    ] {
        at("findings", query).problem(400, "bad-parameter");
    }
    at("leads", "status=open").problem(400, "bad-parameter");
}

#[test]
fn a_lead_gathers_its_findings() {
    let county = county();
    let leads = all(county, "leads", "", 10);
    let open: Vec<Value> = all(county, "findings", "status=open", 100);
    assert_eq!(leads.iter().map(|l| l["findings"].as_u64().unwrap()).sum::<u64>(), open.len() as u64);
    let mut gathered = BTreeSet::new();
    for lead in &leads {
        let id = lead["lead_id"].as_str().unwrap();
        let shown = county.get(&format!("/api/v1/audits/latest/leads/{id}")).expect(200);
        assert_eq!(shown["lead"], *lead);
        let findings = shown["findings"].as_array().unwrap();
        assert_eq!(findings.len() as u64, lead["findings"].as_u64().unwrap());
        for finding in findings {
            assert_eq!(finding["lead_id"], id);
            assert!(gathered.insert(finding["finding_id"].as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(gathered.len(), open.len());
    let of_person = all(county, "leads", &format!("id_number={}", id(0)), 10);
    assert!(!of_person.is_empty() && of_person.len() < leads.len());
    county.get("/api/v1/audits/latest/leads/L-nothing").problem(404, "not-found");
}

#[test]
fn a_finding_shows_its_rows_as_they_stood() {
    let county = county();
    let dead = all(county, "findings", "typology=A01", 50);
    assert_eq!(dead.len(), 15);
    let id = dead[0]["finding_id"].as_str().unwrap();
    let shown = county.get(&format!("/api/v1/audits/{}/findings/{id}", county.audit)).expect(200);
    assert_eq!(shown["finding"], dead[0]);
    let rule = &shown["rule"];
    assert_eq!(rule["id"], "a01_paid_after_death");
    for words in ["innocent", "blind", "basis", "exemptions_tested"] {
        assert!(!rule[words].as_array().unwrap().is_empty(), "{words}");
    }
    let rows = shown["evidence_for"].as_array().unwrap();
    let written = csv_rows(&county.output().join("evidence.csv"));
    let expected: Vec<_> = written.iter().filter(|row| row["finding_id"] == id).collect();
    assert_eq!(shown["evidence_total"], expected.len());
    assert_eq!(rows.len() + shown["evidence_against"].as_array().unwrap().len(), expected.len());
    assert_eq!(rows[0]["text"], *expected[0]["text"]);
    let death = rows.iter().find(|row| row["table"] == "death").expect("the record of the death");
    let cells = death["cells"].as_array().unwrap();
    assert_eq!((&cells[0]["header"], &cells[0]["value"]), (&"身份证号".into(), &dead[0]["id_number"]));
    let plain = county.get(&format!("/api/v1/audits/latest/findings/{id}?cells=false")).expect(200);
    assert!(plain["evidence_for"][0]["cells"].is_null());
    for finding in all(county, "findings", "", 500) {
        let id = finding["finding_id"].as_str().unwrap();
        let shown = county.get(&format!("/api/v1/audits/latest/findings/{id}")).expect(200);
        assert_eq!(shown["evidence_total"], written.iter().filter(|row| row["finding_id"] == id).count(), "{id}");
    }
    county.get("/api/v1/audits/latest/findings/A01-nothing").problem(404, "not-found");
}

#[test]
fn cards_of_models_that_ran_are_shown() {
    let county = county();
    let coverage = county.get("/api/v1/audits/latest/coverage").expect(200);
    let models =
        coverage["items"].as_array().unwrap().iter().filter(|row| row["typology"].as_str().unwrap().starts_with('M'));
    let (mut shown, mut asked) = (0, 0);
    for row in models {
        asked += 1;
        for name in ["typology", "rule_id"] {
            let card = county.get(&format!("/api/v1/audits/latest/cards/{}", row[name].as_str().unwrap()));
            assert_eq!(card.status, if row["outcome"] == "ran" { 200 } else { 404 }, "{row}");
            if card.status == 200 {
                shown += 1;
                assert!(String::from_utf8(card.body).unwrap().contains("## 公平 Fairness"));
            }
        }
    }
    assert!(asked >= 8, "{shown} of {asked}");
    county.get("/api/v1/audits/latest/cards/M99").problem(404, "not-found");
    county.get("/api/v1/audits/latest/cards/..%2Fmanifest").problem(404, "not-found");
}

#[test]
fn coverage_and_files_are_what_was_written() {
    let county = county();
    let coverage = county.get("/api/v1/audits/latest/coverage").expect(200);
    assert_eq!(coverage["failed"], 0, "{coverage}");
    let missing = coverage["items"].as_array().unwrap().iter().find(|row| row["typology"] == "A04").unwrap();
    assert_eq!((&missing["outcome"], &missing["missing"][0]), (&"not_runnable".into(), &"vehicle".into()));
    for file in ["findings", "evidence", "leads", "coverage"] {
        for form in ["csv", "parquet"] {
            let told = county.get(&format!("/api/v1/audits/latest/files/{file}.{form}"));
            assert_eq!(told.status, 200);
            assert_eq!(
                told.body,
                std::fs::read(county.output().join(format!("{file}.{form}"))).unwrap(),
                "{file}.{form}"
            );
            assert!(told.headers["content-disposition"].contains(&format!("{file}.{form}")));
        }
    }
}
