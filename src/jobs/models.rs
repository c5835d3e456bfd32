//! Models over a snapshot: checked, run, carded, compared with what people found.

use std::collections::HashSet;

use crate::cases::{Dispositions, Outcome as Found, read};
use crate::contract::SubjectKind;
use crate::flags::finding_id;
use crate::model::spec::{
    Card, Evaluation, FeatureTable, GroupRate, Judged, Key, Model, ModelError, Outcome, Scored, Stability, drift,
    models, run,
};
use crate::query::library::Planner;
use crate::query::{EngineOptions, QueryError, Session};
use crate::snapshot::{DataDir, SnapshotError};

use super::RecordError;
use super::audit::audits;

/// Why a model cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ModelRunError {
    /// The spec, its features or its detectors.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The session cannot be opened.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Dispositions or audits cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// No such model.
    #[error("there is no model '{0}'; `mingjing models list` names them")]
    Unknown(String),
}

/// A model that ran.
#[derive(Debug, Clone)]
pub struct ModelRun {
    /// The model.
    pub model: Model,
    /// Snapshot.
    pub snapshot: String,
    /// Features.
    pub table: FeatureTable,
    /// What it says.
    pub outcome: Outcome,
}

impl ModelRun {
    /// What it says of each subject; nothing where it cannot be assessed.
    fn scored(&self) -> &[Scored] {
        match &self.outcome {
            Outcome::Scored(scored) => scored,
            Outcome::NotAssessable { .. } => &[],
        }
    }
}

/// The model of that id, or of that code (`M01`), its features checked.
pub async fn model(id: &str) -> Result<Model, ModelRunError> {
    let code = format!("{}_", id.to_lowercase());
    let found = models()?.into_iter().find(|m| m.spec.id == id || m.spec.id.starts_with(&code));
    let found = found.ok_or_else(|| ModelRunError::Unknown(id.to_owned()))?;
    found.check(&Planner::new().await.map_err(ModelError::from)?).await?;
    Ok(found)
}

/// Runs a model over a snapshot, the one in force unless named.
pub async fn run_model(
    id: &str,
    data: &DataDir,
    snapshot: Option<&str>,
    options: &EngineOptions,
) -> Result<(ModelRun, Session), ModelRunError> {
    let model = model(id).await?;
    let snapshot = data.resolve(snapshot)?;
    let session = Session::open(&snapshot, options).await?;
    let table = model.table(&session).await?;
    let outcome = run(&model, &table)?;
    Ok((ModelRun { model, snapshot: snapshot.manifest.id, table, outcome }, session))
}

/// The card of a model that ran: fairness, stability, and drift against another snapshot where one is
/// named. What a model cannot assess has a card without results.
pub async fn card(
    done: &ModelRun,
    session: &Session,
    data: &DataDir,
    against: Option<&str>,
    options: &EngineOptions,
) -> Result<String, ModelRunError> {
    let scored = done.scored();
    let drift = match against {
        None => None,
        Some(other) => {
            let other = data.resolve(Some(other))?;
            let before = done.model.table(&Session::open(&other, options).await?).await?;
            drift(&done.model, &other.manifest.id, &before, &done.table)?
        }
    };
    let judged = judged(done, data)?;
    let card = Card {
        model: &done.model,
        snapshot: &done.snapshot,
        table: &done.table,
        scored,
        stability: stability(done, scored)?,
        evaluation: Some(Evaluation::of(&done.table, scored, &judged)),
        groups: GroupRate::of(done.model.query.subject, session, &done.table, scored, &judged).await?,
        drift,
    };
    Ok(card.to_string())
}

/// The least share of those raised that another seed raises too, over five other seeds.
fn stability(done: &ModelRun, scored: &[Scored]) -> Result<Stability, ModelRunError> {
    let raised: Vec<usize> = scored.iter().filter(|one| one.raised).map(|one| one.subject).collect();
    let seeded = done.model.spec.detectors.iter().any(|part| part.parameters.contains_key("seed"));
    if !seeded {
        return Ok(Stability::NothingDrawn);
    }
    if raised.is_empty() {
        return Ok(Stability::NotTried);
    }
    let mut least = 1.0_f64;
    for seed in 101..106 {
        let mut other = done.model.clone();
        for part in &mut other.spec.detectors {
            part.parameters.entry("seed".to_owned()).and_modify(|value| *value = seed.to_string());
        }
        if let Outcome::Scored(again) = run(&other, &done.table)? {
            let both = raised.iter().filter(|subject| again[**subject].raised).count();
            least = least.min(both as f64 / raised.len() as f64);
        }
    }
    Ok(Stability::Share(least))
}

/// Scores beside the dispositions of the subjects' findings.
pub fn evaluate(done: &ModelRun, data: &DataDir) -> Result<Evaluation, ModelRunError> {
    Ok(Evaluation::of(&done.table, done.scored(), &judged(done, data)?))
}

/// Which subjects of a model people judged.
fn judged(done: &ModelRun, data: &DataDir) -> Result<Judged, RecordError> {
    let dispositions = Dispositions::load(data)?;
    match done.table.cases.iter().any(Option::is_some) {
        true => Ok(judged_cases(done, &dispositions)),
        false => judged_subjects(done.model.query.subject, &dispositions, data),
    }
}

/// Of cases (batches of a region's payments), by the ids that the model's own findings have: what was found of
/// another case of the place, or of the place itself, says nothing of this one.
fn judged_cases(done: &ModelRun, dispositions: &Dispositions) -> Judged {
    let (table, header, standing) = (&done.table, done.model.header(), dispositions.standing());
    let judged = (0..table.subjects.len()).filter_map(|i| {
        let Key::Code(place) = &table.keys[i] else { return None };
        let found = standing.get(finding_id(&header, place, table.cases[i].as_deref(), "").as_str())?;
        Some((table.subjects[i].clone(), found.outcome == Found::Confirmed))
    });
    judged.collect()
}

/// Of subjects of a kind: a finding's audit says whom it is about. Of villages, regions and officials only what was
/// found of themselves counts, and not of families that they have to do with. Audits are read from the last back,
/// until all that was judged is found.
fn judged_subjects(kind: SubjectKind, dispositions: &Dispositions, data: &DataDir) -> Result<Judged, RecordError> {
    let standing = dispositions.standing();
    let own = match kind {
        SubjectKind::Person => "id_number",
        SubjectKind::Household => "household_no",
        SubjectKind::Award => "award_no",
        _ => "subject_key",
    };
    let mut judged = Judged::new();
    let mut open: HashSet<String> = standing.keys().map(|id| (*id).to_owned()).collect();
    for audit in audits(data)?.iter().rev() {
        if open.is_empty() {
            break;
        }
        read(&audit.path, ["finding_id", "subject_kind", own], |[finding, found_of, subject]| {
            let about = own != "subject_key" || found_of == kind.as_str();
            if let Some(d) = standing.get(finding).filter(|_| open.remove(finding) && about && !subject.is_empty()) {
                *judged.entry(subject.to_owned()).or_default() |= d.outcome == Found::Confirmed;
            }
        })?;
    }
    Ok(judged)
}
