//! The command line: one file a command, no logic of its own.

mod audit;
mod demo;
mod dispositions;
mod engine;
mod functions;
mod generate;
mod graph;
mod graph_draw;
mod identity;
mod import;
mod library;
mod link;
mod models;
mod plan;
mod progress;
mod query;
mod rules;
mod serve;
mod snapshots;
mod tables;

use std::io::IsTerminal;

use clap::{CommandFactory, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::query::PLANNING_STACK;

/// 明镜 Mingjing: finds suspected fraud, favouritism, embezzlement and wrongful exclusion in social
/// assistance data. It accuses nobody: every finding is a suspicion for a person to check.
#[derive(Debug, Parser)]
#[command(name = "mingjing", version, propagate_version = true, max_term_width = 100)]
pub struct Call {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 导入: make a snapshot of delivered files and print the reconciliation
    Import(import::Args),
    /// 审计: run every rule; write findings, evidence, leads and coverage
    Audit(audit::Args),
    /// 查询: run read-only SQL over a snapshot
    Query(query::Args),
    /// 规则: list, show, test, explain and write rules
    Rules(rules::Args),
    /// 模型: score tables by detectors, measure the calibration of probabilities
    Models(models::Args),
    /// 核查计划: what to check with the visits there are, with a share of random controls
    Plan(plan::Args),
    /// 造数: make a county, or a nation, of made people, with the truth about it
    Generate(generate::Args),
    /// 图: why two are tied, what lies around a node; standard algorithms on any edge list
    Graph(graph::Args),
    /// 函数: list the SQL functions for rules and analysts
    Functions(functions::Args),
    /// 数据表: list the tables and columns that a delivery may have
    Tables(tables::Args),
    /// 快照: list, show, compare and remove snapshots
    Snapshots(snapshots::Args),
    /// 处置: take in what people found of findings, and list it
    Dispositions(dispositions::Args),
    /// 身份: why a reference is, or is not, taken for a person
    Identity(identity::Args),
    /// 链接: record linkage of any two tables, or of one with itself, as a spec says
    Link(link::Args),
    /// 服务: serve the HTTP API
    Serve(serve::Args),
    /// 演示: generate a made county, import, audit and serve it
    Demo(demo::Args),
}

/// Parses the call; a wrong one ends the program with exit code 2 and its usage.
pub fn parse() -> Call {
    Call::parse()
}

/// Ends the program as clap does on a wrong call of a command, given by its words: its usage, and exit code 2.
fn wrong_call(words: &[&str], message: &str) -> ! {
    let mut call = Call::command();
    call.build();
    let found = words.iter().try_fold(&call, |command, word| command.find_subcommand(word)).cloned();
    let mut command = found.unwrap_or(call);
    command.error(clap::error::ErrorKind::ValueValidation, message).exit()
}

/// Logs go to standard error: for people on a terminal, as JSON lines elsewhere.
pub fn telemetry(call: &Call) {
    let quiet = if matches!(call.command, Command::Serve(_) | Command::Demo(_)) { "info" } else { "warn" };
    let filter =
        EnvFilter::try_from_env("MINGJING_LOG").unwrap_or_else(|_| EnvFilter::new(format!("warn,mingjing={quiet}")));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { log.compact().init() } else { log.json().init() }
}

/// Runs a command to its end.
pub fn run(call: Call) -> anyhow::Result<()> {
    match call.command {
        Command::Import(args) => import::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Query(args) => query::run(args),
        Command::Rules(args) => rules::run(args),
        Command::Models(args) => models::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Graph(args) => graph::run(args),
        Command::Functions(args) => functions::run(args),
        Command::Tables(args) => tables::run(args),
        Command::Snapshots(args) => snapshots::run(args),
        Command::Dispositions(args) => dispositions::run(args),
        Command::Identity(args) => identity::run(args),
        Command::Link(args) => link::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Demo(args) => demo::run(args),
    }
}

/// Waits for a future on every processor.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future)
}

/// Waits for what plans a person's statement, which may be deeper than the stack of the program's first thread.
fn block_on_deep<T: Send + 'static>(
    future: impl Future<Output = anyhow::Result<T>> + Send + 'static,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(PLANNING_STACK).build()?;
    runtime.block_on(runtime.spawn(future))?
}
