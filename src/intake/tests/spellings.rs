//! Every spelling that the contract's README lists, through every format.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, TimestampMillisecondArray,
};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};

use super::*;

const PAYMENT: [&str; 7] = ["发放流水号", "待遇编号", "领取人身份证号", "所属月份", "金额", "应发日期", "发放状态"];

/// Rows of payments, one spelling each of month, amount, date and status.
fn rows() -> Vec<[String; 7]> {
    let months = ["2023-05", "202305", "2023年5月", "2023/5", "2023.05", "２０２３－０５", "2023-05-01", "45047"];
    let amounts = [
        "1234.50",
        "1,234.50",
        "1234.5元",
        "￥1,234.50",
        "１２３４．５０",
        "１，２３４．５元",
        "0.12345万元",
        "1234.5",
    ];
    let dates = [
        "2023-05-01",
        "2023/5/1",
        "20230501",
        "2023年5月1日",
        "45047",
        "２０２３－０５－０１",
        "2023.5.1",
        "2023-05-01 08:00:00",
    ];
    let codes = ["paid", "已发放", "成功", "发放成功", " 已发放\u{3000}", "PAID", "已 发放", "Ｐａｉｄ"];
    (0..8)
        .map(|at| {
            [
                format!("F{at}"),
                format!("DB {at}"),
                " 11010519491231002x".into(),
                months[at].into(),
                amounts[at].into(),
                dates[at].into(),
                codes[at].into(),
            ]
        })
        .collect()
}

fn check(whole: &Whole) {
    assert_eq!(whole.rejected, []);
    assert_eq!((whole.table, whole.batch.num_rows()), ("payment", 8));
    for row in 0..8 {
        assert_eq!(whole.value(row, "month"), "2023-05-01", "{row}");
        assert_eq!(whole.value(row, "amount_fen"), "123450", "{row}");
        assert_eq!(whole.value(row, "due_on"), "2023-05-01", "{row}");
        assert_eq!(whole.value(row, "status"), "paid", "{row}");
        assert_eq!(whole.value(row, "award_no"), format!("DB{row}"));
        assert_eq!(whole.value(row, "payee_id_number"), "11010519491231002x");
        assert_eq!(whole.value(row, "account_no"), "∅");
    }
    assert_eq!(whole.profile.columns["account_no"].missing, 8);
    assert_eq!(whole.profile.columns.values().map(|column| column.invalid).sum::<u64>(), 0);
}

fn delimited(delimiter: char) -> String {
    let quoted = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        cells.join(&delimiter.to_string()) + "\r\n"
    };
    let header = PAYMENT.map(String::from);
    std::iter::once(header).chain(rows()).map(|row| quoted(&row)).collect()
}

#[test]
fn csv_in_every_encoding_with_every_delimiter() {
    for delimiter in [',', '\t', ';'] {
        let text = delimited(delimiter);
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let (gb18030, ..) = encoding_rs::GB18030.encode(&text);
        for bytes in [text.as_bytes(), &[b"\xef\xbb\xbf", text.as_bytes()].concat(), &gb18030, &utf16] {
            let whole = only("导出.csv", bytes);
            check(&whole);
            assert_eq!(whole.column(ROW_NUMBER), ["2", "3", "4", "5", "6", "7", "8", "9"]);
        }
    }
}

#[test]
fn json_lines() {
    let mut text = String::new();
    for row in rows() {
        let object: serde_json::Map<String, serde_json::Value> =
            PAYMENT.iter().zip(row).map(|(key, cell)| ((*key).to_owned(), cell.into())).collect();
        text.push_str(&serde_json::Value::from(object).to_string());
        text.push('\n');
    }
    check(&only("payment.jsonl", &text));
    // Values of their own kinds, keys that come and go, a number of 18 digits.
    let whole = only(
        "payment.ndjson",
        "{\"payment_no\":7,\"award_no\":\"A\",\"payee_id_number\":110105194912310021,\"month\":202305,\"amount\":1234.5,\"status\":\"paid\"}\n\n{\"payment_no\":8,\"award_no\":null}\n{oops}\n[1]\n{\"payment_no\":9,\"award_no\":{\"x\":1},\"payee_id_number\":1.1e17,\"month\":\"2023-05\",\"amount\":1e3,\"status\":\"paid\"}\n",
    );
    assert_eq!(
        (whole.value(0, "payee_id_number").as_str(), whole.value(0, "amount_fen").as_str()),
        ("110105194912310021", "123450")
    );
    let reasons: Vec<_> = whole.rejected.iter().map(|r| (r.row_number, r.column, r.kind)).collect();
    assert_eq!(
        reasons,
        [
            (3, Some("award_no"), RejectKind::Missing),
            (4, None, RejectKind::Shape),
            (5, None, RejectKind::Shape),
            (6, Some("award_no"), RejectKind::Broken)
        ]
    );
    assert_eq!((whole.reading.blank, whole.rejected[1].raw.as_str()), (1, "{oops}"));
}

#[test]
fn parquet() {
    let columns: Vec<(&str, ArrayRef)> = PAYMENT
        .iter()
        .enumerate()
        .map(|(at, name)| {
            (*name, Arc::new(StringArray::from_iter_values(rows().iter().map(|row| row[at].clone()))) as ArrayRef)
        })
        .collect();
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    check(&only("payment.parquet", write_parquet(&batch)));
    let typed = RecordBatch::try_from_iter([
        ("account_no", Arc::new(StringArray::from(vec!["A", "B"])) as ArrayRef),
        ("at", Arc::new(TimestampMillisecondArray::from(vec![1_688_547_801_000, 0]))),
        ("direction", Arc::new(StringArray::from(vec![Some("in"), None]))),
        ("amount", Arc::new(Decimal128Array::from(vec![123_450, 5]).with_precision_and_scale(12, 2).unwrap())),
        ("terminal_no", Arc::new(Int64Array::from(vec![Some(4_399_319_003), None]))),
    ])
    .unwrap();
    let whole = only("x.parquet", write_parquet(&typed));
    assert_eq!((whole.table, whole.batch.num_rows()), ("account_transaction", 1));
    assert_eq!(whole.value(0, "at"), "2023-07-05T09:03:21");
    assert_eq!((whole.value(0, "amount_fen"), whole.value(0, "terminal_no")), ("123450".into(), "4399319003".into()));
    assert_eq!((whole.rejected[0].row_number, whole.rejected[0].column), (2, Some("direction")));
    let deposits = RecordBatch::try_from_iter([
        ("id_number", Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef),
        ("as_of", Arc::new(Date32Array::from(vec![19_478, 19_478]))),
        ("balance", Arc::new(Float64Array::from(vec![0.1 + 0.2, 1e15]))),
    ])
    .unwrap();
    let whole = only("deposit.parquet", write_parquet(&deposits));
    assert_eq!((whole.value(0, "as_of"), whole.value(0, "balance_fen")), ("2023-05-01".into(), "30".into()));
    assert!(whole.rejected[0].reason_en.contains("15 digits"), "{:?}", whole.rejected);
}

fn write_parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn workbooks_with_several_sheets() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("发放明细-1月").unwrap();
    for (column, header) in PAYMENT.iter().enumerate() {
        sheet.write(0, column as u16, *header).unwrap();
    }
    for (row, cells) in rows().iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(row as u32 + 1, column as u16, cell).unwrap();
        }
    }
    // A title, a gap, numbers and dates as such, an ID number that Excel has rounded, a failed formula.
    let date = CellFormat::new().set_num_format("yyyy\"年\"m\"月\"");
    let sheet = book.add_worksheet().set_name("2月").unwrap();
    sheet.write(0, 0, "2023年2月发放明细").unwrap();
    for (column, header) in PAYMENT.iter().enumerate() {
        sheet.write(2, column as u16, *header).unwrap();
    }
    for (row, id) in [(3, 0.0), (5, 110_105_194_912_310_020.0), (6, 1.0)] {
        sheet.write(row, 0, row).unwrap();
        sheet.write(row, 1, "DB").unwrap();
        if id == 0.0 {
            sheet.write(row, 2, "11010519491231002X").unwrap();
        } else {
            sheet.write(row, 2, id).unwrap();
        }
        sheet.write_with_format(row, 3, ExcelDateTime::from_ymd(2023, 2, 1).unwrap(), &date).unwrap();
        sheet.write(row, 4, 1234.5).unwrap();
        sheet.write(row, 5, 45047).unwrap();
        sheet.write(row, 6, "成功").unwrap();
    }
    sheet.write(6, 4, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A")).unwrap();
    book.add_worksheet().set_name("空").unwrap();
    let (whole, notes) = import_one("发放明细.xlsx", book.save_to_buffer().unwrap(), "").unwrap();
    assert_eq!(
        whole.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(),
        ["发放明细.xlsx#发放明细-1月", "发放明细.xlsx#2月"]
    );
    check(&whole[0]);
    let second = &whole[1];
    assert_eq!(second.column(ROW_NUMBER), ["4"]);
    assert_eq!(second.value(0, "payment_no"), "3");
    assert_eq!((second.value(0, "month"), second.value(0, "amount_fen")), ("2023-02-01".into(), "123450".into()));
    assert_eq!((second.value(0, "due_on"), second.reading.blank), ("2023-05-01".into(), 1));
    let reasons: Vec<_> = second.rejected.iter().map(|r| (r.row_number, r.column, r.kind)).collect();
    assert_eq!(reasons, [(6, Some("payee_id_number"), RejectKind::Broken), (7, Some("amount"), RejectKind::Broken)]);
    assert!(second.rejected[0].reason_en.contains("export it as text"));
    insta::assert_snapshot!(notes.iter().map(|n| n.en.as_str()).collect::<Vec<_>>().join("\n"), @r"
    发放明细.xlsx#2月: row 3 was taken for the header, the rows above it are left out
    发放明细.xlsx, sheet 3 `空`: it holds nothing, not read
    ");
}

#[test]
fn headers_in_any_order_form_and_language() {
    let whole = only(
        "x.csv",
        "STATUS, 金\u{3000}额 ,Payment No,（备注）,所属月份,award_no,领取人身份证号\npaid,1,P,x,202301,A,1\n",
    );
    assert_eq!((whole.table, whole.batch.num_rows()), ("payment", 1));
    let whole = only("救助标准.csv", "区划代码,救助类型,执行月份,月标准（万元）\n439931,低保,2023-01,0.056\n");
    assert_eq!(
        (whole.value(0, "monthly_amount_fen"), whole.value(0, "region_code")),
        ("56000".into(), "439931000000".into())
    );
}

#[test]
fn booleans_numbers_and_placeholders() {
    let whole = only(
        "household.csv",
        "household_no,region_code,head_id_number,family_size,phone,address\n1,439931001001,无,3人,无,\"甲,乙\"\n2,439931001001,1,三口,NULL,\\N\n3,439931001001,1,x,—,无\n无,439931001001,1,1,,\n",
    );
    assert_eq!(whole.column("family_size"), ["3", "3", "∅"]);
    assert_eq!(whole.column("phone"), ["∅", "∅", "∅"]);
    assert_eq!(whole.column("address"), ["甲,乙", "∅", "无"]);
    assert_eq!(whole.value(0, "head_id_number"), "无");
    assert_eq!(whole.profile.columns["family_size"].top(10), [("x", 1)]);
    assert_eq!((whole.profile.columns["phone"].missing, whole.profile.columns["phone"].invalid), (2, 2));
    assert_eq!((whole.rejected[0].column, whole.rejected[0].kind), (Some("household_no"), RejectKind::Broken));
    let mut csv = "settlement_no,id_number,serious_illness,total\n".to_owned();
    for word in ["是", "有", "Y", "true", "1", "否", "无", "N", "FALSE", "0"] {
        csv.push_str(&format!("{word},1,{word},1\n"));
    }
    let whole = only("medical_settlement.csv", csv.replace("无,1", "w,1").replace("w,1,w", "w,1,无"));
    let yes = |count| vec!["true"; count].into_iter().chain(vec!["false"; count]).collect::<Vec<_>>();
    assert_eq!(whole.column("serious_illness"), yes(5));
}

#[test]
fn rows_that_cannot_be_accepted_are_named() {
    let whole = only(
        "deposit.csv",
        b"id_number,name,as_of,balance\n1,a,2023-01-01,5,,\n\n2,b,2023-01-01\n3,c,2023-01-01,5,x\n4,\xff\xfe,2023-01-01,5\n,e,2023-01-01,5\n6,f,2023-01-01,1.234\n4.39931E+17,g,2023-01-01,5\n,,,\n8,h,45047,5\n",
    );
    assert_eq!(whole.column(ROW_NUMBER), ["2", "11"]);
    assert_eq!(whole.reading.blank, 2);
    let reasons: Vec<String> = whole
        .rejected
        .iter()
        .map(|r| format!("{} {:?}: {} | {} | {}", r.row_number, r.kind, r.reason_en, r.reason_zh, r.raw))
        .collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
        4 Shape: the row has 3 fields, the header 4 | 该行有3个字段，表头有4个 | 2,b,2023-01-01
        5 Shape: the row has 5 fields, the header 4 | 该行有5个字段，表头有4个 | 3,c,2023-01-01,5,x
        6 Encoding: the row holds bytes that are no text in the file's encoding (shown as ?) | 该行含有无法按文件编码解读的字节（以 ? 表示） | 4,??,2023-01-01,5
        7 Missing: the required column `id_number` is empty | 必填列“身份证号”为空 | ,e,2023-01-01,5
        8 Broken: `balance`: '1.234' is not an amount of money in whole fen | 列“存款余额”的值“1.234”不是金额（精确到分） | 6,f,2023-01-01,1.234
        9 Broken: `id_number` is a number of more than 15 digits, '4.39931E+17', that the spreadsheet has rounded: export it as text | 列“身份证号”是超过15位的数字“4.39931E+17”，已被电子表格舍入，请以文本格式重新导出 | 4.39931E+17,g,2023-01-01,5
        ");
}
