//! The directory that is moved in: is it one, and what is in it besides data.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{DATABASE, Report, cannot, refuse};
use crate::error::Result;

/// What a SQLite database begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// What the owner wrote, beside the data directory, and what becomes of it.
const SIBLINGS: [(&str, &str); 3] = [
    ("pb_hooks", "JavaScript hooks do not run here"),
    ("pb_migrations", "migrations are not run again, what they made is imported"),
    ("pb_public", "copy it to the public directory of the server"),
];

/// A directory that looks like one of PocketBase.
pub struct Source {
    /// Without symbolic links in it.
    pub dir: PathBuf,
}

impl Source {
    /// Fails, in one sentence, for what cannot be one.
    pub fn open(given: &Path) -> Result<Source> {
        let shown = given.display();
        let dir = given.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => refuse(format!("there is no directory {shown}")),
            _ => cannot("read", given, &error),
        })?;
        if !dir.is_dir() {
            return Err(refuse(format!(
                "{shown} is not a directory; give the pb_data directory, or unpack the backup first"
            )));
        }
        let source = Source { dir };
        let is_here = |name: &str| source.dir.join(name).symlink_metadata().is_ok();
        if !is_here(DATABASE) {
            let more = if is_here("pb_data/data.db") { "; did you mean the pb_data directory in it?" } else { "" };
            return Err(refuse(format!("{shown} is not a PocketBase data directory: it has no {DATABASE}{more}")));
        }
        for name in [DATABASE, "data.db-wal", "data.db-journal", "storage", "backups"] {
            if source.dir.join(name).is_symlink() {
                return Err(refuse(format!(
                    "{shown}/{name} is a symbolic link, which is not followed; put what it means in its place"
                )));
            }
        }
        source.check_magic()?;
        Ok(source)
    }

    fn check_magic(&self) -> Result<()> {
        let path = self.dir.join(DATABASE);
        let mut head = Vec::new();
        let file = File::open(&path).and_then(|file| file.take(100).read_to_end(&mut head));
        file.map_err(|error| cannot("read", &path, &error))?;
        if head.len() < 100 || !head.starts_with(MAGIC) {
            return Err(refuse(format!("{} is not a SQLite database, or only the beginning of one", path.display())));
        }
        Ok(())
    }

    /// Notes what is not imported.
    pub fn describe_rest(&self, report: &mut Report) -> Result<()> {
        if self.dir.join(".autocert_cache").exists() {
            report.notes.push("the TLS certificates in .autocert_cache are not imported".to_string());
        }
        let Some(parent) = self.dir.parent() else { return Ok(()) };
        for (name, fate) in SIBLINGS {
            let dir = parent.join(name);
            let Ok(entries) = dir.read_dir() else { continue };
            let count = entries.count();
            if count > 0 {
                let entries = if count == 1 { "1 entry".to_string() } else { format!("{count} entries") };
                report.notes.push(format!("{} has {entries}: {fate}", dir.display()));
            }
        }
        Ok(())
    }
}
