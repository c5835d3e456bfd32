//! The relationship graph of a snapshot, in SQL and as pictures.

use super::support::{Desk, LI, ZENG, done, failed};

const OFFICIAL: &str = "\
工号,身份证号,姓名,单位,职务,人员类别,所属区划,任职日期,联系电话
C1,439931197001010018,钱进,樟树社区居委会,主任,村居,439931001001,2020-01-01,13900000001
";
const HOUSEHOLD: &str = "\
家庭编号,居住地区划,户主身份证号,户主姓名,家庭人口,联系电话
JT1,439931001001,439931195908030117,曾建华,2,13900000001
";

/// A desk whose family has the official's phone; the second member is the first one's father.
fn desk() -> Desk {
    let desk = Desk::small();
    desk.file("工作人员.csv", OFFICIAL);
    desk.file("救助家庭.csv", HOUSEHOLD);
    desk.file("亲属关系.csv", &format!("身份证号,亲属身份证号,亲属关系\n{ZENG},{LI},父亲\n"));
    desk.import_all();
    desk
}

#[test]
fn ties_are_said_with_their_explanations() {
    let desk = desk();
    let said = desk.query("SELECT hops, tie_zh, tie_en, innocent_zh FROM ties('C1', 'JT1')");
    assert_eq!(
        said,
        ["3,钱进任岗位樟树社区居委会主任钱进；名册载钱进使用电话13900000001；家庭JT1（曾建华）使用电话13900000001。,\
          钱进 holds the post 樟树社区居委会主任钱进; the roster gives 钱进 phone 13900000001; household JT1 (曾建华) uses phone 13900000001.,"]
    );
    let steps = desk.query("SELECT step, edge FROM shortest_path('household:JT1', 'official:C1', 3) ORDER BY step");
    assert_eq!(steps, ["1,uses", "2,contact", "3,post"]);
    let near = desk.query("SELECT kind, key FROM neighbours('phone:13900000001', 1) WHERE hops = 1 ORDER BY kind");
    assert_eq!(near, ["household,JT1", "person,439931197001010018"]);
}

#[test]
fn the_local_limit_says_whose_phone_ties_nobody() {
    let desk = desk();
    desk.file("地方规则.csv", "区划代码,参数名称,参数值\n439931000000,hidden_tie_max_share,0\n");
    desk.import_all();
    let said = desk.query("SELECT innocent_zh, innocent_en FROM ties('C1', 'JT1')");
    assert!(said[0].contains("由1户共用，超过当地上限0户"), "{said:?}");
    assert!(said[0].contains("more than the local limit of 0"), "{said:?}");
}

#[test]
fn an_official_who_took_office_later_is_said_to() {
    let desk = desk();
    desk.file("工作人员.csv", &OFFICIAL.replace("2020-01-01", "2025-01-01"));
    desk.import_all();
    let said = desk.query("SELECT innocent_zh FROM ties('C1', 'JT1')");
    assert_eq!(said, ["该工作人员在此之后才任职"]);
}

#[test]
fn kin_is_closed_and_what_cannot_be_is_reported() {
    let desk = desk();
    let kin = desk.query(&format!("SELECT name, relation_zh, depth, degree FROM kin('{ZENG}')"));
    assert_eq!(kin, ["李顺昌,父亲,close,1"]);
    assert!(desk.query("SELECT * FROM kin_contradictions()").is_empty());
    // The other way round the father would be ten years younger than his child.
    desk.file("亲属关系.csv", &format!("身份证号,亲属身份证号,亲属关系\n{LI},{ZENG},父亲\n"));
    desk.import_all();
    assert!(desk.query(&format!("SELECT name FROM kin('{ZENG}')")).is_empty());
    let told = desk.query("SELECT fault, used, persons FROM kin_contradictions()");
    assert_eq!(told, [format!("parent_not_older,false,李顺昌 {LI}; 曾建华 {ZENG}")]);
}

#[test]
fn households_on_one_phone_are_a_ring_within_the_local_limit() {
    let desk = Desk::small();
    desk.file("工作人员.csv", OFFICIAL);
    let lines: String =
        (1..=4).map(|n| format!("JT{n},439931001001,439931195908030117,曾建华,2,13900000001\n")).collect();
    desk.file("救助家庭.csv", &format!("{}\n{lines}", HOUSEHOLD.lines().next().unwrap()));
    desk.import_all();
    let rings = "SELECT households, joins, links, density, official_no, official_hops FROM rings()";
    let joined = desk.query("SELECT kind, key FROM ring(1) ORDER BY kind, key");
    // The head is a member of all four, and so is no payee of several.
    assert_eq!(desk.query(rings), ["4,1,4,1.0,C1,3"]);
    assert_eq!(joined.len(), 5, "{joined:?}");
    desk.file("地方规则.csv", "区划代码,参数名称,参数值\n439931000000,hidden_tie_max_share,3\n");
    desk.import_all();
    assert!(desk.query(rings).is_empty());
}

#[test]
fn wrong_calls_are_told() {
    let desk = desk();
    let data = desk.data().display().to_string();
    let said = |sql: &str| failed(&["query", "--data", &data, sql]);
    assert!(said("SELECT * FROM kin('x')").contains("no person 'x'"));
    assert!(said("SELECT * FROM neighbours('JT1', 99)").contains("between 1 and 6"));
    assert!(said("SELECT * FROM kin()").contains("takes 1 arguments; the call is kin('person')"));
    assert!(said("SELECT * FROM component('village')").contains("no kind 'village'"));
    assert!(said("SELECT * FROM ring(7)").contains("no ring 7"));
    // A word in a text calls nothing, and no graph is built for it.
    assert_eq!(done(&["query", "--format", "csv", "--data", &data, "SELECT 'kin(1)' AS a"]), "a\nkin(1)\n");
}

#[test]
fn pictures_of_ties_are_drawn() {
    let desk = desk();
    let data = desk.data().display().to_string();
    let svg = done(&["graph", "ties", "C1", "JT1", "--data", &data, "--format", "svg"]);
    assert!(svg.starts_with("<svg ") && svg.contains("13900000001") && svg.contains("疑点，不是结论"), "{svg}");
    assert_eq!(svg, done(&["graph", "ties", "C1", "JT1", "--data", &data, "--format", "svg"]));
    let dot = done(&["graph", "around", "JT1", "--data", &data, "--format", "dot", "--hops", "1"]);
    assert!(dot.starts_with("graph mingjing {") && dot.contains("\"household:JT1\" -- \"phone:13900000001\""), "{dot}");
    let words = done(&["graph", "ties", "C1", "JT1", "--data", &data]);
    assert!(words.contains("名册载钱进使用电话13900000001"), "{words}");
}
