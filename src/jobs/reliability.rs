//! How far probabilities meant what they said: each disposition predicted from the others, and each lead as an audit
//! told it before anybody looked.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::cases::{Disposition, Dispositions, Outcome};
use crate::domain::region;
use crate::model::calibration::{ENOUGH, Reliability};
use crate::model::spec;
use crate::query::library::Library;
use crate::snapshot::DataDir;

use super::RecordError;
use super::audit::{Learnt, header};
use super::ranking::checked_leads;

/// Parts into which dispositions are cut; each is predicted from the rest.
const FOLDS: u8 = 10;
/// Bins of the curve.
const BINS: usize = 10;

/// Probabilities beside what came of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Dispositions looked at.
    pub checked: u64,
    /// Whether there are enough for rules to learn from.
    pub learns: bool,
    /// Of the priors that the rules state.
    pub stated: Option<Reliability>,
    /// Of the probabilities learnt from the other parts.
    pub learnt: Option<Reliability>,
    /// Of the probabilities of leads, as the latest audit before anybody looked told them, beside whether any finding of
    /// theirs was confirmed. Leads of whose findings people looked at a part are left out: of the others nothing is
    /// known yet.
    pub leads: Option<Reliability>,
    /// Leads that are left out.
    pub leads_in_part: usize,
    /// Probability that a check confirms a finding, by rule, everywhere together: stated and learnt.
    pub rules: BTreeMap<String, (f64, f64)>,
}

/// Measures the calibration on the dispositions of a data folder. A link that identity inferred is no part
/// of it: the precision is that of the rule.
pub fn calibration(library: &Library, data: &DataDir) -> Result<Calibration, RecordError> {
    let dispositions = Dispositions::load(data)?;
    let standing: Vec<&Disposition> =
        dispositions.standing().into_values().filter(|d| header(library, &d.rule_id).is_some()).collect();
    let fold = |d: &Disposition| Sha256::digest(&d.finding_id)[0] % FOLDS;
    let (mut stated, mut learnt) = (Vec::new(), Vec::new());
    for part in 0..FOLDS {
        let rest = standing.iter().copied().filter(|d| fold(d) != part);
        let rest = Learnt::from(library, rest);
        for d in standing.iter().filter(|d| fold(d) == part) {
            let Some(header) = header(library, &d.rule_id) else { continue };
            let came_true = d.outcome == Outcome::Confirmed;
            stated.push((header.prior, came_true));
            let county = region::county(&d.region_code);
            learnt.push((rest.of(header, &county), came_true));
        }
    }
    let all = Learnt::from(library, standing.iter().copied());
    let rules = library
        .rules()
        .map(|rule| rule.header())
        .chain(spec::headers().values())
        .map(|header| (header.id.clone(), (header.prior, all.of(header, ""))));
    let (whole, in_part): (Vec<_>, Vec<_>) = checked_leads(data, None)?.into_iter().partition(|lead| lead.whole);
    let leads: Vec<(f64, bool)> =
        whole.iter().map(|checked| (checked.lead.candidate.probability, checked.confirmed)).collect();
    Ok(Calibration {
        checked: standing.len() as u64,
        learns: all.checked() >= ENOUGH,
        stated: Reliability::new(&stated, BINS),
        learnt: Reliability::new(&learnt, BINS),
        leads: Reliability::new(&leads, BINS),
        leads_in_part: in_part.len(),
        rules: rules.collect(),
    })
}
