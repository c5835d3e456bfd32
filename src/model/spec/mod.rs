//! Model specs: what a model looks at, with which detectors, and what a person must know of it.
//!
//! A spec is one TOML file in `models/` over a feature query in `queries/features/`, and where money is
//! counted line by line a lines query in `queries/lines/`. Protected attributes and what a caseworker only
//! thinks are refused as features, by the plan of the query and not by names.
//!
//! | file | what it does |
//! |---|---|
//! | `features.rs` | feature queries: checked, run, missing values left so |
//! | `lines.rs` | features counted from lines of money |
//! | `peers.rs` | whom a subject is compared with, and what is ordinary among them |
//! | `run.rs` | scores, alarms, what drove them, what would have been ordinary |
//! | `beside.rs` | ordinary subjects that are like a raised one in all else |
//! | `reason.rs` | the same in words |
//! | `drift.rs` | how far features and scores moved between snapshots |
//! | `card.rs` | the model card |

mod beside;
mod card;
mod drift;
mod features;
mod lines;
mod peers;
mod reason;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use card::{Card, Evaluation, GroupRate, Judged, Stability};
pub use drift::{Drift, Drifted, drift, stability_index};
pub use features::{Column, FeatureQuery, FeatureTable, Key};
pub use lines::LinesQuery;
pub use reason::{in_words, shown};
pub use run::{Driver, Outcome, Scored, run};

use super::detector::{self, DetectError, Detector};
use crate::contract::Queue;
use crate::query::library::{Header, OwnName, Planner, RuleError, Status, stored_tables_of};
use crate::query::{QueryError, Session};

/// What is wrong with a model, or keeps it from running.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A spec or a feature query is not what it must be.
    #[error("model '{model}': {message}")]
    Spec {
        /// The model.
        model: String,
        /// What is wrong.
        message: String,
    },
    /// A feature query cannot be planned.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A feature query cannot be run.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A detector cannot be fitted.
    #[error(transparent)]
    Detect(#[from] DetectError),
}

/// A detector of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Kind, as `mingjing models kinds` lists them.
    pub kind: String,
    /// Parameters that differ from the defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// A spec, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// File stem.
    pub id: String,
    /// Code of its findings: `M` and two digits.
    pub code: String,
    /// Version, raised with every change of what it finds.
    pub version: u32,
    /// Name.
    pub name: OwnName,
    /// Queue of its findings.
    pub queue: Queue,
    /// Probability that a check confirms anything of a subject that it raises, before dispositions say so.
    pub prior: f64,
    /// Feature query.
    pub features: String,
    /// Lines query, where money is counted.
    #[serde(default)]
    pub lines: Option<String>,
    /// Quota: at most this share of the subjects is raised, and about so many are where nothing is wrong.
    pub share: f64,
    /// And only those with so many features outside what is ordinary among their peers.
    pub ways: usize,
    /// Fewer subjects are not assessed.
    pub least_rows: usize,
    /// How a finding begins, in Chinese, with `{name}` and `{subject}`.
    pub reason_zh: String,
    /// The same in English.
    pub reason_en: String,
    /// Why it matters.
    pub why: String,
    /// Innocent explanations a reviewer looks for.
    pub innocent: Vec<String>,
    /// What it cannot see.
    pub blind: Vec<String>,
    /// Detectors; their scores come together as tail probabilities.
    pub detectors: Vec<Part>,
}

/// A spec that was checked, with its queries.
#[derive(Debug, Clone)]
pub struct Model {
    /// The spec.
    pub spec: ModelSpec,
    /// The query of its features.
    pub query: FeatureQuery,
    /// The query of its lines.
    pub lines: Option<LinesQuery>,
    /// All its features with what they mean, those of the lines too.
    pub columns: BTreeMap<String, Column>,
    /// The spec's text.
    pub text: &'static str,
}

macro_rules! model_sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../models/", $name, ".toml")))),*]
    };
}

/// Every model. A test holds this list against the folder.
const SOURCES: &[(&str, &str)] = model_sources![
    "m01_household_unlike_peers",
    "m02_village_payroll",
    "m03_officer_decisions",
    "m04_account_behaviour",
    "m05_person_unlike_peers",
    "m06_payment_batch",
    "m07_institution_unlike_peers",
    "m08_award_course",
];

/// Severity of every model's findings, the least: a model only says where to look.
const SEVERITY: u8 = 1;

/// All models, checked but for the plans of their queries.
pub fn models() -> Result<Vec<Model>, ModelError> {
    SOURCES.iter().map(|(name, text)| Model::parse(name, text)).collect()
}

/// What every model says of itself, by its id.
pub fn headers() -> &'static BTreeMap<String, Header> {
    static HEADERS: LazyLock<BTreeMap<String, Header>> = LazyLock::new(|| {
        // The specs are part of the program and a test parses them; an audit tells what is wrong with one.
        let all = models().unwrap_or_default();
        all.iter().map(|model| (model.spec.id.clone(), model.header())).collect()
    });
    &HEADERS
}

impl Model {
    fn parse(name: &str, text: &'static str) -> Result<Self, ModelError> {
        let wrong = |message: String| ModelError::Spec { model: name.to_owned(), message };
        let spec: ModelSpec =
            serde_path_to_error::deserialize(toml::Deserializer::parse(text).map_err(|e| wrong(e.to_string()))?)
                .map_err(|e| wrong(e.to_string()))?;
        if spec.id != name || !name.starts_with(&format!("{}_", spec.code.to_lowercase())) {
            return Err(wrong(format!("the id is '{}', the code '{}' and the file another", spec.id, spec.code)));
        }
        if !(spec.share > 0.0 && spec.share <= 0.2) {
            return Err(wrong(format!("share = {}: it must lie above 0 and not above 0.2", spec.share)));
        }
        if (spec.least_rows as f64) * spec.share < 1.0 {
            return Err(wrong(format!("least_rows = {}: that share of so few is nobody", spec.least_rows)));
        }
        if !(spec.prior > 0.0 && spec.prior < 1.0) {
            return Err(wrong(format!("prior = {}: it must lie between 0 and 1", spec.prior)));
        }
        if spec.detectors.is_empty() || spec.innocent.is_empty() || spec.blind.is_empty() {
            return Err(wrong("a model needs detectors, innocent explanations and blind spots".to_owned()));
        }
        let query = FeatureQuery::named(&spec.features)
            .ok_or_else(|| wrong(format!("there is no feature query '{}'", spec.features)))??;
        let lines = match &spec.lines {
            None => None,
            Some(lines) => {
                let found = LinesQuery::named(lines);
                Some(found.ok_or_else(|| wrong(format!("there is no lines query '{lines}'")))??)
            }
        };
        let mut columns = query.columns.clone();
        for (name, column) in lines.iter().flat_map(LinesQuery::documented) {
            if columns.insert(name.clone(), column).is_some() {
                return Err(wrong(format!("features and lines both give '{name}'")));
            }
        }
        let model = Self { spec, query, lines, columns, text };
        model.detectors()?;
        Ok(model)
    }

    /// Refuses queries that read a protected attribute, a caseworker's opinion, or what they do not declare.
    pub async fn check(&self, planner: &Planner) -> Result<(), ModelError> {
        self.query.check(planner).await?;
        match &self.lines {
            Some(lines) => lines.check(planner).await,
            None => Ok(()),
        }
    }

    /// Its detectors with their parameters.
    pub fn detectors(&self) -> Result<Vec<Box<dyn Detector>>, ModelError> {
        let one = |part: &Part| {
            let mut detector = detector::kind(&part.kind).ok_or_else(|| ModelError::Spec {
                model: self.spec.id.clone(),
                message: format!("there is no detector '{}'", part.kind),
            })?;
            for (name, value) in &part.parameters {
                detector.set(name, value)?;
            }
            Ok(detector)
        };
        self.spec.detectors.iter().map(one).collect()
    }

    /// Tables of the contract that it reads, and those of them that it can do without.
    fn tables(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut all, mut optional) = stored_tables_of(&self.query.reads, &self.query.optional);
        if let Some(lines) = &self.lines {
            let (read, may_miss) = stored_tables_of(&lines.reads, &lines.optional);
            // What either needs is needed.
            optional.retain(|table| !read.contains(table) || may_miss.contains(table));
            optional.extend(may_miss.into_iter().filter(|table| !all.contains(table)));
            all.extend(read);
        }
        (all, optional)
    }

    /// Tables of the contract for want of which it cannot run.
    pub fn needs(&self) -> BTreeSet<String> {
        let (all, optional) = self.tables();
        all.difference(&optional).cloned().collect()
    }

    /// Those that it takes as empty where they are missing.
    pub fn wants(&self) -> BTreeSet<String> {
        self.tables().1
    }

    /// Reads its features off a snapshot.
    pub async fn table(&self, session: &Session) -> Result<FeatureTable, ModelError> {
        let (mut table, mut columns) = self.query.read(session).await?;
        if let Some(lines) = &self.lines {
            columns.extend(lines.read(session, &table.subjects).await?);
            for (name, column) in lines.documented() {
                table.names.push(name);
                table.least.push(column.least);
            }
        }
        Ok(table.with(&columns))
    }

    /// What it says of itself, as rules do.
    pub fn header(&self) -> Header {
        let spec = &self.spec;
        let lines = self.lines.iter().flat_map(|lines| &lines.reads);
        let reads: BTreeSet<&String> = self.query.reads.iter().chain(lines).collect();
        Header {
            id: spec.id.clone(),
            typology: spec.code.clone(),
            name: Some(spec.name.clone()),
            version: spec.version,
            status: Status::Experimental,
            severity: SEVERITY,
            queue: spec.queue,
            subject: self.query.subject,
            reads: reads.into_iter().cloned().collect(),
            one_of: Vec::new(),
            needs: Vec::new(),
            columns: Vec::new(),
            optional: self.query.optional.clone(),
            prior: spec.prior,
            reason_zh: spec.reason_zh.clone(),
            reason_en: spec.reason_en.clone(),
            why: spec.why.clone(),
            innocent: spec.innocent.clone(),
            blind: spec.blind.clone(),
            basis: Vec::new(),
            parameters: BTreeMap::new(),
            legal_criteria: Vec::new(),
            exemptions: BTreeMap::new(),
        }
    }

    /// Name of what it is made of: another name, other texts.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for text in [self.text, self.query.text(), self.lines.as_ref().map_or("", LinesQuery::text)] {
            hash.update(text);
            hash.update([0]);
        }
        hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect()
    }
}

#[cfg(test)]
mod tests;
