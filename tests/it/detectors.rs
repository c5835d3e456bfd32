//! `mingjing models score`: any table, any number of threads; parameters and cells refused with words.

use std::fs;
use std::path::Path;

use crate::support::{done, failed, mingjing};

/// A cloud of rows with one far off, labelled.
fn table(path: &Path) {
    let mut text = String::from("name,x,y,label\n");
    for i in 0..400 {
        let (x, y) = (f64::from(i * 37 % 101) / 10.0, f64::from(i * 53 % 97) / 10.0);
        text.push_str(&format!("行{i},{x},{y},0\n"));
    }
    text.push_str("末,60,-40,1\n");
    fs::write(path, text).unwrap();
}

#[test]
fn every_detector_scores_a_table_the_same_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("t.csv");
    table(&input);
    let input = input.to_str().unwrap();
    let kinds = done(&["models", "kinds"]);
    let kinds: Vec<&str> = kinds.lines().filter(|line| !line.starts_with(' ')).collect();
    assert!(kinds.len() >= 11 && kinds.contains(&"ecod") && kinds.contains(&"lof"), "{kinds:?}");
    for kind in kinds {
        let bytes = |threads: &str| {
            let out = folder.path().join(format!("{kind}-{threads}.csv"));
            let told = done(&[
                "models",
                "score",
                kind,
                "--input",
                input,
                "--ignore",
                "name",
                "--label",
                "label",
                "--threads",
                threads,
                "--out",
                out.to_str().unwrap(),
            ]);
            assert!(told.contains("ROC AUC 1.0000") && told.contains("average precision 1.0000"), "{kind}: {told}");
            fs::read(out).unwrap()
        };
        let one = bytes("1");
        assert!(one == bytes("2"), "{kind} depends on the number of threads");
        assert_eq!(one.iter().filter(|b| **b == b'\n').count(), 402, "{kind}");
    }
}

#[test]
fn what_cannot_be_scored_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("t.csv");
    table(&input);
    let out = folder.path().join("s.csv");
    let (input, out) = (input.to_str().unwrap(), out.to_str().unwrap());
    let score = |more: &[&str]| {
        let call = [&["models", "score", "knn", "--input", input, "--out", out], more].concat();
        failed(&call)
    };
    assert!(score(&[]).contains("row 1, column 'name': '行0' is no number"));
    assert!(score(&["--ignore", "name", "--label", "truth"]).contains("there is no column 'truth'"));
    // A call that can never be right says so by its exit code.
    let wrong = |kind: &str, more: &[&str]| {
        let output = mingjing(&[&["models", "score", kind, "--input", input, "--out", out], more].concat());
        assert_eq!(output.status.code(), Some(2), "{kind} {more:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(wrong("knn", &["--param", "neighbours=0"]).contains("neighbours = 0 is not allowed"));
    assert!(wrong("knn", &["--param", "k"]).contains("write it as NAME=VALUE"));
    assert!(wrong("knn", &["--param", "leaf_size=3"]).contains("it has neighbours (n_neighbors, k), summary"));
    assert!(wrong("oracle", &[]).contains("no detector 'oracle'; there are iforest, "));
    // A cause is told once.
    let missing = failed(&["models", "score", "knn", "--input", "nowhere.csv", "--out", out]);
    assert_eq!(missing.matches("No such file").count(), 1, "{missing}");
}

#[test]
fn calls_written_for_pyod_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("t.csv");
    table(&input);
    let scores = |name: &str, parameters: &[&str]| {
        let out = folder.path().join(name);
        let mut call = vec!["models", "score", "iforest", "--ignore", "name", "--input", input.to_str().unwrap()];
        call.extend(["--out", out.to_str().unwrap()]);
        parameters.iter().for_each(|parameter| call.extend(["--param", parameter]));
        let output = mingjing(&call);
        assert!(output.status.success());
        (fs::read(out).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (own, told) = scores("own.csv", &["trees=30", "seed=5"]);
    assert!(told.contains("the column 'label' says which rows are unlike") && !told.contains("set aside"), "{told}");
    let theirs = ["n_estimators=30", "random_state=5", "max_samples=auto", "n_jobs=-1", "contamination=0.1"];
    let (same, told) = scores("theirs.csv", &theirs);
    assert!(own == same);
    assert!(told.contains("n_jobs is set aside") && told.contains("contamination is set aside"), "{told}");
}
