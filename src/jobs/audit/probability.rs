//! Probabilities of findings: what people found of earlier ones moves the priors of the rules.

use std::collections::BTreeMap;

use crate::cases::{Disposition, Dispositions, Outcome};
use crate::domain::region;
use crate::flags::Finding;
use crate::model::calibration::{Checked, ENOUGH, Precision};
use crate::query::library::Library;

/// Probability of a finding that a person confirmed: people err too.
const CONFIRMED: f64 = 0.99;

/// What dispositions say of each typology in each county; those of rules that the library no longer has
/// are left out.
pub fn checked<'a>(library: &Library, standing: impl Iterator<Item = &'a Disposition>) -> Vec<Checked> {
    let mut cells: BTreeMap<(&str, String), Checked> = BTreeMap::new();
    for disposition in standing {
        let Some(rule) = library.get(&disposition.rule_id) else { continue };
        let (typology, county) = (rule.header().typology.as_str(), region::county(&disposition.region_code));
        let cell = cells.entry((typology, county.clone())).or_insert_with(|| Checked {
            typology: typology.to_owned(),
            county,
            prior: rule.header().prior,
            confirmed: 0,
            dismissed: 0,
        });
        match disposition.outcome {
            Outcome::Confirmed => cell.confirmed += 1,
            Outcome::Dismissed => cell.dismissed += 1,
        }
    }
    cells.into_values().collect()
}

/// Probabilities of an audit's findings.
#[derive(Debug)]
pub(super) struct Probabilities<'a> {
    library: &'a Library,
    precision: Precision,
}

impl<'a> Probabilities<'a> {
    /// What the rules say and what people found since.
    pub(super) fn of(library: &'a Library, dispositions: &Dispositions) -> Self {
        Self { library, precision: Precision::fit(&checked(library, dispositions.standing().into_values())) }
    }

    /// Gives findings the probabilities that follow.
    pub(super) fn give(&self, findings: &mut [Finding]) {
        for finding in findings {
            let Some(rule) = self.library.get(&finding.rule_id) else { continue };
            let county = region::county(&finding.region_code);
            finding.calibrate(self.precision.of(&rule.header().typology, &county, rule.header().prior));
            if finding.disposition == Outcome::Confirmed.as_str() {
                finding.probability = finding.probability.max(CONFIRMED);
            }
        }
    }

    /// What they rest on, in words.
    pub(super) fn basis(&self) -> String {
        match self.precision.checked() {
            n if n < ENOUGH => format!("priors of the rules: {n} checked findings, fewer than {ENOUGH}"),
            n => format!("priors of the rules, moved by {n} checked findings"),
        }
    }
}
