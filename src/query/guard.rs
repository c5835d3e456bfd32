//! The one gate for statements that people write: exactly one, reading only, over the snapshot's own
//! tables. Every door (command line, HTTP, later wire protocols) plans through here, so that no door is
//! laxer than another.
//!
//! A statement is judged twice: as it was parsed, because a refusal should name what was written, and as
//! it was planned, because the plan is what runs.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use datafusion::common::TableReference;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::DataFrame;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, ObjectName, Query, Select, Statement as SqlStatement, TableFactor, UnaryOperator, Value, Visit, Visitor,
    visit_expressions_mut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::{QueryError, Session};

/// The catalogue and the schemas that a statement may name.
const CATALOGUE: &str = "datafusion";
const SCHEMAS: [&str; 2] = ["public", "information_schema"];
/// Settings of the engine name folders of the machine, so they stay inside.
const SETTINGS: &str = "df_settings";
/// Table functions: they count and read nothing, or read the graph of the snapshot, where a session has it.
const TABLE_FUNCTIONS: [&str; 11] = [
    "generate_series",
    "range",
    "kin",
    "ties",
    "shortest_path",
    "neighbours",
    "component",
    "rings",
    "ring",
    "kin_contradictions",
    "tie_strength",
];
/// Nesting that a statement may have; deeper ones could exhaust the stack.
const DEPTH: usize = 50;

/// Operators and words of SQL that a statement may have: a chain of them is a tree as deep as it is long.
const OPERATORS: usize = 2_000;
/// Bytes of stack that a thread needs which plans a statement as deep as the guard lets by.
pub const PLANNING_STACK: usize = 64 << 20;
/// Tables that a statement may name: each is joined to those before it.
const TABLES: usize = 200;

/// The value of a placeholder. A text stands for a date where a date is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// `NULL`.
    Null,
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A number as it is written; exact.
    Number(String),
    /// A text.
    Text(String),
}

/// Values for placeholders; they become literals of the parsed statement and never text that is parsed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Parameters {
    /// No value.
    #[default]
    None,
    /// For `$name`.
    Named(BTreeMap<String, ParameterValue>),
    /// For `$1`, `$2` …
    Listed(Vec<ParameterValue>),
}

impl Parameters {
    fn get(&self, placeholder: &str) -> Option<&ParameterValue> {
        match self {
            Self::None => None,
            Self::Named(values) => values.get(placeholder),
            Self::Listed(values) => values.get(placeholder.parse::<usize>().ok()?.checked_sub(1)?),
        }
    }
}

/// Plans one reading statement: `SELECT`, `WITH`, `VALUES`, `SHOW TABLES|COLUMNS|FUNCTIONS`, `DESCRIBE`,
/// `EXPLAIN` without `ANALYZE`. Anything that writes, defines, sets, prepares, begins or reaches outside
/// the snapshot is [`QueryError::Refused`].
pub async fn plan_read_only(session: &Session, sql: &str, parameters: &Parameters) -> Result<DataFrame, QueryError> {
    let mut statement = one_statement(sql)?;
    judge_statement(&statement)?;
    bind(&mut statement, parameters)?;
    let state = session.context().state();
    let plan = state.statement_to_plan(statement).await.map_err(QueryError::statement)?;
    judge_plan(&plan)?;
    session.context().execute_logical_plan(plan).await.map_err(QueryError::statement)
}

fn refused<T>(what: impl std::fmt::Display) -> Result<T, QueryError> {
    Err(QueryError::Refused(what.to_string()))
}

/// Whether a token may make the tree of a statement deeper: all that is more than an element of a list does.
fn deepens(token: &Token) -> bool {
    match token {
        Token::Word(word) => !matches!(
            word.keyword,
            Keyword::NoKeyword | Keyword::NULL | Keyword::TRUE | Keyword::FALSE | Keyword::DATE | Keyword::TIMESTAMP
        ),
        Token::Whitespace(_) | Token::Comma | Token::Period | Token::LParen | Token::RParen | Token::Number(..) => {
            false
        }
        Token::SingleQuotedString(_) | Token::Placeholder(_) | Token::SemiColon | Token::EOF => false,
        _ => true,
    }
}

fn one_statement(sql: &str) -> Result<Statement, QueryError> {
    // What is no sequence of tokens the parser tells.
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap_or_default();
    let operators = tokens.iter().filter(|token| deepens(token)).count();
    if operators > OPERATORS {
        return refused(format!(
            "a statement of {operators} operators and words of SQL, more than {OPERATORS}: write a long list as IN (…) or join it as VALUES"
        ));
    }
    let parser = DFParserBuilder::new(sql).with_dialect(&GenericDialect {}).with_recursion_limit(DEPTH).build();
    let mut statements = parser.and_then(|mut parser| parser.parse_statements()).map_err(QueryError::statement)?;
    match (statements.pop_front(), statements.len()) {
        (Some(statement), 0) => Ok(statement),
        (None, _) => Err(QueryError::Statement("there is no statement".to_owned())),
        (Some(_), more) => refused(format!("one statement at a time, not {}", more + 1)),
    }
}

fn judge_statement(statement: &Statement) -> Result<(), QueryError> {
    match statement {
        Statement::Statement(inner) => judge_sql(inner),
        Statement::Explain(explain) if explain.options.analyze => {
            refused("EXPLAIN ANALYZE runs the statement; use EXPLAIN")
        }
        Statement::Explain(explain) => match explain.statement.as_ref() {
            Statement::Statement(inner) if matches!(inner.as_ref(), SqlStatement::Query(_)) => judge_sql(inner),
            _ => refused("EXPLAIN of anything but a query"),
        },
        Statement::CopyTo(_) => refused("COPY writes files"),
        Statement::CreateExternalTable(_) => refused("CREATE EXTERNAL TABLE reads files"),
        Statement::Reset(_) => refused("RESET changes settings"),
    }
}

fn judge_sql(statement: &SqlStatement) -> Result<(), QueryError> {
    let query = match statement {
        SqlStatement::Query(_) => statement,
        SqlStatement::Explain { analyze: true, .. } => {
            return refused("EXPLAIN ANALYZE runs the statement; use EXPLAIN");
        }
        SqlStatement::Explain { statement: inner, .. } if matches!(inner.as_ref(), SqlStatement::Query(_)) => inner,
        SqlStatement::ExplainTable { table_name, .. } => return judge_name(table_name).map_or(Ok(()), refused),
        SqlStatement::ShowTables { .. } | SqlStatement::ShowColumns { .. } | SqlStatement::ShowFunctions { .. } => {
            return Ok(());
        }
        SqlStatement::ShowVariable { .. } => {
            return refused("SHOW of settings; SHOW TABLES, SHOW COLUMNS and SHOW FUNCTIONS are answered");
        }
        other => {
            let text = other.to_string();
            let word = text.split_whitespace().next().unwrap_or("this").to_uppercase();
            return refused(format!("{word} is no reading statement"));
        }
    };
    match query.visit(&mut Reading::default()) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(reason) => refused(reason),
    }
}

/// Why a table's name is refused; `None` where it is not.
fn judge_name(name: &ObjectName) -> Option<String> {
    let parts: Vec<String> = name.0.iter().map(|part| part.to_string().trim_matches('"').to_lowercase()).collect();
    let (catalogue, schema, table) = match parts.as_slice() {
        [table] => (None, None, table),
        [schema, table] => (None, Some(schema.as_str()), table),
        [catalogue, schema, table] => (Some(catalogue.as_str()), Some(schema.as_str()), table),
        _ => return Some(format!("'{name}' is outside the snapshot")),
    };
    let outside = catalogue.is_some_and(|c| c != CATALOGUE) || schema.is_some_and(|s| !SCHEMAS.contains(&s));
    if outside {
        Some(format!("'{name}' is outside the snapshot"))
    } else if table == SETTINGS {
        Some("the engine's settings are not shown".to_owned())
    } else {
        None
    }
}

/// Walks a query and stops at what does not only read.
#[derive(Default)]
struct Reading {
    /// Tables named so far.
    tables: usize,
}

impl Visitor for Reading {
    type Break = String;

    fn pre_visit_statement(&mut self, statement: &SqlStatement) -> ControlFlow<String> {
        match statement {
            SqlStatement::Query(_) => ControlFlow::Continue(()),
            _ => ControlFlow::Break("a query that changes something".to_owned()),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        if query.locks.is_empty() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break("FOR UPDATE and FOR SHARE lock rows".to_owned())
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        if select.into.is_none() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break("SELECT INTO makes a table".to_owned())
        }
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<String> {
        judge_name(name).map_or(ControlFlow::Continue(()), ControlFlow::Break)
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        self.tables += 1;
        if self.tables > TABLES {
            return ControlFlow::Break(format!("a statement that names more than {TABLES} tables"));
        }
        match factor {
            TableFactor::Table { name, args: Some(_), .. }
                if !TABLE_FUNCTIONS.contains(&name.to_string().to_lowercase().as_str()) =>
            {
                ControlFlow::Break(format!("the table function '{name}'"))
            }
            TableFactor::Table { .. }
            | TableFactor::Derived { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::MatchRecognize { .. } => ControlFlow::Continue(()),
            _ => ControlFlow::Break("a table function".to_owned()),
        }
    }
}

fn judge_plan(plan: &LogicalPlan) -> Result<(), QueryError> {
    let mut reason = None;
    plan.apply_with_subqueries(|node| {
        reason = match node {
            LogicalPlan::Ddl(_) => Some("a statement that defines something".to_owned()),
            LogicalPlan::Dml(_) | LogicalPlan::Copy(_) => Some("a statement that writes".to_owned()),
            LogicalPlan::Statement(_) => Some("a statement about the session".to_owned()),
            LogicalPlan::Analyze(_) => Some("EXPLAIN ANALYZE runs the statement; use EXPLAIN".to_owned()),
            LogicalPlan::Extension(_) => Some("an extension of the engine".to_owned()),
            LogicalPlan::TableScan(scan) => judge_reference(&scan.table_name),
            _ => None,
        };
        Ok(if reason.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })
    .map_err(QueryError::statement)?;
    reason.map_or(Ok(()), refused)
}

fn judge_reference(name: &TableReference) -> Option<String> {
    let inside = name.catalog().is_none_or(|c| c == CATALOGUE) && name.schema().is_none_or(|s| SCHEMAS.contains(&s));
    (!inside || name.table() == SETTINGS).then(|| format!("'{name}' is outside the snapshot"))
}

/// Puts literals in the place of placeholders. A literal has a type when the statement is planned, which
/// a placeholder inside a function has not.
fn bind(statement: &mut Statement, parameters: &Parameters) -> Result<(), QueryError> {
    let inner = match statement {
        Statement::Statement(inner) => inner,
        Statement::Explain(explain) => match explain.statement.as_mut() {
            Statement::Statement(inner) => inner,
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let mut used = std::collections::BTreeSet::new();
    let outcome = visit_expressions_mut(inner.as_mut(), |expr| {
        let Expr::Value(value) = expr else { return ControlFlow::Continue(()) };
        let Value::Placeholder(placeholder) = &value.value else { return ControlFlow::Continue(()) };
        let name = placeholder.trim_start_matches('$').to_owned();
        match parameters.get(&name) {
            Some(value) => {
                *expr = literal(value);
                used.insert(name);
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(format!("no value was given for {placeholder}")),
        }
    });
    if let ControlFlow::Break(reason) = outcome {
        return Err(QueryError::Statement(reason));
    }
    let unused = match parameters {
        Parameters::None => None,
        Parameters::Named(values) => values.keys().find(|name| !used.contains(*name)).cloned(),
        Parameters::Listed(values) => (1..=values.len()).map(|i| i.to_string()).find(|i| !used.contains(i)),
    };
    match unused {
        Some(name) => {
            Err(QueryError::Statement(format!("a value was given for ${name}, which the statement does not have")))
        }
        None => Ok(()),
    }
}

fn literal(value: &ParameterValue) -> Expr {
    match value {
        ParameterValue::Null => Expr::value(Value::Null),
        ParameterValue::Bool(value) => Expr::value(Value::Boolean(*value)),
        ParameterValue::Text(text) => Expr::value(Value::SingleQuotedString(text.clone())),
        ParameterValue::Number(number) => match number.strip_prefix('-') {
            Some(size) => Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr: Box::new(Expr::value(Value::Number(size.to_owned(), false))),
            },
            None => Expr::value(Value::Number(number.clone(), false)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(sql: &str) -> Result<(), QueryError> {
        judge_statement(&one_statement(sql)?)
    }

    #[test]
    fn readers_read() {
        for sql in [
            "SELECT 1",
            "select * from payment -- ; DROP TABLE payment",
            "/* COPY */ WITH t AS (SELECT 1 AS a) SELECT a FROM t",
            "VALUES (1), (2)",
            "SHOW TABLES",
            "SHOW FUNCTIONS",
            "SHOW COLUMNS FROM payment",
            "DESCRIBE payment",
            "EXPLAIN SELECT 1",
            "EXPLAIN VERBOSE SELECT 1",
            "SELECT * FROM information_schema.tables",
            "SELECT * FROM datafusion.public.payment",
            "SELECT * FROM generate_series(1, 3)",
            "SELECT 1;",
        ] {
            assert!(judged(sql).is_ok(), "{sql}: {:?}", judged(sql));
        }
    }

    #[test]
    fn numbers_keep_their_sign_and_their_digits() {
        assert_eq!(literal(&ParameterValue::Number("-12345678901234567".into())).to_string(), "-12345678901234567");
        let text = literal(&ParameterValue::Text("'; DROP TABLE x; --".into())).to_string();
        assert_eq!(text, "'''; DROP TABLE x; --'");
    }

    #[test]
    fn placeholders_and_values_must_agree() {
        let bound = |sql: &str, parameters: Parameters| {
            let mut statement = one_statement(sql).unwrap();
            bind(&mut statement, &parameters).map(|()| statement.to_string()).map_err(|e| e.to_string())
        };
        let one = || Parameters::Listed(vec![ParameterValue::Number("7".into())]);
        assert_eq!(bound("SELECT abs($1) LIMIT $1", one()).unwrap(), "SELECT abs(7) LIMIT 7");
        assert!(bound("SELECT 1", one()).unwrap_err().contains("$1"));
        assert!(bound("SELECT $2", one()).unwrap_err().contains("$2"));
        assert!(bound("SELECT $name", Parameters::None).unwrap_err().contains("$name"));
        let named = Parameters::Named([("name".to_owned(), ParameterValue::Null)].into());
        assert_eq!(bound("EXPLAIN SELECT $name", named).unwrap(), "EXPLAIN SELECT NULL");
    }
}
