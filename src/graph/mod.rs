//! Relationships as a graph.
//!
//! # Layout
//!
//! | file | idea |
//! |---|---|
//! | [`csr`] | neighbours of every vertex in one array, built by a radix and a counting sort |
//! | `adjacency.rs` | a directed or undirected graph of those |
//! | [`algorithms`] | standard algorithms, one a file |
//! | `edge_list/` | edge lists of any origin → dense vertices |
//! | [`relations`] | the relationship graph of a snapshot, and its table functions in SQL |
//! | [`draw`] | small graphs as SVG and DOT |
//! | [`run`] | an algorithm called by name |
//! | `values.rs` | what it found, as text and Parquet |

mod adjacency;
pub mod algorithms;
pub mod csr;
pub mod draw;
mod edge_list;
mod error;
mod parameters;
pub mod relations;
pub mod run;
#[cfg(test)]
mod tests;
mod values;

pub use adjacency::Graph;
pub use csr::Weight;
pub use edge_list::{EdgeList, Format, Ids, Options, Reading};
pub use error::GraphError;
