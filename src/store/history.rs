//! The `_changes` table: numbered by the writer at commit, read by those who were away.

use std::sync::Arc;

use super::change::{COLUMNS, StoredChange, write_data, write_was};
use super::sqlite::Conn;
use super::{Change, Reader, StoreError};
use crate::clock::Timestamp;
use crate::sql::Sql;
use crate::value::{Value, ValueRef};

/// Bytes that a change counts at least.
const ROW: usize = 100;

/// What happened after a given moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The table does not reach back to that moment (or the moment is not of this database): start over.
    pub reset: bool,
    /// The newest sequence number there is; 0 before the first change.
    pub newest: i64,
    /// In order, the first ones after that moment.
    pub changes: Vec<StoredChange>,
}

/// The next `limit` changes after `seq`; 0 stands for "from the beginning".
pub fn since(reader: &mut dyn Reader, seq: i64, limit: usize) -> Result<History, StoreError> {
    let ends = "SELECT (SELECT min(seq) FROM _changes), (SELECT max(seq) FROM _changes)";
    let ends = reader.query(&Sql { text: ends.into(), params: Vec::new() })?;
    let int = |index| match ends.row(0).at(index) {
        ValueRef::Int(n) => n,
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Text(_) => 0,
    };
    let (oldest, newest) = (int(0), int(1));
    if seq + 1 < oldest || seq > newest {
        return Ok(History { reset: true, newest, changes: Vec::new() });
    }
    let text = format!("SELECT {COLUMNS} FROM _changes WHERE seq > ? ORDER BY seq LIMIT ?");
    let changes = changes(reader, text, vec![Value::Int(seq)], limit)?;
    Ok(History { reset: false, newest, changes })
}

/// What happened in a collection, or to one of its records, before `seq`: the last `limit` changes, newest first.
pub fn of(
    reader: &mut dyn Reader,
    collection: &str,
    record: Option<&str>,
    seq: i64,
    limit: usize,
) -> Result<Vec<StoredChange>, StoreError> {
    // Without an index, which each write would pay for: what is looked at stands before the large columns of a row.
    let mut text = format!("SELECT {COLUMNS} FROM _changes WHERE seq < ? AND collection = ?");
    let mut params = vec![Value::Int(seq), Value::Text(collection.into())];
    if let Some(record) = record {
        text.push_str(" AND record = ?");
        params.push(Value::Text(record.into()));
    }
    text.push_str(" ORDER BY seq DESC LIMIT ?");
    changes(reader, text, params, limit)
}

fn changes(
    reader: &mut dyn Reader,
    text: String,
    mut params: Vec<Value>,
    limit: usize,
) -> Result<Vec<StoredChange>, StoreError> {
    params.push(Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
    let rows = reader.query(&Sql { text, params })?;
    Ok(rows.iter().filter_map(StoredChange::from_row).collect())
}

/// Where the sequence stands: the writer's own copy of the newest row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Position {
    pub seq: i64,
    /// Bytes of `data` ever written.
    pub total: i64,
}

impl Position {
    /// As the table has it.
    pub fn load(conn: &Conn) -> Result<Position, StoreError> {
        let newest = conn.ints::<2>("SELECT seq, total FROM _changes ORDER BY seq DESC LIMIT 1")?;
        Ok(newest.map_or(Position::default(), |[seq, total]| Position { seq, total }))
    }

    /// Writes the rows of these changes, which are numbered on from here; where the sequence stands then.
    pub fn append(self, conn: &Conn, now: Timestamp, changes: &[Arc<Change>]) -> Result<Position, StoreError> {
        const INSERT: &str = "INSERT INTO _changes (seq, collection, action, record, data, created, total, was, author) \
             VALUES (?,?,?,?,?,?,?,?,?)";
        let mut at = self;
        let (mut data, mut was, mut author) = (Vec::new(), Vec::new(), String::new());
        let mut insert = conn.prepare(INSERT)?;
        for change in changes {
            let Some(record) = change.record() else { continue };
            data.clear();
            was.clear();
            author.clear();
            if let Some(record) = &change.author {
                author.extend([record.collection.id.as_str(), "/", record.id()]);
            }
            if change.collection.history_days != Some(0) {
                write_data(&mut data, record);
                if let (Some(before), Some(after)) = (&change.before, &change.after) {
                    write_was(&mut was, before, after);
                }
            }
            let data = std::str::from_utf8(&data).unwrap_or_default();
            let was = std::str::from_utf8(&was).unwrap_or_default();
            let bytes = (data.len() + was.len() + author.len()).max(ROW);
            at = Position { seq: change.seq, total: at.total + i64::try_from(bytes).unwrap_or(0) };
            let row = [
                ValueRef::Int(at.seq),
                ValueRef::Text(&change.collection.id),
                ValueRef::Text(change.action.name()),
                ValueRef::Text(record.id()),
                ValueRef::Text(data),
                ValueRef::Int(now.0),
                ValueRef::Int(at.total),
                if was.is_empty() { ValueRef::Null } else { ValueRef::Text(was) },
                if author.is_empty() { ValueRef::Null } else { ValueRef::Text(&author) },
            ];
            insert.run(row.into_iter())?;
        }
        Ok(at)
    }
}

/// Makes everyone who follows the history start over: none of it is left, and the sequence skips a number. Within a
/// transaction.
pub fn start_over(conn: &Conn) -> Result<(), StoreError> {
    conn.run("DELETE FROM _changes WHERE seq < (SELECT max(seq) FROM _changes)")?;
    // The newest row stays, as the sequence goes on from it; nobody was ever told its new number.
    conn.run("UPDATE _changes SET seq = seq + 2")
}
