//! What speaks against trusting a result: told, never mended in silence.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rayon::prelude::*;

use super::columns::Rows;
use super::expression::mix;
use super::load::Plan;
use super::reading::Reading;
use super::spec::{Relation, Spec};

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
    /// The blocking rules make no pair.
    NoPair,
    /// Several rows of a file have one name: what is said of it is said of any of them.
    SharedNames {
        /// The file.
        path: PathBuf,
        /// Names that more than one row has.
        names: usize,
        /// The first of them.
        first: String,
    },
    /// A file of which each row can be linked once has rows that repeat others word for word.
    RepeatedRows {
        /// The file.
        path: PathBuf,
        /// Rows beyond the first of their kind.
        rows: usize,
    },
    /// Labels passed over because the files have no row of one of the names.
    UnknownLabels {
        /// How many.
        count: usize,
        /// Labels in all.
        total: usize,
        /// The first of them.
        first: (String, String),
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

/// A warning for each file whose rows repeat each other though only one of them can be linked with a row of
/// the other file. O(rows log rows).
pub(super) fn repeated_rows(rows: &Rows, relation: Relation, readings: &[Reading]) -> Vec<Warning> {
    let once = match relation {
        Relation::OneToOne => [true, true],
        Relation::OneToMany => [true, false],
        Relation::ManyToOne => [false, true],
        Relation::ManyToMany => [false, false],
    };
    let sides = [0..rows.left as usize, rows.left as usize..rows.len() as usize];
    let warning = |((reading, once), range): ((&Reading, bool), std::ops::Range<usize>)| {
        let mut hashes = rows.hashes.get(range).filter(|_| once)?.to_vec();
        hashes.par_sort_unstable();
        let repeated = hashes.windows(2).filter(|two| two[0] == two[1]).count();
        (repeated > 0).then(|| Warning::RepeatedRows { path: reading.path.clone(), rows: repeated })
    };
    readings.iter().zip(once).zip(sides).filter_map(warning).collect()
}

/// A warning for each file in which several rows have one name. O(rows log rows).
pub(super) fn shared_names(rows: &Rows, readings: &[Reading]) -> Vec<Warning> {
    let warning = |(side, reading): (usize, &Reading)| {
        let ids = rows.ids.get(side)?.as_ref()?;
        let hash = |id: &str| mix(0, id.as_bytes());
        let mut hashes: Vec<u64> = ids.iter().flatten().map(hash).collect();
        hashes.par_sort_unstable();
        let shared: BTreeSet<u64> = hashes.windows(2).filter(|two| two[0] == two[1]).map(|two| two[0]).collect();
        let first = ids.iter().flatten().find(|id| shared.contains(&hash(id)))?.to_owned();
        Some(Warning::SharedNames { path: reading.path.clone(), names: shared.len(), first })
    };
    readings.iter().enumerate().filter_map(warning).collect()
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
                "候选过多，只留概率不低于 {floor:.6} 者，恰在此处者留一部分 too many pairs: kept from probability {floor:.6} up, of \
                 those just there a part, {pairs} let go (limits.kept_per_row)"
            ),
            Self::NoPair => write!(
                f,
                "分块规则未产生候选对，结果为空 the blocking rules make no pair, so there is nothing to link: check their \
                 columns and caps, or add a rule with a wider reach"
            ),
            Self::SharedNames { path, names, first } => write!(
                f,
                "{}: {names} 个编号为多行共有 names belong to several rows each, first 首见 {first:?}: pairs and labels do not \
                 say which of them is meant",
                path.display()
            ),
            Self::RepeatedRows { path, rows } => write!(
                f,
                "{}: {rows} 行与他行全同，而各行至多对应一行 rows repeat others word for word, but the relation links only one of \
                 them with a row: where a file lists things more than once, use --relation",
                path.display()
            ),
            Self::UnknownLabels { count, total, first: (a, b) } => write!(
                f,
                "{total} 条标注中 {count} 条所指之行不存在，已略过 {count} of {total} labels name rows that are not there, first \
                 首见 {a:?}, {b:?}: passed over"
            ),
        }
    }
}
