//! What people are told.

use super::*;

fn refusal(name: &str, content: &str, mapping: &str) -> String {
    import_one(name, content, mapping).err().unwrap().to_string()
}

#[test]
fn missing_columns_are_proposed_with_the_lines_to_add() {
    insta::assert_snapshot!(
        refusal("救助待遇.csv", "救助证号,家庭编号,救助类型,低保金额,起始年月\n1,2,低保,3,202301\n", ""),
        @r#"
        救助待遇.csv, column 4: the required column `monthly_amount` (月保障金额, 救助金额) is missing; is it `低保金额`?
        what the mapping file may say:
          [[file]]
          name = "救助待遇.csv"
          [file.columns]
          "低保金额" = "monthly_amount"
        "#
    );
    insta::assert_snapshot!(refusal("payment.csv", "payment_no,award_no\n", ""), @"payment.csv: required columns of payment are missing: `payee_id_number` (领取人身份证号, 身份证号), `month` (发放月份, 所属月份), `amount` (发放金额, 金额), `status` (发放状态, 反馈状态); if other columns hold them, the mapping must say which");
}

#[test]
fn unknown_tables_and_formats_are_refused_all_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("README.md", "# x"),
        ("导出.csv", "身份证号,姓名,备注\n1,2,3\n"),
        ("a.csv", ""),
        ("deposit.csv", "id_number,身份证号,as_of,balance\n1,1,2023-01-01,1\n"),
        (
            "payment.csv",
            "payment_no,award_no,payee_id_number,month,amount,status\n1,\"A,1,2023-01,5,paid\n2,A,1,2023-01,5,paid\n",
        ),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    insta::assert_snapshot!(import(folder.path(), "").err().unwrap().to_string(), @r#"
        5 problems keep the files from being imported
        README.md: not a file of a known format (CSV, XLSX, JSON Lines, Parquet); remove it, or map it with ignore = true
        a.csv: the file is empty; remove it, or export it again
        deposit.csv, column 2: `身份证号` and column 1 `id_number` both mean `id_number`: leave one out
        payment.csv, row 2: a quote (") opened in this row is never closed: close or remove it, or export the file again
        导出.csv: neither its name nor its headers tell which table it is; nearest is deposit (2 of 3 headers known, as_of, balance missing)
        what the mapping file may say:
          [[file]]
          name = "README.md"
          ignore = true
          [[file]]
          name = "deposit.csv"
          [file.columns]
          "身份证号" = ""
          [[file]]
          name = "导出.csv"
          table = "deposit"   # or: ignore = true
        "#);
}

#[test]
fn unknown_columns_are_notes() {
    let header = "待遇编号,家庭编号,救助类型,月保障金额,开始月份,终止月分,备注\n1,2,低保,3,202301,,\n";
    let (_, notes) = import_one("救助待遇.csv", header, "[[file]]\nname = 'x.csv'\n").unwrap();
    let lines: Vec<String> = notes.iter().map(|note| format!("{}\n{}", note.en, note.zh)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        救助待遇.csv, column 6 `终止月分`: did you mean `end_month`? add "终止月分" = "end_month" under [file.columns] of the mapping
        救助待遇.csv：第6列“终止月分”未识别，是否为 end_month？如是，请在映射文件的 [file.columns] 下加 "终止月分" = "end_month"
        救助待遇.csv, column 7 `备注`: not a column of the table, kept only in the raw rows
        救助待遇.csv：第7列“备注”不是该表的列，只保留在原始行中
        entry 1 of the mapping ('x.csv') fits no file
        映射文件第1个条目“x.csv”没有对应的文件
        "#);
}

#[test]
fn the_mapping_overrides_names_headers_units_and_values() {
    let mapping = r#"
        [[file]]
        name = "*导出*"
        table = "救助申请"
        header_row = 2
        delimiter = ";"
        encoding = "gbk"
        [file.columns]
        "户 编号" = "household_no"
        "备注" = ""
        [file.constants]
        programme = "低保"
        [file.units]
        declared_income = "wan_yuan/year"

        [[file]]
        name = "*.md"
        ignore = true
    "#;
    let folder = tempfile::tempdir().unwrap();
    let text = "2023年;\n申请编号;户编号;申请日期;家庭月收入;备注\n1;2;2023-01-01;1.2;x\n2;2;2023-01-01;0.00001;x\n";
    std::fs::write(folder.path().join("a导出.csv"), encoding_rs::GBK.encode(text).0).unwrap();
    std::fs::write(folder.path().join("README.md"), "x").unwrap();
    let (whole, notes) = import(folder.path(), mapping).unwrap();
    assert_eq!((whole.len(), notes.len(), whole[0].table), (1, 0, "application"));
    assert_eq!(whole[0].column("declared_income_fen"), ["100000", "1"]);
    assert_eq!(whole[0].column("programme"), ["dibao", "dibao"]);
    assert_eq!(whole[0].column(ROW_NUMBER), ["3", "4"]);
}

#[test]
fn mistakes_of_the_mapping_are_named() {
    let mapping = r#"
        [[file]]
        name = "payment.csv"
        [file.columns]
        "流水" = "payment_nr"
        [file.constants]
        amount = "1"
        status = "bezahlt"
        [file.units]
        month = "fen"
        amont = "fen"
    "#;
    let header = "流水,payment_no,award_no,payee_id_number,month,amount\n";
    insta::assert_snapshot!(refusal("payment.csv", header, mapping), @r"
        5 problems keep the files from being imported
        payment.csv, column 1: the mapping names `payment_nr`, which is no column of payment; did you mean `payment_no`?
        payment.csv, column 6: the mapping gives `amount` a constant, but this column holds it: leave one out
        payment.csv: the constant 'bezahlt' of `status` is not a known spelling of payment_status
        payment.csv: the mapping names `amont`, which is no column of payment; did you mean `amount`?
        payment.csv: the mapping gives `month` a unit, but it is not money
        ");
    insta::assert_snapshot!(refusal("x.csv", header, "[[file]]\nname = 'x.csv'\ntable = 'paymnet'"), @"x.csv: the mapping names the table `paymnet`, which the contract does not have; did you mean `payment`?");
    insta::assert_snapshot!(refusal("payment.csv", header, "[[file]]\nname = '*'\nheader_row = 9"), @"payment.csv: the mapping says that row 9 holds the headers, but it is empty or not among the first 20");
}

#[test]
fn one_of_two_columns_of_other_units_is_left_out_to_the_letter() {
    let content = "待遇编号,家庭编号,救助类型,救助金额(元),救助金额(万元),开始月份\nDB1,JT1,低保,800,0.09,2023-05\n";
    let told = refusal("救助待遇.csv", content, "");
    assert!(told.contains("\"救助金额(万元)\" = \"\""), "{told}");
    let leaving = |name: &str| {
        let mapping = format!("[[file]]\nname = '*'\n[file.columns]\n\"{name}\" = ''\n");
        import_one("救助待遇.csv", content, &mapping).unwrap().0.remove(0).value(0, "monthly_amount_fen")
    };
    assert_eq!((leaving("救助金额(万元)"), leaving("救助金额（元）")), ("80000".to_owned(), "90000".to_owned()));
    // Where no header has the unit, the name without it is meant.
    let plain = content.replace(",救助金额(万元)", "").replace(",0.09", "").replace("救助金额(元)", "金额(元)");
    let mapping = "[[file]]\nname = '*'\n[file.columns]\n'金额' = 'monthly_amount'\n";
    assert_eq!(import_one("救助待遇.csv", plain, mapping).unwrap().0[0].value(0, "monthly_amount_fen"), "80000");
}

#[test]
fn a_key_of_json_lines_may_come_late() {
    let line = |no: u32, end: &str| {
        format!(
            r#"{{"award_no":"{no}","household_no":"J","programme":"低保","monthly_amount":800,"start_month":"2023-01"{end}}}"#
        )
    };
    let mut lines: Vec<String> = (0..1_500).map(|no| line(no, "")).collect();
    lines.push(line(1_500, r#","end_month":"2023-06","remark":null"#));
    let (whole, notes) = import_one("award.jsonl", lines.join("\n"), "").unwrap();
    assert_eq!((whole[0].value(0, "end_month"), whole[0].value(1_500, "end_month")), ("∅".into(), "2023-06-01".into()));
    assert!(notes.iter().any(|note| note.en.contains("`remark`: not a column of the table")), "{notes:?}");
    let many: Vec<String> = (0..5_000).map(|no| format!("{{\"k{no}\":1}}")).collect();
    assert!(refusal("award.jsonl", &many.join("\n"), "").contains("more than 4096 different keys"));
}

#[test]
fn text_of_two_bytes_without_a_mark_is_read_where_the_mapping_says_so() {
    let text = "待遇编号,家庭编号,救助类型,救助金额,开始月份\r\nDB1,JT1,低保,800,2023-05\r\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(import_one("救助待遇.csv", &bytes, "").err().unwrap().to_string().contains("known format"));
    let (whole, _) = import_one("救助待遇.csv", &bytes, "[[file]]\nname = '*'\nencoding = 'utf-16le'").unwrap();
    assert_eq!(whole[0].value(0, "monthly_amount_fen"), "80000");
}

#[test]
fn sheets_that_hold_nothing_are_told_of() {
    let workbook = |filled: bool| {
        let mut book = rust_xlsxwriter::Workbook::new();
        for name in ["说明", "发放"] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (column, header) in ["id_number", "name", "as_of", "balance"].into_iter().enumerate() {
                if filled && name == "发放" {
                    sheet.write(0, column as u16, header).unwrap();
                }
            }
        }
        book.save_to_buffer().unwrap()
    };
    let (whole, notes) = import_one("deposit.xlsx", workbook(true), "").unwrap();
    assert_eq!((whole.len(), whole[0].reading.rows), (1, 0));
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].en, "deposit.xlsx, sheet 1 `说明`: it holds nothing, not read");
    let told = import_one("deposit.xlsx", workbook(false), "").err().unwrap().to_string();
    assert!(told.contains("deposit.xlsx: no sheet of the workbook holds anything"), "{told}");
}

#[test]
fn lines_above_the_header_may_look_like_headers() {
    let content = "单位：,某县民政局,日期：,2024-05-31,\n待遇编号,家庭编号,救助类型,救助金额,开始月份\nDB1,JT1,低保,800,2023-05\n";
    let (whole, notes) = import_one("救助待遇.csv", content, "").unwrap();
    assert_eq!(whole[0].column(ROW_NUMBER), ["3"]);
    assert!(notes[0].en.contains("row 2 was taken for the header"), "{notes:?}");
}

#[test]
fn files_that_were_cut_off_are_errors() {
    let whole = "id_number,name,as_of,balance\n1,a,2023-01-01,5\n2,b,20";
    insta::assert_snapshot!(refusal("deposit.csv", whole, ""), @"deposit.csv, row 3: the file ends in the middle of the row (3 of 4 fields, no line end): export it again");
    insta::assert_snapshot!(refusal("deposit.jsonl", "{\"id_number\":\"1\",\"as_of\":\"2023-01-01\",\"balance\":1}\n{\"id_num", ""), @"deposit.jsonl, row 2: the file ends in the middle of the line: export it again");
    assert!(refusal("deposit.parquet", "PAR1xxxxxxxx", "").contains("not a whole Parquet file"));
    assert!(refusal("deposit.xlsx", "PK\x03\x04xxxxxxxxxx", "").contains("not a whole workbook"));
}
