//! The one place, with its children, that names rusqlite: a connection that speaks `Sql`, `Rows` and `StoreError`.

pub mod console;
pub mod error;
mod like;
pub mod limit;
pub mod migrate;
pub mod pool;
pub mod transfer;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit as Bound;
use rusqlite::types::{ToSqlOutput, ValueRef as Raw};
use rusqlite::{CachedStatement, Connection, OpenFlags, Statement};

use self::limit::Limit;
use super::config::Durability;
use super::{Rows, StoreError};
use crate::sql::Sql;
use crate::value::{Value, ValueRef};

/// Older ones may corrupt a database when its write-ahead log starts over.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;
/// How long to wait for another process (a command line beside the server) to finish its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// VM steps between two looks at the limits: some 10 to 50 µs.
const STEPS_PER_TICK: i32 = 1000;

/// Empties the write-ahead log if nobody reads from it, and refreshes what the planner knows where it is out of date.
/// Whoever is in the way is not waited for: there is another day.
pub const TEND: &str = "PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout=10000; \
     PRAGMA analysis_limit=400; PRAGMA optimize;";

/// What begins a statement that changes the tables.
const SCHEMA: [&str; 3] = ["CREATE", "DROP", "ALTER"];

/// An open connection.
pub struct Conn {
    db: Connection,
    pub limit: Arc<Limit>,
    /// The version of the catalog that the prepared statements were made under.
    version: Cell<u64>,
    /// Their column names by text: asking SQLite takes a point read a tenth of its time.
    names: RefCell<HashMap<Box<str>, Arc<[String]>>>,
}

impl Conn {
    /// The connection that writes; creates the file.
    pub fn open_writer(path: &Path, durability: Durability, limit: Arc<Limit>) -> Result<Conn, StoreError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::other(format!("SQLite {} is too old, 3.51.3 is needed", rusqlite::version())));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let conn = Conn::open(path, flags, limit)?;
        // SQLite settles for reading when it may not write; on a disk that takes writes again it would stay at that.
        if conn.db.is_readonly("main")? {
            return Err(StoreError::other(format!("{} cannot be written", path.display())));
        }
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        };
        // Cells are checked where a broken page would spread; in readers it costs 5 % of a read that misses the cache.
        // 4000 pages: with the default of 1000 the 99th percentile of writes is three times worse. 8 MB of pages: with the
        // default of 2 the writer spends a twenty-fifth of its time on reading again what it has just written.
        conn.batch(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA wal_autocheckpoint=4000; \
             PRAGMA cell_size_check=ON; PRAGMA cache_size=-8000;"
        ))?;
        Ok(conn)
    }

    /// A connection that cannot write or attach files.
    pub fn open_reader(path: &Path, limit: Arc<Limit>) -> Result<Conn, StoreError> {
        let conn = Conn::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, limit)?;
        conn.db.set_limit(Bound::SQLITE_LIMIT_ATTACHED, 0)?;
        conn.batch("PRAGMA query_only=ON;")?;
        Ok(conn)
    }

    /// Keeps pages of the file in memory, and maps the first of it.
    pub fn keep(&self, page_cache_kib: usize, mmap_mib: u32) -> Result<(), StoreError> {
        let mmap = u64::from(mmap_mib) << 20;
        self.batch(&format!("PRAGMA cache_size=-{page_cache_kib}; PRAGMA mmap_size={mmap};"))
    }

    fn open(path: &Path, flags: OpenFlags, limit: Arc<Limit>) -> Result<Conn, StoreError> {
        let mut db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.busy_timeout(BUSY_TIMEOUT)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // Plans do not depend on parameters: else SQLite makes one anew whenever the pattern of a LIKE changes.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.execute_batch("PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF;")?;
        like::define(&db)?;
        let watched = limit.clone();
        db.progress_handler(STEPS_PER_TICK, Some(move || watched.is_exceeded()))?;
        Ok(Conn { db, limit, version: Cell::default(), names: RefCell::default() })
    }

    /// Runs statements that take no parameters and whose results do not matter.
    pub fn batch(&self, text: &str) -> Result<(), StoreError> {
        Ok(self.db.execute_batch(text)?)
    }

    /// Runs one statement that returns rows.
    pub fn query(&self, sql: &Sql) -> Result<Rows, StoreError> {
        let mut statement = self.db.prepare_cached(&sql.text)?;
        bind(&mut statement, sql.params.iter().map(Value::as_ref))?;
        let mut rows: Option<Rows> = None;
        let mut cursor = statement.raw_query();
        while let Some(row) = cursor.next()? {
            // Only now: the first step compiles the statement again when its tables have changed.
            let rows = rows.get_or_insert_with(|| Rows::with_room(self.names(&sql.text, row.as_ref())));
            for index in 0..rows.columns().len() {
                push(rows, row.get_ref(index)?);
            }
        }
        drop(cursor);
        Ok(rows.unwrap_or_else(|| Rows::new(self.names(&sql.text, &statement))))
    }

    /// Runs one statement that returns rows and hands them over in parts of about so many bytes.
    pub fn parts<E: From<StoreError>>(
        &self,
        sql: &Sql,
        bytes: usize,
        mut each: impl FnMut(&Rows) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.prepare(&sql.text)?.0;
        bind(&mut statement, sql.params.iter().map(Value::as_ref))?;
        let names = self.names(&sql.text, &statement);
        let mut rows = Rows::new(names.clone());
        let mut cursor = statement.raw_query();
        while let Some(row) = cursor.next().map_err(StoreError::from)? {
            for index in 0..names.len() {
                push(&mut rows, row.get_ref(index).map_err(StoreError::from)?);
            }
            if rows.size() >= bytes {
                each(&rows)?;
                rows = Rows::new(names.clone());
            }
        }
        each(&rows)
    }

    fn names(&self, text: &str, statement: &Statement<'_>) -> Arc<[String]> {
        let width = statement.column_count();
        let mut known = self.names.borrow_mut();
        if let Some(names) = known.get(text).filter(|names| names.len() == width) {
            return names.clone();
        }
        if known.len() == STATEMENTS {
            known.clear();
        }
        let name = |index| statement.column_name(index).unwrap_or_default().to_string();
        let names: Arc<[String]> = (0..width).map(name).collect();
        known.insert(text.into(), names.clone());
        names
    }

    /// Runs one statement; how many rows it wrote. Rows that it returns are dropped.
    pub fn execute<'a>(
        &self,
        text: &str,
        params: impl ExactSizeIterator<Item = ValueRef<'a>>,
    ) -> Result<usize, StoreError> {
        let before = self.db.total_changes();
        self.prepare(text)?.run(params)?;
        if SCHEMA.iter().any(|word| text.starts_with(word)) {
            self.forget();
        }
        Ok(usize::try_from(self.db.total_changes() - before).unwrap_or(usize::MAX))
    }

    /// A statement that is going to run several times.
    pub fn prepare(&self, text: &str) -> Result<Prepared<'_>, StoreError> {
        Ok(Prepared(self.db.prepare_cached(text)?))
    }

    /// Before queries of a transaction, with its catalog's version. When that moved, prepared statements are forgotten:
    /// SQLite makes them anew only when they read a table, and too late to tell how many columns they have now.
    pub fn follow(&self, version: u64) -> Result<(), StoreError> {
        if self.version.get() != version {
            self.forget();
            // To read a table is to notice what other connections did to the schema.
            self.ints::<1>("SELECT 1 FROM sqlite_schema LIMIT 1")?;
            // Only now: that may have been interrupted, and then it is still to be noticed.
            self.version.set(version);
        }
        Ok(())
    }

    fn forget(&self) {
        self.db.flush_prepared_statement_cache();
        self.names.borrow_mut().clear();
    }

    /// Runs one statement without parameters: BEGIN, COMMIT and their like.
    pub fn run(&self, text: &str) -> Result<(), StoreError> {
        self.prepare(text)?.run(std::iter::empty())
    }

    /// The integers of the first row; `None` without a row.
    pub fn ints<const N: usize>(&self, text: &str) -> Result<Option<[i64; N]>, StoreError> {
        let mut statement = self.db.prepare_cached(text)?;
        let mut cursor = statement.raw_query();
        let Some(row) = cursor.next()? else { return Ok(None) };
        let mut out = [0; N];
        for (index, slot) in out.iter_mut().enumerate() {
            *slot = row.get_ref(index)?.as_i64().unwrap_or_default();
        }
        Ok(Some(out))
    }

    /// Whether a SELECT with one parameter finds anything.
    pub fn exists(&self, text: &str, param: &str) -> Result<bool, StoreError> {
        let mut statement = self.db.prepare_cached(text)?;
        bind(&mut statement, std::iter::once(ValueRef::Text(param)))?;
        Ok(statement.raw_query().next()?.is_some())
    }

    /// A transaction is open. An interrupted or failed write may have closed it behind our back.
    pub fn in_transaction(&self) -> bool {
        !self.db.is_autocommit()
    }
}

/// A prepared statement of a connection.
pub struct Prepared<'a>(CachedStatement<'a>);

impl Prepared<'_> {
    /// Runs it to its end; rows that it returns are dropped.
    pub fn run<'a>(&mut self, params: impl ExactSizeIterator<Item = ValueRef<'a>>) -> Result<(), StoreError> {
        bind(&mut self.0, params)?;
        let mut cursor = self.0.raw_query();
        while cursor.next()?.is_some() {}
        Ok(())
    }
}

/// `PRAGMA` and other statements may come without parameters, but never with too few or too many.
fn bind<'a>(
    statement: &mut Statement<'_>,
    params: impl ExactSizeIterator<Item = ValueRef<'a>>,
) -> Result<(), StoreError> {
    if params.len() != statement.parameter_count() {
        let (given, wanted) = (params.len(), statement.parameter_count());
        // Ours have what they take; a view's query has none to give.
        return Err(StoreError::Sql(format!("{given} parameters for a statement that takes {wanted}")));
    }
    for (index, value) in params.enumerate() {
        let raw = match value {
            ValueRef::Null => Raw::Null,
            ValueRef::Int(n) => Raw::Integer(n),
            ValueRef::Real(n) => Raw::Real(n),
            ValueRef::Text(text) => Raw::Text(text.as_bytes()),
        };
        statement.raw_bind_parameter(index + 1, ToSqlOutput::Borrowed(raw))?;
    }
    Ok(())
}

/// Blobs are never stored by us, so one met in a foreign table counts as nothing.
fn push(rows: &mut Rows, raw: Raw<'_>) {
    match raw {
        Raw::Null | Raw::Blob(_) => rows.push(ValueRef::Null),
        Raw::Integer(n) => rows.push(ValueRef::Int(n)),
        Raw::Real(n) => rows.push(ValueRef::Real(n)),
        Raw::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => rows.push(ValueRef::Text(text)),
            Err(_) => rows.push(ValueRef::Text(&String::from_utf8_lossy(bytes))),
        },
    }
}

/// Whether a file that nobody uses is a whole database of this server's, of whatever version.
pub fn examine(path: &Path) -> Result<(), StoreError> {
    let conn = Conn::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, Arc::default())?;
    let has = |table: &str| conn.exists("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", table);
    if !(has("_collections")? && has("_migrations")? && has("_params")?) {
        return Err(StoreError::other("it is the database of another program"));
    }
    if !has("_changes")? {
        return Err(StoreError::other("it is a database of PocketBase, which `cratebase import pocketbase` moves in"));
    }
    quick_check(&conn)?.map_or(Ok(()), |_| Err(StoreError::other("its database is damaged")))
}

/// What is wrong with a database, which others may be using, if anything is. Nothing is written.
pub fn damage(path: &Path) -> Result<Option<String>, StoreError> {
    quick_check(&Conn::open_reader(path, Arc::default())?)
}

/// The version of the library.
pub fn version() -> &'static str {
    rusqlite::version()
}

fn quick_check(conn: &Conn) -> Result<Option<String>, StoreError> {
    let rows = conn.query(&Sql { text: "PRAGMA quick_check(1)".into(), params: Vec::new() })?;
    let said = rows.first().map(|row| row.at(0).text()).unwrap_or_default();
    Ok((said != "ok").then(|| said.to_string()))
}

/// Writes a compact copy of the database at `from` to the new file `to`.
pub fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let conn = Conn::open(from, OpenFlags::SQLITE_OPEN_READ_WRITE, Arc::default())?;
    // The copy is as durable as the original.
    conn.run("PRAGMA synchronous=FULL")?;
    conn.execute("VACUUM INTO ?", std::iter::once(ValueRef::Text(&to.to_string_lossy()))).map(|_| ())
}
