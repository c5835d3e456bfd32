use std::path::PathBuf;
use std::sync::Arc;

use datafusion::execution::FunctionRegistry;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::QueryError;
use super::keys;
use super::spill::SpillFolder;
use super::yielding::Yielding;

/// How much of the machine queries may use.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Bytes that running queries may hold; beyond, they spill.
    pub memory: usize,
    /// Partitions worked on side by side; the processors, as a rule.
    pub partitions: usize,
    /// Rules that an audit runs at once; the processors, as a rule.
    pub at_once: usize,
    /// Where they spill, each session in a folder of its own.
    pub spill_dir: PathBuf,
}

impl EngineOptions {
    /// Three GiB and every processor.
    pub fn new(spill_dir: PathBuf) -> Self {
        let partitions = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { memory: 3 << 30, partitions, at_once: partitions, spill_dir }
    }
}

/// Functions of the engine that would tell where the data lies.
const TELLING_PLACES: [&str; 1] = ["input_file_name"];

/// The memory that the options allow, for one session or for several that share it.
pub fn memory_pool(options: &EngineOptions) -> Arc<dyn MemoryPool> {
    let consumers = std::num::NonZeroUsize::MIN.saturating_add(4);
    Arc::new(TrackConsumersPool::new(FairSpillPool::new(options.memory), consumers))
}

/// A session without tables: bounded memory, spilling to disk, the same plans on every run.
pub fn engine(options: &EngineOptions) -> Result<SessionContext, QueryError> {
    engine_in(options, memory_pool(options))
}

/// The same in memory that others use as well.
pub fn engine_in(options: &EngineOptions, memory: Arc<dyn MemoryPool>) -> Result<SessionContext, QueryError> {
    let spill = SpillFolder::create(&options.spill_dir)
        .map_err(|source| QueryError::Spill { path: options.spill_dir.clone(), source })?;
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![spill.path().to_owned()]));
    let runtime = RuntimeEnvBuilder::new()
        .with_disk_manager_builder(disk)
        .with_memory_pool(memory)
        .build_arc()
        .map_err(QueryError::engine)?;
    let mut config = SessionConfig::new()
        .with_information_schema(true)
        .with_target_partitions(options.partitions)
        .with_create_default_catalog_and_schema(true)
        .with_extension(Arc::new(spill));
    let settings = config.options_mut();
    settings.sql_parser.enable_ident_normalization = true;
    // Views of text share the buffers they were read into; in a sort each batch would hold, and be
    // charged with, far more than its rows.
    settings.execution.parquet.schema_force_view_types = false;
    // The stored tables are clustered, so pages and groups can be skipped and sorts left out.
    settings.execution.parquet.pushdown_filters = false;
    settings.execution.parquet.reorder_filters = true;
    // A join's filter on its other side loses rows where that side is a union and two of the keys come
    // from columns of one name (DataFusion 55.2): `tests/it/engine.rs` shows it. No speed is worth that.
    settings.optimizer.enable_join_dynamic_filter_pushdown = false;
    // A key is dense over its register; the join by array is worth its gaps.
    settings.execution.perfect_hash_join_min_key_density = 0.05;
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_optimizer_rules(keys::rules())
        .with_relation_planners(vec![Arc::new(keys::KeylessRelations)])
        .with_physical_optimizer_rule(Arc::new(Yielding))
        .build();
    for name in TELLING_PLACES {
        state.deregister_udf(name).map_err(QueryError::engine)?;
    }
    Ok(SessionContext::new_with_state(state))
}

#[cfg(test)]
mod tests {
    use datafusion::execution::memory_pool::MemoryConsumer;

    use super::*;

    #[test]
    fn sessions_that_share_memory_have_no_more_than_one() {
        let spill = tempfile::tempdir().unwrap();
        let options = EngineOptions { memory: 1 << 20, ..EngineOptions::new(spill.path().to_owned()) };
        let memory = memory_pool(&options);
        let [one, other] = [0; 2].map(|_| engine_in(&options, Arc::clone(&memory)).unwrap());
        let hold = |session: &SessionContext| {
            let reservation = MemoryConsumer::new("test").register(&session.runtime_env().memory_pool);
            reservation.try_grow(700 << 10).map(|()| reservation)
        };
        let held = hold(&one).unwrap();
        assert!(hold(&other).is_err());
        drop(held);
        assert!(hold(&other).is_ok());
    }
}
