//! Files: copied byte for byte with what is known about them, never through a symbolic link.
//!
//! The tree is the same in both systems: `storage/<collection>/<record>/<name>`, beside each file a JSON object
//! `<name>.attrs` with its content type and original name, thumbnails below `thumbs_<name>/`.

use std::collections::HashSet;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use super::{Progress, Report, cannot, failed};
use crate::error::Result;
use crate::schema::{Collection, FieldKind};
use crate::sql::transfer as print;
use crate::store::transfer::Transfer;

const STORAGE: &str = "storage";
const BACKUPS: &str = "backups";
const ATTRIBUTES: &str = ".attrs";
const THUMBS: &str = "thumbs_";
/// Records whose files are looked for at once.
const CHUNK: i64 = 5_000;
/// Files between two words about progress.
const WORD_EVERY: u64 = 100;
/// Missing files that are named; all are counted.
const NAMED: usize = 100;

/// What is being copied, and how far it is.
struct Copying<'a, 'b> {
    progress: &'a mut dyn FnMut(Progress<'_>),
    report: &'b mut Report,
    done: u64,
    total: u64,
}

/// Copies the files of all records of these collections.
pub fn copy(
    from: &Path,
    to: &Path,
    collections: &[&Collection],
    progress: &mut dyn FnMut(Progress<'_>),
    report: &mut Report,
) -> Result<()> {
    let (from, to) = (from.join(STORAGE), to.join(STORAGE));
    if !from.is_dir() {
        return Ok(());
    }
    let known: HashSet<&str> = collections.iter().filter(|c| !c.is_view()).map(|c| &*c.id).collect();
    let mut folders = Vec::new();
    for entry in entries(&from)? {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| known.contains(name)) && is_dir(&entry)? {
            folders.push(entry);
        } else {
            report.skipped.push(format!("{}, which belongs to no collection", entry.path().display()));
        }
    }
    let mut total = 0;
    for folder in &folders {
        total += count(&folder.path())?;
    }
    let mut copying = Copying { progress, report, done: 0, total };
    copying.tell();
    for folder in &folders {
        let to = to.join(folder.file_name());
        for record in entries(&folder.path())? {
            copying.record(&record, &to)?;
        }
    }
    copying.tell();
    Ok(())
}

/// Copies the backups, which PocketBase can restore.
pub fn copy_backups(from: &Path, to: &Path, report: &mut Report) -> Result<()> {
    let (from, to) = (from.join(BACKUPS), to.join(BACKUPS));
    if !from.is_dir() {
        return Ok(());
    }
    let mut backups = 0;
    for entry in entries(&from)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_file(&entry)? || !is_plain(&name) || is_leftover(&name) {
            report.skipped.push(format!("{}", entry.path().display()));
            continue;
        }
        copy_file(&entry.path(), &to, &name)?;
        backups += u64::from(!name.ends_with(ATTRIBUTES));
    }
    report.backups = backups;
    Ok(())
}

impl Copying<'_, '_> {
    fn record(&mut self, record: &DirEntry, to: &Path) -> Result<()> {
        let name = record.file_name().to_string_lossy().into_owned();
        if !is_dir(record)? || !is_plain(&name) {
            return self.skip(record);
        }
        let to = to.join(&name);
        for entry in entries(&record.path())? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_dir(&entry)? && name.starts_with(THUMBS) && is_plain(&name) {
                for thumb in entries(&entry.path())? {
                    self.file(&thumb, &to.join(&name), Kind::Thumb)?;
                }
            } else {
                self.file(&entry, &to, Kind::Upload)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, entry: &DirEntry, to: &Path, kind: Kind) -> Result<()> {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_leftover(&name) {
            return Ok(());
        }
        if !is_file(entry)? || !is_plain(&name) {
            return self.skip(entry);
        }
        let bytes = copy_file(&entry.path(), to, &name)?;
        let files = &mut self.report.files;
        match kind {
            _ if name.ends_with(ATTRIBUTES) => {}
            Kind::Upload => (files.count, files.bytes) = (files.count + 1, files.bytes + bytes),
            Kind::Thumb => files.thumbs += 1,
        }
        self.done += 1;
        if self.done.is_multiple_of(WORD_EVERY) {
            self.tell();
        }
        Ok(())
    }

    fn skip(&mut self, entry: &DirEntry) -> Result<()> {
        let kind = entry.file_type().map_err(|error| cannot("read", &entry.path(), &error))?;
        let why = if kind.is_symlink() { "a symbolic link" } else { "not a file of a record" };
        self.report.skipped.push(format!("{}, {why}", entry.path().display()));
        Ok(())
    }

    fn tell(&mut self) {
        (self.progress)(Progress::Files { done: self.done.min(self.total), total: self.total });
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Upload,
    Thumb,
}

/// How many files are below `dir`.
fn count(dir: &Path) -> Result<u64> {
    let mut total = 0;
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in entries(&dir)? {
            if is_dir(&entry)? {
                dirs.push(entry.path());
            } else {
                total += 1;
            }
        }
    }
    Ok(total)
}

/// Copies to `dir`, which is made when it is missing; how many bytes.
fn copy_file(from: &Path, dir: &Path, name: &str) -> Result<u64> {
    let to: PathBuf = dir.join(name);
    match fs::copy(from, &to) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|error| cannot("make", dir, &error))?;
            fs::copy(from, &to).map_err(|error| cannot("copy", from, &error))
        }
        other => other.map_err(|error| cannot("copy", from, &error)),
    }
}

fn entries(dir: &Path) -> Result<Vec<DirEntry>> {
    let entries = dir.read_dir().and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    entries.map_err(|error| cannot("read", dir, &error))
}

/// Links are neither directories nor files.
fn is_dir(entry: &DirEntry) -> Result<bool> {
    entry.file_type().map(|kind| kind.is_dir()).map_err(|error| cannot("read", &entry.path(), &error))
}

fn is_file(entry: &DirEntry) -> Result<bool> {
    entry.file_type().map(|kind| kind.is_file()).map_err(|error| cannot("read", &entry.path(), &error))
}

/// One part of a path on every system, and all of it text.
fn is_plain(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', ':', '\0', char::REPLACEMENT_CHARACTER])
}

/// What an upload that was cut off leaves: `<name>.<hex>.tmp`.
fn is_leftover(name: &str) -> bool {
    let hex = name.strip_suffix(".tmp").and_then(|rest| rest.rsplit_once('.')).map(|(_, hex)| hex);
    hex.is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Looks whether every file that a record names has arrived.
pub fn find_missing(db: &Transfer, to: &Path, collections: &[&Collection], report: &mut Report) -> Result<()> {
    for collection in collections.iter().filter(|collection| !collection.is_view()) {
        let folder = to.join(STORAGE).join(&collection.id);
        for field in collection.fields.iter().filter(|field| matches!(field.kind, FieldKind::File { .. })) {
            let mut after = String::new();
            loop {
                let rows = db.query(&print::files(collection, field, &after, CHUNK));
                let rows = rows.map_err(|error| failed(&format!("cannot read {}", collection.name), error))?;
                for row in rows.iter() {
                    let id = row.at(0).text();
                    for name in field.items(row.at(1)) {
                        let is_there = is_plain(id) && is_plain(&name) && folder.join(id).join(&*name).is_file();
                        if !is_there {
                            report.miss(format!("{}/{id}/{name}", collection.name), NAMED);
                        }
                    }
                    after = id.to_string();
                }
                if (rows.len() as u64) < CHUNK.unsigned_abs() {
                    break;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_lead_elsewhere() {
        for (name, plain) in [
            ("a.png", true),
            ("..a", true),
            ("..", false),
            (".", false),
            ("", false),
            ("a/b", false),
            ("/etc/passwd", false),
            ("a\\b", false),
            ("C:x", false),
            ("a\0", false),
        ] {
            assert_eq!(is_plain(name), plain, "{name:?}");
        }
    }

    #[test]
    fn leftovers_are_told_by_their_ending() {
        for (name, leftover) in
            [("a.png.0af3.tmp", true), ("a.tmp", false), ("a.png.xyz.tmp", false), ("a..tmp", false), ("a.png", false)]
        {
            assert_eq!(is_leftover(name), leftover, "{name}");
        }
    }
}
