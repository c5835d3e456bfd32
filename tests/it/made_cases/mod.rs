//! What is planted has the property that its typology describes, its look-alikes and the lawful background
//! have not: each typology in a few lines of its own, apart from the rules.

mod county;
mod kin;
mod money;
mod procedure;

use std::collections::BTreeSet;

use county::{County, Raised, Row};
use mingjing::made::{self, Form, Settings};

type Detector = fn(&County) -> Raised;

const DETECTORS: [(&str, Detector); 17] = [
    ("B05", procedure::split_grants),
    ("B06", procedure::no_follow_up),
    ("C01", kin::not_declared),
    ("C02", kin::not_visited),
    ("C06", kin::no_recusal),
    ("C07", kin::ineligible),
    ("C09", procedure::step_skipped),
    ("C10", procedure::rotation),
    ("D03", procedure::bulk_change),
    ("D05", money::drawn_together),
    ("D06", money::mismatch),
    ("D07", money::drawn_after_death),
    ("D08", money::absent),
    ("D10", money::flow_back),
    ("D11", kin::kickback),
    ("D12", money::held_or_diverted),
    ("E02", procedure::late),
];

fn county(households: u64, months: u32, clean: bool) -> County {
    let settings = Settings { households, months, seed: 17, form: Form::Csv, clean, ..Settings::default() };
    let folder = tempfile::tempdir().unwrap();
    made::generate(&settings, folder.path(), &|_, _| {}).unwrap();
    County::read(folder.path())
}

/// The key that a detector raises for a case: of funds, one region has a case for each month.
fn key(row: &Row) -> String {
    let months = if row.text("typology") == "D12" { format!(" {}", row.text("month_from")) } else { String::new() };
    format!("{}{months}", row.text("subject_key"))
}

#[test]
fn every_planted_case_is_one_and_nothing_else_is() {
    for (households, months) in [(500, 24), (300, 12), (60, 8)] {
        let county = county(households, months, false);
        for (typology, detector) in DETECTORS {
            let real = county.truth.iter().filter(|row| row.text("typology") == typology && row.text("decoy") == "no");
            let real: Vec<&Row> = real.collect();
            assert!(!real.is_empty(), "{typology}");
            let raised = detector(&county);
            let county = format!("{typology} in {households} households over {months} months");
            for row in &real {
                assert!(raised.contains(&key(row)), "{county}: {} {} is none", key(row), row.text("note"));
            }
            // The rows of one benefit are one case.
            let others = real.iter().flat_map(|row| row.text("alt_keys").split('|').map(str::to_owned));
            let known: BTreeSet<String> = real.iter().map(|row| key(row)).chain(others).collect();
            for key in &raised {
                assert!(known.contains(key), "{county}: {key} was not planted");
            }
        }
    }
}

#[test]
fn a_clean_county_has_none_of_them() {
    let county = county(900, 24, true);
    for (typology, detector) in DETECTORS {
        assert_eq!(detector(&county), Raised::new(), "{typology}");
    }
}

#[test]
fn look_alikes_are_not_cases() {
    let county = county(500, 24, false);
    for (typology, detector) in DETECTORS {
        let raised = detector(&county);
        let decoys = county.truth.iter().filter(|row| row.text("typology") == typology && row.text("decoy") != "no");
        for decoy in decoys {
            assert!(!raised.contains(&key(decoy)), "{typology} {} {}", decoy.text("decoy"), key(decoy));
        }
    }
}
