//! Views that rules and analysts share: each one SQL file with a header of leading `--` lines.

use std::sync::LazyLock;

use datafusion::sql::parser::Statement;
use serde::{Deserialize, Serialize};

use super::statement::Parsed;
use super::{Program, RuleError, header};

/// What a view says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewHeader {
    /// What a row is.
    pub meaning: String,
    /// Tables and views it reads.
    pub reads: Vec<String>,
    /// Those without which it still answers, taking them as empty.
    #[serde(default)]
    pub optional: Vec<String>,
    /// An audit computes it once and its rules read the result.
    #[serde(default)]
    pub once: bool,
}

/// A view of the library.
#[derive(Debug, Clone)]
pub struct View {
    /// Name in SQL, the file stem.
    pub name: &'static str,
    /// The header.
    pub header: ViewHeader,
    /// The whole file.
    pub text: &'static str,
}

impl View {
    /// Its statement.
    pub(super) fn statement(&self) -> Result<Statement, RuleError> {
        Parsed::parse(self.name, self.text)?.bound(|_| None)
    }

    /// Its statement, what it reads more than once taken out of it.
    pub(in crate::query) fn program(&self) -> Result<Program, RuleError> {
        Program::parse(self.name, self.text)
    }
}

macro_rules! view_sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../queries/views/", $name, ".sql")))),*]
    };
}

/// Every view, one that reads another after it. A test holds this list against the folder.
const SOURCES: &[(&str, &str)] = view_sources![
    "award_head_count",
    "death_record",
    "local_period",
    "region_standard",
    "possible_standard",
    "household_standard",
    "award_peer",
    "paid_run",
    "phase_out",
    "covered_run",
    "double_cover",
    "award_account",
    "temporary_grant",
    "level_dibao",
    "family_member",
    "income_line",
    "household_income",
    "income_over_standard",
    "family_vehicle",
    "family_estate",
    "family_business",
    "family_deposit",
    "kin_stated",
    "kin_edge",
    "kin_chain",
    "official_kin",
    "official_circle",
    "decision",
    "kin_case",
    "declared_kin",
    "person_thing",
    "family_circle",
    "hidden_tie",
    "kin_concentration",
    "official_kin_decisions",
    "official_screen",
    "withdrawal_cluster",
    "relation_edge",
    "onward_transfer",
    "person_group",
    "household_group",
];

/// The views, in the order in which they must be registered.
pub fn views() -> &'static [View] {
    static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| {
        SOURCES
            .iter()
            .map(|(name, text)| match header::read(name, text) {
                Ok(header) => View { name, header, text },
                #[expect(clippy::panic, reason = "the views are part of the program; a test parses them")]
                Err(error) => panic!("view {error}"),
            })
            .collect()
    });
    &VIEWS
}
