//! Trying out the query of a view without making one.

use std::sync::Arc;

use super::import::UNREADABLE;
use super::views;
use crate::error::{Error, FieldError, Result};
use crate::id::Ids;
use crate::schema::ids::collection_id;
use crate::schema::scaffold::scaffold;
use crate::schema::{Collection, CollectionKind, view_query};
use crate::store::{Reader, Rows, Store};
use crate::value::{Json, Object};

/// Characters of a query.
const MAX_QUERY: usize = 5000;

/// What a query would make: a collection that does not exist, and up to ten of its records.
pub struct DryRun {
    /// Named after nothing; its fields are in the order of the columns of `rows`.
    pub collection: Arc<Collection>,
    pub rows: Rows,
}

/// `POST /api/collections/meta/dry-run-view`.
pub async fn dry_run_view(store: &Store, body: Object, ids: Arc<Ids>) -> Result<DryRun> {
    let query = match body.get("query") {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(query)) => query.clone(),
        Some(_) => return Err(Error::bad_request(UNREADABLE)),
    };
    let invalid = |error| Error::invalid("An error occurred while validating the submitted data.", "query", error);
    if query.is_empty() {
        return Err(invalid(FieldError::required()));
    }
    if query.chars().count() > MAX_QUERY {
        return Err(invalid(FieldError::too_long(MAX_QUERY)));
    }
    store.read(move |db| dry_run(db, &query, &ids)).await
}

fn dry_run(db: &mut dyn Reader, query: &str, ids: &Ids) -> Result<DryRun> {
    let refuse = |reason: &str| Error::bad_request(format!("Invalid view query. Raw error: \n{reason}."));
    let inferred = views::infer(db, query, ids)?;
    if let Some(reason) = &inferred.problem {
        return Err(refuse(reason));
    }
    let statement = view_query::statement(query).map_err(|reason| refuse(&reason))?;
    let rows = views::sample(db, statement, &inferred)?;
    let mut collection = scaffold("view", ids).ok_or_else(|| refuse("no such type"))?;
    collection.name = format!("temp_view_{}", ids.secret(5));
    collection.id = collection_id("view", &collection.name, |_| false);
    collection.kind = CollectionKind::View(query.to_string());
    collection.fields = inferred.fields;
    Ok(DryRun { collection: Arc::new(collection), rows })
}
