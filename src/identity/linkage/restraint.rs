//! Whom the shipped spec of persons does not take for one: those who share everything but what tells them
//! apart, planted among a made population.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;

/// People: name of the row, number, name, birth date, phone, address.
const PEOPLE: [[&str; 6]; 8] = [
    ["father", "439902195003120036", "王建国", "1950-03-12", "13907310001", "桃树村7组1号"],
    ["son", "439902197508210132", "王建军", "1975-08-21", "13907310001", "桃树村7组1号"],
    ["elder", "439902194807050024", "王秀英", "1948-07-05", "", "桃树村2组9号"],
    ["younger", "439902196201190048", "王秀英", "1962-01-19", "", "桃树村5组3号"],
    ["hong", "439902200103120029", "陈小红", "2001-03-12", "13907310002", "桃树村4组6号"],
    ["lan", "439902200103120045", "陈小兰", "2001-03-12", "13907310002", "桃树村4组6号"],
    ["zhou", "43990219810406011X", "周明", "1981-04-06", "13907310003", "桃树村1组8号"],
    ["lunar", "439902196909020159", "郑海", "1969-09-02", "13907310004", "桃树村9组2号"],
];

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Decision and probability of each planted reference with each planted person that it was compared with.
fn decided(references: &[[&str; 6]]) -> BTreeMap<(String, String), (Decision, f64)> {
    let folder = tempfile::tempdir().unwrap();
    let file = |made: &str, rows: &[[&str; 6]]| {
        let text = std::fs::read_to_string(shipped("fixtures/linkage").join(made)).unwrap();
        let rows: String = rows.iter().map(|row| format!("{},planted\n", row.join(","))).collect();
        let path = folder.path().join(made);
        std::fs::write(&path, text + &rows).unwrap();
        path.to_string_lossy().into_owned()
    };
    let (left, right) = (file("persons.csv", &PEOPLE), file("references.csv", references));
    // Fewer random pairs than in earnest, so that the tests are quick.
    let path = shipped("models/linkage/persons.toml");
    let text = std::fs::read_to_string(&path).unwrap() + "\n[training]\nrandom_pairs = 30000\n";
    let spec = Spec::parse(&path, &text).unwrap();
    let request = Request { left: &left, right: Some(&right), ..Request::default() };
    let linkage = link(&spec, &request, &|_| {}).unwrap();
    let planted = |id: &str| PEOPLE.iter().any(|row| row[0] == id);
    let pairs = linkage.decided().filter(|pair| planted(&pair.0));
    pairs.map(|(a, b, p, decision)| ((a, b), (decision, p))).collect()
}

/// The one person that a reference is linked with.
fn linked(found: &BTreeMap<(String, String), (Decision, f64)>, reference: &str) -> Option<String> {
    let mut links = found.iter().filter(|((_, b), (decision, _))| b == reference && *decision == Decision::Link);
    let one = links.next().map(|((a, _), _)| a.clone());
    assert!(links.next().is_none(), "{reference} is linked twice: {found:?}");
    one
}

#[test]
fn father_and_son_of_one_phone_and_home_stay_two() {
    let found = decided(&[
        ["to son", "", "王建军", "1975-08-21", "13907310001", "桃树村7组1号"],
        ["to father", "43990219500312003", "王建国", "", "13907310001", ""],
        ["to neither", "", "王建文", "", "13907310001", "桃树村7组1号"],
    ]);
    assert_eq!(linked(&found, "to son").as_deref(), Some("son"), "{found:?}");
    assert_eq!(linked(&found, "to father").as_deref(), Some("father"), "{found:?}");
    assert_eq!(linked(&found, "to neither"), None, "{found:?}");
}

#[test]
fn twins_are_told_apart_by_name_or_not_at_all() {
    let found = decided(&[
        ["to hong", "439902200103120092", "陈小红", "2001-03-12", "13907310002", "桃树村4组6号"],
        ["to lan", "43990220010312004", "陈小兰", "2001-03-12", "13907310002", ""],
        ["to either", "", "陈小", "2001-03-12", "13907310002", "桃树村4组6号"],
    ]);
    assert_eq!(linked(&found, "to hong").as_deref(), Some("hong"), "{found:?}");
    assert_eq!(linked(&found, "to lan").as_deref(), Some("lan"), "{found:?}");
    assert_eq!(linked(&found, "to either"), None, "{found:?}");
}

#[test]
fn a_name_that_villagers_share_links_nobody() {
    let found = decided(&[
        ["name alone", "", "王秀英", "", "", ""],
        ["a third", "439902197011230066", "王秀英", "1970-11-23", "", "桃树村8组5号"],
        ["elder herself", "439902194807050042", "王秀英", "1948-07-05", "", "桃树村2组9号"],
    ]);
    assert_eq!(linked(&found, "name alone"), None, "{found:?}");
    assert_eq!(linked(&found, "a third"), None, "{found:?}");
    assert_eq!(linked(&found, "elder herself").as_deref(), Some("elder"), "{found:?}");
}

#[test]
fn two_valid_numbers_of_two_birth_dates_are_never_one() {
    // Everything else agrees with Zhou.
    let number = "439902199308150015";
    assert!(crate::domain::id_number::fault(number).is_none());
    let found = decided(&[["contradicts", number, "周明", "1993-08-15", "13907310003", "桃树村1组8号"]]);
    assert!(!found.contains_key(&("zhou".to_owned(), "contradicts".to_owned())), "{found:?}");
}

#[test]
fn a_lunar_birth_date_is_the_solar_one() {
    // The second of the ninth month of 1969 was 12 October.
    let found = decided(&[["lunar date", "", "郑海", "1969-10-12", "13907310004", ""]]);
    assert_eq!(linked(&found, "lunar date").as_deref(), Some("lunar"), "{found:?}");
}

#[test]
fn one_thread_or_many_come_to_the_same() {
    let references = [["to son", "", "王建军", "1975-08-21", "13907310001", "桃树村7组1号"]];
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| decided(&references))
    };
    assert_eq!(with(1), with(5));
}
