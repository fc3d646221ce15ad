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
use super::outbox::{Farewell, Kind, Message, Outbox};
use super::topic::Topic;
use crate::context::Caller;
use crate::error::{Error, Result};
use crate::records::Records;
use crate::schema::{Catalog, Record};
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
    secret: String,
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
    accounts: HashMap<(String, String), HashSet<u64>>,
    /// The last change everyone has been told.
    pub(super) position: i64,
    /// Its own, for what it goes on with later.
    pub(super) inbox: Sender<Request>,
    /// Those who came between a commit and its changes, in order.
    early: VecDeque<Join>,
}

/// Changes decided on one snapshot at most.
const AT_ONCE: usize = 256;

/// One message for one connection.
pub(super) struct Delivery {
    pub connection: Arc<Connection>,
    pub topic: Arc<str>,
    pub data: Arc<[u8]>,
}

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
    fn catch_up(&mut self, end: i64) {
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
        changes.chunks(AT_ONCE).for_each(|part| self.deliver_part(part, company));
    }

    fn deliver_part(&mut self, changes: &[Arc<Change>], company: &[Arc<Change>]) {
        for (seq, told) in self.told(changes, company, None) {
            let subscribers = |id| self.groups.subscribers(id).iter();
            let current = |subscriber: &&Subscriber| {
                self.members.get(&subscriber.connection.number).is_some_and(|member| member.replayed.is_none())
            };
            let mut deliveries = Vec::new();
            for (id, data) in told {
                let Some(data) = data else {
                    self.fail(id);
                    continue;
                };
                deliveries.extend(subscribers(id).filter(current).map(|subscriber| Delivery {
                    connection: subscriber.connection.clone(),
                    topic: subscriber.topic.clone(),
                    data: data.clone(),
                }));
            }
            self.send(seq, deliveries, Outbox::push);
        }
    }

    pub(super) fn send(&self, seq: i64, deliveries: Vec<Delivery>, how: fn(&Outbox, Vec<Message>)) {
        self.shared.figures.messages.fetch_add(deliveries.len() as u64, Ordering::Relaxed);
        send(seq, deliveries, how);
    }

    /// Makes the groups fit the collections of this moment.
    pub(super) fn refresh(&mut self) {
        let catalog = self.records.store.catalog();
        if catalog.version == self.catalog.version {
            return;
        }
        self.catalog = catalog;
        self.groups = Groups::default();
        let numbers: Vec<u64> = self.members.keys().copied().collect();
        for number in numbers {
            if let Some(member) = self.members.get_mut(&number) {
                member.groups.clear();
                let known = |record: &Arc<Record>| {
                    self.catalog.by_id(&record.collection.id).is_some_and(|now| secret(now) == Some(&member.secret))
                };
                if member.caller.record().is_some_and(|record| !known(record)) {
                    self.rename(number, Caller::Guest);
                }
            }
            self.regroup(number);
        }
    }

    fn subscribe(
        &mut self,
        connection: Arc<Connection>,
        caller: Caller,
        topics: Vec<Topic>,
        bind: Bind,
    ) -> Result<Joined> {
        self.refresh();
        let number = connection.number;
        if connection.is_gone() {
            return Err(super::unknown_client());
        }
        let caller = self.current(caller)?;
        let identity = |caller: &Caller| caller.record().map(|r| (r.collection.id.clone(), r.id().to_string()));
        if bind == Bind::Once
            && let Some(member) = self.members.get(&number)
            && member.caller.record().is_some()
            && identity(&member.caller) != identity(&caller)
        {
            let message = "The current and the previous request authorization don't match.";
            return Err(Error::forbidden(message));
        }
        // What a client has seen may not be told yet.
        if let Some(since) = connection.since.filter(|since| *since > self.position) {
            self.catch_up(since.min(self.newest()?));
        }
        let replayed = connection.since.filter(|since| *since != self.position);
        *connection.topics.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
            topics.iter().map(|topic| topic.key.clone()).collect();
        let member = self.members.entry(number).or_insert_with(|| Member {
            connection,
            caller: Caller::Guest,
            secret: String::new(),
            topics: Vec::new(),
            groups: Vec::new(),
            replayed,
        });
        member.topics = topics;
        self.rename(number, caller);
        self.regroup(number);
        self.replay(number);
        let topics = self.members.get(&number).map_or(0, |member| member.groups.len());
        Ok(Joined { topics, position: self.position })
    }

    /// The caller as it is now: it was found before the rest of its request came, which may take long. A guest once its
    /// tokens are void.
    fn current(&self, caller: Caller) -> Result<Caller> {
        let Some(known) = caller.record() else { return Ok(caller) };
        let same = |now: &Arc<Record>| {
            now.get("tokenKey") == known.get("tokenKey") && secret(&now.collection) == secret(&known.collection)
        };
        Ok(self.stored(known)?.filter(same).map_or(Caller::Guest, Caller::Record))
    }

    fn forget(&mut self, number: u64) {
        self.rename(number, Caller::Guest);
        let Some(member) = self.members.remove(&number) else { return };
        member.groups.into_iter().for_each(|id| self.groups.leave(id, number));
    }

    /// From now on the member is someone else; its groups are not changed yet.
    fn rename(&mut self, number: u64, caller: Caller) {
        let Some(member) = self.members.get_mut(&number) else { return };
        let key = |caller: &Caller| caller.record().map(|r| (r.collection.id.clone(), r.id().to_string()));
        if let Some(old) = key(&member.caller)
            && let Some(numbers) = self.accounts.get_mut(&old)
        {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.accounts.remove(&old);
            }
        }
        if let Some(new) = key(&caller) {
            self.accounts.entry(new).or_default().insert(number);
        }
        member.secret = caller.collection().and_then(|c| secret(c)).cloned().unwrap_or_default();
        member.caller = caller;
    }

    fn leave(&mut self, number: u64) {
        let Some(member) = self.members.get_mut(&number) else { return };
        for id in std::mem::take(&mut member.groups) {
            self.groups.leave(id, number);
        }
    }

    fn regroup(&mut self, number: u64) {
        self.leave(number);
        let Some(member) = self.members.get_mut(&number) else { return };
        for topic in &member.topics {
            let place = (&member.connection, topic);
            member.groups.extend(self.groups.join(&self.records, &self.catalog, &member.caller, place));
        }
    }

    /// Streams of an account see its new values; they are a guest's once its tokens are void.
    fn follow_account(&mut self, change: &Change) {
        let Some(record) = change.record() else { return };
        let key = (change.collection.id.clone(), record.id().to_string());
        let numbers: Vec<u64> = self.accounts.get(&key).map(|set| set.iter().copied().collect()).unwrap_or_default();
        let after = match &change.after {
            // The history has no secrets: what counts is the account as it is now.
            Some(after) if after.get("tokenKey").is_empty() => self.stored(after).ok().flatten(),
            Some(after) => Some(after.clone()),
            None => None,
        };
        for number in &numbers {
            let Some(before) = self.members.get(number).and_then(|m| m.caller.record()) else { continue };
            let same = |after: &&Arc<Record>| after.get("tokenKey") == before.get("tokenKey");
            let caller = after.as_ref().filter(same).map_or(Caller::Guest, |after| Caller::Record(after.clone()));
            self.rename(*number, caller);
            self.leave(*number);
        }
        // Only once all have left: a group knows its callers as they were when it began.
        numbers.into_iter().for_each(|number| self.regroup(number));
    }
}

fn secret(collection: &crate::schema::Collection) -> Option<&String> {
    collection.auth().map(|auth| &auth.auth_token.secret)
}

/// Fills the outboxes with what one change has come to. A client has seen a change when it has the last of its messages.
fn send(seq: i64, mut deliveries: Vec<Delivery>, how: fn(&Outbox, Vec<Message>)) {
    deliveries.sort_by_key(|delivery| delivery.connection.number);
    for messages in deliveries.chunk_by(|a, b| a.connection.number == b.connection.number) {
        let Some((last, _)) = messages.split_last() else { continue };
        let count = messages.len();
        let message = |(index, delivery): (usize, &Delivery)| Message {
            seen: if index + 1 == count { seq } else { seq - 1 },
            kind: Kind::Event,
            topic: delivery.topic.clone(),
            data: delivery.data.clone(),
        };
        how(&last.connection.outbox, messages.iter().enumerate().map(message).collect());
    }
}
