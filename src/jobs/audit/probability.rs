//! Probabilities of findings: what people found of earlier ones moves the priors of the rules.

use std::collections::BTreeMap;

use crate::cases::{Disposition, Dispositions, Outcome};
use crate::domain::region;
use crate::flags::Finding;
use crate::model::calibration::{Basis, Checked, ENOUGH, Precision};
use crate::model::spec;
use crate::query::library::{Header, Library};

/// Probability of a finding that a person confirmed: people err too.
const CONFIRMED: f64 = 0.99;

/// What the rule or model of that id says of itself.
pub fn header<'a>(library: &'a Library, id: &str) -> Option<&'a Header> {
    library.get(id).map(|rule| rule.header()).or_else(|| spec::headers().get(id))
}

/// What dispositions say of rules, and what of models: neither learns from the other. A rule that is
/// confirmed again and again says nothing of what is merely unlike the rest.
#[derive(Debug)]
pub struct Learnt {
    rules: Precision,
    models: Precision,
}

impl Learnt {
    /// From standing dispositions; those of rules and models that there are no longer are left out.
    pub fn from<'a>(library: &Library, standing: impl Iterator<Item = &'a Disposition>) -> Self {
        let mut cells: [BTreeMap<(&str, String), Checked>; 2] = [BTreeMap::new(), BTreeMap::new()];
        for disposition in standing {
            let Some(header) = header(library, &disposition.rule_id) else { continue };
            let (typology, county) = (header.typology.as_str(), region::county(&disposition.region_code));
            let cells = &mut cells[usize::from(is_model(header))];
            let cell = cells.entry((typology, county.clone())).or_insert_with(|| Checked {
                typology: typology.to_owned(),
                county,
                prior: header.prior,
                confirmed: 0,
                dismissed: 0,
            });
            match disposition.outcome {
                Outcome::Confirmed => cell.confirmed += 1,
                Outcome::Dismissed => cell.dismissed += 1,
            }
        }
        let [rules, models] = cells.map(|cells| Precision::fit(&cells.into_values().collect::<Vec<_>>()));
        Self { rules, models }
    }

    /// Probability that a check confirms a finding of a rule or model in a county.
    pub fn of(&self, header: &Header, county: &str) -> f64 {
        let precision = if is_model(header) { &self.models } else { &self.rules };
        precision.of(&header.typology, county, header.prior)
    }

    /// What that probability rests on.
    pub fn basis(&self, header: &Header) -> Basis {
        let precision = if is_model(header) { &self.models } else { &self.rules };
        precision.basis(&header.typology)
    }

    /// Checked findings of rules.
    pub fn checked(&self) -> u64 {
        self.rules.checked()
    }
}

fn is_model(header: &Header) -> bool {
    spec::headers().contains_key(&header.id)
}

/// Probabilities of an audit's findings.
#[derive(Debug)]
pub(super) struct Probabilities<'a> {
    library: &'a Library,
    learnt: Learnt,
}

impl<'a> Probabilities<'a> {
    /// What rules and models say and what people found since.
    pub(super) fn of(library: &'a Library, dispositions: &Dispositions) -> Self {
        Self { library, learnt: Learnt::from(library, dispositions.standing().into_values()) }
    }

    /// Gives findings the probabilities that follow.
    pub(super) fn give(&self, findings: &mut [Finding]) {
        for finding in findings {
            let Some(header) = header(self.library, &finding.rule_id) else { continue };
            finding.calibrate(self.learnt.of(header, &region::county(&finding.region_code)));
            if finding.disposition == Outcome::Confirmed.as_str() {
                finding.probability = finding.probability.max(CONFIRMED);
            }
        }
    }

    /// What they rest on, in words.
    pub(super) fn basis(&self) -> String {
        let told = |of: &str, precision: &Precision| match precision.checked() {
            n if n < ENOUGH => format!("priors of the {of}: {n} checked findings, fewer than {ENOUGH}"),
            n => format!("priors of the {of}, moved by {n} checked findings"),
        };
        format!("{}; {}", told("rules", &self.learnt.rules), told("models", &self.learnt.models))
    }
}
