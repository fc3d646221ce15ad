//! The API description for one audience: the routes, and per collection its paths and the shapes of its records.

mod schemas;

use serde_json::{Map, json};
use utoipa::openapi::OpenApi;
use utoipa::{PartialSchema as _, ToSchema};

use crate::error::{Error, Result};
use crate::schema::Catalog;
use crate::value::Json;

/// What every refusal looks like.
#[derive(ToSchema)]
pub struct Envelope {
    /// The HTTP status.
    pub status: u16,
    /// A sentence for people.
    pub message: String,
    /// What is wrong, by property: `{"title": {"code": "validation_required", "message": "Cannot be blank."}}`.
    #[schema(value_type = Object)]
    pub data: (),
}

/// Whom a description is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Superuser,
    /// Guests and ordinary accounts: what a rule may let them do, and no hidden fields.
    Public,
}

/// `base` (the routes) with the collections of `catalog`, as JSON text.
pub fn render(base: &OpenApi, catalog: &Catalog, audience: Audience) -> Result<Vec<u8>> {
    let mut document = serde_json::to_value(base).map_err(Error::internal)?;
    set(&mut document, "info", info());
    routes(&mut document, audience);
    let mut paths = Map::new();
    let known = document.pointer("/components/schemas").and_then(Json::as_object);
    let mut shapes = known.cloned().unwrap_or_default();
    for collection in catalog.iter() {
        schemas::add(collection, audience, &mut shapes, &mut paths);
    }
    extend(&mut document, "/paths", paths);
    shapes.insert("Envelope".into(), serde_json::to_value(Envelope::schema()).map_err(Error::internal)?);
    let scheme = json!({"type": "apiKey", "in": "header", "name": "Authorization",
        "description": "A token from one of the auth endpoints; `Bearer ` before it is optional."});
    let schemes = json!({"token": scheme, "superuser": scheme});
    set(&mut document, "components", json!({"schemas": shapes, "securitySchemes": schemes}));
    Ok(crate::value::json::text(&document).into_bytes())
}

fn info() -> Json {
    json!({
        "title": "Cratebase",
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "MIT", "identifier": "MIT"},
        "description": "Collections, records, accounts and settings of this server.",
    })
}

/// Names every operation uniquely, and leaves out those the audience may not use.
fn routes(document: &mut Json, audience: Audience) {
    let Some(paths) = document.get_mut("paths").and_then(Json::as_object_mut) else { return };
    for operations in paths.values_mut().filter_map(Json::as_object_mut) {
        operations.retain(|_, operation| audience == Audience::Superuser || operation.get("security").is_none());
        for operation in operations.values_mut() {
            let tag = operation.pointer("/tags/0").and_then(Json::as_str).unwrap_or_default().to_string();
            let id = operation.get("operationId").and_then(Json::as_str).unwrap_or_default();
            let id = format!("{tag}_{id}");
            set(operation, "operationId", id.into());
        }
    }
    paths.retain(|_, operations| operations.as_object().is_some_and(|o| !o.is_empty()));
}

fn extend(document: &mut Json, pointer: &str, more: Map<String, Json>) {
    if let Some(object) = document.pointer_mut(pointer).and_then(Json::as_object_mut) {
        object.extend(more);
    }
}

fn set(object: &mut Json, key: &str, value: Json) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_string(), value);
    }
}
