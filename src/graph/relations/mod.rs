//! The relationship graph of a snapshot: typed nodes and dated edges with the rows they rest on, from the view
//! `relation_edge` straight into integers.
//!
//! | file | idea |
//! |---|---|
//! | `build.rs` | rows of the view → nodes, edges, weights by rarity |
//! | `kin.rs`, `kin_terms.csv` | kin closure: which chains of register relations make which relative |
//! | `ties.rs` | best paths between two nodes, said in a sentence, with what may explain them innocently |
//! | `functions.rs` | all of it as table functions in SQL |

mod build;
mod functions;
mod kin;
mod ties;

pub use build::{Edge, Link, Node, Relations};
pub use functions::{FUNCTIONS, attach, wanted};
pub use kin::{Relative, relatives};
pub use ties::{Tie, ties};
