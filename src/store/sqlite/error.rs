//! SQLite's errors in our terms.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::store::StoreError;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(code, message) => from_code(code, message.unwrap_or_default()),
            rusqlite::Error::SqlInputError { error, msg, .. } => from_code(error, msg),
            rusqlite::Error::MultipleStatement | rusqlite::Error::NulError(_) => StoreError::Sql(error.to_string()),
            // The rest is misuse of rusqlite.
            _ => StoreError::other(error),
        }
    }
}

fn from_code(code: ffi::Error, message: String) -> StoreError {
    match code.code {
        ErrorCode::ConstraintViolation => constraint(code.extended_code, message),
        ErrorCode::OperationInterrupted => StoreError::Interrupted,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Full,
        ErrorCode::DiskFull => StoreError::NoSpace,
        // The shared-memory index cannot grow: only a full disk does that.
        ErrorCode::SystemIoFailure if code.extended_code == ffi::SQLITE_IOERR_SHMSIZE => StoreError::NoSpace,
        // SQLITE_ERROR is the catch-all of the parser and of SQL functions, its relative an unknown collation; READONLY is
        // a write through a reader.
        ErrorCode::Unknown if matches!(code.extended_code, ffi::SQLITE_ERROR | ffi::SQLITE_ERROR_MISSING_COLLSEQ) => {
            StoreError::Sql(message)
        }
        ErrorCode::ReadOnly | ErrorCode::TooBig | ErrorCode::TypeMismatch | ErrorCode::ParameterOutOfRange => {
            StoreError::Sql(message)
        }
        _ => StoreError::other(rusqlite::Error::SqliteFailure(code, Some(message))),
    }
}

fn constraint(extended: i32, message: String) -> StoreError {
    let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID];
    match message.strip_prefix("UNIQUE constraint failed: ") {
        Some(what) if unique.contains(&extended) => violated(what),
        Some(_) | None => StoreError::Constraint(message),
    }
}

/// `t.a, t.b` or `index 'name'`.
fn violated(what: &str) -> StoreError {
    match what.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        Some(index) => StoreError::Unique { columns: Vec::new(), index: Some(index.to_string()) },
        None => {
            let column = |part: &str| part.rsplit_once('.').map_or(part, |(_, column)| column).to_string();
            StoreError::Unique { columns: what.split(", ").map(column).collect(), index: None }
        }
    }
}
