//! `GET /api/collections`: a page of the catalog. Filters are in the ordinary language, about six properties.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::expr::{self, Access, Scope, Verdict};
use crate::id::Ids;
use crate::records::query::ListQuery;
use crate::schema::ids::field_id;
use crate::schema::{Catalog, Collection, CollectionKind, Field, FieldKind, Record, RuleSet};
use crate::store::Store;
use crate::value::{Json, Object, Value};

const MAX_SORTS: usize = 8;
/// What may be filtered and sorted by, in the order of [`row`].
const PROPERTIES: [&str; 6] = ["id", "created", "updated", "name", "system", "type"];

/// The list envelope as JSON. Fails with 400 and the default message on an unknown property or a broken filter.
pub fn list(store: &Store, ctx: &Ctx, ids: &Ids) -> Result<Vec<u8>> {
    let ListQuery { page, per_page, skip_total, filter, sort: order, .. } = ListQuery::parse(ctx)?;
    let catalog = store.catalog();
    let mut found = filtered(&catalog, &filter, ctx)?;
    sort(&mut found, &order, ids)?;

    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let (total, pages) = if skip_total { (-1, -1) } else { (total, (total + per_page - 1) / per_page) };
    let (skip, take) = (usize::try_from((page - 1).saturating_mul(per_page)), usize::try_from(per_page));
    let shown = found.iter().skip(skip.unwrap_or(usize::MAX)).take(take.unwrap_or(usize::MAX));

    let mut envelope = Object::new();
    envelope.insert("page".to_string(), page.into());
    envelope.insert("perPage".to_string(), per_page.into());
    envelope.insert("totalItems".to_string(), total.into());
    envelope.insert("totalPages".to_string(), pages.into());
    envelope.insert("items".to_string(), shown.map(|collection| Json::Object(collection.to_json())).collect());
    Ok(super::bytes(&Json::Object(envelope)))
}

fn refused() -> Error {
    Error::bad_request("")
}

fn filtered(catalog: &Catalog, filter: &str, ctx: &Ctx) -> Result<Vec<Arc<Collection>>> {
    let all = catalog.iter().cloned();
    if filter.is_empty() {
        return Ok(all.collect());
    }
    let root = Arc::new(properties());
    let alone = Catalog::new(0, vec![root.clone()]);
    let scope = Scope { catalog: &alone, root: &root, caller: None, access: Access::Client };
    let filter = expr::compile(filter, &scope).map_err(|_| refused())?.bind(ctx);
    let mut found = Vec::new();
    for collection in all {
        let record = Record { collection: root.clone(), values: row(&collection) };
        match filter.eval(&record) {
            Verdict::Pass => found.push(collection),
            Verdict::Fail => {}
            // Only functions that the database alone knows.
            Verdict::AskDatabase => return Err(refused()),
        }
    }
    Ok(found)
}

/// A collection of collections: what the language needs to know about their properties.
fn properties() -> Collection {
    let text =
        || FieldKind::Text { min: 0, max: 0, pattern: String::new(), autogenerate: String::new(), primary_key: false };
    let field = |name: &str| {
        let kind = match name {
            "system" => FieldKind::Bool,
            "created" | "updated" => FieldKind::Date { min: String::new(), max: String::new() },
            _ => text(),
        };
        Field {
            id: field_id(kind.type_name(), name, &[]),
            name: name.to_string(),
            system: true,
            hidden: false,
            presentable: false,
            required: false,
            help: String::new(),
            kind,
        }
    };
    Collection {
        id: "_collections".to_string(),
        name: "_collections".to_string(),
        system: true,
        kind: CollectionKind::Base,
        fields: PROPERTIES.map(field).to_vec(),
        indexes: Vec::new(),
        rules: RuleSet::default(),
        created: String::new(),
        updated: String::new(),
    }
}

fn row(collection: &Collection) -> Vec<Value> {
    vec![
        collection.id.as_str().into(),
        collection.created.as_str().into(),
        collection.updated.as_str().into(),
        collection.name.as_str().into(),
        collection.system.into(),
        collection.type_name().into(),
    ]
}

/// Sorts by `-name,type` and the like; the catalog comes in the order of creation.
fn sort(found: &mut [Arc<Collection>], sort: &str, ids: &Ids) -> Result<()> {
    let items: Vec<&str> = sort.split(',').map(str::trim).filter(|_| !sort.is_empty()).collect();
    if items.len() > MAX_SORTS {
        return Err(refused());
    }
    // The first item decides: sort by the last one first, stably.
    for item in items.into_iter().rev() {
        let (descending, name) = match item.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, item.strip_prefix('+').unwrap_or(item)),
        };
        match name {
            "@random" => found.sort_by_cached_key(|_| ids.below(usize::MAX)),
            "@rowid" if descending => found.reverse(),
            "@rowid" => {}
            _ => {
                let at = PROPERTIES.iter().position(|property| *property == name).ok_or_else(refused)?;
                let key = |collection: &Collection| row(collection).into_iter().nth(at).unwrap_or_default();
                found.sort_by(|a, b| {
                    let order = compare(&key(a), &key(b));
                    if descending { order.reverse() } else { order }
                });
            }
        }
    }
    Ok(())
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        _ => a.text().cmp(b.text()),
    }
}
