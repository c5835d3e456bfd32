use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::cases::{Advice, Posterior};
use crate::jobs::{explain, rule_evidence, window};
use crate::model::calibration::Basis;
use crate::query::Session;
use crate::query::library::{CheckedRule, Library, Stamp, reference, rule_page, run_cases};
use crate::snapshot::DataDir;

use super::engine::EngineArgs;
use super::library::RulesArgs;

/// Rules.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    rules: RulesArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every rule
    List,
    /// Print a rule: header and SQL
    Show {
        /// Rule or typology, as a01_paid_after_death or A01
        id: String,
    },
    /// Run the cases of a rule, or of all
    Test {
        /// Rule or typology
        id: Option<String>,
    },
    /// Print the page of a rule, its plan, and what it reads of a snapshot
    Explain {
        /// Rule or typology
        id: String,
        /// Data folder; without one the plan is that over empty tables
        #[arg(long)]
        data: Option<PathBuf>,
        /// Snapshot [default: the one in force]
        #[arg(long, requires = "data")]
        snapshot: Option<String>,
        #[command(flatten)]
        engine: EngineArgs,
    },
    /// Write a new rule and its cases from a template, ready to be tested
    New {
        /// Name, as x01_paid_twice_a_month: a code of your own, X01 to X99, and a few words
        id: String,
        /// Folder to write to
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// What became of each rule's findings, the precision that they take, and what follows for its status
    ///
    /// Findings take a precision learnt from the checks of all rules, most from those of their own rule and county.
    /// Whether a rule should be promoted or retired follows from its own checks alone, the stated prior being worth
    /// four of them.
    Evidence {
        /// Data folder
        #[arg(long)]
        data: PathBuf,
        /// By county too
        #[arg(long)]
        regions: bool,
    },
    /// Print the reference of all rules, in Markdown
    Reference,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    super::block_on(async {
        let library = args.rules.library().await?;
        match args.command {
            Command::List => {
                for rule in library.rules() {
                    let header = rule.header();
                    println!(
                        "{:32} v{} {:12} severity {} {:14} {}",
                        header.id,
                        header.version,
                        format!("{:?}", header.status).to_lowercase(),
                        header.severity,
                        header.queue.as_str(),
                        header.names().0
                    );
                }
                Ok(())
            }
            Command::Show { id } => {
                print!("{}", find(&library, &id).text());
                Ok(())
            }
            Command::Test { id } => test(&library, id.as_deref()).await,
            Command::Explain { id, data, snapshot, engine } => {
                let rule = find(&library, &id);
                print!("{}", rule_page(rule));
                let Some(data) = data else {
                    println!("\n{}", rule.empty_plan().await?);
                    return Ok(());
                };
                let data = DataDir::open(&data)?;
                let session = Session::open(&data.resolve(snapshot.as_deref())?, &engine.options(&data)).await?;
                let bindings = window(&session, &library).await?;
                print!("\n{}", explain(rule, &session, &bindings).await?);
                Ok(())
            }
            Command::Evidence { data, regions } => show_evidence(&library, &DataDir::open(&data)?, regions),
            Command::Reference => {
                print!("{}", reference(&library));
                Ok(())
            }
            Command::New { id, to } => new(&library, &id, &to),
        }
    })
}

fn find<'a>(library: &'a Library, id: &str) -> &'a CheckedRule {
    library
        .find(id)
        .unwrap_or_else(|| super::wrong_call(&["rules"], &format!("no rule '{id}'; `mingjing rules list` names them")))
}

fn new(library: &Library, id: &str, folder: &Path) -> anyhow::Result<()> {
    let stamp = Stamp::new(id)?;
    if library.get(id).is_some() {
        bail!("there is a rule '{id}' already");
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, text) in [(format!("{id}.sql"), stamp.sql()), (format!("{id}.cases.toml"), stamp.cases())] {
        let path = folder.join(name);
        if path.exists() {
            bail!("{} is there already", path.display());
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    println!("mingjing rules --rules {} test {id}", folder.display());
    Ok(())
}

fn show_evidence(library: &Library, data: &DataDir, regions: bool) -> anyhow::Result<()> {
    let all = rule_evidence(library, data)?;
    println!(
        "rule, region, raised, exempted, confirmed, dismissed, precision that its findings take and what it rests on, \
         precision by its own checks (90 % interval), advice by these"
    );
    for e in all.iter().filter(|e| regions || e.region_code.is_empty()) {
        let advice = match e.advice {
            Advice::Keep => "",
            Advice::Promote => "提升为 promote to stable",
            Advice::Retire => "停用 retire",
        };
        let Posterior { mean, low, high } = e.posterior;
        let basis = match e.basis {
            Basis::Prior => "先验 prior".to_owned(),
            Basis::Others => "其他规则的核查 checks of others".to_owned(),
            Basis::Own(n) => format!("核查 {n} checks and those of others"),
        };
        let region = if e.region_code.is_empty() { "-" } else { &e.region_code };
        let dismissed: u64 = e.dismissed.values().sum();
        println!(
            "{:32} {region:12} {:6} {:6} {:6} {dismissed:6}  {:.2} {basis}  {mean:.2} ({low:.2} to {high:.2})  {advice}",
            e.rule_id, e.raised, e.exempted, e.confirmed, e.precision
        );
        for (reason, count) in &e.dismissed {
            println!("    排除 dismissed {count}: {reason}");
        }
    }
    Ok(())
}

async fn test(library: &Library, id: Option<&str>) -> anyhow::Result<()> {
    let rules = match id {
        Some(id) => vec![find(library, id)],
        None => library.rules().collect(),
    };
    let (mut passed, mut failed) = (0, 0);
    for rule in rules {
        for outcome in run_cases(rule).await {
            if outcome.passed() {
                passed += 1;
            } else {
                failed += 1;
                println!("{}: {outcome}", rule.id());
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed > 0 { bail!("{failed} cases fail") } else { Ok(()) }
}
