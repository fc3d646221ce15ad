//! The schema service: what superusers do to collections. Every change is one transaction of its own: the row of
//! `_collections`, the table, its indexes, the views and rules that follow, and the catalog change together or not at all.

mod columns;
mod dry_run;
mod follow;
mod import;
pub mod lint;
mod list;
mod refuse;
mod remove;
mod save;
mod seed;
mod table;
mod views;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::schema::{Collection, scaffold};
use crate::store::{Store, Tx};
use crate::value::{Json, Object, json};

pub use dry_run::{DryRun, dry_run_view};
pub use import::{UNREADABLE, import};
pub use list::list;
pub use remove::{Removed, delete};
pub use save::{BAD_BODY, BAD_TYPE};
pub use seed::{load, seed};

/// `GET /api/collections/{c}`: the collection as JSON.
pub fn view(store: &Store, name_or_id: &str) -> Result<Vec<u8>> {
    let catalog = store.catalog();
    catalog.find(name_or_id).map(|collection| json_of(collection)).ok_or_else(|| Error::not_found(""))
}

/// `POST /api/collections`: the new collection as JSON.
pub async fn create(store: &Store, body: Object) -> Result<Vec<u8>> {
    store.write_alone(move |tx| save::create(tx, &body).map(|new| json_of(&new))).await
}

/// `PATCH /api/collections/{c}`: the changed collection as JSON.
pub async fn update(store: &Store, name_or_id: &str, body: Object) -> Result<Vec<u8>> {
    let name = name_or_id.to_string();
    store.write_alone(move |tx| save::update(tx, &name, &body).map(|new| json_of(&new))).await
}

/// `DELETE /api/collections/{c}/truncate`: removes every record by `delete_all`, which runs cascades and says what is
/// left to do after COMMIT (files to remove).
pub async fn truncate<T: Send + 'static>(
    store: &Store,
    name_or_id: &str,
    mut delete_all: impl FnMut(&mut Tx, &Arc<Collection>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let catalog = store.catalog();
    let collection = catalog.find(name_or_id).ok_or_else(|| Error::not_found(""))?;
    if collection.is_view() {
        let message = "View collections cannot be truncated since they don't store their own records.";
        return Err(Error::bad_request(message));
    }
    let id = collection.id.clone();
    let job = move |tx: &mut Tx| {
        use crate::store::Reader as _;
        let collection = tx.catalog().by_id(&id).cloned().ok_or_else(|| Error::not_found(""))?;
        delete_all(tx, &collection).map_err(|error| match error {
            Error::Unavailable { .. } | Error::RateLimited { .. } => error,
            Error::Invalid { .. } | Error::Rejected { .. } | Error::Internal(_) => {
                let message =
                    "Failed to truncate collection (most likely due to required cascade delete record references).";
                Error::bad_request(message)
            }
        })
    };
    store.write_alone(job).await
}

/// `GET /api/collections/meta/scaffolds`: a blank collection of each type.
pub fn scaffolds(ids: &crate::id::Ids) -> Vec<u8> {
    let blank = scaffold::scaffolds(ids);
    let object: Object =
        blank.iter().map(|blank| (blank.type_name().to_string(), Json::Object(blank.to_json()))).collect();
    bytes(&Json::Object(object))
}

fn json_of(collection: &Collection) -> Vec<u8> {
    bytes(&Json::Object(collection.to_json()))
}

fn bytes(value: &Json) -> Vec<u8> {
    let mut out = Vec::new();
    json::write(&mut out, value);
    out
}
