use std::path::PathBuf;

use anyhow::Context;

use crate::jobs::{AuditRequest, ImportRequest, audit, import, reconciliation};
use crate::query::library::Library;
use crate::snapshot::DataDir;

use super::engine::EngineArgs;
use super::progress::Progress;

/// Show the whole thing on a made county.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the made county and its data; made anew
    #[arg(long, default_value = "demo-data")]
    dir: PathBuf,
    /// Assisted households of the made county
    #[arg(long, default_value_t = 400)]
    households: u32,
    /// Address to serve on
    #[arg(long, default_value = "127.0.0.1:8642")]
    listen: String,
    /// Stop after the audit
    #[arg(long)]
    no_serve: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let exports = args.dir.join("exports");
    let data_path = args.dir.join("data");
    if args.dir.exists() {
        // Only what an earlier demo made is cleared away.
        for made in [&exports, &data_path] {
            if made.exists() {
                std::fs::remove_dir_all(made).with_context(|| format!("cannot clear {}", made.display()))?;
            }
        }
    }
    let county = super::generate::Args::demo(args.dir.clone(), args.households);
    super::generate::run(county)?;
    let data = DataDir::create(&data_path)?;
    let options = args.engine.options(&data);
    let progress = Progress::new(false);
    super::block_on(async {
        let request = ImportRequest { paths: vec![exports], ..ImportRequest::default() };
        let outcome = import(&data, &request, &options, &progress).await?;
        progress.finish();
        print!("{}", reconciliation(&outcome.snapshot.manifest));
        let library = Library::built_in().await?;
        let done = audit(&data, &library, &AuditRequest::default(), &options, &progress).await?;
        progress.finish();
        print!("{}", super::audit::summary(&done));
        Ok(())
    })?;
    if args.no_serve {
        return Ok(());
    }
    super::serve::run(super::serve::Args::on(data_path, args.listen, args.engine))
}
