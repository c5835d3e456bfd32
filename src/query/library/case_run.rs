//! Cases run: what a rule answers on given rows against what the case expects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type};
use arrow::util::display::array_value_to_string;
use chrono::NaiveDate;

use super::case_plan::CasePlan;
use super::case_table::{self, Labels};
use super::tables::stored_tables;
use super::{Bindings, Case, CheckedRule, RuleError, delivered};

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOutcome {
    /// Name of the case.
    pub name: String,
    /// Where the answer differs from the expectation, a line each; empty where it does not.
    pub differences: Vec<String>,
}

impl CaseOutcome {
    /// Whether the rule answered as the case expects.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

impl fmt::Display for CaseOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed() {
            return write!(f, "ok: {}", self.name);
        }
        write!(f, "differs: {}", self.name)?;
        self.differences.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

/// What a rule answers.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    flagged: Vec<String>,
    exempted: Vec<String>,
    not_assessable: Vec<String>,
}

/// Runs every case of a rule, in order.
pub async fn run_cases(rule: &CheckedRule) -> Vec<CaseOutcome> {
    let mut outcomes = Vec::new();
    let mut plans = Plans::default();
    for case in rule.cases() {
        let differences = match answer(rule, case, &mut plans).await {
            Ok(answer) => compare(case, answer),
            Err(error) => vec![error],
        };
        outcomes.push(CaseOutcome { name: case.name.clone(), differences });
    }
    outcomes
}

/// Plans of one rule, by what they were made for.
#[derive(Debug, Default)]
struct Plans(Vec<(Bindings, Vec<RecordBatch>, CasePlan)>);

impl Plans {
    async fn plan(
        &mut self,
        rule: &CheckedRule,
        bindings: Bindings,
        local: &[RecordBatch],
    ) -> Result<&CasePlan, RuleError> {
        let bindings = bindings.read_by(rule);
        let at = match self.0.iter().position(|(b, l, _)| *b == bindings && l == local) {
            Some(at) => at,
            None => {
                let plan = CasePlan::new(rule, &bindings, local).await?;
                self.0.push((bindings, local.to_vec(), plan));
                self.0.len() - 1
            }
        };
        Ok(&self.0[at].2)
    }
}

async fn answer(rule: &CheckedRule, case: &Case, plans: &mut Plans) -> Result<Answer, String> {
    let absent: BTreeSet<&String> = case.missing.iter().chain(&case.not_assessable).collect();
    let (needs, columns) = (&rule.header().needs, &rule.header().columns);
    let there = |name: &String| !absent.contains(name);
    let present: BTreeSet<String> = (stored_tables().chain(needs.iter().cloned()).filter(there))
        .chain(columns.iter().filter(|name| there(name)).map(|column| delivered(column)))
        .collect();
    let known = |name: &String| rule.tables().contains(name) || needs.contains(name) || columns.contains(name);
    if let Some(strange) = absent.iter().find(|name| !known(name)) {
        return Err(format!("'{strange}' is missing, but the rule does not read it"));
    }
    let not_assessable = rule.missing(&present);
    if !not_assessable.is_empty() {
        return Ok(Answer { not_assessable, ..Answer::default() });
    }
    let mut labels = Labels::default();
    let tables = case_table::tables(&case.given, &mut labels)?;
    let bindings = bindings(case, tables.get("payment").and_then(|b| b.first()))?;
    let text = |e: RuleError| e.to_string();
    let local = tables.get("local_rule").map_or(&[][..], Vec::as_slice);
    let plan = plans.plan(rule, bindings, local).await.map_err(text)?;
    let batches = plan.run(&tables).await.map_err(text)?;
    let mut answer = Answer::default();
    for batch in &batches {
        read(rule, batch, &labels, &mut answer)?;
    }
    Ok(answer)
}

/// As-of date and window of a case: as it says, else the months of its payments and the end of 2024.
fn bindings(case: &Case, payments: Option<&RecordBatch>) -> Result<Bindings, String> {
    let as_of = case.as_of.unwrap_or_else(|| NaiveDate::from_ymd_opt(2024, 12, 31).unwrap_or_default());
    let read = |text: &String| case_table::day(text).ok_or_else(|| format!("window: '{text}' is no month"));
    let (from, to) = match &case.window {
        Some([from, to]) => (read(from)?, read(to)?),
        None => {
            let months: Vec<i32> = payments
                .and_then(|b| b.column_by_name("month")?.as_primitive_opt::<Date32Type>())
                .into_iter()
                .flatten()
                .flatten()
                .collect();
            let day = |days: Option<&i32>| days.and_then(|d| NaiveDate::from_epoch_days(*d)).unwrap_or(as_of);
            (day(months.iter().min()), day(months.iter().max()))
        }
    };
    Ok(Bindings::new(as_of, from, to))
}

fn read(rule: &CheckedRule, batch: &RecordBatch, labels: &Labels, answer: &mut Answer) -> Result<(), String> {
    let subject = batch.column_by_name("subject_key").ok_or("no subject_key")?;
    let exemption = batch.column_by_name("exemption");
    for row in 0..batch.num_rows() {
        let mut words = vec![match subject.as_primitive_opt::<Int32Type>() {
            Some(keys) if keys.is_valid(row) => {
                let label = labels.label(rule.header().subject.as_str(), keys.value(row)).map(str::to_owned);
                // A subject that has no row of its own goes by the number that the rule gives it.
                let number = batch.column_by_name("subject_no").filter(|n| n.is_valid(row));
                match (label, number) {
                    (Some(label), _) => label,
                    (None, Some(number)) => text(number, row)?,
                    (None, None) => return Err("a subject that the case does not give".to_owned()),
                }
            }
            _ => text(subject, row)?,
        }];
        let cell = |name: &str| batch.column_by_name(name).filter(|column| column.is_valid(row));
        words.extend(cell("month").map(|c| month(c, row)));
        if let (Some(from), Some(to)) = (cell("month_from"), cell("month_to")) {
            words.push(format!("{}..{}", month(from, row), month(to, row)));
        }
        match exemption.filter(|e| e.is_valid(row)) {
            Some(code) => {
                words.push(text(code, row)?);
                answer.exempted.push(words.join(" "));
            }
            None => {
                let fen = cell("amount_fen").and_then(|c| c.as_primitive_opt::<Int64Type>()).map(|c| c.value(row));
                words.extend(fen.map(|fen| fen.to_string()));
                answer.flagged.push(words.join(" "));
            }
        }
    }
    Ok(())
}

fn text(column: &ArrayRef, row: usize) -> Result<String, String> {
    if column.is_null(row) {
        Ok("null".to_owned())
    } else {
        array_value_to_string(column, row).map_err(|e| e.to_string())
    }
}

fn month(column: &ArrayRef, row: usize) -> String {
    debug_assert_eq!(column.data_type(), &DataType::Date32);
    let day = column.as_primitive_opt::<Date32Type>().and_then(|c| NaiveDate::from_epoch_days(c.value(row)));
    day.map(|d| d.format("%Y-%m").to_string()).unwrap_or_default()
}

fn compare(case: &Case, answer: Answer) -> Vec<String> {
    let mut lines = Vec::new();
    for (what, expected, found) in [
        ("flagged", &case.flagged, &answer.flagged),
        ("exempted", &case.exempted, &answer.exempted),
        ("not assessable", &case.not_assessable, &answer.not_assessable),
    ] {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        expected.iter().for_each(|row| counts.entry(row).or_default().0 += 1);
        found.iter().for_each(|row| counts.entry(row).or_default().1 += 1);
        for (row, (expected, found)) in counts {
            let times = |n: usize| if n > 1 { format!(", {n} times") } else { String::new() };
            if expected > found {
                lines.push(format!("{what}: '{row}' is expected and does not come out{}", times(expected - found)));
            } else if found > expected {
                lines.push(format!("{what}: '{row}' comes out and is not expected{}", times(found - expected)));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Queue;
    use crate::query::library::{Edge, Library, Planner, Rule, sources};

    #[tokio::test(flavor = "multi_thread")]
    async fn every_case_of_every_rule_passes() {
        let library = Library::built_in().await.unwrap();
        // Planning is what takes time here: the rules run side by side.
        let runs: Vec<_> = library
            .rules()
            .cloned()
            .map(|rule| tokio::spawn(async move { (rule.id().to_owned(), run_cases(&rule).await) }))
            .collect();
        let mut failed = Vec::new();
        for run in runs {
            let (rule, outcomes) = run.await.unwrap();
            failed.extend(outcomes.iter().filter(|o| !o.passed()).map(|o| format!("{rule}: {o}")));
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    fn every_rule_shows_each_outcome_each_exemption_and_both_sides_of_an_edge() {
        let mut wanting = Vec::new();
        for rule in sources::built_in().unwrap() {
            let cases = &rule.cases;
            let mut demand = |there: bool, what: &str| {
                if !there {
                    wanting.push(format!("{}: no case {what}", rule.stem));
                }
            };
            demand(cases.iter().any(|c| !c.flagged.is_empty()), "flagged");
            demand(cases.iter().any(|c| c.clear), "clear");
            demand(cases.iter().any(|c| !c.not_assessable.is_empty()), "not assessable");
            demand(cases.iter().any(|c| c.edge == Some(Edge::Within) && c.flagged.is_empty()), "within an edge");
            demand(cases.iter().any(|c| c.edge == Some(Edge::Beyond) && !c.flagged.is_empty()), "beyond an edge");
            for code in rule.header.exemptions.keys() {
                let exempts = |c: &Case| c.exempted.iter().any(|row| row.ends_with(&format!(" {code}")));
                demand(cases.iter().any(exempts), &format!("of the exemption {code}"));
            }
        }
        assert!(wanting.is_empty(), "{}", wanting.join("\n"));
    }

    #[tokio::test]
    async fn a_wrong_expectation_is_told() {
        let planner = Planner::new().await.unwrap();
        let sql = include_str!("../../../queries/rules/a02_paid_in_detention.sql");
        let cases = include_str!("../../../queries/rules/a02_paid_in_detention.cases.toml").replacen("40000", "1", 1);
        let rule =
            CheckedRule::check(Rule::parse("a02_paid_in_detention", sql, &cases).unwrap(), &planner).await.unwrap();
        let failed: Vec<String> =
            run_cases(&rule).await.iter().filter(|o| !o.passed()).map(|o| o.to_string()).collect();
        assert_eq!(failed.len(), 1);
        assert!(failed[0].contains("is expected and does not come out") && failed[0].contains("comes out and is not"));
    }

    /// Columns whose empty cells say that something goes on.
    const ENDS: [&str; 7] =
        ["to_date", "to_month", "end_month", "left_on", "dissolved_on", "deregistered_on", "stop_notice_on"];

    /// Lists of what is in force come without ends, and then hold nothing that ended.
    const LISTS: [&str; 3] = ["household_member.left_on", "award_member.to_month", "award.end_month"];

    /// A table's text without what stands in a column; nothing where that is empty already.
    fn emptied(text: &str, column: &str) -> Option<String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let at = headers.iter().position(|header| header == column)?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&headers).unwrap();
        let mut any = false;
        for record in reader.records().map(Result::unwrap) {
            any |= !record[at].is_empty();
            writer.write_record(record.iter().enumerate().map(|(i, cell)| if i == at { "" } else { cell })).unwrap();
        }
        any.then(|| String::from_utf8(writer.into_inner().unwrap()).unwrap())
    }

    /// What a rule that accuses raises on a case without the ends that a column tells, and did not raise with them.
    async fn raised_without_ends(rule: CheckedRule) -> Vec<String> {
        let mut plans = Plans::default();
        let mut raised = Vec::new();
        for case in rule.cases().iter().filter(|case| case.not_assessable.is_empty()) {
            for (table, text) in &case.given {
                for column in ENDS {
                    let name = format!("{table}.{column}");
                    let Some(text) = emptied(text, column) else { continue };
                    if table == "local_rule" || LISTS.contains(&name.as_str()) || rule.header().columns.contains(&name)
                    {
                        continue;
                    }
                    let mut without = case.clone();
                    without.given.insert(table.clone(), text);
                    let flagged = answer(&rule, &without, &mut plans).await.unwrap().flagged;
                    let new: Vec<_> = flagged.iter().filter(|row| !case.flagged.contains(row)).collect();
                    if !new.is_empty() {
                        raised.push(format!("{} without {name}: {}: {new:?}", rule.id(), case.name));
                    }
                }
            }
        }
        raised
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_end_that_nobody_handed_over_accuses() {
        let library = Library::built_in().await.unwrap();
        // An offer of help more costs a visit.
        let accusing = library.rules().filter(|rule| rule.header().queue != Queue::Exclusion).cloned();
        let runs: Vec<_> = accusing.map(|rule| tokio::spawn(raised_without_ends(rule))).collect();
        let mut raised = Vec::new();
        for run in runs {
            raised.extend(run.await.unwrap());
        }
        assert!(raised.is_empty(), "name the column under 'columns':\n{}", raised.join("\n"));
    }
}
