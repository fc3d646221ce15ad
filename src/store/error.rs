//! Why the database did not do it, in terms a caller can act on.

use crate::error::{Error, Reason};

/// A failed read or write.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A value exists already. `columns` are those of the violated index; an index on expressions has only its name.
    #[error("not unique: {}", index.clone().unwrap_or_else(|| columns.join(", ")))]
    Unique { columns: Vec<String>, index: Option<String> },
    /// Another constraint of the table.
    #[error("{0}")]
    Constraint(String),
    /// The deadline passed.
    #[error("the query took too long")]
    Interrupted,
    /// The queue is full, or another process kept the database busy: nothing was done, try again.
    #[error("the database is busy")]
    Full,
    /// The disk is full.
    #[error("no space is left on the disk")]
    NoSpace,
    /// Too long for the calling thread; the store runs the job again elsewhere, callers never see it returned.
    #[error("moved to a reader thread")]
    OverBudget,
    /// The SQL is wrong; in SQLite's words.
    #[error("{0}")]
    Sql(String),
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    pub(super) fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        StoreError::Other(source.into())
    }

    /// The same news for another waiting caller.
    pub(super) fn again(&self) -> Self {
        match self {
            StoreError::Unique { columns, index } => {
                StoreError::Unique { columns: columns.clone(), index: index.clone() }
            }
            StoreError::Constraint(message) => StoreError::Constraint(message.clone()),
            StoreError::Interrupted => StoreError::Interrupted,
            StoreError::Full => StoreError::Full,
            StoreError::NoSpace => StoreError::NoSpace,
            StoreError::OverBudget => StoreError::OverBudget,
            StoreError::Sql(message) => StoreError::Sql(message.clone()),
            StoreError::Closed => StoreError::Closed,
            StoreError::Other(source) => StoreError::other(source.to_string()),
        }
    }
}

/// What a request answers when nobody closer to the cause knew better: faults of SQL text or constraints that no one
/// expected are ours, not the client's.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Interrupted | StoreError::Full | StoreError::Closed => {
                Error::Unavailable { message: error.to_string(), retry_after_s: 1 }
            }
            StoreError::NoSpace => Error::Rejected { reason: Reason::NoSpace, message: error.to_string() },
            StoreError::Unique { .. }
            | StoreError::Constraint(_)
            | StoreError::OverBudget
            | StoreError::Sql(_)
            | StoreError::Other(_) => Error::internal(error),
        }
    }
}
