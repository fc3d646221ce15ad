//! `GET /api/collections`: a page of the catalog. Filters are in the ordinary language, about six properties.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::expr::{self, Access, Scope, Sort};
use crate::records::query::ListQuery;
use crate::schema::{Catalog, Collection, FieldKind};
use crate::sql::{Dialect, Select};
use crate::store::{Reader, Store};
use crate::value::{Json, Row as _, json};

/// The columns of `_collections` that may be filtered and sorted by; `id` comes first.
const PROPERTIES: [&str; 6] = ["id", "created", "updated", "name", "system", "type"];

/// The list envelope as JSON. Fails with 400 and the default message on an unknown property or a broken filter.
pub async fn list(store: &Store, ctx: Ctx) -> Result<Vec<u8>> {
    let query = ListQuery::parse(&ctx)?;
    store.read(move |db| page(db, &query, &ctx)).await
}

fn page(db: &mut dyn Reader, query: &ListQuery, ctx: &Ctx) -> Result<Vec<u8>> {
    let root = Arc::new(properties());
    let alone = Catalog::new(0, vec![root.clone()]);
    let scope = Scope { catalog: &alone, root: &root, caller: None, access: Access::Client };
    let refused = |_| Error::bad_request("");
    let filter = match query.filter.as_str() {
        "" => None,
        text => Some(expr::compile(text, &scope).map_err(refused)?.bind(ctx)),
    };
    let sort = Sort::compile(&query.sort, &scope).map_err(refused)?.bind(ctx);

    let select = Select {
        filters: &filter.iter().collect::<Vec<_>>(),
        sort: &sort,
        limit: query.per_page,
        offset: query.offset(),
        ..Select::of(&root)
    };
    let total = match query.skip_total {
        true => -1,
        false => db.query(&select.count(Dialect::Sqlite))?.first_int(),
    };
    let rows = db.query(&select.rows(Dialect::Sqlite))?;
    let catalog = db.catalog();
    let shown = rows.iter().filter_map(|row| catalog.by_id(row.value(0).text()));
    let items: Json = shown.map(|collection| Json::Object(collection.to_json())).collect();

    let mut out = Vec::new();
    query.write_envelope(&mut out, total);
    out.extend_from_slice(b",\"items\":");
    json::write(&mut out, &items);
    out.push(b'}');
    Ok(out)
}

/// `_collections` as a collection, which the language can be asked about.
fn properties() -> Collection {
    let kind = |name: &str| match name {
        "system" => FieldKind::Bool,
        "created" | "updated" => FieldKind::DATE,
        _ => FieldKind::TEXT,
    };
    Collection::internal("_collections", &PROPERTIES.map(|name| (name, kind(name))))
}
