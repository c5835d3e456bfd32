//! Workbooks, JSON Lines, Parquet, old encodings, and what a mapping says of them.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::kernels::cast_utils::Parser;
use arrow::datatypes::Date32Type;

use super::*;

#[test]
fn a_workbook_of_several_sheets_and_an_old_encoding_come_in_through_the_same_door() {
    let desk = Desk::small();
    fs::remove_file(desk.exports().join("银行账户.csv")).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheets: [(&str, [&[&str]; 2]); 2] = [
        (
            "银行账户",
            [
                &["银行账号", "开户人身份证号", "开户名", "账户类型"],
                &["6212260000826574154", "43993119590803 0117", "曾建华", "社保卡"],
            ],
        ),
        (
            "机动车",
            [
                &["号牌号码", "所有人身份证号", "所有人姓名", "车辆类型", "购置价格"],
                &["湘P1", "439931194810040152", "李顺昌", "普通摩托车", "4,500.00元"],
            ],
        ),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                sheet.write_string(r as u32, c as u16, *cell).unwrap();
            }
        }
    }
    book.save(desk.exports().join("其他部门.xlsx")).unwrap();
    let member = "家庭编号;身份证号;姓名\nJT1;439931195908030117;曾建华\nJT1;439931194810040152;李顺昌\n";
    fs::write(desk.exports().join("家庭成员.csv"), encoding_rs::GB18030.encode(member).0).unwrap();
    let manifest = desk.import_all();
    assert_eq!(["account", "vehicle", "household_member"].map(|table| rows(&manifest, table)), [1, 1, 2]);
    assert_eq!(
        desk.query("SELECT v.kind, v.price_fen, i.name FROM vehicle v JOIN identity i ON i.person_key = v.owner_key"),
        ["motorcycle,450000,李顺昌"]
    );
    assert_eq!(
        desk.query("SELECT a.kind, i.id_number FROM account a JOIN identity i ON i.person_key = a.holder_key"),
        [format!("card,{ZENG}")]
    );
}

#[test]
fn json_lines_come_in_with_their_books_and_what_is_no_row_is_set_aside() {
    let desk = Desk::small();
    fs::remove_file(desk.exports().join("发放明细.csv")).unwrap();
    desk.file(
        "发放明细.jsonl",
        r#"{"发放流水号":"1","待遇编号":"DB1","领取人身份证号":"439931195908030117","发放月份":"2024年1月","发放金额":800,"发放状态":"已发放"}

{"发放流水号":"无"}
{"发放金额":799.10,"发放状态":"已发放","发放月份":202402,"发放流水号":2,"待遇编号":"DB1","领取人身份证号":"439931195908030117","批次号":null}
{"发放流水号":"3",
"#,
    );
    let manifest = desk.import_all();
    let source = manifest["sources"].as_array().unwrap().iter().find(|s| s["table"] == "payment").unwrap();
    assert_eq!(["read", "accepted", "quarantined", "blank"].map(|what| count(source, what)), [4, 2, 2, 1]);
    assert_eq!(
        desk.query(
            "SELECT p.payment_no, p.month, p.amount_fen, source_row(p.row_id), i.id_number \
             FROM payment p JOIN identity i ON i.person_key = p.payee_key ORDER BY 1"
        ),
        [format!("1,2024-01-01,80000,1,{ZENG}"), format!("2,2024-02-01,79910,4,{ZENG}")]
    );
    let set_aside = desk.query("SELECT source_row(row_id), raw FROM quarantine ORDER BY 1");
    assert_eq!(set_aside.len(), 2, "{set_aside:?}");
    assert!(set_aside[0].starts_with("3,") && set_aside[1].starts_with("5,"), "{set_aside:?}");
}

#[test]
fn typed_columns_of_a_parquet_file_come_in_as_a_csv_export_would() {
    let desk = Desk::small();
    fs::remove_file(desk.exports().join("发放明细.csv")).unwrap();
    let texts = |cells: [&str; 2]| Arc::new(StringArray::from(cells.to_vec())) as ArrayRef;
    let months = Date32Array::from(vec![Date32Type::parse("2024-01-01"), Date32Type::parse("2024-02-01")]);
    let amounts = Decimal128Array::from(vec![80_000, 79_910]).with_precision_and_scale(12, 2).unwrap();
    let batch = RecordBatch::try_from_iter([
        ("发放流水号", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ("待遇编号", texts(["DB1", "DB1"])),
        ("领取人身份证号", texts([ZENG, ZENG])),
        ("发放月份", Arc::new(months)),
        ("发放金额", Arc::new(amounts)),
        ("发放日期", Arc::new(Date32Array::from(vec![Date32Type::parse("2024-01-10"), None]))),
        ("发放状态", texts(["已发放", "已发放"])),
    ])
    .unwrap();
    let file = fs::File::create(desk.exports().join("发放明细.parquet")).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    desk.import_all();
    assert_eq!(
        desk.query("SELECT payment_no, month, amount_fen, paid_on, source_row(row_id) FROM payment ORDER BY 1"),
        ["1,2024-01-01,80000,2024-01-10,1", "2,2024-02-01,79910,,2"]
    );
}

#[test]
fn a_mapping_says_what_files_do_not_say_themselves() {
    let desk = Desk::small();
    desk.file("说明.md", "# 数据说明");
    desk.file("民政导出.csv", "2023年度\n申请编号,户编号,申请日期,家庭收入\nSQ1,JT1,2023-05-04,14400\n");
    desk.file("车管所.csv", "车牌,车主证号,车主,发票价格\n湘P1,439931194810040152,李顺昌,450000\n");
    let mapping = desk.path("mapping.toml");
    fs::write(
        &mapping,
        r#"
        [[file]]
        name = "民政*.csv"
        table = "application"
        header_row = 2
        [file.columns]
        "户编号" = "household_no"
        "家庭收入" = "declared_income"
        [file.constants]
        programme = "低保"
        [file.units]
        declared_income = "yuan/year"

        [[file]]
        name = "车管所.csv"
        table = "机动车"
        [file.columns]
        "车牌" = "plate_no"
        "车主证号" = "owner_id_number"
        "车主" = "owner_name"
        [file.units]
        price = "fen"

        [[file]]
        name = "*.md"
        ignore = true
        "#,
    )
    .unwrap();
    desk.import(&[desk.exports()], &["--mapping", mapping.to_str().unwrap()]);
    assert_eq!(
        desk.query("SELECT application_no, household_key IS NOT NULL, programme, declared_income_fen, source_row(row_id) FROM application"),
        ["SQ1,true,dibao,120000,3"],
        "14,400 yuan a year are 1,200 a month"
    );
    assert_eq!(
        desk.query("SELECT v.price_fen, i.name FROM vehicle v JOIN identity i ON i.person_key = v.owner_key"),
        ["450000,李顺昌"]
    );
}

#[test]
fn the_lines_that_a_refusal_suggests_make_the_import_work() {
    let desk = Desk::small();
    desk.file(
        "救助待遇.csv",
        "待遇编号,救助证号,家庭编号,救助类型,保障人数,低保金额,开始月份\nDB1,旧1,JT1,低保,2,800.00,2023-06\n",
    );
    let (exports, data) = (desk.exports().display().to_string(), desk.data().display().to_string());
    let error = failed(&["import", &exports, "--data", &data]);
    assert!(error.contains("救助待遇.csv, column 6: the required column `monthly_amount`"), "{error}");
    assert!(!desk.data().join("current").exists(), "nothing came into force");
    let (_, lines) = error.split_once("what the mapping file may say:").unwrap_or_else(|| panic!("{error}"));
    fs::write(desk.path("mapping.toml"), lines).unwrap();
    desk.import(&[desk.exports()], &["--mapping", desk.path("mapping.toml").to_str().unwrap()]);
    assert_eq!(desk.query("SELECT award_no, monthly_amount_fen FROM award"), ["DB1,80000"]);
}

#[test]
fn a_file_whose_encoding_is_corrected_is_read_again() {
    let desk = Desk::small();
    desk.import_all();
    let (big5, ..) = encoding_rs::BIG5.encode("id_number,name,region_code\n439931194810040161,張麗華,439931001001\n");
    fs::write(desk.exports().join("person.csv"), big5.as_ref()).unwrap();
    desk.import_all();
    let mapping = desk.path("mapping.toml");
    fs::write(&mapping, "[[file]]\nname = 'person.csv'\nencoding = 'big5'\n").unwrap();
    desk.import(&[desk.exports()], &["--mapping", mapping.to_str().unwrap()]);
    assert_eq!(desk.query("SELECT name FROM person WHERE id_number = '439931194810040161'"), ["張麗華"]);
}
