use serde_json::json;

use crate::graph::relations::table_functions;
use crate::query::functions::catalogue;

/// Functions.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let (functions, tables) = (catalogue(), table_functions());
    if args.json {
        let all = json!({ "items": functions, "table_functions": tables });
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for function in functions {
        println!("{} → {}", function.syntax, function.returns);
        println!("    {}", function.description);
        for (name, kind, meaning) in &function.arguments {
            println!("    {name} {kind}: {meaning}");
        }
        println!("    {}", function.example);
    }
    println!("\n关系图 the relationship graph, as tables: SELECT … FROM kin('…')");
    for table in tables {
        let columns: Vec<String> = table.columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        println!("{}\n    {}\n    {}", table.syntax, table.description, columns.join(", "));
    }
    Ok(())
}
