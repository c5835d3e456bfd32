//! The rules of an audit: side by side, each with its coverage.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Instant;

use futures::StreamExt;

use crate::contract::contract;
use crate::flags::{Coverage, FlagError, Outcome, RawFinding, assemble, found_rows};
use crate::query::library::{Bindings, CheckedRule, Library, View, views};
use crate::query::{EngineOptions, Session};

use super::super::Observer;
use super::AuditError;

/// What became of a rule.
pub(super) struct Run {
    /// What it raised.
    pub(super) findings: Vec<RawFinding>,
    /// How it fared.
    pub(super) covered: Coverage,
    /// It failed for want of memory.
    starved: bool,
}

impl Run {
    /// That ended.
    pub(super) fn new(findings: Vec<RawFinding>, covered: Coverage) -> Self {
        Self { findings, covered, starved: false }
    }
}

/// Computes what several rules share, runs the rules, then those that read what these found. Runs come
/// in the order of the rules; with them the time each shared result took.
pub(super) async fn run_all(
    rules: &[&CheckedRule],
    session: &mut Session,
    bindings: &Bindings,
    options: &EngineOptions,
    observer: &dyn Observer,
) -> Result<(Vec<Run>, BTreeMap<String, u64>), AuditError> {
    let shared = share(rules, session, observer).await?;
    observer.stage("rules", Some(rules.len() as u64));
    let (follow, lead): (Vec<usize>, Vec<usize>) = (0..rules.len()).partition(|i| rules[*i].follows());
    let of = |which: &[usize]| which.iter().map(|i| rules[*i]).collect::<Vec<_>>();
    let mut runs: Vec<(usize, Run)> =
        lead.iter().copied().zip(side_by_side(&of(&lead), session, bindings, options, observer).await?).collect();
    if !follow.is_empty() {
        let found = runs.iter().map(|(i, run)| (rules[*i].header(), run.findings.as_slice()));
        session.give_findings(found_rows(found).map_err(FlagError::from)?)?;
        runs.extend(
            follow.iter().copied().zip(side_by_side(&of(&follow), session, bindings, options, observer).await?),
        );
    }
    runs.sort_by_key(|(i, _)| *i);
    Ok((runs.into_iter().map(|(_, run)| run).collect(), shared))
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

/// Runs rules side by side; those that find too little memory beside others run again, alone.
async fn side_by_side(
    rules: &[&CheckedRule],
    session: &Session,
    bindings: &Bindings,
    options: &EngineOptions,
    observer: &dyn Observer,
) -> Result<Vec<Run>, AuditError> {
    let mut side_by_side =
        futures::stream::iter(rules.iter().map(|rule| run(rule, session, bindings))).buffered(options.at_once.max(1));
    let mut runs = Vec::with_capacity(rules.len());
    while let Some(run) = side_by_side.next().await {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        observer.advance(u64::from(!run.starved));
        runs.push(run);
    }
    drop(side_by_side);
    for (rule, starved) in rules.iter().zip(&mut runs).filter(|(_, run)| run.starved) {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        *starved = run(rule, session, bindings).await;
        observer.advance(1);
    }
    Ok(runs)
}

/// Runs one rule; whatever happens is told in its coverage.
async fn run(rule: &CheckedRule, session: &Session, bindings: &Bindings) -> Run {
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
        covered.reason = format!("ran without {}, taken as empty", weakened.join(", "));
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
