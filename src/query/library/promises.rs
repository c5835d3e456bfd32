//! What a rule's header promises, held against the contract, the SQL and the plan.

use std::collections::BTreeSet;

use datafusion::arrow::datatypes::{DataType, SchemaRef};

use super::check::{BUILTIN_PLACEHOLDERS, evidence_column};
use super::statement::Parsed;
use super::{Header, Protected, Rule, RuleError};
use crate::contract::{Queue, SubjectKind, contract};

/// Values that every reason text may use beside the columns of its rule.
const BUILTIN_VALUES: [&str; 5] = ["name", "months", "amount", "month_from", "month_to"];

/// A code that an analyst gives: `X` and two digits.
fn is_own(typology: &str) -> bool {
    matches!(typology.as_bytes(), [b'X', a, b] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Faults of the header against the contract.
pub(super) fn contract_faults(rule: &Rule, faults: &mut Vec<String>) {
    let header = &rule.header;
    if header.id != rule.stem {
        faults.push(format!("the id '{}' is not the file's name '{}'", header.id, rule.stem));
    }
    match contract().typologies.get(&header.typology) {
        None if is_own(&header.typology) => {
            let name = header.name.as_ref();
            if name.is_none_or(|n| n.zh.trim().is_empty() || n.en.trim().is_empty()) {
                faults.push(format!("'{}' is a code of your own: say what it is under 'name'", header.typology));
            }
            if !rule.stem.starts_with(&format!("{}_", header.typology.to_lowercase())) {
                faults.push(format!(
                    "a rule of {0} has a name that begins with '{1}_'",
                    header.typology,
                    header.typology.to_lowercase()
                ));
            }
        }
        None => faults.push(format!(
            "the contract has no typology '{}'; a code of your own is X and two digits, as X01",
            header.typology
        )),
        Some(typology) if header.name.is_some() => {
            faults.push(format!("'name' is for codes of your own; {} is named by the contract", typology.code));
        }
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

/// Faults between header and SQL.
pub(super) fn statement_faults(header: &Header, statement: &Parsed, faults: &mut Vec<String>) -> Result<(), RuleError> {
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

/// Protected attributes read and not declared, or declared and not read.
pub(super) fn protected_faults(header: &Header, read: &BTreeSet<Protected>, faults: &mut Vec<String>) {
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

/// Columns that are not what the house expects.
pub(super) fn output_faults(header: &Header, schema: &SchemaRef, tables: &BTreeSet<String>, faults: &mut Vec<String>) {
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
            "month" | "month_from" | "month_to" | "known_on" => expect(name, kind, &[DataType::Date32]),
            "amount_fen" => expect(name, kind, &[DataType::Int64]),
            "severity" => expect(name, kind, &[DataType::Int64, DataType::Int32]),
            _ if name.starts_with("row_") || name.starts_with("against_") => expect(name, kind, &[DataType::Int64]),
            _ if name.ends_with("_key") => expect(name, kind, &[DataType::Int32]),
            _ => {}
        }
    }
    for field in schema.fields().iter().filter(|f| f.name().starts_with("row_") || f.name().starts_with("against_")) {
        match evidence_column(field.name()) {
            Some(evidence) if tables.contains(&evidence.table) || header.reads.contains(&evidence.table) => {}
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
    // Two rules that touch one payment count it once only if both say which month's it is.
    if has("amount_fen") && (has("award_key") || has("paid_award_key")) && !has("month") {
        faults.push("an amount of an award's has a month: give 'month', a row a payment".to_owned());
    }
    if !schema.fields().iter().any(|f| f.name().starts_with("row_")) {
        faults.push("there is no row_<table> column: a finding without evidence".to_owned());
    }
    if header.queue == Queue::DataQuality && has("amount_fen") {
        faults.push("a fault of the records has no amount".to_owned());
    }
}

/// Values of the reason texts that are no columns.
pub(super) fn reason_faults(header: &Header, schema: &SchemaRef, faults: &mut Vec<String>) {
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
