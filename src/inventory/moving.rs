//! Moving files between the folder and the bucket. It may be broken off and started again: what is there is left alone.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::error::{Error, Result};
use crate::files::Store;
use crate::schema::FieldKind;

use super::{Inventory, Keys, Progress, Watch, number};

/// Files on their way at a time.
const AT_ONCE: usize = 4;

/// Where files are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    Bucket,
    Folder,
}

/// What becomes of files that have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Keep,
    Remove,
}

/// What was moved.
#[derive(Debug, Default)]
pub struct Moved {
    /// Copied now, and their bytes.
    pub copied: u64,
    pub bytes: u64,
    /// There already.
    pub there: u64,
    /// Removed from where they came from.
    pub removed: u64,
    /// In neither place.
    pub missing: Keys,
}

/// What became of one file.
enum Outcome {
    Copied(u64),
    There,
    Missing,
}

/// Both ends, and what has arrived.
struct Way {
    from: Store,
    to: Store,
    /// Sizes by the number of the key.
    there: HashMap<u64, u64>,
    source: Source,
}

impl Inventory {
    /// Copies every file that a record names to the other store, unless it is there; thumbnails are made again there.
    /// The settings stay as they are.
    pub async fn bring(&self, to: To, source: Source, watch: Watch<'_>) -> Result<Moved> {
        let way = self.way(to, source).await?;
        let mut moved = Moved::default();
        let catalog = self.records.store.catalog();
        for collection in catalog.iter().filter(|collection| !collection.is_view()) {
            for field in collection.fields.iter().filter(|field| matches!(field.kind, FieldKind::File { .. })) {
                let mut after = String::new();
                while let Some((last, keys)) = self.chunk(collection, field, &after).await? {
                    let mut work = stream::iter(keys).map(|key| self.bring_one(&way, key)).buffer_unordered(AT_ONCE);
                    while let Some((key, outcome)) = work.try_next().await? {
                        moved.note(key, &outcome, way.source);
                        watch(Progress::Moving { done: moved.copied + moved.there, bytes: moved.bytes });
                    }
                    drop(work);
                    after = last;
                }
            }
        }
        Ok(moved)
    }

    async fn way(&self, to: To, source: Source) -> Result<Way> {
        let files = &self.records.files;
        let settings = &self.records.settings.load().s3;
        if settings.bucket.is_empty() || settings.endpoint.is_empty() {
            return Err(Error::bad_request("the settings name no S3 bucket"));
        }
        let (folder, bucket) = (files.folder(), Store::Bucket(files.bucket(settings)?));
        let (from, to) = if to == To::Bucket { (folder, bucket) } else { (bucket, folder) };
        let mut there = HashMap::new();
        let mut listing = to.list();
        while let Some(file) = listing.try_next().await? {
            there.insert(number(&file.key), file.size);
        }
        Ok(Way { from, to, there, source })
    }

    async fn bring_one(&self, way: &Way, key: String) -> Result<(String, Outcome)> {
        let here = way.from.size(&key).await?;
        let there = way.there.get(&number(&key)).copied();
        let outcome = match (here, there) {
            (None, None) => Outcome::Missing,
            (None, Some(_)) => Outcome::There,
            (Some(here), Some(there)) if here == there => Outcome::There,
            (Some(size), _) => {
                let upload = self.records.files.take(&way.from, &key).await?;
                way.to.put(&key, Arc::new(upload)).await?;
                if way.to.size(&key).await? != Some(size) {
                    return Err(Error::internal(format!("{key} did not arrive whole")));
                }
                Outcome::Copied(size)
            }
        };
        if here.is_some() && way.source == Source::Remove {
            way.from.remove(&key).await?;
            if let (Store::Local(local), Some((folder, _))) = (&way.from, key.rsplit_once('/')) {
                local.remove_empty(folder).await;
            }
        }
        Ok((key, outcome))
    }
}

impl Moved {
    fn note(&mut self, key: String, outcome: &Outcome, source: Source) {
        match outcome {
            Outcome::Copied(bytes) => {
                self.copied += 1;
                self.bytes += bytes;
            }
            Outcome::There => self.there += 1,
            Outcome::Missing => self.missing.add(key),
        }
        if source == Source::Remove && !matches!(outcome, Outcome::Missing) {
            self.removed += 1;
        }
    }
}
