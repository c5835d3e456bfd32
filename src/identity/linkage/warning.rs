//! What speaks against trusting a result: told, never mended in silence.

use super::load::Plan;
use super::spec::Spec;

/// Expected matches a row from which a warning is given.
const MANY: f64 = 10.0;

/// What to look at before the links are used.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Every blocking rule already asks for what the comparison compares.
    Repeats {
        /// Name of the comparison.
        comparison: String,
    },
    /// The model expects more matches than most data have.
    ManyMatches {
        /// Matches expected among the candidates.
        expected: f64,
        /// Rows of both files.
        rows: u32,
    },
    /// More pairs lay above the floor than are kept.
    FloorRaised {
        /// Probability from which pairs are kept.
        floor: f64,
        /// Pairs let go that lay above the spec's own floor.
        pairs: u64,
    },
}

/// What the spec itself gives rise to.
pub(super) fn of_spec(spec: &Spec, plan: &Plan) -> Vec<Warning> {
    let repeats = spec.comparisons.iter().filter(|c| plan.rules.iter().all(|rule| rule.equal.contains(&c.column)));
    repeats.map(|comparison| Warning::Repeats { comparison: comparison.name.clone() }).collect()
}

/// A warning where a row has many matches on average.
pub(super) fn many_matches(expected: f64, rows: u32) -> Option<Warning> {
    (expected > MANY * f64::from(rows)).then_some(Warning::ManyMatches { expected, rows })
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Repeats { comparison } => write!(
                f,
                "比较 {comparison} 只重复分块条件，不能辨别 the comparison {comparison:?} only repeats the blocking rules \
                 and tells no pair from another: add a rule without its column"
            ),
            Self::ManyMatches { expected, rows } => write!(
                f,
                "模型预计 {expected:.0} 对为真，而只有 {rows} 行 the model expects {expected:.0} matches of {rows} rows: \
                 unless entities are that large, the comparisons say too little; compare more columns"
            ),
            Self::FloorRaised { floor, pairs } => write!(
                f,
                "候选过多，只留概率不低于 {floor:.6} 者 too many pairs: kept from probability {floor:.6} up, {pairs} let go \
                 (limits.kept_per_row)"
            ),
        }
    }
}
