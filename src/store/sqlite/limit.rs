//! How long statements on a connection may run: looked at every thousand steps of SQLite's virtual machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The bound of one connection; the owner sets it, SQLite's progress handler asks it.
pub struct Limit {
    origin: Instant,
    /// Nanoseconds after `origin`.
    deadline: AtomicU64,
    /// Looks that are left.
    ticks: AtomicU32,
    /// Set once for all connections of a store that closes.
    closing: Arc<AtomicBool>,
}

impl Default for Limit {
    fn default() -> Self {
        Limit::new(Arc::default())
    }
}

impl Limit {
    pub fn new(closing: Arc<AtomicBool>) -> Limit {
        Limit { origin: Instant::now(), deadline: AtomicU64::new(u64::MAX), ticks: AtomicU32::new(u32::MAX), closing }
    }

    /// Statements fail with `Interrupted` from `deadline` on or after `ticks` looks, whichever comes first.
    pub fn arm(&self, deadline: Instant, ticks: u32) {
        let after = deadline.saturating_duration_since(self.origin);
        self.deadline.store(u64::try_from(after.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.ticks.store(ticks, Ordering::Relaxed);
    }

    /// As `arm`, from now on and without counting looks.
    pub fn arm_for(&self, time: Duration) {
        self.arm(Instant::now() + time, u32::MAX);
    }

    pub fn disarm(&self) {
        self.deadline.store(u64::MAX, Ordering::Relaxed);
        self.ticks.store(u32::MAX, Ordering::Relaxed);
    }

    pub fn is_exceeded(&self) -> bool {
        let deadline = self.deadline.load(Ordering::Relaxed);
        if deadline == u64::MAX {
            return self.closing.load(Ordering::Relaxed);
        }
        let ticks = self.ticks.load(Ordering::Relaxed);
        self.ticks.store(ticks.saturating_sub(1), Ordering::Relaxed);
        ticks == 0 || self.closing.load(Ordering::Relaxed) || self.origin.elapsed().as_nanos() >= u128::from(deadline)
    }
}
