use std::path::PathBuf;

use clap::Subcommand;

use crate::jobs::reconciliation;
use crate::snapshot::{DataDir, SnapshotDiff};

/// Snapshots.
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
    /// List snapshots, oldest first; * is in force
    List,
    /// Print a snapshot's reconciliation and data quality
    Show {
        /// Snapshot [default: the one in force]
        id: Option<String>,
        /// Print the manifest as JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare two snapshots
    Diff {
        /// Earlier snapshot
        before: String,
        /// Later snapshot
        after: String,
    },
    /// Remove a snapshot that is not in force
    Remove {
        /// Snapshot
        id: String,
    },
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let data = DataDir::open(&args.data)?;
    match args.command {
        Command::List => {
            let current = data.current()?.map(|s| s.manifest.id);
            for snapshot in data.snapshots()? {
                let manifest = &snapshot.manifest;
                let mark = if current.as_ref() == Some(&manifest.id) { "*" } else { " " };
                let rows: u64 = manifest.sources.iter().map(|s| s.accepted).sum();
                let base = manifest.based_on.as_deref().map(|id| format!(" on {id}")).unwrap_or_default();
                println!(
                    "{mark} {} {} {} files, {rows} rows{base}",
                    manifest.id,
                    manifest.created_at,
                    manifest.sources.len()
                );
            }
        }
        Command::Show { id, json } => {
            let manifest = data.resolve(id.as_deref())?.manifest;
            if json {
                println!("{}", serde_json::to_string_pretty(&manifest)?);
            } else {
                print!("{}", reconciliation(&manifest));
            }
        }
        Command::Diff { before, after } => {
            let diff = SnapshotDiff::between(&data.snapshot(&before)?.manifest, &data.snapshot(&after)?.manifest);
            for (name, table) in diff.tables.iter().filter(|(_, t)| t.changed) {
                let rows = |n: Option<u64>| n.map_or_else(|| "—".to_owned(), |n| n.to_string());
                println!("{name:20} {} → {}", rows(table.rows_before), rows(table.rows_after));
            }
            diff.sources_added.iter().for_each(|source| println!("+ {source}"));
            diff.sources_removed.iter().for_each(|source| println!("- {source}"));
        }
        Command::Remove { id } => data.remove(&id)?,
    }
    Ok(())
}
