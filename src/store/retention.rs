//! How long the history of changes goes back: whole rows go by age and size; those of collections that want less lose what
//! they tell. Their numbers stay, so that the sequence has no gaps, and whoever was away knows that something happened.

use std::collections::HashMap;

use super::StoreError;
use super::sqlite::Conn;
use crate::clock::Timestamp;
use crate::schema::{Catalog, Collection};
use crate::value::ValueRef;

/// What is kept of the history, and how far that has been seen to.
#[derive(Debug)]
pub struct Retention {
    pub days: u32,
    pub mib: u32,
    /// By collection id and its days: the last row that was looked at and is old enough.
    forgotten: HashMap<(String, u32), i64>,
}

/// Rows that one step of [`Retention::trim`] deletes at most, and looks at for each collection: a few milliseconds of the
/// writer. It is called at least once for every half of this many changes, so the table cannot outgrow it.
pub const AT_ONCE: i64 = 2000;
const DAY_MS: i64 = 86_400_000;

impl Retention {
    pub fn new(days: u32, mib: u32) -> Retention {
        Retention { days, mib, forgotten: HashMap::new() }
    }

    /// One step; whether there may be more to do.
    pub fn trim(&mut self, conn: &Conn, catalog: &Catalog, now: Timestamp) -> Result<bool, StoreError> {
        let mut more = self.delete(conn, now)?;
        let limit = |collection: &Collection| collection.history_days.filter(|days| *days < self.days);
        let short: Vec<(String, u32)> =
            catalog.iter().filter_map(|collection| Some((collection.id.clone(), limit(collection)?))).collect();
        self.forgotten.retain(|key, _| short.contains(key));
        for key in short {
            more |= self.forget(conn, key, now)?;
        }
        Ok(more)
    }

    /// Deletes some of the oldest rows that are too old or too many.
    fn delete(&self, conn: &Conn, now: Timestamp) -> Result<bool, StoreError> {
        let ends = "SELECT seq, created, total FROM _changes ORDER BY seq";
        let (Some([oldest, created, total]), Some([newest, _, newest_total])) =
            (conn.ints::<3>(&format!("{ends} LIMIT 1"))?, conn.ints::<3>(&format!("{ends} DESC LIMIT 1"))?)
        else {
            return Ok(false);
        };
        let too_old = now.0 - i64::from(self.days) * DAY_MS;
        let too_far = newest_total - (i64::from(self.mib) << 20);
        if oldest == newest || (created >= too_old && total > too_far) {
            return Ok(false);
        }
        let end = newest.min(oldest + AT_ONCE);
        let deleted = conn.execute(
            "DELETE FROM _changes WHERE seq < ? AND (created < ? OR total <= ?)",
            [end, too_old, too_far].into_iter().map(ValueRef::Int),
        )?;
        Ok(i64::try_from(deleted).unwrap_or(0) == AT_ONCE)
    }

    /// Empties some of the rows of a collection that are too old.
    fn forget(&mut self, conn: &Conn, key: (String, u32), now: Timestamp) -> Result<bool, StoreError> {
        let too_old = now.0 - i64::from(key.1) * DAY_MS;
        let from = match self.forgotten.get(&key) {
            Some(seq) => *seq,
            None => conn.ints::<1>("SELECT min(seq) - 1 FROM _changes HAVING count(*) > 0")?.map_or(0, |[seq]| seq),
        };
        let window = format!("FROM _changes WHERE seq > {from} AND seq <= {} AND created < {too_old}", from + AT_ONCE);
        let Some([reached]) = conn.ints::<1>(&format!("SELECT max(seq) {window} HAVING count(*) > 0"))? else {
            self.forgotten.insert(key, from);
            return Ok(false);
        };
        conn.execute(
            "UPDATE _changes SET data = '', was = NULL WHERE seq > ? AND seq <= ? AND collection = ? AND data != ''",
            [ValueRef::Int(from), ValueRef::Int(reached), ValueRef::Text(&key.0)].into_iter(),
        )?;
        self.forgotten.insert(key, reached);
        Ok(reached == from + AT_ONCE)
    }
}
