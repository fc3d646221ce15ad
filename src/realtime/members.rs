//! Who is told: connections, whose they are, and the groups they are in.

use std::sync::Arc;

use super::connection::Connection;
use super::group::Groups;
use super::topic::Topic;
use super::worker::{Bind, Joined, Member, Worker};
use crate::context::Caller;
use crate::error::{Error, Result};
use crate::schema::{Collection, Record};
use crate::store::Change;

impl Worker {
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

    pub(super) fn subscribe(
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

    pub(super) fn forget(&mut self, number: u64) {
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
    pub(super) fn follow_account(&mut self, change: &Change) {
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

fn secret(collection: &Collection) -> Option<&String> {
    collection.auth().map(|auth| &auth.auth_token.secret)
}
