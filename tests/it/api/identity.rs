//! Who is who, over HTTP.

use serde_json::json;

use super::county::county;

#[test]
fn a_repaired_reference_is_explained() {
    let county = county();
    let sql = json!({ "sql": "SELECT e.normal_text, i.id_number FROM identity_issue e JOIN identity i ON i.person_key = e.person_key \
                              WHERE e.method LIKE 'repaired%' AND e.name IS NOT NULL AND i.in_register ORDER BY e.row_id LIMIT 1" });
    let rows = county.post("/api/v1/sql", &sql).expect(200);
    let row = &rows["rows"][0];
    let cell = |at: usize, name: &str| row[at].as_str().or(row[name].as_str()).unwrap().to_owned();
    let (reference, person) = (cell(0, "normal_text"), cell(1, "id_number"));
    let told =
        county.post("/api/v1/identity/explain", &json!({ "reference": reference, "person": person })).expect(200);
    assert!(told["probability"].as_f64().unwrap() > 0.5, "{told}");
    assert_eq!(told["contradicts"], false);
    let steps = told["steps"].as_array().unwrap();
    assert_eq!(steps[0]["name"], "prior");
    assert!(steps.iter().any(|step| step["name"] == "number" && step["weight"].as_f64().unwrap() > 5.0), "{told}");
    let sum: f64 = steps.iter().map(|step| step["weight"].as_f64().unwrap()).sum();
    assert!((sum - steps.last().unwrap()["total"].as_f64().unwrap()).abs() < 1e-6);
    let nobody = county.post("/api/v1/identity/explain", &json!({ "reference": "1", "person": "2" })).expect(400);
    assert!(nobody["detail"].as_str().unwrap().contains("name"), "{nobody}");
}

#[test]
fn what_waits_for_a_steward_is_listed() {
    let county = county();
    let sql = json!({ "sql": "SELECT count(*) FROM (SELECT DISTINCT normal_text, name FROM identity_issue \
                              WHERE method = 'unresolved' AND offered_key IS NOT NULL) AS w" });
    let waiting = county.post("/api/v1/sql", &sql).expect(200)["rows"][0][0].as_u64().unwrap();
    let told = county.get("/api/v1/identity/offers").expect(200);
    assert_eq!((told["total"].as_u64().unwrap(), told["items"].as_array().unwrap().len() as u64), (waiting, waiting));
    let none = county.get("/api/v1/identity/offers?skip=1000000").expect(200);
    assert!(none["items"].as_array().unwrap().is_empty());
    county.get("/api/v1/identity/offers?page=2").problem(400, "bad-parameter");
}
