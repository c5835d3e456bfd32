//! The rules of an audit: side by side, each with its coverage.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Instant;

use datafusion::common::runtime::SpawnedTask;
use futures::StreamExt;

use crate::contract::contract;
use crate::flags::{Coverage, Outcome, RawFinding, assemble};
use crate::query::library::{Bindings, CheckedRule, Header, Library, View, views};
use crate::query::{EngineOptions, Session};

use super::super::Observer;
use super::AuditError;
use super::sink::Sink;

/// What became of a rule or model.
pub(super) struct Run {
    /// What it raised.
    findings: Vec<RawFinding>,
    /// How it fared.
    covered: Coverage,
    /// It failed for want of memory.
    starved: bool,
}

impl Run {
    /// That ended.
    pub(super) fn new(findings: Vec<RawFinding>, covered: Coverage) -> Self {
        Self { findings, covered, starved: false }
    }
}

/// Computes what several rules share, runs the rules, then those that read what these found. What they
/// raise goes into the sink; the coverage of those that were asked for comes in the order of the rules,
/// with it the time each shared result took.
pub(super) async fn run_all<'a>(
    rules: &[&'a CheckedRule],
    asked: &dyn Fn(&CheckedRule) -> bool,
    session: &mut Session,
    bindings: &Bindings,
    options: &EngineOptions,
    sink: &mut Sink<'a>,
    observer: &dyn Observer,
) -> Result<(Vec<Coverage>, BTreeMap<String, u64>), AuditError> {
    let shared = share(rules, session, observer).await?;
    observer.stage("rules", Some(rules.len() as u64));
    let (follow, lead): (Vec<&CheckedRule>, Vec<&CheckedRule>) = rules.iter().partition(|rule| rule.follows());
    if !follow.is_empty() {
        sink.keep_found();
    }
    let mut coverage = side_by_side(&lead, asked, session, bindings, options, sink, observer).await?;
    if !follow.is_empty() {
        session.give_findings(sink.found())?;
        coverage.extend(side_by_side(&follow, asked, session, bindings, options, sink, observer).await?);
    }
    let place = |covered: &Coverage| rules.iter().position(|rule| rule.id() == covered.rule_id);
    coverage.retain(|covered| place(covered).is_some_and(|place| asked(rules[place])));
    coverage.sort_by_key(place);
    Ok((coverage, shared))
}

/// Computes once the views that say so, of those that a rule that can run reads; tells how long each took.
async fn share(
    rules: &[&CheckedRule],
    session: &mut Session,
    observer: &dyn Observer,
) -> Result<BTreeMap<String, u64>, AuditError> {
    let mut times = BTreeMap::new();
    let needed: BTreeSet<&str> =
        rules.iter().filter(|rule| rule.missing(session.present()).is_empty()).flat_map(|rule| rule.views()).collect();
    let needed: Vec<&View> = views().iter().filter(|view| needed.contains(view.name)).collect();
    observer.stage("shared results", Some(needed.len() as u64));
    for view in needed {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        let started = Instant::now();
        match session.compute_once(view).await {
            Ok(true) => _ = times.insert(view.name.to_owned(), started.elapsed().as_millis() as u64),
            Ok(false) => {}
            // Each rule then computes it for itself, and tells what goes wrong.
            Err(error) => observer.note(&format!("{} is not computed in advance: {error}", view.name)),
        }
        observer.advance(1);
    }
    Ok(times)
}

/// Runs rules side by side, each a task of its own (it is planned and put together on one processor), and gives what they
/// raise to the sink in their order. One that finds too little memory beside others runs again, alone, and those after it
/// wait for their turn at the sink.
async fn side_by_side<'a>(
    rules: &[&'a CheckedRule],
    asked: &dyn Fn(&CheckedRule) -> bool,
    session: &Session,
    bindings: &Bindings,
    options: &EngineOptions,
    sink: &mut Sink<'a>,
    observer: &dyn Observer,
) -> Result<Vec<Coverage>, AuditError> {
    let mut side_by_side =
        futures::stream::iter(rules.iter().map(|rule| run(rule, session, bindings))).buffered(options.at_once.max(1));
    let mut coverage = Vec::with_capacity(rules.len());
    let mut waiting: Vec<Run> = Vec::new();
    while let Some(run) = side_by_side.next().await {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        observer.advance(u64::from(!run.starved));
        if run.starved || !waiting.is_empty() {
            waiting.push(run);
        } else {
            let rule = rules[coverage.len()];
            coverage.push(settle(rule.header(), run, asked(rule), sink, observer).await?);
        }
    }
    drop(side_by_side);
    for mut waited in waiting {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        let rule = rules[coverage.len()];
        if waited.starved {
            waited = run(rule, session, bindings).await;
            observer.advance(1);
        }
        coverage.push(settle(rule.header(), waited, asked(rule), sink, observer).await?);
    }
    Ok(coverage)
}

/// Hands over what a rule or model raised and tells of its failure.
pub(super) async fn settle<'a>(
    header: &'a Header,
    run: Run,
    asked: bool,
    sink: &mut Sink<'a>,
    observer: &dyn Observer,
) -> Result<Coverage, AuditError> {
    if run.covered.outcome == Outcome::Failed {
        observer.note(&format!("{} failed: {}", run.covered.rule_id, run.covered.reason));
    }
    sink.take(header, run.findings, asked).await?;
    Ok(run.covered)
}

/// Runs one rule as a task, which ends with what waits for it; whatever happens, a panic too, is told in its coverage.
async fn run(rule: &CheckedRule, session: &Session, bindings: &Bindings) -> Run {
    let task = SpawnedTask::spawn({
        let (rule, session, bindings) = (rule.clone(), session.clone(), bindings.clone());
        async move { run_here(&rule, &session, &bindings).await }
    });
    task.join().await.unwrap_or_else(|error| {
        let mut covered = Coverage::of(rule.id(), &rule.header().typology);
        covered.outcome = Outcome::Failed;
        covered.reason = error.to_string();
        Run::new(Vec::new(), covered)
    })
}

async fn run_here(rule: &CheckedRule, session: &Session, bindings: &Bindings) -> Run {
    let started = Instant::now();
    let mut covered = Coverage::of(rule.id(), &rule.header().typology);
    covered.missing = rule.missing(session.present());
    if !covered.missing.is_empty() {
        covered.outcome = Outcome::NotRunnable;
        covered.reason = format!("not handed over: {}", covered.missing.join(", "));
        return Run::new(Vec::new(), covered);
    }
    let weakened: Vec<&str> =
        rule.optional().iter().filter(|t| !session.present().contains(*t)).map(String::as_str).collect();
    if !weakened.is_empty() {
        covered.reason = format!("ran without {}: what rests on it was not looked at", weakened.join(", "));
    }
    let result = async {
        let ready = session.ready(rule, bindings).await?;
        let findings = assemble(rule, ready.stream()?).await?;
        Ok::<_, AuditError>((findings, ready.rows_read()))
    };
    let mut starved = false;
    let findings = match result.await {
        Ok((findings, rows)) => {
            covered.rows_read = rows;
            findings
        }
        Err(error) => {
            covered.outcome = Outcome::Failed;
            starved = error.is_want_of_memory();
            covered.reason = error.to_string();
            Vec::new()
        }
    };
    covered.time_ms = started.elapsed().as_millis() as u64;
    Run { findings, covered, starved }
}

/// Typologies of the contract that nothing looks for yet: said, never silently skipped.
pub(super) fn without_rule(library: &Library) -> Vec<Coverage> {
    let covered: HashSet<&str> = library.rules().map(|rule| rule.header().typology.as_str()).collect();
    let missing = contract().typologies.keys().filter(|code| !covered.contains(code.as_str()));
    missing
        .map(|code| Coverage {
            outcome: Outcome::NotRunnable,
            reason: "this version has no rule for it".to_owned(),
            ..Coverage::of("", code)
        })
        .collect()
}
