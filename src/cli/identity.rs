use std::path::PathBuf;

use clap::Subcommand;

use crate::jobs::{LinkQuestion, Offer, decide, explain_link, offers};
use crate::query::spreadsheet_text;
use crate::snapshot::DataDir;

/// Who is who.
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
    /// Why a faulty reference is, or is not, taken for a person: prior, each comparison, result
    Explain {
        /// Number of the reference, as met
        reference: String,
        /// ID number of the person
        person: String,
        /// Name beside the reference [default: the one it came with]
        #[arg(long)]
        name: Option<String>,
        /// Snapshot [default: the one in force]
        #[arg(long)]
        snapshot: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// References that wait for a steward with the person whom each may mean, as CSV with empty columns for decision,
    /// reason and date: what `decide` takes. Numbers begin with an apostrophe, so that a spreadsheet keeps their digits
    Offers {
        /// Snapshot [default: the one in force]
        #[arg(long)]
        snapshot: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Take in a CSV: number and name of a reference, person, decision (yes 是, no 否), reason, date. The next import
    /// takes a yes for a link and neither links nor offers a no again; rows without a decision wait
    Decide {
        /// The file
        file: PathBuf,
    },
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let data = DataDir::open(&args.data)?;
    match args.command {
        Command::Explain { reference, person, name, snapshot, json } => {
            let asked = LinkQuestion { reference, name, person };
            let found = explain_link(&data, &data.resolve(snapshot.as_deref())?, &asked)?;
            if json {
                println!("{}", serde_json::to_string_pretty(&found)?);
            } else {
                println!("{found}");
            }
        }
        Command::Offers { snapshot, json } => {
            let waiting = offers(&data, &data.resolve(snapshot.as_deref())?)?;
            if json {
                println!("{}", serde_json::to_string_pretty(&waiting)?);
            } else {
                print_csv(&waiting)?;
            }
        }
        Command::Decide { file } => {
            let outcome = decide(&data, &file)?;
            println!(
                "{} 条核定 decisions: {} 新 new, {} 已有 known; 下次导入生效 the next import takes them",
                outcome.read,
                outcome.new,
                outcome.read - outcome.new
            );
        }
    }
    Ok(())
}

fn print_csv(waiting: &[Offer]) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(std::io::stdout().lock());
    csv.write_record(["number", "name", "person", "person_name", "probability", "decision", "reason", "date", "rows"])?;
    for offer in waiting {
        let rows: Vec<String> = offer.rows.iter().map(|(table, file, row)| format!("{table} {file} {row}")).collect();
        let text = |text: &str| spreadsheet_text(text).into_owned();
        csv.write_record([
            format!("'{}", offer.number),
            text(offer.name.as_deref().unwrap_or_default()),
            format!("'{}", offer.person),
            text(offer.person_name.as_deref().unwrap_or_default()),
            offer.probability.to_string(),
            String::new(),
            String::new(),
            String::new(),
            text(&rows.join("; ")),
        ])?;
    }
    csv.flush()?;
    Ok(())
}
