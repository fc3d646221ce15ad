//! The thread that tells: it takes committed changes in order, asks who may see them, and fills outboxes. It never waits
//! for a client, and no writer waits for it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use tokio::sync::oneshot;

use super::Shared;
use super::connection::Connection;
use super::group::{GroupId, Groups, Subscriber};
use super::outbox::{Farewell, Outbox};
use super::topic::Topic;
use crate::context::Caller;
use crate::error::Result;
use crate::records::Records;
use crate::schema::Catalog;
use crate::store::{Action, Change};

/// What the thread is asked to do.
pub enum Request {
    /// Committed together, in order, a moment ago.
    Changes(Vec<Arc<Change>>, Instant),
    Subscribe(Join),
    /// Something was committed that nobody can tell.
    Reset,
    /// The connection's outbox has room again.
    Room(u64),
    Gone(u64),
    Stop,
}

/// A wish to be told.
pub struct Join {
    /// What was committed when it came; it is not told of that.
    pub after: i64,
    pub connection: Arc<Connection>,
    pub caller: Caller,
    pub topics: Vec<Topic>,
    pub bind: Bind,
    pub reply: oneshot::Sender<Result<Joined>>,
}

/// Whose a connection may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// It stays the record's that it is.
    Once,
    Anew,
}

/// A subscription that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Joined {
    /// Topics that may ever show something.
    pub topics: usize,
    /// The last change told before.
    pub position: i64,
}

/// A connection that subscribed.
pub(super) struct Member {
    pub connection: Arc<Connection>,
    pub caller: Caller,
    /// The token secret of the caller's collection when it was bound.
    pub(super) secret: String,
    pub topics: Vec<Topic>,
    pub groups: Vec<GroupId>,
    /// Set while it reads up from history: the last change it has been told.
    pub replayed: Option<i64>,
}

pub struct Worker {
    pub(super) records: Records,
    pub(super) shared: Arc<Shared>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) groups: Groups,
    pub(super) members: HashMap<u64, Member>,
    /// Members by (collection id, record id) of who they are.
    pub(super) accounts: HashMap<(String, String), HashSet<u64>>,
    /// The last change everyone has been told.
    pub(super) position: i64,
    /// Its own, for what it goes on with later.
    pub(super) inbox: Sender<Request>,
    /// Those who came between a commit and its changes, in order.
    early: VecDeque<Join>,
}

/// Changes decided on one snapshot at most.
const AT_ONCE: usize = 256;

impl Worker {
    pub fn new(records: Records, shared: Arc<Shared>, position: i64, inbox: Sender<Request>) -> Result<Worker> {
        let catalog = records.store.catalog();
        let (groups, members, accounts, early) = Default::default();
        shared.figures.told.store(position, Ordering::Release);
        Ok(Worker { records, shared, catalog, groups, members, accounts, position, inbox, early })
    }

    /// Works until told to stop.
    pub fn serve(mut self, inbox: &Receiver<Request>) {
        while let Ok(request) = inbox.recv() {
            match request {
                Request::Changes(changes, committed) => {
                    self.shared.backlog.fetch_sub(changes.len(), Ordering::AcqRel);
                    self.changes(&changes);
                    self.shared.figures.delay.add_time(committed.elapsed());
                }
                Request::Subscribe(join) => self.early.push_back(join),
                Request::Reset => self.resync_all(),
                Request::Room(number) => self.replay(number),
                Request::Gone(number) => self.forget(number),
                Request::Stop => break,
            }
            // The writer left changes out while too many waited: they are in the history.
            if self.shared.skipped.load(Ordering::Acquire) && self.shared.backlog.load(Ordering::Acquire) == 0 {
                self.shared.skipped.store(false, Ordering::Release);
                self.catch_up(i64::MAX);
            }
            while let Some(join) = self.early.pop_front_if(|join| join.after <= self.position) {
                let Join { connection, caller, topics, bind, reply, .. } = join;
                let _ = reply.send(self.subscribe(connection, caller, topics, bind));
            }
        }
        for member in self.members.values() {
            member.connection.outbox.end(Farewell::Shutdown);
        }
    }

    fn changes(&mut self, changes: &[Arc<Change>]) {
        let Some((first, last)) = changes.first().zip(changes.last()) else { return };
        if first.seq > self.position + 1 {
            self.catch_up(first.seq - 1);
        }
        // What another process committed comes with gaps where it cannot be told.
        if last.seq - first.seq >= i64::try_from(changes.len()).unwrap_or(i64::MAX) {
            return self.catch_up(last.seq);
        }
        let new: Vec<Arc<Change>> = changes.iter().filter(|change| change.seq > self.position).cloned().collect();
        self.tell(&new);
        self.at(last.seq);
    }

    fn at(&mut self, seq: i64) {
        self.position = self.position.max(seq);
        self.shared.figures.told.store(self.position, Ordering::Release);
    }

    /// Tells what the history has up to `end`.
    pub(super) fn catch_up(&mut self, end: i64) {
        while self.position < end {
            let page = match self.history(self.position, end) {
                Ok(Some(page)) => page,
                Ok(None) => return self.resync_all(),
                Err(error) => {
                    tracing::error!("the history of changes cannot be read: {error}");
                    return self.resync_all();
                }
            };
            let Some(last) = page.last().map(|change| change.seq) else { break };
            self.refresh();
            let missed: Vec<GroupId> = self.groups_of_forgotten(&page).collect();
            missed.into_iter().for_each(|id| self.fail(id));
            let known: Vec<Arc<Change>> = page.into_iter().filter_map(|change| change.known).collect();
            self.tell(&known);
            self.at(last);
        }
        if end < i64::MAX {
            self.at(end);
        }
    }

    /// Nobody can be told what happened: everybody starts over.
    fn resync_all(&mut self) {
        for member in self.members.values() {
            member.connection.outbox.end(Farewell::Behind);
        }
        if let Ok(newest) = self.newest() {
            self.at(newest);
        }
    }

    /// Changes of identity first, except that who is deleted still sees that; then the deliveries.
    fn tell(&mut self, changes: &[Arc<Change>]) {
        if self.members.is_empty() {
            return;
        }
        // Between two changes of accounts, all is told in one go.
        let mut rest = changes;
        while !rest.is_empty() {
            let account = |change: &Arc<Change>| self.is_account(change);
            let next = rest.iter().position(account);
            let (now, later) = match next {
                Some(0) => rest.split_at(1),
                Some(next) => rest.split_at(next),
                None => (rest, Default::default()),
            };
            let change = now.first().filter(|_| next == Some(0));
            match change {
                Some(change) if change.action == Action::Delete => {
                    self.deliver(now, changes);
                    self.follow_account(change);
                }
                Some(change) => {
                    self.follow_account(change);
                    self.deliver(now, changes);
                }
                None => self.deliver(now, changes),
            }
            rest = later;
        }
    }

    fn is_account(&self, change: &Change) -> bool {
        change.collection.is_auth()
            && change
                .record()
                .is_some_and(|record| self.accounts.contains_key(&(change.collection.id.clone(), record.id().into())))
    }

    /// Tells these changes, which were committed among `company`, to everyone who is up to date.
    fn deliver(&mut self, changes: &[Arc<Change>], company: &[Arc<Change>]) {
        for part in changes.chunks(AT_ONCE) {
            let told = self.told(part, company, None);
            let current = |subscriber: &Subscriber| {
                self.members.get(&subscriber.connection.number).is_some_and(|member| member.replayed.is_none())
            };
            self.send(told, current, Outbox::push);
        }
    }
}
