//! Files of uploads that were cut off: removed when no record names them.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::files::Leftover;
use crate::schema::FieldKind;
use crate::value::Row as _;

use super::Records;

/// Between two looks. A request that ended too early is looked at in the second one: its write is decided by then.
const EVERY: Duration = Duration::from_secs(60);

impl Records {
    /// Looks after uploads that were cut off, by kill -9 or by clients that went, until it is aborted.
    pub async fn keep_settled(self) {
        loop {
            if let Err(error) = self.settle_leftovers().await {
                tracing::warn!(%error, "the remains of uploads could not be looked through");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Removes what uploads left that nobody will finish, and what could not be removed when it should have been; how many
    /// files and folders.
    pub async fn settle_leftovers(&self) -> Result<u64> {
        let incoming = self.files.incoming().clone();
        let look = move || incoming.abandoned().map(|found| found.into_iter().chain(incoming.forgotten()).collect());
        let found: Vec<Leftover> = tokio::task::spawn_blocking(look).await.map_err(Error::internal)??;
        let mut removed = 0;
        for leftover in found {
            for key in &leftover.keys {
                if !self.is_wanted(key).await? {
                    self.remove_stored(key).await?;
                    removed += 1;
                }
            }
            tokio::task::spawn_blocking(move || leftover.clear()).await.map_err(Error::internal)?;
        }
        if removed > 0 {
            tracing::info!("{removed} files that nobody was to have are removed");
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
