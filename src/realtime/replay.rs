//! Reading up: what a connection missed, from the history, at the pace of its reader and under today's rules.

use std::sync::Arc;

use super::group::GroupId;
use super::outbox::{Farewell, Kind, Message, Outbox};
use super::worker::{Request, Worker};
use crate::error::Result;
use crate::schema::Record;
use crate::sql::{Dialect, Restrict, Select};
use crate::store::{Change, Reader, StoreError, history};

/// Changes read at once.
const PAGE: usize = 100;

/// A change of the history; unknown when its collection is gone, or keeps none.
pub(super) struct Past {
    pub seq: i64,
    pub known: Option<Arc<Change>>,
    /// Collection and record, where nothing more is known.
    pub forgotten: Option<(String, String)>,
    /// Changes of one moment may have been committed together.
    created: i64,
}

impl Worker {
    /// The next changes after `seq` up to `end`; `None` when the history does not reach back to it.
    pub(super) fn history(&self, seq: i64, end: i64) -> Result<Option<Vec<Past>>> {
        let history = self.records.store.read_here(None, |reader| history::since(reader, seq, PAGE))?;
        if history.reset {
            return Ok(None);
        }
        let catalog = self.records.store.catalog();
        let changes = history.changes.into_iter().take_while(|change| change.seq <= end);
        let past = changes.map(|change| {
            let known = catalog.by_id(&change.collection).and_then(|collection| change.to_change(collection));
            let forgotten = change.is_forgotten().then_some((change.collection, change.record));
            Past { seq: change.seq, known: known.map(Arc::new), forgotten, created: change.created.0 }
        });
        Ok(Some(past.collect()))
    }

    /// The newest change there is.
    pub(super) fn newest(&self) -> Result<i64> {
        Ok(self.records.store.read_here(None, |reader| history::since(reader, 0, 0))?.newest)
    }

    /// The account as it is now.
    pub(super) fn stored(&self, record: &Record) -> Result<Option<Arc<Record>>> {
        let Some(collection) = self.catalog.by_id(&record.collection.id).cloned() else { return Ok(None) };
        let id = record.id().to_string();
        let read = |reader: &mut dyn Reader| {
            let select = Select { restrict: Restrict::Id(&id), limit: 1, ..Select::of(&collection) };
            let rows = reader.query(&select.rows(Dialect::Sqlite))?;
            Ok::<_, StoreError>(rows.iter().next().map(|row| Arc::new(Record::of(&collection, &row))))
        };
        Ok(self.records.store.read_here(None, read)?)
    }

    /// Tells a member that reads up the next of what it missed, if there is room for it. One page, then it is the others'
    /// turn.
    pub(super) fn replay(&mut self, number: u64) {
        let Some(member) = self.members.get(&number) else { return };
        let Some(seen) = member.replayed else { return };
        let connection = member.connection.clone();
        let topic: Arc<str> = member.topics.first().map_or_else(|| "".into(), |topic| topic.key.clone());
        if connection.outbox.has_ended() {
            return;
        }
        if seen == self.position {
            return self.replayed(number, None);
        }
        if !connection.outbox.has_room_for(number) {
            return;
        }
        let seen = match self.history(seen, self.position) {
            Ok(Some(page)) if !self.misses_any_of(number, &page) => self.replay_page(number, &page),
            Ok(_) => {
                let data: Arc<[u8]> = format!("{{\"since\":{}}}", self.position).into_bytes().into();
                connection.outbox.fill(vec![Message { seen: self.position, kind: Kind::Reset, topic, data }]);
                self.position
            }
            Err(error) => {
                tracing::error!("missed changes could not be told: {error}");
                return connection.outbox.end(Farewell::Behind);
            }
        };
        self.replayed(number, Some(seen));
        let _ = self.inbox.send(Request::Room(number));
    }

    /// Something forgotten might have been for this member.
    fn misses_any_of(&mut self, number: u64, page: &[Past]) -> bool {
        self.refresh();
        let Some(member) = self.members.get(&number) else { return false };
        let mut about = self.groups_of_forgotten(page);
        about.any(|id| member.groups.contains(&id))
    }

    /// The groups that would have been asked about what is forgotten.
    pub(super) fn groups_of_forgotten(&self, page: &[Past]) -> impl Iterator<Item = GroupId> {
        let forgotten = page.iter().filter_map(|past| past.forgotten.as_ref());
        forgotten.flat_map(|(collection, record)| self.groups.about(collection, record)).map(|(id, _)| id)
    }

    fn replayed(&mut self, number: u64, seen: Option<i64>) {
        if let Some(member) = self.members.get_mut(&number) {
            member.replayed = seen;
        }
    }

    /// Where the member stands then.
    fn replay_page(&mut self, number: u64, page: &[Past]) -> i64 {
        for moment in page.chunk_by(|a, b| a.created == b.created) {
            let changes: Vec<Arc<Change>> = moment.iter().filter_map(|past| past.known.clone()).collect();
            let told = self.told(&changes, &changes, Some(number));
            self.send(told, |subscriber| subscriber.connection.number == number, Outbox::fill);
        }
        page.last().map_or(self.position, |past| past.seq)
    }
}
