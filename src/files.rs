//! Record files: uploads on their way in, and the store they end up in: a folder, or a bucket that speaks S3.
//!
//! Keys are `{collectionId}/{recordId}/{name}` in every store, thumbnails beside their originals. Which store it is, is a
//! setting: it can change at any time, and moves nothing. What a bucket lacks is looked for in the folder, so files stay
//! reachable while they are moved.

mod blob;
mod bucket;
mod cached;
mod hold;
mod incoming;
mod list;
mod local;
pub mod sniff;
mod thumbs;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::settings::{Live, S3, Settings};

use hold::{Held, Removal};

pub use blob::{Blob, Chunks, Piece, Want};
pub use bucket::{Bucket, Transport};
pub use hold::Hold;
pub use incoming::{Incoming, Leftover, Note};
pub use list::{Listed, Listing};
pub use local::Local;

/// The `[files]` section.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Buckets may be on private addresses.
    pub private_buckets: bool,
    /// Seconds a bucket may take to answer, repetitions included.
    pub bucket_timeout_s: u64,
}

/// A file part of a request: small ones in memory, larger ones spooled to a temporary file that dies with this value.
#[derive(Debug)]
pub struct Upload {
    /// As the client named it.
    pub original_name: String,
    /// Bytes.
    pub size: u64,
    pub content: Content,
    /// Told by content.
    pub kind: sniff::Type,
}

/// Where an upload's bytes wait.
#[derive(Debug)]
pub enum Content {
    Memory(Vec<u8>),
    Spooled(tempfile::NamedTempFile),
    /// A file that stays where it is.
    Kept(PathBuf),
}

impl Upload {
    /// An upload whose type is told by its first bytes.
    pub fn new(original_name: String, size: u64, content: Content) -> Self {
        let kind = sniff::sniff(&content.head());
        Upload { original_name, size, content, kind }
    }
}

impl Content {
    /// Writes the bytes to a new file in a folder that exists, on disk when this returns. Blocks.
    pub fn store(&self, path: &Path) -> Result<()> {
        local::place(path, self).map_err(io)
    }

    /// The first bytes: enough to tell the type.
    pub fn head(&self) -> Vec<u8> {
        use sniff::HEAD;
        match self {
            Content::Memory(bytes) => bytes.iter().take(HEAD).copied().collect(),
            Content::Spooled(file) => {
                let mut head = Vec::new();
                // A file that cannot be read has no recognisable type; storing it will report the error.
                if let Ok(file) = file.reopen() {
                    let _ = file.take(HEAD as u64).read_to_end(&mut head);
                }
                head
            }
            Content::Kept(path) => {
                let mut head = Vec::new();
                if let Ok(file) = std::fs::File::open(path) {
                    let _ = file.take(HEAD as u64).read_to_end(&mut head);
                }
                head
            }
        }
    }
}

/// A place for files.
#[derive(Clone, Debug)]
pub enum Store {
    Local(Local),
    Bucket(Bucket),
}

impl Store {
    /// Stores an upload under `key`: whole when this returns, or not at all.
    pub async fn put(&self, key: &str, upload: Arc<Upload>) -> Result<()> {
        match self {
            Store::Local(local) => local.put(key, upload).await,
            Store::Bucket(bucket) => bucket.put(key, &upload).await,
        }
    }

    /// Opens a file; 404 when it is missing.
    pub async fn open(&self, key: &str, want: Want) -> Result<Blob> {
        match self {
            Store::Local(local) => local.open(key, want).await,
            Store::Bucket(bucket) => bucket.open(key, want).await,
        }
    }

    /// The size of a file in bytes, if it is there.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self {
            Store::Local(local) => local.size(key).await,
            Store::Bucket(bucket) => bucket.size(key).await,
        }
    }

    /// Removes one file with what was made of it; a missing one is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match self {
            Store::Local(local) => local.remove(key).await?,
            Store::Bucket(bucket) => bucket.remove(key).await?,
        }
        match key.rsplit_once('/') {
            Some((folder, name)) => self.remove_all(&thumbs::folder(folder, name)).await,
            None => Ok(()),
        }
    }

    /// Removes everything below `prefix` (a collection's or a record's folder); a missing one is no error.
    pub async fn remove_all(&self, prefix: &str) -> Result<()> {
        match self {
            Store::Local(local) => local.remove_all(prefix).await,
            Store::Bucket(bucket) => bucket.remove_all(prefix).await,
        }
    }

    /// Every file there is, thumbnails included.
    pub fn list(&self) -> Listing {
        match self {
            Store::Local(local) => local.list(),
            Store::Bucket(bucket) => bucket.list(),
        }
    }
}

/// Where files are kept; cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    local: Local,
    incoming: Incoming,
    transport: Transport,
    /// How long a bucket may take to answer.
    patience: Duration,
    settings: Live,
    /// The bucket of the settings that were seen last, if they have one.
    place: ArcSwapOption<Place>,
    thumbs: thumbs::Thumbs,
    held: Arc<Held>,
}

struct Place {
    settings: Arc<Settings>,
    store: Store,
}

impl Files {
    /// In the folder `root`, which is made on first use, or wherever the settings say.
    pub fn new(root: &Path, settings: Live, transport: Transport, config: &Config) -> Self {
        Files(Arc::new(Inner {
            local: Local::new(root),
            incoming: Incoming::new(root.join(".incoming")),
            transport,
            patience: Duration::from_secs(config.bucket_timeout_s),
            settings,
            place: ArcSwapOption::empty(),
            thumbs: thumbs::Thumbs::new(),
            held: Arc::default(),
        }))
    }

    /// The store that the settings of this moment want.
    pub fn store(&self) -> Result<Store> {
        let settings = self.0.settings.load();
        let known = self.0.place.load();
        if let Some(place) = known.as_deref() {
            if Arc::ptr_eq(&place.settings, &settings) {
                return Ok(place.store.clone());
            }
            if place.settings.s3 == settings.s3 {
                let store = place.store.clone();
                self.0.place.store(Some(Arc::new(Place { settings, store: store.clone() })));
                return Ok(store);
            }
        }
        let store = if settings.s3.enabled { Store::Bucket(self.bucket(&settings.s3)?) } else { self.folder() };
        self.0.place.store(Some(Arc::new(Place { settings, store: store.clone() })));
        // What was there may not be here.
        self.0.thumbs.forget_all();
        Ok(store)
    }

    /// The folder, whatever the settings say.
    pub fn folder(&self) -> Store {
        Store::Local(self.0.local.clone())
    }

    /// The bucket of these settings, whether they are in force or not.
    pub fn bucket(&self, settings: &S3) -> Result<Bucket> {
        Bucket::new(settings, &self.0.transport, self.0.patience)
    }

    /// Uploads on their way in.
    pub fn incoming(&self) -> &Incoming {
        &self.0.incoming
    }

    /// Where uploads should be spooled so that storing them is a rename. Blocks.
    pub fn spool_dir(&self) -> Result<PathBuf> {
        self.0.incoming.dir()
    }

    /// Stores an upload under `key`: whole when this returns, or not at all.
    pub async fn put(&self, key: &str, upload: Arc<Upload>) -> Result<()> {
        self.store()?.put(key, upload).await
    }

    /// Opens a file; 404 when it is missing.
    pub async fn open(&self, key: &str, want: Want) -> Result<Blob> {
        let store = self.store()?;
        match store.open(key, want).await {
            Err(error) if error.is_not_found() && store.is_far() => self.0.local.open(key, want).await,
            opened => opened,
        }
    }

    /// The size of a file in bytes, if it is there.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        let store = self.store()?;
        match store.size(key).await? {
            None if store.is_far() => self.0.local.size(key).await,
            found => Ok(found),
        }
    }

    /// Removes one file with what was made of it; a missing one is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        if self.0.held.put_off(|| Removal::One(key.to_string())) {
            return Ok(());
        }
        let store = self.store()?;
        if store.is_far() {
            self.folder().remove(key).await?;
        }
        store.remove(key).await
    }

    /// Removes everything below `prefix` (a collection's or a record's folder); a missing one is no error.
    pub async fn remove_all(&self, prefix: &str) -> Result<()> {
        if self.0.held.put_off(|| Removal::All(prefix.to_string())) {
            return Ok(());
        }
        let store = self.store()?;
        if store.is_far() {
            self.0.local.remove_all(prefix).await?;
        }
        store.remove_all(prefix).await
    }

    /// A stored file as an upload for another store.
    pub async fn take(&self, from: &Store, key: &str) -> Result<Upload> {
        let content = match from {
            Store::Local(local) => Content::Kept(local.path(key)?),
            Store::Bucket(bucket) => {
                let spooled = self.spool().await?;
                bucket.fetch(key, spooled.path()).await?;
                Content::Spooled(spooled)
            }
        };
        let name = key.rsplit('/').next().unwrap_or_default().to_string();
        let made = move || {
            let size = match &content {
                Content::Memory(bytes) => bytes.len() as u64,
                Content::Spooled(file) => file.as_file().metadata().map_err(io)?.len(),
                Content::Kept(path) => std::fs::metadata(path).map_err(io)?.len(),
            };
            Ok(Upload::new(name, size, content))
        };
        tokio::task::spawn_blocking(made).await.map_err(Error::internal)?
    }

    /// An empty file that vanishes with this.
    async fn spool(&self) -> Result<tempfile::NamedTempFile> {
        let files = self.clone();
        let made = move || tempfile::NamedTempFile::new_in(files.spool_dir()?).map_err(io);
        tokio::task::spawn_blocking(made).await.map_err(Error::internal)?
    }

    /// Removes the folder of a record that has no files, if it is there; one with files stays.
    pub async fn remove_empty(&self, folder: &str) {
        self.0.local.remove_empty(folder).await;
    }

    /// Puts off removals until [`Files::release`].
    pub fn hold(&self) -> Hold {
        self.0.held.hold()
    }

    /// Does what was put off, unless somebody else still wants it to wait.
    pub async fn release(&self, hold: Hold) -> Result<()> {
        for removal in self.0.held.release(hold) {
            match removal {
                Removal::One(key) => self.remove(&key).await?,
                Removal::All(prefix) => self.remove_all(&prefix).await?,
            }
        }
        Ok(())
    }
}

impl Store {
    /// Each question is a request to another server.
    pub fn is_far(&self) -> bool {
        matches!(self, Store::Bucket(_))
    }
}

/// Whether a key stays within its store.
pub fn is_key(key: &str) -> bool {
    let safe = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':']);
    key.split('/').all(safe)
}

fn io(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Error::Rejected { reason: crate::error::Reason::NoSpace, message: "The disk is full.".into() };
    }
    Error::internal(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_cannot_leave_their_store() {
        assert!(is_key("pbc_1/abc/photo_1.png"));
        for key in ["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "a\\..\\b", "a/b\0", "c:/x", ""] {
            assert!(!is_key(key), "{key:?}");
        }
    }
}
