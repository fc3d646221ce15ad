//! Files of a write: stored before the row, removed again when the write fails; replaced ones removed after it.

use crate::error::{Error, Result};
use crate::files::Note;
use crate::schema::{FieldKind, Record};
use crate::value::Row as _;

use super::Records;
use super::body::NewFile;

/// Files that were stored for a write that has not been decided yet.
#[derive(Default)]
pub struct Stored {
    keys: Vec<String>,
    /// So that they are looked after should this process or request end before the write is decided.
    notes: Vec<Note>,
}

impl Stored {
    /// Stores `files` under the record's folder; on failure none remains.
    pub async fn put(records: &Records, record: &Record, files: &[NewFile]) -> Result<Self> {
        Self::put_under(records, &record.collection.id, record.id(), files).await
    }

    /// As [`Stored::put`], for a record known by its ids.
    pub async fn put_under(records: &Records, collection: &str, id: &str, files: &[NewFile]) -> Result<Self> {
        if files.is_empty() {
            return Ok(Self::none());
        }
        let keys: Vec<String> = files.iter().map(|file| format!("{collection}/{id}/{}", file.name)).collect();
        let (incoming, noted) = (records.files.incoming().clone(), keys.clone());
        let note = tokio::task::spawn_blocking(move || incoming.note(&noted)).await.map_err(Error::internal)??;
        let stored = Stored { keys, notes: vec![note] };
        for (key, file) in stored.keys.iter().zip(files) {
            if let Err(error) = records.files.put(key, file.upload.clone()).await {
                return stored.settle(records, Err(error)).await;
            }
        }
        Ok(stored)
    }

    /// Keeps the files of a write that succeeded; of one that failed neither files nor the folder of a record that never
    /// was remain.
    pub async fn settle<T>(self, records: &Records, outcome: Result<T>) -> Result<T> {
        let Stored { keys, notes } = self;
        if notes.is_empty() {
            return outcome;
        }
        let (of, failed) = (records.clone(), outcome.is_err());
        let work = async move {
            // What could not be removed now is noted still, and removed later.
            if failed && !remove_all_of(&of, keys).await.is_empty() {
                return;
            }
            let settle = move || notes.into_iter().for_each(Note::settle);
            let _ = tokio::task::spawn_blocking(settle).await;
        };
        see_to(records, work).await;
        outcome
    }

    /// Removes them: the write went another way.
    pub async fn discard(self, records: &Records) {
        let _ = self.settle::<()>(records, Err(Error::bad_request(""))).await;
    }

    /// Joins the files of another part of the same write.
    pub fn join(&mut self, other: Stored) {
        self.keys.extend(other.keys);
        self.notes.extend(other.notes);
    }

    /// No files yet.
    pub fn none() -> Self {
        Stored::default()
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

/// Removes files nobody refers to any more, soon or, if that fails, later.
pub async fn remove(records: &Records, keys: &[String]) {
    if keys.is_empty() {
        return;
    }
    let (of, keys) = (records.clone(), keys.to_vec());
    let work = async move {
        let left = remove_all_of(&of, keys).await;
        if !left.is_empty() {
            let incoming = of.files.incoming().clone();
            // Nobody settles this note: so it is looked after.
            let _ = tokio::task::spawn_blocking(move || incoming.note(&left).map(drop)).await;
        }
    };
    see_to(records, work).await;
}

/// Removes what is below these folders, of records and collections that are gone.
pub async fn remove_folders(records: &Records, folders: &[String]) {
    remove(records, folders).await;
}

/// Removes files and folders; those that could not be.
async fn remove_all_of(records: &Records, keys: Vec<String>) -> Vec<String> {
    let mut left = Vec::new();
    for key in keys {
        if let Err(error) = records.remove_stored(&key).await {
            tracing::warn!(%key, %error, "a file that is no longer used could not be removed yet");
            left.push(key);
        }
    }
    left
}

/// Has `work` done even if the request ends meanwhile. Answers wait for it where files are near, so that whoever is told
/// that a record is gone finds no file of it either.
async fn see_to(records: &Records, work: impl Future<Output = ()> + Send + 'static) {
    let far = records.files.store().is_ok_and(|store| store.is_far());
    let done = records.later.surely(work).await;
    if let Some(done) = done.filter(|_| !far) {
        let _ = done.await;
    }
}
