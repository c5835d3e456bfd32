//! References whose numbers no repair explains: linked by probability, offered, or left alone.

use crate::support::{Desk, ZENG, done, failed};

/// What became of the faulty references: keys differ from snapshot to snapshot, numbers do not.
fn resolved(desk: &Desk) -> Vec<String> {
    desk.query(
        "SELECT e.table_name, source_row(e.row_id), e.column_name, e.raw_text, e.name, e.method, p.id_number, e.probability, \
         o.id_number, e.offered_probability FROM identity_issue e JOIN identity p ON p.person_key = e.person_key \
         LEFT JOIN identity o ON o.person_key = e.offered_key ORDER BY e.table_name, e.row_id, e.column_name",
    )
}

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

#[test]
fn the_sex_in_the_register_changes_no_link() {
    let register = |sexes: &[&str]| {
        let people = [
            "439931197001150013,周大明,{},1970-01-15,439931001001,城镇,H2,户主",
            "439931197203080025,吴秀英,{},1972-03-08,439931001001,城镇,H2,配偶",
            "439931195908030117,曾建华,{},1959-08-03,439931001001,城镇,H1,户主",
            "43993119971103004X,郑丽,{},1997-11-03,439931001001,城镇,H3,户主",
            "439931194810040152,李顺昌,{},1948-10-04,439931001001,城镇,H1,其他",
        ];
        let rows: Vec<String> = people.iter().zip(sexes).map(|(row, sex)| row.replace("{}", sex)).collect();
        format!("公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系\n{}\n", rows.join("\n"))
    };
    // The marriage register says who is the man: two slips, a cut end, a name misspelt, one of its own sex.
    let told = |sexes: &[&str]| {
        let desk = Desk::small();
        desk.file("户籍人口.csv", &register(sexes));
        desk.file(
            "婚姻登记.csv",
            "男方身份证号,男方姓名,女方身份证号,女方姓名,登记日期\n\
             439931197001510031,周大明,439931197203080025,吴秀英,1994-05-01\n\
             439931197001150013,周大明,43993119720308,吴秀瑛,1994-05-01\n\
             439931195908030271,曾健华,439931199711040031,郑力,2020-05-01\n\
             43993119481004,李顺,43993119720308,吴英,1974-05-01\n",
        );
        desk.import_all();
        resolved(&desk)
    };
    let as_is = told(&["男", "女", "男", "女", "男"]);
    assert!(as_is.len() >= 6 && as_is.iter().filter(|row| row.contains(",linked,")).count() >= 3, "{as_is:#?}");
    assert_eq!(as_is, told(&["男", "男", "女", "男", "女"]), "links changed with the sex");
}

/// A register of as many people as that, of three names, one book each.
fn register(people: u32) -> Vec<(String, String)> {
    const NAMES: [&str; 3] = ["周大明", "吴秀英", "郑小丽"];
    let number = |i: u32| {
        let digits: Vec<u8> =
            format!("439931{}{:02}{:02}{:03}", 1950 + i % 50, 1 + i % 12, 1 + i % 28, 10 + i).bytes().collect();
        let digits: [u8; 17] = digits.try_into().unwrap();
        let check = char::from(mingjing::domain::id_number::check_digit(&digits));
        digits.iter().map(|d| char::from(*d)).chain([check]).collect::<String>()
    };
    (0..people)
        .map(|i| (number(i), format!("{}{}", NAMES[i as usize % 3], char::from_u32(0x4e00 + i).unwrap())))
        .collect()
}

fn person_file(people: &[(String, String)]) -> String {
    let rows = people.iter().enumerate();
    let rows = rows.map(|(i, (number, name))| format!("{number},{name},男,,439931001001,城镇,B{i},户主\n"));
    let header = "公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系\n";
    format!("{header}439931195908030117,曾建华,男,,439931001001,城镇,H1,户主\n{}", rows.collect::<String>())
}

/// Vehicles of people whose numbers have one slip (every third), two, or three with the name's first sign alone.
fn vehicle_file(people: &[(String, String)], from: usize) -> String {
    let mut text = "号牌号码,所有人身份证号,所有人姓名,车辆类型\n".to_owned();
    for (i, (number, name)) in people.iter().enumerate() {
        let mut digits: Vec<u8> = number.bytes().collect();
        let mut name = name.clone();
        for place in [[15].as_slice(), &[9, 13], &[8, 13, 15]][i % 3] {
            digits[*place] = b'0' + (digits[*place] - b'0' + 3) % 10;
        }
        if i % 3 == 2 {
            name = name.chars().take(2).collect();
        }
        text.push_str(&format!("P{},{},{name},小型轿车\n", from + i, String::from_utf8(digits).unwrap()));
    }
    text
}

#[test]
fn what_was_decided_stays_decided_when_more_is_delivered() {
    let people = register(120);
    let desk = Desk::small();
    desk.file("户籍人口.csv", &person_file(&people));
    desk.file("机动车.csv", &vehicle_file(&people[..30], 0));
    desk.import_all();
    let before = resolved(&desk);
    for method in ["repaired_digit", "linked", "unresolved"] {
        assert!(before.iter().any(|row| row.contains(method)), "none {method} in {before:#?}");
    }
    // Vehicles are added, a month is paid: nothing new is known of the old references.
    desk.file("vehicle-more.csv", &vehicle_file(&people[30..], 30));
    let appended = desk.import(&[desk.path("exports/vehicle-more.csv")], &["--append", "vehicle"]);
    assert!(appended["identity"]["inferred"]["vehicle"]["linked"].as_u64().unwrap() > 15);
    let after = resolved(&desk);
    assert!(after.len() > 100);
    assert_eq!(before, after.iter().take(before.len()).cloned().collect::<Vec<_>>());
    // Another name in the register is another fact.
    let mut renamed = people.clone();
    renamed[1].1 = "冯国强".to_owned();
    desk.file("户籍人口.csv", &person_file(&renamed));
    desk.import(&[desk.path("exports/户籍人口.csv")], &[]);
    let again = resolved(&desk);
    let decided = |rows: &[String], at: usize| rows[at].split(',').skip(5).map(str::to_owned).collect::<Vec<_>>();
    assert_ne!(decided(&before, 1), decided(&again, 1), "{}", again[1]);
    assert_eq!(before[0], again[0]);
    assert_eq!(before[3], again[3]);
    // From nothing, everything is decided anew and in one go.
    let whole = Desk::small();
    whole.file("户籍人口.csv", &person_file(&people));
    whole.file("机动车.csv", &vehicle_file(&people[..30], 0));
    let first = whole.import_all()["id"].clone();
    whole.import(&[whole.exports()], &["--fresh"]);
    assert_eq!(resolved(&whole), before);
    assert_eq!(whole.import_all()["id"], first, "an unchanged delivery changes nothing");
}

#[test]
fn a_steward_decides_what_was_offered_and_the_next_import_obeys() {
    let desk = Desk::small();
    desk.file(
        "机动车.csv",
        "号牌号码,所有人身份证号,所有人姓名,车辆类型\n\
         A,439931195908030271,曾建花,小型轿车\n\
         B,439931194810050153,李昌,小型轿车\n\
         C,439931195908030127,曾建华,小型轿车\n",
    );
    desk.import_all();
    let data = desk.data().to_string_lossy().into_owned();
    let offers = || -> Vec<serde_json::Value> {
        let told = done(&["identity", "offers", "--json", "--data", &data]);
        serde_json::from_str(&told).unwrap()
    };
    let decide = |text: &str| {
        desk.file("decided.txt", text);
        let path = desk.path("exports/decided.txt").to_string_lossy().into_owned();
        std::fs::rename(&path, desk.path("decided.csv")).unwrap();
        desk.path("decided.csv").to_string_lossy().into_owned()
    };
    let header = "号码,姓名,人员号码,结论,理由,日期\n";
    // What nobody answered waits; what means nothing is refused, whole, with place and remedy.
    let blank = done(&["identity", "offers", "--data", &data]);
    assert!(blank.starts_with("number,name,person,person_name,probability,decision,reason,date,rows\n"), "{blank}");
    let file = decide(&blank);
    assert!(done(&["identity", "decide", &file, "--data", &data]).contains("0 条核定"));
    let file =
        decide(&format!("{header}439931195908030271,王五,{ZENG},是,x,2024-07-01\n1,,{ZENG},也许,x,2024-07-01\n"));
    let told = failed(&["identity", "decide", &file, "--data", &data]);
    assert!(told.contains("row 3, decision: '也许'"), "{told}");
    let file = decide(&format!("{header}439931195908030271,王五,{ZENG},是,x,2024-07-01\n"));
    let told = failed(&["identity", "decide", &file, "--data", &data]);
    assert!(told.contains("row 2, number: no faulty reference") && told.contains("identity offers"), "{told}");
    // Yes to one, no to a repair: the number is somebody else's.
    let file = decide(&format!(
        "{header}439931194810050153,李昌,439931194810040152,是,户口簿核对,2024-07-01\n\
         439931195908030127,曾建华,{ZENG},no,同名的外县人,2024-07-01\n\
         439931195908030271,曾建花,{ZENG},否,另有其人,2024-07-01\n"
    ));
    assert!(done(&["identity", "decide", &file, "--data", &data]).contains("3 新 new"));
    desk.import_all();
    let rows = resolved(&desk);
    assert!(rows[0].contains("曾建花,unresolved") && rows[0].ends_with(",,,"), "{}", rows[0]);
    assert!(rows[1].contains("李昌,confirmed,439931194810040152,1.0"), "{}", rows[1]);
    assert!(rows[2].contains("曾建华,unresolved") && rows[2].ends_with(",,,"), "{}", rows[2]);
    assert!(offers().is_empty());
    let told = done(&["identity", "explain", "439931194810050153", "439931194810040152", "--data", &data]);
    assert!(told.contains("in the snapshot: confirmed, probability 1"), "{told}");
    // What a steward refused is explained as refused, and no row beside it is.
    let contradicts = |reference: &str, person: &str| {
        let told = done(&["identity", "explain", reference, person, "--json", "--data", &data]);
        serde_json::from_str::<serde_json::Value>(&told).unwrap()["contradicts"].as_bool().unwrap()
    };
    assert!(contradicts("439931195908030271", ZENG));
    assert!(!contradicts("439931194810050153", "439931194810040152"));
    // A yes to another person contradicts the first; a later no takes the yes back.
    let file = decide(&format!("{header}439931194810050153,李昌,{ZENG},是,x,2024-07-02\n"));
    let told = failed(&["identity", "decide", &file, "--data", &data]);
    assert!(told.contains("row 2, decision: the reference would mean"), "{told}");
    let file = decide(&format!("{header}439931194810050153,李昌,439931194810040152,否,记错,2024-07-03\n"));
    done(&["identity", "decide", &file, "--data", &data]);
    desk.import_all();
    assert!(resolved(&desk)[1].contains("李昌,unresolved"), "{}", resolved(&desk)[1]);
}

#[test]
fn what_is_offered_is_listed_and_a_no_ends_it() {
    let desk = Desk::small();
    desk.file(
        "户籍人口.csv",
        "公民身份号码,姓名,性别,出生日期,户籍地区划,户口性质,户号,与户主关系\n\
         439931195908030117,曾建华,男,1959-08-03,439931001001,城镇,H1,户主\n\
         439931194810040152,李顺昌,男,1948-10-04,439931001001,城镇,H1,其他\n\
         439931197001150013,周大明,男,1970-01-15,439931001001,城镇,H2,户主\n\
         439931199506200038,周小军,男,1995-06-20,439931001001,城镇,H2,子\n",
    );
    desk.file(
        "亲属关系.csv",
        "身份证号,亲属身份证号,亲属关系\n\
         439931197001150013,439931199506310048,子\n\
         439931197001150013,43993119950721,子\n\
         439931197001150013,439931199601200138,子\n",
    );
    desk.import_all();
    let data = desk.data().to_string_lossy().into_owned();
    let listed = done(&["identity", "offers", "--data", &data]);
    let waiting = listed.lines().count() - 1;
    assert!(waiting >= 1 && listed.contains("kinship 亲属关系.csv"), "{listed}");
    // The list itself, answered, is what is taken.
    let answered = listed.replace(",,,,kinship", ",否,人在外地,2024-07-01,kinship");
    std::fs::write(desk.path("answered.csv"), answered).unwrap();
    let file = desk.path("answered.csv").to_string_lossy().into_owned();
    let told = done(&["identity", "decide", &file, "--data", &data]);
    assert!(told.contains(&format!("{waiting} 新 new")), "{told}");
    assert_eq!(done(&["identity", "offers", "--data", &data]).lines().count(), 1, "what is answered waits no more");
    let before = desk.query(
        "SELECT e.normal_text, o.id_number FROM identity_issue e JOIN identity o ON o.person_key = e.offered_key",
    );
    desk.import_all();
    let after = desk.query(
        "SELECT e.normal_text, o.id_number FROM identity_issue e JOIN identity o ON o.person_key = e.offered_key",
    );
    assert_eq!(before.len(), waiting);
    assert!(after.iter().all(|pair| !before.contains(pair)), "{after:?}");
}

#[test]
fn a_repair_is_explained_with_what_the_snapshot_says() {
    let desk = Desk::small();
    desk.file("机动车.csv", "号牌号码,所有人身份证号,所有人姓名,车辆类型\nC,439931195908030127,曾建华,小型轿车\n");
    desk.import_all();
    let stored: f64 = desk.query("SELECT probability FROM identity_issue")[0].parse().unwrap();
    let data = desk.data().to_string_lossy().into_owned();
    let told = done(&["identity", "explain", "439931195908030127", ZENG, "--json", "--data", &data]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let chance = 1.0 / stored - 1.0;
    let link = serde_json::json!({"method": "repaired_digit", "probability": stored, "met_by_chance": chance});
    assert_eq!(told["stored"], link);
    assert!(0.0 < chance && chance < 0.01, "{chance}");
    assert_ne!(told["probability"].as_f64(), Some(stored), "the linkage's own");
}
