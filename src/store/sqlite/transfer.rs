//! A new database that is filled from one of another system. The other one is never written: it is copied with its
//! write-ahead log, and the copy is attached.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS};
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{Value as Owned, ValueRef as Raw};
use rusqlite::{Connection, OpenFlags};

use super::{Conn, migrate};
use crate::clock::Clock;
use crate::sql::Sql;
use crate::store::{Rows, StoreError};
use crate::value::{Value, ValueRef};

/// How long another program may keep the other database for itself.
const PATIENCE: Duration = Duration::from_secs(2);
/// What belongs to a database file besides itself. The index of the write-ahead log is made anew from the log.
const COMPANIONS: [&str; 2] = ["-wal", "-journal"];
/// Where the head of the file says whether there is a write-ahead log, and what it says then.
const WRITE_VERSION: (usize, u8) = (18, 2);
const NOT_IN_URIS: AsciiSet = CONTROLS.add(b'%').add(b'?').add(b'#');

/// A database that is being filled. Until [`Transfer::finish`] it survives nothing: not a crash, not an error.
pub struct Transfer {
    conn: Conn,
}

impl Transfer {
    /// Makes the database at `path`, with the system tables, and attaches the one at `source`. Memory stays bounded:
    /// pages and sorted rows beyond some 30 MB wait in files.
    pub fn create(path: &Path, source: &Path, clock: &Clock) -> Result<Transfer, StoreError> {
        Transfer::begin(path, source, |conn| migrate::migrate(conn, clock))
    }

    /// As [`Transfer::create`], but with these tables instead of the system's.
    pub fn create_with(path: &Path, source: &Path, tables: &[Sql]) -> Result<Transfer, StoreError> {
        let make = |conn: &Conn| tables.iter().try_for_each(|sql| conn.run(&sql.text));
        Transfer::begin(path, source, make)
    }

    fn begin(
        path: &Path,
        source: &Path,
        make_tables: impl FnOnce(&Conn) -> Result<(), StoreError>,
    ) -> Result<Transfer, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let conn = Conn::open(path, flags, Arc::default())?;
        // A statement that fails must still be undone, so there is a journal, but it need not survive anything.
        conn.batch(
            "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;
             PRAGMA temp_store=FILE; PRAGMA cache_size=-32000;",
        )?;
        make_tables(&conn)?;
        let source = source.to_str().ok_or_else(|| StoreError::other("the path is not valid UTF-8"))?;
        conn.execute("ATTACH ? AS source", std::iter::once(ValueRef::Text(source)))?;
        conn.batch("PRAGMA source.cache_size=-8000; PRAGMA source.synchronous=OFF; BEGIN;")?;
        Ok(Transfer { conn })
    }

    /// Defines an SQL function of one argument. A blob counts as its text.
    pub fn define(
        &self,
        name: &str,
        function: impl Fn(ValueRef<'_>) -> Value + Send + 'static,
    ) -> Result<(), StoreError> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
        self.conn.db.create_scalar_function(name, 1, flags, move |context| {
            let value = match context.get_raw(0) {
                Raw::Null => function(ValueRef::Null),
                Raw::Integer(n) => function(ValueRef::Int(n)),
                Raw::Real(n) => function(ValueRef::Real(n)),
                Raw::Text(bytes) | Raw::Blob(bytes) => function(ValueRef::Text(&String::from_utf8_lossy(bytes))),
            };
            Ok(match value {
                Value::Null => Owned::Null,
                Value::Int(n) => Owned::Integer(n),
                Value::Real(n) => Owned::Real(n),
                Value::Text(text) => Owned::Text(text),
            })
        })?;
        Ok(())
    }

    /// Runs a SELECT.
    pub fn query(&self, sql: &Sql) -> Result<Rows, StoreError> {
        self.conn.query(sql)
    }

    /// Runs anything else; how many rows it wrote.
    pub fn execute(&self, sql: &Sql) -> Result<usize, StoreError> {
        self.conn.execute(&sql.text, sql.params.iter().map(Value::as_ref))
    }

    /// The structure of the other database is whole; else what is wrong with it.
    pub fn check_source(&self) -> Result<(), StoreError> {
        self.check("PRAGMA source.quick_check(1)")
    }

    /// Commits, checks that every row is in every index and fits its table, and closes the file.
    pub fn finish(self) -> Result<(), StoreError> {
        self.conn.batch("COMMIT; DETACH source;")?;
        self.check("PRAGMA main.integrity_check(1)")
    }

    fn check(&self, pragma: &str) -> Result<(), StoreError> {
        let rows = self.conn.query(&Sql { text: pragma.to_string(), params: Vec::new() })?;
        match rows.first().map(|row| row.at(0).text()) {
            Some("ok") => Ok(()),
            Some(problem) => Err(StoreError::other(problem.to_string())),
            None => Err(StoreError::other("the check did not answer")),
        }
    }
}

/// Copies the database file at `from` and what belongs to it to `to`, as of one moment and without writing a byte there.
/// Fails with `Full` when another program keeps it for itself.
///
/// Opening it where it is would not do: readers of a write-ahead log write to its index, and make one that is missing.
pub fn copy_foreign(from: &Path, to: &Path) -> Result<(), StoreError> {
    let _held = hold(from)?;
    // The log first: whatever is moved from it into the database meanwhile is in both copies.
    for companion in COMPANIONS {
        let (from, to) = (beside(from, companion), beside(to, companion));
        if from.exists() {
            std::fs::copy(from, to).map_err(io)?;
        }
    }
    std::fs::copy(from, to).map_err(io)?;
    Ok(())
}

/// Removes a copy made by [`copy_foreign`].
pub fn remove_copy(path: &Path) -> Result<(), StoreError> {
    for companion in COMPANIONS.into_iter().chain(["-shm", ""]) {
        match std::fs::remove_file(beside(path, companion)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// A read transaction on a database that a running program may have open: as long as it lives, the write-ahead log
/// does not start over and nothing newer is moved from it into the database. `None` where nobody can have it open, or
/// where it cannot be read; what is wrong with it is found out on the copy.
fn hold(path: &Path) -> Result<Option<Connection>, StoreError> {
    let mut head = [0; WRITE_VERSION.0 + 1];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).map_err(io)?;
    let has_log = head.last() == Some(&WRITE_VERSION.1);
    // Without these files nobody has it open, and SQLite would make them.
    if has_log && !(beside(path, "-wal").exists() && beside(path, "-shm").exists()) {
        return Ok(None);
    }
    let escaped = percent_encoding::percent_encode(path.as_os_str().as_encoded_bytes(), &NOT_IN_URIS);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(db) = Connection::open_with_flags(format!("file:{escaped}?mode=ro&readonly_shm=1"), flags) else {
        return Ok(None);
    };
    db.busy_timeout(PATIENCE)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    match db.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;").map_err(StoreError::from) {
        Ok(()) => Ok(Some(db)),
        Err(StoreError::Full) => Err(StoreError::Full),
        Err(_) => Ok(None),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

fn io(error: std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::NoSpace,
        _ => StoreError::other(error),
    }
}
