//! `/api/collections/{collection}/records`: list, view, create, update, delete.

use actix_web::{HttpRequest, delete, get, patch, post, web};

use super::{HistoryParams, ListParams, Refusal, Routes, ShapeParams, SuperuserRefusal};
use crate::error::{Error, Result};
use crate::http::ask::{Ask, done};
use crate::http::blur;
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::records::history::Past;

pub fn routes(config: &mut impl Routes) {
    config.service(view).service(list).service(create).service(update).service(delete).service(history);
}

/// List records
///
/// The page of those that the list rule and the filter let through.
#[utoipa::path(tag = "records", params(ListParams, ShapeParams), responses((status = 200, description = "A page", body = Object), Refusal))]
#[get("/api/collections/{collection}/records")]
pub async fn list(ask: Ask, path: web::Path<String>, request: HttpRequest) -> Answer {
    let page = ask.records.list(ask.ctx.clone(), &path).await?;
    blur::blur(&ask, &request, &path, &page).await;
    ask.json(page)
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

/// List what became of records
///
/// Newest first, as far as the history goes back. `record` asks for one record's, `before` a `seq` for what was earlier;
/// `perPage` is 30 unless said, 200 at most. Each change tells when it was made and by whom (`null` for guests and for the
/// server itself), and the values `before` and `after` it: of an update those it changed. They are `null` where the
/// collection keeps no history.
#[utoipa::path(tag = "records", security(("superuser" = [])), params(HistoryParams), responses((status = 200, description = "`{items: [{seq, action, record, created, author, before, after}], more}`", body = Object), SuperuserRefusal))]
#[get("/api/collections/{collection}/changes")]
pub async fn history(ask: Ask, path: web::Path<String>) -> Answer {
    ask.superuser()?;
    let number = |name: &str| ask.ctx.query(name).and_then(|text| text.parse().ok());
    let past = Past {
        record: ask.ctx.query("record").filter(|id| !id.is_empty()).map(str::to_string),
        before: number("before"),
        limit: number("perPage").and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(30).min(200),
    };
    ask.json(ask.records.history(&path, past).await?)
}

/// What a record's body may weigh.
fn body_limit(ask: &Ask, collection: &str) -> Result<u64> {
    let catalog = ask.store.catalog();
    let found = catalog.find(collection).map(|collection| collection.body_limit());
    found.ok_or_else(|| Error::not_found("Missing or invalid collection context."))
}
