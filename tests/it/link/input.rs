//! What files say and how: headers, missing columns, quotes, words for nothing, dates.

use super::*;

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
fn the_order_of_dates_is_told_by_the_other_file_or_by_later_rows() {
    let bench = Bench::new();
    let spec = "id = \"id\"\n\
        [[column]]\nname = \"name\"\n\
        [[column]]\nname = \"dob\"\ntype = \"date\"\n\
        [[block]]\nsql = \"l.name = r.name and l.dob = r.dob\"\n\
        [[comparison]]\nname = \"name\"\nlevels = [{ kind = \"exact\" }]\n\
        [[comparison]]\nname = \"dob\"\nlevels = [{ kind = \"exact\" }]\n";
    let (spec, out) = (bench.file("spec.toml", spec), bench.text("o.csv"));
    let names = |i: usize| ["anna", "bert", "carl", "dora"][i % 4];
    let list = |rows: &mut dyn Iterator<Item = (usize, String)>| {
        rows.fold("id,name,dob\n".to_owned(), |text, (i, day)| text + &format!("{i},{},{day}\n", names(i)))
    };
    let iso = list(&mut (0..24).map(|i| (i, format!("19{}-{:02}-{:02}", 50 + i, 1 + i % 12, 1 + i % 24))));
    // Months first; of the first twelve no day tells it.
    let american = |i: usize| format!("{:02}/{:02}/19{}", 1 + i % 12, 1 + i % 24, 50 + i);
    let all = list(&mut (0..24).map(|i| (i, american(i))));
    let open = list(&mut (0..12).map(|i| (i, american(i))));
    let link = |left: &str, right: &str| {
        let (left, right) = (bench.file("left.csv", left), bench.file("right.csv", right));
        let told = done(&["link", "--spec", &spec, "--left", &left, "--right", &right, "--out", &out]);
        let met = told.split(" 比对").next().unwrap().rsplit(' ').next().unwrap().parse::<usize>().unwrap();
        (met, told.contains("whether day or month comes first"))
    };
    assert_eq!(link(&all, &iso), (24, false));
    assert_eq!(link(&open, &all), (12, false), "the other file tells");
    assert!(link(&open, &iso).1, "no file tells, and it is said");
    let empty = list(&mut (100..34_000).map(|i| (i, String::new())));
    let late = empty + all.split_once('\n').unwrap().1;
    assert_eq!(link(&late, &iso).0, 24, "rows far below tell");
}
