//! The connections of a console: one that cannot write, one that may and notes what it touched.

use std::path::Path;
use std::sync::Arc;

use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit as Bound;
use rusqlite::types::ValueRef as Raw;
use rusqlite::{Batch, Statement};

use super::Conn;
use super::limit::Limit;
use crate::schema::Collection;
use crate::sql::quote;
use crate::store::StoreError;
use crate::store::config::Durability;
use crate::value::Value;

/// Rows of an answer, and bytes in them, at most; the rest is cut off.
const ROWS: usize = 1000;
const BYTES: usize = 32 << 20;
/// What statements that write begin with.
const WRITES: [&str; 8] = ["INSERT", "CREATE", "UPDATE", "DELETE", "DROP", "DETACH", "ALTER", "REPLACE"];
/// Tables that only the server itself writes.
const OURS: [&str; 2] = ["_changes", "_migrations"];
/// Pragmas that only tell something when they are given an argument.
const TELLING: [&str; 7] =
    ["table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"];

/// What a script answered: the rows of its last statement that has any, or how many it wrote.
#[derive(Debug, Default)]
pub struct Answer {
    pub affected: u64,
    /// Names, and types as declared (`""` when there is none).
    pub columns: Vec<(String, String)>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// Runs statements that only read; `None` when one of them would write, or says that it does.
pub fn read(path: &Path, text: &str, limit: &Arc<Limit>) -> Result<Option<Answer>, StoreError> {
    let word: String = bare(text).chars().take_while(char::is_ascii_alphabetic).collect();
    if WRITES.iter().any(|write| write.eq_ignore_ascii_case(&word)) {
        return Ok(None);
    }
    let conn = Conn::open_reader(path, limit.clone())?;
    let mut statements = Batch::new(&conn.db, text);
    let mut answer = Answer::default();
    while let Some(mut statement) = statements.next()? {
        // What a write would do is a question.
        if !statement.readonly() && statement.is_explain() == 0 {
            return Ok(None);
        }
        answer = rows(&mut statement)?;
    }
    Ok(Some(answer))
}

/// The text without blanks and comments before it.
fn bare(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let after = match (rest.strip_prefix("--"), rest.strip_prefix("/*")) {
            (Some(comment), _) => comment.split_once('\n').map_or("", |(_, after)| after),
            (None, Some(comment)) => comment.split_once("*/").map_or("", |(_, after)| after),
            (None, None) => return rest,
        };
        rest = after.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
    }
}

fn rows(statement: &mut Statement<'_>) -> Result<Answer, StoreError> {
    let columns = statement.columns();
    let columns = columns.map(|column| (column.name().to_string(), column.decl_type().unwrap_or_default().to_string()));
    let mut answer = Answer { columns: columns.collect(), ..Answer::default() };
    let (mut bytes, width) = (0, answer.columns.len());
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next()? {
        let mut cells = Vec::with_capacity(width);
        for index in 0..width {
            let cell = text(row.get_ref(index)?);
            bytes += cell.as_ref().map_or(0, String::len);
            cells.push(cell);
        }
        answer.rows.push(cells);
        if answer.rows.len() == ROWS || bytes > BYTES {
            break;
        }
    }
    Ok(answer)
}

fn text(cell: Raw<'_>) -> Option<String> {
    match cell {
        Raw::Null => None,
        Raw::Integer(n) => Some(n.to_string()),
        Raw::Real(n) => Some(n.to_string()),
        Raw::Text(bytes) | Raw::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// A transaction that writes.
pub struct Transaction {
    conn: Conn,
}

impl Transaction {
    /// Opens the transaction.
    pub fn begin(path: &Path, durability: Durability, limit: &Arc<Limit>) -> Result<Transaction, StoreError> {
        let conn = Conn::open_writer(path, durability, limit.clone())?;
        conn.db.set_limit(Bound::SQLITE_LIMIT_ATTACHED, 0)?;
        // Deleting by REPLACE fires triggers only when they are recursive; there are none that could recur.
        conn.batch("PRAGMA temp_store=FILE; PRAGMA recursive_triggers=ON;")?;
        conn.run("BEGIN IMMEDIATE")?;
        Ok(Transaction { conn })
    }

    pub fn conn(&self) -> &Conn {
        &self.conn
    }

    /// Notes from now on which records of these collections are touched.
    pub fn watch<'a>(&self, collections: impl Iterator<Item = &'a Arc<Collection>>) -> Result<(), StoreError> {
        self.conn.run(
            "CREATE TEMP TABLE touched (n INTEGER PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, \
             UNIQUE (collection, id))",
        )?;
        for (number, collection) in collections.enumerate() {
            let events: [(&str, &[&str]); 3] =
                [("INSERT", &["new"]), ("UPDATE", &["old", "new"]), ("DELETE", &["old"])];
            for (event, rows) in events {
                let mut text = format!("CREATE TEMP TRIGGER t{number}_{event} AFTER {event} ON main.");
                quote(&mut text, &collection.name);
                text.push_str(" BEGIN ");
                for row in rows {
                    text.push_str("INSERT INTO touched (collection, id) SELECT '");
                    text.push_str(&collection.id.replace('\'', "''"));
                    text.push_str(&format!(
                        "', {row}.\"id\" WHERE NOT EXISTS (SELECT 1 FROM touched WHERE collection = '"
                    ));
                    text.push_str(&collection.id.replace('\'', "''"));
                    text.push_str(&format!("' AND id = {row}.\"id\"); "));
                }
                text.push_str("END");
                self.conn.batch(&text)?;
            }
        }
        Ok(())
    }

    /// Runs the statements; how many rows the last that wrote any did by itself.
    pub fn run(&mut self, text: &str) -> Result<u64, StoreError> {
        self.conn.db.authorizer(Some(|context: AuthContext<'_>| allow(&context.action)))?;
        let ran = self.statements(text);
        self.conn.db.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
        // A conflict clause may have ended the transaction.
        match ran {
            Ok(_) if !self.conn.in_transaction() => Err(StoreError::Sql("the transaction was rolled back".into())),
            ran => ran,
        }
    }

    fn statements(&self, text: &str) -> Result<u64, StoreError> {
        let before = self.conn.db.total_changes();
        let mut statements = Batch::new(&self.conn.db, text);
        while let Some(mut statement) = statements.next()? {
            let mut cursor = statement.raw_query();
            while cursor.next()?.is_some() {}
        }
        Ok(if self.conn.db.total_changes() > before { self.conn.db.changes() } else { 0 })
    }

    /// Collection and id of the records that were touched, in that order; `None` when there are more than `limit`.
    pub fn touched(&self, limit: usize) -> Result<Option<Vec<(String, String)>>, StoreError> {
        let text = "SELECT collection, id FROM temp.touched ORDER BY n LIMIT ?";
        let params = vec![Value::Int(i64::try_from(limit + 1).unwrap_or(i64::MAX))];
        let rows = self.conn.query(&crate::sql::Sql { text: text.into(), params })?;
        let pair = |row: crate::store::RowRef<'_>| (row.at(0).text().to_string(), row.at(1).text().to_string());
        Ok((rows.len() <= limit).then(|| rows.iter().map(pair).collect()))
    }

    /// Makes it all durable.
    pub fn commit(self) -> Result<(), StoreError> {
        self.conn.run("COMMIT")
    }
}

/// What a script may do: anything to tables, nothing to the transaction, the connection or other files.
fn allow(action: &AuthAction<'_>) -> Authorization {
    let ours = |table: &str| OURS.contains(&table);
    let fine = match action {
        AuthAction::Transaction { .. } | AuthAction::Attach { .. } | AuthAction::Detach { .. } => false,
        AuthAction::Pragma { pragma_name, pragma_value } => pragma_value.is_none() || TELLING.contains(pragma_name),
        AuthAction::Insert { table_name }
        | AuthAction::Delete { table_name }
        | AuthAction::Update { table_name, .. }
        | AuthAction::DropTable { table_name }
        | AuthAction::AlterTable { table_name, .. } => !ours(table_name),
        _ => true,
    };
    if fine { Authorization::Allow } else { Authorization::Deny }
}
