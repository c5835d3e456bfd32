//! A standard algorithm on a graph, called by name: so that the engine can be judged on public graphs.

use std::path::Path;
use std::time::{Duration, Instant};

use super::algorithms::{self, Stop};
use super::parameters::Parameters;
use super::values::Values;
use super::{EdgeList, Graph, GraphError, Ids};

/// An algorithm, its parameters and what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithm {
    /// Name in calls.
    pub name: &'static str,
    /// What it computes.
    pub meaning: &'static str,
    /// Parameters.
    pub parameters: &'static [(&'static str, &'static str)],
}

impl Algorithm {
    /// Whether it looks at weights.
    pub fn weighted(self) -> bool {
        matches!(self.name, "sssp" | "louvain" | "paths")
    }
}

/// Every algorithm.
pub const ALGORITHMS: &[Algorithm] = &[
    Algorithm {
        name: "bfs",
        meaning: "hops from the source; 9223372036854775807 where there is no path",
        parameters: &[("source", "id of the vertex where the search starts")],
    },
    Algorithm { name: "wcc", meaning: "smallest id of the weakly connected component", parameters: &[] },
    Algorithm {
        name: "pagerank",
        meaning: "PageRank, summing to 1; parallel edges count each, an undirected loop once (igraph: twice)",
        parameters: &[
            ("damping", "share of steps along an arc (default 0.85)"),
            ("iterations", "steps of the power method (default: to the tolerance)"),
            ("tolerance", "sum of all errors (default 1e-10)"),
        ],
    },
    Algorithm {
        name: "ppr",
        meaning: "PageRank of a walker who starts anew at the sources alone",
        parameters: &[
            ("sources", "ids with commas"),
            ("damping", "share of steps along an arc (default 0.85)"),
            ("tolerance", "sum of all errors (default 1e-10)"),
        ],
    },
    Algorithm {
        name: "cdlp",
        meaning: "community by label propagation",
        parameters: &[("iterations", "rounds at most (default 10)")],
    },
    Algorithm {
        name: "louvain",
        meaning: "community by modularity, named by its smallest id",
        parameters: &[("resolution", "more gives smaller communities (default 1)"), ("levels", "at most (default 50)")],
    },
    Algorithm { name: "lcc", meaning: "local clustering coefficient", parameters: &[] },
    Algorithm { name: "triangles", meaning: "triangles through the vertex", parameters: &[] },
    Algorithm {
        name: "kcore",
        meaning: "core number of the simple undirected graph: parallel and antiparallel edges count once, loops not at all (igraph counts them each)",
        parameters: &[],
    },
    Algorithm {
        name: "sssp",
        meaning: "length of the shortest path from the source; Infinity where there is none",
        parameters: &[("source", "id of the vertex where the paths start")],
    },
    Algorithm {
        name: "betweenness",
        meaning: "shortest paths through the vertex, not normalised",
        parameters: &[("every", "work from every k-th vertex alone and scale up (default 1: exact)")],
    },
    Algorithm {
        name: "khop",
        meaning: "vertices within some hops, itself counted",
        parameters: &[
            ("hops", "distance at most (default 2)"),
            ("sources", "ids with commas (default: every vertex)"),
            ("every", "every k-th vertex alone (default 1)"),
        ],
    },
    Algorithm {
        name: "paths",
        meaning: "best paths between two vertices: length, then the ids from end to end",
        parameters: &[
            ("source", "id of one end"),
            ("target", "id of the other"),
            ("hops", "at most (default 4)"),
            ("count", "paths at most (default 10)"),
            ("effort", "arcs looked at from each end at most, 0 for all (default 10000000)"),
        ],
    },
];

/// The algorithm of a name; LDBC's short names serve as well.
pub fn algorithm(name: &str) -> Result<Algorithm, GraphError> {
    let name = match name {
        "pr" => "pagerank",
        "personalised_pagerank" | "personalized_pagerank" => "ppr",
        "components" => "wcc",
        other => other,
    };
    ALGORITHMS.iter().find(|a| a.name == name).copied().ok_or_else(|| {
        let known: Vec<&str> = ALGORITHMS.iter().map(|a| a.name).collect();
        GraphError::Call(format!("no algorithm {name}; there are {}", known.join(", ")))
    })
}

/// What came out, and what it took.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// Vertices.
    pub vertices: usize,
    /// Edges as given.
    pub edges: usize,
    /// Bytes of the graph.
    pub bytes: usize,
    /// Building the graph.
    pub build: Duration,
    /// The algorithm.
    pub run: Duration,
    /// Whether the algorithm looked at all it should: `paths` may reach its effort, and better ones may exist.
    pub complete: bool,
}

/// Runs an algorithm on an edge list and writes a row a vertex, its id and the value, in the form that the
/// output's name asks for.
///
/// # Errors
/// A file cannot be read or written, a parameter is unknown, not a value of its kind or names no vertex.
pub fn run(
    algorithm: Algorithm,
    list: &EdgeList,
    directed: bool,
    given: &[(String, String)],
    out: &Path,
) -> Result<Run, GraphError> {
    let mut p = Parameters::new(algorithm, given)?;
    let ids = &list.ids;
    let begun = Instant::now();
    let (values, build, bytes, edges);
    if algorithm.weighted() && !list.weights.is_empty() {
        let graph = list.weighted(directed);
        (build, bytes, edges) = (begun.elapsed(), graph.bytes(), graph.edges());
        values = compute(algorithm.name, &graph, ids, &mut p)?;
    } else {
        let graph = list.unweighted(directed);
        (build, bytes, edges) = (begun.elapsed(), graph.bytes(), graph.edges());
        values = compute(algorithm.name, &graph, ids, &mut p)?;
    }
    let run = begun.elapsed() - build;
    values.write(out, ids)?;
    Ok(Run { vertices: ids.len(), edges, bytes, build, run, complete: values.complete() })
}

fn compute<W: super::Weight>(
    name: &str,
    graph: &Graph<W>,
    ids: &Ids,
    p: &mut Parameters,
) -> Result<Values, GraphError> {
    Ok(match name {
        "bfs" => Values::Hops(algorithms::bfs(graph, p.vertex("source", ids)?)),
        "wcc" => Values::Vertices(algorithms::components(graph)),
        "pagerank" => {
            let damping = p.share("damping", 0.85)?;
            let stop = match p.optional::<usize>("iterations")? {
                Some(steps) => Stop::Iterations(steps),
                None => Stop::Tolerance(p.positive("tolerance", 1e-10)?),
            };
            Values::Reals(algorithms::pagerank(graph, damping, stop))
        }
        "ppr" => {
            let starts: Vec<(u32, f64)> = p.vertices("sources", ids)?.into_iter().map(|v| (v, 1.0)).collect();
            let damping = p.share("damping", 0.85)?;
            Values::Reals(algorithms::personalised_pagerank(graph, damping, &starts, p.positive("tolerance", 1e-10)?))
        }
        "cdlp" => Values::Vertices(algorithms::cdlp(graph, p.number("iterations", 10)?)),
        "louvain" => {
            let found = algorithms::louvain(graph, p.positive("resolution", 1.0)?, p.number("levels", 50)?);
            Values::Vertices(by_smallest(&found.of))
        }
        "lcc" => Values::Reals(algorithms::local_clustering(graph)),
        "triangles" => Values::Counts(algorithms::triangles(graph)),
        "kcore" => Values::Counts(algorithms::core_numbers(graph).into_iter().map(u64::from).collect()),
        "sssp" => Values::Reals(algorithms::shortest_distances(graph, p.vertex("source", ids)?)),
        "betweenness" => Values::Reals(algorithms::betweenness(graph, p.number("every", 1)?)),
        "khop" => {
            let every = p.number::<usize>("every", 1)?.max(1);
            let sources: Vec<u32> =
                if p.has("sources") { p.vertices("sources", ids)? } else { graph.all().step_by(every).collect() };
            let sizes = algorithms::neighbourhood_sizes(graph, &sources, p.number("hops", 2)?);
            Values::Some(sources.into_iter().zip(sizes).collect())
        }
        _ => {
            let (from, to) = (p.vertex("source", ids)?, p.vertex("target", ids)?);
            let (hops, count) = (p.number("hops", 4)?, p.number("count", 10)?);
            let effort = Some(p.number("effort", EFFORT)?).filter(|effort| *effort > 0).unwrap_or(usize::MAX);
            let step = |_, _, w: W| Some(w.value());
            let same = |path: &[u32]| Some(path.to_vec());
            Values::Paths(algorithms::best_paths(graph, (from, to), hops, count, effort, step, same))
        }
    })
}

/// Arcs looked at, at most, from each end in a call of `paths` that does not say.
const EFFORT: usize = 10_000_000;

/// Names each community by its smallest vertex.
fn by_smallest(of: &[u32]) -> Vec<u32> {
    let mut smallest = vec![u32::MAX; of.len()];
    (0..).zip(of).for_each(|(v, c)| {
        let own = &mut smallest[*c as usize];
        *own = (*own).min(v);
    });
    of.iter().map(|c| smallest[*c as usize]).collect()
}
