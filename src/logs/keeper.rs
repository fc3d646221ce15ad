//! The thread that writes the log and keeps it small.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use tokio::sync::oneshot;

use super::entry::Entry;
use super::{Inner, write};
use crate::clock::Timestamp;
use crate::sql::logs as sql;
use crate::store::StoreError;

const DAY_MS: i64 = 86_400_000;
/// Entries between two looks at the size.
const LOOK: usize = 10_000;

/// Something to do besides writing.
pub enum Task {
    /// Nothing: what was pushed before is written by then.
    Flush,
    Tidy,
    Clear,
    Tend,
    Copy(PathBuf),
}

pub struct Errand {
    pub task: Task,
    pub reply: Option<oneshot::Sender<Result<(), StoreError>>>,
}

impl Inner {
    /// Works until it is told to stop.
    pub(super) fn serve(&self) {
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
}
