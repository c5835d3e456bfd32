//! What edges of the relationship graph rest on, how sure they are, and kinship over time.

use std::fs;

use super::support::{Desk, LI, ZENG, done};

/// An official with a wife whom he married twice, and a cousin.
const HIM: &str = "439931197001010010";
const WIFE: &str = "43993119860304102X";
const OFFICIAL: &str = "\
工号,身份证号,姓名,单位,职务,人员类别,所属区划,任职日期,联系电话
C1,439931197001010010,钱进,樟树社区居委会,主任,村居,439931001001,2000-01-01,+86 139-0000-0001
";

fn replaced(desk: &Desk, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(desk.exports().join(file)).unwrap();
    assert!(text.contains(from), "{file}: {text}");
    desk.file(file, &text.replace(from, to));
}

/// How sure it is that a person belongs to the family.
fn confidence(desk: &Desk, person: &str) -> f64 {
    let sql =
        format!("SELECT confidence FROM shortest_path('household:JT1', 'person:{person}', 1) WHERE edge = 'member'");
    desk.query(&sql)[0].parse().unwrap()
}

#[test]
fn an_edge_rests_on_the_row_that_states_it_and_doubts_its_own_ends_alone() {
    let desk = Desk::small();
    let wrong = LI.replace("0152", "1152");
    for file in ["家庭成员.csv", "保障人员.csv"] {
        replaced(&desk, file, LI, &wrong);
    }
    desk.import_all();
    let rows = desk.query(&format!(
        "SELECT kind, b_key, row_edge, row_edge_2 FROM relation_edge \
         WHERE a_key = 'JT1' AND (kind = 'payee' OR b_key = '{LI}' OR b_kind = 'account') ORDER BY kind"
    ));
    assert_eq!(rows.len(), 3, "{rows:?}");
    let row =
        |table: &str, wanted: &str| desk.query(&format!("SELECT min(row_id) FROM {table} WHERE {wanted}")).remove(0);
    let listed = ["household_member", "award_member"].map(|table| row(table, "name = '李顺昌'"));
    assert!(listed.iter().any(|row| rows[0] == format!("member,{LI},{row},")), "{rows:?} {listed:?}");
    let (paid, account) = (row("payment", "true"), row("account", "account_no = '6212260000826574154'"));
    assert_eq!(rows[1], format!("payee,{ZENG},{paid},"));
    assert_eq!(rows[2], format!("uses,6212260000826574154,{paid},{account}"));
    assert!(confidence(&desk, LI) < 1.0, "his number was repaired");
    assert!((confidence(&desk, ZENG) - 1.0).abs() < f64::EPSILON, "hers was not");
    let (data, person) = (desk.data().display().to_string(), format!("person:{LI}"));
    let said = done(&["graph", "ties", &person, "household:JT1", "--data", &data]);
    assert!(said.contains("李顺昌 is linked by an inferred identity"), "{said}");

    // A head whose number was repaired in one file makes nobody else doubtful.
    let desk = Desk::small();
    replaced(&desk, "救助家庭.csv", ZENG, &ZENG.replace("0117", "1117"));
    desk.import_all();
    assert!((confidence(&desk, LI) - 1.0).abs() < f64::EPSILON);
}

#[test]
fn one_phone_is_one_node_however_it_is_spelt() {
    let desk = Desk::small();
    desk.file("工作人员.csv", OFFICIAL);
    replaced(&desk, "救助家庭.csv", "家庭人口\n", "家庭人口,联系电话\n");
    replaced(&desk, "救助家庭.csv", "曾建华,2\n", "曾建华,2,13900000001\n");
    desk.import_all();
    assert_eq!(desk.query("SELECT hops, complete FROM ties('C1', 'JT1')"), ["3,true"]);
    let near = desk.query("SELECT kind, key FROM neighbours('phone:86-13900000001', 1) ORDER BY hops, kind");
    assert_eq!(near, ["phone,13900000001", "household,JT1", &format!("person,{HIM}")]);
}

#[test]
fn relatives_are_told_for_each_time_and_without_a_sex_that_nobody_knows() {
    let desk = Desk::small();
    desk.file("工作人员.csv", OFFICIAL);
    desk.file(
        "户籍人口.csv",
        &format!(
            "公民身份号码,姓名,出生日期,户籍地区划,户口性质,户号,与户主关系\n\
             {ZENG},曾建华,1959-08-03,439931001001,城镇,0010010001,户主\n\
             {LI},李顺昌,1948-10-04,439931001001,城镇,0010010001,其他\n\
             {HIM},钱进,1970-01-01,439931001001,城镇,0010010002,户主\n\
             {WIFE},许八,1986-03-04,439931001001,城镇,0010010002,其他\n"
        ),
    );
    desk.file("亲属关系.csv", &format!("身份证号,亲属身份证号,亲属关系\n{HIM},{ZENG},兄弟姐妹\n{HIM},{LI},堂兄弟\n"));
    desk.file(
        "婚姻登记.csv",
        &format!(
            "男方身份证号,男方姓名,女方身份证号,女方姓名,登记日期,离婚日期\n\
             {HIM},钱进,{WIFE},许八,2010-05-01,2014-03-01\n{HIM},钱进,{WIFE},许八,2018-06-01,\n"
        ),
    );
    desk.import_all();
    let kin = desk.query(&format!(
        "SELECT name, relation_zh, relation_en, depth, from_date, to_date FROM kin('{HIM}') ORDER BY name, from_date"
    ));
    assert_eq!(
        kin,
        [
            "曾建华,兄弟姐妹,sibling,close,,",
            "李顺昌,堂表兄弟姐妹,cousin,wider,,",
            "许八,配偶,spouse,close,2010-05-01,2014-03-01",
            "许八,配偶,spouse,close,2018-06-01,",
        ]
    );
    let by_rules = desk.query(
        "SELECT r.name, k.relation_zh, k.relation_en, k.depth, k.from_date, k.to_date FROM official_kin AS k \
         JOIN identity AS r ON r.person_key = k.relative_key ORDER BY r.name, k.from_date",
    );
    assert_eq!(by_rules, kin);
}
