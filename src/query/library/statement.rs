//! The SQL of a rule or view as a tree, and what can be read from the tree alone.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, OrderByKind, Query, SelectItem, SetExpr,
    Statement as SqlStatement, Value, visit_expressions, visit_expressions_mut,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::RuleError;

/// One query, parsed.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    name: String,
    statement: Statement,
}

impl Parsed {
    /// Parses the text of a rule or view: one query and nothing else.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, RuleError> {
        let fail = |e| RuleError::engine(name, e);
        let mut statements = DFParserBuilder::new(text)
            // The generic dialect does not know `AS MATERIALIZED`.
            .with_dialect(&PostgreSqlDialect {})
            .build()
            .and_then(|mut parser| parser.parse_statements())
            .map_err(fail)?;
        let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
            return Err(RuleError::engine(name, "not one statement: a rule is one SELECT"));
        };
        let parsed = Self { name: name.to_owned(), statement };
        parsed.query()?;
        Ok(parsed)
    }

    fn query(&self) -> Result<&Query, RuleError> {
        match &self.statement {
            Statement::Statement(inner) => match inner.as_ref() {
                SqlStatement::Query(query) => Ok(query),
                _ => Err(RuleError::engine(&self.name, "not a query: a rule is one SELECT")),
            },
            _ => Err(RuleError::engine(&self.name, "not a query: a rule is one SELECT")),
        }
    }

    /// Names of the placeholders, without `$`.
    pub(super) fn placeholders(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Statement::Statement(inner) = &self.statement {
            let _ = visit_expressions(inner.as_ref(), |expr| {
                found.extend(placeholder(expr).map(str::to_owned));
                ControlFlow::<()>::Continue(())
            });
        }
        found
    }

    /// The statement with every placeholder replaced by the literal that `literal` gives as SQL.
    /// Literals have a type when the query is planned, which placeholders inside functions have not.
    pub(super) fn bound(&self, literal: impl Fn(&str) -> Option<String>) -> Result<Statement, RuleError> {
        let mut statement = self.statement.clone();
        if let Statement::Statement(inner) = &mut statement {
            let outcome = visit_expressions_mut(inner.as_mut(), |expr| {
                let Some(name) = placeholder(expr) else { return ControlFlow::Continue(()) };
                match literal(name).map(|sql| parse_literal(&sql)) {
                    Some(Ok(value)) => {
                        *expr = value;
                        ControlFlow::Continue(())
                    }
                    Some(Err(error)) => ControlFlow::Break(RuleError::engine(&self.name, error)),
                    None => ControlFlow::Break(RuleError::engine(&self.name, format!("no value for ${name}"))),
                }
            });
            if let ControlFlow::Break(error) = outcome {
                return Err(error);
            }
        }
        Ok(statement)
    }

    /// Tables and views named, common table expressions left out.
    pub(super) fn tables(&self) -> Result<BTreeSet<String>, RuleError> {
        let (tables, _) =
            resolve_table_references(&self.statement, true).map_err(|e| RuleError::engine(&self.name, e))?;
        Ok(tables.iter().map(|t| t.table().to_owned()).collect())
    }

    /// The outermost ORDER BY keys, as text.
    pub(super) fn order_by(&self) -> Result<Vec<String>, RuleError> {
        Ok(match self.query()?.order_by.as_ref().map(|o| &o.kind) {
            Some(OrderByKind::Expressions(keys)) => keys.iter().map(|k| k.expr.to_string()).collect(),
            _ => Vec::new(),
        })
    }

    /// String literals that can become the value of a column named `exemption`, at any depth.
    pub(super) fn exemption_codes(&self) -> Result<BTreeSet<String>, RuleError> {
        let mut codes = BTreeSet::new();
        walk_query(self.query()?, &mut codes);
        Ok(codes)
    }

    /// Every string literal.
    pub(super) fn literals(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if let Statement::Statement(inner) = &self.statement {
            let _ = visit_expressions(inner.as_ref(), |expr| {
                found.extend(literal(expr).map(str::to_owned));
                ControlFlow::<()>::Continue(())
            });
        }
        found
    }
}

fn parse_literal(sql: &str) -> Result<Expr, String> {
    Parser::new(&PostgreSqlDialect {})
        .try_with_sql(sql)
        .and_then(|mut parser| parser.parse_expr())
        .map_err(|e| e.to_string())
}

fn placeholder(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Some(name.trim_start_matches('$')),
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn walk_query(query: &Query, codes: &mut BTreeSet<String>) {
    for cte in query.with.iter().flat_map(|w| &w.cte_tables) {
        walk_query(&cte.query, codes);
    }
    walk_set(&query.body, codes);
}

fn walk_set(set: &SetExpr, codes: &mut BTreeSet<String>) {
    match set {
        SetExpr::Select(select) => {
            for item in &select.projection {
                if let SelectItem::ExprWithAlias { expr, alias } = item
                    && alias.value.ends_with("exemption")
                {
                    results(expr, codes);
                }
            }
            for table in
                select.from.iter().flat_map(|f| std::iter::once(&f.relation).chain(f.joins.iter().map(|j| &j.relation)))
            {
                if let datafusion::sql::sqlparser::ast::TableFactor::Derived { subquery, .. } = table {
                    walk_query(subquery, codes);
                }
            }
        }
        SetExpr::Query(query) => walk_query(query, codes),
        SetExpr::SetOperation { left, right, .. } => {
            walk_set(left, codes);
            walk_set(right, codes);
        }
        _ => {}
    }
}

/// Literals an expression can answer: branches of CASE, arguments of functions, not the conditions.
fn results(expr: &Expr, codes: &mut BTreeSet<String>) {
    match expr {
        Expr::Case { conditions, else_result, .. } => {
            conditions.iter().for_each(|when| results(&when.result, codes));
            if let Some(result) = else_result {
                results(result, codes);
            }
        }
        Expr::Function(function) => {
            if let FunctionArguments::List(list) = &function.args {
                for argument in &list.args {
                    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument {
                        results(expr, codes);
                    }
                }
            }
        }
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => results(inner, codes),
        other => codes.extend(literal(other).map(str::to_owned)),
    }
}
