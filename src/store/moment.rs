//! The database as of one moment, for a command beside the server or without one: nothing is written, nobody waits.

use std::path::Path;
use std::sync::Arc;

use super::sqlite::Conn;
use super::{Boot, Reader, Rows, StoreError, params};
use crate::schema::Catalog;
use crate::sql::Sql;

/// Sorting beyond what fits in memory waits in files; the transaction lasts as long as the connection.
const BEGIN: &str = "PRAGMA temp_store=FILE; PRAGMA cache_size=-16000; BEGIN;";

/// See the file's head. While it lives, the write-ahead log of a server that writes only grows.
pub struct Moment {
    conn: Conn,
    catalog: Arc<Catalog>,
}

impl Moment {
    /// Opens a database that is there; `boot` says how to read its collections.
    pub fn open(path: &Path, boot: Boot) -> Result<Moment, StoreError> {
        let conn = Conn::open_reader(path, Arc::default())?;
        conn.batch(BEGIN)?;
        let mut moment = Moment { conn, catalog: Arc::default() };
        let collections = (boot.load)(&mut moment)?;
        moment.catalog = Arc::new(Catalog::new(1, collections));
        Ok(moment)
    }

    /// Runs a SELECT and hands its rows over in parts of about so many bytes, the last of which may be empty.
    pub fn parts<E: From<StoreError>>(
        &self,
        sql: &Sql,
        bytes: usize,
        each: impl FnMut(&Rows) -> Result<(), E>,
    ) -> Result<(), E> {
        self.conn.parts(sql, bytes, each)
    }

    /// The document the server stored under `id`.
    pub fn param(&mut self, id: &str) -> Result<Option<String>, StoreError> {
        params::param(self, id)
    }
}

impl Reader for Moment {
    fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    fn query(&mut self, sql: &Sql) -> Result<Rows, StoreError> {
        self.conn.query(sql)
    }

    fn recall(&mut self, sql: &Sql, _: Option<&[&str]>) -> Result<Arc<Rows>, StoreError> {
        self.query(sql).map(Arc::new)
    }
}
