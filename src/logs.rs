//! The log of requests and of what the server has to say for itself: pushed by whoever answers, written by one thread in
//! batches to a database of its own, so that no request waits for it and no record does.

mod bell;
mod collection;
pub mod entry;
mod keeper;
pub mod notes;
mod read;
mod write;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::store::StoreError;

use bell::{Errand, Task};
pub use entry::{Entry, Failed, Note, Request};
use keeper::Keeper;
pub use keeper::Parts;

/// The log; cheap to clone.
#[derive(Clone)]
pub struct Logs(Arc<Inner>);

/// The `[logs]` section; what is logged, and for how long, superusers decide in the settings.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The size at most; the oldest entries go first.
    pub max_mib: u64,
}

struct Inner {
    keeper: Arc<Keeper>,
    /// Entries that found no room.
    dropped: AtomicU64,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Logs {
    /// Starts the thread that writes.
    pub fn start(parts: Parts) -> Result<Logs> {
        let keeper = Arc::new(Keeper::new(parts));
        let thread = std::thread::Builder::new().name("logs".into());
        let works = Arc::clone(&keeper);
        let thread = thread.spawn(move || works.serve()).map_err(Error::internal)?;
        let (dropped, thread) = (AtomicU64::new(0), Mutex::new(Some(thread)));
        Ok(Logs(Arc::new(Inner { keeper, dropped, thread })))
    }

    /// Takes an entry, or drops and counts it when too many wait already.
    pub fn push(&self, entry: Entry) {
        if !self.0.keeper.bell.push(entry) {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Entries that were dropped since the start.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Takes what `settings.logs` says now for what is stored already: too old entries and too low levels go, all of
    /// them when nothing is to be kept.
    pub fn follow_settings(&self) {
        self.0.keeper.bell.ask(Errand { task: Task::Tidy, reply: None });
    }

    /// Removes entries that are too old or too many; what the daily round does.
    pub async fn tidy(&self) -> Result<()> {
        self.ask(Task::Tidy).await
    }

    /// Removes everything and gives the space back.
    pub async fn clear(&self) -> Result<()> {
        self.ask(Task::Clear).await
    }

    /// Empties the write-ahead log, refreshes statistics.
    pub async fn tend(&self) -> Result<()> {
        self.ask(Task::Tend).await
    }

    /// Writes a copy to `path`, with everything that was pushed before.
    pub async fn copy_into(&self, path: PathBuf) -> Result<()> {
        self.ask(Task::Copy(path)).await
    }

    /// Waits until everything that was pushed before is written.
    async fn written(&self) -> Result<()> {
        self.ask(Task::Flush).await
    }

    async fn ask(&self, task: Task) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.0.keeper.bell.ask(Errand { task, reply: Some(reply) });
        let closed = |_| Err(StoreError::Closed);
        Ok(answer.await.unwrap_or_else(closed)?)
    }

    /// Writes what waits and ends the thread; blocks for as long.
    pub fn close(&self) {
        self.0.keeper.bell.stop();
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
