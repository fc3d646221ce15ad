//! Why a save was undone, and how that is told.

use crate::error::{Error, Errors};
use crate::store::StoreError;

/// What the database made of a save.
pub(super) enum Fault {
    /// Indexes that could not be made, under `indexes`.
    Indexes(Errors),
    /// The statement that failed, in the database's words.
    Raw(String),
    /// Not the client's doing.
    Store(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Sql(_) | StoreError::Unique { .. } | StoreError::Constraint(_) => Fault::Raw(error.to_string()),
            StoreError::Interrupted
            | StoreError::Full
            | StoreError::NoSpace
            | StoreError::OverBudget
            | StoreError::Closed
            | StoreError::Other(_) => Fault::Store(error),
        }
    }
}

impl Fault {
    /// As the answer to a request that wanted to do `what`.
    pub(super) fn into_error(self, what: What) -> Error {
        match self {
            Fault::Indexes(errors) => Error::Invalid { message: what.failed(), errors },
            Fault::Raw(reason) => Error::bad_request(format!("{} Raw error: \n{reason}.", what.failed())),
            Fault::Store(error) => error.into(),
        }
    }
}

/// What a request wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Create,
    Update,
    Delete,
}

impl What {
    /// The sentence that says it failed.
    pub(super) fn failed(self) -> String {
        let verb = match self {
            What::Create => "create",
            What::Update => "update",
            What::Delete => "delete",
        };
        format!("Failed to {verb} collection.")
    }
}
