use arrow::datatypes::DataType;

use crate::contract::{ColumnKind, contract};
use crate::query::library::{stored_tables, table_schema};

/// Tables of the contract.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Table whose columns are listed
    table: Option<String>,
    /// Every stored table with its columns and SQL types, as JSON
    #[arg(long, conflicts_with = "table")]
    stored: bool,
}

/// The tables as SQL sees them.
fn stored() -> serde_json::Value {
    let tables = stored_tables().filter_map(|name| {
        let schema = table_schema(&name)?;
        let columns: Vec<_> = schema
            .fields()
            .iter()
            .map(|field| serde_json::json!({ "name": field.name(), "type": sql_type(field.data_type()) }))
            .collect();
        Some(serde_json::json!({ "name": name, "columns": columns }))
    });
    tables.collect()
}

fn sql_type(kind: &DataType) -> &'static str {
    match kind {
        DataType::Int32 => "INTEGER",
        DataType::Int64 => "BIGINT",
        DataType::Float64 => "DOUBLE",
        DataType::Boolean => "BOOLEAN",
        DataType::Date32 => "DATE",
        DataType::Timestamp(_, _) => "TIMESTAMP",
        _ => "VARCHAR",
    }
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    if args.stored {
        println!("{}", serde_json::to_string_pretty(&stored())?);
        return Ok(());
    }
    let Some(name) = args.table else {
        for table in &contract().tables {
            let required = if table.required { "必须 required" } else { "" };
            println!("{:20} {} {required}\n    {}", table.name, table.names_zh.join("、"), table.meaning);
        }
        return Ok(());
    };
    let table = contract()
        .table(&name)
        .unwrap_or_else(|| super::wrong_call(&["tables"], &format!("no table '{name}'; `mingjing tables` names them")));
    for column in &table.columns {
        let kind = match &column.kind {
            ColumnKind::Code(list) => format!("code {list}"),
            other => format!("{other:?}").to_lowercase(),
        };
        let required = if column.required { "必须 required" } else { "" };
        println!("{:24} {kind:18} {} {required} {}", column.name, column.headers_zh.join("、"), column.meaning);
        if let ColumnKind::Code(list) = &column.kind
            && let Some(list) = contract().code_list(list)
        {
            for code in &list.codes {
                println!("    {code:20} {}", list.spellings(code).join("、"));
            }
        }
    }
    Ok(())
}
