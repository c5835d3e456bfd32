//! Whatever bytes come in, the outcome is rows or an error.

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::*;

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("deposit").unwrap();
    for (column, header) in ["id_number", "name", "as_of", "balance"].into_iter().enumerate() {
        sheet.write(0, column as u16, header).unwrap();
        for row in 1..4 {
            sheet.write(row, column as u16, format!("2023-01-0{row}")).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn bytes_as_csv(body in prop::collection::vec(any::<u8>(), 0..300), header in any::<bool>()) {
        let bytes = if header { [b"id_number,name,as_of,balance\n".to_vec(), body].concat() } else { body };
        let _ = import_one("deposit.csv", bytes, "");
    }

    #[test]
    fn texts_as_csv(body in "([-0-9年月日.,;\"\t\r\n×xE+ 　元万￥]|\\PC){0,200}") {
        let _ = import_one("deposit.csv", format!("id_number,name,as_of,balance\n{body}"), "");
        let _ = import_one("deposit.csv", body, "");
    }

    #[test]
    fn bytes_as_json_lines(body in prop::collection::vec(any::<u8>(), 0..200), text in "[]\\[{}:\",0-9a-e\\\\\n]{0,100}") {
        let _ = import_one("deposit.jsonl", body, "");
        let line = "{\"id_number\":\"1\",\"as_of\":\"2023-01-01\",\"balance\":1}\n";
        let _ = import_one("deposit.jsonl", format!("{line}{text}"), "");
    }

    #[test]
    fn bytes_as_workbook(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = import_one("deposit.xlsx", [b"PK\x03\x04".to_vec(), body].concat(), "");
    }

    #[test]
    fn damaged_workbooks(at in 0usize..6_000, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = workbook();
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = byte;
        }
        let _ = import_one("deposit.xlsx", bytes, "");
    }
}

#[test]
fn the_workbook_is_whole_before_it_is_damaged() {
    let whole = only("x.xlsx", workbook());
    assert_eq!((whole.table, whole.reading.rows), ("deposit", 3));
}

/// Decoders of others index what a hostile file says; their panic must become an error.
#[test]
fn a_panic_of_a_decoder_is_an_error() {
    let strings: Vec<&str> = Vec::new();
    assert!(guarded(|| strings[std::hint::black_box(7)].len()).is_err());
    assert_eq!(guarded(|| 1), Ok(1));
}
