//! The folder of archives, and of what is being made. Everything here blocks.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::clock::Timestamp;
use crate::error::{Error, Reason, Result};

/// In the data directory; never part of an archive.
pub const FOLDER: &str = "backups";

/// An archive that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub key: String,
    /// Bytes.
    pub size: u64,
    pub modified: Timestamp,
}

/// The folder; cheap to clone.
#[derive(Clone, Debug)]
pub struct Folder(Arc<Path>);

impl Stored {
    pub(super) fn new(key: String, size: u64, modified: SystemTime) -> Stored {
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Stored { key, size, modified: Timestamp(i64::try_from(since.as_millis()).unwrap_or_default()) }
    }
}

impl Folder {
    /// The one of the data directory `dir`.
    pub fn of(dir: &Path) -> Folder {
        Folder(dir.join(FOLDER).into())
    }

    /// All archives, in no order.
    pub fn list(&self) -> Result<Vec<Stored>> {
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(io)?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry.map_err(io)?;
            let (Ok(key), Ok(meta)) = (entry.file_name().into_string(), entry.metadata()) else { continue };
            // What another server had to say about them.
            if !meta.is_file() || self.path(&key).is_err() || key.ends_with(".attrs") {
                continue;
            }
            all.push(Stored::new(key, meta.len(), meta.modified().unwrap_or(UNIX_EPOCH)));
        }
        Ok(all)
    }

    pub fn has(&self, key: &str) -> Result<bool> {
        Ok(self.path(key)?.exists())
    }

    /// An archive to be read; 404 when there is none.
    pub fn open(&self, key: &str) -> Result<File> {
        let missing = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => Error::not_found(""),
            _ => io(error),
        };
        let file = File::open(self.path(key)?).map_err(missing)?;
        if !file.metadata().map_err(io)?.is_file() {
            return Err(Error::not_found(""));
        }
        Ok(file)
    }

    /// Room on the same disk for what is being made; it goes with the value, and with the next start at the latest.
    pub fn scratch(&self) -> Result<tempfile::TempDir> {
        std::fs::create_dir_all(&self.0).map_err(io)?;
        tempfile::Builder::new().prefix(SCRATCH).tempdir_in(&self.0).map_err(io)
    }

    /// Puts a finished file under a key that is free; it is on disk when this returns.
    pub fn keep(&self, file: &Path, key: &str) -> Result<()> {
        let path = self.path(key)?;
        File::open(file).and_then(|file| file.sync_all()).map_err(io)?;
        match std::fs::hard_link(file, &path) {
            // Somebody sent one of this name meanwhile.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Error::bad_request("There is a backup of this name already."));
            }
            // Not every disk has links; a rename would replace what is there.
            Err(_) => std::fs::rename(file, &path).map_err(io)?,
            Ok(()) => {}
        }
        File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(io)
    }

    pub fn remove(&self, key: &str) -> Result<()> {
        std::fs::remove_file(self.path(key)?).map_err(io)
    }

    /// Where an archive is; 404 for keys that could mean anything else.
    pub fn path(&self, key: &str) -> Result<PathBuf> {
        let safe = !key.is_empty() && !key.starts_with('.') && key.len() <= 255 && !key.contains(['/', '\\', '\0']);
        if safe { Ok(self.0.join(key)) } else { Err(Error::not_found("")) }
    }

    /// Removes what a process that was killed left half made.
    pub fn sweep(&self) {
        let Ok(entries) = std::fs::read_dir(&self.0) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}

const SCRATCH: &str = ".making-";
/// What is left free on the disk.
const SPARE: u64 = 64 << 20;

/// Files are no work for the threads that answer.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

pub(super) fn io(error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull => Error::Rejected { reason: Reason::NoSpace, message: "The disk is full.".into() },
        _ => Error::internal(error),
    }
}

/// Fails when the disk of a folder has no room for so many bytes.
pub(super) fn make_room(dir: &Path, bytes: u64) -> Result<()> {
    match room(dir) {
        Some(room) if room < bytes.saturating_add(SPARE) => {
            Err(refused(format!("it has {bytes} bytes, for which the disk has no room")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Bytes that are free on the disk of a folder, where that can be found out.
pub(super) fn room(dir: &Path) -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let disk = rustix::fs::statvfs(dir).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = dir;
        None
    }
}

/// An archive that is no good.
pub(super) fn refused(why: String) -> Error {
    Error::bad_request(why)
}
