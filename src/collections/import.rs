//! `PUT /api/collections/import`: a whole configuration at once. Collections are written first and judged when all are
//! there, so that they may refer to each other in any order.

use std::sync::Arc;

use super::refuse::Fault;
use super::remove::{self, Removed};
use super::save::{self, Plan};
use super::views::Views;
use crate::error::{Error, Errors, FieldError, Problem, Result, sentence};
use crate::schema::{Catalog, Collection, Draft};
use crate::store::{Reader as _, Store, Tx};
use crate::value::{Json, Object};

const CODE: &str = "validation_collections_import_failure";
const FAILED: &str = "Failed to import collections.";
/// The answer to an import, or a dry run, whose body cannot be read.
pub const UNREADABLE: &str = "An error occurred while loading the submitted data.";
const UNFIT: &str = "An error occurred while validating the submitted data.";

/// What happens to what the import does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Keep,
    Delete,
}

/// Applies `{"collections": […], "deleteMissing": bool}`; what is left to do for the collections that went.
pub async fn import(store: &Store, body: Object) -> Result<Vec<Removed>> {
    let (entries, missing) = read(&body)?;
    store.write_alone(move |tx| run(tx, &entries, missing)).await
}

fn read(body: &Object) -> Result<(Vec<Object>, Missing)> {
    let unreadable = || Error::bad_request(UNREADABLE);
    let missing = match body.get("deleteMissing") {
        None | Some(Json::Null | Json::Bool(false)) => Missing::Keep,
        Some(Json::Bool(true)) => Missing::Delete,
        Some(_) => return Err(unreadable()),
    };
    let list = match body.get("collections") {
        None | Some(Json::Null) => &Vec::new(),
        Some(Json::Array(list)) => list,
        Some(_) => return Err(unreadable()),
    };
    let entry = |entry: &Json| match entry {
        Json::Object(entry) => Ok(entry.clone()),
        Json::Null => Ok(Object::new()),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Err(unreadable()),
    };
    let entries = list.iter().map(entry).collect::<Result<Vec<_>>>()?;
    if entries.is_empty() {
        return Err(Error::invalid(UNFIT, "collections", FieldError::required()));
    }
    Ok((entries, missing))
}

fn run(tx: &mut Tx, entries: &[Object], missing: Missing) -> Result<Vec<Removed>> {
    let views = Views::survey(tx)?;
    let removed = match missing {
        Missing::Keep => Vec::new(),
        Missing::Delete => delete_missing(tx, entries)?,
    };
    let before = tx.catalog().clone();
    let is_view = |entry: &Object| {
        matching(&before, entry).map_or_else(|| entry.get("type") == Some(&"view".into()), |stored| stored.is_view())
    };
    let (mut last, first): (Vec<_>, Vec<_>) = entries.iter().enumerate().partition(|(_, entry)| is_view(entry));
    let mut saved = Vec::new();
    for (index, entry) in first {
        let plan = plan(tx, &before, entry, missing)?;
        saved.push((index, apply(tx, &views, plan)?));
    }
    // A view may read one that comes later in the list: as long as one of them can be made, the others may follow.
    while !last.is_empty() {
        let mut waiting = Vec::new();
        let mut problem = None;
        let tried = last.len();
        for (index, entry) in last {
            let plan = plan(tx, &before, entry, missing)?;
            match &plan.query_problem {
                None => saved.push((index, apply(tx, &views, plan)?)),
                Some(error) => {
                    problem.get_or_insert_with(|| format!("{}: {}", plan.draft.collection.name, error.message));
                    waiting.push((index, entry));
                }
            }
        }
        if let Some(problem) = problem.filter(|_| waiting.len() == tried) {
            return Err(raw(&problem));
        }
        last = waiting;
    }
    views.settle(tx).map_err(tell)?;
    judge(tx, saved)?;
    Ok(removed)
}

/// The stored collection an entry is about: by id, or by name when it has none.
fn matching<'a>(before: &'a Catalog, entry: &Object) -> Option<&'a Arc<Collection>> {
    let text = |key: &str| entry.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
    match text("id") {
        Some(id) => before.by_id(id),
        None => before.by_name(text("name")?),
    }
}

fn delete_missing(tx: &mut Tx, entries: &[Object]) -> Result<Vec<Removed>> {
    let catalog = tx.catalog().clone();
    let named: Vec<&String> =
        entries.iter().filter_map(|entry| matching(&catalog, entry)).map(|kept| &kept.id).collect();
    let gone = catalog.iter().filter(|collection| !collection.system && !named.contains(&&collection.id));
    gone.map(|collection| Ok(remove::drop_collection(tx, collection)?)).collect()
}

fn plan(tx: &mut Tx, before: &Catalog, entry: &Object, missing: Missing) -> Result<Plan> {
    // Those imported earlier may have renamed what this one is about.
    let stored = matching(before, entry).and_then(|stored| tx.catalog().by_id(&stored.id)).cloned();
    let draft = match &stored {
        Some(stored) => Draft::update(stored, &complete(entry, stored, missing)),
        None => Draft::create(entry, tx.ids()),
    };
    let draft = draft.map_err(|error| raw(&error.to_string()))?;
    Ok(save::prepare(tx, draft, stored)?)
}

/// The entry with the fields that stay although it does not name them. A field of the same name and type is the stored
/// one, whatever its id.
fn complete(entry: &Object, stored: &Collection, missing: Missing) -> Object {
    let mut entry = entry.clone();
    let mut fields = match entry.get("fields") {
        Some(Json::Array(fields)) => fields.clone(),
        Some(Json::Null) => Vec::new(),
        None if missing == Missing::Delete => Vec::new(),
        Some(_) | None => return entry,
    };
    let text = |field: &Json, key: &str| field.get(key).and_then(Json::as_str).unwrap_or_default().to_string();
    let ids: Vec<String> = fields.iter().map(|field| text(field, "id")).collect();
    for old in stored.fields.iter().filter(|old| !ids.contains(&old.id)) {
        let same = |field: &&mut Json| text(field, "name") == old.name && text(field, "type") == old.kind.type_name();
        if let Some(Json::Object(field)) = fields.iter_mut().find(same) {
            field.insert("id".to_string(), old.id.as_str().into());
        } else if missing == Missing::Keep || old.system {
            fields.push(Json::Object(old.to_json()));
        }
    }
    entry.insert("fields".to_string(), Json::Array(fields));
    entry
}

fn apply(tx: &mut Tx, views: &Views, plan: Plan) -> Result<Plan> {
    let kept = plan.clone();
    save::apply(tx, views, plan).map_err(tell)?;
    Ok(kept)
}

/// Is everything that was written sound, seen beside everything else?
fn judge(tx: &mut Tx, mut saved: Vec<(usize, Plan)>) -> Result<()> {
    saved.sort_by_key(|(index, _)| *index);
    let mut told = Object::new();
    for (index, plan) in &mut saved {
        let id = &plan.draft.collection.id;
        if let Some(written) = tx.catalog().by_id(id) {
            plan.draft.collection = Collection::clone(written);
        }
        let errors = save::problems(tx, plan)?;
        if errors.is_empty() {
            continue;
        }
        let (data, new) = (errors.to_json(), &plan.draft.collection);
        if told.is_empty() {
            let reasons = serde_json::to_string_pretty(&messages(&data)).unwrap_or_default();
            let message = format!("Data validations failed for collection {:?} ({}):\n{reasons}", new.name, new.id);
            told.insert("code".to_string(), CODE.into());
            told.insert("message".to_string(), sentence(&message).into());
        }
        told.insert(index.to_string(), data);
    }
    if told.is_empty() {
        return Ok(());
    }
    Err(refused(Problem::Json(Json::Object(told))))
}

/// The messages alone, by property.
fn messages(data: &Json) -> Json {
    match data {
        Json::Object(map) => match map.get("message") {
            Some(message) if map.contains_key("code") => message.clone(),
            Some(_) | None => map.iter().map(|(key, part)| (key.clone(), messages(part))).collect(),
        },
        other => other.clone(),
    }
}

fn tell(fault: Fault) -> Error {
    match fault {
        Fault::Indexes(errors) => Error::Invalid { message: FAILED.to_string(), errors },
        Fault::Raw(reason) => raw(&reason),
        Fault::Store(error) => error.into(),
    }
}

fn raw(reason: &str) -> Error {
    let message = format!("Failed to import the collections configuration. Raw error:\n{reason}");
    refused(FieldError::new(CODE, message))
}

fn refused(problem: impl Into<Problem>) -> Error {
    let mut errors = Errors::default();
    errors.add("collections", problem);
    Error::Invalid { message: FAILED.to_string(), errors }
}
