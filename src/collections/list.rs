//! `GET /api/collections`: a page of the catalog. Filters are in the ordinary language, about six properties.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::expr::{self, Access, Scope, Sort};
use crate::records::query::ListQuery;
use crate::schema::ids::field_id;
use crate::schema::{Catalog, Collection, CollectionKind, Field, FieldKind, RuleSet};
use crate::sql::{Dialect, Select};
use crate::store::{Reader, Store};
use crate::value::{Json, Object, Row as _};

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

    let (page, per_page) = (query.page, query.per_page);
    let select = Select {
        filters: &filter.iter().collect::<Vec<_>>(),
        sort: &sort,
        limit: per_page,
        offset: (page - 1).saturating_mul(per_page),
        ..Select::of(&root)
    };
    let (total, pages) = if query.skip_total {
        (-1, -1)
    } else {
        let total = db.query(&select.count(Dialect::Sqlite))?.first_int();
        (total, (total + per_page - 1) / per_page)
    };
    let rows = db.query(&select.rows(Dialect::Sqlite))?;
    let catalog = db.catalog();
    let shown = rows.iter().filter_map(|row| catalog.by_id(row.value(0).text()));

    let mut envelope = Object::new();
    envelope.insert("page".to_string(), page.into());
    envelope.insert("perPage".to_string(), per_page.into());
    envelope.insert("totalItems".to_string(), total.into());
    envelope.insert("totalPages".to_string(), pages.into());
    envelope.insert("items".to_string(), shown.map(|collection| Json::Object(collection.to_json())).collect());
    Ok(super::bytes(&Json::Object(envelope)))
}

/// `_collections` as a collection, which the language can be asked about.
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
        history_days: None,
    }
}
