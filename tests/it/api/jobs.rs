//! Audits over HTTP: start, follow, result, queue, stop, and a server that goes down.

use std::io::{BufRead, Read};
use std::time::{Duration, Instant};

use mingjing::api::StoreLimits;
use serde_json::{Value, json};

use super::client::{Answer, open, send};
use super::county::County;
use crate::support::done;

/// Follows an event stream to its end.
fn follow(county: &County, path: &str) -> Vec<(String, Value)> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n",
        county.address
    );
    let (status, headers, reader) = open(county.address, request.as_bytes());
    assert_eq!(status, 200);
    assert!(headers["content-type"].starts_with("text/event-stream"));
    let (mut events, mut name) = (Vec::new(), String::new());
    for line in reader.lines().map_while(Result::ok) {
        if let Some(event) = line.strip_prefix("event: ") {
            name = event.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            events.push((name.clone(), serde_json::from_str(data).unwrap()));
        }
    }
    events
}

fn start(county: &County, body: Value) -> Answer {
    county.post("/api/v1/audits", &body)
}

fn delete(county: &County, path: &str) -> Answer {
    send(county.address, "DELETE", path, &[], b"")
}

#[test]
fn an_audit_is_started_followed_and_read() {
    let county = County::with(StoreLimits::default(), false);
    county.get("/api/v1/audits/latest/findings").problem(404, "not-found");
    assert!(county.get("/").text().contains("尚无审计结果"));

    let taken = start(&county, json!({"only": ["A01", "Q03"]}));
    let job = taken.expect(202);
    let place = taken.headers["location"].clone();
    assert_eq!(place, format!("/api/v1/audits/{}", job["job"].as_str().unwrap()));
    let events = follow(&county, &format!("{place}/events"));
    let (last, state) = events.last().unwrap();
    assert_eq!(last, "done", "{state}");
    let audit = state["audit"].as_str().unwrap();
    assert!(events.iter().all(|(name, state)| state["phase"] == **name));

    // The job's id leads to the audit, whose stream ends at once.
    let result = county.get(&place).expect(200);
    assert_eq!((result["id"].as_str(), &result["phase"]), (Some(audit), &"done".into()));
    assert_eq!(result["open"]["A01"], 15);
    assert_eq!(follow(&county, &format!("/api/v1/audits/{audit}/events")).len(), 1);
    let findings = county.get(&format!("{place}/findings?typology=A01")).expect(200);
    assert_eq!((&findings["total"], findings["audit"].as_str()), (&15.into(), Some(audit)));
    assert_eq!(county.get("/api/v1/audits/latest").expect(200)["id"], audit);
    let list = county.get("/api/v1/audits").expect(200);
    assert_eq!((list["items"].as_array().unwrap().len(), list["jobs"].as_array().unwrap().len()), (1, 0));
    delete(&county, &place).problem(409, "conflict");

    // An audit that cannot be: no window without payments of that region is no fault, a failing one says why.
    let region = start(&county, json!({"only": ["A01"], "region": "439931002000"})).expect(202);
    let events = follow(&county, &format!("/api/v1/audits/{}/events", region["job"].as_str().unwrap()));
    assert_eq!(events.last().unwrap().0, "done");
    assert!(county.get("/").text().contains("只审计了一部分"));
    let inside = county.get("/api/v1/audits/latest/findings?limit=500").expect(200);
    assert!(
        inside["items"].as_array().unwrap().iter().all(|f| f["region_code"].as_str().unwrap().starts_with("439931002"))
    );
}

#[test]
fn a_part_does_not_stand_for_the_whole() {
    let county = County::with(StoreLimits::default(), true);
    let taken = start(&county, json!({"only": ["Q03"], "region": "439931002000"})).expect(202);
    let events = follow(&county, &format!("/api/v1/audits/{}/events", taken["job"].as_str().unwrap()));
    let part = events.last().unwrap().1["audit"].as_str().unwrap();
    let page = county.get("/").text();
    let told = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(told("全面审计") < told(&county.audit) && told(&county.audit) < told("此后另有部分审计"));
    assert!(told("439931002000 Q03") < told(&format!("<code>{part}</code>")));
}

#[test]
fn what_an_audit_found_by_rules_of_its_own_can_be_asked_for() {
    let county = County::with(StoreLimits::default(), false);
    let folder = county.data().with_file_name("rules");
    std::fs::create_dir(&folder).unwrap();
    for ending in ["sql", "cases.toml"] {
        let built_in = format!("{}/queries/rules/q03_family_size_mismatch.{ending}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(built_in).unwrap();
        let named = "\"X01\"\n-- name = { zh = \"人口不符\", en = \"Family size\" }";
        let own = text.replace("q03_family_size_mismatch", "x01_family_size").replace("\"Q03\"", named);
        std::fs::write(folder.join(format!("x01_family_size.{ending}")), own).unwrap();
    }
    let [data, rules] = [county.data(), folder].map(|path| path.display().to_string());
    done(&["audit", "--data", &data, "--rules", &rules, "--only", "X01"]);
    let of = |code: &str| county.get(&format!("/api/v1/audits/latest/findings?typology={code}"));
    assert!(of("X01").expect(200)["total"].as_u64().unwrap() > 0, "the server's own library has no such rule");
    of("X02").problem(400, "bad-parameter");
}

#[test]
fn the_queue_is_bounded_and_can_be_cleared() {
    let county = County::with(StoreLimits::default(), false);
    let answers: Vec<Answer> = (0..12).map(|_| start(&county, json!({}))).collect();
    let taken: Vec<String> =
        answers.iter().filter(|a| a.status == 202).map(|a| a.json()["job"].as_str().unwrap().to_owned()).collect();
    let full = answers.iter().find(|a| a.status == 429).expect("twelve at once are more than may wait");
    full.problem(429, "too-busy");
    assert!(full.headers.contains_key("retry-after"));
    for job in taken.iter().rev() {
        let path = format!("/api/v1/audits/{job}");
        let stopped = delete(&county, &path);
        assert!(stopped.status == 202 || stopped.status == 409, "{}", stopped.text());
    }
    let waited = Instant::now();
    loop {
        let list = county.get("/api/v1/audits").expect(200);
        let open = list["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|j| j["phase"] == "queued" || j["phase"] == "running")
            .count();
        if open == 0 {
            assert!(list["jobs"].as_array().unwrap().iter().any(|j| j["phase"] == "cancelled"));
            break;
        }
        assert!(waited.elapsed() < Duration::from_secs(60), "{list}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let left: Vec<_> = std::fs::read_dir(county.data().join("audits"))
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    delete(&county, "/api/v1/audits/job-nothing").problem(404, "not-found");
}

#[test]
fn a_server_goes_down_with_an_audit_at_work_and_a_stream_open() {
    let mut county = County::with(StoreLimits::default(), false);
    let job = start(&county, json!({})).expect(202);
    let request = format!(
        "GET /api/v1/audits/{}/events HTTP/1.1\r\nHost: {}\r\n\r\n",
        job["job"].as_str().unwrap(),
        county.address
    );
    let (status, _, mut stream) = open(county.address, request.as_bytes());
    assert_eq!(status, 200);
    let started = Instant::now();
    county.stop();
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    let mut rest = String::new();
    // The stream ends, be it by its end or by the connection's.
    _ = stream.read_to_string(&mut rest);
    assert!(std::net::TcpStream::connect(county.address).is_err());
}

#[test]
fn audits_of_a_server_and_of_the_command_line_do_each_other_no_harm() {
    let county = County::with(StoreLimits::default(), false);
    let job = start(&county, json!({"only": ["A01", "Q03"]})).expect(202);
    let data = county.data().display().to_string();
    let run = |out: &std::path::Path| {
        let call = ["audit", "--only", "A01,Q03", "--data", &data, "--out", out.to_str().unwrap()];
        std::process::Command::new(env!("CARGO_BIN_EXE_mingjing")).args(call).output().unwrap()
    };
    let outs = ["one", "other"].map(|name| county.data().with_file_name(name));
    let written = std::thread::scope(|threads| {
        let calls = outs.each_ref().map(|out| threads.spawn(|| run(out)));
        calls.map(|call| call.join().unwrap())
    });
    for output in written {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let place = format!("/api/v1/audits/{}", job["job"].as_str().unwrap());
    let events = follow(&county, &format!("{place}/events"));
    let (last, state) = events.last().unwrap();
    assert_eq!(last, "done", "{state}");
    let published = county.data().join("audits").join(state["audit"].as_str().unwrap());
    for file in ["findings.csv", "evidence.parquet", "leads.csv"] {
        let read = |folder: &std::path::Path| std::fs::read(folder.join(file)).unwrap();
        assert!(outs.iter().all(|out| read(out) == read(&published)), "{file}");
    }
    assert_eq!(std::fs::read_dir(county.data().join("audits")).unwrap().count(), 1, "the same audit, three times");
}
