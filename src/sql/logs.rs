//! Statements about the log, which has a database of its own.

use super::printer::{Printer, Reach};
use super::{Dialect, Select, Sql};

/// The table.
pub const TABLE: &str = "_logs";

/// The table and its index, where they are missing. Entries come in order of time, so the index grows at its end; one
/// on `id` too would make every entry dearer by a third, and an id tells its time (see [`view`]).
pub fn tables() -> [Sql; 3] {
    [
        "CREATE TABLE IF NOT EXISTS _logs (id TEXT NOT NULL, level INTEGER NOT NULL DEFAULT 0, \
         message TEXT NOT NULL DEFAULT '', data TEXT NOT NULL DEFAULT '{}', created TEXT NOT NULL DEFAULT '')",
        "CREATE INDEX IF NOT EXISTS idx_logs_created ON _logs (created)",
        "DROP INDEX IF EXISTS idx_logs_id",
    ]
    .map(plain)
}

/// Adds so many entries, each of them id, level, message, data, created.
pub fn insert(entries: usize) -> String {
    let values = vec!["(?, ?, ?, ?, ?)"; entries].join(", ");
    format!("INSERT INTO _logs (id, level, message, data, created) VALUES {values}")
}

/// The entry of this id, its columns in the order of the collection's fields; of this moment, or of any, which takes
/// looking at all of them.
pub fn view(id: &str, created: Option<&str>) -> Sql {
    let mut sql = plain("SELECT id, created, level, message, data FROM _logs WHERE id = ");
    sql.param(id);
    if let Some(created) = created {
        sql.text.push_str(" AND created = ");
        sql.param(created);
    }
    sql.text.push_str(" LIMIT 1");
    sql
}

/// Removes the entries that were made before a date text.
pub fn delete_before(date: &str) -> Sql {
    let mut sql = plain("DELETE FROM _logs WHERE created < ");
    sql.param(date);
    sql
}

/// Removes the entries below a level.
pub fn delete_below(level: i64) -> Sql {
    let mut sql = plain("DELETE FROM _logs WHERE level < ");
    sql.param(level);
    sql
}

/// Removes the hundred oldest entries.
pub fn delete_oldest() -> Sql {
    plain("DELETE FROM _logs WHERE _rowid_ IN (SELECT _rowid_ FROM _logs ORDER BY _rowid_ LIMIT 100)")
}

/// Removes all entries.
pub fn delete_all() -> Sql {
    plain("DELETE FROM _logs")
}

/// One row per hour that has any of the selected entries, the oldest first: its beginning as a date text, and how many.
pub fn per_hour(select: &Select<'_>, dialect: Dialect) -> Sql {
    select.bare(
        ("SELECT substr(t0.created, 1, 13) || ':00:00.000Z' AS date, COUNT(*) AS total", " GROUP BY 1 ORDER BY 1"),
        Printer::new(dialect, Reach::Every),
    )
}

fn plain(text: &str) -> Sql {
    Sql { text: text.to_string(), params: Vec::new() }
}
