use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Subcommand;

use crate::contract::Queue;
use crate::jobs::{Calibration, ModelRun, calibration, card, evaluate, run_model, shadow};
use crate::model::calibration::{ENOUGH, LEAST, Reliability};
use crate::model::detector::{self, Detector, Parameter, SET_ASIDE};
use crate::model::metric::{average_precision, roc_auc};
use crate::model::spec::{Outcome, in_words, models};
use crate::model::table::{Missing, NumericTable, Reading, write_scores};
use crate::query::Session;
use crate::snapshot::DataDir;

use super::engine::EngineArgs;
use super::library::RulesArgs;

/// The words of the command that scores a table.
const SCORE: [&str; 2] = ["models", "score"];

/// Models.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score the rows of any table of numbers by a detector: the higher, the further from ordinary
    ///
    /// hbos, knn, lof, dbscan, optics and ocsvm bring every column to mean zero and variance one first, as
    /// scikit-learn's StandardScaler does; `--param standardise=false` switches it off. A column that is
    /// standardised already is left as it is. pca, mcd, gmm and eif do not depend on the units of the columns in
    /// the first place; iforest, ecod and copod need none.
    ///
    /// Parameters have the names that `mingjing models kinds` lists, or those of PyOD and scikit-learn
    /// (n_estimators, n_neighbors, random_state …).
    Score(Score),
    /// List the detectors with their parameters
    Kinds,
    /// List the models
    List,
    /// Run a model over a snapshot: score, tail probability, and for those raised what made them so
    Fit(Fit),
    /// Scores of a model beside what people found
    Evaluate(Fit),
    /// Print the card of a model: data, features, parameters, stability, fairness, drift, limits
    Card(Fit),
    /// How far probabilities of findings and leads meant what they said: reliability, Brier score, expected calibration
    /// error
    Calibration(Measure),
    /// The ranking learnt from checked leads beside the present one, on leads it did not learn from
    Ranking(Beside),
}

#[derive(Debug, clap::Args)]
struct Score {
    /// Detector; `mingjing models kinds` lists them
    kind: String,
    /// Table of numbers, CSV or Parquet. A first line of numbers alone is a row; a first column that pandas wrote
    /// as its index is set aside
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where scores go: row, score, label; Parquet where the name ends so, else CSV
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Column that says which rows are known to be unlike (1); it is not scored, and ROC AUC and average
    /// precision are printed [default: `label`, or a last column y, class, outlier, target or is_anomaly of 0 and
    /// 1]
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Column to leave out; may be given again
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// What becomes of cells that are empty or say NaN, NA, null or none: refuse tells where they are, median puts the
    /// median of the column in their place
    #[arg(long, value_name = "WHAT", default_value = "refuse")]
    missing: Missing,
    /// Parameter of the detector; may be given again
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// Threads at work; they do not change the result [default: the processors]
    #[arg(long)]
    threads: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct Fit {
    /// Model or its code, as M01
    id: String,
    /// Data folder
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Snapshot [default: the one in force]
    #[arg(long)]
    snapshot: Option<String>,
    /// Another snapshot that drift is measured from (card)
    #[arg(long, value_name = "SNAPSHOT")]
    against: Option<String>,
    /// Write what comes of it to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
}

#[derive(Debug, clap::Args)]
struct Measure {
    #[command(flatten)]
    rules: RulesArgs,
    /// Data folder
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Beside {
    /// Data folder
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Queue: irregularity, governance, exclusion or data_quality
    #[arg(long, default_value = "irregularity")]
    queue: Queue,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Score(score) => score.run(),
        Command::List => {
            for model in models()? {
                let spec = &model.spec;
                println!(
                    "{:32} v{} {:10} {} {}",
                    spec.id, spec.version, model.query.subject, spec.name.zh, spec.name.en
                );
            }
            Ok(())
        }
        Command::Fit(fit) => fit.fit(),
        Command::Evaluate(fit) => fit.evaluate(),
        Command::Card(fit) => fit.card(),
        Command::Calibration(measure) => measure.run(),
        Command::Ranking(beside) => beside.run(),
        Command::Kinds => {
            for detector in detector::kinds() {
                println!("{}", detector.kind());
                for Parameter { name, aliases, value, meaning } in detector.parameters() {
                    let also = if aliases.is_empty() { String::new() } else { format!(" ({})", aliases.join(", ")) };
                    println!("    {name}={value}  {meaning}{also}");
                }
            }
            Ok(())
        }
    }
}

impl Score {
    /// The detector as asked for; a call that asks for what there is not ends with exit code 2.
    fn detector(&self) -> Box<dyn Detector> {
        let Some(mut detector) = detector::kind(&self.kind) else {
            let kinds: Vec<&str> = detector::kinds().iter().map(|detector| detector.kind()).collect();
            super::wrong_call(&SCORE, &format!("no detector '{}'; there are {}", self.kind, kinds.join(", ")))
        };
        for parameter in &self.param {
            let Some((name, value)) = parameter.split_once('=') else {
                super::wrong_call(&SCORE, &format!("--param {parameter}: write it as NAME=VALUE"))
            };
            let name = name.trim();
            if let Some((_, why)) = SET_ASIDE.iter().find(|(aside, _)| *aside == name) {
                eprintln!("{name} is set aside: {why}");
            } else if let Err(error) = detector.set(name, value.trim()) {
                super::wrong_call(&SCORE, &format!("--param {parameter}: {error}"))
            }
        }
        detector
    }

    fn run(&self) -> anyhow::Result<()> {
        if self.threads == Some(0) {
            super::wrong_call(&SCORE, "--threads 0: at least one thread must work");
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0)).build()?;
        let detector = self.detector();
        let reading = Reading { label: self.label.clone(), ignore: self.ignore.clone(), missing: self.missing };
        let table = pool.install(|| NumericTable::read(&self.input, &reading))?;
        table.notes.iter().for_each(|note| eprintln!("{note}"));
        let started = Instant::now();
        let scores = pool
            .install(|| detector.own_scores(table.rows.view()))
            .with_context(|| format!("{} cannot be scored", self.input.display()))?
            .to_vec();
        let seconds = started.elapsed().as_secs_f64();
        write_scores(&self.out, &scores, table.labels.as_deref())?;
        let (kind, columns) = (detector.kind(), table.columns.len());
        println!("{kind}: {} rows of {columns} columns scored in {seconds:.3} s", scores.len());
        if let Some(labels) = &table.labels {
            match (roc_auc(&scores, labels), average_precision(&scores, labels)) {
                (Some(auc), Some(precision)) => println!("ROC AUC {auc:.4}\naverage precision {precision:.4}"),
                _ => println!("all labels are equal: ROC AUC and average precision have no meaning"),
            }
        }
        Ok(())
    }
}

impl Fit {
    fn done(&self) -> anyhow::Result<(ModelRun, Session, DataDir)> {
        let data = DataDir::open(&self.data)?;
        let options = self.engine.options(&data);
        let done = super::block_on(async { Ok(run_model(&self.id, &data, self.snapshot.as_deref(), &options).await?) });
        let (done, session) = done?;
        Ok((done, session, data))
    }

    fn write(&self, text: &[u8]) -> anyhow::Result<()> {
        let Some(out) = &self.out else { return Ok(()) };
        std::fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
    }

    fn fit(&self) -> anyhow::Result<()> {
        let (done, _, _) = self.done()?;
        let table = &done.table;
        let scored = match &done.outcome {
            Outcome::Scored(scored) => scored,
            Outcome::NotAssessable { rows, least } => {
                println!("不可评估 not assessable: {rows} subjects, and the model needs {least}");
                return Ok(());
            }
        };
        let mut told = String::new();
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["subject_no", "region_code", "score", "tail", "raised", "reason_zh", "reason_en", "beside"])?;
        for one in scored {
            let (zh, en) = if one.raised { in_words(&done.model, table, one) } else { Default::default() };
            let beside: Vec<&str> = one.beside.iter().map(|i| table.subjects[*i].as_str()).collect();
            csv.write_record([
                table.subjects[one.subject].as_str(),
                &table.regions[one.subject],
                &format!("{:.6}", one.score),
                &format!("{:.6}", one.tail),
                if one.raised { "yes" } else { "no" },
                &zh,
                &en,
                &beside.join("|"),
            ])?;
            if one.raised {
                told.push_str(&format!("{:20} {:8.3}  {}\n", table.subjects[one.subject], one.score, zh));
            }
        }
        self.write(&csv.into_inner()?)?;
        print!("{told}");
        Ok(())
    }

    fn evaluate(&self) -> anyhow::Result<()> {
        let (done, _, data) = self.done()?;
        let e = evaluate(&done, &data)?;
        println!("查实 confirmed {} · 排除 dismissed {}", e.confirmed, e.dismissed);
        match (e.roc_auc, e.average_precision) {
            (Some(auc), Some(precision)) => println!("ROC AUC {auc:.4}\naverage precision {precision:.4}"),
            _ => println!("一方为空，无法评价 one side is empty: nothing can be said yet"),
        }
        Ok(())
    }

    fn card(&self) -> anyhow::Result<()> {
        let (done, session, data) = self.done()?;
        let options = self.engine.options(&data);
        let text =
            super::block_on(async { Ok(card(&done, &session, &data, self.against.as_deref(), &options).await?) })?;
        print!("{text}");
        self.write(text.as_bytes())
    }
}

impl Beside {
    fn run(&self) -> anyhow::Result<()> {
        let shadow = shadow(&DataDir::open(&self.data)?, self.queue.as_str())?;
        println!("已核查线索 checked leads {}, 查实 confirmed {}", shadow.checked, shadow.confirmed);
        let (Some(present), Some(learnt)) = (shadow.present, shadow.learnt) else {
            println!(
                "查实、排除均须不少于{LEAST}条 it takes {LEAST} confirmed and {LEAST} dismissed: the present ranking stands"
            );
            return Ok(());
        };
        println!(
            "平均精度 average precision: 现行 present {present:.4}, 学得 learnt {learnt:.4}; 优于现行的重抽样占比 better in {:.0} % of resamples",
            100.0 * shadow.better
        );
        println!(
            "{}",
            if shadow.ranking.is_some() {
                "学得的排序用于走访计划 the learnt ranking orders visit plans; --present-ranking switches it off"
            } else {
                "仅供对照 in the shadow: the present ranking stands"
            }
        );
        Ok(())
    }
}

impl Measure {
    fn run(&self) -> anyhow::Result<()> {
        let data = DataDir::open(&self.data)?;
        let library = super::block_on(async { Ok(self.rules.library().await?) })?;
        let Calibration { checked, learns, stated, learnt, leads, leads_in_part, rules } =
            calibration(&library, &data)?;
        println!("已核查 checked findings {checked}");
        if !learns {
            println!("少于{ENOUGH}条，采用规则先验 fewer than {ENOUGH}: the stated priors of the rules stand");
        }
        let told = [
            ("先验 stated priors of findings", stated),
            ("校准 learnt for findings, each part from the others", learnt),
            ("线索 leads, as an audit told them before anybody looked", leads),
        ];
        for (name, reliability) in told {
            let Some(Reliability { bins, count, brier, error }) = reliability else { continue };
            println!("{name} ({count}): Brier {brier:.4}, expected calibration error {error:.4}");
            for bin in bins {
                println!(
                    "    {:.1}  {:6}  predicted {:.3}  came true {:.3}",
                    bin.from, bin.count, bin.predicted, bin.came_true
                );
            }
        }
        if leads_in_part > 0 {
            println!("线索仅核查部分疑点，未计入 leads checked in part and left out {leads_in_part}");
        }
        for (rule, (stated, learnt)) in rules {
            println!("{rule:32} stated {stated:.2}  now {learnt:.2}");
        }
        Ok(())
    }
}
