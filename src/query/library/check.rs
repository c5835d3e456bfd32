//! A rule held against the contract and against the plan of its SQL. Only what passes can run.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::prelude::SessionContext;

use super::run::Bindings;
use super::statement::Parsed;
use super::views::{View, views};
use super::{Case, Header, Protected, Rule, RuleError, protected, tables};
use crate::contract::{Queue, SubjectKind, contract};

/// Placeholders that every rule may use: the as-of date, the first day of the first and of the last
/// month of payments.
pub(super) const BUILTIN_PLACEHOLDERS: [&str; 3] = ["as_of", "window_from", "window_to"];

/// Values that every reason text may use beside the columns of its rule.
const BUILTIN_VALUES: [&str; 5] = ["name", "months", "amount", "month_from", "month_to"];

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
    /// Checks a rule against the contract and by planning it over the empty tables of `session`
    /// (see [`super::empty_session`]). All faults are told at once.
    pub async fn check(rule: Rule, session: &SessionContext) -> Result<Self, RuleError> {
        let statement = Parsed::parse(&rule.stem, &rule.text)?;
        let mut faults = Vec::new();
        contract_faults(&rule, &mut faults);
        statement_faults(&rule.header, &statement, &mut faults)?;

        let (tables, optional) = base_tables(&rule.header, &mut faults);
        if faults.iter().any(|f| f.starts_with("the SQL uses $")) {
            // Without a value the statement cannot be planned.
            return Err(RuleError::Check { rule: rule.stem, faults });
        }
        let frame = Bindings::for_planning().plan(&rule.header, &statement, session).await?;
        let schema: SchemaRef = Arc::clone(frame.schema().inner());
        let plan = frame.into_optimized_plan().map_err(|e| RuleError::engine(&rule.stem, e))?;
        let read = protected::read_by(&plan).map_err(|e| RuleError::engine(&rule.stem, e))?;
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

    /// The tables for want of which the rule cannot run on a snapshot that has `present`.
    pub fn missing(&self, present: &BTreeSet<String>) -> Vec<String> {
        self.tables.iter().filter(|t| !self.optional.contains(*t) && !present.contains(*t)).cloned().collect()
    }

    /// Columns of its rows.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns that name evidence, in the order of the SQL.
    pub fn evidence(&self) -> Vec<EvidenceColumn> {
        self.schema.fields().iter().filter_map(|f| evidence_column(f.name())).collect()
    }

    pub(super) fn statement(&self) -> &Parsed {
        &self.statement
    }
}

/// Takes `row_<table>[_suffix]` or `against_<table>[_suffix]` apart; the longest table name that fits wins.
fn evidence_column(column: &str) -> Option<EvidenceColumn> {
    let (role, rest) = match column.strip_prefix("row_") {
        Some(rest) => (EvidenceRole::For, rest),
        None => (EvidenceRole::Against, column.strip_prefix("against_")?),
    };
    let table = tables::stored_tables()
        .filter(|t| rest.strip_prefix(t.as_str()).is_some_and(|after| after.is_empty() || after.starts_with('_')))
        .max_by_key(|t| t.len())?;
    Some(EvidenceColumn { column: column.to_owned(), role, table })
}

fn contract_faults(rule: &Rule, faults: &mut Vec<String>) {
    let header = &rule.header;
    if header.id != rule.stem {
        faults.push(format!("the id '{}' is not the file's name '{}'", header.id, rule.stem));
    }
    match contract().typologies.get(&header.typology) {
        None => faults.push(format!("the contract has no typology '{}'", header.typology)),
        Some(typology) => {
            let expected = format!("{}_{}", typology.code.to_lowercase(), typology.slug);
            if rule.stem != expected {
                faults.push(format!("a rule of {} is named '{expected}'", typology.code));
            }
            if header.queue != typology.queue {
                faults.push(format!("queue is {}, the contract says {}", header.queue, typology.queue));
            }
            if header.subject != typology.subject {
                faults.push(format!("subject is {}, the contract says {}", header.subject, typology.subject));
            }
            if header.severity != typology.severity {
                faults.push(format!("severity is {}, the contract says {}", header.severity, typology.severity));
            }
            let listed: Vec<&str> = typology.exemptions.split(';').map(str::trim).collect();
            for (code, exemption) in &header.exemptions {
                if !exemption.contract.is_empty() && !listed.contains(&exemption.contract.as_str()) {
                    faults.push(format!("exemption '{code}': the contract does not list '{}'", exemption.contract));
                }
            }
        }
    }
    if !(header.prior > 0.0 && header.prior < 1.0) {
        faults.push("prior is not between 0 and 1".to_owned());
    }
    if header.version == 0 {
        faults.push("version begins at 1".to_owned());
    }
    for (name, parameter) in &header.parameters {
        if !(parameter.min <= parameter.default && parameter.default <= parameter.max) {
            faults.push(format!("parameter '{name}': the default is outside its bounds"));
        }
        if BUILTIN_PLACEHOLDERS.contains(&name.as_str()) {
            faults.push(format!("parameter '{name}' has the name of a built-in placeholder"));
        }
        if contract().parameters.contains_key(name) {
            faults.push(format!("parameter '{name}' is a local parameter: call local_number or local_text"));
        }
    }
    let said = |list: &[String]| !list.is_empty() && list.iter().all(|text| !text.trim().is_empty());
    for (what, there) in [
        ("why", !header.why.trim().is_empty()),
        ("basis", said(&header.basis)),
        ("innocent", said(&header.innocent)),
        ("blind", said(&header.blind)),
    ] {
        if !there {
            faults.push(format!("'{what}' says nothing"));
        }
    }
}

fn statement_faults(header: &Header, statement: &Parsed, faults: &mut Vec<String>) -> Result<(), RuleError> {
    let placeholders = statement.placeholders();
    for name in &placeholders {
        if !BUILTIN_PLACEHOLDERS.contains(&name.as_str()) && !header.parameters.contains_key(name) {
            faults.push(format!("the SQL uses ${name}, which the header does not declare"));
        }
    }
    for name in header.parameters.keys().filter(|n| !placeholders.contains(*n)) {
        faults.push(format!("the header declares the parameter '{name}', which the SQL does not use"));
    }

    let named = statement.tables()?;
    let declared: BTreeSet<String> = header.reads.iter().cloned().collect();
    for table in named.difference(&declared) {
        faults.push(format!("the SQL reads '{table}', which 'reads' does not list"));
    }
    for table in declared.difference(&named) {
        faults.push(format!("'reads' lists '{table}', which the SQL does not read"));
    }

    match statement.order_by()?.first() {
        Some(first) if first == "subject_key" => {}
        Some(first) => faults.push(format!("the outermost ORDER BY begins with {first}, not with subject_key")),
        None => faults.push("there is no outermost ORDER BY".to_owned()),
    }

    let (codes, literals) = (statement.exemption_codes()?, statement.literals());
    for code in codes.iter().filter(|c| !header.exemptions.contains_key(*c)) {
        faults.push(format!("the SQL exempts as '{code}', which 'exemptions' does not declare"));
    }
    for code in header.exemptions.keys().filter(|c| !literals.contains(*c)) {
        faults.push(format!("the exemption '{code}' is declared and never given"));
    }
    Ok(())
}

/// Stored tables behind `reads`, and those of them that may be missing.
fn base_tables(header: &Header, faults: &mut Vec<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut all, mut optional) = (BTreeSet::new(), BTreeSet::new());
    let known: BTreeSet<String> = tables::stored_tables().collect();
    for name in &header.reads {
        if known.contains(name) {
            all.insert(name.clone());
        } else if let Some(view) = views().iter().find(|v| v.name == *name) {
            let (required, may_miss) = behind(view);
            all.extend(required.into_iter().chain(may_miss.iter().cloned()));
            optional.extend(may_miss);
        } else {
            faults.push(format!("'reads' lists '{name}', which is neither a table nor a view"));
        }
    }
    // A table that a view may lack and the rule itself reads is needed all the same.
    optional.retain(|table| !header.reads.contains(table));
    for name in &header.optional {
        if !all.contains(name) {
            faults.push(format!("'optional' lists '{name}', which the rule does not read"));
        } else if contract().table(name).is_none_or(|t| t.required) {
            faults.push(format!("'optional' lists '{name}', which is never missing"));
        }
        optional.insert(name.clone());
    }
    (all, optional)
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

fn protected_faults(header: &Header, read: &BTreeSet<Protected>, faults: &mut Vec<String>) {
    let declared: BTreeSet<Protected> = header.legal_criteria.iter().map(|c| c.attribute).collect();
    for attribute in read.difference(&declared) {
        faults.push(format!(
            "reads the protected attribute '{}' without a law under 'legal_criteria'",
            attribute.as_str()
        ));
    }
    for attribute in declared.difference(read) {
        faults.push(format!("'legal_criteria' lists '{}', which is not read", attribute.as_str()));
    }
    if header.legal_criteria.iter().any(|c| c.law.trim().is_empty()) {
        faults.push("'legal_criteria' names no law".to_owned());
    }
}

fn output_faults(header: &Header, schema: &SchemaRef, tables: &BTreeSet<String>, faults: &mut Vec<String>) {
    let mut expect = |column: &str, kind: &DataType, expected: &[DataType]| {
        if !expected.contains(kind) {
            faults.push(format!("column '{column}' is {kind}, not {}", expected[0]));
        }
    };
    let text = [DataType::Utf8, DataType::Utf8View, DataType::LargeUtf8];
    let keyed = !matches!(header.subject, SubjectKind::Terminal | SubjectKind::Village | SubjectKind::Region);
    for field in schema.fields() {
        let (name, kind) = (field.name().as_str(), field.data_type());
        match name {
            "subject_key" if keyed => expect(name, kind, &[DataType::Int32]),
            "subject_key" | "subject_no" | "case_key" | "exemption" => expect(name, kind, &text),
            "month" | "month_from" | "month_to" => expect(name, kind, &[DataType::Date32]),
            "amount_fen" => expect(name, kind, &[DataType::Int64]),
            "severity" => expect(name, kind, &[DataType::Int64, DataType::Int32]),
            _ if name.starts_with("row_") || name.starts_with("against_") => expect(name, kind, &[DataType::Int64]),
            _ if name.ends_with("_key") => expect(name, kind, &[DataType::Int32]),
            _ => {}
        }
    }
    for field in schema.fields().iter().filter(|f| f.name().starts_with("row_") || f.name().starts_with("against_")) {
        match evidence_column(field.name()) {
            Some(evidence) if tables.contains(&evidence.table) => {}
            Some(evidence) => {
                faults.push(format!("column '{}': the rule does not read '{}'", field.name(), evidence.table))
            }
            None => faults.push(format!("column '{}' names no table", field.name())),
        }
    }
    let has = |name: &str| schema.column_with_name(name).is_some();
    if !has("subject_key") {
        faults.push("there is no column subject_key".to_owned());
    }
    if !header.exemptions.is_empty() && !has("exemption") {
        faults.push("there are exemptions and no column exemption".to_owned());
    }
    if has("month_from") != has("month_to") || (has("month") && has("month_from")) {
        faults.push("give either month or month_from and month_to".to_owned());
    }
    if !schema.fields().iter().any(|f| f.name().starts_with("row_")) {
        faults.push("there is no row_<table> column: a finding without evidence".to_owned());
    }
    if header.queue == Queue::DataQuality && has("amount_fen") {
        faults.push("a fault of the records has no amount".to_owned());
    }
}

fn reason_faults(header: &Header, schema: &SchemaRef, faults: &mut Vec<String>) {
    for (which, text) in [("reason_zh", &header.reason_zh), ("reason_en", &header.reason_en)] {
        match values(text) {
            None => faults.push(format!("{which}: a brace is not closed")),
            Some(values) if values.is_empty() => faults.push(format!("{which} names nothing of the case")),
            Some(values) => {
                for value in values {
                    if !BUILTIN_VALUES.contains(&value) && schema.column_with_name(value).is_none() {
                        faults.push(format!("{which} uses {{{value}}}, which is no column of the SQL"));
                    }
                }
            }
        }
    }
}

/// The `{value}`s of a reason text; `None` where a brace is not closed.
fn values(text: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}')? + open;
        found.push(&rest[open + 1..close]);
        rest = &rest[close + 1..];
    }
    (!rest.contains('}')).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::library::empty_session;

    const SQL: &str = include_str!("../../../queries/rules/a02_paid_in_detention.sql");

    async fn faults(text: &str) -> String {
        let rule = Rule::parse("a02_paid_in_detention", text, "").unwrap();
        match CheckedRule::check(rule, &empty_session().await.unwrap()).await {
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
