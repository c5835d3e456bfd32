//! A new rule from a template: it passes its checks and its cases, and is then rewritten.

use super::RuleError;

/// A rule to be: its name taken apart.
#[derive(Debug)]
pub struct Stamp {
    id: String,
    typology: String,
    words: String,
}

/// The template is itself a rule with cases; a test runs it.
const SQL: &str = include_str!("../../../queries/template/rule.sql");
const CASES: &str = include_str!("../../../queries/template/rule.cases.toml");

impl Stamp {
    /// A rule of a name such as `x01_paid_twice_a_month`.
    pub fn new(id: &str) -> Result<Self, RuleError> {
        let fail = |message: &str| RuleError::Check { rule: id.to_owned(), faults: vec![message.to_owned()] };
        let (code, slug) = id.split_once('_').unwrap_or((id, ""));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !matches!(code.as_bytes(), [b'x', a, b] if a.is_ascii_digit() && b.is_ascii_digit()) {
            return Err(fail("the name begins with a code of your own and a few words, as x01_paid_twice_a_month"));
        }
        if slug.is_empty() || !slug.chars().all(plain) {
            return Err(fail("after the code come words of small letters, digits and _, as x01_paid_twice_a_month"));
        }
        Ok(Self { id: id.to_owned(), typology: code.to_uppercase(), words: slug.replace('_', " ") })
    }

    fn fill(&self, template: &str) -> String {
        template.replace("x00_template", &self.id).replace("X00", &self.typology).replace("the template", &self.words)
    }

    /// Text of the `.sql` file.
    pub fn sql(&self) -> String {
        self.fill(SQL)
    }

    /// Text of the `.cases.toml` file.
    pub fn cases(&self) -> String {
        self.fill(CASES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::library::{CheckedRule, Planner, Rule, run_cases};

    #[tokio::test]
    async fn a_new_rule_passes_its_checks_and_its_cases() {
        let stamp = Stamp::new("x07_paid_twice_a_month").unwrap();
        let rule = Rule::parse("x07_paid_twice_a_month", &stamp.sql(), &stamp.cases()).unwrap();
        let rule = CheckedRule::check(rule, &Planner::new().await.unwrap()).await.unwrap();
        let outcomes = run_cases(&rule).await;
        assert!(outcomes.len() >= 4);
        assert!(outcomes.iter().all(|o| o.passed()), "{outcomes:?}");
    }

    #[test]
    fn names_that_are_none_are_refused() {
        for wrong in ["", "x01", "x01_", "a01_paid", "x1_paid", "x01_Paid", "x01_../paid"] {
            assert!(Stamp::new(wrong).is_err(), "{wrong}");
        }
    }
}
