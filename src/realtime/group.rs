//! Subscriptions that are equal in what they show and to whom: decided once, written once, told to all.

use std::collections::HashMap;
use std::sync::Arc;

use super::connection::Connection;
use super::topic::{Moves, Topic};
use crate::clock::Timestamp;
use crate::context::{Caller, Ctx, Purpose};
use crate::records::Records;
use crate::records::watch::{Reach, Watch};
use crate::schema::{Catalog, Collection};
use crate::value::pick::Picker;

/// What all of its subscribers have in common.
pub struct Group {
    pub collection: Arc<Collection>,
    pub watch: Watch,
    pub look: Look,
    /// The request it stands for, of one of them; its moment is not the present one.
    pub ctx: Ctx,
    pub picker: Option<Picker>,
    pub moves: Moves,
}

/// How a record is written for them: equal looks, equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    pub(super) superuser: bool,
    fields: String,
    /// The caller and the request, where these matter: for e-mails and expanded records.
    own: Option<(Option<(String, String)>, String)>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    collection: String,
    record: Option<String>,
    watch: Watch,
    look: Look,
    moves: Moves,
}

/// One connection in a group, and how it spelt the topic.
#[derive(Clone)]
pub struct Subscriber {
    pub connection: Arc<Connection>,
    pub topic: Arc<str>,
}

pub type GroupId = u64;

struct Entry {
    key: Key,
    group: Arc<Group>,
    subscribers: Vec<Subscriber>,
}

/// Every group of one catalog.
#[derive(Default)]
pub struct Groups {
    entries: HashMap<GroupId, Entry>,
    by_key: HashMap<Key, GroupId>,
    /// By collection id, and by record id for those about one record.
    about: HashMap<(String, Option<String>), Vec<GroupId>>,
    next: GroupId,
}

impl Groups {
    /// Puts a subscriber where it belongs; `None` when it could never be shown anything.
    pub fn join(
        &mut self,
        records: &Records,
        catalog: &Catalog,
        caller: &Caller,
        (connection, topic): (&Arc<Connection>, &Topic),
    ) -> Option<GroupId> {
        // Collections are found without regard to case elsewhere, topics are exact.
        let collection = catalog.find(&topic.collection)?;
        let exact = collection.id == topic.collection || collection.name == topic.collection;
        if !exact || collection.is_view() || !topic.is_one_line() {
            return None;
        }
        let ctx = request(caller, topic);
        let reach = if topic.record.is_some() { Reach::One } else { Reach::All };
        let watch = records.watch(catalog, collection, &ctx, (reach, topic.options.query("filter")));
        let watch = match watch {
            Ok(watch) => watch?,
            Err(error) => {
                tracing::debug!(topic = &*topic.key, "a subscription that shows nothing: {error}");
                return None;
            }
        };
        // What cannot be read picks nothing out: whoever may see the record sees all of it.
        let picker = Picker::parse(topic.options.query("fields")).ok().flatten();
        let look = look(collection, caller, topic);
        let key = Key {
            collection: collection.id.clone(),
            record: topic.record.clone(),
            watch: watch.clone(),
            look,
            moves: topic.moves,
        };
        let subscriber = Subscriber { connection: connection.clone(), topic: topic.key.clone() };
        let id = match self.by_key.get(&key) {
            Some(id) => *id,
            None => {
                let look = key.look.clone();
                let (collection, moves) = (collection.clone(), topic.moves);
                self.found(key, Arc::new(Group { collection, watch, look, ctx, picker, moves }))
            }
        };
        self.entries.get_mut(&id)?.subscribers.push(subscriber);
        Some(id)
    }

    fn found(&mut self, key: Key, group: Arc<Group>) -> GroupId {
        self.next += 1;
        let id = self.next;
        self.about.entry((key.collection.clone(), key.record.clone())).or_default().push(id);
        self.by_key.insert(key.clone(), id);
        self.entries.insert(id, Entry { key, group, subscribers: Vec::new() });
        id
    }

    /// Takes a connection out of a group; the last one ends it.
    pub fn leave(&mut self, id: GroupId, connection: u64) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.subscribers.retain(|subscriber| subscriber.connection.number != connection);
        if !entry.subscribers.is_empty() {
            return;
        }
        let Some(entry) = self.entries.remove(&id) else { return };
        self.by_key.remove(&entry.key);
        let about = (entry.key.collection, entry.key.record);
        if let Some(ids) = self.about.get_mut(&about) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.about.remove(&about);
            }
        }
    }

    /// The groups that a change of this record concerns.
    pub fn about(&self, collection: &str, record: &str) -> impl Iterator<Item = (GroupId, &Arc<Group>)> {
        let all = self.about.get(&(collection.to_string(), None));
        let one = self.about.get(&(collection.to_string(), Some(record.to_string())));
        let ids = all.into_iter().chain(one).flatten();
        ids.filter_map(|id| Some((*id, &self.entries.get(id)?.group)))
    }

    pub fn subscribers(&self, id: GroupId) -> &[Subscriber] {
        self.entries.get(&id).map(|entry| entry.subscribers.as_slice()).unwrap_or_default()
    }
}

/// What rules see: a GET with the query and headers of the options. No moment: equal rules shall stay equal.
pub(super) fn request(caller: &Caller, topic: &Topic) -> Ctx {
    Ctx {
        caller: caller.clone(),
        purpose: Purpose::Realtime,
        method: "GET",
        headers: Arc::new(topic.options.headers.clone()),
        query: Arc::new(topic.options.query.clone()),
        body: Arc::default(),
        now: Timestamp(0),
    }
}

fn look(collection: &Collection, caller: &Caller, topic: &Topic) -> Look {
    let superuser = caller.is_superuser();
    let expands = !topic.options.query("expand").trim().is_empty();
    let own = (expands || (collection.is_auth() && !superuser)).then(|| {
        let who = caller.record().map(|record| (record.collection.id.clone(), record.id().to_string()));
        (who, format!("{:?}", topic.options))
    });
    Look { superuser, fields: topic.options.query("fields").to_string(), own }
}
