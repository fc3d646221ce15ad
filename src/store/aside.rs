//! A small database of its own beside the main one, for what must never hold up records: written in batches by one
//! owner, read now and then. A power failure may cost it the last moments. Everything here blocks.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::config::Durability;
use super::sqlite::{self, Conn};
use super::{Rows, StoreError};
use crate::sql::Sql;
use crate::value::Value;

/// Rows that one statement adds: a third less work than one each, and more would gain nothing.
const GROUP: usize = 16;

/// An open database.
pub struct Aside {
    path: PathBuf,
    writer: Mutex<Conn>,
    reader: Mutex<Conn>,
}

impl Aside {
    /// Opens or creates the file, and in it what `tables` makes.
    pub fn open(path: &Path, tables: &[Sql]) -> Result<Aside, StoreError> {
        let writer = Conn::open_writer(path, Durability::Normal, Default::default())?;
        for sql in tables {
            writer.execute(&sql.text, std::iter::empty())?;
        }
        let reader = Conn::open_reader(path, Default::default())?;
        Ok(Aside { path: path.to_path_buf(), writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Adds rows, all in one transaction; `insert` is the statement that adds so many.
    pub fn fill<const N: usize>(
        &self,
        insert: impl Fn(usize) -> String,
        rows: impl Iterator<Item = [Value; N]>,
    ) -> Result<(), StoreError> {
        let conn = lock(&self.writer);
        conn.run("BEGIN IMMEDIATE")?;
        let done = fill(&conn, insert, rows).and_then(|()| conn.run("COMMIT"));
        if done.is_err() && conn.in_transaction() {
            let _ = conn.run("ROLLBACK");
        }
        done
    }

    /// Runs one statement; how many rows it wrote.
    pub fn execute(&self, sql: &Sql) -> Result<usize, StoreError> {
        lock(&self.writer).execute(&sql.text, sql.params.iter().map(Value::as_ref))
    }

    /// Runs a SELECT for at most `limit`.
    pub fn query(&self, sql: &Sql, limit: Duration) -> Result<Rows, StoreError> {
        let conn = lock(&self.reader);
        conn.limit.arm_for(limit);
        let rows = conn.query(sql);
        conn.limit.disarm();
        rows
    }

    /// Bytes of the file that are in use.
    pub fn size(&self) -> Result<u64, StoreError> {
        let pragma = |name: &str| lock(&self.writer).ints::<1>(&format!("PRAGMA {name}"));
        let number = |found: Option<[i64; 1]>| found.map_or(0, |[n]| n.unsigned_abs());
        let used = number(pragma("page_count")?).saturating_sub(number(pragma("freelist_count")?));
        Ok(used * number(pragma("page_size")?))
    }

    /// Gives space that is not used back to the disk.
    pub fn compact(&self) -> Result<(), StoreError> {
        lock(&self.writer).batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")
    }

    /// Empties the write-ahead log and refreshes what the planner knows.
    pub fn tend(&self) -> Result<(), StoreError> {
        lock(&self.writer).batch(sqlite::TEND)
    }

    /// Writes a compact copy as of now to `path`, which must not exist.
    pub fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        sqlite::copy(&self.path, path)
    }
}

fn fill<const N: usize>(
    conn: &Conn,
    insert: impl Fn(usize) -> String,
    mut rows: impl Iterator<Item = [Value; N]>,
) -> Result<(), StoreError> {
    let (mut many, mut one) = (conn.prepare(&insert(GROUP))?, conn.prepare(&insert(1))?);
    let mut group = Vec::with_capacity(GROUP);
    loop {
        group.clear();
        group.extend(rows.by_ref().take(GROUP));
        if group.len() < GROUP {
            return group.iter().try_for_each(|row| one.run(row.iter().map(Value::as_ref)));
        }
        many.run(group.as_flattened().iter().map(Value::as_ref))?;
        // Whoever answers requests on the same core goes first.
        std::thread::yield_now();
    }
}

/// Whoever panicked while it had the connection has left it in a state that SQLite knows.
fn lock(conn: &Mutex<Conn>) -> MutexGuard<'_, Conn> {
    conn.lock().unwrap_or_else(PoisonError::into_inner)
}
