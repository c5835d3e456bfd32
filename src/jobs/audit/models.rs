//! The models of an audit: each run over the snapshot, what it raises as findings, how it fared as coverage.

use std::path::Path;
use std::time::Instant;

use crate::flags::{Coverage, EvidenceRef, Outcome, RawFinding, Subject};
use crate::model::spec::{
    Card, Drifted, FeatureTable, GroupRate, Judged, Key, Model, ModelError, Outcome as Said, Scored, Stability, drift,
    in_words, run as run_model,
};
use crate::query::Session;
use crate::query::library::EvidenceRole;

use super::super::Observer;
use super::{AuditError, rules};

/// What models run over.
pub(super) struct Ground<'a> {
    /// Snapshot.
    pub snapshot: &'a str,
    /// Over that snapshot.
    pub session: &'a Session,
    /// The snapshot that this one was built on, with its name: how far the data moved since is told where a
    /// model should not be trusted.
    pub before: Option<(String, Session)>,
    /// Folder of the cards, which a model that ran leaves behind.
    pub cards: &'a Path,
}

/// Runs models one after the other, each on all threads.
pub(super) async fn run_all(
    models: &[Model],
    ground: &Ground<'_>,
    observer: &dyn Observer,
) -> Result<Vec<rules::Run>, AuditError> {
    observer.stage("models", Some(models.len() as u64));
    if !models.is_empty() {
        let failed = |source| AuditError::Io { path: ground.cards.to_owned(), source };
        std::fs::create_dir(ground.cards).map_err(failed)?;
    }
    let mut runs = Vec::with_capacity(models.len());
    for model in models {
        if observer.cancelled() {
            return Err(AuditError::Cancelled);
        }
        runs.push(run(model, ground).await);
        observer.advance(1);
    }
    Ok(runs)
}

/// Runs one model; whatever happens is told in its coverage.
async fn run(model: &Model, ground: &Ground<'_>) -> rules::Run {
    let session = ground.session;
    let started = Instant::now();
    let mut covered = Coverage::of(&model.spec.id, &model.spec.code);
    covered.missing = model.needs().into_iter().filter(|table| !session.present().contains(table)).collect();
    let mut findings = Vec::new();
    if covered.missing.is_empty() {
        match assess(model, ground).await {
            Ok(Assessed { raised, rows, note, runnable }) => {
                covered.rows_read = rows;
                covered.reason = note;
                covered.outcome = if runnable { Outcome::Ran } else { Outcome::NotRunnable };
                findings = raised;
            }
            Err(error) => {
                covered.outcome = Outcome::Failed;
                covered.reason = error.to_string();
            }
        }
    } else {
        covered.outcome = Outcome::NotRunnable;
        covered.reason = format!("not handed over: {}", covered.missing.join(", "));
    }
    covered.time_ms = started.elapsed().as_millis() as u64;
    rules::Run::new(findings, covered)
}

/// What came of a model that could be run.
struct Assessed {
    raised: Vec<RawFinding>,
    rows: u64,
    note: String,
    runnable: bool,
}

async fn assess(model: &Model, ground: &Ground<'_>) -> Result<Assessed, ModelError> {
    let session = ground.session;
    let table = model.table(session).await?;
    let rows = table.subjects.len() as u64;
    let scored = match run_model(model, &table)? {
        Said::Scored(scored) => scored,
        Said::NotAssessable { rows: n, least } => {
            let note = format!("too few subjects to compare: {n}, and it takes {least}");
            return Ok(Assessed { raised: Vec::new(), rows, note, runnable: false });
        }
    };
    let mut note = format!(
        "has a quota of {} % of the subjects, which it may fill even where nothing is wrong",
        100.0 * model.spec.share
    );
    let weakened: Vec<String> = model.wants().into_iter().filter(|table| !session.present().contains(table)).collect();
    if !weakened.is_empty() {
        note = format!("ran without {}: what rests on it was not looked at; it {note}", weakened.join(", "));
    }
    let drifted = match &ground.before {
        Some((name, before)) => drift(model, name, &model.table(before).await?, &table)?,
        None => None,
    };
    let warning = drifted.as_ref().and_then(|drifted| drifted.warning());
    if let Some((_, en)) = &warning {
        note = format!("{en} It {note}.");
    }
    let raised = scored.iter().filter(|one| one.raised);
    let raised = raised.map(|one| finding(model, &table, one, warning.as_ref())).collect();
    // A card that cannot be made takes no finding away.
    let card = card(model, ground, &table, &scored, drifted).await.and_then(|card| {
        let path = ground.cards.join(format!("{}.md", model.spec.id));
        std::fs::write(path, card).map_err(|error| error.to_string())
    });
    if let Err(error) = card {
        note = format!("{note}; its card cannot be made: {error}");
    }
    Ok(Assessed { raised, rows, note, runnable: true })
}

/// The card of a model on this snapshot. How it fared beside what people found, and with other seeds, tells
/// `mingjing models card`: both change while the audit stays what it was.
async fn card(
    model: &Model,
    ground: &Ground<'_>,
    table: &FeatureTable,
    scored: &[Scored],
    drift: Option<Drifted>,
) -> Result<String, String> {
    let groups = GroupRate::of(model.query.subject, ground.session, table, scored, &Judged::new()).await;
    let groups = groups.map_err(|error| error.to_string())?;
    let (snapshot, stability, evaluation) = (ground.snapshot, Stability::NotTried, None);
    Ok(Card { model, snapshot, table, scored, stability, evaluation, groups, drift }.to_string())
}

fn finding(model: &Model, table: &FeatureTable, one: &Scored, warning: Option<&(String, String)>) -> RawFinding {
    let i = one.subject;
    let (mut reason_zh, mut reason_en) = in_words(model, table, one);
    if let Some((zh, en)) = warning {
        reason_zh = format!("{zh}{reason_zh}");
        reason_en = format!("{en} {reason_en}");
    }
    let warning = warning.map(|(zh, en)| format!("{zh} {en}")).unwrap_or_default();
    // Its own rows speak for it; those of ordinary peers are there to be compared.
    let rows = |of: usize, role| table.evidence[of].iter().map(move |row_id| EvidenceRef { row_id: *row_id, role });
    let mut evidence: Vec<EvidenceRef> = rows(i, EvidenceRole::For)
        .chain(one.beside.iter().flat_map(|peer| rows(*peer, EvidenceRole::Against).take(2)))
        .collect();
    evidence.sort_unstable_by_key(|row| (row.role, row.row_id));
    evidence.dedup_by_key(|row| row.row_id);
    RawFinding {
        subject: match &table.keys[i] {
            Key::Dense(key) => Subject::Key(*key),
            Key::Code(code) => Subject::Text(code.clone()),
        },
        case: table.cases[i].clone(),
        reason_zh,
        reason_en,
        evidence,
        warning,
        facts: one.facts(model, table),
        ..RawFinding::default()
    }
}
