//! Finding accounts, whatever the rules say: by e-mail or another identity.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::schema::{Collection, Record};
use crate::sql::{Collation, Dialect, Restrict, Select};
use crate::store::Reader;

use super::Auth;

/// The record whose field `name` equals `text`, without regard to case where the unique index has none.
pub(super) fn with(
    reader: &mut dyn Reader,
    collection: &Arc<Collection>,
    name: &str,
    text: &str,
) -> Result<Option<Arc<Record>>> {
    let Some((field, _)) = collection.field(name) else { return Ok(None) };
    let ignores_case = collection.unique_index(name).is_some_and(|index| index.ignores_case());
    let collation = if ignores_case { Collation::NoCase } else { Collation::Binary };
    let restrict = Restrict::Equals { field, text, collation };
    let rows = reader.query(&Select { restrict, limit: 1, ..Select::of(collection) }.rows(Dialect::Sqlite))?;
    Ok(rows.iter().next().map(|row| Arc::new(Record::of(collection, &row))))
}

impl Auth {
    /// The account with this address.
    pub(super) async fn account_with(&self, collection: &Arc<Collection>, email: &str) -> Result<Option<Arc<Record>>> {
        let (collection, email) = (collection.clone(), email.to_string());
        let read = move |reader: &mut dyn Reader| with(reader, &collection, "email", &email);
        self.records.store.read::<_, Error>(read).await
    }
}
