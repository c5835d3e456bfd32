use std::path::PathBuf;

use crate::jobs::{ImportRequest, import, reconciliation};
use crate::snapshot::DataDir;

use super::engine::EngineArgs;
use super::progress::Progress;

/// Import delivered files.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders or files that were handed over (CSV, XLSX, JSON Lines, Parquet)
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Data folder
    #[arg(long)]
    data: PathBuf,
    /// Mapping of files, headers, constants and units (TOML)
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Build on this snapshot instead of the one in force
    #[arg(long, conflicts_with = "fresh")]
    onto: Option<String>,
    /// Build on no former snapshot
    #[arg(long)]
    fresh: bool,
    /// Tables that this delivery replaces (registers are replaced anyway)
    #[arg(long, value_delimiter = ',')]
    replace: Vec<String>,
    /// Tables that this delivery adds to (payments, transactions, changes and flows are added to anyway)
    #[arg(long, value_delimiter = ',')]
    append: Vec<String>,
    /// Print the manifest as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let data = DataDir::create(&args.data)?;
    let options = args.engine.options(&data);
    let request = ImportRequest {
        paths: args.paths,
        mapping: args.mapping,
        fresh: args.fresh,
        onto: args.onto,
        replace: args.replace.into_iter().collect(),
        append: args.append.into_iter().collect(),
    };
    let progress = Progress::new(args.json);
    let outcome = super::block_on(async { Ok(import(&data, &request, &options, &progress).await?) });
    progress.finish();
    let outcome = outcome?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&outcome.snapshot.manifest)?);
        return Ok(());
    }
    print!("{}", reconciliation(&outcome.snapshot.manifest));
    let id = &outcome.snapshot.manifest.id;
    if outcome.new {
        println!("快照 snapshot {id}");
    } else {
        println!("快照 snapshot {id}（内容与已有快照相同 the same bytes as before）");
    }
    Ok(())
}
