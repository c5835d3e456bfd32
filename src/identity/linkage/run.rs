//! One linkage from files to decided pairs.

use std::path::Path;

use super::LinkageError;
use super::blocking::{Blocks, RuleSize};
use super::cluster::{Clusters, Scorer, by_weight, cluster, lend};
use super::columns::Rows;
use super::compare::Comparer;
use super::evaluate::{Evaluation, evaluate, is_true, true_pairs};
use super::explain::{Waterfall, waterfall};
use super::frequency::Frequencies;
use super::labels::labelled;
use super::load::{Plan, load};
use super::model::Model;
use super::predict::{Predictions, Scored, predict};
use super::reading::Reading;
use super::relation::{choose, compete};
use super::source::Source;
use super::spec::{Relation, Spec};
use super::train::{Given, train};
use super::warning::{self, Warning};
use super::write;

/// Pairs that are never too many to keep, however few rows there are.
const FEW: u64 = 2_000_000;

/// What is to be linked.
#[derive(Debug, Clone, Default)]
pub struct Request<'p> {
    /// The left file.
    pub left: &'p str,
    /// The right file; `None` to find duplicates within the left.
    pub right: Option<&'p str>,
    /// A model from an earlier run; one is trained where there is none.
    pub model: Option<Model>,
    /// A model whose m is taken, while u and the prior come from the rows at hand: for few rows, of which
    /// nothing can be learnt.
    pub matches: Option<Model>,
    /// Column of the spec, or header of the files, that says which rows truly belong together.
    pub truth: Option<&'p str>,
    /// A file of pairs known to be matches or not.
    pub labels: Option<&'p str>,
    /// Whether the labelled pairs train the model, instead of measuring it.
    pub train_on_labels: bool,
    /// How many rows of one side belong to one of the other, where it is otherwise than the spec says.
    pub relation: Option<Relation>,
    /// Names of a pair to be explained.
    pub explain: Option<(&'p str, &'p str)>,
}

/// What becomes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// One entity.
    Link,
    /// A person should look.
    Review,
    /// No link.
    No,
}

impl Decision {
    /// As it is written: `link`, `review`, `no`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Review => "review",
            Self::No => "no",
        }
    }
}

/// What a linkage came to.
#[derive(Debug)]
pub struct Linkage {
    /// The model it used.
    pub model: Model,
    /// Rows left and right.
    pub rows: (u32, Option<u32>),
    /// By blocking rule: its SQL, its size, pairs that it made first.
    pub rules: Vec<(String, RuleSize, u64)>,
    /// Pairs compared.
    pub compared: u64,
    /// Pairs not linked because they contradict themselves.
    pub contradictions: u64,
    /// Clusters not joined because they contradict each other, and because too little holds them together.
    pub kept_apart: (u64, u64),
    /// Links expected to be right among those decided, and matches found among those expected in all.
    pub expected: (f64, f64),
    /// Measured against truth or labels.
    pub evaluation: Option<Evaluation>,
    /// Of the pair that was asked for.
    pub waterfall: Option<Waterfall>,
    /// How each file was read.
    pub readings: Vec<Reading>,
    /// What to look at before the links are used.
    pub warnings: Vec<Warning>,
    rows_held: Rows,
    pairs: Vec<Scored>,
    decisions: Vec<Decision>,
    clusters: Clusters,
    spec: Spec,
}

impl Linkage {
    /// How many pairs there are of a decision.
    pub fn count(&self, decision: Decision) -> usize {
        self.decisions.iter().filter(|d| **d == decision).count()
    }

    /// Links and reviews by probability band, highest first: lower end, links, reviews.
    pub fn bands(&self) -> Vec<(f64, usize, usize)> {
        const ENDS: [f64; 8] = [0.9999, 0.999, 0.99, 0.95, 0.9, 0.7, 0.5, 0.0];
        let mut bands: Vec<_> = ENDS.iter().map(|end| (*end, 0, 0)).collect();
        for (pair, decision) in self.pairs.iter().zip(&self.decisions) {
            let probability = pair.probability();
            let band = ENDS.iter().position(|end| probability >= *end).unwrap_or(ENDS.len() - 1);
            match decision {
                Decision::Link => bands[band].1 += 1,
                Decision::Review => bands[band].2 += 1,
                Decision::No => {}
            }
        }
        bands
    }

    /// Pairs that were kept: names of left and right, probability, decision.
    pub fn decided(&self) -> impl Iterator<Item = (String, String, f64, Decision)> + '_ {
        self.pairs.iter().zip(&self.decisions).map(|(pair, decision)| {
            (self.rows_held.id(pair.left), self.rows_held.id(pair.right), pair.probability(), *decision)
        })
    }

    /// Name of a row.
    pub fn row(&self, row: u32) -> String {
        self.rows_held.id(row)
    }

    /// Entities of more than one row.
    pub fn entities(&self) -> usize {
        self.clusters.members.len()
    }

    /// Writes the pairs from the floor up: Parquet, or CSV by the extension.
    pub fn write_pairs(&self, path: &Path) -> Result<(), LinkageError> {
        write::pairs(path, &self.spec, &self.rows_held, &self.pairs, &self.decisions)
    }

    /// Writes the entities.
    pub fn write_clusters(&self, path: &Path) -> Result<(), LinkageError> {
        write::clusters(path, &self.rows_held, &self.clusters.members)
    }
}

/// Runs a linkage. `told` is called with what is being done.
///
/// # Errors
///
/// See [`LinkageError`].
pub fn link(spec: &Spec, request: &Request<'_>, told: &dyn Fn(&str)) -> Result<Linkage, LinkageError> {
    let mut spec = spec.clone();
    if let Some(truth) = request.truth {
        spec.set_truth(truth, &Source::headers(Path::new(request.left))?);
    }
    spec.relation = request.relation.unwrap_or(spec.relation);
    let spec = spec;
    let plan = Plan::new(&spec)?;
    let mut warnings = warning::of_spec(&spec, &plan);
    told("read 读取");
    let loaded = load(&spec, &plan, Path::new(request.left), request.right.map(Path::new))?;
    let (rows, linking) = (loaded.rows, request.right.is_some());
    let relation = if linking { spec.relation } else { Relation::ManyToMany };
    warnings.extend(warning::shared_names(&rows, &loaded.readings));
    warnings.extend(warning::repeated_rows(&rows, relation, &loaded.readings));
    told("block 分块");
    let caps: Vec<Option<u64>> = spec.blocks.iter().map(|block| block.cap).collect();
    let per_row = spec.limits.candidates_per_row;
    let blocks = Blocks::new(&plan.rules, loaded.blocks, &caps, per_row, &rows);
    let sessions = Blocks::new(&plan.sessions, loaded.sessions, &[], per_row, &rows);
    let (compiler, contradictions) = spec.compile();
    let comparer = Comparer::new(&rows, compiler, &spec.comparisons, &contradictions, plan.conditions.clone());
    let labels =
        request.labels.map(|path| labelled(Path::new(path), &rows, (request.left, request.right))).transpose()?;
    warnings.extend(labels.as_ref().and_then(|labels| labels.unknown.clone()));
    told("train 训练");
    let (model, known) = match &request.model {
        Some(model) => (model.checked(&spec)?, None),
        None => {
            let known = labels.as_ref().filter(|_| request.train_on_labels).map(|labels| labels.pairs.as_slice());
            let given = Given { labels: known, model: request.matches.as_ref() };
            train(&spec, &rows, &comparer, &blocks, (&plan.sessions, &sessions), &given)?
        }
    };
    drop(sessions);
    let frequencies = Frequencies::new(&rows, &spec.comparisons);
    told("compare 比对");
    let most = FEW.max(u64::from(rows.len()) * spec.limits.kept_per_row);
    let Predictions { mut pairs, compared, contradictions, by_rule, expected, raised } =
        predict(&model, spec.floor, most, &rows, &comparer, &frequencies, &blocks, known.as_ref())?;
    warnings.extend(warning::many_matches(expected, rows.len()));
    warnings.extend((compared == 0).then_some(Warning::NoPair));
    warnings.extend(raised.map(|(floor, pairs)| Warning::FloorRaised { floor, pairs }));
    drop(known);
    let sizes = blocks.sizes;
    told("decide 判定");
    let mut scorer = Scorer::new(&spec, &rows, &model, &comparer, &frequencies);
    compete(&mut pairs, relation);
    if !linking && spec.clusters.transitive {
        let likely = by_weight(&rows, &pairs, 0.5);
        let clusters = cluster(&mut scorer, &pairs, likely.into_iter())?;
        lend(&mut pairs, &clusters);
    }
    let sure = by_weight(&rows, &pairs, spec.link);
    let chosen = choose(&pairs, sure.into_iter(), relation);
    let clusters = cluster(&mut scorer, &pairs, chosen.iter().copied())?;
    let mut decisions: Vec<Decision> = pairs
        .iter()
        .map(|pair| match pair.probability() {
            p if p >= spec.review => Decision::Review,
            _ => Decision::No,
        })
        .collect();
    for at in chosen {
        if clusters.together(pairs[at].left, pairs[at].right) {
            decisions[at] = Decision::Link;
        }
    }
    let expected = expectations(&model, &rows, &pairs, &decisions);
    let scores = |pair: &Scored| (f64::from(pair.weight), pair.probability());
    let evaluation = match (&labels, spec.truth) {
        (Some(labels), _) if !request.train_on_labels => Some(super::labels::evaluate(&pairs, labels)),
        (_, Some(truth)) => {
            let scored = pairs.iter().map(|pair| (scores(pair).0, scores(pair).1, is_true(&rows, truth, pair)));
            Some(evaluate(scored, true_pairs(&rows, truth)))
        }
        _ => None,
    };
    let waterfall = request.explain.map(|(a, b)| explain(&mut scorer, &pairs, a, b)).transpose()?;
    let rules = spec.blocks.iter().zip(sizes).zip(by_rule).map(|((b, size), first)| (b.sql.clone(), size, first));
    let (rules, kept_apart) = (rules.collect(), (clusters.contradictions, clusters.weak));
    drop(scorer);
    drop(frequencies);
    drop(comparer);
    Ok(Linkage {
        model,
        rows: (rows.left, rows.right),
        rules,
        compared,
        contradictions,
        kept_apart,
        expected,
        evaluation,
        waterfall,
        readings: loaded.readings,
        warnings,
        rows_held: rows,
        pairs,
        decisions,
        clusters,
        spec,
    })
}

/// Precision and recall that the model expects of the links: the mean of their probabilities, and their
/// sum over that of all matches it expects.
fn expectations(model: &Model, rows: &Rows, pairs: &[Scored], decisions: &[Decision]) -> (f64, f64) {
    let (mut links, mut right, mut all) = (0.0, 0.0, 0.0);
    for (pair, decision) in pairs.iter().zip(decisions) {
        let probability = pair.probability();
        all += probability;
        if *decision == Decision::Link {
            links += 1.0;
            right += probability;
        }
    }
    let matches = f64::max(all, model.prior * rows.pairs());
    (if links > 0.0 { right / links } else { 1.0 }, if matches > 0.0 { right / matches } else { 1.0 })
}

fn explain(scorer: &mut Scorer<'_>, pairs: &[Scored], a: &str, b: &str) -> Result<Waterfall, LinkageError> {
    let linking = scorer.rows.right.is_some();
    let find = |id: &str, right: bool| {
        let side = if right { "right" } else { "left" };
        scorer
            .rows
            .find(id, right)
            .ok_or_else(|| LinkageError::Data(format!("there is no row {id:?} in the {side} file")))
    };
    let (a, b) = (find(a, false)?, find(b, linking)?);
    let pair = (a.min(b), a.max(b));
    let scored = scorer.score(&[pair])?;
    let found = pairs.iter().find(|p| (p.left, p.right) == pair);
    scored
        .first()
        .map(|scored| waterfall(scorer, scored, found))
        .ok_or_else(|| LinkageError::Engine("a pair was not scored".into()))
}
