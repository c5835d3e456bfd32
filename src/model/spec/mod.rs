//! Model specs: what a model looks at, with which detectors, and what a person must know of it.
//!
//! A spec is one TOML file in `models/` over a feature query in `queries/features/`. Protected attributes
//! and what a caseworker only thinks are refused as features, by the plan of the query and not by names.
//!
//! | file | what it does |
//! |---|---|
//! | `features.rs` | feature queries: checked, run, missing values filled and counted |
//! | `run.rs` | scores, alarms, reasons, ordinary values, peers |
//! | `drift.rs` | how far features and scores moved between snapshots |
//! | `card.rs` | the model card |

mod card;
mod drift;
mod features;
mod run;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use card::{Card, GroupRate};
pub use drift::{Drift, drift, stability_index};
pub use features::{Column, FeatureQuery, FeatureTable, groups};
pub use run::{Driver, Outcome, Scored, run};

use super::detector::{self, DetectError, Detector};
use crate::query::QueryError;
use crate::query::library::RuleError;

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

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
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
    /// Version, raised with every change of what it finds.
    pub version: u32,
    /// Name.
    pub name: Named,
    /// Feature query.
    pub features: String,
    /// At most this share of the subjects is raised.
    pub share: f64,
    /// Fewer subjects are not assessed.
    pub least_rows: usize,
    /// Why it matters.
    pub why: String,
    /// Innocent explanations a reviewer looks for.
    pub innocent: Vec<String>,
    /// What it cannot see.
    pub blind: Vec<String>,
    /// Detectors; their scores come together as tail probabilities.
    pub detectors: Vec<Part>,
}

/// A spec that was checked, with its feature query.
#[derive(Debug, Clone)]
pub struct Model {
    /// The spec.
    pub spec: ModelSpec,
    /// The query.
    pub query: FeatureQuery,
    /// The spec's text.
    pub text: &'static str,
}

macro_rules! model_sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../models/", $name, ".toml")))),*]
    };
}

/// Every model. A test holds this list against the folder.
const SOURCES: &[(&str, &str)] =
    model_sources!["m01_household_unlike_peers", "m02_village_payroll", "m03_officer_decisions"];

/// All models, checked but for the plans of their queries.
pub fn models() -> Result<Vec<Model>, ModelError> {
    SOURCES.iter().map(|(name, text)| Model::parse(name, text)).collect()
}

impl Model {
    fn parse(name: &str, text: &'static str) -> Result<Self, ModelError> {
        let wrong = |message: String| ModelError::Spec { model: name.to_owned(), message };
        let spec: ModelSpec =
            serde_path_to_error::deserialize(toml::Deserializer::parse(text).map_err(|e| wrong(e.to_string()))?)
                .map_err(|e| wrong(e.to_string()))?;
        if spec.id != name {
            return Err(wrong(format!("the id is '{}' and the file another", spec.id)));
        }
        if !(spec.share > 0.0 && spec.share <= 0.2) {
            return Err(wrong(format!("share = {}: it must lie above 0 and not above 0.2", spec.share)));
        }
        if spec.detectors.is_empty() || spec.innocent.is_empty() || spec.blind.is_empty() {
            return Err(wrong("a model needs detectors, innocent explanations and blind spots".to_owned()));
        }
        let query = FeatureQuery::named(&spec.features)
            .ok_or_else(|| wrong(format!("there is no feature query '{}'", spec.features)))??;
        let model = Self { spec, query, text };
        model.detectors()?;
        Ok(model)
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
}

#[cfg(test)]
mod tests;
