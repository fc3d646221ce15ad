//! The database: one writer that commits in groups, readers that never block an async worker, and the ordered feed of
//! changes. Jobs are ordinary synchronous code over [`Reader`] and [`Tx`].
//!
//! - An acknowledged write is on disk; a job that fails leaves no trace, and neither do the others of its group if
//!   COMMIT fails.
//! - A [`Change`] exists only after COMMIT and is announced in commit order, before the writer's caller is answered.
//! - A read sees everything that was acknowledged before it began, with a catalog that fits.

mod answers;
mod aside;
pub mod change;
pub mod config;
pub mod console;
pub mod error;
pub mod figures;
mod heavy;
pub mod history;
mod params;
pub mod rows;

mod job;
mod moment;
mod readers;
mod retention;
mod shared;
mod snapshot;
mod sqlite;
mod tx;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use self::figures::{Connections, Figures, Sizes};
use self::job::Company;
use self::readers::Readers;
use self::shared::Shared;
use self::writer::{Message, Writer};
use crate::clock::Clock;
use crate::id::Ids;
use crate::schema::{Catalog, Collection};
use crate::sql::Sql;

pub use self::aside::Aside;
pub use self::change::{Action, Change, StoredChange};
pub use self::config::{Config, Durability};
pub use self::error::StoreError;
pub use self::history::History;
pub use self::moment::Moment;
pub use self::rows::{RowRef, Rows};
pub use self::sqlite::{damage, examine, transfer, version};
pub use self::tx::{Share, Tx};

/// An open database; clones are the same one. It closes with the last of them, or by [`Store::close`].
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    readers: Readers,
    queue: SyncSender<Message>,
    closed: AtomicBool,
    writer: Mutex<Option<JoinHandle<()>>>,
    config: Config,
    boot: Boot,
    clock: Clock,
    consoles: Arc<console::Consoles>,
}

/// What a job may ask.
pub trait Reader {
    /// The collections; inside a [`Tx`] with this transaction's own changes to them.
    fn catalog(&self) -> &Arc<Catalog>;
    /// Runs a SELECT.
    fn query(&mut self, sql: &Sql) -> Result<Rows, StoreError>;
    /// As [`Reader::query`], but the result may be remembered until one of the tables it is `about` changes: all that
    /// decide it, `None` if something else does too. It is as new as a snapshot opened now, not as this job's own.
    fn recall(&mut self, sql: &Sql, about: Option<&[&str]>) -> Result<Arc<Rows>, StoreError>;
}

/// What the layers above lend for opening: the store does not know what collections look like in their table.
#[derive(Clone, Copy)]
pub struct Boot {
    /// Fills a database that has no collections yet.
    pub seed: fn(&mut Tx) -> Result<(), StoreError>,
    /// Reads `_collections`, in creation order. Called again when another process wrote to the file.
    pub load: fn(&mut dyn Reader) -> Result<Collections, StoreError>,
}

type Collections = Vec<Arc<Collection>>;

impl Store {
    /// Opens or creates the database, runs migrations, seeds it at first and loads the catalog.
    pub fn open(config: &Config, clock: Clock, ids: Arc<Ids>, boot: Boot) -> Result<Store, StoreError> {
        let shared = Arc::new(Shared::new(u64::from(config.answers_mib) << 20));
        let writer = Writer::open(config.clone(), clock.clone(), ids, shared.clone(), boot)?;
        let readers = Readers::open(config, shared.clone())?;
        let (queue, inbox) = sync_channel(config.write_queue);
        let thread = std::thread::Builder::new().name("writer".into());
        let thread = thread.spawn(move || writer.serve(&inbox)).map_err(StoreError::other)?;
        let (closed, writer) = (AtomicBool::new(false), Mutex::new(Some(thread)));
        let (config, consoles) = (config.clone(), Arc::default());
        Ok(Store(Arc::new(Inner { shared, readers, queue, closed, writer, config, boot, clock, consoles })))
    }

    /// The collections as of the last commit.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.0.shared.catalog.load_full()
    }

    /// Runs `job` on one snapshot: first inline on the calling thread under a small budget, and when that is exceeded
    /// again from the start on a reader thread with a deadline. `job` must be repeatable.
    pub async fn read<T, E>(&self, job: impl Fn(&mut dyn Reader) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.0.readers.read(job).await
    }

    /// Runs `job` on one snapshot and on the calling thread, interrupted after `limit` if there is one: for a thread of its
    /// own, which then waits for no other reader.
    pub fn read_here<T, E>(
        &self,
        limit: Option<Duration>,
        job: impl Fn(&mut dyn Reader) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        self.0.readers.read_here(limit, job)
    }

    /// Runs `job` inside the writer's next group as one savepoint and answers after COMMIT. An error of the job undoes
    /// all it did. `job` must be repeatable. A full queue refuses at once.
    pub async fn write<T, E>(&self, job: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Company::Group, job).await
    }

    /// As [`Store::write`], alone in its transaction: for changes of the schema.
    pub async fn write_alone<T, E>(&self, job: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Company::Alone, job).await
    }

    async fn submit<T, E>(
        &self,
        company: Company,
        job: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if self.0.closed.load(Ordering::Relaxed) {
            return Err(StoreError::Closed.into());
        }
        let (job, answer) = job::job(company, job);
        let waiting = &self.figures().writes_waiting;
        waiting.fetch_add(1, Ordering::Relaxed);
        let refused = match self.0.queue.try_send(Message::Job(job)) {
            Ok(()) => return answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into())),
            Err(TrySendError::Full(_)) => StoreError::Full,
            Err(TrySendError::Disconnected(_)) => StoreError::Closed,
        };
        waiting.fetch_sub(1, Ordering::Relaxed);
        Err(refused.into())
    }

    /// Calls `listener` on the writer thread with each group's changes, in order, after COMMIT and before the waiting
    /// callers are answered. It holds up all writes, so it should only pass them on.
    pub fn on_commit(&self, listener: impl Fn(&[Arc<Change>]) + Send + Sync + 'static) {
        self.0.shared.listen(Arc::new(listener));
    }

    /// As [`Store::on_commit`], after the waiting callers are answered: for those who have much to do with it.
    pub fn on_answered(&self, follower: impl Fn(&[Arc<Change>]) + Send + Sync + 'static) {
        self.0.shared.follow(Arc::new(follower));
    }

    /// Calls `listener` on the writer thread when something was committed that nobody can tell: the history started over,
    /// and whatever is known of records may be wrong.
    pub fn on_reset(&self, listener: impl Fn() + Send + Sync + 'static) {
        self.0.shared.listen_for_reset(Arc::new(listener));
    }

    /// The next `limit` changes after `seq`.
    pub async fn changes_since(&self, seq: i64, limit: usize) -> Result<History, StoreError> {
        self.read(move |reader| history::since(reader, seq, limit)).await
    }

    /// Writes a compact copy of the database as of now to `path`, which must not exist. Nobody else waits.
    pub async fn backup_into(&self, path: &Path) -> Result<(), StoreError> {
        let (from, to) = (self.0.config.path.clone(), path.to_path_buf());
        let (reply, answer) = tokio::sync::oneshot::channel();
        std::thread::Builder::new()
            .name("backup".into())
            .spawn(move || drop(reply.send(sqlite::copy(&from, &to))))
            .map_err(StoreError::other)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// What it takes on the disk. Blocks for a moment.
    pub fn sizes(&self) -> Sizes {
        Sizes::of(&self.0.config.path)
    }

    /// What is counted since the start.
    pub fn figures(&self) -> &Figures {
        &self.0.shared.figures
    }

    /// Connections for reading.
    pub fn connections(&self) -> Connections {
        self.0.readers.connections()
    }

    /// Empties the write-ahead log if nobody reads from it and refreshes the planner's statistics, between two groups of
    /// writes.
    pub async fn tend(&self) -> Result<(), StoreError> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        match self.0.queue.try_send(Message::Tend(reply)) {
            Ok(()) => answer.await.unwrap_or(Err(StoreError::Closed)),
            Err(TrySendError::Full(_)) => Err(StoreError::Full),
            Err(TrySendError::Disconnected(_)) => Err(StoreError::Closed),
        }
    }

    /// Finishes the writes that are queued, interrupts reads, empties the write-ahead log and joins the threads. Blocks
    /// for as long; afterwards every job is refused with `Closed`.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Inner {
    fn close(&self) {
        if self.closed.swap(true, Ordering::Relaxed) {
            return;
        }
        self.readers.close();
        let Some(thread) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        // The last owner of a store may be one of its own jobs: the writer then ends when the queue is dropped.
        if thread.thread().id() != std::thread::current().id() {
            let _ = self.queue.send(Message::Stop);
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
