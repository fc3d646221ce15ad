//! The `[realtime]` section of the configuration.

use serde::{Deserialize, Serialize};

/// Bounds of connections; every key is explained in config.toml.example.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// One more is answered 503.
    pub max_connections: usize,
    /// Messages that may wait for one connection …
    pub outbox_messages: usize,
    /// … and their size.
    pub outbox_kib: usize,
    /// Committed changes that may wait in memory to be told; later ones are read from the history.
    pub backlog_changes: usize,
    pub ping_s: u64,
    /// Without a message.
    pub idle_s: u64,
    pub lifetime_s: u64,
}
