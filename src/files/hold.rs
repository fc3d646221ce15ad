//! Removals that wait while somebody has to find all files as they are: whoever makes a backup.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Removals that wait at most; further ones are done at once.
const WAITING: usize = 100_000;

/// What was to be removed.
#[derive(Debug)]
pub(super) enum Removal {
    One(String),
    All(String),
}

/// Shared by all clones of a store of files.
#[derive(Debug, Default)]
pub(super) struct Held(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    holders: usize,
    waiting: Vec<Removal>,
}

/// As long as this lives, nothing is removed.
#[derive(Debug)]
pub struct Hold(Arc<Held>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.lock().holders -= 1;
    }
}

impl Held {
    /// Keeps a removal for later if anybody wants that; else it is to be done now.
    pub(super) fn put_off(&self, removal: impl FnOnce() -> Removal) -> bool {
        let mut state = self.lock();
        let later = state.holders > 0 && state.waiting.len() < WAITING;
        if later {
            state.waiting.push(removal());
        }
        later
    }

    /// Puts off removals as long as what it returns lives.
    pub(super) fn hold(self: &Arc<Self>) -> Hold {
        self.lock().holders += 1;
        Hold(Arc::clone(self))
    }

    /// What was put off, unless somebody else still wants it to wait.
    pub(super) fn release(&self, hold: Hold) -> Vec<Removal> {
        drop(hold);
        let mut state = self.lock();
        if state.holders == 0 { std::mem::take(&mut state.waiting) } else { Vec::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
