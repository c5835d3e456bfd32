use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::domain::date::Day;
use anyhow::Context;

use crate::contract::contract;
use crate::jobs::{Audit, AuditRequest, audit};
use crate::model::spec;
use crate::snapshot::DataDir;

use super::engine::EngineArgs;
use super::library::RulesArgs;
use super::progress::Progress;

/// Run an audit.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Data folder
    #[arg(long)]
    data: PathBuf,
    /// Snapshot [default: the one in force]
    #[arg(long)]
    snapshot: Option<String>,
    /// As-of date [default: the last day of the latest payment month]
    #[arg(long)]
    as_of: Option<Day>,
    /// Only what belongs to this region (12 digits, or those of its level) and those inside it; rules still
    /// look at everything, as families and peers do not end at a border
    #[arg(long)]
    region: Option<String>,
    /// Only these typologies, as A01,E05
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// A rule parameter, as e05_paid_short.short_yuan=5; may be repeated
    #[arg(long = "set", value_name = "RULE.NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String, f64)>,
    /// Also copy the output tables and the models' cards to this folder
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print the audit's manifest as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    rules: RulesArgs,
    #[command(flatten)]
    engine: EngineArgs,
}

fn parameter(text: &str) -> Result<(String, String, f64), String> {
    let wrong = || format!("'{text}' is no parameter: write it as RULE.NAME=VALUE");
    let (path, value) = text.split_once('=').ok_or_else(wrong)?;
    let (rule, name) = path.split_once('.').ok_or_else(wrong)?;
    Ok((rule.to_owned(), name.to_owned(), value.parse().map_err(|_| wrong())?))
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let data = DataDir::open(&args.data)?;
    let options = args.engine.options(&data);
    let mut parameters: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for (rule, name, value) in args.parameters {
        parameters.entry(rule).or_default().insert(name, value);
    }
    let request =
        AuditRequest { snapshot: args.snapshot, as_of: args.as_of, region: args.region, only: args.only, parameters };
    let progress = Progress::new(args.json);
    let done = super::block_on(async {
        let library = args.rules.library().await?;
        request.check(&library).unwrap_or_else(|wrong| super::wrong_call(&["audit"], &wrong.to_string()));
        Ok(audit(&data, &library, &request, &options, &progress).await?)
    });
    progress.finish();
    let done = done?;
    if let Some(out) = &args.out {
        copy(&done.path, out)?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&done.manifest)?);
    } else {
        print!("{}", summary(&done));
        println!("{}", args.out.as_deref().unwrap_or(&done.path).display());
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &to)?;
        } else {
            std::fs::copy(&path, &to).with_context(|| format!("cannot write {}", to.display()))?;
        }
    }
    Ok(())
}

/// What an audit found, for people.
pub fn summary(audit: &Audit) -> String {
    let manifest = &audit.manifest;
    let mut text =
        format!("审计 audit {} · 快照 snapshot {} · as of {}\n", manifest.id, manifest.snapshot, manifest.as_of);
    let codes: BTreeSet<&String> =
        [&manifest.open, &manifest.exempted, &manifest.dismissed].into_iter().flat_map(BTreeMap::keys).collect();
    for code in codes {
        let count = |counts: &BTreeMap<String, u64>| counts.get(code).copied().unwrap_or(0);
        let (open, exempted) = (count(&manifest.open), count(&manifest.exempted));
        // Codes of models have a name of their own; those of an analyst none that is known here.
        let model = spec::headers().values().find(|header| header.typology == *code).map(|header| header.names());
        let name = contract().typologies.get(code).map(|t| (t.name_zh.as_str(), t.name_en.as_str())).or(model);
        let name = name.map(|(zh, en)| format!(" {zh} {en}")).unwrap_or_default();
        text.push_str(&format!("  {code}{name}: 疑点 open {open}, 豁免 exempted {exempted}"));
        let dismissed = count(&manifest.dismissed);
        text.push_str(&if dismissed > 0 { format!(", 排除 dismissed {dismissed}\n") } else { "\n".to_owned() });
    }
    let rows = |table: &str| manifest.rows.get(table).copied().unwrap_or(0);
    text.push_str(&format!(
        "疑点 findings {} · 线索 leads {} · 证据 evidence {}\n",
        rows("findings"),
        rows("leads"),
        rows("evidence")
    ));
    text
}
