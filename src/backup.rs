//! Backups: archives of the data directory, made while everything goes on, checked before anything is replaced by one.

pub mod alarm;
mod name;
mod pack;
pub mod shelf;
pub mod swap;
mod unpack;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::error::{Error, FieldError, Result};
use crate::files::{Files, Upload};
use crate::logs::Logs;
use crate::settings::Live;
use crate::store::Store;

use shelf::{Shelf, Stored};

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
    shelf: Shelf,
    /// The archive that is being made or restored.
    busy: Mutex<Option<String>>,
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

impl Backups {
    /// Works on the current runtime.
    pub fn new(parts: Parts) -> Backups {
        let shelf = Shelf::new(parts.dir.join(shelf::FOLDER));
        let (busy, restart, runtime) = (Mutex::default(), Notify::new(), Handle::current());
        Backups(Arc::new(Inner { parts, shelf, busy, restart, runtime }))
    }

    /// All archives by key.
    pub async fn list(&self) -> Result<Vec<Stored>> {
        let shelf = self.0.shelf.clone();
        blocking(move || shelf.list()).await
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
        let (shelf, wanted) = (self.0.shelf.clone(), key.clone());
        if blocking(move || shelf.has(&wanted)).await? {
            let message = "The backup file name is invalid or already exists.";
            return Err(Error::invalid(INVALID, "name", FieldError::new("validation_backup_name_exists", message)));
        }
        let backups = self.clone();
        let made = self.0.runtime.spawn(async move { backups.make(turn, key).await });
        made.await.map_err(Error::internal)?.map_err(|error| match error {
            Error::Unavailable { .. } => error,
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
        let (shelf, keep) = (self.0.shelf.clone(), usize::try_from(settings.backups.cron_max_keep).unwrap_or(1).max(1));
        blocking(move || {
            let mut own: Vec<Stored> =
                shelf.list()?.into_iter().filter(|stored| stored.key.starts_with(name::SCHEDULED)).collect();
            own.sort_by_key(|stored| std::cmp::Reverse((stored.modified, stored.key.clone())));
            own.iter().skip(keep).try_for_each(|old| shelf.remove(&old.key))
        })
        .await
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
        let scratch = self.0.shelf.scratch()?;
        store.backup_into(&scratch.path().join(pack::DATA)).await?;
        logs.copy_into(scratch.path().join(pack::LOGS)).await?;
        let (dir, shelf) = (dir.clone(), self.0.shelf.clone());
        blocking(move || shelf.keep(&pack::pack(&dir, scratch.path())?, &key)).await
    }

    /// Keeps an archive that was sent, under the name it came with, if it is a backup.
    pub async fn keep(&self, upload: Upload) -> Result<()> {
        let refused = |code, message: &str| Error::invalid(INVALID, "file", FieldError::new(code, message));
        if !upload.content.head().starts_with(ZIP) {
            return Err(refused("validation_invalid_mime_type", "The file must be a zip archive."));
        }
        let key = name::uploaded(&upload.original_name);
        let shelf = self.0.shelf.clone();
        blocking(move || {
            let taken =
                || refused("validation_backup_name_exists", "Backup file with the specified name already exists.");
            let path = shelf.path(&key)?;
            if path.exists() {
                return Err(taken());
            }
            let scratch = shelf.scratch()?;
            let archive = scratch.path().join("archive");
            upload.content.store(&archive)?;
            unpack::look(&archive).map_err(|error| refused("validation_invalid_backup", &error.to_string()))?;
            shelf.keep(&archive, &key)
        })
        .await
    }

    /// The file of an archive; 404 when there is none.
    pub async fn open(&self, key: &str) -> Result<(std::fs::File, PathBuf)> {
        let (shelf, key) = (self.0.shelf.clone(), key.to_string());
        blocking(move || shelf.open(&key)).await
    }

    /// Removes an archive that is not in use.
    pub async fn remove(&self, key: &str) -> Result<()> {
        if self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).as_deref() == Some(key) {
            return Err(Error::bad_request("The backup is currently being used and cannot be deleted."));
        }
        let (shelf, name) = (self.0.shelf.clone(), key.to_string());
        let removed = blocking(move || shelf.open(&name).and_then(|_| shelf.remove(&name))).await;
        removed.map_err(|error| match error.status() {
            404 => Error::bad_request("Invalid or already deleted backup file. Raw error: \nthere is no such file"),
            _ => error,
        })
    }

    /// Unpacks and checks an archive; when it can be used it takes the place of everything at the next start, which is
    /// asked for. Whatever is wrong with it is said now, and nothing has happened.
    pub async fn restore(&self, key: &str) -> Result<()> {
        let turn = self.turn(key)?;
        let missing = |_| Error::bad_request("Missing or invalid backup file.");
        let (_, archive) = self.open(key).await.map_err(missing)?;
        let backups = self.clone();
        let work = async move {
            let inner = &backups.0;
            let dir = inner.parts.dir.clone();
            let staged = blocking(move || swap::stage(&dir, |into| unpack::unpack(&archive, into))).await?;
            (inner.parts.check)(staged.path().to_path_buf()).await?;
            blocking(move || staged.ready()).await?;
            inner.restart.notify_one();
            turn.keep();
            Ok(())
        };
        let done: Result<()> = self.0.runtime.spawn(work).await.map_err(Error::internal)?;
        done.map_err(|error| match error {
            Error::Unavailable { .. } | Error::Rejected { reason: crate::error::Reason::NoSpace, .. } => error,
            error => Error::bad_request(format!("The backup cannot be restored. Raw error: \n{error}")),
        })
    }

    /// Waits until a restore asks for a restart of the server.
    pub async fn restart_wanted(&self) {
        self.0.restart.notified().await;
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

/// Files are no work for the threads that answer.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
