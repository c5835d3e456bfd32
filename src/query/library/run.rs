//! A checked rule with its placeholders bound.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use datafusion::sql::parser::Statement;

use super::statement::Parsed;
use super::{CheckedRule, Header, Parameters, Program, RuleError};

/// The values of an audit that a rule's placeholders stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Bindings {
    /// `$as_of`: what is not yet due on this day is not late.
    pub as_of: NaiveDate,
    /// `$window_from`: first day of the first month of payments.
    pub window_from: NaiveDate,
    /// `$window_to`: first day of the last month of payments.
    pub window_to: NaiveDate,
    /// Rule parameters that differ from their defaults, by rule id and name.
    pub parameters: Parameters,
}

impl Bindings {
    /// An audit as of a day over a window of payment months, every rule parameter at its default.
    pub fn new(as_of: NaiveDate, window_from: NaiveDate, window_to: NaiveDate) -> Self {
        Self { as_of, window_from, window_to, parameters: Parameters::new() }
    }

    /// Any days will do where a rule is only planned.
    pub(super) fn for_planning() -> Self {
        let day = NaiveDate::default();
        Self::new(day, day, day)
    }

    /// These bindings, days that a rule does not read set aside: equal where they plan the rule alike.
    pub(super) fn read_by(mut self, rule: &CheckedRule) -> Self {
        let read = rule.statement().placeholders();
        for (name, day) in
            [("as_of", &mut self.as_of), ("window_from", &mut self.window_from), ("window_to", &mut self.window_to)]
        {
            if !read.contains(name) {
                *day = NaiveDate::default();
            }
        }
        self
    }

    /// The value of a rule parameter: given inside its bounds, or the default.
    fn parameter(&self, header: &Header, name: &str) -> Option<f64> {
        let declared = header.parameters.get(name)?;
        let given = self.parameters.get(&header.id).and_then(|own| own.get(name));
        Some(given.copied().unwrap_or(declared.default))
    }

    /// Checks given parameters: declared by the rule and inside their bounds.
    pub fn check(&self, rule: &CheckedRule) -> Result<(), RuleError> {
        self.parameters.get(rule.id()).map_or(Ok(()), |values| rule.takes(values))
    }

    /// A statement with every placeholder bound; `header` declares the parameters beyond the built-in ones.
    pub(super) fn bind(&self, header: &Header, statement: &Parsed) -> Result<Statement, RuleError> {
        statement.bound(|placeholder| self.literal(header, placeholder))
    }

    /// The SQL literal of a placeholder.
    fn literal(&self, header: &Header, name: &str) -> Option<String> {
        let date = |day: NaiveDate| Some(format!("DATE '{day}'"));
        match name {
            "as_of" => date(self.as_of),
            "window_from" => date(self.window_from),
            "window_to" => date(self.window_to),
            other => Some(format!("CAST({} AS DOUBLE)", self.parameter(header, other)?)),
        }
    }
}

impl CheckedRule {
    /// Whether the rule declares these parameters, and the values are inside their bounds.
    pub fn takes(&self, values: &BTreeMap<String, f64>) -> Result<(), RuleError> {
        let header = self.header();
        for (name, value) in values {
            let fail = |message| RuleError::Parameter { rule: header.id.clone(), name: name.clone(), message };
            let Some(declared) = header.parameters.get(name) else {
                return Err(fail("the rule declares no such parameter".to_owned()));
            };
            if !(declared.min..=declared.max).contains(value) {
                return Err(fail(format!("{value} is outside {} to {}", declared.min, declared.max)));
            }
        }
        Ok(())
    }

    /// The rule with its placeholders bound: what it reads more than once, then the rule over that. It runs
    /// in a session that has the stored tables under their names (missing ones empty), the views and the
    /// functions.
    pub(in crate::query) fn program(&self, bindings: &Bindings) -> Result<Program, RuleError> {
        Program::of(self.id(), self.bound(bindings)?)
    }

    /// The rule with its placeholders bound, in one piece.
    pub(super) fn bound(&self, bindings: &Bindings) -> Result<Statement, RuleError> {
        bindings.check(self)?;
        bindings.bind(self.header(), self.statement())
    }
}
