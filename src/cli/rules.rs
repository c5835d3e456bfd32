use anyhow::{Context, bail};
use clap::Subcommand;

use crate::contract::contract;
use crate::query::library::{Library, run_cases};

/// Rules.
#[derive(Debug, clap::Args)]
pub struct Args {
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
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    super::block_on(async {
        let library = Library::built_in().await?;
        match args.command {
            Command::List => {
                for rule in library.rules() {
                    let header = rule.header();
                    let name = contract().typologies.get(&header.typology).map_or("", |t| t.name_zh.as_str());
                    println!(
                        "{:32} v{} {:12} severity {} {:14} {name}",
                        header.id,
                        header.version,
                        format!("{:?}", header.status).to_lowercase(),
                        header.severity,
                        header.queue.as_str()
                    );
                }
                Ok(())
            }
            Command::Show { id } => {
                print!("{}", find(&library, &id)?.text());
                Ok(())
            }
            Command::Test { id } => test(&library, id.as_deref()).await,
        }
    })
}

fn find<'a>(library: &'a Library, id: &str) -> anyhow::Result<&'a crate::query::library::CheckedRule> {
    library
        .rules()
        .find(|rule| rule.id() == id || rule.header().typology.eq_ignore_ascii_case(id))
        .with_context(|| format!("no rule '{id}'; `mingjing rules list` names them"))
}

async fn test(library: &Library, id: Option<&str>) -> anyhow::Result<()> {
    let rules = match id {
        Some(id) => vec![find(library, id)?],
        None => library.rules().collect(),
    };
    let (mut passed, mut failed) = (0, 0);
    for rule in rules {
        for outcome in run_cases(rule).await {
            if outcome.passed() {
                passed += 1;
            } else {
                failed += 1;
                println!("{outcome}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed > 0 { bail!("{failed} cases fail") } else { Ok(()) }
}
