//! The relationship graph of a snapshot: typed nodes and dated edges with the rows they rest on, from the view
//! `relation_edge` into integers, every text once.
//!
//! | file | idea |
//! |---|---|
//! | `kinds.rs` | kinds of nodes, edges and kin, and their names |
//! | `texts.rs`, `edges.rs` | columns: sorted texts, edges of 20 bytes |
//! | `growth.rs` | columns that grow little by little |
//! | `network.rs` | the graph in memory, and what is asked of it |
//! | `build.rs`, `gather.rs`, `finish.rs`, `lazy.rs` | rows of the view → the graph, when it is first asked for |
//! | `contradictions.rs` | kinship that cannot all be true |
//! | `strength.rs` | how often those who share a thing are kin, learnt |
//! | `kin.rs`, `kin_terms.csv` | kin closure: which chains of register relations make which relative |
//! | `ties.rs`, `words.rs`, `innocent.rs` | best paths, said in a sentence, with what may explain them innocently |
//! | `dealings.rs` | why two are tied, and what the official among them had to do with the household |
//! | `near.rs` | a part around a node, the nearest official, what lies near confirmed cases |
//! | `rings.rs`, `dominance.rs` | households joined by what they share, against chance |
//! | `picture.rs` | a part as a drawing |
//! | `signatures.rs`, `functions.rs`, `answers.rs` | all of it as table functions in SQL |

mod answers;
mod build;
mod contradictions;
mod dealings;
mod dominance;
mod edges;
mod finish;
mod functions;
mod gather;
mod growth;
mod innocent;
mod kin;
mod kinds;
mod lazy;
mod near;
mod network;
mod picture;
mod rings;
mod signatures;
mod strength;
mod texts;
mod ties;
mod words;

pub use contradictions::{Contradiction, Fault};
use dealings::day_of;
pub use dealings::{Dealings, Look, Office, Part, look};
pub use edges::{Edge, Edges};
pub use functions::attach;
pub use innocent::{Innocent, innocent};
pub use kin::{Relative, relatives};
pub use kinds::{EdgeKind, NodeKind, Relation};
pub use lazy::LazyRelations;
pub use near::{Excerpt, Found, among, around, near_cases, nearest};
pub use network::{Link, Relations};
pub use picture::{of_excerpt, of_paths};
pub use rings::Ring;
pub use signatures::{Column, FUNCTIONS, Kind, TableFunction, table_functions};
pub use strength::{Learnt, Strength};
use texts::Texts;
pub use ties::{Tie, Ties, ties};
pub use words::beside;
