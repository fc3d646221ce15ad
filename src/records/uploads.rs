//! Files of a write: stored before the row, removed again when the write fails; replaced ones removed after it.

use crate::error::Result;
use crate::schema::{FieldKind, Record};
use crate::value::Row as _;

use super::Records;
use super::body::NewFile;

/// Keys of files that were stored for a write that has not been decided yet.
pub struct Stored(Vec<String>);

impl Stored {
    /// Stores `files` under the record's folder; on failure none remains.
    pub async fn put(records: &Records, record: &Record, files: &[NewFile]) -> Result<Self> {
        Self::put_under(records, &record.collection.id, record.id(), files).await
    }

    /// As [`Stored::put`], for a record known by its ids.
    pub async fn put_under(records: &Records, collection: &str, id: &str, files: &[NewFile]) -> Result<Self> {
        let mut stored = Stored(Vec::new());
        for file in files {
            let key = format!("{collection}/{id}/{}", file.name);
            let done = records.files.put(&key, file.upload.clone()).await;
            stored.0.push(key);
            if let Err(error) = done {
                return stored.settle(records, Err(error)).await;
            }
        }
        Ok(stored)
    }

    /// Keeps the files of a write that succeeded; of one that failed neither files nor the folder of a record that never
    /// was remain.
    pub async fn settle<T>(self, records: &Records, outcome: Result<T>) -> Result<T> {
        if outcome.is_err() {
            remove(records, &self.0).await;
            for key in &self.0 {
                if let Some((folder, _)) = key.rsplit_once('/') {
                    records.files.remove_empty(folder).await;
                }
            }
        }
        outcome
    }

    /// Removes them: the write went another way.
    pub async fn discard(self, records: &Records) {
        let _ = self.settle::<()>(records, Err(crate::error::Error::bad_request(""))).await;
    }

    /// Joins the files of another part of the same write.
    pub fn join(&mut self, other: Stored) {
        self.0.extend(other.0);
    }

    /// No files yet.
    pub fn none() -> Self {
        Stored(Vec::new())
    }
}

/// Keys of the files `before` has and `after` has not.
pub fn dropped(before: &Record, after: &Record) -> Vec<String> {
    let mut keys = Vec::new();
    for (position, field) in before.collection.fields.iter().enumerate() {
        if !matches!(field.kind, FieldKind::File { .. }) {
            continue;
        }
        let kept = |name: &str| field.items(after.value(position)).any(|other| other == name);
        let gone = field.items(before.value(position)).filter(|name| !kept(name));
        keys.extend(gone.map(|name| format!("{}/{}/{name}", before.collection.id, before.id())));
    }
    keys
}

/// Keys of uploads that were stored under the record's folder but ended up in none of its fields: all but the last one
/// for a single file field, and those for fields the caller may not write.
pub fn unused(uploads: &[NewFile], after: &Record) -> Vec<String> {
    let named = |name: &str| {
        let mut fields = after.collection.fields.iter().enumerate();
        fields.any(|(position, field)| {
            matches!(field.kind, FieldKind::File { .. })
                && field.items(after.value(position)).any(|other| other == name)
        })
    };
    let unnamed = uploads.iter().filter(|file| !named(&file.name));
    unnamed.map(|file| format!("{}/{}/{}", after.collection.id, after.id(), file.name)).collect()
}

/// Removes files nobody refers to any more. The write they belonged to is decided, so a failure is only logged.
pub async fn remove(records: &Records, keys: &[String]) {
    for key in keys {
        if let Err(error) = records.files.remove(key).await {
            tracing::warn!(%key, %error, "a file that is no longer used could not be removed");
        }
    }
}

/// Removes the folders of deleted records.
pub async fn remove_folders(records: &Records, folders: &[String]) {
    for folder in folders {
        if let Err(error) = records.files.remove_all(folder).await {
            tracing::warn!(%folder, %error, "the files of a deleted record could not be removed");
        }
    }
}
