//! Record files: uploads on their way in, and the folder they end up in.
//!
//! Keys are `{collectionId}/{recordId}/{name}`. This is the seam for other blob stores.

mod hold;
pub mod sniff;
mod thumbs;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use quick_cache::sync::Cache;

pub use hold::Hold;
use hold::{Held, Removal};

use crate::error::{Error, Result};

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
}

impl Upload {
    /// An upload whose type is told by its first bytes.
    pub fn new(original_name: String, size: u64, content: Content) -> Self {
        let kind = sniff::sniff(&content.head());
        Upload { original_name, size, content, kind }
    }
}

impl Content {
    /// Writes the bytes to a new file, on disk when this returns. Blocks.
    pub fn store(&self, path: &Path) -> Result<()> {
        place(path, self).map_err(io)
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
        }
    }
}

/// The blob store: a local folder.
#[derive(Clone, Debug)]
pub struct Files {
    root: Arc<Path>,
    /// By key. A name is never given to other content, so what is known stays true.
    types: Arc<Cache<String, Arc<str>>>,
    thumbs: Arc<thumbs::Thumbs>,
    held: Arc<Held>,
}

/// Types of files that are remembered.
const TYPES: usize = 8192;

/// A stored file, open.
#[derive(Debug)]
pub struct Blob {
    pub file: std::fs::File,
    pub path: PathBuf,
    /// Bytes.
    pub len: u64,
    pub modified: SystemTime,
    /// With its charset, when there is one.
    pub media_type: Arc<str>,
}

impl Files {
    /// Files below `root`, which is made on first use.
    pub fn new(root: PathBuf) -> Self {
        let (types, thumbs) = (Arc::new(Cache::new(TYPES)), Arc::new(thumbs::Thumbs::new()));
        Files { root: root.into(), types, thumbs, held: Arc::default() }
    }

    /// Where uploads should be spooled so that storing them is a rename.
    pub fn spool_dir(&self) -> Result<PathBuf> {
        let dir = self.root.join(".incoming");
        std::fs::create_dir_all(&dir).map_err(io)?;
        Ok(dir)
    }

    /// Stores an upload under `key`, on disk when this returns. Runs on a blocking thread.
    pub async fn put(&self, key: &str, upload: Arc<Upload>) -> Result<()> {
        let path = self.path(key)?;
        tokio::task::spawn_blocking(move || write(&path, &upload)).await.map_err(Error::internal)?
    }

    /// Opens a file; 404 when it is missing. Blocks.
    pub fn open(&self, key: &str) -> Result<Blob> {
        let path = self.path(key)?;
        let missing = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Error::not_found(""),
            _ => io(error),
        };
        let file = std::fs::File::open(&path).map_err(missing)?;
        let meta = file.metadata().map_err(io)?;
        if !meta.is_file() {
            return Err(Error::not_found(""));
        }
        let modified = meta.modified().map_err(io)?;
        Ok(Blob { file, path, len: meta.len(), modified, media_type: self.media_type(key)? })
    }

    /// What a stored file is, by its content. Blocks.
    fn media_type(&self, key: &str) -> Result<Arc<str>> {
        if let Some(known) = self.types.get(key) {
            return Ok(known);
        }
        let mut head = Vec::new();
        let file = std::fs::File::open(self.path(key)?).map_err(io)?;
        file.take(sniff::HEAD as u64).read_to_end(&mut head).map_err(io)?;
        let media_type: Arc<str> = sniff::sniff(&head).content_type().into();
        self.types.insert(key.to_string(), Arc::clone(&media_type));
        Ok(media_type)
    }

    /// Removes one file with what was made of it; a missing one is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        if self.held.put_off(|| Removal::One(key.to_string())) {
            return Ok(());
        }
        if let Some((folder, name)) = key.rsplit_once('/') {
            self.remove_tree(&format!("{folder}/thumbs_{name}")).await?;
        }
        // What another server had to say about it.
        let _ = tokio::fs::remove_file(self.path(&format!("{key}.attrs"))?).await;
        match tokio::fs::remove_file(self.path(key)?).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(e)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes the folder of a record that has no files, if it is there; one with files stays.
    pub async fn remove_empty(&self, folder: &str) {
        if let Ok(path) = self.path(folder) {
            // Whoever stores a file there at this moment makes it again.
            let _ = tokio::fs::remove_dir(path).await;
        }
    }

    /// Removes everything below `prefix` (a collection's or a record's folder); a missing one is no error.
    pub async fn remove_all(&self, prefix: &str) -> Result<()> {
        if self.held.put_off(|| Removal::All(prefix.to_string())) {
            return Ok(());
        }
        self.remove_tree(prefix).await
    }

    async fn remove_tree(&self, prefix: &str) -> Result<()> {
        match tokio::fs::remove_dir_all(self.path(prefix)?).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(e)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The path of a key; refuses what could leave the folder.
    pub fn path(&self, key: &str) -> Result<PathBuf> {
        let safe = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '\0', ':']);
        if key.split('/').all(safe) { Ok(self.root.join(key)) } else { Err(Error::not_found("")) }
    }
}

fn write(path: &Path, upload: &Upload) -> Result<()> {
    let dir = path.parent().ok_or_else(|| Error::internal("a file key without folder"))?;
    std::fs::create_dir_all(dir).map_err(io)?;
    match place(path, &upload.content) {
        // The folder was found empty and removed in between.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(dir).and_then(|()| place(path, &upload.content)).map_err(io)?;
        }
        other => other.map_err(io)?,
    }
    std::fs::File::open(dir).and_then(|d| d.sync_all()).map_err(io)
}

/// Puts the bytes into a folder that exists.
fn place(path: &Path, content: &Content) -> std::io::Result<()> {
    match content {
        Content::Memory(bytes) => {
            let mut file = std::fs::File::create(path)?;
            file.write_all(bytes)?;
            file.sync_data()
        }
        Content::Spooled(spooled) => {
            spooled.as_file().sync_data()?;
            // The upload may be stored once only, but its temporary name must stay valid for its own clean-up.
            if std::fs::hard_link(spooled.path(), path).is_err() {
                std::fs::copy(spooled.path(), path)?;
                std::fs::File::open(path).and_then(|f| f.sync_data())?;
            }
            Ok(())
        }
    }
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
    fn keys_cannot_leave_the_folder() {
        let files = Files::new("/data/storage".into());
        assert!(files.path("pbc_1/abc/photo_1.png").is_ok());
        for key in ["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "a\\..\\b", "a/b\0", "c:/x", ""] {
            assert!(files.path(key).is_err(), "{key:?}");
        }
    }
}
