//! Views: their fields, their statements, and what happens to them when that which they read changes.

use std::sync::Arc;

use super::columns::new_name;
use super::refuse::Fault;
use crate::error::FieldError;
use crate::id::Ids;
use crate::schema::field::check_name;
use crate::schema::{Catalog, Collection, CollectionKind, Field, view_query};
use crate::sql::collection_rows;
use crate::sql::ddl::{self, ViewId};
use crate::store::{Reader, Rows, StoreError, Tx};
use crate::value::Row as _;

/// Rows looked at to see whether ids are fit.
const SAMPLE: usize = 10;
/// Longest reason told, in bytes.
const MAX_REASON: usize = 500;

/// What a query makes.
pub(super) struct Inferred {
    pub fields: Vec<Field>,
    pub id: ViewId,
    /// Why it cannot be a view.
    pub problem: Option<String>,
}

/// Tells the fields of a view from its query and tries it out.
pub(super) fn infer(db: &mut dyn Reader, query: &str, ids: &Ids) -> Result<Inferred, StoreError> {
    let refused = |reason: String| Ok(Inferred { fields: Vec::new(), id: ViewId::Text, problem: Some(reason) });
    let statement = match view_query::statement(query) {
        Ok(statement) => statement,
        Err(reason) => return refused(reason),
    };
    let columns = match db.query(&ddl::describe(statement)) {
        Ok(rows) => rows.columns().to_vec(),
        Err(StoreError::Sql(reason)) => return refused(reason),
        Err(error) => return Err(error),
    };
    let inferred = match view_query::fields(statement, &columns, db.catalog(), ids) {
        Ok(inferred) => inferred,
        Err(reason) => return refused(reason),
    };
    let id = if inferred.text_id { ViewId::Text } else { ViewId::Cast };
    let mut inferred = Inferred { fields: inferred.fields, id, problem: None };
    inferred.problem = problem(db, statement, &inferred)?;
    Ok(inferred)
}

/// The column that may not be, or ids that are not fit.
fn problem(db: &mut dyn Reader, statement: &str, inferred: &Inferred) -> Result<Option<String>, StoreError> {
    let Some(id) = inferred.fields.iter().position(|field| field.name == "id") else {
        let reason = "missing required id column (where there is none, use `(ROW_NUMBER() OVER()) AS id`)";
        return Ok(Some(reason.to_string()));
    };
    if let Some(field) = inferred.fields.iter().find(|field| check_name(&field.name).is_err()) {
        return Ok(Some(format!("{:?} cannot be the name of a field, give the column an alias", field.name)));
    }
    let rows = match sample(db, statement, inferred) {
        Ok(rows) => rows,
        Err(StoreError::Sql(reason)) => return Ok(Some(reason)),
        Err(error) => return Err(error),
    };
    let found: Vec<_> = rows.iter().map(|row| row.value(id).text().to_string()).collect();
    let unfit = |(at, id): (usize, &String)| id.is_empty() || found.iter().take(at).any(|other| other == id);
    let reason = "the query could return records with empty or invalid ids";
    Ok(found.iter().enumerate().any(unfit).then(|| reason.to_string()))
}

/// A few rows of what the view would show.
pub(super) fn sample(db: &mut dyn Reader, statement: &str, inferred: &Inferred) -> Result<Rows, StoreError> {
    db.query(&ddl::select_view(statement, &names(&inferred.fields), inferred.id, SAMPLE))
}

/// Fails when the view does not compile.
fn peek(tx: &mut Tx, view: &str) -> Result<(), StoreError> {
    tx.query(&ddl::peek(view)).map(|_| ())
}

fn names(fields: &[Field]) -> Vec<&str> {
    fields.iter().map(|field| field.name.as_str()).collect()
}

/// `viewQuery` is unfit.
pub(super) fn invalid_query(reason: &str) -> FieldError {
    let cut = (0..=MAX_REASON.min(reason.len())).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
    let reason = reason.get(..cut).unwrap_or_default();
    FieldError::new("validation_invalid_view_query", format!("Invalid query - {reason}."))
}

/// Makes the view of a collection whose fields were inferred from its query.
pub(super) fn create(tx: &mut Tx, new: &Collection, id: ViewId) -> Result<(), Fault> {
    let CollectionKind::View(query) = &new.kind else { return Ok(()) };
    let statement = view_query::statement(query).map_err(Fault::Raw)?;
    tx.execute(&ddl::create_view(&new.name, statement, &names(&new.fields), id))?;
    // Circles show only now.
    peek(tx, &new.name)?;
    Ok(())
}

/// Replaces the view of `old`, taking along what refers to it when its name changes.
pub(super) fn replace(tx: &mut Tx, old: &Collection, new: &Collection, id: ViewId) -> Result<(), Fault> {
    tx.execute(&ddl::drop_view(&old.name))?;
    if old.name != new.name {
        tx.execute(&ddl::create_stand_in(&old.name, &names(&old.fields)))?;
        for step in ddl::rename_table(&old.name, &new.name) {
            tx.execute(&step)?;
        }
        tx.execute(&ddl::drop_table(&new.name))?;
    }
    create(tx, new, id)
}

/// The views as they were before a change.
#[derive(Default)]
pub(super) struct Views {
    /// Ids of those that compile.
    healthy: Vec<String>,
    broken: Vec<Arc<Collection>>,
}

/// Views out of the way of a change: every ALTER TABLE reads them all and fails on a broken one.
pub(super) struct Aside(Vec<(Arc<Collection>, String)>);

impl Views {
    pub(super) fn survey(tx: &mut Tx) -> Result<Views, StoreError> {
        let mut views = Views { healthy: Vec::new(), broken: Vec::new() };
        for view in all_views(tx.catalog()) {
            match peek(tx, &view.name) {
                Ok(_) => views.healthy.push(view.id.clone()),
                Err(StoreError::Sql(_)) => views.broken.push(view),
                Err(error) => return Err(error),
            }
        }
        Ok(views)
    }

    /// Prepares for ALTER TABLE: broken views go, and those that read renamed columns keep their result names.
    pub(super) fn step_aside(&self, tx: &mut Tx, old: &Collection, new: &Collection) -> Result<Aside, Fault> {
        let statements = statements(tx)?;
        let statement = |view: &Collection| statements.iter().find(|(name, _)| *name == view.name).map(|(_, sql)| sql);
        let mut aside = Vec::new();
        for view in &self.broken {
            if let Some(sql) = statement(view) {
                tx.execute(&ddl::drop_view(&view.name))?;
                aside.push((view.clone(), sql.clone()));
            }
        }
        let renamed = |name: &str| new_name(old, new, name).is_some();
        let catalog = tx.catalog().clone();
        for view in self.healthy.iter().filter_map(|id| catalog.by_id(id)) {
            let Some(sql) = statement(view) else { continue };
            let query = ddl::view_query(sql).filter(|query| view_query::mentions(query, &old.name));
            let Some(query) = query else { continue };
            let pinned = view_query::pin_names(query, &renamed);
            if pinned != query {
                tx.execute(&ddl::drop_view(&view.name))?;
                tx.execute(&ddl::verbatim(&sql.replace(query, &pinned)))?;
            }
        }
        Ok(Aside(aside))
    }

    /// After a change: what compiled must still do, `viewQuery` follows renames, and fields follow what they show.
    pub(super) fn settle(&self, tx: &mut Tx) -> Result<(), Fault> {
        let statements = statements(tx)?;
        // A view may read views made after it: go round until nothing moves.
        for _ in 0..=self.healthy.len() {
            let mut moved = false;
            let catalog = tx.catalog().clone();
            for view in self.healthy.iter().filter_map(|id| catalog.by_id(id)) {
                let sql = statements.iter().find(|(name, _)| *name == view.name).map(|(_, sql)| sql.as_str());
                moved |= settle_one(tx, view, sql)?;
            }
            if !moved {
                break;
            }
        }
        Ok(())
    }

    /// The first view that compiled before and does not now.
    pub(super) fn first_casualty(&self, tx: &mut Tx) -> Result<Option<String>, StoreError> {
        let catalog = tx.catalog().clone();
        for view in self.healthy.iter().filter_map(|id| catalog.by_id(id)) {
            match peek(tx, &view.name) {
                Ok(_) => {}
                Err(StoreError::Sql(reason)) => return Ok(Some(format!("view {}: {reason}", view.name))),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl Aside {
    pub(super) fn come_back(self, tx: &mut Tx) -> Result<(), Fault> {
        for (_, sql) in self.0 {
            tx.execute(&ddl::verbatim(&sql))?;
        }
        Ok(())
    }
}

/// Brings one view's stored form in line with the database; whether it changed.
fn settle_one(tx: &mut Tx, view: &Arc<Collection>, sql: Option<&str>) -> Result<bool, Fault> {
    let CollectionKind::View(query) = &view.kind else { return Ok(false) };
    peek(tx, &view.name).map_err(|error| match error.into() {
        Fault::Raw(reason) => Fault::Raw(format!("view {}: {reason}", view.name)),
        fault => fault,
    })?;
    let now = sql.and_then(ddl::view_query).unwrap_or(query);
    let mut new = Collection::clone(view);
    if view_query::statement(query) != Ok(now) {
        new.kind = CollectionKind::View(now.to_string());
    }
    let columns = tx.query(&ddl::describe(now))?.columns().to_vec();
    let inferred = view_query::fields(now, &columns, tx.catalog(), tx.ids()).map_err(Fault::Raw)?;
    new.fields = keep_ids(inferred.fields, &view.fields);
    if new == **view {
        return Ok(false);
    }
    tx.execute(&collection_rows::update(&new))?;
    put(tx, new);
    Ok(true)
}

/// Fields that are still the same kind of thing keep their ids.
pub(super) fn keep_ids(mut fields: Vec<Field>, before: &[Field]) -> Vec<Field> {
    for field in &mut fields {
        let same = before.iter().find(|old| old.name == field.name);
        if let Some(old) = same.filter(|old| old.kind.type_name() == field.kind.type_name()) {
            field.id.clone_from(&old.id);
        }
    }
    fields
}

/// Puts one collection into the catalog, in the place of the one with its id or at the end.
pub(super) fn put(tx: &mut Tx, new: Collection) -> Arc<Collection> {
    let new = Arc::new(new);
    let mut all: Vec<Arc<Collection>> = tx.catalog().iter().cloned().collect();
    match all.iter_mut().find(|collection| collection.id == new.id) {
        Some(slot) => *slot = new.clone(),
        None => all.push(new.clone()),
    }
    tx.replace_catalog(all);
    new
}

fn all_views(catalog: &Catalog) -> Vec<Arc<Collection>> {
    catalog.iter().filter(|collection| collection.is_view()).cloned().collect()
}

/// Name and `CREATE VIEW` text of every view in the database.
fn statements(tx: &mut Tx) -> Result<Vec<(String, String)>, StoreError> {
    let rows = tx.query(&ddl::view_statements())?;
    Ok(rows.iter().map(|row| (row.value(0).text().to_string(), row.value(1).text().to_string())).collect())
}

/// A relation of the collection points at another.
pub(super) fn points_at(collection: &Collection, id: &str) -> bool {
    collection.fields.iter().any(|field| field.relation() == Some(id))
}
