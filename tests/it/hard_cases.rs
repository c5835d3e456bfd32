//! Irregularities that only identity can find: the register that gives them away has a number with two slips, or,
//! where it has no names, one that the register book of the relative tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use mingjing::domain::id_number;

use crate::support::{Desk, csv_rows, findings, fixture};

/// Files by which cases of a typology are found, with the column of the number.
const TOLD_BY: [(&str, &str, &str); 10] = [
    ("A01", "死亡登记.csv", "身份证号"),
    ("A02", "羁押.csv", "身份证号"),
    ("A04", "机动车.csv", "所有人身份证号"),
    ("A05", "不动产.csv", "身份证号"),
    ("A06", "企业任职.csv", "身份证号"),
    ("A07", "社保缴费.csv", "身份证号"),
    ("A08", "亲属关系.csv", "亲属身份证号"),
    ("A09", "社保缴费.csv", "身份证号"),
    ("A10", "养老金.csv", "身份证号"),
    ("A11", "存款.csv", "身份证号"),
];

/// Case keys by typology, from the truth of the county: subject and other numbers.
fn planted() -> BTreeMap<String, Vec<BTreeSet<String>>> {
    let mut planted: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
    for row in csv_rows(&fixture("county/truth.csv")).iter().filter(|row| row["decoy"] == "no") {
        let others = row["alt_keys"].split('|').map(str::to_owned);
        let keys = others.chain([row["subject_key"].clone()]).filter(|key| !key.is_empty()).collect();
        planted.entry(row["typology"].clone()).or_default().push(keys);
    }
    planted
}

/// A number with so many digits wrong, so that its check digit tells; the same number always in the same places.
fn slipped(number: &str, slips: usize) -> String {
    let sum = number.bytes().map(usize::from).sum::<usize>();
    let forms = [[15, 12], [14, 10], [16, 13], [11, 15]].into_iter().cycle().skip(sum % 4).map(|places| {
        let mut digits: Vec<u8> = number.bytes().collect();
        for place in &places[..slips] {
            digits[*place] = b'0' + (digits[*place] - b'0' + 1 + (sum % 8) as u8) % 10;
        }
        String::from_utf8(digits).unwrap()
    });
    forms.take(4).find(|form| id_number::fault(form).is_some()).unwrap()
}

#[test]
fn hard_cases_are_found_and_nothing_else_is_raised() {
    let planted = planted();
    let desk = Desk::new();
    let mut spoiled = BTreeMap::new();
    for entry in fs::read_dir(fixture("county/exports")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut text = fs::read_to_string(&path).unwrap();
        for (typology, _, column) in TOLD_BY.iter().filter(|(_, file, _)| name == *file) {
            let header = text.lines().next().unwrap();
            let at = header.split(',').position(|h| h.trim_matches(['\u{feff}', ' ']) == *column).unwrap();
            let people: BTreeSet<&str> = planted[*typology].iter().flatten().map(String::as_str).collect();
            let rows = text.lines().map(|line| {
                let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
                let cell = cells.get(at).cloned().unwrap_or_default();
                if people.contains(cell.as_str()) && id_number::fault(&cell).is_none() && cell.len() == 18 {
                    // Kinship has no names: nothing but the book is left to tell.
                    cells[at] = slipped(&cell, if *typology == "A08" { 1 } else { 2 });
                    *spoiled.entry(*typology).or_insert(0) += 1;
                }
                cells.join(",") + "\n"
            });
            text = rows.collect();
        }
        desk.file(&name, &text);
    }
    assert!(spoiled.len() >= 9, "too few files were spoiled: {spoiled:?}");
    desk.import_all();
    let only: BTreeSet<&str> = TOLD_BY.iter().map(|(typology, ..)| *typology).collect();
    let found = findings(&desk.audit(&["--only", &only.iter().copied().collect::<Vec<_>>().join(",")]));
    let names = |row: &BTreeMap<String, String>| -> BTreeSet<String> {
        let names = ["subject_key", "household_no", "award_no", "id_number"];
        names.iter().map(|name| row[*name].clone()).filter(|key| !key.is_empty()).collect()
    };
    let (mut cases, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
    for typology in only {
        let raised: Vec<_> =
            found.iter().filter(|row| row["typology"] == typology && row["status"] == "open").map(names).collect();
        cases += planted[typology].len();
        let unmet = planted[typology].iter().filter(|keys| raised.iter().all(|own| own.is_disjoint(keys)));
        missed.extend(unmet.map(|keys| (typology, keys)));
        let untrue = raised.iter().filter(|own| planted[typology].iter().all(|keys| own.is_disjoint(keys)));
        wrong.extend(untrue.map(|own| (typology, own.clone())));
    }
    assert!(cases >= 25);
    assert!(missed.len() * 100 <= cases * 15, "{} of {cases} missed: {missed:#?}", missed.len());
    assert!(wrong.is_empty(), "raised without ground: {wrong:#?}");
}
