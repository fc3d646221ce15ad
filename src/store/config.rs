//! What the store may be told: where the file is, how durable a write is, and every bound.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of the database, with their defaults.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The database file in the data directory; not a key of the configuration.
    #[serde(skip)]
    pub path: PathBuf,
    pub durability: Durability,
    /// Jobs that may wait for the writer; one more is refused at once.
    pub write_queue: usize,
    /// Jobs that share one COMMIT at most.
    pub write_group: usize,
    /// How long the statements of one write job may run.
    pub write_timeout_ms: u64,
    /// Threads for reads that are not short; 0 = one less than there are cores, at least one.
    pub read_threads: usize,
    /// Reads that may wait for those threads; one more is refused at once.
    pub read_queue: usize,
    /// From the moment a read asks until its statements are interrupted.
    pub read_timeout_ms: u64,
    /// How long a read may occupy the thread that asks before it moves to a reader thread; 0 = moves at once.
    pub inline_budget_us: u64,
    /// Pages of the file that readers keep, in MiB for all of them together; each has 2 at least.
    pub page_cache_mib: u32,
    /// Results of lists and totals that are remembered until their tables change, in MiB; 0 = none.
    pub answers_mib: u32,
    /// How much of the file readers map into memory instead of copying pages; 0 = nothing. An unreadable disk then ends
    /// the process rather than the query.
    pub mmap_mib: u32,
    /// History of changes is kept this long …
    pub history_days: u32,
    /// … and no larger than this.
    pub history_mib: u32,
}

/// What COMMIT waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The write is on disk before it is acknowledged.
    #[default]
    Full,
    /// The last moments before a power failure may be lost; the database stays sound.
    Normal,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            path: PathBuf::from("data/data.db"),
            durability: Durability::Full,
            write_queue: 4096,
            write_group: 256,
            write_timeout_ms: 30_000,
            read_threads: 0,
            read_queue: 1024,
            read_timeout_ms: 30_000,
            inline_budget_us: 1000,
            page_cache_mib: 24,
            answers_mib: 8,
            mmap_mib: 0,
            history_days: 7,
            history_mib: 64,
        }
    }
}

impl Config {
    pub(super) fn read_threads(&self) -> usize {
        match self.read_threads {
            0 => cores().saturating_sub(1).max(1),
            n => n,
        }
    }

    pub(super) fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.write_timeout_ms)
    }

    pub(super) fn read_timeout(&self) -> Duration {
        Duration::from_millis(self.read_timeout_ms)
    }

    pub(super) fn inline_budget(&self) -> Duration {
        Duration::from_micros(self.inline_budget_us)
    }
}

/// Processors this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
