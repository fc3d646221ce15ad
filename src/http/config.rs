//! The `[http]` section of the configuration.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the server listens and what it allows; every key is explained in config.toml.example.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `host:port`; port 0 takes a free one.
    pub listen: String,
    /// Exact origins or patterns with `*` and `?`.
    pub origins: Vec<String>,
    /// 0 = one per core.
    pub workers: usize,
    /// Served at `/`; relative to the working directory, and skipped when missing.
    pub public_dir: PathBuf,
    pub index_fallback: bool,
    /// JSON for clients that take it packed.
    pub compress: bool,
    pub keep_alive_s: u64,
    pub header_timeout_s: u64,
    pub body_timeout_s: u64,
    pub write_timeout_s: u32,
    pub shutdown_timeout_s: u64,
}

impl Config {
    /// Worker threads, at least one.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }
}
