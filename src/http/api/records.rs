//! `/api/collections/{collection}/records`: list, view, create, update, delete.

use actix_web::{delete, get, patch, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{ListParams, Refusal, ShapeParams};
use crate::error::{Error, Result};
use crate::http::ask::{Ask, done};
use crate::http::body::{self, Raw};
use crate::http::error::Answer;
use crate::schema::FieldKind;

pub fn routes(config: &mut ServiceConfig) {
    config.service(view).service(list).service(create).service(update).service(delete);
}

/// List records
///
/// The page of those that the list rule and the filter let through.
#[utoipa::path(tag = "records", params(ListParams, ShapeParams), responses((status = 200, description = "A page", body = Object), Refusal))]
#[get("/api/collections/{collection}/records")]
pub async fn list(ask: Ask, path: web::Path<String>) -> Answer {
    ask.json(ask.records.list(ask.ctx.clone(), &path).await?)
}

/// View a record
#[utoipa::path(tag = "records", params(ShapeParams), responses((status = 200, description = "The record", body = Object), Refusal))]
#[get("/api/collections/{collection}/records/{id}")]
pub async fn view(ask: Ask, path: web::Path<(String, String)>) -> Answer {
    let (collection, id) = path.into_inner();
    ask.json(ask.records.view(ask.ctx.clone(), &collection, &id).await?)
}

/// Create a record
///
/// JSON, or a multipart form whose file parts are named after file fields.
#[utoipa::path(tag = "records", params(ShapeParams), request_body = Object, responses((status = 200, description = "The record", body = Object), Refusal))]
#[post("/api/collections/{collection}/records")]
pub async fn create(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    let limit = body_limit(&ask, &path)?;
    let body = raw.body(&ask, limit).await.map_err(|e| e.under(""))?;
    ask.json(ask.records.create(ask.ctx.clone(), &path, body).await?)
}

/// Update a record
///
/// Only what is sent changes; `field+` and `field-` add to and take from what is there.
#[utoipa::path(tag = "records", params(ShapeParams), request_body = Object, responses((status = 200, description = "The record", body = Object), Refusal))]
#[patch("/api/collections/{collection}/records/{id}")]
pub async fn update(ask: Ask, path: web::Path<(String, String)>, raw: Raw) -> Answer {
    let (collection, id) = path.into_inner();
    let limit = body_limit(&ask, &collection)?;
    let body = raw.body(&ask, limit).await.map_err(|e| e.under(""))?;
    ask.json(ask.records.update(ask.ctx.clone(), &collection, &id, body).await?)
}

/// Delete a record
#[utoipa::path(tag = "records", responses((status = 204, description = "Deleted"), Refusal))]
#[delete("/api/collections/{collection}/records/{id}")]
pub async fn delete(ask: Ask, path: web::Path<(String, String)>) -> Answer {
    let (collection, id) = path.into_inner();
    ask.records.delete(ask.ctx.clone(), &collection, &id).await?;
    done()
}

/// What a record's body may weigh: its large fields come on top of the usual limit.
fn body_limit(ask: &Ask, collection: &str) -> Result<u64> {
    const MIB: i64 = 1 << 20;
    let catalog = ask.store.catalog();
    let unknown = || Error::not_found("Missing or invalid collection context.");
    let collection = catalog.find(collection).ok_or_else(unknown)?;
    let or = |size: i64, default: i64| if size > 0 { size } else { default };
    let extra = collection.fields.iter().map(|field| match &field.kind {
        FieldKind::File { max_size, max_select, .. } => or(*max_size, 5 * MIB).saturating_mul((*max_select).max(1)),
        FieldKind::Editor { max_size, .. } => or(*max_size, 5 * MIB),
        FieldKind::Json { max_size } => or(*max_size, MIB),
        FieldKind::Text { .. }
        | FieldKind::Number { .. }
        | FieldKind::Bool
        | FieldKind::Email { .. }
        | FieldKind::Url { .. }
        | FieldKind::Date { .. }
        | FieldKind::Autodate { .. }
        | FieldKind::Select { .. }
        | FieldKind::Relation { .. }
        | FieldKind::Password { .. }
        | FieldKind::GeoPoint => 0,
    });
    let extra = extra.fold(0i64, i64::saturating_add);
    Ok(body::LIMIT.saturating_add(extra.unsigned_abs()))
}
