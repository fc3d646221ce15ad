//! Connections for reading, in a stack: the one used last has the warmest caches.
//!
//! Not a pool of a library: those open connections on threads of their own and make the caller wait for one, while an
//! inline read must neither wait nor queue behind the long reads. Opening one takes 0.1 ms, and there can only be as
//! many at a time as there are threads that read.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Conn;
use super::limit::Limit;
use crate::store::StoreError;

pub struct Pool {
    pub path: PathBuf,
    pub mmap_mib: u32,
    /// Ends what runs on any of them.
    pub closing: Arc<AtomicBool>,
    /// Connections that are kept when nobody uses them.
    pub keep: usize,
    pub idle: Mutex<Vec<Conn>>,
}

impl Pool {
    /// Lends a connection to `work`; fails when none can be opened.
    pub fn with<T>(&self, work: impl FnOnce(&Conn) -> T) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => Conn::open_reader(&self.path, self.mmap_mib, Arc::new(Limit::new(self.closing.clone())))?,
        };
        let result = work(&conn);
        // One that could not end its transaction would show the past to the next reader.
        if !conn.in_transaction() && !self.closing.load(Ordering::Relaxed) {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < self.keep {
                idle.push(conn);
            }
        }
        Ok(result)
    }

    /// Closes those that nobody uses.
    pub fn clear(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
