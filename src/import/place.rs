//! Where the new data directory is put together, and how it takes the target's place: at once, or not at all.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::{DATABASE, cannot, refuse};
use crate::error::Result;

/// The unfinished directory inside of a target that exists.
const INSIDE: &str = ".importing";
const LOCK: &str = ".lock";
/// Up to this many files are flushed one by one; more of them are cheaper with the whole file system.
const FEW: usize = 200;

/// An unfinished data directory; it is removed when this is dropped.
pub struct Place {
    target: PathBuf,
    dir: PathBuf,
    /// Inside the target, which exists and may be a mount point: then its entries move, not the directory.
    is_inside: bool,
    /// Held while somebody works here.
    _lock: File,
}

impl Place {
    /// Fails when the target has content, lies in `source`, or is being imported into. What an import left that was
    /// killed is removed.
    pub fn make(target: &Path, source: &Path) -> Result<Place> {
        let target = std::path::absolute(target).map_err(|error| cannot("find", target, &error))?;
        let exists = target.symlink_metadata().is_ok();
        if exists {
            check_empty(&target)?;
        }
        // The parents need not exist either; they are made at the very end.
        let anchor = target.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("/"));
        let real = anchor.canonicalize().map_err(|error| cannot("find", anchor, &error))?;
        if real.starts_with(source) {
            return Err(refuse(format!("{} lies in the directory that is imported", target.display())));
        }
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let dir = anchor.join(if exists { INSIDE.to_string() } else { format!(".{name}{INSIDE}") });
        if !dir.is_symlink() && !dir.is_dir() {
            // It becomes the data directory, which is nobody else's business.
            fs::DirBuilder::new().mode(0o700).create(&dir).map_err(|error| cannot("make", &dir, &error))?;
        }
        let lock = lock(&dir, &target)?;
        let place = Place { target, dir, is_inside: exists, _lock: lock };
        place.clear()?;
        Ok(place)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Flushes everything to disk and puts it where it belongs.
    pub fn take(self) -> Result<()> {
        let fail = |error: std::io::Error| cannot("write", &self.target, &error);
        fs::remove_file(self.dir.join(LOCK)).map_err(fail)?;
        flush(&self.dir).map_err(fail)?;
        if self.is_inside {
            return self.move_entries().map_err(fail);
        }
        if let Some(parent) = self.target.parent() {
            fs::create_dir_all(parent).map_err(fail)?;
            fs::rename(&self.dir, &self.target).map_err(fail)?;
            flush_dir(parent).map_err(fail)?;
        }
        Ok(())
    }

    /// The database last: without it the target is nothing yet. What was moved goes back when one cannot.
    fn move_entries(&self) -> std::io::Result<()> {
        let mut names = Vec::new();
        for entry in self.dir.read_dir()? {
            names.push(entry?.file_name());
        }
        names.sort_by_key(|name| name == DATABASE);
        for (index, name) in names.iter().enumerate() {
            if let Err(error) = fs::rename(self.dir.join(name), self.target.join(name)) {
                for moved in names.iter().take(index) {
                    let _ = fs::rename(self.target.join(moved), self.dir.join(moved));
                }
                return Err(error);
            }
        }
        flush_dir(&self.target)
    }

    fn clear(&self) -> Result<()> {
        let fail = |error: std::io::Error| cannot("empty", &self.dir, &error);
        for entry in self.dir.read_dir().map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let is_dir = path.symlink_metadata().map_err(fail)?.is_dir();
            match path.file_name() {
                Some(name) if name == LOCK => {}
                _ if is_dir => fs::remove_dir_all(&path).map_err(fail)?,
                _ => fs::remove_file(&path).map_err(fail)?,
            }
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing can be done about what cannot be removed; it is in nobody's way, and the next import removes it.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// What a fresh file system or an import that was killed puts there does not count.
fn check_empty(target: &Path) -> Result<()> {
    if !target.is_dir() {
        return Err(refuse(format!("{} is not a directory", target.display())));
    }
    for entry in target.read_dir().map_err(|error| cannot("read", target, &error))? {
        let name = entry.map_err(|error| cannot("read", target, &error))?.file_name();
        if name != INSIDE && name != "lost+found" {
            let name = name.to_string_lossy();
            return Err(refuse(format!("{} is not empty: it has {name}; name a new directory", target.display())));
        }
    }
    Ok(())
}

fn lock(dir: &Path, target: &Path) -> Result<File> {
    if dir.is_symlink() {
        return Err(refuse(format!("{} is in the way: remove it", dir.display())));
    }
    let path = dir.join(LOCK);
    let file = File::options().create(true).write(true).truncate(false).open(&path);
    let file = file.map_err(|error| cannot("make", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(refuse(format!("another import into {} is running", target.display()))),
        Err(TryLockError::Error(error)) => Err(cannot("lock", &path, &error)),
    }
}

/// Everything below `dir` is on disk when this returns.
fn flush(dir: &Path) -> std::io::Result<()> {
    let (mut dirs, mut files) = (vec![dir.to_path_buf()], Vec::new());
    let mut next = 0;
    while let Some(path) = dirs.get(next).cloned() {
        next += 1;
        for entry in path.read_dir()? {
            let entry = entry?;
            if entry.file_type()?.is_dir() { dirs.push(entry.path()) } else { files.push(entry.path()) }
        }
        if files.len() > FEW && flush_file_system(dir) {
            return Ok(());
        }
    }
    for file in files {
        File::open(file)?.sync_all()?;
    }
    dirs.iter().try_for_each(|dir| flush_dir(dir))
}

/// `false` where there is no such call.
#[cfg(target_os = "linux")]
fn flush_file_system(dir: &Path) -> bool {
    File::open(dir).is_ok_and(|dir| rustix::fs::syncfs(dir).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn flush_file_system(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn flush_dir(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn flush_dir(_: &Path) -> std::io::Result<()> {
    Ok(())
}
