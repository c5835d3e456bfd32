//! The rules compiled into the program.

use super::{Rule, RuleError};

macro_rules! rule_sources {
    ($($stem:literal),* $(,)?) => {
        &[$((
            $stem,
            include_str!(concat!("../../../queries/rules/", $stem, ".sql")),
            include_str!(concat!("../../../queries/rules/", $stem, ".cases.toml")),
        )),*]
    };
}

/// Every rule compiled in: stem, SQL, cases. A test holds this list against the folder.
const SOURCES: &[(&str, &str, &str)] = rule_sources![
    "a01_paid_after_death",
    "a02_paid_in_detention",
    "a04_vehicle_owner",
    "a06_business_owner",
    "a07_public_payroll_recipient",
    "a09_wages_over_standard",
    "b01_duplicate_dibao",
    "b02_dibao_and_tekun",
    "c01_relative_not_declared",
    "c02_declared_not_visited",
    "c03_official_is_recipient",
    "c06_no_recusal",
    "c07_relative_and_ineligible",
    "d01_shared_account",
    "d02_wrong_holder",
    "d04_custody_not_filed",
    "d06_three_way_mismatch",
    "d07_withdrawn_after_death",
    "d10_flow_back",
    "d11_kickback",
    "e04_paid_late",
    "e05_paid_short",
    "e07_returned_not_reissued",
    "q01_invalid_id_number",
    "q02_name_mismatch",
    "q03_family_size_mismatch",
    "q04_disputed_death",
];

pub(super) fn built_in() -> Result<Vec<Rule>, RuleError> {
    SOURCES.iter().map(|(stem, sql, cases)| Rule::parse(stem, sql, cases)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn stems(folder: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut stems: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|e| e.unwrap().file_name().to_string_lossy().strip_suffix(".sql").map(str::to_owned))
            .collect();
        stems.sort();
        stems
    }

    #[test]
    fn every_file_is_compiled_in() {
        let listed: Vec<&str> = SOURCES.iter().map(|(stem, ..)| *stem).collect();
        assert_eq!(listed, stems("queries/rules"));
        let mut listed: Vec<&str> = super::super::views().iter().map(|v| v.name).collect();
        listed.sort_unstable();
        assert_eq!(listed, stems("queries/views"));
    }
}
