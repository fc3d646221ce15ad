//! Reading: short jobs run where they are asked for, long ones on a few threads of their own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::config::{Config, cores};
use super::figures::Connections;
use super::heavy::Heavy;
use super::job::guarded;
use super::shared::Shared;
use super::snapshot::{Ground, Place, Snapshot};
use super::sqlite::Conn;
use super::sqlite::pool::{Open, Pool};
use super::{Reader, StoreError};

/// What a connection keeps of the file at least: SQLite's default.
const LEAST_PAGES_KIB: usize = 2048;

/// What running a read job takes.
struct Reads {
    ground: Ground,
    pool: Pool,
    timeout: Duration,
}

pub struct Readers {
    reads: Arc<Reads>,
    queue: SyncSender<Errand>,
    closing: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

enum Errand {
    Read(Box<dyn FnOnce(&Reads) + Send>),
    Stop,
}

/// What became of a job.
enum Attempt<T, E> {
    Done(Result<T, E>),
    /// It takes a reader thread.
    TooLong,
}

impl Readers {
    /// Opens the pool and starts the threads.
    pub fn open(config: &Config, shared: Arc<Shared>) -> Result<Readers, StoreError> {
        let closing = Arc::new(AtomicBool::new(false));
        let count = config.read_threads();
        // Enough for every thread that reads: inline reads find one free even when all reader threads are busy, and so does
        // the one that reads where it is.
        let size = cores() + 2 + count;
        let open = Open {
            path: config.path.clone(),
            page_cache_kib: ((config.page_cache_mib as usize) << 10).div_ceil(size).max(LEAST_PAGES_KIB),
            mmap_mib: config.mmap_mib,
            closing: closing.clone(),
        };
        let pool = Pool::new(open, size)?;
        let reads = Arc::new(Reads {
            ground: Ground { shared, heavy: Heavy::default(), inline_budget: config.inline_budget() },
            pool,
            timeout: config.read_timeout(),
        });
        let (queue, inbox) = sync_channel(config.read_queue);
        let inbox = Arc::new(Mutex::new(inbox));
        let start = |index: usize| {
            let (reads, inbox, closing) = (reads.clone(), inbox.clone(), closing.clone());
            let thread = std::thread::Builder::new().name(format!("reader-{index}"));
            thread.spawn(move || serve(&reads, &inbox, &closing))
        };
        let threads = (0..count).map(start).collect::<Result<_, _>>().map_err(StoreError::other)?;
        Ok(Readers { reads, queue, closing, threads: Mutex::new(threads) })
    }

    /// Runs `job` where it fits.
    pub async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        F: Fn(&mut dyn Reader) -> Result<T, E> + Send + 'static,
        E: From<StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if self.closing.load(Ordering::Relaxed) {
            return Err(StoreError::Closed.into());
        }
        let inline = !self.reads.ground.inline_budget.is_zero();
        if inline && let Attempt::Done(result) = self.reads.attempt(&job, Place::Inline) {
            return result;
        }
        let deadline = Instant::now() + self.reads.timeout;
        let figures = &self.reads.ground.shared.figures;
        figures.reads_moved.fetch_add(1, Ordering::Relaxed);
        figures.reads_waiting.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = tokio::sync::oneshot::channel();
        let errand = Errand::Read(Box::new(move |reads| {
            reads.ground.shared.figures.reads_waiting.fetch_sub(1, Ordering::Relaxed);
            // Nobody waits any more: the client has gone.
            if reply.is_closed() {
                return;
            }
            let result = match reads.attempt(&job, Place::Thread(deadline)) {
                Attempt::Done(result) => result,
                Attempt::TooLong => Err(StoreError::Interrupted.into()),
            };
            let _ = reply.send(result);
        }));
        let refused = match self.queue.try_send(errand) {
            Ok(()) => return answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into())),
            Err(TrySendError::Full(_)) => StoreError::Full,
            Err(TrySendError::Disconnected(_)) => StoreError::Closed,
        };
        figures.reads_waiting.fetch_sub(1, Ordering::Relaxed);
        Err(refused.into())
    }

    /// Runs `job` on the calling thread, which may block, for as long as any may take, or `limit`.
    pub fn read_here<T, E, F>(&self, limit: Option<Duration>, job: F) -> Result<T, E>
    where
        F: Fn(&mut dyn Reader) -> Result<T, E>,
        E: From<StoreError>,
    {
        if self.closing.load(Ordering::Relaxed) {
            return Err(StoreError::Closed.into());
        }
        let deadline = Instant::now() + limit.unwrap_or(self.reads.timeout);
        match self.reads.attempt(&job, Place::Thread(deadline)) {
            Attempt::Done(result) => result,
            Attempt::TooLong => Err(StoreError::Interrupted.into()),
        }
    }

    pub fn connections(&self) -> Connections {
        self.reads.pool.connections()
    }

    /// Interrupts what runs, lets go what waits, ends the threads.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for _ in &threads {
            // Wakes those that wait; when the queue is full none does, and each looks before its next errand.
            let _ = self.queue.try_send(Errand::Stop);
        }
        for thread in threads {
            // The last owner of a store may be one of its own jobs.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
        self.reads.pool.clear();
    }
}

/// One idle thread waits in the queue and the others for the lock. With the last thread goes the queue's only receiver,
/// and with it the jobs that are left: their callers hear `Closed`.
fn serve(reads: &Reads, inbox: &Mutex<Receiver<Errand>>, closing: &AtomicBool) {
    loop {
        let errand = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match errand {
            Ok(Errand::Read(job)) if !closing.load(Ordering::Relaxed) => job(reads),
            Ok(Errand::Read(_) | Errand::Stop) | Err(_) => return,
        }
    }
}

impl Reads {
    fn attempt<T, E>(&self, job: &impl Fn(&mut dyn Reader) -> Result<T, E>, place: Place) -> Attempt<T, E>
    where
        E: From<StoreError>,
    {
        match place {
            Place::Inline => self.pool.try_with(|conn| self.run(conn, job, place)).unwrap_or(Attempt::TooLong),
            Place::Thread(_) => {
                let attempt = self.pool.with(|conn| self.run(conn, job, place));
                attempt.unwrap_or_else(|error| Attempt::Done(Err(error.into())))
            }
        }
    }

    fn run<T, E: From<StoreError>>(
        &self,
        conn: &Conn,
        job: &impl Fn(&mut dyn Reader) -> Result<T, E>,
        place: Place,
    ) -> Attempt<T, E> {
        let mut again = true;
        loop {
            let catalog = self.ground.shared.catalog.load_full();
            let mut snapshot = Snapshot::new(conn, &self.ground, catalog.clone(), place);
            let result = guarded(|| job(&mut snapshot));
            let met = snapshot.close();
            if met.over_budget {
                return Attempt::TooLong;
            }
            // The tables changed between the catalog and the snapshot.
            if met.wrong_sql && again && !matches!(result, Ok(Ok(_))) && self.ground.shared.has_moved(&catalog) {
                again = false;
                continue;
            }
            return Attempt::Done(result.unwrap_or_else(|panic| Err(StoreError::other(panic).into())));
        }
    }
}
