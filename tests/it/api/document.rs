//! The OpenAPI document and the routes agree, both ways.

use std::collections::BTreeSet;

use mingjing::api::ROUTES;
use serde_json::Value;

use super::county::county;

fn document() -> Value {
    county().get("/api/openapi.json").expect(200)
}

#[test]
fn routes_and_document_agree() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let written: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(|verb| (verb.to_uppercase(), path.clone())))
        .collect();
    let routes: BTreeSet<(String, String)> = ROUTES.iter().map(|(m, p)| ((*m).to_owned(), (*p).to_owned())).collect();
    assert_eq!(written, routes);
    assert_eq!(routes.len(), ROUTES.len());
}

/// Every `$ref` of a value.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(target) if name == "$ref" => _ = found.insert(target.to_owned()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_operation_is_described_and_every_reference_leads_somewhere() {
    let document = document();
    let (mut ids, mut wanted) = (BTreeSet::new(), BTreeSet::new());
    references(&document, &mut wanted);
    for target in wanted {
        let at = document.pointer(target.trim_start_matches('#'));
        assert!(at.is_some(), "{target} leads nowhere");
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{verb} {path}");
            assert!(
                operation["responses"]["default"]["content"]["application/problem+json"].is_object(),
                "{verb} {path}"
            );
            let said = operation["summary"].as_str().or(operation["description"].as_str());
            assert!(said.is_some_and(|t| !t.is_empty()), "{verb} {path} is not described");
            let in_path = path.matches('{').count();
            let parameters =
                operation["parameters"].as_array().map_or(0, |p| p.iter().filter(|p| p["in"] == "path").count());
            assert_eq!(in_path, parameters, "{verb} {path}");
        }
    }
}

#[test]
fn documented_lists_answer_in_the_documented_shape() {
    let document = document();
    let county = county();
    for (path, schema) in [
        ("/api/v1/audits/latest/findings", "FindingRow"),
        ("/api/v1/audits/latest/leads", "LeadRow"),
        ("/api/v1/audits/latest/coverage", "CoverageRow"),
    ] {
        let answer = county.get(path).expect(200);
        let told: BTreeSet<&String> = answer["items"][0].as_object().unwrap().keys().collect();
        let properties = &document["components"]["schemas"][schema]["properties"];
        let documented: BTreeSet<&String> = properties.as_object().unwrap().keys().collect();
        assert_eq!(told, documented, "{path}");
    }
}

#[test]
fn the_page_works_offline() {
    let page = county().get("/api/docs");
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let text = page.text();
    assert!(text.contains("listFindings") && text.contains("problem-bad-cursor"));
    assert!(!text.contains("src=") && !text.contains("@import") && !text.contains("<link"));
}

#[test]
fn the_rules_have_a_page_that_names_each() {
    let page = county().get("/api/docs/rules");
    assert_eq!(page.status, 200);
    for part in ["规则手册", "<h2>A01 死亡未停保", "href=\"#a01_paid_after_death\"", "id=\"a01_paid_after_death\""]
    {
        assert!(page.text().contains(part), "no '{part}'");
    }
}
