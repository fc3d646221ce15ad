//! Files that work which was cut off has left: removed unless a record names them.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::files::Leftover;
use crate::schema::FieldKind;
use crate::store::Action;
use crate::value::Row as _;

use super::{Records, uploads};

/// Changes read at once.
const CHUNK: usize = 500;
/// Between two looks. A request that ended too early is looked at in the second one: its write is decided by then.
const EVERY: Duration = Duration::from_secs(60);

impl Records {
    /// Looks after what was cut off, by kill -9 or by clients that went, until it is aborted.
    pub async fn keep_settled(self) {
        let mut seen = None;
        loop {
            if let Err(error) = self.look_after(&mut seen).await {
                tracing::warn!(%error, "what was cut off could not be looked after");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// `seen` is the newest change that the last look saw: what was committed before has been seen to by now.
    async fn look_after(&self, seen: &mut Option<i64>) -> Result<()> {
        let newest = self.store.changes_since(0, 0).await?.newest;
        // First, as there may be no second time.
        self.note_since(seen.replace(newest).unwrap_or(newest)).await?;
        self.settle_leftovers().await.map(drop)
    }

    async fn note_since(&self, seq: i64) -> Result<()> {
        let incoming = self.files.incoming().clone();
        tokio::task::spawn_blocking(move || incoming.note_since(seq)).await.map_err(Error::internal)?
    }

    /// Removes what uploads left that nobody will finish, and what could not be removed when it should have been; how many
    /// files and folders.
    pub async fn settle_leftovers(&self) -> Result<u64> {
        let incoming = self.files.incoming().clone();
        let look = move || incoming.abandoned().map(|found| found.into_iter().chain(incoming.forgotten()).collect());
        let found: Vec<Leftover> = tokio::task::spawn_blocking(look).await.map_err(Error::internal)??;
        let mut removed = 0;
        for leftover in found {
            removed += self.remove_unwanted(&leftover.keys).await?;
            if let Some(seq) = leftover.since {
                removed += self.remove_dropped_since(seq).await?;
            }
            tokio::task::spawn_blocking(move || leftover.clear()).await.map_err(Error::internal)?;
        }
        if removed > 0 {
            tracing::info!("{removed} files and folders that nobody was to have are removed");
        }
        Ok(removed)
    }

    /// Removes what the changes after `seq` dropped, as far as history has them.
    async fn remove_dropped_since(&self, mut seq: i64) -> Result<u64> {
        let mut removed = 0;
        loop {
            let history = self.store.changes_since(seq, CHUNK).await?;
            let Some(last) = history.changes.last() else { return Ok(removed) };
            seq = last.seq;
            let catalog = self.store.catalog();
            let mut keys = Vec::new();
            for change in &history.changes {
                let Some(collection) = catalog.by_id(&change.collection) else { continue };
                if change.action == Action::Delete && collection.has_files() {
                    keys.push(format!("{}/{}", collection.id, change.record));
                }
                // What history has forgotten is for `cratebase files sweep`.
                let Some(change) = change.to_change(collection) else { continue };
                if let (Some(before), Some(after)) = (&change.before, &change.after) {
                    keys.extend(uploads::dropped(before, after));
                }
            }
            removed += self.remove_unwanted(&keys).await?;
        }
    }

    async fn remove_unwanted(&self, keys: &[String]) -> Result<u64> {
        let mut removed = 0;
        for key in keys {
            if !self.is_wanted(key).await? {
                self.remove_stored(key).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes a file, or everything of a record or a collection: as many parts as the key has.
    pub async fn remove_stored(&self, key: &str) -> Result<()> {
        match key.rsplit_once('/') {
            Some((folder, _)) if folder.contains('/') => {
                self.files.remove(key).await?;
                self.files.remove_empty(folder).await;
                Ok(())
            }
            _ => self.files.remove_all(key).await,
        }
    }

    /// Whether there is what the key belongs to: a record that names the file, the record, or the collection.
    async fn is_wanted(&self, key: &str) -> Result<bool> {
        match key.split('/').collect::<Vec<_>>().as_slice() {
            [collection] => Ok(self.store.catalog().by_id(collection).is_some()),
            [collection, id] => self.has_record((*collection).to_string(), (*id).to_string()).await,
            _ => self.names_file(key).await,
        }
    }

    async fn has_record(&self, collection: String, id: String) -> Result<bool> {
        let records = self.clone();
        self.store
            .read(move |reader| {
                let Some(collection) = reader.catalog().by_id(&collection).cloned() else { return Ok(false) };
                Ok(!collection.is_view() && records.stored_if_any(reader, &collection, &id)?.is_some())
            })
            .await
    }

    /// Whether the record a key belongs to has the file in one of its fields.
    pub async fn names_file(&self, key: &str) -> Result<bool> {
        let mut parts = key.split('/').map(ToString::to_string);
        let (Some(collection), Some(id), Some(name), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(false);
        };
        let records = self.clone();
        self.store
            .read(move |reader| {
                let Some(collection) = reader.catalog().by_id(&collection).cloned() else { return Ok(false) };
                if collection.is_view() {
                    return Ok(false);
                }
                let Some(record) = records.stored_if_any(reader, &collection, &id)? else { return Ok(false) };
                let mut fields = collection.fields.iter().enumerate();
                Ok(fields.any(|(position, field)| {
                    matches!(field.kind, FieldKind::File { .. })
                        && field.items(record.value(position)).any(|stored| stored == name)
                }))
            })
            .await
    }
}
