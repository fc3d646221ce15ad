//! Where archives are kept: a folder of the data directory, or a bucket, as the settings of the moment say.

use std::path::{Path, PathBuf};

use super::folder::{Folder, Stored, blocking, make_room};
use crate::error::{Error, Result};
use crate::files::{Blob, Bucket, Content, Upload, Want};

/// What archives are.
pub const MEDIA_TYPE: &str = "application/zip";

/// A place for archives; cheap to clone.
#[derive(Clone, Debug)]
pub enum Shelf {
    Folder(Folder),
    /// At its root, beside whatever else is there.
    Bucket(Bucket),
}

/// An archive on this machine's disk.
pub struct Fetched {
    pub path: PathBuf,
    /// Where it was put only to be read: goes with the value.
    _scratch: Option<tempfile::TempDir>,
}

impl Shelf {
    /// All archives by key.
    pub async fn list(&self) -> Result<Vec<Stored>> {
        let mut all = match self {
            Shelf::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || folder.list()).await?
            }
            Shelf::Bucket(bucket) => {
                let found = bucket.list_top().await.map_err(far)?;
                found.into_iter().map(|found| Stored::new(found.key, found.size, found.modified)).collect()
            }
        };
        all.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(all)
    }

    /// Whether there is such an archive; 404 for keys that cannot be.
    pub async fn has(&self, key: &str) -> Result<bool> {
        match self {
            Shelf::Folder(folder) => {
                let (folder, key) = (folder.clone(), key.to_string());
                blocking(move || folder.has(&key)).await
            }
            Shelf::Bucket(bucket) => Ok(bucket.size(at_root(key)?).await.map_err(far)?.is_some()),
        }
    }

    /// An archive, open; 404 when there is none.
    pub async fn open(&self, key: &str, want: Want) -> Result<Blob> {
        match self {
            Shelf::Folder(folder) => {
                let (folder, key) = (folder.clone(), key.to_string());
                blocking(move || Blob::of_file(folder.open(&key)?, MEDIA_TYPE)).await
            }
            Shelf::Bucket(bucket) => bucket.open(at_root(key)?, want).await.map_err(far),
        }
    }

    /// Puts a finished file under a key that is free: it is there, whole, when this returns, or nothing is.
    pub async fn keep(&self, file: &Path, key: &str) -> Result<()> {
        let (file, key) = (file.to_path_buf(), key.to_string());
        match self {
            Shelf::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || folder.keep(&file, &key)).await
            }
            Shelf::Bucket(bucket) => {
                let size = tokio::fs::metadata(&file).await.map_err(super::folder::io)?.len();
                let name = key.clone();
                let upload = blocking(move || Ok(Upload::new(name, size, Content::Kept(file)))).await?;
                let kept = bucket.put(at_root(&key)?, &upload).await.map_err(far);
                if kept.is_err() {
                    // Only the answer may have been lost.
                    let _ = bucket.remove(&key).await;
                }
                kept
            }
        }
    }

    /// An archive on this machine's disk, with room for it in `folder`; 404 when there is none.
    pub async fn fetch(&self, key: &str, folder: &Folder) -> Result<Fetched> {
        match self {
            Shelf::Folder(kept) => Ok(Fetched { path: kept.path(key)?, _scratch: None }),
            Shelf::Bucket(bucket) => {
                let key = at_root(key)?;
                let size = bucket.size(key).await.map_err(far)?.ok_or_else(|| Error::not_found(""))?;
                let folder = folder.clone();
                let scratch = blocking(move || {
                    let scratch = folder.scratch()?;
                    make_room(scratch.path(), size)?;
                    Ok(scratch)
                });
                let scratch = scratch.await?;
                let path = scratch.path().join("archive");
                bucket.fetch(key, &path).await.map_err(far)?;
                Ok(Fetched { path, _scratch: Some(scratch) })
            }
        }
    }

    /// Removes an archive.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match self {
            Shelf::Folder(folder) => {
                let (folder, key) = (folder.clone(), key.to_string());
                blocking(move || folder.remove(&key)).await
            }
            Shelf::Bucket(bucket) => bucket.remove(at_root(key)?).await.map_err(far),
        }
    }
}

/// What lies in folders of the bucket is somebody else's.
fn at_root(key: &str) -> Result<&str> {
    if key.contains('/') { Err(Error::not_found("")) } else { Ok(key) }
}

/// Only superusers get here, and it is for them to see to what the bucket refuses.
fn far(error: Error) -> Error {
    match error {
        Error::Internal(why) => Error::bad_request(format!("The backups cannot be reached: {why}.")),
        other => other,
    }
}
