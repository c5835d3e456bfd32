//! Pairs that people looked at: names of both rows and whether they match.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{Array, AsArray};

use super::LinkageError;
use super::columns::Rows;
use super::evaluate::Evaluation;
use super::predict::Scored;
use super::source::Source;

/// A pair and whether it is a match.
pub(super) type Label = (u32, u32, bool);

/// What a file of labels says.
#[derive(Debug)]
pub(super) struct Labels {
    /// Judged pairs.
    pub pairs: Vec<Label>,
    /// Whether these are all true pairs, so that every other pair is none.
    pub complete: bool,
}

/// Headers met for the left name, the right name and the answer.
const LEFT: [&str; 4] = ["left_id", "unique_id_l", "id_l", "left"];
const RIGHT: [&str; 4] = ["right_id", "unique_id_r", "id_r", "right"];
const ANSWER: [&str; 5] = ["match", "clerical_match_score", "label", "is_match", "score"];

/// Reads labelled pairs. An answer is a number (a match from 0.5 up), yes or no, true or false; without
/// that column the file lists all true pairs. Where no header is known, the first two columns are the
/// names, left then right.
pub(super) fn labelled(path: &Path, rows: &Rows) -> Result<Labels, LinkageError> {
    let wanted: Vec<&str> = LEFT.into_iter().chain(RIGHT).chain(ANSWER).collect();
    let mut source = Source::open(path, &wanted)?;
    let known = |names: &[&str]| source.position(names).ok();
    let (left, right) = match (known(&LEFT), known(&RIGHT)) {
        (Some(left), Some(right)) => (left, right),
        _ if source.columns() >= 2 => (0, 1),
        _ => {
            let reason = format!("two columns of names are needed: {} and {}", LEFT[0], RIGHT[0]);
            return Err(LinkageError::input(path, reason));
        }
    };
    let answer = known(&ANSWER);
    let lefts = rows.by_id(false);
    let rights = if rows.right.is_some() { rows.by_id(true) } else { HashMap::new() };
    let rights = if rows.right.is_some() { &rights } else { &lefts };
    let mut found = Vec::new();
    while let Some(batch) = source.next()? {
        let texts = |at: usize| batch.column(at).as_string::<i32>();
        for i in 0..batch.num_rows() {
            let row = |at: usize, rows: &HashMap<String, u32>, side: &str| {
                let id = if texts(at).is_valid(i) { texts(at).value(i).trim() } else { "" };
                let unknown = || {
                    LinkageError::input(
                        path,
                        format!("row {}: there is no row {id:?} in the {side} file", found.len() + 1),
                    )
                };
                rows.get(id).copied().ok_or_else(unknown)
            };
            let (a, b) = (row(left, &lefts, "left")?, row(right, rights, "right")?);
            let is_match = answer.is_none_or(|at| {
                let text = if texts(at).is_valid(i) { texts(at).value(i).trim().to_lowercase() } else { String::new() };
                text.parse::<f64>().map_or(matches!(text.as_str(), "yes" | "true" | "y" | "是"), |score| score >= 0.5)
            });
            if a != b {
                found.push((a.min(b), a.max(b), is_match));
            }
        }
    }
    Ok(Labels { pairs: found, complete: answer.is_none() })
}

/// Measures pairs against labelled ones. Pairs without a label are wrong where the labels are complete, and
/// do not count where they are not.
pub(super) fn evaluate(pairs: &[Scored], labels: &Labels) -> Evaluation {
    let known: HashMap<(u32, u32), bool> = labels.pairs.iter().map(|(a, b, is_match)| ((*a, *b), *is_match)).collect();
    let true_pairs = known.values().filter(|is_match| **is_match).count() as u64;
    let labelled = pairs.iter().filter_map(|pair| {
        let judged = known.get(&(pair.left, pair.right)).copied();
        let is_match = judged.or(labels.complete.then_some(false))?;
        Some((f64::from(pair.weight), pair.probability(), is_match))
    });
    super::evaluate::evaluate(labelled, true_pairs)
}
