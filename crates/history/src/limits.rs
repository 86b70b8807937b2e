//! What one query may use: memory, disk, threads and time. What does not fit in memory is spilled to disk,
//! and what does not fit there either is ended with a clear word.

use crate::views;
use datafusion::common::Result;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::SessionConfig;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The catalogue's name.
pub(crate) const CATALOG: &str = "tongjian";

/// Bounds of queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory that all queries together may hold before they spill.
    pub memory_bytes: usize,
    /// Bytes they may spill to disk.
    pub spill_bytes: u64,
    /// Where they spill; the system's folder for temporary files if `None`.
    pub spill_folder: Option<PathBuf>,
    /// Threads of one query.
    pub threads: usize,
    /// How long one query may run.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory_bytes: 1 << 30,
            spill_bytes: 16 << 30,
            spill_folder: None,
            threads: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            time: Duration::from_secs(300),
        }
    }
}

impl Limits {
    pub(crate) fn runtime(&self) -> Result<Arc<RuntimeEnv>> {
        let mut builder = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(self.memory_bytes)))
            .with_max_temp_directory_size(self.spill_bytes);
        if let Some(folder) = &self.spill_folder {
            builder = builder.with_temp_file_path(folder);
        }
        builder.build_arc()
    }

    pub(crate) fn config(&self) -> SessionConfig {
        base_config(self.threads)
    }
}

/// The settings every session has.
fn base_config(threads: usize) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, views::BANK)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true)
        .with_target_partitions(threads);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    // Exact arithmetic: 0.10 is a decimal, not a binary fraction.
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.collect_spans = true;
    config
}
