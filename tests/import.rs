//! Moving in from PocketBase: what arrives, what is answered then, what is refused, what is never touched.

mod answers;
mod arrival;
mod logs;
mod odd;
mod refusals;
mod untouched;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use cratebase::clock::Clock;
use cratebase::id::Ids;
use cratebase::import::{Options, Report, pocketbase};
use rusqlite::Connection;
use serde_json::Value as Json;

/// Directories made by the real server (see `import/make_source.py`), unpacked, and room for targets.
struct World {
    dir: tempfile::TempDir,
}

impl World {
    fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/fixtures/pocketbase.tar.gz");
        let done = Command::new("tar").args(["-xzf", archive, "-C"]).arg(dir.path()).status().unwrap();
        assert!(done.success());
        World { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The directory with everything in it; its settings are plain.
    fn source(&self) -> PathBuf {
        self.path("plain/pb_data")
    }

    fn target(&self) -> PathBuf {
        self.path("room/data")
    }

    /// What the real server answered about [`World::source`].
    fn expected(&self) -> Json {
        serde_json::from_slice(&std::fs::read(self.path("expected.json")).unwrap()).unwrap()
    }

    /// Imports [`World::source`], which works.
    fn import(&self) -> Report {
        import(&self.source(), &self.target()).unwrap()
    }

    /// The source's database, its log emptied into it, as another program would open it.
    fn source_db(&self) -> Connection {
        let db = Connection::open(self.source().join("data.db")).unwrap();
        db.execute_batch("PRAGMA journal_mode = DELETE").unwrap();
        db
    }

    fn target_db(&self) -> Connection {
        Connection::open(self.target().join("data.db")).unwrap()
    }
}

/// The report, or the sentence.
fn import(source: &Path, target: &Path) -> Result<Report, String> {
    import_with(source, target, &options())
}

fn import_with(source: &Path, target: &Path, options: &Options) -> Result<Report, String> {
    pocketbase(source, target, options, &mut |_| {}).map_err(|error| error.to_string())
}

fn options() -> Options {
    Options { encryption_key: None, clock: Clock::Fixed(Arc::default()), ids: Arc::new(Ids::seeded(1)) }
}

/// The first column of a query, as text.
fn texts(db: &Connection, query: &str) -> Vec<String> {
    let mut statement = db.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    rows.map(|text| text.unwrap().unwrap_or_else(|| "NULL".into())).collect()
}

/// Every file below `dir` with its content and when it was changed.
fn tree(dir: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    let mut dirs = vec![dir.to_path_buf()];
    while let Some(next) = dirs.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                dirs.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                let changed = path.symlink_metadata().unwrap().modified().unwrap();
                found.insert(name, (std::fs::read(&path).unwrap_or_default(), changed));
            }
        }
    }
    found
}
