//! Parameters of a call: names and values as texts → values that an algorithm can take.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::run::Algorithm;
use super::{GraphError, Ids};

/// The parameters of one call.
#[derive(Debug)]
pub struct Parameters {
    given: BTreeMap<&'static str, String>,
    algorithm: Algorithm,
}

impl Parameters {
    /// Parameters as given, each named once and known to the algorithm; LDBC's names of them serve as well.
    ///
    /// # Errors
    /// A parameter is unknown or given twice.
    pub fn new(algorithm: Algorithm, given: &[(String, String)]) -> Result<Self, GraphError> {
        let mut known = BTreeMap::new();
        for (name, value) in given {
            let plain = name.replace('-', "_");
            let plain = match plain.as_str() {
                "damping_factor" | "alpha" => "damping",
                "num_iterations" | "max_iterations" => "iterations",
                "source_vertex" => "source",
                other => other,
            };
            let Some((own, _)) = algorithm.parameters.iter().find(|(own, _)| *own == plain) else {
                let names: Vec<&str> = algorithm.parameters.iter().map(|(own, _)| *own).collect();
                let takes =
                    if names.is_empty() { "takes none".to_owned() } else { format!("takes {}", names.join(", ")) };
                return Err(GraphError::Call(format!("{} has no parameter {name}; it {takes}", algorithm.name)));
            };
            if known.insert(*own, value.clone()).is_some() {
                return Err(GraphError::Call(format!("parameter {own} is given twice")));
            }
        }
        Ok(Self { given: known, algorithm })
    }

    /// Whether a parameter is given.
    pub fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// A value, if given.
    pub fn optional<T: FromStr>(&self, name: &str) -> Result<Option<T>, GraphError> {
        let Some(text) = self.given.get(name) else { return Ok(None) };
        text.trim()
            .parse()
            .map(Some)
            .map_err(|_| GraphError::Call(format!("parameter {name}: {text:?} is no value for it")))
    }

    /// A whole number.
    pub fn number<T: FromStr>(&self, name: &str, default: T) -> Result<T, GraphError> {
        Ok(self.optional(name)?.unwrap_or(default))
    }

    /// A number above 0.
    pub fn positive(&self, name: &str, default: f64) -> Result<f64, GraphError> {
        let value = self.number(name, default)?;
        if value > 0.0 && value.is_finite() {
            return Ok(value);
        }
        Err(GraphError::Call(format!("parameter {name}: {value} must be above 0")))
    }

    /// A number from 0 up to, but not, 1.
    pub fn share(&self, name: &str, default: f64) -> Result<f64, GraphError> {
        let value = self.number(name, default)?;
        if (0.0..1.0).contains(&value) {
            return Ok(value);
        }
        Err(GraphError::Call(format!("parameter {name}: {value} must be at least 0 and below 1")))
    }

    /// A vertex by its id.
    pub fn vertex(&self, name: &str, ids: &Ids) -> Result<u32, GraphError> {
        let text = self.needed(name)?;
        ids.vertex(text).ok_or_else(|| GraphError::Call(format!("parameter {name}: the graph has no vertex {text}")))
    }

    /// Vertices by their ids, with commas.
    pub fn vertices(&self, name: &str, ids: &Ids) -> Result<Vec<u32>, GraphError> {
        let each = self.needed(name)?.split(',').map(str::trim).filter(|text| !text.is_empty());
        each.map(|text| {
            ids.vertex(text)
                .ok_or_else(|| GraphError::Call(format!("parameter {name}: the graph has no vertex {text}")))
        })
        .collect()
    }

    fn needed(&self, name: &str) -> Result<&str, GraphError> {
        self.given.get(name).map(String::as_str).ok_or_else(|| {
            GraphError::Call(format!("{} needs the parameter {name}: give --param {name}=ID", self.algorithm.name))
        })
    }
}
