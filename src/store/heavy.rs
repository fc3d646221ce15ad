//! Which statements take too long for the thread that asks.

use std::sync::atomic::{AtomicUsize, Ordering};

use quick_cache::sync::Cache;

/// Statements remembered as too long for an async worker.
const HEAVY: usize = 512;

/// Texts of statements that were too long for an async worker.
pub struct Heavy {
    texts: Cache<Box<str>, Slow>,
    /// Saves looking while there are none.
    some: AtomicUsize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// It took long by the clock, once: perhaps it was the thread that had to wait.
    Once,
    /// It goes to a reader thread at once.
    Always,
}

impl Default for Heavy {
    fn default() -> Self {
        Heavy { texts: Cache::new(HEAVY), some: AtomicUsize::new(0) }
    }
}

impl Heavy {
    pub fn find(&self, text: &str) -> Option<Slow> {
        if self.some.load(Ordering::Relaxed) > 0 { self.texts.get(text) } else { None }
    }

    pub fn add(&self, text: &str, slow: Slow) {
        self.texts.insert(text.into(), slow);
        self.some.store(self.texts.len(), Ordering::Relaxed);
    }

    pub fn remove(&self, text: &str) {
        if self.texts.remove(text).is_some() {
            self.some.store(self.texts.len(), Ordering::Relaxed);
        }
    }
}
