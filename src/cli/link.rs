use std::path::PathBuf;

use anyhow::Context;

use crate::identity::linkage::{Decision, Evaluation, Linkage, Model, Relation, Request, Spec, link};

/// Link records.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Linkage spec, TOML (models/linkage/README.md)
    #[arg(long)]
    spec: PathBuf,
    /// CSV or Parquet; alone, duplicates within it are found
    #[arg(long)]
    left: String,
    /// CSV or Parquet to link the left file with
    #[arg(long)]
    right: Option<String>,
    /// How many rows of one file belong to one of the other, where it is otherwise than the spec says
    #[arg(long, requires = "right")]
    relation: Option<Relation>,
    /// Pairs: Parquet, or CSV by the extension
    #[arg(long)]
    out: PathBuf,
    /// Entities of more than one row: Parquet, or CSV by the extension
    #[arg(long)]
    clusters: Option<PathBuf>,
    /// Column of the spec or header of the files (LEFT,RIGHT where they differ) that says which rows truly
    /// belong together; precision, recall, F1, average precision and calibration error are then printed
    #[arg(long, value_name = "COLUMN")]
    truth: Option<String>,
    /// Judged pairs (left_id, right_id, match) to measure against
    #[arg(long)]
    labels: Option<String>,
    /// Learn m from the judged pairs that match, instead of measuring against them
    #[arg(long, requires = "labels", conflicts_with = "model")]
    train_on_labels: bool,
    /// Use this model instead of training one: a new delivery is linked as the last was
    #[arg(long)]
    model: Option<PathBuf>,
    /// Write the model that was used
    #[arg(long)]
    save_model: Option<PathBuf>,
    /// Names of a left and a right row whose probability is to be explained
    #[arg(long, num_args = 2, value_names = ["LEFT", "RIGHT"])]
    explain: Option<Vec<String>>,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let spec = Spec::read(&args.spec)?;
    let explain = match args.explain.as_deref() {
        Some([left, right]) => Some((left.as_str(), right.as_str())),
        _ => None,
    };
    let request = Request {
        left: &args.left,
        right: args.right.as_deref(),
        model: args.model.as_deref().map(Model::read).transpose()?,
        truth: args.truth.as_deref(),
        labels: args.labels.as_deref(),
        train_on_labels: args.train_on_labels,
        relation: args.relation,
        explain,
        matches: None,
    };
    let found = link(&spec, &request, &|step| tracing::info!("{step}"))?;
    found.write_pairs(&args.out).with_context(|| format!("cannot write {}", args.out.display()))?;
    if let Some(path) = &args.clusters {
        found.write_clusters(path)?;
    }
    report(&spec, &found);
    if let Some(path) = &args.save_model {
        // What compared nothing has learnt nothing that a later delivery should be judged by.
        anyhow::ensure!(
            found.compared > 0 || args.model.is_some(),
            "no two rows were compared, so no model was learnt and {} is not written: see which blocking rules of the spec \
             gave candidates, and whether the columns they read hold anything",
            path.display()
        );
        found.model.write(path)?;
    }
    Ok(())
}

fn report(spec: &Spec, found: &Linkage) {
    if !spec.title().is_empty() {
        println!("{}", spec.title());
    }
    match found.rows {
        (left, Some(right)) => println!("{left} 左 left, {right} 右 right, {} 比对 compared", found.compared),
        (rows, None) => println!("{rows} 行 rows, {} 比对 compared", found.compared),
    }
    found.readings.iter().filter(|reading| !reading.is_silent()).for_each(|reading| println!("{reading}"));
    for (sql, size, first) in &found.rules {
        println!("  {first:>10} {sql}");
        if size.shortened > 0 {
            println!(
                "             {} 行的键过多，只用其中一部分 rows have too many keys: a part of them is used",
                size.shortened
            );
        }
        if let Some(out) = &size.left_out {
            println!(
                "             {} 块过大未用 largest blocks left out, {} 对 pairs: of {} to {} each, the largest that of row {}",
                out.blocks,
                out.pairs,
                out.smallest,
                out.largest,
                found.row(out.row)
            );
        }
    }
    let counts = [Decision::Link, Decision::Review, Decision::No].map(|decision| found.count(decision));
    println!("{} 链接 links (≥ {:.4}), {} 待核 review (≥ {:.4})", counts[0], spec.link, counts[1], spec.review);
    for (low, links, reviews) in found.bands().into_iter().filter(|(_, links, reviews)| links + reviews > 0) {
        println!("  p ≥ {low:<6} {links:>10} {reviews:>10}");
    }
    let (contradictory, weak) = found.kept_apart;
    println!(
        "{} 实体 entities; 未并 kept apart: {} 矛盾 contradicting pairs, {contradictory} 矛盾 contradicting and {weak} 弱 weak merges",
        found.entities(),
        found.contradictions
    );
    println!("估计 expected: precision {:.4}, recall {:.4}", found.expected.0, found.expected.1);
    found.warnings.iter().for_each(|warning| println!("警告 warning: {warning}"));
    if let Some(evaluation) = &found.evaluation {
        measured(evaluation);
    }
    if let Some(waterfall) = &found.waterfall {
        println!("{waterfall}");
    }
}

fn measured(found: &Evaluation) {
    if found.true_pairs == 0 {
        println!("无真值，未测 no truth here: no two rows belong together by it, so nothing is measured");
        return;
    }
    println!("实测 measured: {} of {} true pairs found", found.found, found.true_pairs);
    println!("  threshold  precision  recall     F1");
    for point in &found.points {
        println!("  {:<9.2}  {:<9.5}  {:<9.5}  {:.5}", point.threshold, point.precision, point.recall, point.f1());
    }
    let best = &found.best;
    println!(
        "best F1 {:.5} (precision {:.5}, recall {:.5}) at {:.6}",
        best.f1(),
        best.precision,
        best.recall,
        best.threshold
    );
    println!("average precision {:.5}", found.average_precision);
    println!("校准误差 calibration error {:.5} (ECE, 20 bands)", found.calibration_error);
}
