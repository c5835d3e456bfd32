//! What every answer has, and what is turned away.

use std::net::SocketAddr;

use mingjing::api::{ServeError, Server, Settings, StoreLimits};
use mingjing::query::EngineOptions;
use mingjing::query::library::Library;
use mingjing::snapshot::DataDir;

use super::client::send;
use super::county::county;

#[test]
fn it_lives_and_is_ready() {
    let county = county();
    assert_eq!(county.get("/api/v1/health").expect(200)["status"], "alive");
    let ready = county.get("/api/v1/ready").expect(200);
    assert_eq!(ready["status"], "ready");
    assert!(ready["rules"].as_u64().unwrap() >= 19, "{ready}");
}

#[test]
fn every_answer_is_named_and_kept_by_nobody() {
    let address = county().address;
    let answer = send(address, "GET", "/api/v1/health", &[("X-Request-Id", "inspection-7")], b"");
    assert_eq!(answer.headers["x-request-id"], "inspection-7");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.headers["content-security-policy"].contains("default-src 'none'"));
    let answer = send(address, "GET", "/api/v1/health", &[("X-Request-Id", "a b<script>")], b"");
    assert_eq!(answer.headers["x-request-id"].len(), 32);
    let zipped = send(address, "GET", "/api/v1/rules", &[("Accept-Encoding", "gzip")], b"");
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    let head = send(address, "HEAD", "/api/v1/health", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn problems_have_one_shape() {
    let county = county();
    let nowhere = county.get("/api/v1/nowhere").problem(404, "not-found");
    assert_eq!(nowhere["instance"], "/api/v1/nowhere");
    county.get("/api/v1/rules/nothing").problem(404, "not-found");
    county.get("/api/v1/snapshots/nothing").problem(404, "not-found");
    county.get("/api/v1/audits/nothing").problem(404, "not-found");
    county.get("/api/v1/audits/nothing/findings").problem(404, "not-found");
    county.get("/api/v1/audits/latest/files/..%2Fmanifest.json").problem(404, "not-found");
    county.get("/api/v1/audits/latest/files/manifest.json").problem(404, "not-found");
    let send = |method: &str, path: &str, kind: &str, body: &[u8]| {
        send(county.address, method, path, &[("Content-Type", kind)], body)
    };
    let answer = send("DELETE", "/api/v1/health", "text/plain", b"");
    answer.problem(405, "method-not-allowed");
    assert_eq!(answer.headers["allow"], "GET, HEAD");
    send("POST", "/api/v1/audits", "text/plain", b"{}").problem(415, "unsupported-media-type");
    send("POST", "/api/v1/audits", "application/json", b"{").problem(400, "bad-body");
    let unknown = send("POST", "/api/v1/audits", "application/json", b"{\"ony\":[]}").problem(400, "bad-body");
    assert!(unknown["detail"].as_str().unwrap().contains("ony"), "{unknown}");
    let huge = vec![b' '; 2 << 20];
    send("POST", "/api/v1/sql", "application/sql", &huge).problem(413, "too-large");
    for body in ["{\"only\":[\"Z99\"]}", "{\"region\":\"431\"}", "{\"parameters\":{\"nothing\":{}}}"] {
        send("POST", "/api/v1/audits", "application/json", body.as_bytes()).problem(400, "bad-parameter");
    }
    send("POST", "/api/v1/audits", "application/json", b"{\"snapshot\":\"ffffffff\"}").problem(404, "not-found");
}

#[test]
fn other_hosts_and_other_sites_are_turned_away() {
    let county = county();
    let with = |name: &str, value: &str| send(county.address, "GET", "/api/v1/health", &[(name, value)], b"");
    with("Host", "rebound.example.com").problem(421, "misdirected");
    with("Host", "192.0.2.7:8642").problem(421, "misdirected");
    assert_eq!(with("Host", "localhost:8642").status, 200);
    with("Origin", "https://example.com").problem(403, "cross-site");
    with("Origin", "null").problem(403, "cross-site");
    with("Sec-Fetch-Site", "cross-site").problem(403, "cross-site");
    assert_eq!(with("Origin", "http://127.0.0.1:8642").status, 200);
}

#[test]
fn only_this_machine_is_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "192.0.2.7:0", "[::]:0"] {
        let data = DataDir::create(folder.path()).unwrap();
        let engine = EngineOptions::new(data.spill_dir());
        let listen: SocketAddr = address.parse().unwrap();
        let settings = Settings { data, listen, engine, store: StoreLimits::default() };
        let refused = actix_web::rt::System::new().block_on(async { Server::bind(settings, Library::default()) });
        assert!(matches!(refused, Err(ServeError::NotLoopback(_))), "{address}");
        assert!(refused.unwrap_err().to_string().contains("authentication"));
    }
}

#[test]
fn snapshots_rules_and_tables_are_told() {
    let county = county();
    let list = county.get("/api/v1/snapshots").expect(200);
    let id = list["in_force"].as_str().unwrap();
    let shown = county.get(&format!("/api/v1/snapshots/{id}")).expect(200);
    let rows = &shown["summary"]["rows"];
    let count = |name: &str| rows[name].as_u64().unwrap();
    assert_eq!(count("read"), count("accepted") + count("duplicate") + count("quarantined"));
    assert!(shown["manifest"]["sources"][0]["profile"].is_object(), "{shown}");
    let same = county.get(&format!("/api/v1/snapshots/{id}/diff/current")).expect(200);
    assert_eq!((&same["before"], &same["tables"]["payment"]["changed"]), (&same["after"], &false.into()));

    let rules = county.get("/api/v1/rules").expect(200);
    assert!(rules["items"].as_array().unwrap().iter().any(|r| r["id"] == "a01_paid_after_death"));
    let rule = county.get("/api/v1/rules/a01_paid_after_death").expect(200);
    assert!(rule["sql"].as_str().unwrap().contains("SELECT"));
    assert!(!rule["cases"].as_array().unwrap().is_empty() && rule["header"]["why"].is_string());
    let typologies = county.get("/api/v1/typologies").expect(200);
    assert_eq!(typologies["items"].as_array().unwrap().len(), 58);
    let tables = county.get("/api/v1/tables").expect(200);
    let table = |name: &str| tables["items"].as_array().unwrap().iter().find(|t| t["name"] == name).unwrap().clone();
    assert_eq!((&table("payment")["rows"], &table("vehicle")["present"]), (&360.into(), &false.into()));
    let functions = county.get("/api/v1/functions").expect(200);
    assert!(functions["items"].as_array().unwrap().iter().any(|f| f["name"] == "id_valid"));
    let tables = functions["table_functions"].as_array().unwrap();
    let kin = tables.iter().find(|f| f["name"] == "kin").unwrap();
    assert_eq!(
        (&kin["syntax"], &kin["columns"][0]),
        (&"kin('person')".into(), &serde_json::json!(["id_number", "TEXT"]))
    );
}

#[test]
fn the_welcome_page_counts_and_links() {
    let page = county().get("/");
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let text = page.text();
    for part in ["明镜", "疑点，不是结论", "/api/docs", "leads.csv", &county().audit] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<script"));
}
