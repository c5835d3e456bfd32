//! Models at the command line: any table scored, parameters and cells refused with words, probabilities
//! moved by what people found, plans within their visits.

use std::fs;
use std::path::Path;

use crate::support::{csv_rows, done, failed, fixture};

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
    assert!(score(&["--ignore", "name", "--param", "neighbours=0"]).contains("neighbours = 0 is not allowed"));
    assert!(score(&["--ignore", "name", "--param", "k"]).contains("write it as NAME=VALUE"));
    let strange = failed(&["models", "score", "oracle", "--input", input, "--out", out]);
    assert!(strange.contains("no detector 'oracle'"));
}

#[test]
fn dispositions_move_probabilities_and_a_plan_keeps_its_visits() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    done(&["import", fixture("county/exports").to_str().unwrap(), "--data", data]);
    let audit = |name: &str| {
        let out = folder.path().join(name);
        done(&["audit", "--data", data, "--out", out.to_str().unwrap()]);
        out
    };
    let first = audit("first");
    let manifest = fs::read_to_string(first.join("manifest.json")).unwrap();
    assert!(manifest.contains("priors of the rules: 0 checked findings, fewer than 20"), "{manifest}");
    let open: Vec<_> = csv_rows(&first.join("findings.csv")).into_iter().filter(|f| f["status"] == "open").collect();
    let checked = open.len() * 2 / 3;
    assert!(checked >= 20, "the fixture has {} open findings", open.len());
    let mut text = String::from("finding,outcome,reason,date\n");
    for (i, finding) in open.iter().take(checked).enumerate() {
        let outcome = if i % 5 == 0 { "confirmed" } else { "dismissed" };
        text.push_str(&format!("{},{outcome},核查,2025-01-15\n", finding["finding_id"]));
    }
    let dispositions = folder.path().join("dispositions.csv");
    fs::write(&dispositions, text).unwrap();
    done(&["dispositions", "import", dispositions.to_str().unwrap(), "--data", data]);

    let second = audit("second");
    let before: f64 = mean(&open[checked..]);
    let now: Vec<_> = csv_rows(&second.join("findings.csv")).into_iter().filter(|f| f["status"] == "open").collect();
    let unseen: Vec<_> =
        now.into_iter().filter(|f| open[checked..].iter().any(|o| o["finding_id"] == f["finding_id"])).collect();
    assert!(mean(&unseen) < before - 0.1, "{} {before}", mean(&unseen));
    let told = done(&["models", "calibration", "--data", data]);
    assert!(told.contains(&format!("checked findings {checked}")) && told.contains("expected calibration error"));

    let plan = |name: &str| {
        let out = folder.path().join(name);
        done(&["plan", "--data", data, "--visits", "12", "--random-share", "0.25", "--out", out.to_str().unwrap()]);
        csv_rows(&out)
    };
    let planned = plan("plan.csv");
    let visits: f64 = planned.iter().map(|row| row["visits"].parse::<f64>().unwrap()).sum();
    assert!(visits <= 12.0 && planned.iter().any(|row| row["reason"] == "control"), "{planned:?}");
    assert_eq!(planned, plan("again.csv"));

    for model in ["M01", "M02", "M03"] {
        let card = done(&["models", "card", model, "--data", data]);
        assert!(card.contains("## 特征 Features") && card.contains("It asserts nothing of anybody"), "{card}");
    }
}

fn mean(findings: &[std::collections::BTreeMap<String, String>]) -> f64 {
    findings.iter().map(|f| f["probability"].parse::<f64>().unwrap()).sum::<f64>() / findings.len().max(1) as f64
}
