use std::path::PathBuf;
use std::time::Instant;

use clap::Subcommand;

use super::graph_draw;
use crate::graph::run::{ALGORITHMS, Algorithm, algorithm};
use crate::graph::{EdgeList, GraphError};

/// Graphs.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run a standard algorithm on any edge list; `mingjing graph list` names them with their parameters
    Run(RunArgs),
    /// List the algorithms and their parameters
    List,
    /// Why an official and a household of a snapshot are tied: paths in words, SVG or DOT
    Ties(graph_draw::TiesArgs),
    /// What lies around a node of a snapshot: in words, SVG or DOT
    Around(graph_draw::AroundArgs),
}

/// One run.
#[derive(Debug, clap::Args)]
struct RunArgs {
    /// Algorithm
    #[arg(value_parser = named)]
    algorithm: Algorithm,
    /// Edges: text (id id [weight]), CSV or Parquet; a first row that names both ends (source, target, weight), or of
    /// words above numbers, is a header
    #[arg(long)]
    edges: PathBuf,
    /// Vertices, one id a row; those without edges are known by this alone
    #[arg(long)]
    vertices: Option<PathBuf>,
    /// Edges lead from their first end to their second
    #[arg(long)]
    directed: bool,
    /// Id of the vertex to start from; the same as --param source=ID
    #[arg(long)]
    source: Option<String>,
    /// Parameter of the algorithm, as name=value; may be given several times
    #[arg(long = "param", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// Where the values go: a row a vertex (CSV with a header where the name ends in .csv)
    #[arg(long)]
    out: PathBuf,
    /// Print sizes and times as JSON
    #[arg(long)]
    json: bool,
}

fn named(name: &str) -> Result<Algorithm, String> {
    algorithm(name).map_err(|e| e.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a parameter is name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Runs the command.
pub fn run(args: Args) -> anyhow::Result<()> {
    let args = match args.what {
        What::Run(args) => args,
        What::Ties(args) => return graph_draw::run_ties(&args),
        What::Around(args) => return graph_draw::run_around(&args),
        What::List => {
            for algorithm in ALGORITHMS {
                println!("{}: {}", algorithm.name, algorithm.meaning);
                for (name, meaning) in algorithm.parameters {
                    println!("    --param {name}=…  {meaning}");
                }
            }
            return Ok(());
        }
    };
    let mut given = args.parameters;
    given.extend(args.source.map(|id| ("source".to_owned(), id)));
    let begun = Instant::now();
    let list = EdgeList::read(&args.edges, args.vertices.as_deref(), args.algorithm.weighted())?;
    let read = begun.elapsed();
    let run = match crate::graph::run::run(args.algorithm, &list, args.directed, &given, &args.out) {
        Err(GraphError::Call(message)) => super::wrong_call(&message),
        other => other?,
    };
    let seconds = [read, run.build, run.run].map(|time| time.as_secs_f64());
    if args.json {
        let report = serde_json::json!({
            "algorithm": args.algorithm.name, "vertices": run.vertices, "edges": run.edges, "graph_bytes": run.bytes,
            "read_seconds": seconds[0], "build_seconds": seconds[1], "run_seconds": seconds[2],
        });
        println!("{report}");
    } else {
        println!(
            "{}: {} vertices, {} edges; read {:.3} s, build {:.3} s, run {:.3} s",
            args.algorithm.name, run.vertices, run.edges, seconds[0], seconds[1], seconds[2]
        );
    }
    Ok(())
}
