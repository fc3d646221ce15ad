//! The catalog's stored form: filling an empty database, reading it back.

use std::sync::Arc;

use super::refuse::Fault;
use super::table;
use crate::schema::Collection;
use crate::schema::scaffold::system_collections;
use crate::sql::collection_rows;
use crate::store::{Reader, StoreError, Tx};

/// Gives an empty database the system collections and `users`.
pub fn seed(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.clock().now().to_string();
    let mut all = Vec::new();
    for mut collection in system_collections(tx.ids()) {
        collection.created.clone_from(&now);
        collection.updated.clone_from(&now);
        table::create(tx, &collection).map_err(|fault| match fault {
            Fault::Store(error) => error,
            Fault::Raw(reason) => StoreError::Sql(reason),
            Fault::Indexes(errors) => StoreError::Sql(errors.to_json().to_string()),
        })?;
        tx.execute(&collection_rows::insert(&collection))?;
        all.push(Arc::new(collection));
    }
    tx.replace_catalog(all);
    Ok(())
}

/// All collections in creation order. Fails on a row that is not a collection.
pub fn load(reader: &mut dyn Reader) -> Result<Vec<Arc<Collection>>, StoreError> {
    let rows = reader.query(&collection_rows::select())?;
    let read = |row| Collection::from_row(&row).map(Arc::new).map_err(|error| StoreError::Other(error.into()));
    rows.iter().map(read).collect()
}
