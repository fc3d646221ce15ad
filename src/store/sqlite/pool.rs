//! Connections for reading, pooled by r2d2; the one used last, with the warmest caches, is lent first.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Conn;
use super::limit::Limit;
use crate::store::StoreError;
use crate::store::figures::Connections;

/// How long opening them all may take, and how long a reader thread waits for one to be free.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a connection for reading is made.
#[derive(Debug)]
pub struct Open {
    pub path: PathBuf,
    pub page_cache_kib: usize,
    pub mmap_mib: u32,
    /// Ends what runs on any of them.
    pub closing: Arc<AtomicBool>,
}

pub struct Pool(r2d2::Pool<Open>);

impl Pool {
    /// Opens `size` connections; each takes 0.1 ms.
    pub fn new(open: Open, size: usize) -> Result<Pool, StoreError> {
        let size = u32::try_from(size).map_err(StoreError::other)?;
        let opener = scheduled_thread_pool::ScheduledThreadPool::builder().num_threads(1);
        let pool = r2d2::Pool::builder()
            .max_size(size)
            // Nothing to find out: a connection to a file of this machine does not go away.
            .test_on_check_out(false)
            .max_lifetime(None)
            .idle_timeout(None)
            .connection_timeout(PATIENCE)
            // Who waits in vain hears why.
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .thread_pool(Arc::new(opener.thread_name_pattern("pool-{}").build()));
        Ok(Pool(pool.build(open).map_err(StoreError::other)?))
    }

    /// Lends a connection to `work` if one is free.
    pub fn try_with<T>(&self, work: impl FnOnce(&Conn) -> T) -> Option<T> {
        self.0.try_get().map(|conn| work(&conn))
    }

    /// Lends a connection to `work`, waiting for one.
    pub fn with<T>(&self, work: impl FnOnce(&Conn) -> T) -> Result<T, StoreError> {
        Ok(work(&*self.0.get().map_err(StoreError::other)?))
    }

    pub fn connections(&self) -> Connections {
        let state = self.0.state();
        let (open, idle) = (state.connections as usize, state.idle_connections as usize);
        Connections { open, busy: open.saturating_sub(idle) }
    }

    /// Closes those that nobody uses. To be called when `closing` is set, so that the rest is closed when given back.
    pub fn clear(&self) {
        while self.0.try_get().is_some() {}
    }
}

impl r2d2::ManageConnection for Open {
    type Connection = Conn;
    type Error = StoreError;

    fn connect(&self) -> Result<Conn, StoreError> {
        if self.closing.load(Ordering::Relaxed) {
            return Err(StoreError::Closed);
        }
        let conn = Conn::open_reader(&self.path, Arc::new(Limit::new(self.closing.clone())))?;
        conn.keep(self.page_cache_kib, self.mmap_mib)?;
        Ok(conn)
    }

    fn is_valid(&self, _: &mut Conn) -> Result<(), StoreError> {
        Ok(())
    }

    /// One that could not end its transaction would show the past to the next reader.
    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.in_transaction() || self.closing.load(Ordering::Relaxed)
    }
}
