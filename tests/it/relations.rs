//! The relationship graph of a snapshot, in SQL and as pictures.

use super::support::{Desk, LI, ZENG, audited_county, done, failed};

const OFFICIAL: &str = "\
工号,身份证号,姓名,单位,职务,人员类别,所属区划,任职日期,联系电话
C1,439931197001010018,钱进,樟树社区居委会,主任,村居,439931001001,2020-01-01,13900000001
";
const HOUSEHOLD: &str = "\
家庭编号,居住地区划,户主身份证号,户主姓名,家庭人口,联系电话
JT1,439931001001,439931195908030117,曾建华,2,13900000001
";

/// The official's number where kinship needs it to be a valid one.
const HIM: &str = "439931197001010010";
/// A sister of his.
const SISTER: &str = "439931197203040023";

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
fn one_tie_is_told_once_by_its_best_path() {
    let desk = desk();
    // The member is the official's father; by the sister there is a second way to the same father.
    desk.file("工作人员.csv", &OFFICIAL.replace("439931197001010018", HIM));
    desk.file(
        "亲属关系.csv",
        &format!("身份证号,亲属身份证号,亲属关系\n{HIM},{ZENG},父亲\n{HIM},{SISTER},兄弟姐妹\n{SISTER},{ZENG},父亲\n"),
    );
    desk.file("救助家庭.csv", &HOUSEHOLD.replace("13900000001", "13900000002"));
    desk.import_all();
    let said = desk.query("SELECT tie_en FROM ties('C1', 'JT1')");
    assert_eq!(said.len(), 1, "his father, not also his sister's: {said:?}");
    assert!(!said[0].contains(SISTER), "{said:?}");
    let drawn = done(&["graph", "ties", "C1", "JT1", "--data", desk.data().to_str().unwrap()]);
    assert!(drawn.contains("1. ") && !drawn.contains("2. "), "{drawn}");
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
    let spelt = format!("　{} {}", &ZENG[..6], &ZENG[6..]);
    let again = desk.query(&format!("SELECT name, relation_zh, depth, degree FROM kin('{spelt}')"));
    assert_eq!(kin, again, "a number may be written as people write it");
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

/// Three families' accounts, each drawn a minute after the one before.
fn withdrawals(months: &[&str]) -> String {
    let lines = months.iter().flat_map(|month| {
        (1..=3).map(move |n| format!("62284812345678901{n}4,{month}-20 09:0{n}:00,支出,500,ATM,T9,,\n"))
    });
    format!("银行账号,交易时间,收支方向,交易金额,交易渠道,终端号,对方账号,对方户名\n{}", lines.collect::<String>())
}

/// A desk of three families, each with an account of its own.
fn three_families() -> Desk {
    let desk = Desk::small();
    let lines =
        |header: &str, line: fn(usize) -> String| format!("{header}\n{}", (1..=3).map(line).collect::<String>());
    let homes = lines(HOUSEHOLD.lines().next().unwrap(), |n| {
        format!("JT{n},439931001001,439931195908030117,曾建华,2,1390000000{n}\n")
    });
    desk.file("救助家庭.csv", &homes);
    let awards = "待遇编号,家庭编号,救助类型,保障人数,月保障金额,开始月份";
    desk.file("救助待遇.csv", &lines(awards, |n| format!("DB{n},JT{n},低保,2,600,2024-01\n")));
    let paid = "发放流水号,待遇编号,领取人身份证号,银行账号,发放月份,发放金额,发放状态";
    desk.file(
        "发放明细.csv",
        &lines(paid, |n| format!("FF{n},DB{n},{ZENG},62284812345678901{n}4,2024-01,600,已发放\n")),
    );
    let accounts = "银行账号,开户人身份证号,开户名,账户类型";
    desk.file("银行账户.csv", &lines(accounts, |n| format!("62284812345678901{n}4,{ZENG},曾建华,银行卡\n")));
    desk
}

#[test]
fn accounts_drawn_together_time_and_again_are_a_ring() {
    let desk = three_families();
    // One person collects for all three, which joins them anyway.
    let rings = "SELECT kind, key FROM ring(1) WHERE kind NOT IN ('household', 'person')";
    desk.file("地方规则.csv", "区划代码,参数名称,参数值\n439931000000,cluster_withdrawals,3\n");
    desk.file("账户流水.csv", &withdrawals(&["2024-01"]));
    desk.import_all();
    assert!(desk.query(rings).is_empty(), "one queue on one pay day is none");
    desk.file("账户流水.csv", &withdrawals(&["2024-02"]));
    desk.import_all();
    assert_eq!(desk.query(rings), ["terminal,T9"]);
    let near = desk.query("SELECT kind FROM neighbours('terminal:T9', 1) WHERE hops = 1");
    assert_eq!(near, ["account", "account", "account"]);
    let path = desk.query("SELECT step FROM shortest_path('household:JT1', 'terminal:T9', 3)");
    assert!(path.is_empty(), "a machine ties nobody: {path:?}");
}

#[test]
fn accounts_that_send_to_one_account_are_a_ring_within_the_local_limit() {
    let desk = three_families();
    let sent: String = (1..=3)
        .map(|n| format!("62284812345678901{n}4,2024-01-21 10:00:00,支出,400,转账,,9558800001,某人\n"))
        .collect();
    let header = "银行账号,交易时间,收支方向,交易金额,交易渠道,终端号,对方账号,对方户名\n";
    desk.file("账户流水.csv", &format!("{header}{sent}"));
    desk.import_all();
    // One person collects for all three, which joins them anyway.
    let rings = "SELECT kind, key FROM ring(1) WHERE kind NOT IN ('household', 'person')";
    assert_eq!(desk.query(rings), ["account,9558800001"]);
    // A shop's account, for all that is known.
    desk.file("地方规则.csv", "区划代码,参数名称,参数值\n439931000000,hidden_tie_max_share,2\n");
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
    for part in ["名册载钱进使用电话13900000001", "未见近亲属备案", "holds that day", "工作人员.csv 2"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    // A member stands for the household.
    let member = done(&["graph", "ties", "C1", &format!("person:{ZENG}"), "--data", &data]);
    assert!(member.contains("未见近亲属备案"), "{member}");
}

/// Every relative of every official by the rules' view, which the graph must give too: same depth, degree and days.
fn kin_of_officials(desk: &Desk) -> Vec<String> {
    let officials = desk.query(
        "SELECT DISTINCT i.id_number FROM official AS o JOIN identity AS i ON i.person_key = o.person_key \
         WHERE i.id_number IS NOT NULL ORDER BY 1",
    );
    let kin = |id: &String| {
        format!("SELECT '{id}' AS official, id_number, depth, degree, from_date, to_date FROM kin('{id}')")
    };
    let calls = officials.iter().map(kin).collect::<Vec<_>>().join(" UNION ALL ");
    let by_graph = desk.query(&format!("SELECT * FROM ({calls}) AS k ORDER BY 1, 2, 3, 4, 5, 6"));
    let by_rules = desk.query(
        "SELECT o.id_number, r.id_number, k.depth, k.degree, k.from_date, k.to_date FROM official_kin AS k \
         JOIN identity AS o ON o.person_key = k.person_key JOIN identity AS r ON r.person_key = k.relative_key \
         WHERE o.id_number IS NOT NULL AND r.id_number IS NOT NULL ORDER BY 1, 2, 3, 4, 5, 6",
    );
    assert_eq!(by_graph, by_rules);
    by_rules
}

#[test]
fn rules_and_graph_know_the_same_kin_of_the_countys_officials() {
    assert!(kin_of_officials(audited_county().0).len() > 100);
}

/// A head with wife, parents, son, daughter and daughter-in-law in one book; the son's former wife and her brother.
const BOOK: &str = "\
公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系
439931196003020111,何大,男,1960-03-02,439931001001,城镇,0010010002,户主
439931196203040221,吴二,女,1962-03-04,439931001001,城镇,0010010002,配偶
439931198505060315,何三,男,1985-05-06,439931001001,城镇,0010010002,子
439931198801020828,何四,女,1988-01-02,439931001001,城镇,0010010002,女
439931198707080429,林五,女,1987-07-08,439931001001,城镇,0010010002,儿媳
439931193509100510,何六,男,1935-09-10,439931001001,城镇,0010010002,父亲
439931193811120627,马七,女,1938-11-12,439931001001,城镇,0010010002,母亲
43993119860304102X,许八,女,1986-03-04,439931001001,城镇,0010010003,户主
439931198403041113,许九,男,1984-03-04,439931001001,城镇,0010010003,兄
";
/// The daughter would be her father's father.
const KIN: &str = "\
身份证号,亲属身份证号,亲属关系
439931196003020111,43993119860304102X,儿媳
439931196003020111,439931198801020828,父亲
439931198505060315,439931198403041113,姻亲兄弟姐妹
";
const MARRIAGE: &str = "\
男方身份证号,男方姓名,女方身份证号,女方姓名,登记日期,离婚日期
439931198505060315,何三,43993119860304102X,许八,2008-05-01,2019-01-01
";

#[test]
fn rules_and_graph_know_the_same_kin_of_a_book_and_a_marriage_that_ended() {
    let desk = desk();
    desk.file("户籍人口-二.csv", BOOK);
    desk.file("亲属关系.csv", KIN);
    desk.file("婚姻登记.csv", MARRIAGE);
    let posts: String = BOOK.lines().skip(1).enumerate().fold(OFFICIAL.to_owned(), |posts, (nth, person)| {
        let (id, name) = (person.split(',').next().unwrap(), person.split(',').nth(1).unwrap());
        posts + &format!("G{nth},{id},{name},樟树社区居委会,委员,村居,439931001001,2020-01-01,\n")
    });
    desk.file("工作人员.csv", &posts);
    desk.import_all();
    let kin = kin_of_officials(&desk);
    let known = |a: &str, b: &str| {
        let own = kin.iter().find_map(|row| row.strip_prefix(&format!("{a},{b},")));
        own.unwrap_or("none").to_owned()
    };
    let [head, wife, son, wed, daughter] =
        ["439931196003020111", "439931196203040221", "439931198505060315", "439931198707080429", "439931198801020828"];
    let [former, brother, father, mother] =
        ["43993119860304102X", "439931198403041113", "439931193509100510", "439931193811120627"];
    for (a, b, told) in [
        (son, wed, "close,1,,"),
        (father, mother, "close,1,,"),
        (wed, head, "extended,1,,"),
        (wed, wife, "extended,2,,"),
        (head, daughter, "close,1,,"),
        (head, former, "extended,1,2008-05-01,2019-01-01"),
        (former, wife, "extended,2,2008-05-01,2019-01-01"),
        (son, brother, "extended,1,2008-05-01,2019-01-01"),
        (daughter, brother, "none"),
    ] {
        assert_eq!((known(a, b), known(b, a)), (told.to_owned(), told.to_owned()), "{a} {b}");
    }
    let rows = desk.query("SELECT source, count(*), count(row_edge_2) FROM kin_edge GROUP BY source ORDER BY source");
    // Two couples of the book; two in-laws of the marriage.
    assert_eq!(rows, ["kinship,4,4", "marriage,2,0", "person,18,4"]);
    assert_eq!(desk.query("SELECT fault, used FROM kin_contradictions()"), ["parent_not_older,false"]);
}
