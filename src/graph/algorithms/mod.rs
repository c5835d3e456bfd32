//! Standard algorithms, one a file. Results do not depend on the number of threads.

mod betweenness;
mod bfs;
mod cdlp;
mod components;
mod kcore;
mod lcc;
mod louvain;
mod neighbourhood;
mod pagerank;
mod paths;
mod push;
mod sssp;
mod triangles;

pub use betweenness::betweenness;
pub use bfs::{UNREACHABLE, bfs};
pub use cdlp::cdlp;
pub use components::components;
pub use kcore::core_numbers;
pub use lcc::local_clustering;
pub use louvain::{Communities, louvain, modularity};
pub use neighbourhood::{neighbourhood, neighbourhood_sizes};
pub use pagerank::{Stop, pagerank, personalised_pagerank};
pub use paths::{Path, Paths, best_paths};
pub use push::push_pagerank;
pub use sssp::shortest_distances;
pub use triangles::triangles;

/// Vertices that one task works on: small enough to balance, large enough not to matter, and fixed, so that sums of
/// floats are taken in one order.
const BLOCK: usize = 1 << 13;
