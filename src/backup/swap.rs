//! Putting an unpacked backup in the place of what is there, in steps that survive being killed between any two.
//!
//! ```text
//! .restore/new/      the unpacked and checked backup
//! .restore/ready     written last: from here on the next start goes through with it
//! .restore/old/      1. everything that is there moves here
//! .restore/placing   2. `ready` is renamed: everything has moved
//!                    3. what is in `new` moves to its place, `placing` goes, and then the rest
//! ```
//! A step that was begun is simply done again. All of it happens before the database is opened.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::folder::io;
use super::pack::{LEFT_OUT, RESTORING};
use crate::error::{Error, Result};

const NEW: &str = "new";
const OLD: &str = "old";
const READY: &str = "ready";
const PLACING: &str = "placing";

/// An unpacked backup that takes nobody's place yet; it goes with the value unless it is declared ready.
pub struct Staged {
    /// `.restore`.
    folder: PathBuf,
    kept: bool,
}

/// Makes room for a backup and has it unpacked.
pub fn stage(dir: &Path, unpack: impl FnOnce(&Path) -> Result<()>) -> Result<Staged> {
    let staged = Staged { folder: dir.join(RESTORING), kept: false };
    gone(std::fs::remove_dir_all(&staged.folder))?;
    std::fs::create_dir_all(staged.path()).map_err(io)?;
    unpack(&staged.path())?;
    Ok(staged)
}

impl Staged {
    /// The folder with what was unpacked.
    pub fn path(&self) -> PathBuf {
        self.folder.join(NEW)
    }

    /// The next start puts it in its place.
    pub fn ready(mut self) -> Result<()> {
        sync_folders(&self.folder)?;
        std::fs::write(self.folder.join(READY), "").map_err(io)?;
        self.kept = true;
        sync(&self.folder)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Goes through with a restore that was decided, and clears away what one that was not has left. Whether there was one.
pub fn finish(dir: &Path) -> Result<bool> {
    let folder = dir.join(RESTORING);
    if !folder.exists() {
        return Ok(false);
    }
    if folder.join(READY).exists() {
        let (old, name) = (folder.join(OLD), READY);
        std::fs::create_dir_all(&old).map_err(io)?;
        if let Err(error) = move_all(dir, &old, &LEFT_OUT) {
            // Back to where it was: a disk that does not let go of its files (a mount, say) is no reason not to start.
            tracing::error!(%error, "the backup could not be put in place; everything stays as it was");
            move_all(&old, dir, &[])?;
            gone(std::fs::remove_file(folder.join(name)))?;
            gone(std::fs::remove_dir_all(&folder))?;
            return Ok(false);
        }
        sync(&old)?;
        std::fs::rename(folder.join(READY), folder.join(PLACING)).map_err(io)?;
        sync(&folder)?;
    }
    let placing = folder.join(PLACING).exists();
    if placing {
        move_all(&folder.join(NEW), dir, &[])?;
        sync(dir)?;
        gone(std::fs::remove_file(folder.join(PLACING)))?;
        sync(&folder)?;
    }
    gone(std::fs::remove_dir_all(&folder))?;
    Ok(placing)
}

/// Moves every entry of a folder into another one on the same disk.
fn move_all(from: &Path, to: &Path, except: &[&str]) -> Result<()> {
    for entry in std::fs::read_dir(from).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        if !except.iter().any(|kept| name == *kept) {
            std::fs::rename(entry.path(), to.join(&name)).map_err(io)?;
        }
    }
    Ok(())
}

/// Every folder below and including this one; the files were synced when they were written.
fn sync_folders(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        if entry.file_type().map_err(io)?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync(folder)
}

fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
}

/// Removing what is not there is no error.
fn gone(removed: std::io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err::<(), Error>(io(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(dir: &Path, name: &str) -> String {
        std::fs::read_to_string(dir.join(name)).unwrap_or_default()
    }

    /// A directory in use and a backup that waits.
    fn waiting() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("data.db", "old"),
            ("data.db-wal", "old"),
            ("storage/a", "old"),
            ("storage/gone", "old"),
            ("backups/x.zip", "kept"),
        ] {
            write(&dir.path().join(name), text);
        }
        let unpack = |into: &Path| {
            write(&into.join("data.db"), "new");
            write(&into.join("storage/a"), "new");
            Ok(())
        };
        stage(dir.path(), unpack).unwrap().ready().unwrap();
        dir
    }

    fn is_replaced(dir: &Path) {
        assert_eq!((read(dir, "data.db"), read(dir, "storage/a")), ("new".into(), "new".into()));
        assert!(
            !dir.join("data.db-wal").exists() && !dir.join("storage/gone").exists() && !dir.join(RESTORING).exists()
        );
        assert_eq!(read(dir, "backups/x.zip"), "kept");
        assert!(!finish(dir).unwrap());
    }

    #[test]
    fn everything_but_backups_is_replaced() {
        let dir = waiting();
        assert!(finish(dir.path()).unwrap());
        is_replaced(dir.path());
    }

    #[test]
    fn being_killed_between_any_two_steps_changes_nothing_about_the_end() {
        // Killed after the first, second, … move: what was moved by then is moved by hand.
        for moved in 0..4 {
            let dir = waiting();
            let restore = dir.path().join(RESTORING);
            std::fs::create_dir_all(restore.join(OLD)).unwrap();
            for name in ["data.db", "data.db-wal", "storage"].iter().take(moved) {
                std::fs::rename(dir.path().join(name), restore.join(OLD).join(name)).unwrap();
            }
            assert!(finish(dir.path()).unwrap());
            is_replaced(dir.path());
        }
        for moved in 0..3 {
            let dir = waiting();
            let restore = dir.path().join(RESTORING);
            std::fs::create_dir_all(restore.join(OLD)).unwrap();
            move_all(dir.path(), &restore.join(OLD), &LEFT_OUT).unwrap();
            std::fs::rename(restore.join(READY), restore.join(PLACING)).unwrap();
            for name in ["storage", "data.db"].iter().take(moved) {
                std::fs::rename(restore.join(NEW).join(name), dir.path().join(name)).unwrap();
            }
            assert!(finish(dir.path()).unwrap());
            is_replaced(dir.path());
        }
    }

    #[test]
    fn what_was_not_declared_ready_leaves_no_trace() {
        let dir = waiting();
        std::fs::remove_file(dir.path().join(RESTORING).join(READY)).unwrap();
        assert!(!finish(dir.path()).unwrap());
        assert_eq!(read(dir.path(), "data.db"), "old");
        assert!(!dir.path().join(RESTORING).exists());
        let failed = stage(dir.path(), |_| Err(Error::bad_request("broken")));
        assert!(failed.is_err() && !dir.path().join(RESTORING).exists());
    }
}
