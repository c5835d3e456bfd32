//! The graph of a snapshot, built when it is first asked for.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::Relations;
use crate::query::library::views;
use crate::query::{EngineOptions, QueryError, Session};
use crate::snapshot::Snapshot;

/// The graph of a snapshot: built once, by whoever asks first, from a session of its own, which goes afterwards.
#[derive(Debug)]
pub struct LazyRelations {
    snapshot: Snapshot,
    options: EngineOptions,
    built: OnceCell<Arc<Relations>>,
}

impl LazyRelations {
    /// Nothing is read yet.
    pub fn new(snapshot: Snapshot, options: EngineOptions) -> Self {
        Self { snapshot, options, built: OnceCell::new() }
    }

    /// The graph. Must be called on a tokio runtime that may be kept busy.
    pub async fn get(&self) -> Result<Arc<Relations>, QueryError> {
        let build = || async {
            let mut session = Session::open(&self.snapshot, &self.options).await?;
            // What the first reads several times of the registers is computed once; the second reads its result.
            for view in views().iter().filter(|view| ["kin_stated", "relation_edge"].contains(&view.name)) {
                session.compute_once(view).await?;
            }
            let built = Relations::build(&session).await?;
            let (nodes, edges, bytes) = (built.nodes(), built.edges().len(), built.bytes());
            tracing::info!(target: "mingjing::graph", nodes, edges, bytes, "relationship graph built");
            Ok(Arc::new(built))
        };
        self.built.get_or_try_init(build).await.map(Arc::clone)
    }

    /// The snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}
