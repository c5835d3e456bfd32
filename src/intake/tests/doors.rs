//! Whatever bytes come in, the outcome is rows or an error.

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::*;
use crate::contract::contract;

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

    /// Codes, yes and no, whole numbers, months and amounts.
    #[test]
    fn every_kind_of_cell_as_csv(cells in prop::collection::vec("([-0-9年月.,;\"\t+ 　元万￥是否有无真假YNTtrue低保特困dibao]|\\PC){0,12}", 6)) {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let header = "award_no,household_no,programme,persons,monthly_amount,start_month,single_person";
        let row = |programme: &str, persons: &str, amount: &str, month: &str, single: &str| {
            format!("DB1,JT1,{programme},{persons},{amount},{month},{single}\n")
        };
        let whole = only("award.csv", format!("{header}\n{}", row(&cells[0], &cells[1], &cells[2], &cells[3], &cells[4])));
        // Set aside for a required cell, or read; a code is one of the contract's or null.
        prop_assert_eq!(whole.reading.rows, 1);
        // An optional cell never costs the row.
        let whole = only("award.csv", format!("{header}\n{}", row("低保", &cells[1], "800", "2023-05", &cells[4])));
        prop_assert_eq!(whole.rejected.len(), 0);
        prop_assert_eq!(whole.value(0, "programme"), "dibao");
        prop_assert!(["true", "false", "∅"].contains(&whole.value(0, "single_person").as_str()));
        let persons = whole.value(0, "persons");
        prop_assert!(persons == "∅" || persons.parse::<i32>().is_ok());
        let programmes = &contract().code_list("programme").unwrap().codes;
        let whole = only("award.csv", format!("{header}\n{}", row(&cells[5], "", "800", "2023-05", "")));
        let known = whole.rejected.is_empty() && programmes.contains(&whole.value(0, "programme"));
        prop_assert!(known || whole.rejected.len() == 1);
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
