//! What waits for the log's thread. Pushing wakes it once for many entries: waking a thread costs more than an entry.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::entry::Entry;
use crate::store::StoreError;

/// Entries that may wait; one more is dropped.
const ROOM: usize = 8192;
/// Entries that are written without waiting for more.
const BATCH: usize = 1000;
/// How long the first entry of a batch waits for company.
const PATIENCE: Duration = Duration::from_secs(1);

/// Something to do besides writing.
pub enum Task {
    /// Nothing: what was pushed before is written by then.
    Flush,
    Tidy,
    Clear,
    Tend,
    Copy(PathBuf),
}

pub struct Errand {
    pub task: Task,
    pub reply: Option<oneshot::Sender<Result<(), StoreError>>>,
}

#[derive(Default)]
pub struct Bell {
    waiting: Mutex<Waiting>,
    rung: Condvar,
}

#[derive(Default)]
struct Waiting {
    entries: Vec<Entry>,
    errands: Vec<Errand>,
    stop: bool,
}

/// What there is to do, in this order.
pub struct Work {
    pub entries: Vec<Entry>,
    pub errands: Vec<Errand>,
    pub stop: bool,
}

impl Bell {
    /// `false` when there is no room.
    pub fn push(&self, entry: Entry) -> bool {
        let mut waiting = self.lock();
        if waiting.entries.len() >= ROOM || waiting.stop {
            return false;
        }
        waiting.entries.push(entry);
        let count = waiting.entries.len();
        drop(waiting);
        if count == 1 || count == BATCH {
            self.rung.notify_one();
        }
        true
    }

    /// An errand is run as soon as everything pushed before it is written; after the end it is dropped.
    pub fn ask(&self, errand: Errand) {
        let mut waiting = self.lock();
        if !waiting.stop {
            waiting.errands.push(errand);
            self.rung.notify_one();
        }
    }

    pub fn stop(&self) {
        self.lock().stop = true;
        self.rung.notify_one();
    }

    /// Waits for work: a full batch, or what came within a moment of its first entry. `spare` is an empty list whose
    /// room is used again.
    pub fn wait(&self, spare: Vec<Entry>) -> Work {
        let waiting = self.lock();
        let idle = |waiting: &mut Waiting| waiting.entries.is_empty() && !waiting.is_urgent();
        let waiting = self.rung.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        let gathering = |waiting: &mut Waiting| waiting.entries.len() < BATCH && !waiting.is_urgent();
        let waited = self.rung.wait_timeout_while(waiting, PATIENCE, gathering);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Work {
            entries: std::mem::replace(&mut waiting.entries, spare),
            errands: std::mem::take(&mut waiting.errands),
            stop: waiting.stop,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        self.stop || !self.errands.is_empty()
    }
}
