//! Why a pair has its probability: prior, what each comparison adds, result.

use super::cluster::Scorer;
use super::compare::level_of;
use super::model::probability;
use super::predict::Scored;

/// A step of a waterfall.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Step {
    /// Comparison, `prior`, or what moved the result afterwards.
    pub name: String,
    /// Level that held; empty where a side has no value.
    pub level: String,
    /// Value on the left.
    pub left: Option<String>,
    /// Value on the right.
    pub right: Option<String>,
    /// Bits (log2 of the odds) that it adds.
    pub weight: f64,
    /// Bits so far.
    pub total: f64,
}

/// From the prior to the result.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Waterfall {
    /// Names of the rows.
    pub ids: (String, String),
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Result.
    pub probability: f64,
    /// Whether the spec says that these two cannot be one, whatever the probability.
    pub contradicts: bool,
}

/// Explains a pair; `found` is the pair as the linkage wrote it, if it did.
pub(super) fn waterfall(scorer: &Scorer<'_>, pair: &Scored, found: Option<&Scored>) -> Waterfall {
    let Scorer { spec, rows, model, frequencies, .. } = scorer;
    let mut total = model.prior_weight();
    let mut steps = vec![Step {
        name: "prior".into(),
        level: format!("1 in {:.0}", 1.0 / model.prior),
        left: None,
        right: None,
        weight: total,
        total,
    }];
    let parts = frequencies.parts(model, pair.pattern, pair.left, pair.right);
    for (i, (comparison, weights)) in spec.comparisons.iter().zip(&model.comparisons).enumerate() {
        let level = level_of(pair.pattern, i);
        let column = &rows.columns[comparison.column];
        let label = level.checked_sub(1).and_then(|level| comparison.labels.get(level)).cloned().unwrap_or_default();
        let (left, right) = (column.show(pair.left), column.show(pair.right));
        let weight = weights.at(level);
        total += weight;
        steps.push(Step { name: comparison.name.clone(), level: label, left, right, weight, total });
        if let Some((_, part)) = parts.iter().find(|(at, part)| *at == i && *part != 0.0) {
            total += part;
            let name = format!("{}: term frequency", comparison.name);
            let level = if *part > 0.0 { "rare" } else { "common" }.to_owned();
            steps.push(Step { name, level, left: None, right: None, weight: *part, total });
        }
    }
    if let Some(found) = found
        && (f64::from(found.weight) - total).abs() > 1e-3
    {
        let weight = f64::from(found.weight) - total;
        let name = if weight < 0.0 { "rivals" } else { "cluster" }.to_owned();
        let level = if weight < 0.0 { "other rows fit too" } else { "both fit a third row" }.to_owned();
        total += weight;
        steps.push(Step { name, level, left: None, right: None, weight, total });
    }
    Waterfall {
        ids: (rows.id(pair.left), rows.id(pair.right)),
        steps,
        probability: probability(total),
        contradicts: pair.contradicts,
    }
}

impl std::fmt::Display for Waterfall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} ~ {}", self.ids.0, self.ids.1)?;
        for step in &self.steps {
            let values = match (&step.left, &step.right) {
                (None, None) => String::new(),
                (left, right) => format!("  {} | {}", left.as_deref().unwrap_or("-"), right.as_deref().unwrap_or("-")),
            };
            let level = if step.level.is_empty() { "no value" } else { &step.level };
            writeln!(f, "{:>8.2} {:>8.2}  {}: {level}{values}", step.weight, step.total, step.name)?;
        }
        let verdict = if self.contradicts { ", but they contradict each other and are no link" } else { "" };
        write!(f, "probability {:.6}{verdict}", self.probability)
    }
}
