use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::jobs::{Calibration, calibration};
use crate::model::calibration::{ENOUGH, Reliability};
use crate::model::detector::{self, Detector};
use crate::model::metric::{average_precision, roc_auc};
use crate::model::table::{NumericTable, Reading, write_scores};
use crate::snapshot::DataDir;

use super::library::RulesArgs;

/// Models.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score the rows of any table of numbers by a detector: the higher, the further from ordinary
    Score(Score),
    /// List the detectors with their parameters
    Kinds,
    /// How far probabilities meant what they said: reliability, Brier score, expected calibration error
    Calibration(Measure),
}

#[derive(Debug, clap::Args)]
struct Score {
    /// Detector; `mingjing models kinds` lists them
    kind: String,
    /// Table of numbers, CSV with a header or Parquet
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where scores go: row, score, label; Parquet where the name ends so, else CSV
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Column that says which rows are known to be unlike (1); it is not scored, and ROC AUC and average
    /// precision are printed
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Column to leave out; may be given again
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// Parameter of the detector; may be given again
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// Threads at work; they do not change the result [default: the processors]
    #[arg(long)]
    threads: Option<usize>,
}

#[derive(Debug, clap::Args)]
struct Measure {
    #[command(flatten)]
    rules: RulesArgs,
    /// Data folder
    #[arg(long, default_value = "data")]
    data: PathBuf,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Score(score) => score.run(),
        Command::Calibration(measure) => measure.run(),
        Command::Kinds => {
            for detector in detector::kinds() {
                println!("{}", detector.kind());
                for parameter in detector.parameters() {
                    println!("    {}={}  {}", parameter.name, parameter.value, parameter.meaning);
                }
            }
            Ok(())
        }
    }
}

impl Score {
    fn detector(&self) -> anyhow::Result<Box<dyn Detector>> {
        let mut detector = detector::kind(&self.kind)
            .with_context(|| format!("no detector '{}'; `mingjing models kinds` lists them", self.kind))?;
        for parameter in &self.param {
            let (name, value) = parameter
                .split_once('=')
                .with_context(|| format!("--param {parameter}: write it as NAME=VALUE"))?;
            detector.set(name.trim(), value.trim())?;
        }
        Ok(detector)
    }

    fn run(&self) -> anyhow::Result<()> {
        if self.threads == Some(0) {
            bail!("--threads 0: at least one thread must work");
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0)).build()?;
        let detector = self.detector()?;
        let reading = Reading { label: self.label.clone(), ignore: self.ignore.clone() };
        let table = pool.install(|| NumericTable::read(&self.input, &reading))?;
        let scores = pool
            .install(|| detector.own_scores(table.rows.view()))
            .with_context(|| format!("{} cannot be scored", self.input.display()))?
            .to_vec();
        write_scores(&self.out, &scores, table.labels.as_deref())?;
        println!("{}: {} rows of {} columns scored", detector.kind(), scores.len(), table.columns.len());
        if let Some(labels) = &table.labels {
            match (roc_auc(&scores, labels), average_precision(&scores, labels)) {
                (Some(auc), Some(precision)) => println!("ROC AUC {auc:.4}\naverage precision {precision:.4}"),
                _ => println!("all labels are equal: ROC AUC and average precision have no meaning"),
            }
        }
        Ok(())
    }
}

impl Measure {
    fn run(&self) -> anyhow::Result<()> {
        let data = DataDir::open(&self.data)?;
        let library = super::block_on(async { Ok(self.rules.library().await?) })?;
        let Calibration { checked, learns, stated, learnt, rules } = calibration(&library, &data)?;
        println!("已核查 checked findings {checked}");
        if !learns {
            println!("少于{ENOUGH}条，采用规则先验 fewer than {ENOUGH}: the stated priors of the rules stand");
        }
        for (name, reliability) in [("先验 stated priors", stated), ("校准 learnt, each part from the others", learnt)] {
            let Some(Reliability { bins, brier, error, .. }) = reliability else { continue };
            println!("{name}: Brier {brier:.4}, expected calibration error {error:.4}");
            for bin in bins {
                println!(
                    "    {:.1}  {:6}  predicted {:.3}  came true {:.3}",
                    bin.from, bin.count, bin.predicted, bin.came_true
                );
            }
        }
        for (rule, (stated, learnt)) in rules {
            println!("{rule:32} stated {stated:.2}  now {learnt:.2}");
        }
        Ok(())
    }
}
