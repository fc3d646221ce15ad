//! Realtime: who watches what, and telling them every committed change they may see, in order, or that they missed some.
//!
//! ```text
//! writer ──Arc'd changes──► worker thread ──► groups of equal subscriptions ──► outbox of each connection ──► transport
//! ```
//! - A message exists only after COMMIT; each connection gets its messages in commit order, each once.
//! - The writer only passes changes on. When too many wait, it leaves them out and the worker reads them from the history.
//! - A connection that cannot be served (a full outbox, a failed rule) ends; its client comes back and knows what it has
//!   seen. Nothing is ever left out silently.

pub mod config;
pub mod connection;
mod decide;
mod delivery;
mod group;
mod judge;
mod members;
pub mod outbox;
mod replay;
pub mod snapshot;
pub mod topic;
mod worker;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

pub use config::Config;
pub use connection::Connection;
pub use outbox::{Farewell, Kind, Message, Next};
pub use topic::{Moves, Options, Topic};
pub use worker::{Bind, Joined};

use self::outbox::{Outbox, Room};
use self::worker::{Join, Request, Worker};
use crate::context::Caller;
use crate::error::{Error, Result};
use crate::histogram::Histogram;
use crate::id::Ids;
use crate::records::Records;
use crate::store::Change;

/// The hub; clones are the same one.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    config: Config,
    ids: Arc<Ids>,
    shared: Arc<Shared>,
    inbox: Sender<Request>,
    connections: Mutex<HashMap<String, Arc<Connection>>>,
    numbers: AtomicU64,
    closed: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the worker and those who talk to it look at together.
struct Shared {
    /// The last change that is committed: whoever subscribes now is not told of it.
    committed: AtomicI64,
    /// Changes on their way to the worker.
    backlog: AtomicUsize,
    /// Changes were left out because too many were on their way.
    skipped: AtomicBool,
    figures: Figures,
}

/// What realtime counts about itself since the start.
pub struct Figures {
    /// The last change that everybody has been told.
    told: AtomicI64,
    /// Microseconds from a commit until its messages are in the outboxes of all who may see them.
    pub delay: Histogram,
    /// Messages put into outboxes.
    pub messages: AtomicU64,
    /// Connections that ended because they were too slow or could not be told something.
    pub behind: AtomicU64,
}

/// An open connection from its transport's side; it ends when this is dropped.
pub struct Seat {
    hub: Hub,
    connection: Arc<Connection>,
}

/// Where a connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// With whatever follows its subscriptions.
    Next,
    /// With whatever follows this moment.
    Now,
    /// With what follows this change.
    Seen(i64),
}

impl Hub {
    /// Starts to follow the commits of `records`' store.
    pub async fn start(records: Records, config: Config) -> Result<Hub> {
        let (inbox, requests) = channel();
        let shared = Arc::new(Shared::new());
        let (mark, follower, limit) = (Arc::clone(&shared), Arc::clone(&shared), config.backlog_changes);
        let changes = Mutex::new(inbox.clone());
        records.store.on_commit(move |group| mark.commit(group.last().map_or(0, |change| change.seq)));
        records.store.on_answered(move |group| pass(group, &follower, limit, &changes));
        let resets = Mutex::new(inbox.clone());
        records.store.on_reset(move || {
            let _ = resets.lock().unwrap_or_else(PoisonError::into_inner).send(Request::Reset);
        });
        // Read after the follower is there: what it hears twice is told once.
        let newest = records.store.changes_since(0, 0).await?.newest;
        shared.commit(newest);
        let ids = Arc::clone(&records.ids);
        let worker = Worker::new(records, Arc::clone(&shared), newest, inbox.clone())?;
        let thread = std::thread::Builder::new().name("realtime".into());
        let thread = thread.spawn(move || worker.serve(&requests)).map_err(Error::internal)?;
        Ok(Hub(Arc::new(Inner {
            config,
            ids,
            shared,
            inbox,
            connections: Mutex::default(),
            numbers: AtomicU64::new(1),
            closed: AtomicBool::new(false),
            thread: Mutex::new(Some(thread)),
        })))
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<String, Arc<Connection>>> {
        self.0.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a connection from `ip`; 503 when there are too many, or the server stops.
    pub fn connect(&self, ip: String, since: Since) -> Result<Seat> {
        let config = &self.0.config;
        let since = match since {
            Since::Next => None,
            Since::Now => Some(self.0.shared.committed.load(Ordering::Acquire)),
            Since::Seen(seq) => Some(seq),
        };
        let room = Room { messages: config.outbox_messages, bytes: config.outbox_kib << 10 };
        let connection = Arc::new(Connection {
            id: self.0.ids.secret(40),
            number: self.0.numbers.fetch_add(1, Ordering::Relaxed),
            ip,
            since,
            outbox: Arc::new(Outbox::new(room)),
            topics: Mutex::default(),
            gone: AtomicBool::new(false),
        });
        let mut connections = self.connections();
        if self.is_closed() {
            return Err(busy("the server stops"));
        }
        if connections.len() >= config.max_connections {
            return Err(busy("there are too many realtime connections"));
        }
        connections.insert(connection.id.clone(), Arc::clone(&connection));
        Ok(Seat { hub: self.clone(), connection })
    }

    /// What is counted since the start.
    pub fn figures(&self) -> &Figures {
        &self.0.shared.figures
    }

    /// Committed changes that are not told yet.
    pub fn lag(&self) -> u64 {
        let told = self.figures().told.load(Ordering::Acquire);
        u64::try_from(self.0.shared.committed.load(Ordering::Acquire) - told).unwrap_or_default()
    }

    /// How many connections are open.
    pub fn count(&self) -> usize {
        self.connections().len()
    }

    /// The open connection of that id; 404 when there is none.
    pub fn connection(&self, id: &str) -> Result<Arc<Connection>> {
        self.connections().get(id).cloned().ok_or_else(unknown_client)
    }

    /// Replaces what a connection subscribes to, as `caller`; what is committed afterwards will be told. 403 when it was
    /// another record's before.
    pub async fn subscribe(&self, connection: Arc<Connection>, caller: Caller, topics: &[String]) -> Result<()> {
        let mut parsed: Vec<Topic> = Vec::with_capacity(topics.len());
        let mut known = std::collections::HashSet::new();
        for key in topics.iter().filter(|key| !key.is_empty()) {
            if known.insert(key.as_str()) {
                parsed.push(Topic::parse(key));
            }
        }
        self.join(connection, caller, parsed, Bind::Once).await.map(|_| ())
    }

    /// As [`Hub::subscribe`], to topics that are understood already.
    pub async fn join(
        &self,
        connection: Arc<Connection>,
        caller: Caller,
        topics: Vec<Topic>,
        bind: Bind,
    ) -> Result<Joined> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        let after = self.0.shared.committed.load(Ordering::Acquire);
        let _ = self.0.inbox.send(Request::Subscribe(Join { after, connection, caller, topics, bind, reply }));
        answer.await.unwrap_or_else(|_| Err(busy("the server stops")))
    }

    /// Nobody is told anything any more.
    pub fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Acquire)
    }

    /// Sends one line of JSON to a connection that subscribed to `topic`, and ends its subscription to it. `false` when
    /// there is no such connection, or it came from another address than `ip`; its subscription ends all the same.
    pub fn send(&self, client_id: &str, ip: &str, topic: &str, json: &str) -> bool {
        self.connection(client_id).is_ok_and(|connection| {
            let data = Some(json).filter(|_| connection.ip == ip);
            connection.tell_once(topic, data)
        })
    }

    /// Ends every connection and the worker; blocks until that is done.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Shared {
    fn new() -> Shared {
        const MS: u64 = 1000;
        const DELAYS: &[u64] = &[100, 250, 500, MS, 5 * MS, 10 * MS, 50 * MS, 100 * MS, 500 * MS, 1000 * MS, 5000 * MS];
        let (told, messages, behind) = Default::default();
        Shared {
            committed: AtomicI64::default(),
            backlog: AtomicUsize::default(),
            skipped: AtomicBool::default(),
            figures: Figures { told, delay: Histogram::new(DELAYS), messages, behind },
        }
    }

    fn commit(&self, seq: i64) {
        self.committed.fetch_max(seq, Ordering::AcqRel);
    }
}

impl Inner {
    fn close(&self) {
        let open: Vec<Arc<Connection>> = {
            let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            self.closed.store(true, Ordering::Release);
            connections.values().cloned().collect()
        };
        open.iter().for_each(|connection| connection.outbox.end(Farewell::Shutdown));
        let _ = self.inbox.send(Request::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// On the writer thread: passes a group on, or leaves it to the history while too many wait.
fn pass(group: &[Arc<Change>], shared: &Shared, limit: usize, inbox: &Mutex<Sender<Request>>) {
    if shared.backlog.load(Ordering::Acquire) > limit {
        // It may have become idle just before: an empty group makes it look.
        if !shared.skipped.swap(true, Ordering::AcqRel) {
            let _ =
                inbox.lock().unwrap_or_else(PoisonError::into_inner).send(Request::Changes(Vec::new(), Instant::now()));
        }
        return;
    }
    shared.backlog.fetch_add(group.len(), Ordering::AcqRel);
    let _ = inbox.lock().unwrap_or_else(PoisonError::into_inner).send(Request::Changes(group.to_vec(), Instant::now()));
}

impl Seat {
    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Waits for what comes next.
    pub async fn next(&self) -> Next {
        let next = self.connection.outbox.next().await;
        if matches!(next, Next::End(Farewell::Behind)) {
            self.hub.figures().behind.fetch_add(1, Ordering::Relaxed);
        }
        for number in self.connection.outbox.hungry() {
            let _ = self.hub.0.inbox.send(Request::Room(number));
        }
        next
    }

    /// Another connection over the same transport, with topics and a beginning of its own.
    #[must_use]
    pub fn branch(&self, since: Option<i64>) -> Seat {
        let connection = Connection {
            // Nobody else has to find it.
            id: String::new(),
            number: self.hub.0.numbers.fetch_add(1, Ordering::Relaxed),
            ip: self.connection.ip.clone(),
            since,
            outbox: Arc::clone(&self.connection.outbox),
            topics: Mutex::default(),
            gone: AtomicBool::new(false),
        };
        Seat { hub: self.hub.clone(), connection: Arc::new(connection) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.connections().remove(&self.connection.id);
        self.connection.gone.store(true, Ordering::Release);
        let _ = self.hub.0.inbox.send(Request::Gone(self.connection.number));
    }
}

fn busy(message: &str) -> Error {
    Error::Unavailable { message: message.into(), retry_after_s: 1 }
}

fn unknown_client() -> Error {
    Error::not_found("Missing or invalid client id.")
}
