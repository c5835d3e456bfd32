//! The Fellegi–Sunter model: for each comparison and level, how often it is met among matches (m) and
//! among others (u), and the share of matches among all pairs.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::LinkageError;
use super::compare::{Pattern, level_of};
use super::spec::{Comparison, Spec};

/// A trained model. It can be kept and used again, so that a new delivery is linked as the last was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Share of matches among all pairs.
    pub prior: f64,
    /// Comparisons in the order of the spec.
    #[serde(rename = "comparison")]
    pub comparisons: Vec<Weights>,
}

/// m and u of a comparison, strongest level first; each sums to one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Its name.
    pub name: String,
    /// Level names.
    pub levels: Vec<String>,
    /// Among matches.
    pub m: Vec<f64>,
    /// Among others.
    pub u: Vec<f64>,
    /// log2(m / u), made to fall from level to level: more agreement never lowers the probability.
    pub weights: Vec<f64>,
}

impl Weights {
    /// From m and u; `counts` says how much each level's m rests on.
    pub(super) fn new(name: &str, levels: &[String], m: Vec<f64>, u: Vec<f64>) -> Self {
        let weights = monotone(&m, &u);
        Self { name: name.to_owned(), levels: levels.to_vec(), m, u, weights }
    }
}

impl Model {
    /// log2 of the odds before anything is compared.
    pub fn prior_weight(&self) -> f64 {
        (self.prior / (1.0 - self.prior)).log2()
    }

    /// The model, if it is one of this spec's comparisons and levels.
    pub(super) fn checked(&self, spec: &Spec) -> Result<Self, LinkageError> {
        let same = |(own, other): (&Weights, &Comparison)| {
            let lengths = [own.m.len(), own.u.len(), own.weights.len()];
            own.name == other.name && own.levels == other.labels && lengths.iter().all(|n| *n == other.labels.len())
        };
        let fits = self.comparisons.len() == spec.comparisons.len()
            && self.comparisons.iter().zip(&spec.comparisons).all(same)
            && (0.0..1.0).contains(&self.prior)
            && self.prior > 0.0;
        if fits {
            Ok(self.clone())
        } else {
            Err(LinkageError::Data("the model was trained for another spec: train it anew".into()))
        }
    }

    /// Reads a model as [`Self::write`] wrote it.
    pub fn read(path: &Path) -> Result<Self, LinkageError> {
        let text = std::fs::read_to_string(path).map_err(LinkageError::io(path))?;
        Self::parse(path, &text)
    }

    /// Reads the text of a model; `path` stands in messages.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, LinkageError> {
        toml::from_str(text).map_err(|e| LinkageError::input(path, e.message()))
    }

    /// Writes the model as TOML, for a later run and for eyes.
    pub fn write(&self, path: &Path) -> Result<(), LinkageError> {
        let text = toml::to_string(self).map_err(|e| LinkageError::input(path, e))?;
        std::fs::write(path, text).map_err(LinkageError::io(path))
    }

    /// Sum of a pattern's weights, prior included, term frequency left out.
    pub(super) fn weight(&self, pattern: Pattern) -> f64 {
        let parts = self.comparisons.iter().enumerate();
        self.prior_weight() + parts.map(|(i, weights)| weights.at(level_of(pattern, i))).sum::<f64>()
    }
}

impl Weights {
    /// Weight of a level as a pattern numbers it: 0 (no evidence) weighs nothing.
    pub(super) fn at(&self, level: usize) -> f64 {
        level.checked_sub(1).and_then(|level| self.weights.get(level)).copied().unwrap_or(0.0)
    }
}

/// Probability of log2 odds.
pub(super) fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// log2(m / u) by level, pooled where a weaker level would weigh more than a stronger (pool adjacent
/// violators; Barlow et al. 1972).
fn monotone(m: &[f64], u: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (m, u) in m.iter().zip(u) {
        pools.push((*m, *u, 1));
        while let [.., (m1, u1, _), (m2, u2, _)] = pools[..]
            && m2 * u1 > m1 * u2
        {
            let (_, _, n) = pools.pop().unwrap_or_default();
            if let Some(last) = pools.last_mut() {
                *last = (m1 + m2, u1 + u2, last.2 + n);
            }
        }
    }
    pools.iter().flat_map(|(m, u, n)| std::iter::repeat_n((m / u).log2(), *n)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn weights_never_rise_from_level_to_level(
            pairs in prop::collection::vec((1e-9f64..1.0, 1e-9f64..1.0), 1..14)
        ) {
            let (m, u): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let weights = monotone(&m, &u);
            prop_assert_eq!(weights.len(), m.len());
            prop_assert!(weights.windows(2).all(|w| w[0] >= w[1] - 1e-9));
        }
    }

    #[test]
    fn no_evidence_weighs_nothing_and_odds_are_odds() {
        let levels = ["exact".to_owned(), "else".to_owned()];
        let weights = Weights::new("name", &levels, vec![0.9, 0.1], vec![0.1, 0.9]);
        let model = Model { prior: 0.5, comparisons: vec![weights] };
        assert_eq!(model.weight(0), 0.0);
        assert!((probability(model.weight(1)) - 0.9).abs() < 1e-12);
    }
}
