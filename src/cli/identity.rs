use std::path::PathBuf;

use clap::Subcommand;

use crate::jobs::{LinkQuestion, explain_link};
use crate::snapshot::DataDir;

/// Who is who.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Why a faulty reference is, or is not, taken for a person: prior, each comparison, result
    Explain {
        /// Number of the reference, as met
        reference: String,
        /// ID number of the person
        person: String,
        /// Name beside the reference [default: the one it came with]
        #[arg(long)]
        name: Option<String>,
        /// Data folder
        #[arg(long, default_value = "data")]
        data: PathBuf,
        /// Snapshot [default: the one in force]
        #[arg(long)]
        snapshot: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Command::Explain { reference, person, name, data, snapshot, json } = args.command;
    let data = DataDir::open(&data)?;
    let asked = LinkQuestion { reference, name, person };
    let found = explain_link(&data.resolve(snapshot.as_deref())?, &data.spill_dir(), &asked)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        println!("{found}");
    }
    Ok(())
}
