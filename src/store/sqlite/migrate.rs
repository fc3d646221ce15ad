//! Brings the system tables to this version: numbered files, each once, in order, all in one transaction.

use super::Conn;
use crate::clock::Clock;
use crate::sql::Sql;
use crate::store::StoreError;
use crate::value::Value;

const FILES: [(&str, &str); 3] = [
    ("0001_system.sql", include_str!("../../../migrations/0001_system.sql")),
    ("0002_changes_was.sql", include_str!("../../../migrations/0002_changes_was.sql")),
    ("0003_changes_author.sql", include_str!("../../../migrations/0003_changes_author.sql")),
];

/// Applies what is missing. Fails when a newer version of the server has been here.
pub fn migrate(conn: &Conn, clock: &Clock) -> Result<(), StoreError> {
    conn.run("BEGIN IMMEDIATE")?;
    match apply(conn, clock) {
        Ok(()) => conn.run("COMMIT"),
        Err(error) => {
            let _ = conn.run("ROLLBACK");
            Err(error)
        }
    }
}

fn apply(conn: &Conn, clock: &Clock) -> Result<(), StoreError> {
    // Unix microseconds, as PocketBase's table of this name has it.
    conn.run("CREATE TABLE IF NOT EXISTS _migrations (file TEXT PRIMARY KEY NOT NULL, applied INTEGER NOT NULL)")?;
    let rows = conn.query(&Sql { text: "SELECT file FROM _migrations".into(), params: Vec::new() })?;
    let applied: Vec<&str> = rows.iter().map(|row| row.at(0).text()).collect();
    let is_ours = |file: &str| file.ends_with(".sql") && file.as_bytes().iter().take(4).all(u8::is_ascii_digit);
    if let Some(file) = applied.iter().find(|file| is_ours(file) && FILES.iter().all(|(name, _)| name != *file)) {
        return Err(StoreError::other(format!("the database was made by a newer version: it has migration {file}")));
    }
    for (file, text) in FILES.iter().filter(|(file, _)| !applied.contains(file)) {
        conn.batch(text)?;
        let params = [Value::from(*file), Value::Int(clock.now().0 * 1000)];
        conn.execute("INSERT INTO _migrations (file, applied) VALUES (?, ?)", params.iter().map(Value::as_ref))?;
    }
    Ok(())
}
