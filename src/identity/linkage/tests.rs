//! What must hold of any linkage.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;

use super::*;

const SPEC: &str = r#"
id = "id"
[[column]]
name = "name"
normalise = ["lower"]
[[column]]
name = "number"
[[column]]
name = "birth"
type = "date"
[[block]]
sql = "l.name = r.name"
[[block]]
sql = "l.birth = r.birth"
[[block]]
sql = "l.number = r.number"
[[comparison]]
name = "name"
term_frequency = true
levels = [{ kind = "exact" }, { kind = "jaro_winkler", at_least = 0.85 }]
[[comparison]]
name = "birth"
levels = [{ kind = "exact" }, { kind = "date_part_differs" }]
[[comparison]]
name = "number"
levels = [{ kind = "exact" }, { kind = "levenshtein", at_most = 1 }]
[[contradiction]]
kind = "all"
of = [{ kind = "different", column = "number" }, { kind = "different", column = "birth" }]
[thresholds]
link = 0.5
review = 0.2
floor = 0.0
"#;

fn spec() -> Spec {
    Spec::parse(Path::new("spec.toml"), SPEC).unwrap()
}

/// A row: name, number, birth.
type Row = (String, String, String);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let name = prop::sample::select(vec!["anna", "anne", "hana", "bert", "berta", "carl", ""]);
    let number = prop::sample::select(vec!["1001", "1002", "2001", "3005", "7777", ""]);
    let birth = prop::sample::select(vec!["1950-01-02", "1950-02-02", "1961-03-04", "1972-12-30", ""]);
    let row = (name, number, birth).prop_map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
    prop::collection::vec(row, 4..24)
}

fn file(folder: &Path, name: &str, rows: &[(usize, &Row)]) -> String {
    let mut text = String::from("id, name, number, birth\n");
    rows.iter().for_each(|(i, (a, b, c))| text.push_str(&format!("r{i}, {a}, {b}, {c}\n")));
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

type Pairs = BTreeMap<(String, String), (f64, String)>;

fn pairs(folder: &Path, linkage: &Linkage) -> Pairs {
    let path = folder.join("pairs.csv");
    linkage.write_pairs(&path).unwrap();
    let mut reader = csv::Reader::from_path(path).unwrap();
    let each = reader.records().map(|record| {
        let record = record.unwrap();
        let (a, b) = (record[0].to_owned(), record[1].to_owned());
        let key = if a <= b { (a, b) } else { (b, a) };
        (key, (record[3].parse().unwrap(), record[4].to_owned()))
    });
    each.collect()
}

fn clusters(folder: &Path, linkage: &Linkage) -> BTreeMap<String, BTreeSet<String>> {
    let path = folder.join("clusters.csv");
    linkage.write_clusters(&path).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in csv::Reader::from_path(path).unwrap().records() {
        let record = record.unwrap();
        found.entry(record[0].to_owned()).or_default().insert(record[2].to_owned());
    }
    found
}

fn run(left: &str, right: Option<&str>) -> Linkage {
    link(&spec(), &Request { left, right, ..Request::default() }, &|_| {}).unwrap()
}

fn same(a: &Pairs, b: &Pairs) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|((k, (p, d)), (l, (q, e)))| k == l && (p - q).abs() < 1e-6 && (d == e || (p - 0.5).abs() < 1e-3))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_order_of_rows_does_not_count(rows in rows(), seed in any::<u64>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut numbered: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
        let one = run(&file(folder.path(), "a.csv", &numbered), None);
        numbered.sort_by_key(|(i, _)| (*i as u64 + 1).wrapping_mul(seed | 1));
        let other = run(&file(folder.path(), "b.csv", &numbered), None);
        let (one, other) = (pairs(folder.path(), &one), pairs(folder.path(), &other));
        // Equal evidence twice leaves a choice between links; probabilities are the same all the same.
        prop_assert!(one.keys().eq(other.keys()) && one.values().zip(other.values()).all(|(a, b)| (a.0 - b.0).abs() < 1e-6), "{:?} {:?}", one, other);
    }

    #[test]
    fn left_and_right_may_change_sides(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        let numbered: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
        let (a, b) = numbered.split_at(rows.len() / 2);
        let (a, b) = (file(folder.path(), "a.csv", a), file(folder.path(), "b.csv", b));
        let (one, other) = (run(&a, Some(&b)), run(&b, Some(&a)));
        let (one, other) = (pairs(folder.path(), &one), pairs(folder.path(), &other));
        prop_assert!(same(&one, &other), "{:?} {:?}", one, other);
    }

    #[test]
    fn contradicting_rows_are_never_one(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        let numbered: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
        let linkage = run(&file(folder.path(), "a.csv", &numbered), None);
        let row = |id: &str| &rows[id[1..].parse::<usize>().unwrap()];
        let contradict = |a: &str, b: &str| {
            let (a, b) = (row(a), row(b));
            let differ = |x: &str, y: &str| !x.is_empty() && !y.is_empty() && x != y;
            differ(&a.1, &b.1) && differ(&a.2, &b.2)
        };
        for members in clusters(folder.path(), &linkage).values() {
            for a in members {
                prop_assert!(members.iter().all(|b| !contradict(a, b)), "{:?}", members);
            }
        }
        for ((a, b), (_, decision)) in pairs(folder.path(), &linkage) {
            prop_assert!(decision != "link" || !contradict(&a, &b));
        }
    }

    #[test]
    fn more_agreement_never_lowers_the_probability(rows in rows()) {
        let folder = tempfile::tempdir().unwrap();
        let numbered: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
        // What a pair's cluster lends it comes from other pairs: here each stands for itself.
        let spec = Spec::parse(Path::new("spec.toml"), &format!("{SPEC}[clusters]\ntransitive = false\n")).unwrap();
        let left = file(folder.path(), "a.csv", &numbered);
        let linkage = link(&spec, &Request { left: &left, ..Request::default() }, &|_| {}).unwrap();
        let pairs = compared(folder.path(), &linkage, &rows);
        for (levels, name, probability) in &pairs {
            for (others, other, less) in &pairs {
                // A shared name and another say more or less as they are rare or common: no name is more than the other.
                let names = levels[0] != 1 || others[0] != 1 || name == other;
                let evidence = levels.iter().zip(others).all(|(own, other)| (*own == 0) == (*other == 0) && own <= other);
                prop_assert!(
                    !(names && evidence) || *probability >= *less - 1e-6,
                    "{levels:?} of {name:?}: {probability}; {others:?} of {other:?}: {less}"
                );
            }
        }
    }
}

/// Levels of the pairs that were kept, as numbers from 1 (0 where a side has no value), the left row's name, and the
/// probability.
fn compared(folder: &Path, linkage: &Linkage, rows: &[Row]) -> Vec<(Vec<usize>, String, f64)> {
    let path = folder.join("compared.csv");
    linkage.write_pairs(&path).unwrap();
    let mut reader = csv::Reader::from_path(path).unwrap();
    let first = reader.headers().unwrap().iter().position(|header| header.starts_with("level_")).unwrap();
    let each = reader.records().map(|record| {
        let record = record.unwrap();
        let levels = linkage.model.comparisons.iter().enumerate().map(|(i, comparison)| {
            let told = &record[first + i];
            comparison.levels.iter().position(|level| level == told).map_or(0, |level| level + 1)
        });
        let name = rows[record[0][1..].parse::<usize>().unwrap()].0.clone();
        (levels.collect(), name, record[3].parse().unwrap())
    });
    each.collect()
}

/// Where candidates are too many to be learnt from all, which of them are is said by what they hold.
#[test]
fn the_order_of_rows_does_not_count_where_candidates_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{SPEC}[training]\ncandidate_pairs = 60\n[clusters]\ntransitive = false\n");
    let spec = Spec::parse(Path::new("spec.toml"), &text).unwrap();
    let row = |i: usize| -> Row {
        let names = ["anna", "anne", "hana", "bert", "berta", "carl", "dora"];
        (names[i % 7].to_owned(), format!("{}", 1000 + i / 2), format!("19{:02}-03-{:02}", 40 + i / 3 % 40, 1 + i % 28))
    };
    let rows: Vec<Row> = (0..90).map(row).collect();
    let numbered: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    let reversed: Vec<(usize, &Row)> = numbered.iter().rev().copied().collect();
    let model = |name: &str, left: &[(usize, &Row)], right: Option<&[(usize, &Row)]>| {
        let left = file(folder.path(), name, left);
        let right = right.map(|right| file(folder.path(), &format!("right-{name}"), right));
        link(&spec, &Request { left: &left, right: right.as_deref(), ..Request::default() }, &|_| {}).unwrap().model
    };
    let alike = |a: &Model, b: &Model| {
        let weights = |model: &Model| -> Vec<f64> {
            model.comparisons.iter().flat_map(|own| own.weights.clone()).chain([model.prior]).collect()
        };
        weights(a).iter().zip(weights(b)).all(|(a, b)| (a - b).abs() < 1e-6)
    };
    assert!(alike(&model("a.csv", &numbered, None), &model("b.csv", &reversed, None)));
    let (some, others) = numbered.split_at(45);
    assert!(alike(&model("c.csv", some, Some(others)), &model("d.csv", others, Some(some))));
}

/// Where u is learnt from a sample of the pairs, which side is the left one decides nothing either.
#[test]
fn left_and_right_may_change_sides_where_pairs_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let spec = Spec::parse(Path::new("spec.toml"), &format!("{SPEC}[training]\nrandom_pairs = 5000\n")).unwrap();
    let names = ["anna", "anne", "hana", "bert", "berta", "carl", "dora", "emil"];
    let person = |i: usize, slip: usize| -> Row {
        let day = format!("19{:02}-{:02}-{:02}", 40 + i % 37, 1 + i % 12, 1 + (i + slip) % 28);
        (names[i % 8].to_owned(), format!("{:04}", 1000 + i * 7 + slip), day)
    };
    let left: Vec<Row> = (0..210).map(|i| person(i, 0)).collect();
    let right: Vec<Row> = (60..190).map(|i| person(i, usize::from(i % 5 == 0))).collect();
    let numbered = |rows: &'_ [Row], first: usize| -> Vec<(usize, Row)> {
        rows.iter().enumerate().map(|(i, row)| (first + i, row.clone())).collect()
    };
    let written = |name: &str, rows: &[(usize, Row)]| {
        file(folder.path(), name, &rows.iter().map(|(i, row)| (*i, row)).collect::<Vec<_>>())
    };
    let (a, b) = (written("a.csv", &numbered(&left, 0)), written("b.csv", &numbered(&right, 1000)));
    let linked = |left: &str, right: &str| {
        link(&spec, &Request { left, right: Some(right), ..Request::default() }, &|_| {}).unwrap()
    };
    let (one, other) = (linked(&a, &b), linked(&b, &a));
    assert!(one.count(Decision::Link) > 50);
    let (one, other) = (pairs(folder.path(), &one), pairs(folder.path(), &other));
    assert!(same(&one, &other), "{one:?} {other:?}");
}

#[test]
fn a_chain_over_a_contradiction_stays_apart() {
    let folder = tempfile::tempdir().unwrap();
    let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    // Father and son of one name: the middle row fits both, and they cannot be one.
    let mut rows = vec![row("zhang", "1001", "1950-01-02"), row("zhang", "", ""), row("zhang", "2001", "1972-12-30")];
    rows.extend((0..12).map(|i| row(&format!("name{i}"), &format!("90{i:02}"), "1961-03-04")));
    rows.extend((0..12).map(|i| row(&format!("name{i}"), &format!("90{i:02}"), "1961-03-04")));
    let numbered: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    let linkage = run(&file(folder.path(), "a.csv", &numbered), None);
    for members in clusters(folder.path(), &linkage).values() {
        assert!(!(members.contains("r0") && members.contains("r2")), "{members:?}");
    }
    assert!(linkage.contradictions > 0);
}

#[test]
fn what_is_measured_is_what_runs_unmeasured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let row = |i: usize| format!("r{i},name{},{},19{}-01-02,E{}\n", i % 40, 1000 + i % 45, 50 + i % 35, i * 7 % 40);
    let rows: String = (0..120).map(row).collect();
    std::fs::write(&path, format!("id,name,number,birth,entity\n{rows}")).unwrap();
    // So few random pairs that which are drawn matters.
    let spec = Spec::parse(Path::new("spec.toml"), &format!("{SPEC}[training]\nrandom_pairs = 300\n")).unwrap();
    let left = path.to_string_lossy();
    let run = |truth| link(&spec, &Request { left: &left, truth, ..Request::default() }, &|_| {}).unwrap();
    let (plain, measured) = (run(None), run(Some("entity")));
    assert!(measured.evaluation.is_some());
    assert_eq!(pairs(folder.path(), &plain), pairs(folder.path(), &measured));
}
