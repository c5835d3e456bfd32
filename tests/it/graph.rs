//! Graph algorithms against what others computed, and calls that are wrong.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::support::{csv_rows, done, failed, fixture, mingjing};

/// Values by vertex.
fn values(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .filter_map(|line| line.split_once([' ', ',']))
        .map(|(id, value)| (id.to_owned(), value.trim().to_owned()))
        .collect()
}

/// Equal as numbers where both are numbers (within a share of the first), else as texts.
fn same(a: &str, b: &str, within: f64) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a == b || (a - b).abs() <= within * a.abs(),
        _ => a == b,
    }
}

fn check(graph: &str, algorithm: &str, ldbc: &str, options: &[&str]) {
    let edges = ["--edges", &file(graph, ".e"), "--vertices", &file(graph, ".v")];
    check_read(graph, algorithm, ldbc, &[&edges, options].concat());
    // The same graph as LDBC's tests have it.
    let lists = file(graph, ".adj");
    if algorithm != "sssp" && Path::new(&lists).exists() {
        check_read(graph, algorithm, ldbc, &[&["--edges", &lists], options].concat());
    }
}

fn file(graph: &str, end: &str) -> String {
    fixture("graph").join(format!("{graph}{end}")).display().to_string()
}

/// Values that the program computes.
fn computed(graph: &str, algorithm: &str, options: &[&str]) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut args = vec!["graph", "run", algorithm, "--out", out.to_str().unwrap()];
    args.extend(options);
    if graph.ends_with("-directed") {
        args.push("--directed");
    }
    done(&args);
    values(&out)
}

fn check_read(graph: &str, algorithm: &str, ldbc: &str, options: &[&str]) {
    let (expected, found) = (values(Path::new(&file(graph, &format!("-{ldbc}")))), computed(graph, algorithm, options));
    assert_eq!(expected.len(), found.len(), "{graph} {algorithm}");
    // How many steps led to the expected ranks of two graphs is not told; LDBC allows a share of 1e-4.
    let within = if graph.starts_with("pr-") { 1e-4 } else { 1e-9 };
    for (id, value) in &expected {
        assert!(
            same(value, &found[id], within),
            "{graph} {algorithm}: vertex {id} has {} instead of {value}",
            found[id]
        );
    }
}

#[test]
fn standard_algorithms_agree_with_ldbc_graphalytics() {
    for (graph, source) in [("example-directed", "1"), ("example-undirected", "2")] {
        check(graph, "bfs", "BFS", &["--source", source]);
        check(graph, "sssp", "SSSP", &["--source", source]);
        check(graph, "wcc", "WCC", &[]);
        check(graph, "lcc", "LCC", &[]);
        check(graph, "pagerank", "PR", &["--iterations", "2", "--damping", "0.85"]);
        check(graph, "cdlp", "CDLP", &["--param", "iterations=2"]);
    }
    for kind in ["directed", "undirected"] {
        check(&format!("bfs-{kind}"), "bfs", "BFS", &["--source", "1"]);
        check(&format!("sssp-{kind}"), "sssp", "SSSP", &["--source", "1"]);
        check(&format!("wcc-{kind}"), "wcc", "WCC", &[]);
        check(&format!("lcc-{kind}"), "lcc", "LCC", &[]);
        check(&format!("pr-{kind}"), "pr", "PR", &[]);
        check(&format!("cdlp-{kind}"), "cdlp", "CDLP", &["--param", "max-iterations=5"]);
    }
}

#[test]
fn the_generated_graph_has_the_values_of_igraph() {
    for kind in ["directed", "undirected"] {
        let rows = csv_rows(&fixture("graph").join(format!("generated-{kind}.csv")));
        assert_eq!(rows.len(), 150);
        for (algorithm, options) in [
            ("wcc", &[][..]),
            ("pagerank", &["--param", "tolerance=1e-13"]),
            ("lcc", &[]),
            ("kcore", &[]),
            ("betweenness", &[]),
            ("sssp", &["--source", "3"]),
        ] {
            let read = ["--edges", &file("generated", ".e"), "--vertices", &file("generated", ".v")];
            let found = computed(&format!("generated-{kind}"), algorithm, &[&read, options].concat());
            assert_eq!(found.len(), rows.len());
            for row in &rows {
                let (vertex, expected) = (&row["vertex"], &row[algorithm]);
                let own = &found[vertex];
                assert!(same(expected, own, 1e-9), "{kind} {algorithm} of {vertex}: {own} instead of {expected}");
            }
        }
    }
}

fn graph_run(edges: &str, options: &[&str]) -> (std::process::Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let (list, out) = (folder.path().join("edges.csv"), folder.path().join("out.csv"));
    fs::write(&list, edges).unwrap();
    let (list, out_text) = (list.display().to_string(), out.display().to_string());
    let mut args = vec!["graph", "run"];
    args.extend(options);
    args.extend(["--edges", &list, "--out", &out_text]);
    (mingjing(&args), fs::read_to_string(out).unwrap_or_default())
}

#[test]
fn a_csv_with_header_comments_and_texts_for_ids_is_read() {
    let edges = "# made\nfrom,weight,to\n张三,2.5,李四\n李四,0.5,王五\n\"张三\",4,王五\n";
    let (output, out) = graph_run(edges, &["sssp", "--source", "张三"]);
    assert!(output.status.success());
    assert_eq!(out, "vertex,value\n张三,0e0\n李四,2.5e0\n王五,3e0\n");
    let (_, out) = graph_run(edges, &["paths", "--source", "张三", "--param", "target=王五"]);
    assert_eq!(out, "length,path\n3,张三 李四 王五\n4,张三 王五\n");
}

#[test]
fn weights_are_read_by_algorithms_that_use_them() {
    let signed = "1,2,-1\n2,3,parent\n";
    let (output, out) = graph_run(signed, &["wcc"]);
    assert!(output.status.success());
    assert_eq!(out, "vertex,value\n1,1\n2,1\n3,1\n");
    assert_eq!(graph_run(signed, &["louvain"]).0.status.code(), Some(1));
}

#[test]
fn faults_name_file_and_row() {
    let complaint = |edges: &str| {
        let (output, _) = graph_run(edges, &["sssp", "--source", "1"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(complaint("1,2\n1,4,5,6\n").contains("edges.csv, row 2: 4 fields"));
    assert!(complaint("# c\n1,2\n3\n").contains("edges.csv, row 3: an edge needs two ids"));
    assert!(complaint("1,2,1\n3,4,-1\n").contains("row 2, column 3: a weight must be"));
    assert!(complaint("1,2,1\n3,4\n").contains("some rows have a weight and some have none"));
    let said = failed(&["graph", "run", "wcc", "--edges", "/nowhere/e", "--out", "/nowhere/o"]);
    assert_eq!(said.matches("/nowhere/e: No such file").count(), 1, "{said}");
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
}

#[test]
fn values_come_as_parquet_where_the_output_is_named_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("e"), "1 2\n2 3\n7 8\n").unwrap();
    let written = |options: &[&str]| {
        let (edges, out) = (path("e"), path("o.parquet"));
        done(&[&["graph", "run"], options, &["--edges", &edges, "--out", &out]].concat());
        let file = fs::File::open(path("o.parquet")).unwrap();
        let rows = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let rows: Vec<_> = rows.map(Result::unwrap).collect();
        arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string()
    };
    let row = |text: &str, cells: [&str; 2]| {
        let split = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        assert!(text.lines().any(|line| split(line) == ["", cells[0], cells[1], ""]), "{cells:?} in {text}");
    };
    let hops = written(&["bfs", "--source", "1"]);
    row(&hops, ["vertex", "value"]);
    row(&hops, ["3", "2"]);
    row(&hops, ["7", ""]);
    row(&written(&["wcc"]), ["8", "7"]);
    let paths = written(&["paths", "--source", "1", "--target", "3"]);
    row(&paths, ["2.0", "1 2 3"]);
}

#[test]
fn an_edge_to_an_unknown_vertex_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("e"), "# made\n1 2\n2 7\n").unwrap();
    fs::write(path("v"), "1\n2\n").unwrap();
    let said = failed(&["graph", "run", "wcc", "--edges", &path("e"), "--vertices", &path("v"), "--out", &path("o")]);
    assert!(said.contains("row 3: vertex 7 is not in the vertex file"), "{said}");
}

#[test]
fn wrong_calls_end_with_2() {
    for options in [
        vec!["nonsense"],
        vec!["bfs"],
        vec!["bfs", "--source", "9"],
        vec!["wcc", "--param", "damping=1"],
        vec!["pagerank", "--param", "damping=1"],
        vec!["pagerank", "--param", "damping"],
    ] {
        let (output, _) = graph_run("1,2\n", &options);
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        let usage: Vec<&str> = said.lines().filter(|line| line.starts_with("Usage:")).collect();
        assert!(usage.iter().all(|line| line.starts_with("Usage: mingjing graph run")), "{options:?}: {said}");
        // The parser of the command line prints no usage where it refuses a value itself.
        assert!(!usage.is_empty() || said.contains("invalid value"), "{options:?}: {said}");
    }
}

#[test]
fn how_edges_were_read_is_said() {
    let said = |edges: &str, options: &[&str]| {
        let (output, _) = graph_run(edges, options);
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let sssp = ["sssp", "--source", "1"];
    let costs = "source,target,cost\n1,2,5\n";
    assert!(said(costs, &sssp).contains("edges.csv: edge list, source → target; weight cost\n"));
    assert!(said(costs, &["wcc"]).contains("weights not asked for"));
    assert!(said("1,2\n", &sssp).contains("edge list, column 1 → column 2; no weights: every edge counts 1"));
    let several = "source,target,lanes,toll\n1,2,5,6\n";
    assert!(said(several, &sssp).contains("note: which of lanes, toll is the weight? name it: --weight COLUMN"));
    assert_eq!(graph_run(several, &[&sssp[..], &["--weight", "toll"]].concat()).1, "vertex,value\n1,0e0\n2,6e0\n");
    assert!(said("1 2 3\n2 1 3\n3 1 2\n", &["lcc"]).contains("lists of neighbours"));
    assert_eq!(graph_run(several, &["sssp", "--source", "1", "--weight", "price"]).0.status.code(), Some(2));
}

#[test]
fn ids_of_any_text_are_read_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let edges = "source,target\nNew York,\"Los Angeles, CA\"\n\"Los Angeles, CA\",\"the \"\"Bay\"\"\"\n\"#3\",12 34\n";
    fs::write(path("e.csv"), edges).unwrap();
    let wcc = |vertices: &[&str], out: &str| {
        done(&[&["graph", "run", "wcc", "--edges", &path("e.csv"), "--out", &path(out)], vertices].concat());
        fs::read_to_string(path(out)).unwrap()
    };
    let csv = wcc(&[], "o.csv");
    assert_eq!(
        csv,
        "vertex,value\n\"#3\",\"#3\"\n12 34,\"#3\"\n\"Los Angeles, CA\",\"Los Angeles, CA\"\nNew York,\"Los Angeles, CA\"\n\
         \"the \"\"Bay\"\"\",\"Los Angeles, CA\"\n"
    );
    assert_eq!(wcc(&["--vertices", &path("o.csv")], "again.csv"), csv);
    let text = wcc(&[], "o.txt");
    assert!(text.contains("\nNew York\tLos Angeles, CA\n"), "{text}");
    assert_eq!(wcc(&["--vertices", &path("o.txt")], "again.txt"), text);
    // A file of one column has no delimiter of its own.
    fs::write(path("v"), "\"Los Angeles, CA\"\nNew York\n\"the \"\"Bay\"\"\"\n12 34\n\"#3\"\nSan José\n").unwrap();
    assert_eq!(wcc(&["--vertices", &path("v")], "more.csv").lines().count(), 7);
    let ends = ["--source", "New York", "--target", "the \"Bay\""];
    done(&[&["graph", "run", "paths", "--edges", &path("e.csv"), "--out", &path("p.csv")], &ends[..]].concat());
    let paths = fs::read_to_string(path("p.csv")).unwrap();
    assert_eq!(paths, "length,path\n2,\"New York\tLos Angeles, CA\t\"\"the \"\"\"\"Bay\"\"\"\"\"\"\"\n");
}

#[test]
fn a_search_that_reached_its_effort_says_so() {
    let edges: String = (1..60).map(|v| format!("0,{v}\n{v},99\n")).collect();
    let run = |effort: &str| {
        let effort = format!("effort={effort}");
        let options =
            ["paths", "--source", "0", "--target", "99", "--param", "count=100", "--param", &effort, "--json"];
        let (output, paths) = graph_run(&edges, &options);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let noted = String::from_utf8_lossy(&output.stderr).contains("better paths may exist");
        (report["complete"].as_bool().unwrap(), noted, paths.lines().count() - 1)
    };
    let (complete, noted, found) = run("5");
    assert!(!complete && noted && found < 59, "{complete} {noted} {found}");
    assert_eq!(run("0"), (true, false, 59));
}
