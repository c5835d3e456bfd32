//! Pairs that people looked at: names of both rows and whether they match.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{Array, AsArray};

use super::LinkageError;
use super::columns::Rows;
use super::evaluate::Evaluation;
use super::predict::Scored;
use super::source::Source;
use super::warning::Warning;

/// A pair and whether it is a match.
pub(super) type Label = (u32, u32, bool);

/// What a file of labels says.
#[derive(Debug)]
pub(super) struct Labels {
    /// Judged pairs.
    pub pairs: Vec<Label>,
    /// Whether these are all true pairs, so that every other pair is none.
    pub complete: bool,
    /// Labels passed over because the files have no such row.
    pub unknown: Option<Warning>,
}

/// Headers met for the left name, the right name and the answer.
const LEFT: [&str; 6] = ["left_id", "unique_id_l", "id_l", "left", "ltable_id", "id1"];
const RIGHT: [&str; 6] = ["right_id", "unique_id_r", "id_r", "right", "rtable_id", "id2"];
const ANSWER: [&str; 6] = ["match", "clerical_match_score", "label", "gold", "is_match", "score"];

/// Answers that are no number.
const YES: [&str; 5] = ["yes", "true", "y", "match", "是"];
const NO: [&str; 6] = ["no", "false", "n", "non-match", "no match", "否"];

/// Whether an answer says that a pair is a match; `None` where it says neither.
fn answered(text: &str) -> Option<bool> {
    let text = text.to_lowercase();
    match text.parse::<f64>() {
        Ok(score) if score.is_finite() => Some(score >= 0.5),
        _ if YES.contains(&text.as_str()) => Some(true),
        _ if NO.contains(&text.as_str()) => Some(false),
        _ => None,
    }
}

/// Reads labelled pairs of the rows of these files. An answer is a number (a match from 0.5 up), yes or
/// no, true or false; a pair without one is not judged yet. Without that column the file lists all true
/// pairs. Where no header is known, the first two columns are the names, left then right. Names that fit
/// better the other way round are read so; pairs of rows that the files do not have are passed over.
///
/// # Errors
///
/// An answer that is none, or no pair that names rows of the files.
pub(super) fn labelled(path: &Path, rows: &Rows, files: (&str, Option<&str>)) -> Result<Labels, LinkageError> {
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
    let mut said: Vec<(String, String, bool)> = Vec::new();
    let mut number = 0usize;
    while let Some(batch) = source.next()? {
        let texts = |at: usize| batch.column(at).as_string::<i32>();
        for i in 0..batch.num_rows() {
            number += 1;
            let text = |at: usize| if texts(at).is_valid(i) { texts(at).value(i).trim() } else { "" };
            let is_match = match answer.map(text) {
                None => true,
                Some("") => continue,
                Some(answer) => answered(answer).ok_or_else(|| {
                    let reason = "write 1 or 0, yes or no, or leave it empty where nobody judged";
                    LinkageError::input(path, format!("row {number}: {answer:?} is no answer: {reason}"))
                })?,
            };
            said.push((text(left).to_owned(), text(right).to_owned(), is_match));
        }
    }
    let lefts = rows.by_id(false);
    let rights = if rows.right.is_some() { rows.by_id(true) } else { HashMap::new() };
    let rights = if rows.right.is_some() { &rights } else { &lefts };
    let pair = |a: &str, b: &str| Some((*lefts.get(a)?, *rights.get(b)?));
    let fitting = said.iter().filter(|(a, b, _)| pair(a, b).is_some()).count();
    let turned = said.iter().filter(|(a, b, _)| pair(b, a).is_some()).count();
    let (right_file, swapped) = (files.1.unwrap_or(files.0), turned > fitting);
    let mut unknown: Option<(usize, (String, String))> = None;
    let mut found = Vec::with_capacity(said.len());
    let total = said.len();
    for (a, b, is_match) in said {
        let (a, b) = if swapped { (b, a) } else { (a, b) };
        match pair(&a, &b) {
            Some((a, b)) if a != b => found.push((a.min(b), a.max(b), is_match)),
            Some(_) => {}
            None => unknown.get_or_insert((0, (a, b))).0 += 1,
        }
    }
    let unknown = unknown.map(|(count, first)| Warning::UnknownLabels { count, total, first });
    if let Some(warning) = unknown.as_ref().filter(|_| fitting.max(turned) == 0) {
        let reason = format!("no pair names a row of {} and one of {right_file}: {warning}", files.0);
        return Err(LinkageError::input(path, reason));
    }
    Ok(Labels { pairs: found, complete: answer.is_none(), unknown })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        for (text, said) in [("1", Some(true)), ("0.4", Some(false)), ("Yes", Some(true)), ("否", Some(false))] {
            assert_eq!(answered(text), said, "{text}");
        }
        assert!(["maybe", "nan", "?"].iter().all(|text| answered(text).is_none()));
    }
}
