//! What SQL sees: tables, views and functions.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::state::State;
use super::{Problem, body};
use crate::contract::{Column, Table, contract, stored_name};
use crate::graph::relations::{TableFunction, table_functions};
use crate::query::functions::{FunctionEntry, catalogue};
use crate::query::library::{stored_tables, table_schema, views};

/// One stored column.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnShown {
    /// Name in SQL.
    name: String,
    /// SQL type.
    r#type: String,
    /// What it means.
    meaning: String,
    /// Chinese header.
    header_zh: Option<String>,
    /// Table whose key it is.
    references: Option<String>,
}

/// One table that SQL sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableShown {
    /// Name in SQL.
    name: String,
    /// Chinese names met in exports.
    names_zh: Vec<String>,
    /// What a row is.
    meaning: String,
    /// Whether an audit cannot run without it.
    required: bool,
    /// Whether it was handed over; an absent table is empty in SQL.
    present: bool,
    /// Rows.
    rows: u64,
    /// Columns.
    columns: Vec<ColumnShown>,
}

/// One view.
#[derive(Debug, Serialize, ToSchema)]
pub struct ViewShown {
    /// Name in SQL.
    name: String,
    /// What a row is.
    meaning: String,
    /// Tables and views it reads.
    reads: Vec<String>,
    /// Its text.
    text: String,
}

/// Tables and views of a snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableList {
    /// The snapshot.
    snapshot: String,
    /// Tables of the contract, then those that an import adds.
    items: Vec<TableShown>,
    /// Views.
    views: Vec<ViewShown>,
}

/// Of which snapshot.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TableQuery {
    /// Snapshot; the one in force unless given.
    snapshot: Option<String>,
}

fn sql_type(kind: &arrow::datatypes::DataType) -> &'static str {
    use arrow::datatypes::DataType;
    match kind {
        DataType::Int32 => "INT",
        DataType::Int64 => "BIGINT",
        DataType::Float64 => "DOUBLE",
        DataType::Boolean => "BOOLEAN",
        DataType::Date32 => "DATE",
        DataType::Timestamp(..) => "TIMESTAMP",
        _ => "TEXT",
    }
}

fn column(table: Option<&Table>, field: &arrow::datatypes::Field) -> ColumnShown {
    let of_contract = |c: &&Column| stored_name(c) == *field.name();
    let known = table.and_then(|t| t.columns.iter().find(of_contract));
    let meaning = match known {
        Some(known) if known.is_money() => format!("{} (integer fen)", known.meaning),
        Some(known) => known.meaning.clone(),
        None if field.name() == crate::contract::ROW_ID => "delivered file << 40 | row of it".to_owned(),
        None if field.name().ends_with("_key") || field.name().starts_with("person_key") => {
            "dense key of this snapshot".to_owned()
        }
        None => String::new(),
    };
    ColumnShown {
        name: field.name().clone(),
        r#type: sql_type(field.data_type()).to_owned(),
        meaning: meaning.trim().to_owned(),
        header_zh: known.and_then(|c| c.headers_zh.first().cloned()),
        references: known.and_then(|c| c.references.clone()),
    }
}

/// Tables and views with their columns, as SQL sees them.
#[utoipa::path(get, path = "/api/v1/tables", tag = "sql", operation_id = "listTables", params(TableQuery),
    responses((status = 200, description = "数据表 · Tables", body = TableList)))]
pub async fn tables(state: web::Data<State>, query: web::Query<TableQuery>) -> Result<HttpResponse, Problem> {
    let list = web::block(move || {
        let manifest = state.snapshot(query.snapshot.as_deref())?.manifest;
        let items = stored_tables().filter_map(|name| {
            let schema = table_schema(&name)?;
            let table = contract().table(&name);
            let stored = manifest.tables.get(&name);
            Some(TableShown {
                names_zh: table.map(|t| t.names_zh.clone()).unwrap_or_default(),
                meaning: table.map(|t| t.meaning.clone()).unwrap_or_default(),
                required: table.is_some_and(|t| t.required),
                present: stored.is_some(),
                rows: stored.map_or(0, |t| t.rows),
                columns: schema.fields().iter().map(|field| column(table, field)).collect(),
                name,
            })
        });
        let views = views().iter().map(|view| ViewShown {
            name: view.name.to_owned(),
            meaning: view.header.meaning.clone(),
            reads: view.header.reads.clone(),
            text: view.text.to_owned(),
        });
        Ok::<_, Problem>(TableList { items: items.collect(), views: views.collect(), snapshot: manifest.id })
    });
    body::json(&list.await??)
}

/// Functions for rules and analysts.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunctionList {
    /// All of them, beside those of the engine (`SHOW FUNCTIONS` lists both).
    #[schema(value_type = Vec<Object>)]
    items: Vec<FunctionEntry>,
    /// The relationship graph as tables: `SELECT … FROM kin('…')`, each with its columns.
    #[schema(value_type = Vec<Object>)]
    table_functions: Vec<TableFunction>,
}

/// The SQL functions that this program adds, each with its arguments and an example.
#[utoipa::path(get, path = "/api/v1/functions", tag = "sql", operation_id = "listFunctions",
    responses((status = 200, description = "函数 · Functions", body = FunctionList)))]
pub async fn functions() -> Result<HttpResponse, Problem> {
    body::json(&FunctionList { items: catalogue(), table_functions: table_functions() })
}
