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
    "a05_real_estate_over_limit",
    "a06_business_owner",
    "a07_public_payroll_recipient",
    "a08_undeclared_supporter",
    "a09_wages_over_standard",
    "a10_pension_over_standard",
    "a11_deposits_over_limit",
    "a12_amount_miscalculated",
    "a13_undisclosed_spouse",
    "a14_household_split",
    "a16_divorce_before_claim",
    "a18_ghost_recipient",
    "a19_double_identity",
    "a20_single_person_no_ground",
    "a21_phase_out_overrun",
    "a22_review_overdue",
    "b01_duplicate_dibao",
    "b02_dibao_and_tekun",
    "b03_member_of_two_households",
    "b04_temporary_repeat",
    "b05_temporary_split_grants",
    "b06_emergency_no_followup",
    "b07_medical_aid_anomaly",
    "c01_relative_not_declared",
    "c02_declared_not_visited",
    "c03_official_is_recipient",
    "c04_relatives_concentrated",
    "c05_hidden_tie",
    "c06_no_recusal",
    "c07_relative_and_ineligible",
    "c08_unequal_treatment",
    "c09_procedure_gap",
    "c10_rotation",
    "d01_shared_account",
    "d02_wrong_holder",
    "d03_bulk_account_change",
    "d04_custody_not_filed",
    "d05_clustered_withdrawals",
    "d06_three_way_mismatch",
    "d07_withdrawn_after_death",
    "d08_institution_ghost",
    "d10_flow_back",
    "d11_kickback",
    "d12_funds_held_or_diverted",
    "e01_eligible_not_covered",
    "e02_decision_late",
    "e03_stopped_without_notice",
    "e04_paid_late",
    "e05_paid_short",
    "e06_standard_not_applied",
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
