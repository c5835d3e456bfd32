//! Truth and labels: what a linkage is measured against, and what it may learn from.

use super::*;

#[test]
fn judged_pairs_measure_or_train() {
    let bench = Bench::new();
    let labels: String = csv_rows(&fixture("linkage").join("fake_1000.csv"))
        .windows(2)
        .map(|rows| {
            format!(
                "{},{},{}\n",
                rows[0]["unique_id"],
                rows[1]["unique_id"],
                u8::from(rows[0]["cluster"] == rows[1]["cluster"])
            )
        })
        .collect();
    let labels = bench.file("labels.csv", &format!("left_id,right_id,match\n{labels}"));
    let (spec, left, out) = (model("persons_email.toml"), data("fake_1000.csv"), bench.text("pairs.parquet"));
    let call = ["link", "--spec", &spec, "--left", &left, "--out", &out, "--labels", &labels];
    assert!(number(&done(&call), "best F1") > 0.9);
    // A mapping without answers lists all true pairs: what it does not have is wrong.
    let mapping = bench.file("mapping.csv", "idA,idB\n0,1\n0,2\n");
    let told = done(&["link", "--spec", &spec, "--left", &left, "--out", &out, "--labels", &mapping]);
    assert!(told.contains("of 2 true pairs") && number(&told, "average precision") < 0.2, "{told}");
    let trained = done(&[&call[..], &["--train-on-labels"]].concat());
    assert!(number(&trained, "best F1") > 0.95, "{trained}");
}

#[test]
fn labels_that_say_neither_are_refused() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let left = bench.file("left.csv", "id,given_name\n1,anna\n2,anna\n3,bert\n");
    for (answers, parts) in [
        ("1,2,1\n1,3,maybe\n", ["labels.csv", "row 2", "\"maybe\" is no answer"]),
        ("1,8,1\n1,9,0\n", ["labels.csv", "no pair names a row of", "\"1\", \"8\""]),
    ] {
        let labels = bench.file("labels.csv", &format!("left_id,right_id,match\n{answers}"));
        let said = failed(&["link", "--spec", &spec, "--left", &left, "--labels", &labels, "--out", &out]);
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} not all in {said}");
    }
    let labels = bench.file("labels.csv", "left_id,right_id,match\n1,2,yes\n1,3,\n");
    let told = done(&["link", "--spec", &spec, "--left", &left, "--labels", &labels, "--out", &out]);
    assert!(told.contains("1 of 1 true pairs"), "{told}");
}

#[test]
fn labels_are_read_as_the_field_writes_them() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let left = bench.file("left.csv", "id,given_name\na1,anna\na2,bert\na3,carl\n");
    let right = bench.file("right.csv", "id,given_name\nb1,anna\nb2,bert\nb3,dora\n");
    for (labels, parts) in [
        // Magellan's two forms.
        ("_id,ltable.id,rtable.id,gold\n0,a1,b1,1\n1,a2,b2,1\n2,a3,b3,0\n", &["2 of 2 true pairs"][..]),
        ("ltable_id,rtable_id,label\na1,b1,1\na2,b3,0\n", &["1 of 1 true pairs"]),
        // A mapping of all true pairs, the right file first.
        ("idRight,idLeft\nb1,a1\nb2,a2\nb3,a3\n", &["2 of 3 true pairs"]),
        // Rows that are not there are passed over and told.
        ("idLeft,idRight\na1,b1\na9,b9\n", &["1 of 1 true pairs", "1 of 2 labels", "\"a9\", \"b9\""]),
    ] {
        let labels = bench.file("labels.csv", labels);
        let call = ["link", "--spec", &spec, "--left", &left, "--right", &right, "--labels", &labels, "--out", &out];
        let told = done(&call);
        assert!(
            parts.iter().chain(&["calibration error"]).all(|part| told.contains(part)),
            "{parts:?} not all in {told}"
        );
    }
}

#[test]
fn the_truth_may_stand_under_two_headers() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let left = bench.file("left.csv", "id,given_name,who\n1,anna,A\n2,bert,B\n");
    let right = bench.file("right.csv", "id,given_name,whom\n7,anna,A\n8,bert,C\n");
    let call = |truth: &str| -> Vec<String> {
        ["link", "--spec", &spec, "--left", &left, "--right", &right, "--truth", truth, "--out", &out]
            .map(str::to_owned)
            .to_vec()
    };
    let told = done(&call("who, whom").iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.contains("1 of 1 true pairs"), "{told}");
    let said = failed(&call("who,whose").iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("right.csv") && said.contains("\"whose\"") && said.contains("whom"), "{said}");
}

#[test]
fn the_truth_is_the_files_own_column_or_none() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let call = |left: &str| done(&["link", "--spec", &spec, "--left", left, "--truth", "entity", "--out", &out]);
    // By the spec's own column anna and adam would be one.
    let own = bench.file("own.csv", "id,given_name,entity\n1,anna,A\n2,anna,A\n3,adam,B\n");
    assert!(call(&own).contains("of 1 true pairs"));
    let none = bench.file("none.csv", "id,given_name,entity\n1,anna,A\n2,anna,B\n3,adam,\n");
    let told = call(&none);
    assert!(told.contains("no truth here") && !told.contains("best F1"), "{told}");
}
