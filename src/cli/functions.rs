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
    let functions = catalogue();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&functions)?);
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
    Ok(())
}
