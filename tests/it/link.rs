//! `mingjing link`: any spec on any tables.

mod input;
mod judged;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{csv_rows, done, failed, fixture, refused};

fn model(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/linkage").join(name).to_string_lossy().into_owned()
}

fn data(name: &str) -> String {
    fixture("linkage").join(name).to_string_lossy().into_owned()
}

fn number(text: &str, after: &str) -> f64 {
    let rest = text.split_once(after).unwrap_or_else(|| panic!("no {after:?} in\n{text}")).1.trim_start();
    rest.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap().parse().unwrap()
}

/// A spec of persons with a number column.
const PERSONS: &str = "id = [\"id\", \"key\"]\n\
    [[column]]\nname = \"given_name\"\n\
    [[column]]\nname = \"price\"\noptional = true\ntype = \"number\"\n\
    [[column]]\nname = \"note\"\noptional = true\n\
    [[column]]\nname = \"entity\"\nsql = \"left(given_name, 1)\"\n\
    [[block]]\nsql = \"l.given_name = r.given_name\"\n\
    [[comparison]]\nname = \"given_name\"\nlevels = [{ kind = \"exact\" }]\n\
    [[comparison]]\nname = \"price\"\nlevels = [{ kind = \"exact\" }]\n";

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.text(name)
    }
}

#[test]
fn duplicates_of_a_list_of_persons_are_found() {
    let bench = Bench::new();
    let (pairs, entities) = (bench.text("pairs.csv"), bench.text("entities.csv"));
    let out = done(&[
        "link",
        "--spec",
        &model("persons_email.toml"),
        "--left",
        &data("fake_1000.csv"),
        "--out",
        &pairs,
        "--clusters",
        &entities,
    ]);
    assert!(number(&out, "best F1") > 0.95, "{out}");
    assert!(number(&out, "average precision") > 0.92, "{out}");
    let rows = csv_rows(Path::new(&pairs));
    let links = rows.iter().filter(|row| row["decision"] == "link");
    assert!(links.clone().count() > 1500);
    assert!(
        links
            .clone()
            .all(|row| row["probability"].parse::<f64>().unwrap() >= 0.95 && row["left_id"] != row["right_id"])
    );
    assert!(csv_rows(Path::new(&entities)).len() > 500);
}

#[test]
fn references_are_linked_to_persons_and_a_pair_is_explained() {
    let bench = Bench::new();
    let call = |more: &[&str]| {
        let (spec, left, right, out) =
            (model("persons.toml"), data("persons.csv"), data("references.csv"), bench.text("pairs.parquet"));
        let mut call = vec!["link", "--spec", &spec, "--left", &left, "--right", &right, "--out", &out];
        call.extend(more);
        done(&call)
    };
    let saved = bench.text("model.toml");
    let out = call(&["--truth", "entity", "--save-model", &saved, "--explain", "p0", "r1"]);
    assert!(number(&out, "best F1") > 0.97, "{out}");
    for part in ["prior: 1 in", "birth_date:", "probability 1.", "kept apart"] {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
    // The next delivery is linked with the model of the last, to the same result.
    let again = call(&["--truth", "entity", "--model", &saved]);
    assert_eq!(number(&out, "average precision"), number(&again, "average precision"));
    let first = fs::read(bench.path("pairs.parquet")).unwrap();
    call(&["--truth", "entity", "--model", &saved]);
    assert_eq!(first, fs::read(bench.path("pairs.parquet")).unwrap(), "the same input gives the same bytes");
}

#[test]
fn what_compared_nothing_saves_no_model() {
    let bench = Bench::new();
    let header = "id,id_number,name,birth_date,phone,address\n";
    let left =
        bench.file("left.csv", &format!("{header}u,439931194810040152,李顺昌,1948-10-04,13800138000,柳树村3组12号\n"));
    let right = bench.file("right.csv", &format!("{header}v,,,,,\n"));
    let (out, saved) = (bench.text("pairs.csv"), bench.text("model.toml"));
    let said = failed(&[
        "link",
        "--spec",
        &model("persons.toml"),
        "--left",
        &left,
        "--right",
        &right,
        "--out",
        &out,
        "--save-model",
        &saved,
    ]);
    assert!(said.contains("no two rows were compared") && said.contains("model.toml is not written"), "{said}");
    assert!(!bench.path("model.toml").exists() && bench.path("pairs.csv").exists());
}

#[test]
fn every_spec_that_is_shipped_runs() {
    for (spec, header, row) in [
        (
            "persons_any.toml",
            "First Name,Last-Name,Date of Birth,City,E-Mail",
            "anna,bell,1956-04-09,bay,anna@bell.org",
        ),
        (
            "persons_western.toml",
            "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id",
            "rec-1-org, anna, bell, 7, wall st, , bay, 2119, sa, 19560409, 1804974",
        ),
        (
            "persons_any.toml",
            "unique_id,cluster,full_name,dob,birth_place,postcode_fake,occupation",
            "u,Q1,\"Bell, Anna Maria\",1856-04-09,bath,ba1 1aa,\"['poet', 'painter']\"",
        ),
        (
            "bibliographic.toml",
            "id,title,authors,venue,year",
            "u,On the linkage of records,\"I Fellegi, A Sunter\",JASA,1969",
        ),
        (
            "products.toml",
            "id,name,description,manufacturer,price",
            "u,Sony DSC-T77 camera,a small camera,Sony,$199.00",
        ),
        (
            "places.toml",
            "id,name,addr,city,phone,type",
            "u,Arnie's,435 S. La Cienega Blvd,Los Angeles,310/246-1501,American",
        ),
        (
            "persons.toml",
            "id,id_number,name,birth_date,phone,address",
            "u,439931194810040152,李顺昌,1948-10-04,13800138000,柳树村3组12号",
        ),
        (
            "persons_voters.toml",
            "id,first_name,last_name,gender,age,res_street_address,city,zip_code",
            "u,anna,bell,f,56,7 wall st,bay,27001",
        ),
        (
            "music.toml",
            "TID,CID,number,title,length,artist,album,year,language",
            "u,1,7,007-Night and Day,3m 25sec,Cole Porter,Songs,'34,Eng.",
        ),
        ("transactions.toml", "unique_id,memo,transaction_date,amount", "u,rent may 0077,2022-05-02,120.50"),
    ] {
        let bench = Bench::new();
        let (first, rest) = row.split_once(',').unwrap();
        let rows: String = (0..3).map(|i| format!("{first}{i},{rest}\n")).collect();
        let left = bench.file("left.csv", &format!("{header}\n{rows}"));
        let right = bench.file("right.csv", &format!("{header}\n{rows}"));
        let out =
            done(&["link", "--spec", &model(spec), "--left", &left, "--right", &right, "--out", &bench.text("o.csv")]);
        assert!(out.contains("links"), "{spec}: {out}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let bench = Bench::new();
    let left = bench.file("left.csv", "id,name\n1,anna\n2,bert\n3,anna\n");
    let complaint = |spec: &str| {
        let spec = bench.file("spec.toml", spec);
        failed(&["link", "--spec", &spec, "--left", &left, "--out", &bench.text("o.csv")])
    };
    let good = "[[column]]\nname = \"name\"\n[[block]]\nsql = \"l.name = r.name\"\n[[comparison]]\nname = \"name\"\nlevels = [{ kind = \"exact\" }]\n";
    for (from, to, parts) in [
        ("kind = \"exact\"", "kind = \"exact\", at_leest = 1", &["comparison[0].levels[0]", "at_leest"][..]),
        (
            "kind = \"exact\"",
            "kind = \"days\", at_most = 3",
            &["comparison[0].levels[0]", "\"name\" is of type text", "date"],
        ),
        ("kind = \"exact\"", "kind = \"jaro_winkler\", at_least = 92", &["comparison[0].levels[0]", "between 0 and 1"]),
        ("kind = \"exact\"", "kind = \"exat\"", &["comparison[0].levels[0]", "exat", "jaro_winkler"]),
        ("kind = \"exact\"", "kind = \"jaro_winkler\"", &["comparison[0].levels[0]", "at_least"]),
        (
            "kind = \"exact\"",
            "kind = \"jaro_winkler\", at_least = \"high\"",
            &["comparison[0].levels[0]", "high", "expected f64"],
        ),
        ("[[column]]\nname = \"name\"", "[[column]]\nname = \"name\"\nfrom = 3", &["column[0].from", "a header"]),
        ("l.name = r.name", "l.nam = r.nam", &["block[0]", "nam"]),
        ("l.name = r.name", "l.name < r.name", &["block[0]", "equality"]),
        ("[[block]]", "colour = 1\n[[block]]", &["column[0]", "colour"]),
        (
            "[[column]]\nname = \"name\"",
            "[[column]]\nname = \"name\"\nfrom = \"nom\"",
            &["left.csv", "\"nom\"", "id, name"],
        ),
        ("[[comparison]]", "[thresholds]\nlink = 0.1\nreview = 0.5\n[[comparison]]", &["thresholds.review", "above"]),
    ] {
        assert!(good.contains(from));
        let said = complaint(&good.replacen(from, to, 1));
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} not all in {said}");
    }
    for (from, to, parts) in [
        ("kind = \"exact\"", "kind = \"exact", &["spec.toml: line 7"][..]),
        ("[[block]]", "colour = 1\n[[block]]", &["column[0]", "line 3"]),
    ] {
        let said = complaint(&good.replacen(from, to, 1));
        assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} not all in {said}");
    }
    let cast = good.replacen("[[block]]", "[[column]]\nname = \"n\"\nsql = \"cast(name as double)\"\n[[block]]", 1);
    let said = complaint(&cast);
    assert!(["column[1].sql", "left.csv", "anna"].iter().all(|part| said.contains(part)), "{said}");
    let missing = failed(&["link", "--spec", "nowhere.toml", "--left", &left, "--out", "o.csv"]);
    assert!(missing.contains("nowhere.toml"), "{missing}");
}

#[test]
fn no_pair_is_an_empty_result_and_a_warning() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let left = bench.file("left.csv", "id,given_name,entity\n1,anna,A\n2,bert,A\n");
    let told = done(&["link", "--spec", &spec, "--left", &left, "--truth", "entity", "--out", &out]);
    assert!(told.contains("make no pair") && told.contains("0 of 1 true pairs"), "{told}");
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.starts_with("left_id,right_id,weight") && text.lines().count() == 1, "{text}");
}

#[test]
fn labels_train_no_model_that_is_given() {
    let said = refused(&[
        "link",
        "--spec",
        "s.toml",
        "--left",
        "l.csv",
        "--out",
        "o.csv",
        "--labels",
        "j.csv",
        "--train-on-labels",
        "--model",
        "m.toml",
    ]);
    assert!(said.contains("--train-on-labels") && said.contains("--model"), "{said}");
}
