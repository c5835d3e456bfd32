//! References whose numbers no repair explains: linked by probability, offered, or left alone.

use crate::support::{Desk, ZENG, done, failed};

#[test]
fn what_repair_leaves_open_is_linked_by_probability_and_explained() {
    let desk = Desk::small();
    // Two slips with the name; two slips with the name's sound; two slips with a stranger's name.
    desk.file(
        "机动车.csv",
        "号牌号码,所有人身份证号,所有人姓名,车辆类型\n\
         A,439931195908030271,曾建华,小型轿车\n\
         B,439931195980030127,曾健华,小型轿车\n\
         C,439931195908030271,赵六,小型轿车\n",
    );
    let manifest = desk.import_all();
    let who = desk.query(
        "SELECT v.plate_no, i.id_number FROM vehicle v JOIN identity i ON i.person_key = v.owner_key ORDER BY 1",
    );
    assert_eq!(who[0], format!("A,{ZENG}"));
    assert_eq!(who[2], "C,439931195908030271");
    let issues = desk.query(
        "SELECT source_row(row_id), method, probability > 0.95, offered_key IS NULL FROM identity_issue ORDER BY 1",
    );
    assert_eq!((issues[0].as_str(), issues[2].as_str()), ("2,linked,true,true", "4,unresolved,,true"));
    assert_eq!(manifest["identity"]["inferred"]["vehicle"]["unresolved"], 1);
    assert!(manifest["identity"]["expected"][0].as_u64().unwrap() > 950);
    let data = desk.data().to_string_lossy().into_owned();
    let told = done(&["identity", "explain", "439931195908030271", ZENG, "--data", &data, "--name", "曾建华"]);
    for part in ["prior: 1 in", "number: damerau_levenshtein", "name: exact", "home: no value"] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    let probability: f64 = told.rsplit_once("probability ").unwrap().1.trim().parse().unwrap();
    assert!(probability > 0.999, "{told}");
    let stranger =
        done(&["identity", "explain", "439931195908030271", ZENG, "--data", &data, "--name", "赵六", "--json"]);
    let stranger: serde_json::Value = serde_json::from_str(&stranger).unwrap();
    assert!(stranger["probability"].as_f64().unwrap() < 0.2, "{stranger}");
    let nobody = failed(&["identity", "explain", "439931195908030271", "439931200001010018", "--data", &data]);
    assert!(nobody.contains("no person here"), "{nobody}");
}

#[test]
fn a_faulty_number_without_a_name_is_known_by_the_register_book_of_its_relative() {
    let desk = Desk::small();
    desk.file(
        "户籍人口.csv",
        "公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系\n\
         439931195908030117,曾建华,男,1959-08-03,439931001001,城镇,H1,户主\n\
         439931194810040152,李顺昌,男,1948-10-04,439931001001,城镇,H1,其他\n\
         439931197001150013,周大明,男,1970-01-15,439931001001,城镇,H2,户主\n\
         439931197203080025,吴秀英,女,1972-03-08,439931001001,城镇,H2,配偶\n\
         439931199506200038,周小军,男,1995-06-20,439931001001,城镇,H2,子\n\
         43993119971103004X,郑丽,女,1997-11-03,439931001001,城镇,H3,户主\n",
    );
    // One slip in the son's number; a number of which nothing fits anybody of the book.
    desk.file(
        "亲属关系.csv",
        "身份证号,亲属身份证号,亲属关系\n\
         439931197001150013,439931199506210038,子\n\
         439931197001150013,439931198811120052,子\n",
    );
    let manifest = desk.import_all();
    let kin = desk.query(
        "SELECT k.relative_id_number, i.id_number FROM kinship k JOIN identity i ON i.person_key = k.relative_key ORDER BY 1",
    );
    assert_eq!(kin, ["439931198811120052,439931198811120052", "439931199506210038,439931199506200038"]);
    assert_eq!(manifest["identity"]["inferred"]["kinship"]["linked"], 1);
    assert_eq!(manifest["identity"]["links"]["linked"].as_object().unwrap().len(), 1);
    let data = desk.data().to_string_lossy().into_owned();
    let told = done(&["identity", "explain", "439931199506210038", "439931199506200038", "--data", &data]);
    for part in ["home: shared >= 1 (register)", "name: no value", "probability 0.9"] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
}
