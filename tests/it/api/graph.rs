//! The relationship graph over HTTP.

use serde_json::{Value, json};

use super::client::{Answer, send};
use super::county::{County, county, id, name};

fn post(path: &str, body: &Value) -> Answer {
    county().post(&format!("/api/v1/graph/{path}"), body)
}

#[test]
fn a_node_is_shown_with_what_lies_around_it() {
    let told = post("around", &json!({ "node": "household:JT001", "hops": 1 })).expect(200);
    let nodes = told["nodes"].as_array().unwrap();
    assert_eq!((&nodes[0]["id"], &nodes[0]["kind_zh"]), (&json!("household:JT001"), &json!("家庭")));
    let edges = told["edges"].as_array().unwrap();
    let known = |end: &Value| nodes.iter().any(|node| node["id"] == *end);
    assert!(!edges.is_empty() && edges.iter().all(|edge| known(&edge["from"]) && known(&edge["to"])), "{told}");
    let account = edges.iter().find(|edge| edge["kind"] == "uses").unwrap();
    assert_eq!(
        (&account["evidence"]["table"], &account["evidence_2"]["table"]),
        (&json!("payment"), &json!("account"))
    );
    assert!(account["evidence"]["source_row"].as_u64().unwrap() > 1 && account["label_en"] == "uses");
    assert_eq!(told["truncated"], false);
    let cut = post("around", &json!({ "node": "household:JT001", "hops": 3, "limit": 2 })).expect(200);
    assert_eq!((cut["truncated"].as_bool(), cut["nodes"].as_array().map(Vec::len)), (Some(true), Some(2)));
}

#[test]
fn forms_are_chosen_by_accept_or_by_name() {
    let body = json!({ "node": "household:JT001" });
    let bytes = serde_json::to_vec(&body).unwrap();
    let headers = [("Content-Type", "application/json"), ("Accept", "image/svg+xml")];
    let svg = send(county().address, "POST", "/api/v1/graph/around", &headers, &bytes);
    assert_eq!((svg.status, svg.headers["content-type"].as_str()), (200, "image/svg+xml"));
    assert!(svg.text().starts_with("<svg ") && !svg.text().contains("<script"));
    let named = post("around", &json!({ "node": "household:JT001", "format": "dot" }));
    assert!(named.text().starts_with("graph mingjing {"), "{}", named.text());
    let headers = [("Content-Type", "application/json"), ("Accept", "image/png")];
    send(county().address, "POST", "/api/v1/graph/around", &headers, &bytes).problem(406, "not-acceptable");
}

#[test]
fn paths_come_with_sentences_and_rows() {
    let (a, b) = (format!("person:{}", id(2)), "household:JT001".to_owned());
    let told = post("path", &json!({ "from": a, "to": b, "max_hops": 2 })).expect(200);
    let tie = &told["ties"][0];
    assert_eq!(tie["nodes"][0], told["nodes"][0]["id"], "{told}");
    assert!(tie["sentence_zh"].as_str().unwrap().contains("家庭JT001"), "{told}");
    assert!(tie["sentence_en"].as_str().unwrap().contains("household JT001"), "{told}");
    assert_eq!((&told["complete"], &tie["holds"]), (&json!(true), &json!(true)));
    let edge = tie["edges"][0].as_u64().unwrap() as usize;
    assert!(told["edges"][edge]["evidence"]["source_file"].is_string(), "{told}");
}

#[test]
fn rings_and_relatives_are_listed() {
    let rings = county().get("/api/v1/graph/rings").expect(200);
    assert_eq!(rings["total"].as_u64().unwrap() as usize, rings["items"].as_array().unwrap().len());
    county().get("/api/v1/graph/rings/9999").problem(404, "not-found");
    let screens = county().get("/api/v1/graph/screens?limit=5").expect(200);
    let columns: Vec<&str> =
        screens["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    for column in ["measure", "official_name", "kin", "favoured", "expected", "low", "high", "adjusted"] {
        assert!(columns.contains(&column), "{columns:?}");
    }
    county().get("/api/v1/graph/screens?limit=0").problem(400, "bad-parameter");
    county().get("/api/v1/graph/rings?limit=0").problem(400, "bad-parameter");
    let kin = post("kin", &json!({ "person": id(2) })).expect(200);
    assert!(kin["items"].is_array() && kin["person"]["kind"] == "person");
    let near = post("near", &json!({ "cases": ["household:JT001"], "limit": 3 })).expect(200);
    assert_eq!(near["cases"], 1);
    assert!(near["items"].as_array().unwrap().iter().all(|row| row["household"]["id"] != "household:JT001"));
    assert_eq!(post("near", &json!({})).expect(200)["cases"], 0, "nothing is confirmed here");
}

#[test]
fn wrong_questions_are_problems() {
    post("around", &json!({ "node": "household:none" })).problem(404, "not-found");
    post("around", &json!({ "node": "household:JT001", "hops": 9 })).problem(400, "bad-parameter");
    post("ties", &json!({ "official": "nobody", "target": "JT001" })).problem(404, "not-found");
    post("path", &json!({ "from": "household:JT001" })).problem(400, "bad-body");
    post("path", &json!({ "from": "household:JT001", "to": "JT001" })).problem(400, "bad-parameter");
    post("path", &json!({ "from": "household:JT001", "to": "household:JT002", "limit": 11 }))
        .problem(400, "bad-parameter");
    post("kin", &json!({ "person": id(2), "snapshot": "ffffffff" })).problem(404, "not-found");
}

#[test]
fn a_declaration_is_on_file_however_it_names_the_family() {
    let him = "439931197001010010";
    let official = format!(
        "工号,身份证号,姓名,单位,职务,人员类别,所属区划,任职日期\nG1,{him},何进,镇政府,主任,乡镇,439931000000,2010-01-01\n"
    );
    let kin = format!("身份证号,亲属身份证号,亲属关系\n{him},{},兄弟姐妹\n", id(6));
    // By the member; by the household alone; by the right name under a number that no register has.
    let declared = format!(
        "备案编号,备案人工号,近亲属身份证号,近亲属姓名,亲属关系,救助家庭编号,备案日期\n\
         B1,G1,{},{},其他,,2022-01-01\nB2,G1,不详,,其他,JT002,2022-01-01\nB3,G1,{},{},兄弟姐妹,,2022-01-01\n",
        id(2),
        name(2),
        id(700),
        name(6),
    );
    let county =
        County::with_files(&[("工作人员名册.csv", &official), ("亲属关系.csv", &kin), ("近亲属备案.csv", &declared)]);
    for (household, row) in [("JT001", Some(2)), ("JT002", Some(3)), ("JT003", Some(4)), ("JT004", None)] {
        let told = county.post("/api/v1/graph/ties", &json!({ "official": "G1", "target": household })).expect(200);
        let rows: Vec<u64> = told["declared"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| edge["evidence"]["source_row"].as_u64().unwrap())
            .collect();
        assert_eq!(rows, row.into_iter().collect::<Vec<_>>(), "{household}: {told}");
        let said = if row.is_some() { "a declaration is on file" } else { "no declaration is on file" };
        assert!(told["said_en"].as_str().unwrap().contains(said), "{household}: {told}");
    }
}
