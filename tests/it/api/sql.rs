//! The SQL door: what it answers, in which forms, within which bounds, and what it refuses.

use std::io::Read;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use mingjing::api::StoreLimits;
use serde_json::json;

use super::client::{Answer, open, send};
use super::county::{County, county};

fn sql(county: &County, sql: &str) -> Answer {
    county.post("/api/v1/sql", &json!({ "sql": sql }))
}

fn accepting(form: &str, statement: &str) -> Answer {
    let headers = [("Content-Type", "application/sql"), ("Accept", form)];
    send(county().address, "POST", "/api/v1/sql", &headers, statement.as_bytes())
}

#[test]
fn statements_that_do_more_than_read_are_refused() {
    let county = county();
    let outside = county.data().join("snapshots");
    let outside = outside.display();
    for statement in [
        "COPY payment TO '/tmp/x.csv'",
        "COPY (SELECT 1) TO 'x.parquet' STORED AS PARQUET",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE OR REPLACE VIEW payment AS SELECT 1",
        "CREATE SCHEMA x",
        "CREATE DATABASE x",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "DROP TABLE payment",
        "DROP VIEW close_kin",
        "ALTER TABLE payment RENAME TO x",
        "TRUNCATE TABLE payment",
        "INSERT INTO payment VALUES (1)",
        "INSERT INTO payment SELECT * FROM payment",
        "UPDATE payment SET amount_fen = 0",
        "DELETE FROM payment",
        "MERGE INTO payment USING award ON true WHEN MATCHED THEN DELETE",
        "WITH x AS (SELECT 1) INSERT INTO payment SELECT * FROM x",
        "SELECT 1 INTO x",
        "SELECT * FROM payment FOR UPDATE",
        "SET datafusion.execution.batch_size = 1",
        "SET memory_limit = '1G'",
        "RESET datafusion.execution.batch_size",
        "SHOW ALL",
        "SHOW datafusion.runtime.temp_directory",
        "SELECT * FROM information_schema.df_settings",
        "SELECT * FROM datafusion.information_schema.\"df_settings\"",
        "WITH s AS (SELECT * FROM information_schema.df_settings) SELECT * FROM s",
        "SELECT (SELECT max(value) FROM information_schema.df_settings)",
        "EXPLAIN ANALYZE SELECT 1",
        "explain /* quietly */ analyze verbose select 1",
        "EXPLAIN COPY payment TO 'x.csv'",
        "EXPLAIN INSERT INTO payment VALUES (1)",
        "PREPARE p AS SELECT 1",
        "PREPARE p(INT) AS SELECT $1",
        "EXECUTE p(1)",
        "DEALLOCATE p",
        "BEGIN",
        "START TRANSACTION",
        "COMMIT",
        "ROLLBACK",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE payment",
        "SELECT 1 /* ; */ ; COPY payment TO 'x'",
        "-- a comment\nDROP TABLE payment",
        "/* SELECT */ DROP TABLE payment",
        "USE x",
        "GRANT SELECT ON payment TO PUBLIC",
        "CALL something()",
        "ANALYZE TABLE payment",
        "SELECT input_file_name() FROM payment",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM parquet_metadata('x.parquet')",
        "SELECT * FROM read_parquet('x.parquet')",
        "SELECT * FROM other.public.payment",
        "SELECT * FROM pg_catalog.pg_class",
        "DESCRIBE other.schema.payment",
    ] {
        let answer = sql(county, statement);
        assert!(answer.status == 403 || answer.status == 400, "{statement}: {} {}", answer.status, answer.text());
        assert!(answer.text().contains("/api/docs#problem-"), "{statement}: {}", answer.text());
    }
    // Names that are paths are just names of tables that are not there.
    for name in [
        "'file.csv'",
        "\"/etc/passwd\"",
        "\"https://example.com/x.csv\"",
        &format!("'{outside}'"),
        "\"../manifest.json\"",
    ] {
        let answer = sql(county, &format!("SELECT * FROM {name}"));
        assert!(answer.status == 400 || answer.status == 403, "{name}: {}", answer.text());
        assert!(!answer.text().contains("root:"), "{name}");
    }
    // After all that, everything stands as before.
    assert_eq!(sql(county, "SELECT count(*) AS n FROM payment").expect(200)["rows"], json!([[360]]));
}

#[test]
fn reading_statements_are_answered() {
    let county = county();
    let rows = |statement: &str| sql(county, statement).expect(200)["rows"].as_array().unwrap().len();
    assert!(rows("SHOW TABLES") > 30);
    assert!(rows("SHOW FUNCTIONS") > 100);
    assert!(rows("SHOW COLUMNS FROM payment") > 10);
    assert!(rows("DESCRIBE payment") > 10);
    assert!(rows("SELECT * FROM information_schema.columns WHERE table_name = 'payment'") > 10);
    assert_eq!(rows("VALUES (1), (2)"), 2);
    assert_eq!(rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n"), 5);
    assert_eq!(rows("SELECT * FROM generate_series(1, 3)"), 3);
    assert_eq!(rows("SELECT 1; -- and no more"), 1);
    let explained = sql(county, "EXPLAIN SELECT count(*) FROM payment WHERE amount_fen > 0").expect(200).to_string();
    assert!(explained.contains("payment"), "{explained}");
    let root = county.data().canonicalize().unwrap().display().to_string();
    assert!(!explained.contains(root.trim_start_matches('/')), "{explained}");
    let wrong = sql(county, "SELECT no_such_column FROM payment").problem(400, "bad-statement");
    assert!(wrong["detail"].as_str().unwrap().contains("no_such_column"));
    sql(county, "SELEKT 1").problem(400, "bad-statement");
    sql(county, "").problem(400, "bad-statement");
    let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
    sql(county, &deep).problem(400, "bad-statement");
}

#[test]
fn values_are_bound_and_never_read_as_sql() {
    let county = county();
    let ask = |statement: &str, parameters: serde_json::Value| {
        county.post("/api/v1/sql", &json!({ "sql": statement, "parameters": parameters }))
    };
    let rows = |statement: &str, parameters| ask(statement, parameters).expect(200)["rows"].clone();
    assert_eq!(rows("SELECT $1 + 1 AS a, $2 AS b", json!([41, "x' OR '1'='1"])), json!([[42, "x' OR '1'='1"]]));
    assert_eq!(
        rows(
            "SELECT count(*) AS n FROM payment WHERE month >= $from AND status = $status",
            json!({"from": "2024-04-01", "status": "paid"})
        ),
        json!([[180]])
    );
    assert_eq!(
        rows("SELECT $a IS NULL AS n, $b AS b, $c AS c", json!({"a": null, "b": true, "c": -0.5})),
        json!([[true, true, -0.5]])
    );
    assert_eq!(rows("SELECT count(*) AS n FROM payment LIMIT $1", json!([1])), json!([[360]]));
    assert_eq!(rows("SELECT month_after($1) AS m", json!(["2024-01-31"])), json!([["2024-02-01"]]));
    ask("SELECT $1", json!([])).problem(400, "bad-statement");
    ask("SELECT 1", json!([1])).problem(400, "bad-statement");
    ask("SELECT $a", json!({"a": [1]})).problem(400, "bad-parameter");
    ask("SELECT 1", json!("x")).problem(400, "bad-parameter");
}

#[test]
fn forms_agree() {
    let statement = "SELECT payment_no, month, amount_fen FROM payment ORDER BY payment_no";
    let answer = accepting("application/json", statement).expect(200);
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &answer["row_count"], &answer["truncated"]), (360, &360.into(), &false.into()));
    assert_eq!(answer["columns"][2], json!({"name": "amount_fen", "type": "Int64", "nullable": true}));
    assert_eq!(rows[0], json!(["FF0001", "2024-01-01", 80000]));

    let csv = accepting("text/csv", statement);
    assert!(csv.headers["content-type"].starts_with("text/csv"));
    let lines: Vec<String> = csv.text().lines().map(str::to_owned).collect();
    assert_eq!(
        (lines.len(), lines[0].as_str(), lines[1].as_str()),
        (361, "payment_no,month,amount_fen", "FF0001,2024-01-01,80000")
    );

    let arrow = accepting("application/vnd.apache.arrow.stream", statement);
    let reader = arrow::ipc::reader::StreamReader::try_new(arrow.body.as_slice(), None).unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 360);
    assert_eq!(batches[0].column(0).as_string::<i32>().value(0), "FF0001");

    let parquet = accepting("application/vnd.apache.parquet", statement);
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet.body));
    let batches: Vec<RecordBatch> = reader.unwrap().build().unwrap().map(Result::unwrap).collect();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 360);
    assert_eq!(batches[0].column(2).as_primitive::<Int64Type>().value(0), 80000);

    accepting("image/png", statement).problem(406, "not-acceptable");
    assert_eq!(accepting("text/csv", "SELECT 1 AS a WHERE false").text(), "a\n");
    assert!(accepting("text/csv", "SELECT [1, 2] AS a").text().contains("[1, 2]"));
    let formula = "SELECT '=1+1' AS a, -1.5 AS b";
    assert_eq!(accepting("text/csv", formula).text(), "a,b\n'=1+1,-1.5\n");
    assert_eq!(accepting("*/*", formula).expect(200)["rows"][0], json!(["=1+1", -1.5]));
    assert_eq!(accepting("text/csv", "SHOW FUNCTIONS").status, 200);
    let numbers = accepting("*/*", "SELECT 9007199254740993 AS big, 9007199254740991 AS fits, 1.5 AS x").expect(200);
    assert_eq!(numbers["rows"][0], json!(["9007199254740993", 9_007_199_254_740_991_i64, 1.5]));
}

#[test]
fn rows_are_bounded_and_said_to_be() {
    let county = county();
    let ask = |body: serde_json::Value| county.post("/api/v1/sql", &body);
    let cut = ask(json!({"sql": "SELECT payment_no FROM payment", "limit": 7}));
    assert_eq!(cut.headers["x-truncated"], "true");
    let cut = cut.expect(200);
    assert_eq!((&cut["row_count"], &cut["truncated"]), (&7.into(), &true.into()));
    let fits = ask(json!({"sql": "SELECT payment_no FROM payment LIMIT 7", "limit": 7}));
    assert_eq!((fits.headers["x-truncated"].as_str(), &fits.json()["truncated"]), ("false", &false.into()));
    let default = ask(json!({"sql": "SELECT * FROM generate_series(1, 20000)"})).expect(200);
    assert_eq!((&default["row_count"], &default["truncated"]), (&10_000.into(), &true.into()));
    assert_eq!(ask(json!({"sql": "SELECT 1", "limit": 0})).expect(200)["truncated"], true);
    let long =
        ask(json!({"sql": "SELECT repeat('x', 100) AS x, value FROM generate_series(1, 300000)", "limit": 200000}));
    assert_eq!(long.headers["x-truncated"], "unknown");
    let long = long.expect(200);
    assert_eq!((long["rows"].as_array().unwrap().len(), &long["truncated"]), (200_000, &true.into()));
    ask(json!({"sql": "SELECT 1", "limit": 1_000_001})).problem(400, "bad-parameter");
    ask(json!({"sql": "SELECT 1", "timeout_ms": 0})).problem(400, "bad-parameter");
}

#[test]
fn a_function_that_would_answer_at_great_length_is_refused() {
    let county = county();
    for call in
        ["repeat('x', 1000000000)", "lpad(payment_no, CAST(amount_fen AS BIGINT) * 1000000)", "range(1, 1000000000)"]
    {
        let told = sql(county, &format!("SELECT {call} AS a FROM payment")).problem(400, "bad-statement");
        assert!(told["detail"].as_str().unwrap().contains("a value may have 1 MiB"), "{told}");
    }
    let short = sql(county, "SELECT lpad('7', 3, '0') AS a, range(3) AS b").expect(200);
    assert_eq!(short["row_count"], 1);
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() {
    let county = county();
    // A sort over what a join makes gives way too.
    let sorted =
        "SELECT a.value FROM generate_series(1, 300000) AS a, generate_series(1, 300000) AS b ORDER BY 1 DESC LIMIT 5";
    county.post("/api/v1/sql", &json!({"sql": sorted, "timeout_ms": 300})).problem(504, "query-timeout");
    let endless = "SELECT count(*) AS n FROM generate_series(1, 300000) AS a, generate_series(1, 300000) AS b WHERE a.value % 7 = b.value % 11";
    county.post("/api/v1/sql", &json!({"sql": endless, "timeout_ms": 300})).problem(504, "query-timeout");
    // What was stopped has given its place back.
    assert!((0..20).any(|_| sql(county, "SELECT 1 AS a").status == 200));
    for _ in 0..5 {
        assert_eq!(sql(county, "SELECT 1 AS a").expect(200)["rows"], json!([[1]]));
    }
}

#[test]
fn callers_that_stall_give_their_places_back() {
    let county = county().beside(StoreLimits::default());
    let long = "SELECT repeat('x', 500) AS x, value FROM generate_series(1, 400000)";
    let body = json!({"sql": long, "limit": 400_000, "timeout_ms": 2_000}).to_string();
    let request = format!(
        "POST /api/v1/sql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: text/csv\r\nContent-Length: {}\r\n\r\n{body}",
        county.address,
        body.len()
    );
    // As many as may run at once: each reads the head and then nothing.
    let stalled: Vec<_> = (0..4).map(|_| open(county.address, request.as_bytes())).collect();
    assert!(stalled.iter().all(|(status, ..)| *status == 200));
    assert_eq!(sql(&county, "SELECT 1 AS a").expect(200)["rows"], json!([[1]]));
    // What such a caller reads later does not look whole.
    let mut rest = Vec::new();
    let (_, _, mut reader) = stalled.into_iter().next().unwrap();
    let read = reader.read_to_end(&mut rest);
    assert!(read.is_err() || !rest.ends_with(b"\r\n0\r\n\r\n"), "a broken answer must not look whole");
}

#[test]
fn a_statement_as_deep_as_it_is_long_is_refused_and_one_within_bounds_is_answered() {
    let county = county();
    let terms = |count: usize| (0..count).map(|i| format!("amount_fen = {i}")).collect::<Vec<_>>().join(" OR ");
    let asked = |count: usize| format!("SELECT count(*) AS n FROM payment WHERE {}", terms(count));
    for statement in [
        asked(20_000),
        format!("SELECT 1{}", " + 1".repeat(20_000)),
        format!("SELECT 1{}", " = 1".repeat(20_000)),
        format!("SELECT 1{}", "::int".repeat(20_000)),
        format!("SELECT 1{}", " IS NULL".repeat(20_000)),
        "SELECT 1 UNION ALL ".repeat(3_000) + "SELECT 1",
    ] {
        let told = sql(county, &statement).problem(403, "refused-statement");
        assert!(told["detail"].as_str().unwrap().contains("operators"), "{told}");
    }
    let joined: Vec<String> = (0..3_000).map(|i| format!("payment p{i}")).collect();
    let told = sql(county, &format!("SELECT 1 FROM {}", joined.join(", "))).problem(403, "refused-statement");
    assert!(told["detail"].as_str().unwrap().contains("more than 200 tables"), "{told}");
    // A list is no deeper for being long.
    let list: Vec<String> = (0..20_000).map(|i| i.to_string()).collect();
    let listed = format!("SELECT count(*) AS n FROM payment WHERE amount_fen IN ({})", list.join(", "));
    for statement in [asked(900), format!("SELECT 1{}", " + 1".repeat(1_900)), listed] {
        assert_eq!(sql(county, &statement).expect(200)["row_count"], 1);
    }
}

#[test]
fn an_answer_that_breaks_off_says_so() {
    // The last row cannot be cast; by then some ten megabytes have been sent.
    let breaks = "SELECT CAST(CASE WHEN value = 190000 THEN 'x' ELSE '1' END AS INT) AS a, repeat('y', 100) AS b FROM generate_series(1, 190000)";
    let body = serde_json::to_vec(&json!({"sql": breaks, "limit": 1_000_000})).unwrap();
    let ask = |form: &str| {
        let headers = [("Content-Type", "application/json"), ("Accept", form)];
        send(county().address, "POST", "/api/v1/sql", &headers, &body)
    };
    let told = ask("application/json");
    if told.status == 200 {
        assert!(told.json()["problem"]["detail"].is_string());
        assert!(!ask("text/csv").whole, "a broken CSV must not look whole");
    } else {
        told.problem(400, "bad-statement");
    }
}
