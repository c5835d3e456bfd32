//! Features that are counted from lines of money: repeated and round amounts, thresholds, leading digits,
//! jumps of a monthly level.
//!
//! A lines query gives, in order of `subject_no`, how often (`times`) which amount (`amount_fen`) occurs in
//! which `month`, and `threshold_fen` where there is a limit to stay under. What is usual is the median
//! over the subjects of their shares. A measure that too few lines allow is missing.
//!
//! O(lines) time, O(subjects · amounts) memory.

use std::collections::BTreeMap;

use futures::StreamExt;
use serde::{Deserialize, Serialize};

use super::features::{Column, check_reading, sql, text, whole};
use super::{ModelError, features::Columns};
use crate::model::count::{
    Benford, Counted, Digits, Excess, change_points, robust_scale, round_amounts, same_amounts, season, under_threshold,
};
use crate::query::library::{Planner, read_header};
use crate::query::{QueryError, Session};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Measure {
    /// The most frequent amount, beyond its usual share.
    SameAmount,
    /// Whole hundreds of yuan, beyond their usual share.
    RoundAmount,
    /// Amounts in the last twentieth under a threshold, against those in as wide a band above.
    UnderThreshold,
    /// First digits off Benford's law.
    FirstDigits,
    /// Second digits.
    SecondDigits,
    /// First two digits.
    FirstTwoDigits,
    /// Largest change of the monthly level of money.
    MoneyJump,
    /// Largest change of the monthly level of lines.
    LinesJump,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counting {
    measure: Measure,
    unit: String,
    least: f64,
    zh: String,
    en: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    meaning: String,
    reads: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    columns: BTreeMap<String, Counting>,
}

/// A lines query.
#[derive(Debug, Clone, PartialEq)]
pub struct LinesQuery {
    /// File stem.
    pub name: &'static str,
    /// What a line is.
    pub meaning: String,
    pub(super) reads: Vec<String>,
    pub(super) optional: Vec<String>,
    columns: BTreeMap<String, Counting>,
    text: &'static str,
}

/// Every lines query. A test holds this list against the folder.
const LINES: &[(&str, &str)] = sql!["lines": "account", "batch", "official", "village"];

const GIVES: [&str; 5] = ["subject_no", "month", "amount_fen", "threshold_fen", "times"];
/// Fen of a round amount.
const ROUND: u64 = 10_000;
/// Fewest months of a part of a series that counts as a level, and the penalty of a cut.
const SHORTEST: usize = 3;
const STRENGTH: f64 = 3.0;
/// Share of the usual month below which a difference is no noise to measure changes by.
const LEAST: f64 = 0.02;

/// The lines of one subject.
#[derive(Debug, Default)]
struct Lines {
    amounts: Counted,
    /// Money in fen and lines by month.
    months: BTreeMap<i64, (f64, f64)>,
    below: Option<(u64, u64)>,
}

impl Lines {
    fn take(&mut self, month: Option<i64>, fen: u64, threshold: Option<u64>, times: u64) {
        *self.amounts.entry(fen).or_default() += times;
        if let Some(month) = month {
            let (money, lines) = self.months.entry(month).or_default();
            *money += (fen * times) as f64;
            *lines += times as f64;
        }
        if let Some(threshold) = threshold.filter(|t| *t > 0) {
            let near = under_threshold(&Counted::from([(fen, times)]), threshold, threshold / 20, 0.5);
            let (below, of) = self.below.get_or_insert((0, 0));
            (*below, *of) = (*below + near.count, *of + near.of);
        }
    }

    fn excess(&self, measure: Measure, usual: f64) -> Option<Excess> {
        match measure {
            Measure::RoundAmount => Some(round_amounts(&self.amounts, ROUND, usual)),
            Measure::SameAmount => same_amounts(&self.amounts, usual).map(|(_, excess)| excess),
            Measure::UnderThreshold => self.below.map(|(below, of)| Excess::new(below, of, usual)),
            _ => None,
        }
    }

    fn digits(&self, digits: Digits) -> Option<f64> {
        let benford = Benford::new(digits, &self.amounts);
        benford.assessable().then_some(benford.deviation)
    }

    /// The largest step between levels, as a share of the usual month; the season is taken off where the
    /// series is long enough to have one.
    fn jump(&self, of: fn(&(f64, f64)) -> f64, all: &[i64]) -> Option<f64> {
        let series: Vec<f64> = all.iter().map(|month| self.months.get(month).map_or(0.0, of)).collect();
        let series = season(&series).map_or(series, |season| season.without);
        let level = robust_scale(series.clone()).0;
        if series.len() < 2 * SHORTEST || level <= 0.0 {
            return None;
        }
        let parts = change_points(&series, SHORTEST, STRENGTH, LEAST * level);
        Some(parts.windows(2).map(|pair| (pair[1].mean - pair[0].mean).abs() / level).fold(0.0, f64::max))
    }
}

impl LinesQuery {
    /// The query of that name; none where there is no such.
    pub(super) fn named(name: &str) -> Option<Result<Self, ModelError>> {
        let (name, text) = LINES.iter().find(|(known, _)| *known == name)?;
        let header = read_header::<Header>(name, text).map_err(ModelError::from);
        Some(header.map(|Header { meaning, reads, optional, columns }| Self {
            name,
            meaning,
            reads,
            optional,
            columns,
            text,
        }))
    }

    /// Its features with what they mean.
    pub(super) fn documented(&self) -> impl Iterator<Item = (String, Column)> {
        let column = |c: &Counting| Column { unit: c.unit.clone(), least: c.least, zh: c.zh.clone(), en: c.en.clone() };
        self.columns.iter().map(move |(name, counting)| (name.clone(), column(counting)))
    }

    /// The text, for hashes.
    pub(super) fn text(&self) -> &'static str {
        self.text
    }

    /// As for feature queries: nothing protected, no opinion, nothing undeclared, the columns it must give.
    pub(super) async fn check(&self, planner: &Planner) -> Result<(), ModelError> {
        let name = format!("lines {}", self.name);
        let gives = check_reading(planner, &name, self.text, &self.reads).await?;
        if gives != GIVES {
            let message = format!("gives {} and not {}", gives.join(", "), GIVES.join(", "));
            return Err(ModelError::Spec { model: name, message });
        }
        Ok(())
    }

    /// Its features, for these subjects, in order of their names.
    pub(super) async fn read(&self, session: &Session, subjects: &[String]) -> Result<Columns, ModelError> {
        let place: BTreeMap<&str, usize> = subjects.iter().enumerate().map(|(i, s)| (s.as_str(), i)).collect();
        let mut lines: Vec<Lines> = subjects.iter().map(|_| Lines::default()).collect();
        let ready = session.ready_query(&format!("lines {}", self.name), self.text).await?;
        let mut batches = ready.stream()?;
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(QueryError::engine)?;
            let number = |name: &str| Ok::<_, ModelError>(whole(&batch, name)?.unwrap_or_default());
            let subject = text(&batch, "subject_no")?.unwrap_or_default();
            let month = text(&batch, "month")?.unwrap_or_default();
            let (amount, threshold, times) = (number("amount_fen")?, number("threshold_fen")?, number("times")?);
            for i in 0..batch.num_rows() {
                let at = subject[i].as_deref().and_then(|subject| place.get(subject));
                let fen = amount[i].and_then(|fen| u64::try_from(fen).ok());
                let (Some(at), Some(fen), Some(times)) = (at, fen, times[i]) else { continue };
                let threshold = threshold[i].and_then(|fen| u64::try_from(fen).ok());
                lines[*at].take(month[i].as_deref().and_then(serial), fen, threshold, times.unsigned_abs());
            }
        }
        Ok(self.columns.values().map(|counting| column(counting.measure, &lines)).collect())
    }
}

/// `2024-03-01` as a number of months.
fn serial(month: &str) -> Option<i64> {
    let mut parts = month.split('-').map(|part| part.parse::<i64>().ok());
    Some(parts.next()?? * 12 + parts.next()?? - 1)
}

fn column(measure: Measure, lines: &[Lines]) -> Vec<Option<f64>> {
    let months = || {
        let ends = lines.iter().flat_map(|l| l.months.keys().copied());
        let (low, high) = ends.fold((i64::MAX, i64::MIN), |(l, h), month| (l.min(month), h.max(month)));
        (low..=high).collect::<Vec<i64>>()
    };
    let digits = |digits| lines.iter().map(|l| l.digits(digits)).collect();
    match measure {
        Measure::FirstDigits => digits(Digits::First),
        Measure::SecondDigits => digits(Digits::Second),
        Measure::FirstTwoDigits => digits(Digits::FirstTwo),
        Measure::MoneyJump => {
            let all = months();
            lines.iter().map(|l| l.jump(|(money, _)| *money, &all)).collect()
        }
        Measure::LinesJump => {
            let all = months();
            lines.iter().map(|l| l.jump(|(_, lines)| *lines, &all)).collect()
        }
        Measure::SameAmount | Measure::RoundAmount | Measure::UnderThreshold => {
            let usual = if measure == Measure::UnderThreshold {
                0.5
            } else {
                let shares = lines.iter().filter_map(|l| l.excess(measure, 0.5)).filter(|e| e.of > 0);
                robust_scale(shares.map(|excess| excess.share()).collect()).0
            };
            let surprise = |l: &Lines| l.excess(measure, usual).filter(|e| e.of > 0).map(|e| e.surprise());
            lines.iter().map(surprise).collect()
        }
    }
}

#[cfg(test)]
pub(super) fn listed() -> Vec<&'static str> {
    LINES.iter().map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: impl IntoIterator<Item = (i64, u64, Option<u64>)>) -> Lines {
        let mut lines = Lines::default();
        rows.into_iter().for_each(|(month, fen, threshold)| lines.take(Some(month), fen, threshold, 1));
        lines
    }

    #[test]
    fn a_steered_subject_stands_out_in_what_was_steered() {
        // Nine lists of changing amounts, one of them drawn up: one round amount, doubled half-way.
        let month = |i: i64| i % 18;
        let mut all: Vec<Lines> = (0..9u64)
            .map(|s| lines((0..180).map(|i| (month(i), 20_000 + (i as u64 * 7_919 + s * 104_729) % 30_011, None))))
            .collect();
        all.push(lines((0..360).filter(|i| (i / 18) % 2 == 0 || month(*i) >= 9).map(|i| (month(i), 40_000, None))));
        for measure in [Measure::SameAmount, Measure::RoundAmount, Measure::LinesJump] {
            let column = column(measure, &all);
            let (odd, rest) = (column[9].unwrap(), column[..9].iter().map(|v| v.unwrap()).fold(0.0, f64::max));
            assert!(odd > 2.0 * rest + 0.4, "{measure:?}: {odd} {rest}");
        }
    }

    #[test]
    fn what_few_lines_do_not_allow_is_missing() {
        let few = [lines([(0, 100, Some(200)), (1, 195, Some(200)), (2, 205, Some(200))]), Lines::default()];
        assert_eq!(column(Measure::FirstDigits, &few), [None, None]);
        assert_eq!(column(Measure::MoneyJump, &few), [None, None]);
        // One of two near the limit lies under it: three in four to see so many or more.
        let under = column(Measure::UnderThreshold, &few);
        assert!((under[0].unwrap() - -(0.75_f64.log10())).abs() < 1e-12 && under[1].is_none(), "{under:?}");
        assert_eq!(serial("2024-03-01"), Some(2024 * 12 + 2));
    }
}
