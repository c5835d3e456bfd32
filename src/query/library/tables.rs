//! Every table and view of a snapshot, in a session: empty for planning, given for cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::view::ViewTable;
use datafusion::datasource::MemTable;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;

use super::{RuleError, View, views};
use crate::contract::{ROW_ID, contract, stored_schema};
use crate::query::LocalRules;
use crate::query::functions;
use crate::snapshot::{DERIVED_TABLES, derived_schema};

/// What the rules of an audit found so far, for rules that read `finding`: a row a finding, award, month
/// and person whose money is at issue; one row where none is.
pub const FINDING_TABLE: &str = "finding";

/// The columns of [`FINDING_TABLE`]. Only open findings are in it.
pub fn finding_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let key = |name: &str| Field::new(name, DataType::Int32, true);
    Arc::new(Schema::new(vec![
        Field::new("finding_no", DataType::Int64, false),
        text("typology"),
        text("queue"),
        Field::new("severity", DataType::Int32, true),
        key("household_key"),
        key("award_key"),
        key("person_key"),
        key("official_key"),
        Field::new("month", DataType::Date32, true),
        Field::new("amount_fen", DataType::Int64, true),
        // A row of the source that the finding rests on.
        Field::new(ROW_ID, DataType::Int64, true),
    ]))
}

/// Names of every stored table: the contract's, then the derived ones.
pub fn stored_tables() -> impl Iterator<Item = String> {
    contract().tables.iter().map(|t| t.name.clone()).chain(DERIVED_TABLES.map(str::to_owned))
}

/// The stored schema of a table, of the contract or derived.
pub fn table_schema(name: &str) -> Option<SchemaRef> {
    if name == FINDING_TABLE {
        return Some(finding_schema());
    }
    derived_schema(name).or_else(|| contract().table(name).map(stored_schema))
}

/// Registers every stored table: what is given, the others empty.
pub fn register_tables(session: &SessionContext, given: &BTreeMap<String, Vec<RecordBatch>>) -> Result<(), RuleError> {
    for name in stored_tables().chain([FINDING_TABLE.to_owned()]) {
        let fail = |e| RuleError::engine(&name, e);
        let Some(schema) = table_schema(&name) else { continue };
        let batches = given.get(&name).cloned().unwrap_or_default();
        let table = MemTable::try_new(schema, vec![batches]).map_err(fail)?;
        session.register_table(name.as_str(), Arc::new(table)).map_err(fail)?;
    }
    Ok(())
}

/// Registers the library's views over the tables that a session has.
pub async fn register_views(session: &SessionContext) -> Result<(), RuleError> {
    for view in views() {
        register_view(session, view).await?;
    }
    Ok(())
}

/// Plans a statement; `name` is what it is spoken of by.
pub(in crate::query) async fn planned(
    session: &SessionContext,
    name: &str,
    statement: Statement,
) -> Result<DataFrame, RuleError> {
    let state = session.state();
    let plan = state.statement_to_plan(statement).await.map_err(|e| RuleError::engine(name, e))?;
    Ok(DataFrame::new(state, plan))
}

/// Registers a view over the tables and views that a session has now, in place of what bore its name.
pub async fn register_view(session: &SessionContext, view: &View) -> Result<(), RuleError> {
    let fail = |e| RuleError::engine(view.name, e);
    let frame = planned(session, view.name, view.statement()?).await?;
    let table = ViewTable::new(frame.into_unoptimized_plan(), Some(view.text.to_owned()));
    session.deregister_table(view.name).map_err(fail)?;
    session.register_table(view.name, Arc::new(table)).map_err(fail)?;
    Ok(())
}

/// Registers every function over given local parameters.
pub(super) fn register_functions(session: &SessionContext, rules: LocalRules) {
    for function in functions::all(Arc::new(rules)) {
        session.register_udf(function);
    }
}

/// A session of one partition with the functions, and no tables yet: for cases and for plans over nothing.
pub(super) fn small_session(local: &[RecordBatch]) -> Result<SessionContext, RuleError> {
    // One pass of the optimiser: where rows are few, to plan takes far longer than to run.
    let config = SessionConfig::new().with_target_partitions(1).set_usize("datafusion.optimizer.max_passes", 1);
    let session = SessionContext::new_with_config(config);
    let rules = LocalRules::from_batches(local).map_err(|e| RuleError::engine("local_rule", e))?;
    register_functions(&session, rules);
    Ok(session)
}

/// A small session over empty tables, with the views that are wanted.
pub(super) async fn empty_session(wanted: impl Fn(&View) -> bool) -> Result<SessionContext, RuleError> {
    let session = small_session(&[])?;
    register_tables(&session, &BTreeMap::new())?;
    for view in views().iter().filter(|view| wanted(view)) {
        register_view(&session, view).await?;
    }
    Ok(session)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::library::statement::Parsed;

    #[tokio::test]
    async fn views_read_what_their_headers_say() {
        empty_session(|_| true).await.unwrap();
        for view in views() {
            let read = Parsed::parse(view.name, view.text).unwrap().tables().unwrap();
            let said = view.header.reads.iter().cloned().collect();
            assert_eq!(read, said, "{}", view.name);
            assert!(view.header.optional.iter().all(|t| read.contains(t)), "{}", view.name);
        }
    }

    #[test]
    fn every_stored_table_has_a_schema_with_keys_and_provenance() {
        for name in stored_tables() {
            let schema = table_schema(&name).unwrap();
            assert!(name == "identity" || name == "source_file" || schema.column_with_name(ROW_ID).is_some(), "{name}");
        }
    }
}
