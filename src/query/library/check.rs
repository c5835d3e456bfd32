//! A rule held against the contract and against the plan of its SQL. Only what passes can run.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;

use super::promises::{contract_faults, output_faults, protected_faults, reason_faults, statement_faults};
use super::run::Bindings;
use super::statement::Parsed;
use super::tables::planned;
use super::views::{View, views};
use super::{Case, FINDING_TABLE, Header, Planner, Rule, RuleError, Status, tables};
use crate::contract::{Parameter, contract};

/// Placeholders that every rule may use: the as-of date, the first day of the first and of the last
/// month of payments.
pub(super) const BUILTIN_PLACEHOLDERS: [&str; 3] = ["as_of", "window_from", "window_to"];

/// Whether an evidence row speaks for the finding or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceRole {
    /// Columns `row_<table>`.
    For,
    /// Columns `against_<table>`.
    Against,
}

/// A column that names a row of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceColumn {
    /// Column of the rule.
    pub column: String,
    /// For or against.
    pub role: EvidenceRole,
    /// Table of the row.
    pub table: String,
}

/// A rule that keeps its promises. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CheckedRule {
    rule: Arc<Rule>,
    statement: Arc<Parsed>,
    tables: Arc<BTreeSet<String>>,
    optional: Arc<BTreeSet<String>>,
    schema: SchemaRef,
}

impl CheckedRule {
    /// Checks a rule against the contract and by planning it over empty tables. All faults are told at once.
    pub async fn check(rule: Rule, planner: &Planner) -> Result<Self, RuleError> {
        let statement = Parsed::parse(&rule.stem, &rule.text)?;
        let mut faults = Vec::new();
        contract_faults(&rule, &mut faults);
        statement_faults(&rule.header, &statement, &mut faults)?;

        let (tables, optional) = base_tables(&rule.header, &mut faults);
        if faults.iter().any(|f| f.starts_with("the SQL uses $")) {
            // Without a value the statement cannot be planned.
            return Err(RuleError::Check { rule: rule.stem, faults });
        }
        let bound = Bindings::for_planning().bind(&rule.header, &statement)?;
        let frame = planned(planner.session(), &rule.header.id, bound).await?;
        let (schema, read) = planner.kept(&rule.stem, frame)?;
        protected_faults(&rule.header, &read, &mut faults);
        output_faults(&rule.header, &schema, &tables, &mut faults);
        reason_faults(&rule.header, &schema, &mut faults);

        if faults.is_empty() {
            Ok(Self {
                rule: Arc::new(rule),
                statement: Arc::new(statement),
                tables: Arc::new(tables),
                optional: Arc::new(optional),
                schema,
            })
        } else {
            Err(RuleError::Check { rule: rule.stem, faults })
        }
    }

    /// The rule's id, its file stem.
    pub fn id(&self) -> &str {
        &self.rule.stem
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.rule.header
    }

    /// The same rule with another status.
    #[must_use]
    pub(super) fn with_status(&self, status: Status) -> Self {
        let mut rule = Rule::clone(&self.rule);
        rule.header.status = status;
        Self { rule: Arc::new(rule), ..self.clone() }
    }

    /// The whole file, header and SQL.
    pub fn text(&self) -> &str {
        &self.rule.text
    }

    /// The SQL after the header.
    pub fn sql(&self) -> &str {
        let header = self.rule.text.lines().take_while(|line| line.starts_with("--")).map(|line| line.len() + 1).sum();
        self.rule.text.get(header..).unwrap_or_default().trim_start()
    }

    /// The cases.
    pub fn cases(&self) -> &[Case] {
        &self.rule.cases
    }

    /// Every stored table the rule reads, through views too.
    pub fn tables(&self) -> &BTreeSet<String> {
        &self.tables
    }

    /// Those of [`CheckedRule::tables`] that it takes as empty where they are missing.
    pub fn optional(&self) -> &BTreeSet<String> {
        &self.optional
    }

    /// The tables and columns for want of which the rule cannot run on a snapshot that has `present`: names
    /// of tables, `table.column` of the columns that hold something, and [`delivered`] of those that files have.
    pub fn missing(&self, present: &BTreeSet<String>) -> Vec<String> {
        let needed = self.tables.iter().filter(|t| !self.optional.contains(*t) && !present.contains(*t));
        let either = &self.rule.header.one_of;
        let untold = !either.iter().any(|table| present.contains(table));
        let columns = self.rule.header.needs.iter().filter(|column| {
            let table = column.split('.').next().unwrap_or_default();
            present.contains(table) && !present.contains(*column)
        });
        let untold_columns = self.rule.header.columns.iter().filter(|column| {
            let table = column.split('.').next().unwrap_or_default();
            present.contains(table) && !present.contains(&delivered(column))
        });
        needed.chain(either.iter().filter(|_| untold)).chain(columns).chain(untold_columns).cloned().collect()
    }

    /// Whether it reads what other rules found, and so runs after them.
    pub fn follows(&self) -> bool {
        self.rule.header.reads.iter().any(|name| name == FINDING_TABLE)
    }

    /// Views that it reads, through other views too.
    pub fn views(&self) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        let mut left: Vec<&str> = self.rule.header.reads.iter().map(String::as_str).collect();
        while let Some(name) = left.pop() {
            if let Some(view) = views().iter().find(|v| v.name == name)
                && found.insert(view.name)
            {
                left.extend(view.header.reads.iter().map(String::as_str));
            }
        }
        found
    }

    /// The local parameters that it or a view it reads asks for, in order of their names.
    pub fn local_parameters(&self) -> Vec<&'static Parameter> {
        let read = self.views();
        let mut words = self.statement.literals();
        // Every view was parsed when it was registered.
        let parsed = views().iter().filter(|view| read.contains(view.name));
        words.extend(parsed.filter_map(|v| Parsed::parse(v.name, v.text).ok()).flat_map(|view| view.literals()));
        contract().parameters.values().filter(|p| words.contains(&p.name)).collect()
    }

    /// Columns of its rows.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns that name evidence, in the order of the SQL.
    pub fn evidence(&self) -> Vec<EvidenceColumn> {
        self.schema.fields().iter().filter_map(|f| evidence_column(f.name())).collect()
    }

    /// Its optimised plan over empty tables, as text.
    pub async fn empty_plan(&self) -> Result<String, RuleError> {
        let fail = |e| RuleError::engine(self.id(), e);
        let views = self.views();
        let session = tables::empty_session(|view| views.contains(view.name)).await?;
        let frame = planned(&session, self.id(), self.bound(&Bindings::for_planning())?).await?;
        Ok(frame.into_optimized_plan().map_err(fail)?.display_indent().to_string())
    }

    pub(super) fn statement(&self) -> &Parsed {
        &self.statement
    }
}

/// Takes `row_<table>[_suffix]` or `against_<table>[_suffix]` apart; the longest table name that fits wins.
pub(super) fn evidence_column(column: &str) -> Option<EvidenceColumn> {
    let (role, rest) = match column.strip_prefix("row_") {
        Some(rest) => (EvidenceRole::For, rest),
        None => (EvidenceRole::Against, column.strip_prefix("against_")?),
    };
    let table = tables::stored_tables()
        .chain([FINDING_TABLE.to_owned()])
        .filter(|t| rest.strip_prefix(t.as_str()).is_some_and(|after| after.is_empty() || after.starts_with('_')))
        .max_by_key(|t| t.len())?;
    Some(EvidenceColumn { column: column.to_owned(), role, table })
}

/// Stored tables behind a rule's `reads`, and those of them that may be missing.
fn base_tables(header: &Header, faults: &mut Vec<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let known: BTreeSet<String> = tables::stored_tables().collect();
    let reads: Vec<String> = header.reads.iter().filter(|name| *name != FINDING_TABLE).cloned().collect();
    for name in reads.iter().filter(|name| !known.contains(*name) && !views().iter().any(|v| v.name == **name)) {
        faults.push(format!("'reads' lists '{name}', which is neither a table nor a view"));
    }
    let (all, optional) = stored_tables_of(&reads, &header.optional);
    for name in &header.optional {
        if !all.contains(name) {
            faults.push(format!("'optional' lists '{name}', which the rule does not read"));
        } else if contract().table(name).is_none_or(|t| t.required) {
            faults.push(format!("'optional' lists '{name}', which is never missing"));
        }
    }
    for name in header.needs.iter().chain(&header.columns) {
        let column = name.split_once('.').and_then(|(table, column)| contract().table(table)?.column(column));
        if column.is_none_or(|column| column.required)
            || !all.iter().any(|table| name.starts_with(&format!("{table}.")))
        {
            faults.push(format!(
                "'needs' or 'columns' lists '{name}', which is no optional column of a table that the rule reads"
            ));
        }
    }
    for name in header.one_of.iter().filter(|name| !optional.contains(*name)) {
        faults.push(format!("'one_of' lists '{name}', which is no optional table of the rule"));
    }
    (all, optional)
}

/// Stored tables behind what a query reads, through views too, and those of them that may be missing: those
/// it says so of, and those that a view can do without and it does not read itself.
pub fn stored_tables_of(reads: &[String], optional: &[String]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut all, mut may_miss) = (BTreeSet::new(), BTreeSet::new());
    for name in reads {
        match views().iter().find(|v| v.name == *name) {
            None => _ = all.insert(name.clone()),
            Some(view) => {
                let (required, free) = behind(view);
                all.extend(required.into_iter().chain(free.iter().cloned()));
                may_miss.extend(free);
            }
        }
    }
    // Names, births and kinds of hukou that `identity` tells come from the register.
    if all.contains("identity") && all.insert("person".to_owned()) {
        may_miss.insert("person".to_owned());
    }
    may_miss.retain(|table| !reads.contains(table));
    may_miss.extend(optional.iter().cloned());
    (all, may_miss)
}

/// How [`CheckedRule::missing`] is told of a column that a file has, whether it holds something or not.
pub fn delivered(column: &str) -> String {
    format!("{column} (delivered)")
}

/// Stored tables behind a view: those it needs, those it can do without.
fn behind(view: &View) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut required, mut optional) = (BTreeSet::new(), BTreeSet::new());
    for name in &view.header.reads {
        match views().iter().find(|v| v.name == *name) {
            Some(inner) => {
                let (needed, may_miss) = behind(inner);
                required.extend(needed);
                optional.extend(may_miss);
            }
            None if view.header.optional.contains(name) => _ = optional.insert(name.clone()),
            None => _ = required.insert(name.clone()),
        }
    }
    (required, optional)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = include_str!("../../../queries/rules/a02_paid_in_detention.sql");

    async fn faults(text: &str) -> String {
        let rule = Rule::parse("a02_paid_in_detention", text, "").unwrap();
        match CheckedRule::check(rule, &Planner::new().await.unwrap()).await {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn a_good_rule_passes_and_every_broken_promise_is_told() {
        assert_eq!(faults(SQL).await, "");
        let swap = |from: &str, to: &str| {
            let swapped = SQL.replacen(from, to, 1);
            assert!(swapped != SQL, "'{from}' is not in the rule");
            swapped
        };
        for (text, told) in [
            (swap("\"A02\"", "\"A99\""), "no typology 'A99'"),
            (swap("severity   = 3", "severity   = 2"), "severity is 2"),
            (swap("\"irregularity\"", "\"exclusion\""), "queue is exclusion"),
            (swap("\"person\"", "\"award\""), "subject is award"),
            (swap("\"detention\", ", "\"detention\", \"death\", "), "lists 'death'"),
            (swap("\"detention\", ", ""), "reads 'detention'"),
            (swap("ORDER  BY subject_key", "ORDER BY p.month"), "not with subject_key"),
            (swap("$as_of", "$today"), "uses $today"),
            (swap("{name}", "{nobody}"), "{nobody}"),
            (swap("[exemptions.probation]", "[exemptions.parole]"), "exempts as 'probation'"),
            (swap("p.award_key, p.month,", "p.award_key, p.month AS month_from, p.month AS month_to,"), "give 'month'"),
            (swap("contract = \"probation is not detention\"", "contract = \"parole\""), "does not list 'parole'"),
        ] {
            let found = faults(&text).await;
            assert!(found.contains(told), "expected '{told}', found '{found}'");
        }
    }

    #[test]
    fn evidence_columns_name_the_longest_table() {
        let found = evidence_column("row_award_member").unwrap();
        assert_eq!((found.table.as_str(), found.role), ("award_member", EvidenceRole::For));
        assert_eq!(evidence_column("against_award_later").unwrap().table, "award");
        assert_eq!(evidence_column("row_nothing"), None);
        assert_eq!(evidence_column("month"), None);
    }
}
