//! Common table expressions that a statement reads more than once are computed once: the engine puts
//! the text of each into every place that names it, so that plans and work grow with the product of the
//! readings. So is one that says `AS MATERIALIZED`: for a few rows that the engine takes for many and would
//! join the wrong way round.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Cte, CteAsMaterialized, Distinct, Expr, GroupByExpr, Query, SetExpr, Statement as SqlStatement, visit_expressions,
    visit_relations,
};

use super::RuleError;
use super::statement::Parsed;

/// A statement taken apart: what is to be computed first, in order, and what remains.
#[derive(Debug, Clone)]
pub(in crate::query) struct Program {
    /// Names of tables to make, each with the query that fills it; a query may read those before it.
    pub(in crate::query) steps: Vec<(String, Statement)>,
    /// The statement over them.
    pub(in crate::query) last: Statement,
}

impl Program {
    /// Takes the text of one query without placeholders apart.
    pub(in crate::query) fn parse(owner: &str, text: &str) -> Result<Self, RuleError> {
        Self::of(owner, Parsed::parse(owner, text)?.bound(|_| None)?)
    }

    /// Takes a statement apart; the tables that it makes are named after the owner.
    pub(super) fn of(owner: &str, statement: Statement) -> Result<Self, RuleError> {
        let Some(whole) = query(&statement) else { return Ok(Self { steps: Vec::new(), last: statement }) };
        let Some(with) = &whole.with else { return Ok(Self { steps: Vec::new(), last: statement }) };
        let mut rest = whole.clone();
        let mut steps = Vec::new();
        for at in shared(whole, &with.cte_tables) {
            let name = with.cte_tables[at].alias.name.value.clone();
            let table = format!("{owner}/{name}");
            let mut step = rest.clone();
            if let Some(with) = &mut step.with {
                with.cte_tables.truncate(at + 1);
            }
            step.order_by = None;
            step.limit_clause = None;
            step.body = select_all(owner, &name)?.body;
            prune(&mut step);
            steps.push((table.clone(), Statement::Statement(Box::new(SqlStatement::Query(Box::new(step))))));
            if let Some(with) = &mut rest.with {
                *with.cte_tables[at].query = select_all(owner, &table)?;
                with.cte_tables[at].materialized = None;
            }
        }
        prune(&mut rest);
        Ok(Self { steps, last: Statement::Statement(Box::new(SqlStatement::Query(Box::new(rest)))) })
    }
}

fn query(statement: &Statement) -> Option<&Query> {
    match statement {
        Statement::Statement(inner) => match inner.as_ref() {
            SqlStatement::Query(query) => Some(query),
            _ => None,
        },
        _ => None,
    }
}

fn select_all(owner: &str, table: &str) -> Result<Query, RuleError> {
    let parsed = Parsed::parse(owner, &format!("SELECT * FROM \"{table}\""))?.bound(|_| None)?;
    query(&parsed).cloned().ok_or_else(|| RuleError::engine(owner, "not a query"))
}

/// Positions of the expressions that are read more than once, through others too, and are work, or that ask for it.
fn shared(whole: &Query, tables: &[Cte]) -> Vec<usize> {
    let mut readings = vec![0_usize; tables.len()];
    let names: BTreeMap<&str, usize> =
        tables.iter().enumerate().map(|(at, cte)| (cte.alias.name.value.as_str(), at)).collect();
    let mut body = whole.clone();
    body.with = None;
    read_by(&body, &names, tables.len(), 1, &mut readings);
    let mut chosen = Vec::new();
    for at in (0..tables.len()).rev() {
        let asked = matches!(tables[at].materialized, Some(CteAsMaterialized::Materialized));
        let once = if asked { readings[at] > 0 } else { readings[at] > 1 && is_work(&tables[at].query) };
        if once {
            chosen.push(at);
        }
        let times = if once { 1 } else { readings[at] };
        read_by(&tables[at].query, &names, at, times, &mut readings);
    }
    chosen.reverse();
    chosen
}

/// Counts what a query reads of the expressions before `end`.
fn read_by(query: &Query, names: &BTreeMap<&str, usize>, end: usize, times: usize, readings: &mut [usize]) {
    let _ = visit_relations(query, |relation| {
        let name = relation.to_string();
        if let Some(at) = names.get(name.trim_matches('"')).filter(|at| **at < end) {
            readings[*at] += times;
        }
        ControlFlow::<()>::Continue(())
    });
}

/// Whether a query does more than read one table through filters and expressions, which is done as fast
/// as its result would be read.
fn is_work(query: &Query) -> bool {
    let SetExpr::Select(select) = query.body.as_ref() else { return true };
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
    let distinct = select.distinct.as_ref().is_some_and(|d| !matches!(d, Distinct::All));
    let joined = select.from.len() > 1 || select.from.iter().any(|from| !from.joins.is_empty());
    let costly = visit_expressions(query, |expr| match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(()),
        Expr::Function(function) if function.over.is_some() => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    query.with.is_some() || grouped || distinct || joined || costly.is_break()
}

/// Leaves out the expressions that nothing reads.
fn prune(query: &mut Query) {
    let Some(with) = &mut query.with else { return };
    let tables = std::mem::take(&mut with.cte_tables);
    let names: BTreeMap<&str, usize> =
        tables.iter().enumerate().map(|(at, cte)| (cte.alias.name.value.as_str(), at)).collect();
    let mut readings = vec![0_usize; tables.len()];
    let mut body = query.clone();
    body.with = None;
    read_by(&body, &names, tables.len(), 1, &mut readings);
    for at in (0..tables.len()).rev() {
        if readings[at] > 0 {
            read_by(&tables[at].query, &names, at, 1, &mut readings);
        }
    }
    let kept: Vec<Cte> = tables.into_iter().zip(&readings).filter(|(_, read)| **read > 0).map(|(cte, _)| cte).collect();
    match &mut query.with {
        Some(with) if !kept.is_empty() => with.cte_tables = kept,
        _ => query.with = None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(sql: &str) -> (Vec<(String, String)>, String) {
        let statement = Parsed::parse("r", sql).unwrap().bound(|_| None).unwrap();
        let program = Program::of("r", statement).unwrap();
        (program.steps.iter().map(|(name, step)| (name.clone(), step.to_string())).collect(), program.last.to_string())
    }

    #[test]
    fn what_is_read_twice_and_is_work_is_computed_once() {
        let (steps, last) = apart(
            "WITH plain AS (SELECT k FROM t WHERE k > 1), sums AS (SELECT k, sum(v) AS v FROM plain GROUP BY k), \
             unused AS (SELECT 1) SELECT a.v FROM sums AS a JOIN sums AS b ON a.k = b.k ORDER BY a.v",
        );
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].0, "r/sums");
        assert_eq!(
            steps[0].1,
            "WITH plain AS (SELECT k FROM t WHERE k > 1), sums AS (SELECT k, sum(v) AS v FROM plain GROUP BY k) \
             SELECT * FROM \"sums\""
        );
        assert_eq!(
            last,
            "WITH sums AS (SELECT * FROM \"r/sums\") SELECT a.v FROM sums AS a JOIN sums AS b ON a.k = b.k ORDER BY a.v"
        );
    }

    #[test]
    fn what_asks_for_it_is_computed_once() {
        let (steps, last) = apart(
            "WITH few AS MATERIALIZED (SELECT k FROM t), unused AS MATERIALIZED (SELECT 1) SELECT k FROM few ORDER BY k",
        );
        assert_eq!(steps.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["r/few"]);
        assert_eq!(last, "WITH few AS (SELECT * FROM \"r/few\") SELECT k FROM few ORDER BY k");
    }

    #[test]
    fn what_is_read_twice_through_another_is_read_twice() {
        let (steps, last) = apart(
            "WITH base AS (SELECT DISTINCT k FROM t), view AS (SELECT k FROM base WHERE k > 1) \
             SELECT 1 FROM view AS a JOIN view AS b ON a.k = b.k ORDER BY 1",
        );
        assert_eq!(steps.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["r/base"]);
        assert!(last.contains("view AS (SELECT k FROM base WHERE k > 1)"), "{last}");
    }

    #[test]
    fn what_is_read_once_or_is_no_work_stays() {
        for sql in [
            "WITH a AS (SELECT DISTINCT k FROM t) SELECT k FROM a ORDER BY k",
            "WITH a AS (SELECT k FROM t) SELECT 1 FROM a JOIN a AS b ON a.k = b.k ORDER BY 1",
            "SELECT k FROM t ORDER BY k",
        ] {
            let (steps, last) = apart(sql);
            assert_eq!((steps.len(), last.as_str()), (0, sql));
        }
    }

    #[test]
    fn a_recursive_one_is_computed_with_itself() {
        let (steps, _) = apart(
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) \
             SELECT 1 FROM n JOIN n AS m ON n.i = m.i ORDER BY 1",
        );
        assert_eq!(steps.len(), 1);
        assert!(steps[0].1.starts_with("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL"), "{}", steps[0].1);
    }
}
