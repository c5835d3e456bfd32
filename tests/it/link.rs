//! `mingjing link`: any spec on any tables.

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
fn a_column_may_have_several_headers_or_be_missing() {
    let bench = Bench::new();
    let left = bench.file("left.csv", "id,surname,first\n1,bell,anna\n2,cole,bert\n3,bell,carl\n");
    let right = bench.file("right.csv", "key,family name\n7,bell\n8,cole\n9,dorn\n");
    let spec = "id = [\"id\", \"key\"]\n\
        [[column]]\nname = \"surname\"\nfrom = [\"surname\", \"family name\"]\n\
        [[column]]\nname = \"first\"\noptional = true\n\
        [[column]]\nname = \"known\"\nsql = \"coalesce(first, surname)\"\n\
        [[block]]\nsql = \"l.surname = r.surname\"\n\
        [[comparison]]\nname = \"surname\"\nlevels = [{ kind = \"exact\" }]\n\
        [[comparison]]\nname = \"known\"\nlevels = [{ kind = \"exact\" }]\n";
    let (file, out) = (bench.file("spec.toml", spec), bench.text("o.csv"));
    done(&["link", "--spec", &file, "--left", &left, "--right", &right, "--out", &out]);
    let pairs: Vec<_> =
        csv_rows(Path::new(&out)).iter().map(|row| format!("{}-{}", row["left_id"], row["right_id"])).collect();
    assert_eq!(pairs, ["1-7", "2-8", "3-7"]);
    let file = bench.file("strict.toml", &spec.replace("optional = true\n", ""));
    let said = failed(&["link", "--spec", &file, "--left", &left, "--right", &right, "--out", &out]);
    assert!(said.contains("right.csv") && said.contains("\"first\"") && said.contains("key, family name"), "{said}");
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

#[test]
fn what_a_file_lacks_or_says_in_vain_is_told() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let left = bench.file("left.csv", "Given Name,PRICE\nanna,12\nbert,twelve\nanna,12\nbert,13 or so\n");
    let told = done(&["link", "--spec", &spec, "--left", &left, "--out", &out]);
    for part in [
        "named by number",
        "found price",
        "absent note",
        "price: 2",
        "row 2: \"twelve\"",
        "\"given_name\" only repeats",
    ] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    assert!(csv_rows(Path::new(&out)).iter().any(|row| row["left_id"] == "1" && row["right_id"] == "3"));
}

#[test]
fn a_quote_that_is_not_closed_is_refused() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let row = |i: usize, name: &str| format!("{i},{name},{i},fine\n");
    let file = |bad: &dyn Fn(usize) -> Option<&'static str>| {
        (0..300).map(|i| row(i, bad(i).unwrap_or("anna"))).fold("id,given_name,price,note\n".to_owned(), |a, b| a + &b)
    };
    let call = |text: &str| {
        vec![
            "link".to_owned(),
            "--spec".into(),
            spec.clone(),
            "--left".into(),
            bench.file("left.csv", text),
            "--out".into(),
            out.clone(),
        ]
    };
    let said = |text: &str| failed(&call(text).iter().map(String::as_str).collect::<Vec<_>>());
    let open = said(&file(&|i| (i == 99).then_some("\"mitch")));
    assert!(
        ["left.csv", "line 101", "given_name", "end of the file", "close the quote"].iter().all(|p| open.contains(p)),
        "{open}"
    );
    // A later quote closes it, many lines on.
    let closed = said(&file(&|i| match i {
        99 => Some("\"mitch"),
        280 => Some("mitch\""),
        _ => None,
    }));
    assert!(["left.csv", "line 101", "given_name", "182 lines"].iter().all(|part| closed.contains(part)), "{closed}");
    // A cell of two lines is a cell.
    let fine = file(&|i| (i == 99).then_some("\"an\nna\""));
    let told = done(&call(&fine).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.contains("300 行"), "{told}");
    // So is a long text, and one in a row that lacks its last cells.
    let long = format!("300,anna,1,\"{}\"\n301,\"an\nna\"\n", "a line, of a note\n".repeat(150));
    let told = done(&call(&(file(&|_| None) + &long)).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.contains("302 行"), "{told}");
}

#[test]
fn names_and_rows_that_are_there_twice_are_told() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", &format!("relation = \"one_to_one\"\n{PERSONS}")), bench.text("o.csv"));
    let left = bench.file("left.csv", "id,given_name\n1,anna\n2,bert\n2,carl\n");
    let right = bench.file("right.csv", "id,given_name\n7,anna\n8,anna\n9,dora\n");
    let call = |more: &[&str]| {
        let call = ["link", "--spec", &spec, "--left", &left, "--right", &right, "--out", &out];
        done(&[&call[..], more].concat())
    };
    let told = call(&[]);
    for part in ["left.csv: 1 个编号", "first 首见 \"2\"", "right.csv: 1 行与他行全同", "--relation"] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    // What competed does so no longer.
    let probability = || csv_rows(Path::new(&out))[0]["probability"].parse::<f64>().unwrap();
    let one = probability();
    let told = call(&["--relation", "one_to_many"]);
    assert!(probability() > one && !told.contains("全同"), "{told}");
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
fn persons_may_have_one_name_for_all() {
    let bench = Bench::new();
    let (spec, out) = (model("persons_any.toml"), bench.text("o.csv"));
    let row = |i: usize| format!("{i},Name{i} Mid Family{i},19{}-04-09\n", 30 + i);
    let rows: String = (0..40).map(row).collect();
    let left = bench.file("left.csv", &format!("id,full name,dob\n{rows}"));
    let row = |i: usize| format!("{i},family{i},name{i},19{}-04-09\n", 30 + i);
    let rows: String = (0..40).map(row).collect();
    let right = bench.file("right.csv", &format!("id,surname,given name,dob\n{rows}"));
    let call = |left: &str| -> Vec<String> {
        ["link", "--spec", &spec, "--left", left, "--right", &right, "--out", &out].map(str::to_owned).to_vec()
    };
    done(&call(&left).iter().map(String::as_str).collect::<Vec<_>>());
    let rows = csv_rows(Path::new(&out));
    let links = rows.iter().filter(|row| row["decision"] == "link");
    assert!(links.clone().all(|row| row["left_id"] == row["right_id"]));
    assert!(links.clone().count() == 40, "{}", links.count());
    assert!(rows.iter().all(|row| row["left_id"] != row["right_id"] || row["level_surname"] == "exact"));
    let none = bench.file("none.csv", "id,town,dob\n1,bay,1956-04-09\n");
    let said = failed(&call(&none).iter().map(String::as_str).collect::<Vec<_>>());
    assert!(["none.csv", "given_name", "full_name", "id, town, dob"].iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn words_for_nothing_and_bytes_that_are_no_text_are_told() {
    let bench = Bench::new();
    let (spec, out) = (bench.file("spec.toml", PERSONS), bench.text("o.csv"));
    let rows = "1,NULL,NA\n2,NULL,12\n3,Null,--\n4,张伟,12\n5,李娜李娜李娜李娜李娜,12\n";
    let left = bench.file("left.csv", &format!("id,given_name,price\n{rows}"));
    let call = ["link", "--spec", &spec, "--left", &left, "--out", &out];
    let told = done(&call);
    for part in ["given_name: 2 格", "row 1: \"NULL\"", "price: 2 格", "row 1: \"NA\""] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    assert!(csv_rows(Path::new(&out)).is_empty(), "two rows without a name share none");
    let kept = bench.file("kept.toml", &format!("placeholders = false\n{PERSONS}"));
    let told = done(&["link", "--spec", &kept, "--left", &left, "--out", &out]);
    assert!(!told.contains("given_name: 2") && csv_rows(Path::new(&out)).len() == 1, "{told}");
    // One byte that is none leaves all others what they are.
    let mut bytes = String::from("id,given_name\n1,张伟\n2,张伟\n3,李娜李娜李娜李娜李娜\n4,?\n").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xff;
    fs::write(&left, bytes).unwrap();
    let told = done(&[&call[..], &["--explain", "1", "2"]].concat());
    assert!(told.contains("1 处不是合法的 UTF-8") && told.contains("张伟 | 张伟"), "{told}");
}

#[test]
fn a_countys_own_registers_are_read_by_their_headers() {
    let bench = Bench::new();
    let person = |i: usize| {
        format!(
            "4399311948{:02}0400{:02}X,李顺{i},1948{:02}04,138001380{i:02},柳树村{i}组\n",
            1 + i % 12,
            i,
            1 + i % 12
        )
    };
    let rows: String = (10..40).map(person).collect();
    let left = bench.file("left.csv", &format!("公民身份号码,姓名,出生日期,联系电话,户籍地址\n{rows}"));
    let owner = |i: usize| format!("李顺{i},138001380{i:02}\n");
    let rows: String = (10..40).map(owner).collect();
    let right = bench.file("right.csv", &format!("所有人姓名,联系电话\n{rows}"));
    let (spec, out) = (model("persons.toml"), bench.text("o.csv"));
    let told = done(&["link", "--spec", &spec, "--left", &left, "--right", &right, "--out", &out]);
    assert!(told.contains("有 found id_number, name, birth_date, phone, address; 无 absent –"), "{told}");
    let rows = csv_rows(Path::new(&out));
    let links: Vec<_> = rows.iter().filter(|row| row["decision"] == "link").collect();
    assert!(links.len() == 30 && links.iter().all(|row| row["left_id"] == row["right_id"]), "{told}");
    let nobody = bench.file("nobody.csv", "金额,联系电话\n1,13800138010\n");
    let said = failed(&["link", "--spec", &spec, "--left", &left, "--right", &nobody, "--out", &out]);
    assert!(["nobody.csv", "姓名", "身份证号"].iter().all(|part| said.contains(part)), "{said}");
}

#[test]
fn a_birth_is_the_same_however_it_is_written() {
    let bench = Bench::new();
    let (spec, out) = (model("persons_any.toml"), bench.text("o.csv"));
    let born = |i: usize| (1930 + i, 1 + i % 12, 1 + i * 5 % 28);
    let file = |name: &str, header: &str, born: &dyn Fn(usize) -> String| {
        let rows: String = (0..40).map(|i| format!("{i},name{i},family{i},{}\n", born(i))).collect();
        bench.file(name, &format!("id,first name,surname,{header}\n{rows}"))
    };
    let iso = file("iso.csv", "dob", &|i| format!("{}-{:02}-{:02}", born(i).0, born(i).1, born(i).2));
    for (name, form) in [
        ("american.csv", &(|i| format!("{:02}/{:02}/{}", born(i).1, born(i).2, born(i).0)) as &dyn Fn(usize) -> String),
        ("british.csv", &|i| format!("{}/{}/{}", born(i).2, born(i).1, born(i).0)),
        ("moments.csv", &|i| format!("{}-{:02}-{:02} 00:00:00", born(i).0, born(i).1, born(i).2)),
        ("digits.csv", &|i| format!("{}{:02}{:02}", born(i).0, born(i).1, born(i).2)),
    ] {
        let right = file(name, "date of birth", form);
        done(&["link", "--spec", &spec, "--left", &iso, "--right", &right, "--out", &out]);
        let rows = csv_rows(Path::new(&out));
        let own = rows.iter().filter(|row| row["left_id"] == row["right_id"]);
        assert!(own.clone().all(|row| row["level_birth"] == "exact" && row["decision"] == "link"), "{name}");
        assert_eq!(own.count(), 40, "{name}");
    }
    // An age is no year.
    let aged = file("aged.csv", "dob,age", &|i| format!("{}-{:02}-{:02},{}", born(i).0, born(i).1, born(i).2, 94 - i));
    done(&["link", "--spec", &spec, "--left", &iso, "--right", &aged, "--out", &out]);
    let rows = csv_rows(Path::new(&out));
    assert!(rows.iter().all(|row| row["level_age"].is_empty()), "a birth date says it already");
    assert_eq!(rows.iter().filter(|row| row["decision"] == "link").count(), 40);
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
