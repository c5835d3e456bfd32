use anyhow::Context;

use crate::contract::{ColumnKind, contract};

/// Tables of the contract.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Table whose columns are listed
    table: Option<String>,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let Some(name) = args.table else {
        for table in &contract().tables {
            let required = if table.required { "必须 required" } else { "" };
            println!("{:20} {} {required}\n    {}", table.name, table.names_zh.join("、"), table.meaning);
        }
        return Ok(());
    };
    let table = contract()
        .table(&name)
        .with_context(|| format!("no table '{name}'; `mingjing tables` names them"))?;
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
