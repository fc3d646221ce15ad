//! Reading an archive that nobody vouches for: every name, size and kind in it is a claim.

use std::fs::File;
use std::io::{BufReader, Read as _, Write as _};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::folder::{io, make_room, refused};
use super::pack::{DATA, LEFT_OUT};
use crate::error::{Error, Result};

/// Files in an archive.
const ENTRIES: usize = 5_000_000;
/// Folders in each other, and characters of a name.
const DEPTH: usize = 16;
const NAME: usize = 1000;
/// How many times its own size an archive may unpack to, beyond what is no trouble at all.
const GROWTH: u64 = 250;
const NO_TROUBLE: u64 = 100 << 20;

type Archive = ZipArchive<BufReader<File>>;

/// Whether it looks like a backup: readable, with a database in it, and nothing that is not allowed.
pub fn look(path: &Path) -> Result<()> {
    plan(&mut open(path)?, path).map(|_| ())
}

/// Unpacks everything into the empty folder `into`. What is there after an error is of no use.
pub fn unpack(path: &Path, into: &Path) -> Result<()> {
    let mut archive = open(path)?;
    let total = plan(&mut archive, path)?;
    make_room(into, total)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let (name, size) = (name_of(&entry)?, entry.size());
        let target = into.join(&name);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        // Two entries of one name would be a way around every check.
        let twice = |_| refused(format!("it has {name:?} twice"));
        let mut file = File::create_new(&target).map_err(twice)?;
        // One byte more than announced is enough to know.
        let read = std::io::copy(&mut entry.by_ref().take(size.saturating_add(1)), &mut file);
        let read = read.map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => io(error),
            _ => refused(format!("{name:?} cannot be unpacked: {error}")),
        })?;
        if read != size {
            return Err(refused(format!("{name:?} is not as large as announced")));
        }
        file.flush().and_then(|()| file.sync_data()).map_err(io)?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<Archive> {
    let file = File::open(path).map_err(io)?;
    ZipArchive::new(BufReader::with_capacity(1 << 18, file)).map_err(broken)
}

/// Looks at everything before anything is written; the bytes it unpacks to.
fn plan(archive: &mut Archive, path: &Path) -> Result<u64> {
    if archive.len() > ENTRIES {
        return Err(refused(format!("it has more than {ENTRIES} files")));
    }
    let packed = std::fs::metadata(path).map_err(io)?.len();
    let (mut total, mut database) = (0u64, false);
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(broken)?;
        let name = name_of(&entry)?;
        // Links and devices are a way out of the folder.
        let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
        if entry.is_symlink() || !matches!(kind, 0 | 0o100_000 | 0o040_000) {
            return Err(refused(format!("{name:?} is neither a file nor a folder")));
        }
        if entry.encrypted() {
            return Err(refused(format!("{name:?} is encrypted")));
        }
        database |= name == DATA && entry.is_file();
        total = total.saturating_add(entry.size());
    }
    if !database {
        return Err(refused(format!("it has no {DATA}: it is no backup")));
    }
    if total > NO_TROUBLE && total > packed.saturating_mul(GROWTH) {
        return Err(refused(format!("it claims to unpack from {packed} to {total} bytes")));
    }
    Ok(total)
}

/// The name of an entry, if every reader of archives would take it for the same.
fn name_of<R: std::io::Read>(entry: &ZipFile<'_, R>) -> Result<String> {
    let raw = String::from_utf8_lossy(entry.name_raw());
    match entry.name() {
        Ok(name) if name == raw && is_safe(&name) => Ok(name.into_owned()),
        Ok(_) | Err(_) => Err(refused(format!("it has a file with an impossible name: {raw:?}"))),
    }
}

/// A relative path of plain names that does not lead to anything a backup never has. A folder ends in a slash.
fn is_safe(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.contains(['\\', ':', '\0'])
            && !part.contains(char::is_control)
    };
    let path = name.strip_suffix('/').unwrap_or(name);
    let first = path.split('/').next().unwrap_or_default();
    let companion = ["-wal", "-shm", "-journal"].iter().any(|end| first.ends_with(end));
    name.len() <= NAME
        && path.split('/').count() <= DEPTH
        && path.split('/').all(plain)
        && !LEFT_OUT.contains(&first)
        && !companion
}

fn broken(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => io(error),
        other => refused(format!("the archive is broken: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_the_folder() {
        for ok in ["data.db", "storage/a/b/c.png", "types.d.ts", "storage/", "storage/a/.b"] {
            assert!(is_safe(ok), "{ok}");
        }
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "storage/../../x",
            "storage//x",
            "./x",
            "a\\..\\b",
            "C:x",
            "a\0",
            "a\nb",
            "backups/x.zip",
            ".restore/ready",
            "data.db-wal",
            "auxiliary.db-shm",
            "data.db-journal",
            "//x",
        ] {
            assert!(!is_safe(bad), "{bad:?}");
        }
        assert!(!is_safe(&"a/".repeat(17)));
        assert!(!is_safe(&"a".repeat(1001)));
    }
}
