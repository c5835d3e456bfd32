use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Subcommand;

use super::graph_draw;
use crate::graph::run::{ALGORITHMS, Algorithm, algorithm};
use crate::graph::{EdgeList, Format, GraphError, Options, Reading};

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
    /// Edges: text (id id [weight]), CSV, lists of neighbours, MatrixMarket, DIMACS or Parquet, packed by gzip or zstd
    /// or not; a first row that names both ends (source, target, weight), or of words above numbers, is a header
    #[arg(long)]
    edges: PathBuf,
    /// What a row of text is: an edge (edges), a vertex and its neighbours (adjacency), or what it looks like (auto)
    #[arg(long, default_value = "auto")]
    format: Format,
    /// Column of the weight, by its name or its number from 1 (default: the one named so, else the only other column of
    /// numbers; without a header the third)
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Vertices, one id a row; those without edges are known by this alone
    #[arg(long)]
    vertices: Option<PathBuf>,
    /// Edges lead from their first end to their second
    #[arg(long)]
    directed: bool,
    /// Id of the vertex to start from; the same as --param source=ID
    #[arg(long, allow_hyphen_values = true)]
    source: Option<String>,
    /// Id of the vertex to end at; the same as --param target=ID
    #[arg(long, allow_hyphen_values = true)]
    target: Option<String>,
    /// Steps or rounds; the same as --param iterations=N
    #[arg(long)]
    iterations: Option<String>,
    /// Share of steps along an arc; the same as --param damping=SHARE
    #[arg(long)]
    damping: Option<String>,
    /// Parameter of the algorithm, as name=value; may be given several times
    #[arg(long = "param", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// Where the values go: a row a vertex (CSV with a header where the name ends in .csv, Parquet where
    /// in .parquet; there a vertex that is not reached is null)
    #[arg(long)]
    out: PathBuf,
    /// Print sizes and times as JSON
    #[arg(long)]
    json: bool,
}

/// Where libraries differ in what they count.
const NOTES: &str = "
Loops and parallel edges stay as they are given. An undirected loop leads back once, as in networkx and rustworkx; igraph
counts it twice in PageRank. lcc, triangles and kcore count neighbours: loops do not count, parallel edges count once.";

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
            println!("{NOTES}");
            return Ok(());
        }
    };
    let mut given = args.parameters;
    let flags =
        [("source", args.source), ("target", args.target), ("iterations", args.iterations), ("damping", args.damping)];
    given.extend(flags.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let options = Options {
        vertices: args.vertices.as_deref(),
        format: args.format,
        weighted: args.algorithm.weighted(),
        weight: args.weight.as_deref(),
        directed: args.directed,
    };
    let begun = Instant::now();
    let list = called(EdgeList::read(&args.edges, &options))?;
    let read = begun.elapsed();
    tell(&args.edges, &list.reading, options.weighted);
    let run = called(crate::graph::run::run(args.algorithm, &list, args.directed, &given, &args.out))?;
    if !run.complete {
        eprintln!(
            "note: the search reached its effort, and better paths may exist: give --param effort=N, or 0 for no bound"
        );
    }
    let seconds = [read, run.build, run.run].map(|time| time.as_secs_f64());
    if args.json {
        let report = serde_json::json!({
            "algorithm": args.algorithm.name, "vertices": run.vertices, "edges": run.edges, "graph_bytes": run.bytes,
            "format": list.reading.format, "weight": list.reading.weight,
            "complete": run.complete, "read_seconds": seconds[0], "build_seconds": seconds[1], "run_seconds": seconds[2],
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

/// Says on standard error how the edges were read.
fn tell(path: &Path, reading: &Reading, weighted: bool) {
    let ends = reading.ends.as_ref().map(|[source, target]| format!(", {source} → {target}")).unwrap_or_default();
    let weight = match &reading.weight {
        Some(column) => format!("weight {column}"),
        None if weighted => "no weights: every edge counts 1".to_owned(),
        None => "weights not asked for".to_owned(),
    };
    eprintln!("{}: {}{ends}; {weight}", path.display(), reading.format);
    for note in &reading.notes {
        eprintln!("note: {note}");
    }
}

/// Ends the program where the call is wrong.
fn called<T>(result: Result<T, GraphError>) -> Result<T, GraphError> {
    match result {
        Err(GraphError::Call(message)) => super::wrong_call(&["graph", "run"], &message),
        other => other,
    }
}
