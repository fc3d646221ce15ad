//! Removals that wait while somebody has to find all files as they are: whoever makes a backup.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Files;
use crate::error::Result;

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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files {
    /// Puts off removals until [`Files::release`].
    pub fn hold(&self) -> Hold {
        self.0.held.lock().holders += 1;
        Hold(Arc::clone(&self.0.held))
    }

    /// Does what was put off, unless somebody else still wants it to wait.
    pub async fn release(&self, hold: Hold) -> Result<()> {
        drop(hold);
        let waiting = {
            let mut state = self.0.held.lock();
            if state.holders == 0 { std::mem::take(&mut state.waiting) } else { Vec::new() }
        };
        for removal in waiting {
            match removal {
                Removal::One(key) => self.remove(&key).await?,
                Removal::All(prefix) => self.remove_all(&prefix).await?,
            }
        }
        Ok(())
    }
}
