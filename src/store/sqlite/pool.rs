//! Connections for reading, pooled by r2d2 (r2d2_sqlite pins another rusqlite, and two cannot be linked).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Conn;
use super::limit::Limit;
use crate::store::StoreError;

pub type Pool = r2d2::Pool<Readers>;

/// Opens readers of one database file.
pub struct Readers {
    pub path: PathBuf,
    /// Ends what runs on any of them.
    pub closing: Arc<AtomicBool>,
}

impl r2d2::ManageConnection for Readers {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        Conn::open_reader(&self.path, Arc::new(Limit::new(self.closing.clone())))
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), StoreError> {
        Ok(())
    }

    /// A read that could not end its transaction would show the past to the next one.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.in_transaction()
    }
}

/// A pool of at most `size` connections, opened as they are needed and kept.
pub fn open(manager: Readers, size: usize) -> Result<Pool, StoreError> {
    r2d2::Pool::builder()
        .max_size(u32::try_from(size).unwrap_or(u32::MAX))
        .min_idle(Some(1))
        .test_on_check_out(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .build(manager)
        .map_err(StoreError::other)
}
