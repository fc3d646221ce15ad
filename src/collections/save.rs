//! One collection, created or changed.

use std::sync::Arc;

use super::follow::{self, Renames};
use super::refuse::{Fault, What};
use super::table;
use super::views::{self, Views};
use crate::error::{Error, Errors, FieldError, Result};
use crate::schema::ids::collection_id;
use crate::schema::validate::Check;
use crate::schema::{Catalog, Collection, CollectionKind, Draft};
use crate::sql::collection_rows;
use crate::sql::ddl::{self, ViewId};
use crate::store::{Reader as _, StoreError, Tx};
use crate::value::{Json, Object, Row as _};

/// The answer to a body that is not an object of the right types.
pub const BAD_BODY: &str = "Failed to load the submitted data due to invalid formatting.";
/// The same for a creation whose body or whose type and name cannot be read.
pub const BAD_TYPE: &str = "Failed to load the collection type data due to invalid formatting.";

/// A draft in its final form, not yet judged.
#[derive(Clone)]
pub(super) struct Plan {
    pub draft: Draft,
    pub stored: Option<Arc<Collection>>,
    /// How its view's `id` is made text.
    id: ViewId,
    /// Why its query cannot be a view.
    pub query_problem: Option<FieldError>,
}

/// A new collection from a submitted body.
pub(super) fn create(tx: &mut Tx, body: &Object) -> Result<Arc<Collection>> {
    let is_text = |key: &str| matches!(body.get(key), None | Some(Json::Null | Json::String(_)));
    if !is_text("type") || !is_text("name") {
        return Err(Error::bad_request(BAD_TYPE));
    }
    let draft = Draft::create(body, tx.ids()).map_err(|_| Error::bad_request(BAD_BODY))?;
    save(tx, draft, None, What::Create)
}

/// `body` merged onto a stored collection.
pub(super) fn update(tx: &mut Tx, name_or_id: &str, body: &Object) -> Result<Arc<Collection>> {
    let stored = tx.catalog().find(name_or_id).cloned().ok_or_else(|| Error::not_found(""))?;
    let draft = Draft::update(&stored, body).map_err(|_| Error::bad_request(BAD_BODY))?;
    save(tx, draft, Some(stored), What::Update)
}

fn save(tx: &mut Tx, draft: Draft, stored: Option<Arc<Collection>>, what: What) -> Result<Arc<Collection>> {
    let plan = prepare(tx, draft, stored)?;
    let errors = problems(tx, &plan)?;
    errors.into_result(&what.failed())?;
    apply_alone(tx, plan).map_err(|fault| fault.into_error(what))
}

/// Completes a draft: its id, the fields of a view, what its type must have, and texts that follow its own renames.
pub(super) fn prepare(tx: &mut Tx, mut draft: Draft, stored: Option<Arc<Collection>>) -> Result<Plan, StoreError> {
    let catalog = tx.catalog().clone();
    let new = &mut draft.collection;
    if stored.is_none() && new.id.is_empty() {
        new.id = collection_id(new.type_name(), &new.name, |id| catalog.by_id(id).is_some());
    }
    let (mut id, mut query_problem) = (ViewId::Text, None);
    if let CollectionKind::View(query) = &new.kind
        && !query.is_empty()
    {
        let ids = tx.ids().clone();
        let inferred = views::infer(tx, query, &ids)?;
        id = inferred.id;
        query_problem = inferred.problem.map(|reason| views::invalid_query(&reason));
        new.fields = inferred.fields;
    } else if new.is_view() {
        new.fields.clear();
    }
    if let Some(stored) = &stored {
        new.end_sessions_of_old_rule(stored, tx.ids());
        follow::own_texts(new, stored, &catalog);
    }
    new.normalise(stored.as_deref());
    Ok(Plan { draft, stored, id, query_problem })
}

/// Everything that is wrong with the collection of a plan, judged beside all others.
pub(super) fn problems(tx: &mut Tx, plan: &Plan) -> Result<Errors, StoreError> {
    let rows = tx.query(&ddl::table_names())?;
    let tables: Vec<String> = rows.iter().map(|row| row.value(0).text().to_string()).collect();
    let beside = with(tx.catalog(), &plan.draft.collection);
    let check = Check {
        draft: &plan.draft,
        stored: plan.stored.as_deref(),
        catalog: tx.catalog(),
        tables: &tables,
        compile: &|text, collection| follow::compile(text, collection, &beside),
        ids: tx.ids(),
    };
    let mut errors = check.run();
    if let Some(problem) = plan.query_problem.clone() {
        errors.add("viewQuery", problem);
    }
    Ok(errors)
}

/// The catalog with this collection in the place of the one with its id, or at the end.
fn with(catalog: &Catalog, new: &Collection) -> Arc<Catalog> {
    let mut all: Vec<Arc<Collection>> = catalog.iter().filter(|other| other.id != new.id).cloned().collect();
    all.push(Arc::new(new.clone()));
    Arc::new(Catalog::new(catalog.version, all))
}

/// Stores the collection of a plan that was found sound.
fn apply_alone(tx: &mut Tx, plan: Plan) -> Result<Arc<Collection>, Fault> {
    // Rules and mail wording move neither tables nor views.
    let same_shape = plan.stored.as_ref().is_some_and(|stored| {
        let new = &plan.draft.collection;
        stored.fields == new.fields && stored.name == new.name && stored.kind == new.kind
    });
    let views = if same_shape { Views::default() } else { Views::survey(tx)? };
    let new = apply(tx, &views, plan)?;
    views.settle(tx)?;
    // A view over itself may have been settled.
    Ok(tx.catalog().by_id(&new.id).cloned().unwrap_or(new))
}

/// Writes table or view, row and catalog; views are left to be settled.
pub(super) fn apply(tx: &mut Tx, views: &Views, plan: Plan) -> Result<Arc<Collection>, Fault> {
    let mut new = plan.draft.collection;
    new.updated = tx.clock().now().to_string();
    match &plan.stored {
        None => {
            new.created.clone_from(&new.updated);
            if new.is_view() {
                views::create(tx, &new, plan.id)?
            } else {
                table::create(tx, &new)?
            }
            tx.execute(&collection_rows::insert(&new))?;
        }
        Some(stored) => {
            if !new.is_view() {
                table::alter(tx, views, stored, &new)?;
            } else if stored.kind != new.kind || stored.name != new.name || stored.fields != new.fields {
                views::replace(tx, stored, &new, plan.id)?;
            }
            tx.execute(&collection_rows::update(&new))?;
            let catalog = tx.catalog().clone();
            follow::others(tx, &Renames { old: stored, new: &new, catalog: &catalog })?;
        }
    }
    Ok(views::put(tx, new))
}
