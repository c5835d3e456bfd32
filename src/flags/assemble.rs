//! Rows of a rule → findings. A rule gives one row a paid month or event, in order of its subjects; the
//! rows of one subject, case and exemption are one finding.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use arrow::error::ArrowError;
use chrono::Months;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use crate::contract::SubjectKind;
use crate::query::library::{CheckedRule, EvidenceRole};

use super::reason::{cell, day, fill, month, yuan};
use super::{FlagError, Money, Whose};

/// Whom or what a finding is about: a dense key, or the number itself where the kind has no key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Key of a person, household, award, application, account, official or institution.
    Key(i32),
    /// Terminal number or region code.
    Text(String),
}

/// A row of the source that a finding rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvidenceRef {
    /// Which row.
    pub row_id: i64,
    /// For or against.
    pub role: EvidenceRole,
}

impl Default for Subject {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// A finding in dense keys, its texts filled but for `{name}`.
#[derive(Debug, Clone, Default)]
pub struct RawFinding {
    /// Whom it is about.
    pub subject: Subject,
    /// The number to show instead of the subject's own, where the rule gives one.
    pub subject_no: Option<String>,
    /// Which of several cases of the subject.
    pub case: Option<String>,
    /// The exemption that applies; `None` is open.
    pub exemption: Option<String>,
    /// Severity, where the rows say another than the header.
    pub severity: Option<u8>,
    /// Keys the rows name, by column (`household_key`, `award_key` …): the first met.
    pub keys: BTreeMap<&'static str, i32>,
    /// First and last month, as days since 1970-01-01.
    pub months: Option<(i32, i32)>,
    /// The day from which the office could know, and how many of the months ended before it.
    pub known: Option<(i32, usize)>,
    /// Money at issue.
    pub money: Money,
    /// Reason in Chinese.
    pub reason_zh: String,
    /// Reason in English.
    pub reason_en: String,
    /// Evidence, in order, each row once.
    pub evidence: Vec<EvidenceRef>,
    /// Why what raised it should not be trusted on this data, in both languages; mostly nothing.
    pub warning: String,
    /// What of its facts neither months nor money nor severity tell; mostly nothing.
    pub facts: String,
}

/// Columns that name whom else a finding concerns.
const KEYS: [&str; 7] =
    ["household_key", "award_key", "person_key", "official_key", "application_key", "account_key", "institution_key"];

/// The open rows of one (case, exemption).
#[derive(Debug, Default)]
struct Group {
    subject_no: Option<String>,
    severity: Option<u8>,
    keys: BTreeMap<&'static str, i32>,
    months: BTreeSet<i32>,
    known_on: Option<i32>,
    money: Money,
    /// Rule and case: whose money is what no award paid.
    own: Arc<str>,
    fen: i64,
    /// Fen counted so far of a payment's row, by whose share it is.
    counted: BTreeMap<(i64, Option<i32>), i64>,
    values: BTreeMap<String, String>,
    evidence: BTreeSet<(EvidenceRole, i64)>,
}

/// The typed columns of a batch.
struct Columns<'a> {
    batch: &'a RecordBatch,
    text: BTreeMap<&'static str, ArrayRef>,
}

impl<'a> Columns<'a> {
    fn new(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        let mut text = BTreeMap::new();
        for name in ["subject_key", "subject_no", "case_key", "exemption"] {
            if let Some(column) = batch.column_by_name(name)
                && (name != "subject_key" || *column.data_type() != DataType::Int32)
            {
                text.insert(name, cast(column, &DataType::Utf8)?);
            }
        }
        Ok(Self { batch, text })
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        let column = self.text.get(name)?.as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    }

    fn int(&self, name: &str, row: usize) -> Option<i64> {
        let column = self.batch.column_by_name(name)?;
        if column.is_null(row) {
            return None;
        }
        match column.data_type() {
            DataType::Int32 => Some(column.as_primitive::<Int32Type>().value(row).into()),
            DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row)),
            DataType::Date32 => Some(column.as_primitive::<Date32Type>().value(row).into()),
            _ => None,
        }
    }

    fn subject(&self, row: usize) -> Option<Subject> {
        match self.text("subject_key", row) {
            Some(text) => Some(Subject::Text(text)),
            None => self.int("subject_key", row).map(|key| Subject::Key(key as i32)),
        }
    }
}

type Groups = BTreeMap<(Option<String>, Option<String>), Group>;

/// Reads a rule's rows to their end. Memory: the rows of one subject, and the findings.
pub async fn assemble(rule: &CheckedRule, mut rows: SendableRecordBatchStream) -> Result<Vec<RawFinding>, FlagError> {
    let evidence = rule.evidence();
    let mut findings = Vec::new();
    let mut open: Option<(Subject, Groups)> = None;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let columns = Columns::new(&batch)?;
        for row in 0..batch.num_rows() {
            // A subject that cannot be named cannot be confronted with anything.
            let Some(subject) = columns.subject(row) else { continue };
            if open.as_ref().is_none_or(|(current, _)| *current != subject) {
                close(rule, open.take(), &mut findings);
            }
            let (_, groups) = open.get_or_insert_with(|| (subject, Groups::new()));
            let case = columns.text("case_key", row);
            let own = || format!("{} {}", rule.id(), case.as_deref().unwrap_or_default()).into();
            let group = groups
                .entry((case.clone(), columns.text("exemption", row)))
                .or_insert_with(|| Group { own: own(), ..Group::default() });
            take(rule.header().subject, &columns, row, group);
            for column in &evidence {
                if let Some(row_id) = columns.int(&column.column, row) {
                    group.evidence.insert((column.role, row_id));
                }
            }
        }
    }
    close(rule, open, &mut findings);
    Ok(findings)
}

fn take(about: SubjectKind, columns: &Columns<'_>, row: usize, group: &mut Group) {
    group.subject_no = group.subject_no.take().or_else(|| columns.text("subject_no", row));
    let severity = columns.int("severity", row).and_then(|s| u8::try_from(s).ok());
    group.severity = group.severity.max(severity);
    for name in KEYS {
        if let Some(key) = columns.int(name, row) {
            group.keys.entry(name).or_insert(key as i32);
        }
    }
    let month = columns.int("month", row).map(|m| m as i32);
    group.months.extend(month);
    group.months.extend(["month_from", "month_to"].iter().filter_map(|n| columns.int(n, row)).map(|m| m as i32));
    let known_on = columns.int("known_on", row).map(|day| day as i32);
    group.known_on = group.known_on.into_iter().chain(known_on).min();
    if let Some(fen) = columns.int("amount_fen", row) {
        let key = |name: &str| columns.int(name, row).map(|k| k as i32);
        // A rule about a person counts that person's share; another one the whole payment, or the share it names.
        let share = key(if about == SubjectKind::Person { "subject_key" } else { "share_key" });
        // Two records of one thing, as of a prison term that was entered twice, are no second loss of a person's share of
        // the same payment. What a row says of a transaction is the transaction's own amount.
        let payment = columns.int("row_payment", row).filter(|_| share.is_some());
        let more = match payment.filter(|_| columns.int("row_account_transaction", row).is_none()) {
            Some(payment) => {
                let counted = group.counted.entry((payment, share)).or_default();
                let more = (fen - *counted).max(0);
                *counted += more;
                more
            }
            None => fen,
        };
        let award = key("award_key").or_else(|| key("paid_award_key"));
        let whose = award.map_or_else(|| Whose::Case(Arc::clone(&group.own)), Whose::Award);
        group.money.add(whose, month, share, more);
        group.fen += more;
    }
    for (i, field) in columns.batch.schema_ref().fields().iter().enumerate() {
        if !group.values.contains_key(field.name()) && columns.batch.column(i).is_valid(row) {
            let value = cell(field.name(), columns.batch.column(i), row);
            group.values.insert(field.name().clone(), value);
        }
    }
}

/// Whether a month, by its first day, is over on a day.
fn ends_before(month: i32, on: i32) -> bool {
    day(month).checked_add_months(Months::new(1)).is_some_and(|next| next <= day(on))
}

fn close(rule: &CheckedRule, open: Option<(Subject, Groups)>, findings: &mut Vec<RawFinding>) {
    let Some((subject, groups)) = open else { return };
    for ((case, exemption), group) in groups {
        let months = group.months.first().copied().zip(group.months.last().copied());
        let value = |name: &str| match name {
            "name" => None,
            "months" => Some(group.months.len().to_string()),
            "amount" => Some(yuan(group.fen)),
            "month_from" => months.map(|(first, _)| month(first)),
            "month_to" => months.map(|(_, last)| month(last)),
            other => Some(group.values.get(other).cloned().unwrap_or_else(|| "—".to_owned())),
        };
        let reason = |text: &str, said: fn(&crate::query::library::Exemption) -> &str, lead: &str| {
            let mut filled = fill(text, value);
            if let Some(exempt) = exemption.as_ref().and_then(|code| rule.header().exemptions.get(code)) {
                filled.push_str(lead);
                filled.push_str(said(exempt));
            }
            filled
        };
        findings.push(RawFinding {
            subject: subject.clone(),
            reason_zh: reason(&rule.header().reason_zh, |e| &e.zh, " 不列为疑点："),
            reason_en: reason(&rule.header().reason_en, |e| &e.en, " Not raised: "),
            subject_no: group.subject_no,
            case,
            exemption,
            severity: group.severity,
            keys: group.keys,
            months,
            known: group
                .known_on
                .map(|day| (day, group.months.iter().filter(|month| ends_before(**month, day)).count())),
            money: group.money,
            evidence: group.evidence.into_iter().map(|(role, row_id)| EvidenceRef { row_id, role }).collect(),
            warning: String::new(),
            facts: String::new(),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int32Array, Int64Array};

    use super::*;

    /// Payment, transaction, amount.
    type Row = (i64, Option<i64>, i64);

    /// Fen of a person's rows.
    fn fen(rows: &[Row]) -> i64 {
        let whole = |of: fn(&Row) -> Option<i64>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Int64Array>()) };
        let batch = RecordBatch::try_from_iter([
            ("subject_key", Arc::new(Int32Array::from(vec![7; rows.len()])) as ArrayRef),
            ("amount_fen", whole(|row| Some(row.2))),
            ("row_payment", whole(|row| Some(row.0))),
            ("row_account_transaction", whole(|row| row.1)),
        ])
        .unwrap();
        let columns = Columns::new(&batch).unwrap();
        let mut group = Group::default();
        (0..rows.len()).for_each(|row| take(SubjectKind::Person, &columns, row, &mut group));
        assert_eq!(group.money.total(), group.fen);
        group.fen
    }

    #[test]
    fn a_share_of_a_payment_counts_once_and_every_transaction_for_itself() {
        assert_eq!(fen(&[(1, None, 400), (1, None, 400), (2, None, 300)]), 700, "one ground entered twice");
        assert_eq!(fen(&[(1, None, 300), (1, None, 400)]), 400, "the larger of two shares");
        assert_eq!(fen(&[(1, Some(8), 200), (1, Some(9), 200)]), 400, "two withdrawals after one payment");
    }
}
