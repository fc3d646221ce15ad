//! A collection goes, with its records and what the server keeps about them.

use std::sync::Arc;

use super::refuse::{Fault, What};
use super::views::{self, Views};
use crate::error::{Error, Result};
use crate::schema::Collection;
use crate::sql::{collection_rows, ddl};
use crate::store::{Reader as _, Store, StoreError, Tx};

/// System collections that keep something per record of other collections.
const REFERRERS: [&str; 4] = ["_externalAuths", "_mfas", "_otps", "_authOrigins"];

/// What is left to do when a collection is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The collection whose stored files go, when it had a file field.
    pub files_of: Option<String>,
}

/// `DELETE /api/collections/{c}`.
pub async fn delete(store: &Store, name_or_id: &str) -> Result<Removed> {
    let name = name_or_id.to_string();
    store.write_alone(move |tx| delete_one(tx, &name)).await
}

fn delete_one(tx: &mut Tx, name_or_id: &str) -> Result<Removed> {
    let catalog = tx.catalog().clone();
    let gone = catalog.find(name_or_id).ok_or_else(|| Error::not_found(""))?;
    if gone.system {
        return Err(Error::bad_request(What::Delete.failed()));
    }
    let referring = catalog.iter().filter(|other| other.id != gone.id && views::points_at(other, &gone.id));
    let names: Vec<&str> = referring.map(|other| other.name.as_str()).collect();
    if !names.is_empty() {
        let message =
            format!("Failed to delete collection probably due to existing reference in {}.", names.join(", "));
        return Err(Error::bad_request(message));
    }
    let views = Views::survey(tx)?;
    let removed = drop_collection(tx, gone).map_err(|error| Fault::from(error).into_error(What::Delete))?;
    if views.first_casualty(tx)?.is_some() {
        return Err(Error::bad_request(What::Delete.failed()));
    }
    Ok(removed)
}

/// Removes the collection whatever refers to it.
pub(super) fn drop_collection(tx: &mut Tx, gone: &Arc<Collection>) -> Result<Removed, StoreError> {
    tx.execute(&if gone.is_view() { ddl::drop_view(&gone.name) } else { ddl::drop_table(&gone.name) })?;
    tx.execute(&collection_rows::delete(&gone.id))?;
    let catalog = tx.catalog().clone();
    if gone.is_auth() {
        for referrer in REFERRERS.iter().filter_map(|name| catalog.by_name(name)) {
            tx.execute(&collection_rows::delete_references(&referrer.name, &gone.id))?;
        }
    }
    tx.replace_catalog(catalog.iter().filter(|other| other.id != gone.id).cloned().collect());
    Ok(Removed { files_of: (gone.has_files() && !gone.is_view()).then(|| gone.id.clone()) })
}
