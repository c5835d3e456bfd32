use std::path::PathBuf;

use clap::Subcommand;

use crate::cases::Dispositions;
use crate::jobs::record;
use crate::snapshot::DataDir;

/// Dispositions.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Data folder
    #[arg(long, global = true, default_value = "data")]
    data: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take in a CSV: finding, outcome (confirmed 查实, dismissed 排除), reason, date; and likely, for the random
    /// controls of a plan, as the plan says
    Import {
        /// The file
        file: PathBuf,
    },
    /// List what stands of each finding
    List,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let data = DataDir::open(&args.data)?;
    match args.command {
        Command::Import { file } => {
            let outcome = record(&data, &file)?;
            println!(
                "{} 条处置 dispositions: {} 新 new, {} 已有 known",
                outcome.read,
                outcome.new,
                outcome.read - outcome.new
            );
        }
        Command::List => {
            for (finding, d) in Dispositions::load(&data)?.standing() {
                println!("{finding}  {}  {:9}  {}  {}", d.decided_on, d.outcome.as_str(), d.rule_id, d.reason);
            }
        }
    }
    Ok(())
}
