//! The thread that writes the log and keeps it small.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::bell::{Bell, Task};
use super::entry::Entry;
use super::write;
use crate::clock::{Clock, Timestamp};
use crate::id::Ids;
use crate::settings::Live;
use crate::sql::logs as sql;
use crate::store::{Aside, StoreError};

const DAY_MS: i64 = 86_400_000;
/// Entries between two looks at the size.
const LOOK: usize = 10_000;

/// What the log takes to work.
pub struct Parts {
    /// The database file; made when it is first needed.
    pub path: PathBuf,
    /// The size at most, in MiB.
    pub max_mib: u64,
    pub settings: Live,
    pub clock: Clock,
    pub ids: Arc<Ids>,
}

/// The log as its thread keeps it.
pub struct Keeper {
    pub parts: Parts,
    pub bell: Bell,
    database: OnceLock<Aside>,
}

impl Keeper {
    pub fn new(parts: Parts) -> Keeper {
        Keeper { parts, bell: Bell::default(), database: OnceLock::new() }
    }

    /// Works until it is told to stop.
    pub fn serve(&self) {
        let mut spare = Vec::new();
        let mut unseen = 0;
        loop {
            let mut work = self.bell.wait(std::mem::take(&mut spare));
            unseen += work.entries.len();
            // A fault in one batch must not end the log.
            let written = catch_unwind(AssertUnwindSafe(|| self.write(&mut work.entries)));
            if let Ok(Err(error)) = written {
                tracing::warn!(%error, "entries of the log were lost");
            }
            work.entries.clear();
            spare = work.entries;
            if unseen >= LOOK {
                unseen = 0;
                if let Err(error) = self.shrink() {
                    tracing::warn!(%error, "the log could not be made smaller");
                }
            }
            for errand in work.errands {
                let done = catch_unwind(AssertUnwindSafe(|| self.run(errand.task)));
                let done = done.unwrap_or_else(|_| Err(StoreError::Closed));
                match errand.reply {
                    Some(reply) => drop(reply.send(done)),
                    None => drop(done.inspect_err(|error| tracing::warn!(%error, "the log could not be tidied"))),
                }
            }
            if work.stop {
                return;
            }
        }
    }

    fn write(&self, entries: &mut Vec<Entry>) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let cap = self.parts.settings.logs().max_data_size;
        let mut row = write::Row::new(cap);
        self.database()?.fill(sql::insert, entries.drain(..).map(|entry| row.of(entry, &self.parts.ids)))
    }

    fn run(&self, task: Task) -> Result<(), StoreError> {
        match task {
            Task::Flush => Ok(()),
            Task::Tidy => self.tidy(),
            Task::Clear => {
                self.database()?.execute(&sql::delete_all())?;
                self.database()?.compact()
            }
            Task::Tend => self.database()?.tend(),
            Task::Copy(path) => self.database()?.copy_into(&path),
        }
    }

    fn tidy(&self) -> Result<(), StoreError> {
        let keep = self.parts.settings.logs();
        // Nothing was ever logged.
        if self.database.get().is_none() && !self.parts.path.exists() {
            return Ok(());
        }
        if keep.max_days <= 0 {
            return self.run(Task::Clear);
        }
        let now = self.parts.clock.now().0;
        let end = Timestamp(now.saturating_sub(keep.max_days.saturating_mul(DAY_MS)));
        self.database()?.execute(&sql::delete_before(&end.to_string()))?;
        self.database()?.execute(&sql::delete_below(keep.min_level))?;
        self.shrink()
    }

    /// Removes the oldest until the rest has its size.
    fn shrink(&self) -> Result<(), StoreError> {
        let database = self.database()?;
        let max = self.parts.max_mib << 20;
        while database.size()? > max && database.execute(&sql::delete_oldest())? > 0 {}
        Ok(())
    }

    /// The database, opened by whoever needs it first. A file that is none is put aside: the log is not worth a server
    /// that does not start.
    pub fn database(&self) -> Result<&Aside, StoreError> {
        if let Some(database) = self.database.get() {
            return Ok(database);
        }
        let path = &self.parts.path;
        let opened = Aside::open(path, &sql::tables()).or_else(|error| {
            tracing::error!(%error, "the log cannot be opened; it is put aside and begun anew");
            let broken = path.with_extension("db.broken");
            std::fs::rename(path, broken).map_err(|_| error)?;
            Aside::open(path, &sql::tables())
        })?;
        Ok(self.database.get_or_init(|| opened))
    }
}
