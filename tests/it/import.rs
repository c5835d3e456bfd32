//! Delivered files become a snapshot: books that balance, deliveries that build on each other, faults
//! that leave the former snapshot in force.

mod formats;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Desk, LI, ZENG, csv_rows, done, failed, fixture, mingjing, payments};

fn rows(manifest: &Value, table: &str) -> u64 {
    manifest["tables"][table]["rows"].as_u64().unwrap_or(0)
}

fn count(source: &Value, what: &str) -> u64 {
    source[what].as_u64().unwrap()
}

#[test]
fn the_books_of_a_dirty_county_balance_and_name_every_planted_fault() {
    let desk = Desk::new();
    let manifest = desk.import(&[fixture("county/exports")], &[]);
    let mut planted: BTreeMap<(String, &str), Vec<u64>> = BTreeMap::new();
    for fault in csv_rows(&fixture("county/dirt.csv")) {
        let kind = match fault["kind"].as_str() {
            "duplicate_row" => "duplicate",
            "missing_required" | "broken_required" => "quarantined",
            "blank_line" => "blank",
            _ => continue,
        };
        planted.entry((fault["file"].clone(), kind)).or_default().push(fault["row"].parse().unwrap());
    }
    assert!(planted.len() > 5, "the fixture county is not dirty");
    for source in manifest["sources"].as_array().unwrap() {
        let file = source["source"]["name"].as_str().unwrap();
        assert_eq!(
            count(source, "read"),
            count(source, "accepted") + count(source, "duplicate") + count(source, "quarantined"),
            "{file}"
        );
        for kind in ["duplicate", "quarantined", "blank"] {
            let rows = planted.get(&(file.to_owned(), kind)).map_or(0, Vec::len);
            assert_eq!(count(source, kind), rows as u64, "{file}: {kind}");
        }
    }
    let mut expected: Vec<String> = planted
        .iter()
        .filter(|((_, kind), _)| *kind == "quarantined")
        .flat_map(|((file, _), rows)| rows.iter().map(move |row| format!("{file},{row}")))
        .collect();
    expected.sort();
    let mut found = desk.query(
        "SELECT f.path, source_row(q.row_id) FROM quarantine q JOIN source_file f ON f.file_no = source_file(q.row_id)",
    );
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn the_same_bytes_give_the_same_snapshot() {
    let (first, second) = (Desk::small(), Desk::small());
    let one = first.import_all();
    assert_eq!(one["id"], second.import_all()["id"]);
    assert_eq!(one["id"], first.import_all()["id"], "again, onto itself");
    let list = done(&["snapshots", "list", "--data", first.data().to_str().unwrap()]);
    assert_eq!(list.lines().count(), 1, "{list}");
}

#[test]
fn a_month_is_added_and_a_register_replaced() {
    let desk = Desk::small();
    let before = desk.import_all();
    let april = desk.path("april");
    fs::create_dir(&april).unwrap();
    // A payment that was delivered before comes again: it is a duplicate.
    fs::write(april.join("payment-2024-04.csv"), payments(&["2024-03", "2024-04"])).unwrap();
    fs::write(
        april.join("救助待遇.csv"),
        "待遇编号,家庭编号,救助类型,保障人数,月保障金额,开始月份\nDB1,JT1,低保,2,800.00,2023-06\nDB2,JT1,临时救助,2,500.00,2024-04\n",
    )
    .unwrap();
    let after = desk.import(&[april], &[]);
    assert_eq!(after["based_on"], before["id"]);
    assert_eq!((rows(&before, "payment"), rows(&after, "payment")), (3, 4));
    assert_eq!((rows(&before, "award"), rows(&after, "award")), (1, 2));
    assert_eq!(rows(&after, "person"), 2, "what was not delivered stays");
    let months = desk.query("SELECT month, award_key IS NOT NULL FROM payment ORDER BY month");
    assert_eq!(months, ["2024-01-01,true", "2024-02-01,true", "2024-03-01,true", "2024-04-01,true"]);
    let diff = done(&[
        "snapshots",
        "diff",
        before["id"].as_str().unwrap(),
        after["id"].as_str().unwrap(),
        "--data",
        desk.data().to_str().unwrap(),
    ]);
    assert!(diff.contains("payment") && diff.contains("3 → 4") && diff.contains("payment-2024-04.csv"), "{diff}");

    let replaced =
        desk.import(&[desk.path("april")], &["--replace", "payment", "--onto", before["id"].as_str().unwrap()]);
    assert_eq!(rows(&replaced, "payment"), 2);
}

/// A month is often exported under one name each time, into a folder of its own.
#[test]
fn files_of_one_name_are_told_apart_and_each_row_is_found_in_its_own() {
    let desk = Desk::small();
    let month = |name: &str, month: &str| {
        fs::create_dir_all(desk.path(name)).unwrap();
        fs::write(desk.path(name).join("发放明细.csv"), payments(&[month])).unwrap();
        desk.path(name)
    };
    desk.import_all();
    let april = month("april", "2024-04");
    let first = desk.import(std::slice::from_ref(&april), &[]);
    let again = desk.import(&[april], &[]);
    assert_eq!(first["id"], again["id"], "the same bytes again");
    desk.import(&[month("may", "2024-05")], &[]);
    let placed = desk.query(
        "SELECT p.month, f.path FROM payment AS p JOIN source_file AS f ON f.file_no = source_file(p.row_id)
         WHERE p.month >= DATE '2024-03-01' ORDER BY p.month",
    );
    let files: Vec<&str> = placed.iter().map(|row| row.split(',').nth(1).unwrap()).collect();
    assert_eq!(files[0], "发放明细.csv");
    assert!(files[1].starts_with("发放明细.csv (") && files[2].starts_with("发放明细.csv ("), "{files:?}");
    assert_ne!(files[1], files[2]);
    let names = desk.query("SELECT count(*), count(DISTINCT path) FROM source_file");
    assert_eq!(names[0].split(',').next(), names[0].split(',').nth(1), "{names:?}");
    let corrected = desk.import(&[desk.path("april")], &["--replace", "payment"]);
    assert_eq!(rows(&corrected, "payment"), 1, "what replaces all has its own name");
    let named = "SELECT DISTINCT f.path FROM payment AS p JOIN source_file AS f ON f.file_no = source_file(p.row_id)";
    assert_eq!(desk.query(named), ["发放明细.csv"]);
}

#[test]
fn a_file_that_is_read_in_another_way_takes_the_place_of_what_it_gave() {
    let desk = Desk::small();
    let mapping = |unit: &str| {
        let path = desk.path("mapping.toml");
        fs::write(&path, format!("[[file]]\nname = '发放明细.csv'\n[file.units]\namount = '{unit}'\n")).unwrap();
        path.display().to_string()
    };
    desk.import(&[desk.exports()], &["--mapping", &mapping("fen")]);
    desk.file("payment-more.csv", &payments(&["2024-04"]));
    desk.import(&[desk.exports()], &["--mapping", &mapping("fen")]);
    assert_eq!(desk.query("SELECT month, amount_fen FROM payment ORDER BY 1").len(), 4);
    let data = desk.data().display().to_string();
    let output =
        mingjing(&["import", desk.exports().to_str().unwrap(), "--data", &data, "--mapping", &mapping("yuan")]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("read in another way now"), "{told}");
    assert_eq!(
        desk.query("SELECT month, amount_fen FROM payment ORDER BY 1"),
        ["2024-01-01,80000", "2024-02-01,80000", "2024-03-01,80000", "2024-04-01,80000"]
    );
    assert_eq!(desk.query("SELECT count(*) FROM quarantine"), ["0"]);
    assert_eq!(desk.query("SELECT count(*) FROM source_file WHERE table_name = 'payment'"), ["2"]);
}

#[test]
fn rows_left_out_for_those_of_a_file_that_is_read_in_another_way_are_not_lost() {
    let desk = Desk::small();
    desk.import_all();
    let first = payments(&["2024-04"]);
    desk.file("payment-a.csv", &first);
    desk.import_all();
    // Of these two rows the first repeats what the other file says.
    desk.file("payment-b.csv", &payments(&["2024-04", "2024-05"]));
    desk.import_all();
    let mapping = desk.path("mapping.toml");
    fs::write(&mapping, "[[file]]\nname = 'payment-a.csv'\n[file.units]\namount = 'fen'\n").unwrap();
    let (mapping, data) = (mapping.display().to_string(), desk.data().display().to_string());
    let alone = desk.exports().join("payment-a.csv").display().to_string();
    let said = failed(&["import", &alone, "--data", &data, "--mapping", &mapping]);
    assert!(["payment-b.csv", "payment-a.csv", "together"].iter().all(|part| said.contains(part)), "{said}");
    let together = [alone, desk.exports().join("payment-b.csv").display().to_string()];
    done(&["import", &together[0], &together[1], "--data", &data, "--mapping", &mapping]);
    let fresh = desk.path("fresh").display().to_string();
    done(&["import", desk.exports().to_str().unwrap(), "--data", &fresh, "--mapping", &mapping]);
    let rows = |data: &str, sql: &str| done(&["query", "--data", data, sql]);
    for sql in [
        "SELECT month, amount_fen FROM payment ORDER BY 1, 2",
        "SELECT path, rows_read, rows_accepted, rows_duplicate, rows_quarantined FROM source_file WHERE table_name = 'payment' ORDER BY 1",
    ] {
        assert_eq!(rows(&data, sql), rows(&fresh, sql));
    }
}

#[test]
fn snapshots_are_listed_shown_and_removed_but_never_the_one_in_force() {
    let desk = Desk::small();
    let old = desk.import_all()["id"].as_str().unwrap().to_owned();
    desk.file("payment-more.csv", &payments(&["2024-04"]));
    let new = desk.import_all()["id"].as_str().unwrap().to_owned();
    let data = desk.data().display().to_string();
    let list = done(&["snapshots", "list", "--data", &data]);
    assert!(list.contains(&format!("* {new}")) && list.contains(&format!("  {old}")), "{list}");
    assert!(done(&["snapshots", "show", &old[..6], "--data", &data]).contains("发放明细.csv"));
    assert!(failed(&["snapshots", "remove", &new, "--data", &data]).contains("in force"));
    done(&["snapshots", "remove", &old, "--data", &data]);
    assert!(failed(&["snapshots", "show", &old, "--data", &data]).contains("no snapshot"));
    assert_eq!(desk.query("SELECT count(*) FROM payment"), ["4"]);
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_former_snapshot_in_force() {
    let desk = Desk::small();
    let id = desk.import_all()["id"].clone();
    desk.file("机动车.xlsx", "this is no workbook");
    let data = desk.data().display().to_string();
    let error = failed(&["import", desk.exports().to_str().unwrap(), "--data", &data]);
    assert!(error.contains("机动车.xlsx"), "{error}");
    let list = done(&["snapshots", "list", "--data", &data]);
    assert!(list.contains(&format!("* {}", id.as_str().unwrap())), "{list}");
    assert_eq!(list.lines().count(), 1);
}

#[test]
fn a_required_table_that_is_missing_is_named() {
    let desk = Desk::small();
    fs::remove_file(desk.exports().join("保障人员.csv")).unwrap();
    let error = failed(&["import", desk.exports().to_str().unwrap(), "--data", desk.data().to_str().unwrap()]);
    assert!(error.contains("award_member") && error.contains("保障人员"), "{error}");
}

#[test]
fn one_number_with_two_contents_is_set_aside_with_both_rows_named() {
    let desk = Desk::small();
    desk.file(
        "救助待遇.csv",
        "待遇编号,家庭编号,救助类型,保障人数,月保障金额,开始月份\nDB1,JT1,低保,2,800.00,2023-06\nDB1,JT1,低保,2,900.00,2023-06\nDB1,JT1,低保,2,800,2023年6月\n",
    );
    let manifest = desk.import_all();
    let source = manifest["sources"].as_array().unwrap().iter().find(|s| s["table"] == "award").unwrap();
    let books = ["read", "accepted", "duplicate", "quarantined"].map(|what| count(source, what));
    assert_eq!(books, [3, 1, 1, 1], "the third row says in other words what the first says");
    let set_aside = desk.query("SELECT kind, source_row(row_id), reason_en, raw FROM quarantine");
    assert_eq!(set_aside.len(), 1);
    assert!(set_aside[0].starts_with("conflict,3,") && set_aside[0].contains("row 2 of 救助待遇.csv"), "{set_aside:?}");
    assert!(set_aside[0].contains("900.00"));
}

/// A list that corrects a former one is added to it: which of the two rows is right, a person decides.
#[test]
fn a_payment_that_is_told_twice_otherwise_is_set_aside() {
    let desk = Desk::small();
    let first = payments(&["2024-01", "2024-02"]);
    desk.file("发放明细.csv", &first);
    desk.file("发放明细-更正.csv", &payments(&["2024-01"]).replace("已发放", "退票"));
    let manifest = desk.import_all();
    let lists = manifest["sources"].as_array().unwrap().iter().filter(|source| source["table"] == "payment");
    let books: u64 = lists.map(|source| count(source, "quarantined")).sum();
    assert_eq!((books, desk.query("SELECT count(*) FROM payment")), (1, vec!["2".to_owned()]));
    let set_aside = desk.query("SELECT kind, reason_en FROM quarantine");
    assert!(
        set_aside[0].starts_with("conflict,") && set_aside[0].contains("the same number as row 2 of"),
        "{set_aside:?}"
    );
    // Two payments of one month bear two numbers.
    desk.file("发放明细-更正.csv", &payments(&["2024-01"]).replace("FF2024-01,", "FF2024-01-2,"));
    desk.import_all();
    assert_eq!(desk.query("SELECT count(*) FROM payment"), ["3"]);
}

#[test]
fn people_are_one_whatever_the_spelling_of_their_number() {
    let desk = Desk::small();
    // 15 digits; a wrong digit with the right name; a swap; a wrong digit with another name.
    desk.file(
        "机动车.csv",
        "号牌号码,所有人身份证号,所有人姓名,车辆类型\n\
         A,439931590803011,曾建华,小型轿车\n\
         B,439931195908030127,曾 建华,小型轿车\n\
         C,439931195908030171,曾建华,小型轿车\n\
         D,439931195908030127,王五,小型轿车\n\
         E,４３９９３１１９５９０８０３０１１７,曾建华,小型轿车\n",
    );
    let manifest = desk.import_all();
    let who = desk.query(
        "SELECT v.plate_no, i.id_number, i.name FROM vehicle v JOIN identity i ON i.person_key = v.owner_key ORDER BY 1",
    );
    let zeng = |plate: &str| format!("{plate},{ZENG},曾建华");
    assert_eq!(
        who,
        [zeng("A"), zeng("B"), zeng("C"), "D,439931195908030127,王五".to_owned(), zeng("E")],
        "the check digit of {LI} plays no part"
    );
    let issues =
        desk.query("SELECT source_row(row_id), fault, method, probability > 0.99 FROM identity_issue ORDER BY 1");
    assert_eq!(issues, ["3,checksum,repaired_digit,true", "4,checksum,repaired_swap,true", "5,checksum,unresolved,"]);
    assert_eq!(manifest["identity"]["inferred"]["vehicle"]["unresolved"], 1);
    assert_eq!(manifest["identity"]["persons"], 3);
}

/// Infants get their number late. One placeholder is not one person, and a family counts all its members.
#[test]
fn people_without_a_number_are_known_in_the_file_of_their_family_alone() {
    let desk = Desk::small();
    desk.file(
        "救助家庭.csv",
        &format!("家庭编号,居住地区划,户主身份证号,户主姓名,家庭人口\nJT1,439931001001,{ZENG},曾建华,2\nJT2,439931001001,{LI},李顺昌,2\n"),
    );
    desk.file(
        "家庭成员.csv",
        &format!("家庭编号,身份证号,姓名\nJT1,{ZENG},曾建华\nJT1,无,张小明\nJT2,{LI},李顺昌\nJT2,无,李小红\n"),
    );
    desk.file(
        "救助待遇.csv",
        "待遇编号,家庭编号,救助类型,保障人数,月保障金额,开始月份\nDB1,JT1,低保,2,800.00,2023-06\nDB2,JT2,低保,2,700.00,2023-06\n",
    );
    desk.file(
        "保障人员.csv",
        &format!("待遇编号,身份证号,姓名,开始月份\nDB1,{ZENG},曾建华,2023-06\nDB1,无,张小明,2023-06\nDB2,{LI},李顺昌,2023-06\nDB2, 无,李小红,2023-06\n"),
    );
    desk.file("机动车.csv", "号牌号码,所有人身份证号,所有人姓名,车辆类型\nA,无,张小明,小型轿车\n");
    desk.file(
        "户籍人口.csv",
        "公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系\n\
         439931195908030117,曾建华,男,1959-08-03,439931001001,城镇,H1,户主\n\
         439931194810040152,李顺昌,男,1948-10-04,439931001001,城镇,H2,户主\n\
         无,张小明,男,2023-05-03,439931001001,城镇,H1,子\n\
         无,李小红,女,2023-05-04,439931001001,城镇,H2,女\n",
    );
    let manifest = desk.import_all();
    assert_eq!(rows(&manifest, "person"), 4, "a second placeholder contradicts nobody");
    let same = desk.query(
        "SELECT m.name, a.award_no, i.id_number FROM household_member m JOIN award_member a ON a.person_key = m.person_key \
         JOIN identity i ON i.person_key = m.person_key WHERE m.id_number = '无' ORDER BY 2",
    );
    assert_eq!(same, ["张小明,DB1,无 张小明 JT1", "李小红,DB2,无 李小红 JT2"]);
    assert_eq!(desk.query("SELECT count(*) FROM vehicle WHERE owner_key IS NULL"), ["1"]);
    assert_eq!(desk.query("SELECT sum(head_count) FROM award_head_count"), ["4"]);
    assert_eq!(manifest["identity"]["inferred"]["person"]["unresolved"], 2);
    let out = desk.audit(&["--only", "B01,Q01"]);
    let found: Vec<String> = csv_rows(&out.join("findings.csv"))
        .iter()
        .map(|row| format!("{} {}", row["typology"], row["subject_key"]))
        .collect();
    assert_eq!(found, ["Q01 无"]);
    let evidence = csv_rows(&out.join("evidence.csv"));
    assert_eq!(evidence.len(), 7, "every row that has it: {evidence:?}");
}

#[test]
fn references_that_name_nothing_are_kept_and_counted() {
    let desk = Desk::small();
    desk.file("家庭成员.csv", "家庭编号,身份证号,姓名\nJT1,439931195908030117,曾建华\nJT9,439931194810040152,李顺昌\n");
    let manifest = desk.import_all();
    assert_eq!(manifest["identity"]["dangling"]["household_member.household_no"], 1);
    assert_eq!(
        desk.query("SELECT household_no, household_key IS NULL FROM household_member ORDER BY 1"),
        ["JT1,false", "JT9,true"]
    );
}
