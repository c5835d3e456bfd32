//! The relationship graph over HTTP: parts of it ready to draw, as data, SVG or Graphviz text, bounded in size.
//!
//! | file | what it does |
//! |---|---|
//! | `asked.rs`, `form.rs`, `shapes.rs` | bodies, forms and shapes |
//! | `around.rs` | what lies around a node; relatives |
//! | `ties.rs` | why two are tied; paths |
//! | `screens.rs` | screens of offices |
//! | `rings.rs` | households joined by what they share; what lies near confirmed cases |

pub mod around;
mod asked;
mod form;
pub mod rings;
pub mod screens;
mod shapes;
pub mod ties;

use std::sync::Arc;

use super::Problem;
use super::state::State;
use crate::graph::relations::{NodeKind, Relations};
use crate::snapshot::Snapshot;

/// A snapshot with its graph.
async fn opened(state: &State, snapshot: Option<&str>) -> Result<(Snapshot, Arc<Relations>), Problem> {
    let snapshot = state.snapshot(snapshot)?;
    let relations = state.sql.graph(snapshot.clone()).await?;
    Ok((snapshot, relations))
}

/// The node of a kind that a text names; of any kind where none is asked for.
fn named(relations: &Relations, text: &str, kinds: &[NodeKind]) -> Result<u32, Problem> {
    let found = kinds.iter().find_map(|kind| relations.node(*kind, text)).or_else(|| relations.named(text));
    found.filter(|node| kinds.is_empty() || kinds.contains(&relations.kind(*node))).ok_or_else(|| {
        let name = |of: fn(NodeKind) -> &'static str, none: &'static str| {
            let names: Vec<&str> = kinds.iter().map(|kind| of(*kind)).collect();
            if names.is_empty() { none.to_owned() } else { names.join(" / ") }
        };
        Problem::not_found(&name(NodeKind::en, "node"), &name(NodeKind::zh, "节点"), text)
    })
}

/// A number within bounds.
fn within<T: PartialOrd + std::fmt::Display>(name: &str, value: T, least: T, most: T) -> Result<T, Problem> {
    if value < least || value > most {
        return Err(Problem::parameter(format!("{name}: {value} is not between {least} and {most}")));
    }
    Ok(value)
}
