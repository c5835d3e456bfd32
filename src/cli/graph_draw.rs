//! Parts of a snapshot's relationship graph, in words or as a picture.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::domain::date::Day;
use crate::graph::draw::{Picture, dot, svg};
use crate::graph::relations::{
    LazyRelations, Look, NodeKind, Office, Relations, around, beside, look, of_excerpt, of_paths,
};
use crate::snapshot::{DataDir, Snapshot};

use super::engine::EngineArgs;

/// How a part is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines in Chinese and English
    Text,
    Svg,
    /// A Graphviz text
    Dot,
}

/// What all of them take.
#[derive(Debug, clap::Args)]
struct Common {
    /// Data folder
    #[arg(long)]
    data: PathBuf,
    /// Snapshot [default: the one in force]
    #[arg(long)]
    snapshot: Option<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// File to write [default: standard output]
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Why two are tied.
#[derive(Debug, clap::Args)]
pub struct TiesArgs {
    /// Number of an official, or any node as kind:number
    from: String,
    /// Number of a household, or any node as kind:number
    to: String,
    /// The day asked about [default: that of the last decision in which the official took part]
    #[arg(long)]
    on: Option<Day>,
    /// Links of a path at most
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=6))]
    hops: u32,
    /// Paths at most
    #[arg(long, default_value_t = 5)]
    limit: usize,
    #[command(flatten)]
    common: Common,
}

/// What lies around a node.
#[derive(Debug, clap::Args)]
pub struct AroundArgs {
    /// A node as kind:number, or a number that one kind alone has
    node: String,
    /// Hops
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=3))]
    hops: u32,
    /// Nodes at most
    #[arg(long, default_value_t = 120)]
    limit: usize,
    /// Applications, awards, declarations and who decided too
    #[arg(long)]
    procedure: bool,
    #[command(flatten)]
    common: Common,
}

impl Common {
    fn open(&self) -> anyhow::Result<(Snapshot, Arc<Relations>)> {
        let data = DataDir::open(&self.data)?;
        let snapshot = data.resolve(self.snapshot.as_deref())?;
        let options = self.engine.options(&data);
        let relations = super::block_on(async { Ok(LazyRelations::new(snapshot.clone(), options).get().await?) })?;
        Ok((snapshot, relations))
    }

    fn write(&self, lines: &[String], picture: impl FnOnce() -> Picture) -> anyhow::Result<()> {
        let text = match self.format {
            Format::Text => lines.iter().map(|line| format!("{line}\n")).collect(),
            Format::Svg => svg(&picture()),
            Format::Dot => dot(&picture()),
        };
        match &self.out {
            Some(path) => std::fs::write(path, text).with_context(|| path.display().to_string()),
            None => Ok(std::io::stdout().write_all(text.as_bytes())?),
        }
    }
}

fn named(relations: &Relations, text: &str, kind: NodeKind) -> anyhow::Result<u32> {
    match relations.node(kind, text).or_else(|| relations.named(text)) {
        Some(node) => Ok(node),
        None => bail!("the graph has no node '{text}'; name it as kind:number, for example {}:{text}", kind.name()),
    }
}

/// Runs `graph ties`.
pub fn run_ties(args: &TiesArgs) -> anyhow::Result<()> {
    let (snapshot, relations) = args.common.open()?;
    let a = named(&relations, &args.from, NodeKind::Official)?;
    let b = named(&relations, &args.to, NodeKind::Household)?;
    let given = args.on.map(|day| day.0.signed_duration_since(chrono::NaiveDate::default()).num_days() as i32);
    let Look { day, ties: found, office } = look(&relations, [a, b], given, args.hops, args.limit);
    let mut lines = Vec::new();
    let row = |edge: u32| {
        let rows = [relations.edges().get(edge).row, relations.edges().get(edge).second];
        let placed = rows.into_iter().flatten().filter_map(|row| snapshot.manifest.place(row));
        let mut placed: Vec<String> = placed.map(|(source, row)| format!("{} {row}", source.source.name)).collect();
        placed.dedup();
        placed.join(", ")
    };
    if let Some(Office { dealings: dealt, zh, en, .. }) = office {
        lines.extend([zh, en]);
        for part in &dealt.parts {
            let (zh, en) = beside(&relations.edges().get(part.edge));
            lines.push(format!("   {zh} {en}: {} ({})", relations.key(part.application), row(part.edge)));
        }
        lines.extend(dealt.declared.iter().map(|edge| format!("   备案 declaration: {}", row(*edge))));
    }
    for (nth, tie) in (1..).zip(&found.ties) {
        lines.push(format!("{nth}. {}", tie.zh));
        lines.push(format!("   {}", tie.en));
        let mut rows: Vec<String> = tie.edges.iter().map(|edge| row(*edge)).filter(|row| !row.is_empty()).collect();
        rows.dedup();
        let holds = if tie.holds { "当日成立 holds that day" } else { "当日不成立 does not hold that day" };
        lines.push(format!("   {holds} · 把握 sureness {:.3} · 出处 rows: {}", tie.sureness, rows.join("; ")));
        for innocent in &tie.innocent {
            lines.push(format!("   可能的解释 It may be explained: {} · {}", innocent.zh, innocent.en));
        }
    }
    if found.ties.is_empty() {
        lines.push("未见关联 No tie was found".to_owned());
    }
    if !found.complete {
        lines.push("未查全：节点过多 The search reached its bound; there may be others".to_owned());
    }
    let [x, y] = [a, b].map(|node| relations.label(node));
    let title = (format!("{x}与{y}的关联"), format!("Ties of {x} and {y}"));
    args.common.write(&lines, || of_paths(&relations, &found.ties, [a, b], day, (&title.0, &title.1)))
}

/// Runs `graph around`.
pub fn run_around(args: &AroundArgs) -> anyhow::Result<()> {
    let (_, relations) = args.common.open()?;
    let node = named(&relations, &args.node, NodeKind::Household)?;
    let excerpt = around(&relations, node, args.hops, args.limit.max(1), args.procedure);
    let mut lines: Vec<String> = excerpt
        .edges
        .iter()
        .map(|number| {
            let edge = relations.edges().get(*number);
            let (zh, en) = beside(&edge);
            format!("{} — {zh} {en} — {}", relations.name(edge.a), relations.name(edge.b))
        })
        .collect();
    if excerpt.truncated {
        lines.push("未显示全部 There is more than is shown".to_owned());
    }
    let label = relations.label(node);
    let title = (format!("{label}周边关系"), format!("Around {label}"));
    args.common.write(&lines, || of_excerpt(&relations, &excerpt, (&title.0, &title.1)))
}
