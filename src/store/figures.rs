//! What the store counts about itself since it was opened.

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use crate::histogram::Histogram;

/// The counters; times are in microseconds.
#[derive(Debug)]
pub struct Figures {
    /// Jobs that wait for the writer.
    pub writes_waiting: AtomicUsize,
    /// From asking for a write until its group began.
    pub write_wait: Histogram,
    /// Jobs that shared a transaction.
    pub group: Histogram,
    /// From the beginning of a transaction to its end, COMMIT included: nobody else writes meanwhile.
    pub transaction: Histogram,
    /// COMMIT alone: what the disk takes.
    pub commit: Histogram,
    /// Transactions that failed as a whole.
    pub failed: AtomicU64,
    /// Reads that wait for a thread.
    pub reads_waiting: AtomicUsize,
    /// Reads that were too long for the thread of their request.
    pub reads_moved: AtomicU64,
    /// Results that were remembered, and those that had to be read.
    pub answers_found: AtomicU64,
    pub answers_missed: AtomicU64,
}

impl Default for Figures {
    fn default() -> Figures {
        const MS: u64 = 1000;
        const SHORT: &[u64] = &[100, 250, 500, MS, 2500, 5 * MS, 10 * MS, 25 * MS, 100 * MS, 500 * MS, 2500 * MS];
        Figures {
            writes_waiting: AtomicUsize::default(),
            write_wait: Histogram::new(SHORT),
            group: Histogram::new(&[1, 2, 4, 8, 16, 32, 64, 128, 256]),
            transaction: Histogram::new(SHORT),
            commit: Histogram::new(SHORT),
            failed: AtomicU64::default(),
            reads_waiting: AtomicUsize::default(),
            reads_moved: AtomicU64::default(),
            answers_found: AtomicU64::default(),
            answers_missed: AtomicU64::default(),
        }
    }
}

/// Connections for reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    pub open: usize,
    /// Those of them that read at this moment.
    pub busy: usize,
}

/// Bytes on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub database: u64,
    /// The write-ahead log.
    pub log: u64,
}

impl Sizes {
    /// Those of the database at `path`; 0 for what is not there.
    pub fn of(path: &Path) -> Sizes {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let len = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        Sizes { database: len(path), log: len(Path::new(&log)) }
    }
}
