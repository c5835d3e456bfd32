//! The rule library: each rule one SQL file with a TOML header and a sibling file of cases.
//!
//! # Layout
//!
//! | file | what it does |
//! |---|---|
//! | `sources.rs` | the rules compiled in |
//! | `folder.rs` | an analyst's own rules and parameters |
//! | `header.rs` | the header of a rule: leading `--` lines, as TOML |
//! | `statement.rs` | the SQL as a tree: placeholders, tables named, exemption codes, order |
//! | `check.rs` | [`Rule`] → [`CheckedRule`]: only what keeps its promises can run |
//! | `promises.rs` | what a rule promises, held against contract, SQL and plan |
//! | `planner.rs` | where rules are planned to be checked |
//! | `protected.rs` | which protected attributes a plan reads |
//! | `views.rs` | views that rules share |
//! | `run.rs` | a checked rule with its placeholders bound |
//! | `shared.rs` | what a statement reads more than once, taken out of it to be computed once |
//! | `tables.rs` | every table and view of a snapshot, empty or given, in a session |
//! | `page.rs` | the page of a rule, the reference of all |
//! | `stamp.rs` | a new rule from a template |
//! | `case_file.rs`, `case_table.rs` | cases: read, made into tables |
//! | `case_plan.rs`, `case_run.rs` | a rule planned once for many cases; cases run and compared |

mod case_file;
mod case_plan;
mod case_run;
mod case_table;
mod check;
mod folder;
mod header;
mod page;
mod planner;
mod promises;
mod protected;
mod run;
mod shared;
mod sources;
mod stamp;
mod statement;
mod tables;
mod views;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use case_file::{Case, Edge};
pub use case_run::{CaseOutcome, run_cases};
pub use check::{CheckedRule, EvidenceColumn, EvidenceRole, delivered, stored_tables_of};
pub use folder::Parameters;
pub use header::{Exemption, Header, LegalCriterion, OwnName, RuleParameter, Status, read as read_header};
pub use page::{reference, rule_page};
pub use planner::{Planner, Reading};
pub use protected::Protected;
pub use run::Bindings;
pub(in crate::query) use shared::Program;
pub use stamp::Stamp;
pub(super) use tables::planned;
pub use tables::{
    FINDING_TABLE, finding_schema, register_tables, register_view, register_views, stored_tables, table_schema,
};
pub use views::{View, ViewHeader, views};

use thiserror::Error;

/// What is wrong with a rule.
#[derive(Debug, Error)]
pub enum RuleError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The header is no header.
    #[error("{rule}: header: {path}: {message}")]
    Header {
        /// The rule.
        rule: String,
        /// Key of the header that is wrong, as `parameters.x.default`.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The cases cannot be read.
    #[error("{rule}: cases: {message}")]
    Cases {
        /// The rule.
        rule: String,
        /// What is wrong.
        message: String,
    },
    /// The rule breaks promises, all of them listed.
    #[error("{rule}: {}", faults.join("; "))]
    Check {
        /// The rule.
        rule: String,
        /// Each promise broken.
        faults: Vec<String>,
    },
    /// A value for a parameter does not fit.
    #[error("{rule}: parameter ${name}: {message}")]
    Parameter {
        /// The rule.
        rule: String,
        /// The parameter.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// The engine refuses the SQL or fails on it.
    #[error("{rule}: {message}")]
    Engine {
        /// The rule or view.
        rule: String,
        /// What the engine says.
        message: String,
    },
}

impl RuleError {
    fn engine(rule: &str, error: impl std::fmt::Display) -> Self {
        Self::Engine { rule: rule.to_owned(), message: error.to_string() }
    }
}

/// A rule as it stands in its files: read, nothing checked but the header's shape.
#[derive(Debug, Clone)]
pub struct Rule {
    /// File stem, for example `a01_paid_after_death`.
    pub stem: String,
    /// The header.
    pub header: Header,
    /// The whole file: what people read.
    pub text: String,
    /// The cases.
    pub cases: Vec<Case>,
}

impl Rule {
    /// Reads a rule from the text of its two files.
    pub fn parse(stem: &str, text: &str, cases: &str) -> Result<Self, RuleError> {
        Ok(Self {
            stem: stem.to_owned(),
            header: Header::parse(stem, text)?,
            text: text.to_owned(),
            cases: case_file::parse(stem, cases)?,
        })
    }
}

/// Checked rules by id, in order.
#[derive(Debug, Clone, Default)]
pub struct Library {
    rules: BTreeMap<String, CheckedRule>,
    parameters: Parameters,
}

impl Library {
    /// The rules compiled into the program.
    pub async fn built_in() -> Result<Self, RuleError> {
        Self::check(sources::built_in()?).await
    }

    /// These rules and those of a folder, of two with one id the folder's; and the status and parameters
    /// that the folder sets.
    pub async fn with_folder(mut self, folder: &Path) -> Result<Self, RuleError> {
        let own = Self::check(folder::rules(folder)?).await?;
        self.rules.extend(own.rules);
        for (rule, set) in folder::settings(folder)? {
            let Some(checked) = self.rules.get_mut(&rule) else {
                let faults = vec![format!("there is no rule '{rule}' to set")];
                return Err(RuleError::Check { rule: folder.display().to_string(), faults });
            };
            checked.takes(&set.parameters)?;
            if let Some(status) = set.status {
                *checked = checked.with_status(status);
            }
            self.parameters.entry(rule).or_default().extend(set.parameters);
        }
        Ok(self)
    }

    async fn check(rules: Vec<Rule>) -> Result<Self, RuleError> {
        let planner = Planner::new().await?;
        let checks = rules.into_iter().map(|rule| {
            let planner = planner.clone();
            tokio::spawn(async move { CheckedRule::check(rule, &planner).await })
        });
        let mut checked = BTreeMap::new();
        for check in checks.collect::<Vec<_>>() {
            let rule = check.await.map_err(|e| RuleError::engine("check", e))??;
            checked.insert(rule.id().to_owned(), rule);
        }
        Ok(Self { rules: checked, parameters: Parameters::new() })
    }

    /// Rule parameters that differ from their defaults.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The rules in order of their ids.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &CheckedRule> {
        self.rules.values()
    }

    /// The rule of that id.
    pub fn get(&self, id: &str) -> Option<&CheckedRule> {
        self.rules.get(id)
    }

    /// The rule of that id, or the first that looks for that typology.
    pub fn find(&self, name: &str) -> Option<&CheckedRule> {
        self.get(name).or_else(|| self.rules().find(|rule| rule.header().typology.eq_ignore_ascii_case(name)))
    }
}
