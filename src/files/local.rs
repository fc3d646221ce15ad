//! The default store: a folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quick_cache::sync::Cache;

use super::blob::{Blob, Source, Want};
use super::list::{Listed, Listing};
use super::{Content, Upload, cached, io, is_key, list, sniff};
use crate::error::{Error, Result};

/// Files up to this many bytes are read in one piece.
const SMALL: u64 = 256 << 10;
/// Types of files that are remembered.
const TYPES: usize = 8192;
/// What other servers have to say about a file lies beside it, under its name and this.
const ATTRIBUTES: &str = ".attrs";

/// A folder of files; cheap to clone.
#[derive(Clone, Debug)]
pub struct Local {
    root: Arc<Path>,
    /// By key. A name is never given to other content, so what is known stays true.
    types: Arc<Cache<String, Arc<str>>>,
}

impl Local {
    /// Below `root`, which is made on first use.
    pub fn new(root: &Path) -> Self {
        Local { root: root.into(), types: Arc::new(Cache::new(TYPES)) }
    }

    /// Stores an upload under `key`, on disk when this returns.
    pub async fn put(&self, key: &str, upload: Arc<Upload>) -> Result<()> {
        let path = self.path(key)?;
        blocking(move || write(&path, &upload)).await
    }

    /// Opens a file; 404 when it is missing.
    pub async fn open(&self, key: &str, want: Want) -> Result<Blob> {
        if let Some(blob) = self.open_cached(key, want) {
            return Ok(blob);
        }
        let (local, key) = (self.clone(), key.to_string());
        blocking(move || local.open_now(&key, want)).await
    }

    /// A small file that is known and in memory: two threads to wake are more work than reading it.
    fn open_cached(&self, key: &str, want: Want) -> Option<Blob> {
        let media_type = self.types.get(key).filter(|_| want == Want::Whole)?;
        let file = cached::open(&self.path(key).ok()?)?;
        let meta = file.metadata().ok().filter(|meta| meta.is_file() && meta.len() <= SMALL)?;
        let bytes = cached::read(&file, usize::try_from(meta.len()).ok()?)?;
        Some(Blob {
            len: meta.len(),
            modified: meta.modified().ok()?,
            media_type,
            source: Source::Memory(bytes.into()),
        })
    }

    fn open_now(&self, key: &str, want: Want) -> Result<Blob> {
        let missing = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Error::not_found(""),
            _ => io(error),
        };
        let mut file = File::open(self.path(key)?).map_err(missing)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() {
            return Err(Error::not_found(""));
        }
        let (len, modified) = (meta.len(), meta.modified().map_err(io)?);
        let media_type = self.media_type(key)?;
        let source = if want == Want::Whole && len <= SMALL {
            let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
            file.read_to_end(&mut bytes).map_err(io)?;
            Source::Memory(bytes.into())
        } else {
            Source::File(Arc::new(file))
        };
        // What was read is what counts, should somebody have cut the file meanwhile.
        let len = if let Source::Memory(bytes) = &source { bytes.len() as u64 } else { len };
        Ok(Blob { len, modified, media_type, source })
    }

    /// What a stored file is, by its content. Blocks.
    pub fn media_type(&self, key: &str) -> Result<Arc<str>> {
        if let Some(known) = self.types.get(key) {
            return Ok(known);
        }
        let mut head = Vec::new();
        let file = File::open(self.path(key)?).map_err(io)?;
        file.take(sniff::HEAD as u64).read_to_end(&mut head).map_err(io)?;
        let media_type: Arc<str> = sniff::sniff(&head).content_type().into();
        self.types.insert(key.to_string(), Arc::clone(&media_type));
        Ok(media_type)
    }

    /// The size of a file, if it is there.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        match tokio::fs::metadata(self.path(key)?).await {
            Ok(meta) => Ok(meta.is_file().then_some(meta.len())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(io(error)),
        }
    }

    /// Removes one file; a missing one is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        let _ = tokio::fs::remove_file(self.path(&format!("{key}{ATTRIBUTES}"))?).await;
        absent_is_fine(tokio::fs::remove_file(self.path(key)?).await)
    }

    /// Removes everything below `prefix`; a missing one is no error.
    pub async fn remove_all(&self, prefix: &str) -> Result<()> {
        absent_is_fine(tokio::fs::remove_dir_all(self.path(prefix)?).await)
    }

    /// Removes the folder of a record that has no files, if it is there; one with files stays.
    pub async fn remove_empty(&self, folder: &str) {
        if let Ok(path) = self.path(folder) {
            // Whoever stores a file there at this moment makes it again.
            let _ = tokio::fs::remove_dir(path).await;
        }
    }

    /// Every file, folder by folder; what other servers noted beside them is left out.
    pub fn list(&self) -> Listing {
        let root = Arc::clone(&self.root);
        list::walk(move |tell| walk(&root, "", tell))
    }

    /// The path of a key; refuses what could leave the folder.
    pub fn path(&self, key: &str) -> Result<PathBuf> {
        if is_key(key) { Ok(self.root.join(key)) } else { Err(Error::not_found("")) }
    }
}

/// Tells every file below a folder until nobody listens any more.
fn walk(root: &Path, folder: &str, tell: &dyn Fn(Result<Listed>) -> bool) -> bool {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return true,
        Err(error) => return tell(Err(io(error))),
    };
    for entry in entries {
        let listed = entry.and_then(|entry| Ok((entry.file_type()?, entry)));
        let (kind, entry) = match listed {
            Ok(listed) => listed,
            Err(error) => return tell(Err(io(error))),
        };
        // No name of ours is anything but text; uploads on their way are none yet.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if folder.is_empty() && name.starts_with('.') || name.ends_with(ATTRIBUTES) {
            continue;
        }
        let key = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        let goes_on = if kind.is_dir() {
            walk(root, &key, tell)
        } else {
            match entry.metadata().and_then(|meta| Ok((meta.len(), meta.modified()?))) {
                Ok((size, modified)) => tell(Ok(Listed { key, size, modified })),
                // It went away meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => true,
                Err(error) => tell(Err(io(error))),
            }
        };
        if !goes_on {
            return false;
        }
    }
    true
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn absent_is_fine(done: std::io::Result<()>) -> Result<()> {
    match done {
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Err(io(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write(path: &Path, upload: &Upload) -> Result<()> {
    let dir = path.parent().ok_or_else(|| Error::internal("a file key without folder"))?;
    fs::create_dir_all(dir).map_err(io)?;
    match place(path, &upload.content) {
        // The folder was found empty and removed in between.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(dir).and_then(|()| place(path, &upload.content)).map_err(io)?;
        }
        other => other.map_err(io)?,
    }
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)
}

/// Puts the bytes into a folder that exists.
pub(super) fn place(path: &Path, content: &Content) -> std::io::Result<()> {
    match content {
        Content::Memory(bytes) => {
            let mut file = File::create(path)?;
            file.write_all(bytes)?;
            file.sync_data()
        }
        Content::Spooled(spooled) => {
            spooled.as_file().sync_data()?;
            // The upload may be stored once only, but its temporary name must stay valid for its own clean-up.
            if fs::hard_link(spooled.path(), path).is_err() {
                fs::copy(spooled.path(), path)?;
                File::open(path).and_then(|file| file.sync_data())?;
            }
            Ok(())
        }
        Content::Kept(source) => {
            fs::copy(source, path)?;
            File::open(path).and_then(|file| file.sync_data())
        }
    }
}
