//! Backups: archives of the data directory, made while everything goes on, checked before anything is replaced by one.

pub mod alarm;
pub mod folder;
mod name;
mod pack;
pub mod shelf;
pub mod swap;
mod unpack;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::error::{Error, FieldError, Reason, Result};
use crate::files::{Blob, Files, Upload, Want};
use crate::logs::Logs;
use crate::settings::Live;
use crate::store::Store;

use folder::Stored;
use folder::{Folder, blocking};
use shelf::Shelf;

/// What a body that cannot be used is answered.
pub const INVALID: &str = "An error occurred while validating the submitted data.";
/// What archives begin with.
const ZIP: &[u8] = b"PK\x03\x04";
const BUSY: &str = "Try again later - another backup/restore process has already been started.";

/// Opens a data directory that nobody uses, to see whether it can be served.
pub type Check = Box<dyn Fn(PathBuf) -> Checked + Send + Sync>;
type Checked = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Backups(Arc<Inner>);

/// What backups are made of.
pub struct Parts {
    /// The data directory.
    pub dir: PathBuf,
    pub store: Store,
    pub logs: Logs,
    pub files: Files,
    pub settings: Live,
    pub clock: Clock,
    pub check: Check,
}

struct Inner {
    parts: Parts,
    /// Where everything is made, wherever it is kept.
    folder: Folder,
    /// The archive that is being made or restored.
    busy: Mutex<Option<String>>,
    /// Names of archives that are on their way to the shelf, each once.
    coming: Mutex<BTreeSet<String>>,
    /// Told when a restore waits for the next start.
    restart: Notify,
    /// Whoever asked may go away: the work goes on here.
    runtime: Handle,
}

/// Holds the only place for work; let go when it is dropped.
struct Turn {
    inner: Arc<Inner>,
    kept: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        *self.inner.busy.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Keeps a name from being given twice; let go when it is dropped.
struct Claim {
    inner: Arc<Inner>,
    key: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.inner.coming.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Backups {
    /// Works on the current runtime.
    pub fn new(parts: Parts) -> Backups {
        let folder = Folder::of(&parts.dir);
        let (busy, coming, restart) = (Mutex::default(), Mutex::default(), Notify::new());
        Backups(Arc::new(Inner { parts, folder, busy, coming, restart, runtime: Handle::current() }))
    }

    /// All archives by key.
    pub async fn list(&self) -> Result<Vec<Stored>> {
        self.shelf()?.list().await
    }

    /// Where the settings of this moment want archives to be.
    fn shelf(&self) -> Result<Shelf> {
        let settings = self.0.parts.settings.load();
        let bucket = &settings.backups.s3;
        Ok(match bucket.enabled {
            true => Shelf::Bucket(self.0.parts.files.bucket(bucket)?),
            false => Shelf::Folder(self.0.folder.clone()),
        })
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.0.parts.dir
    }

    /// Bytes that are free on its disk, where that can be found out.
    pub fn room(&self) -> Option<u64> {
        folder::room(self.dir())
    }

    /// Whether nothing is being made or restored.
    pub fn is_idle(&self) -> bool {
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Makes an archive under `name`, or under one of its own when that is empty, and waits for it. It is made even when
    /// nobody waits any more.
    pub async fn create(&self, name: &str) -> Result<()> {
        let default =
            || name::default("pb_backup_", &self.0.parts.settings.load().meta.app_name, self.0.parts.clock.now());
        let key = if name.is_empty() { default() } else { name.to_string() };
        let turn = self.turn(&key)?;
        name::check(&key).map_err(|error| Error::invalid(INVALID, "name", error))?;
        let Some(name) = self.claim(&key).await? else {
            let message = "The backup file name is invalid or already exists.";
            return Err(Error::invalid(INVALID, "name", FieldError::new("validation_backup_name_exists", message)));
        };
        let backups = self.clone();
        let made = self.0.runtime.spawn(async move {
            let made = backups.make(turn, key).await;
            drop(name);
            made
        });
        made.await.map_err(Error::internal)?.map_err(|error| match error {
            Error::Unavailable { .. } => error,
            Error::Rejected { reason: Reason::BadRequest, message } => {
                tracing::error!("a backup could not be made: {message}");
                Error::bad_request(format!("Failed to create backup. Raw error: \n{message}"))
            }
            error => {
                tracing::error!(%error, "a backup could not be made");
                Error::bad_request("Failed to create backup.")
            }
        })
    }

    /// Makes the archive that is due by the clock, then removes the oldest of its kind.
    pub async fn create_scheduled(&self) -> Result<()> {
        let settings = self.0.parts.settings.load();
        let key = name::default(name::SCHEDULED, &settings.meta.app_name, self.0.parts.clock.now());
        let turn = self.turn(&key)?;
        self.make(turn, key).await?;
        let keep = usize::try_from(settings.backups.cron_max_keep).unwrap_or(1).max(1);
        let shelf = self.shelf()?;
        let mut own = shelf.list().await?;
        own.retain(|stored| stored.key.starts_with(name::SCHEDULED));
        own.sort_by_key(|stored| std::cmp::Reverse((stored.modified, stored.key.clone())));
        for old in own.iter().skip(keep) {
            shelf.remove(&old.key).await?;
        }
        Ok(())
    }

    async fn make(&self, turn: Turn, key: String) -> Result<()> {
        // Files that records let go from here on stay until they are in the archive.
        let hold = self.0.parts.files.hold();
        let made = self.write(key).await;
        let released = self.0.parts.files.release(hold).await;
        drop(turn);
        made.and(released)
    }

    async fn write(&self, key: String) -> Result<()> {
        let Parts { dir, store, logs, .. } = &self.0.parts;
        let shelf = self.shelf()?;
        let scratch = self.0.folder.scratch()?;
        store.backup_into(&scratch.path().join(pack::DATA)).await?;
        logs.copy_into(scratch.path().join(pack::LOGS)).await?;
        let (dir, copies) = (dir.clone(), scratch.path().to_path_buf());
        let archive = blocking(move || pack::pack(&dir, &copies)).await?;
        shelf.keep(&archive, &key).await
    }

    /// Keeps an archive that was sent, under the name it came with, if it is a backup.
    pub async fn keep(&self, upload: Upload) -> Result<()> {
        let refused = |code, message: &str| Error::invalid(INVALID, "file", FieldError::new(code, message));
        if !upload.content.head().starts_with(ZIP) {
            return Err(refused("validation_invalid_mime_type", "The file must be a zip archive."));
        }
        let key = name::uploaded(&upload.original_name);
        let shelf = self.shelf()?;
        let Some(name) = self.claim(&key).await? else {
            return Err(refused(
                "validation_backup_name_exists",
                "Backup file with the specified name already exists.",
            ));
        };
        let folder = self.0.folder.clone();
        let checked = blocking(move || {
            let scratch = folder.scratch()?;
            let archive = scratch.path().join("archive");
            upload.content.store(&archive)?;
            unpack::look(&archive).map_err(|error| refused("validation_invalid_backup", &error.to_string()))?;
            Ok((scratch, archive))
        });
        let (scratch, archive) = checked.await?;
        let work = async move {
            let kept = shelf.keep(&archive, &key).await;
            drop((scratch, name));
            kept
        };
        self.0.runtime.spawn(work).await.map_err(Error::internal)?
    }

    /// An archive, open; 404 when there is none.
    pub async fn open(&self, key: &str, want: Want) -> Result<Blob> {
        self.shelf()?.open(key, want).await
    }

    /// Removes an archive that is not in use.
    pub async fn remove(&self, key: &str) -> Result<()> {
        if self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).as_deref() == Some(key) {
            return Err(Error::bad_request("The backup is currently being used and cannot be deleted."));
        }
        let shelf = self.shelf()?;
        if !self.is_there(&shelf, key).await? {
            let message = "Invalid or already deleted backup file. Raw error: \nthere is no such file";
            return Err(Error::bad_request(message));
        }
        shelf.remove(key).await
    }

    /// Whether there is an archive of that name, if it is one at all.
    async fn is_there(&self, shelf: &Shelf, key: &str) -> Result<bool> {
        shelf.has(key).await.or_else(|error| if error.is_not_found() { Ok(false) } else { Err(error) })
    }

    /// Unpacks and checks an archive; when it can be used it takes the place of everything at the next start, which is
    /// asked for. Whatever is wrong with it is said now, and nothing has happened.
    pub async fn restore(&self, key: &str) -> Result<()> {
        let turn = self.turn(key)?;
        let shelf = self.shelf()?;
        if !self.is_there(&shelf, key).await? {
            return Err(Error::bad_request("Missing or invalid backup file."));
        }
        let (backups, key) = (self.clone(), key.to_string());
        let work = async move {
            let inner = &backups.0;
            let dir = inner.parts.dir.clone();
            let archive = shelf.fetch(&key, &inner.folder).await?;
            let staged = blocking(move || swap::stage(&dir, |into| unpack::unpack(&archive.path, into))).await?;
            (inner.parts.check)(staged.path().to_path_buf()).await?;
            blocking(move || staged.ready()).await?;
            inner.restart.notify_one();
            turn.keep();
            Ok(())
        };
        let done: Result<()> = self.0.runtime.spawn(work).await.map_err(Error::internal)?;
        done.map_err(|error| match error {
            Error::Unavailable { .. } | Error::Rejected { reason: Reason::NoSpace, .. } => error,
            error => Error::bad_request(format!("The backup cannot be restored. Raw error: \n{error}")),
        })
    }

    /// Waits until a restore asks for a restart of the server.
    pub async fn restart_wanted(&self) {
        self.0.restart.notified().await;
    }

    /// A name that no archive has and that nobody else is about to give one; `None` when there is no claim to it.
    async fn claim(&self, key: &str) -> Result<Option<Claim>> {
        if !self.0.coming.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_string()) {
            return Ok(None);
        }
        let claim = Claim { inner: Arc::clone(&self.0), key: key.to_string() };
        Ok(if self.shelf()?.has(key).await? { None } else { Some(claim) })
    }

    fn turn(&self, key: &str) -> Result<Turn> {
        let mut busy = self.0.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.is_some() {
            return Err(Error::bad_request(BUSY));
        }
        *busy = Some(key.to_string());
        drop(busy);
        Ok(Turn { inner: Arc::clone(&self.0), kept: false })
    }
}

impl Turn {
    /// Nobody gets another one until the restart.
    fn keep(mut self) {
        self.kept = true;
    }
}
