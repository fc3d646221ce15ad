//! Uploads on their way in: where their bytes are spooled, and which keys may turn out to be nobody's.
//!
//! Every process has a folder of its own, with a lock beside it that ends with the process however that ends. Before a
//! file is stored a note with its key is left there, and taken away when its record is written or the file is removed
//! again; another says from where on changes may have dropped files that are not removed yet. So what a dead process
//! left behind is known without looking through the store.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// Locks end so; folders have the same name without.
const LOCK: &str = "lock";
/// Notes end so; anything else in a folder but [`SINCE`] is a spooled upload.
const NOTE: &str = "keys";
/// Up to where in the feed everything is settled.
const SINCE: &str = "since";

/// The folder of this process, made when it is first needed; cheap to clone.
#[derive(Clone, Debug)]
pub struct Incoming(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Of all processes.
    root: PathBuf,
    own: Mutex<Option<Own>>,
    /// Notes whose request ended before it could take them away, and how often [`Incoming::forgotten`] passed them by.
    dropped: Mutex<HashMap<PathBuf, u8>>,
}

#[derive(Debug)]
struct Own {
    dir: PathBuf,
    lock: PathBuf,
    /// Held as long as this lives.
    _locked: File,
    notes: u64,
}

/// That some keys have files, but not yet a record that names them.
#[derive(Debug)]
pub struct Note {
    incoming: Incoming,
    path: PathBuf,
    settled: bool,
}

/// Keys whose files may be nobody's; what they were told by goes with [`Leftover::clear`].
#[derive(Debug)]
pub struct Leftover {
    pub keys: Vec<String>,
    /// Of a dead process: changes after this number may have dropped files that it did not come to remove.
    pub since: Option<i64>,
    trace: Trace,
}

#[derive(Debug)]
enum Trace {
    /// Of this process; it is found again unless it is settled.
    Note(Note),
    /// The folder of a dead process and its lock, held so that two do not clear up behind it at once.
    Folder(PathBuf, (PathBuf, File)),
}

impl Incoming {
    /// Below `root`.
    pub fn new(root: PathBuf) -> Self {
        Incoming(Arc::new(Inner { root, own: Mutex::default(), dropped: Mutex::default() }))
    }

    /// Where uploads are spooled. Blocks.
    pub fn dir(&self) -> Result<PathBuf> {
        self.own(|own| own.dir.clone())
    }

    /// Leaves word that there will be files under `keys`. Blocks.
    pub fn note(&self, keys: &[String]) -> Result<Note> {
        let path = self.own(|own| {
            own.notes += 1;
            own.dir.join(format!("{}.{NOTE}", own.notes))
        })?;
        fs::write(&path, keys.join("\n")).map_err(super::io)?;
        Ok(Note { incoming: self.clone(), path, settled: false })
    }

    /// Leaves word that everything up to change number `seq` is settled. Blocks.
    pub fn note_since(&self, seq: i64) -> Result<()> {
        let path = self.own(|own| own.dir.join(SINCE))?;
        let fresh = path.with_extension("new");
        fs::write(&fresh, seq.to_string()).and_then(|()| fs::rename(fresh, path)).map_err(super::io)
    }

    /// Notes of requests that ended too early, once they are old enough for any write of theirs to be decided: the
    /// second time this asks. Blocks.
    pub fn forgotten(&self) -> Vec<Leftover> {
        let mut dropped = self.0.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        let old: Vec<PathBuf> =
            dropped.iter().filter(|(_, rounds)| **rounds > 0).map(|(path, _)| path.clone()).collect();
        dropped.retain(|_, rounds| *rounds == 0);
        dropped.values_mut().for_each(|rounds| *rounds += 1);
        let leftover = |path: PathBuf| Leftover {
            keys: keys(&path),
            since: None,
            trace: Trace::Note(Note { incoming: self.clone(), path, settled: false }),
        };
        old.into_iter().map(leftover).collect()
    }

    /// What processes left that ended without clearing up. Blocks.
    pub fn abandoned(&self) -> Result<Vec<Leftover>> {
        let entries = match fs::read_dir(&self.0.root) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(super::io)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let lock = entry.map_err(super::io)?.path();
            if lock.extension().is_none_or(|end| end != LOCK) {
                continue;
            }
            // Gone, or of a process that lives: nothing to do with it.
            let Ok(file) = File::open(&lock) else { continue };
            if file.try_lock().is_err() {
                continue;
            }
            let dir = lock.with_extension("");
            let notes = fs::read_dir(&dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
            let keys =
                notes.filter(|path| path.extension().is_some_and(|end| end == NOTE)).flat_map(|path| keys(&path));
            let keys = keys.collect();
            let since = fs::read_to_string(dir.join(SINCE)).ok().and_then(|text| text.parse().ok());
            found.push(Leftover { keys, since, trace: Trace::Folder(dir, (lock, file)) });
        }
        Ok(found)
    }

    fn own<T>(&self, ask: impl FnOnce(&mut Own) -> T) -> Result<T> {
        let mut own = self.0.own.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have tidied up by hand.
        if own.as_ref().is_none_or(|own| !own.dir.is_dir()) {
            *own = Some(Own::make(&self.0.root).map_err(super::io)?);
        }
        own.as_mut().map(ask).ok_or_else(|| Error::internal("no folder for uploads"))
    }
}

impl Own {
    fn make(root: &Path) -> std::io::Result<Own> {
        fs::create_dir_all(root)?;
        loop {
            let made = tempfile::Builder::new().prefix("").suffix(&format!(".{LOCK}")).tempfile_in(root)?;
            let (file, lock) = made.keep().map_err(|error| error.error)?;
            // Whoever clears up may have been faster, or may have it in hand.
            let free = !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && lock.exists();
            if free {
                let dir = lock.with_extension("");
                fs::create_dir(&dir)?;
                return Ok(Own { dir, lock, _locked: file, notes: 0 });
            }
        }
    }
}

impl Note {
    /// Its files have a record, or are gone.
    pub fn settle(mut self) {
        self.settled = fs::remove_file(&self.path).is_ok();
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if !self.settled {
            let mut dropped = self.incoming.0.dropped.lock().unwrap_or_else(PoisonError::into_inner);
            dropped.insert(std::mem::take(&mut self.path), 0);
        }
    }
}

impl Leftover {
    /// Everything it named is settled. Blocks.
    pub fn clear(self) {
        match self.trace {
            Trace::Note(note) => note.settle(),
            // What cannot be removed is found again next time.
            Trace::Folder(dir, (lock, _held)) => {
                let _ = fs::remove_dir_all(dir).and_then(|()| fs::remove_file(lock));
            }
        }
    }
}

/// A process that ends well leaves nothing, unless there are notes that nobody settled.
impl Drop for Inner {
    fn drop(&mut self) {
        let own = self.own.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = own.take() else { return };
        let left = fs::read_dir(&own.dir).into_iter().flatten().flatten();
        if left.into_iter().all(|entry| entry.file_name() == SINCE) {
            let _ = fs::remove_dir_all(&own.dir).and_then(|()| fs::remove_file(&own.lock));
        }
    }
}

fn keys(note: &Path) -> Vec<String> {
    fs::read_to_string(note).unwrap_or_default().lines().map(ToString::to_string).collect()
}
