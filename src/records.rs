//! Records: list, view, create, update, delete and batch, behind one authorizer.
//!
//! Everything that touches data inside one request is synchronous code over `&mut dyn Reader` or `&mut Tx`, so the same
//! functions serve single requests, batches and whatever comes later. What needs no database (parsing, coercion, most
//! rules, validation, password hashes) happens before the writer is asked.

pub mod account;
mod attachment;
pub mod authorize;
pub mod batch;
pub mod body;
pub mod create;
pub mod dependents;
pub mod draft;
pub mod expand;
pub mod explain;
pub mod history;
mod leftovers;
pub mod list;
pub mod plans;
pub mod present;
pub mod query;
pub mod remove;
pub mod rule_test;
pub mod system;
pub mod update;
pub mod uploads;
pub mod view;
pub mod watch;

use std::sync::Arc;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::id::Ids;
use crate::later::Later;
use crate::limits::Windows;
use crate::passwords::Hasher;
use crate::schema::{Catalog, Collection, FieldKind};
use crate::settings::Live;
use crate::store::{Store, StoreError};

pub use batch::BatchRequest;
pub use body::Body;

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Records(Arc<Parts>);

/// What it is made of.
pub struct Parts {
    pub store: Store,
    pub files: Files,
    pub hasher: Hasher,
    pub settings: Live,
    pub ids: Arc<Ids>,
    pub clock: Clock,
    pub plans: plans::Plans,
    /// For what answers do not wait for.
    pub later: Later,
    /// Wrong passwords, by account.
    pub guesses: Windows,
}

impl std::ops::Deref for Records {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Records {
    pub fn new(parts: Parts) -> Self {
        Records(Arc::new(parts))
    }
}

/// The collection a reading request names.
fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Arc<Collection>> {
    catalog.find(name).ok_or_else(|| Error::not_found("Missing collection context."))
}

/// The collection a writing request names; views cannot be written.
fn find_writable<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Arc<Collection>> {
    let found = catalog.find(name).ok_or_else(|| Error::not_found("Missing or invalid collection context."))?;
    if found.is_view() {
        return Err(Error::bad_request("Unsupported collection type."));
    }
    Ok(found)
}

/// The fields a failed write names, for unique violations; other storage errors pass through.
fn conflict(collection: &Collection, error: StoreError, message: &str) -> Error {
    use crate::error::{Errors, FieldError};
    let StoreError::Unique { mut columns, index } = error else { return write_failure(error, message) };
    if columns.is_empty() {
        // An index on expressions names no column: blame the fields its text mentions.
        let text = index.and_then(|name| collection.indexes.iter().find(|text| text.contains(&name)));
        let words: Vec<&str> =
            text.map_or(vec![], |text| text.split(|c: char| !c.is_alphanumeric() && c != '_').collect());
        columns =
            collection.fields.iter().filter(|f| words.contains(&f.name.as_str())).map(|f| f.name.clone()).collect();
    }
    let mut errors = Errors::default();
    for column in columns {
        let custom_id = column == "id" && !has_default_ids(collection);
        errors.add(
            column,
            if custom_id {
                FieldError::new("validation_pk_invalid", "The record primary key is invalid or already exists.")
            } else {
                FieldError::new("validation_not_unique", "Value must be unique.")
            },
        );
    }
    Error::Invalid { message: message.to_string(), errors }
}

/// Ids are of the server's usual form, which leaves letter case and odd characters no room.
fn has_default_ids(collection: &Collection) -> bool {
    let default = |kind: &FieldKind| matches!(kind, FieldKind::Text { pattern, .. } if pattern == "^[a-z0-9]+$");
    collection.field("id").is_some_and(|(_, field)| default(&field.kind))
}

/// A constraint that maps to no field is the caller's mistake; the rest is ours.
fn write_failure(error: StoreError, message: &str) -> Error {
    match error {
        StoreError::Constraint(_) => Error::bad_request(message),
        other => other.into(),
    }
}
