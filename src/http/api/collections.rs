//! `/api/collections`: the schema, for superusers.

use actix_web::{delete, get, patch, post, put, web};

use std::sync::Arc;

use super::{ListParams, Routes, ShapeParams, SuperuserRefusal};
use crate::collections;
use crate::http::ask::{Ask, done};
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::records::uploads;
use crate::schema::{Collection, providers};
use crate::store::Tx;
use crate::value::{Json, json};

pub fn routes(config: &mut impl Routes) {
    config.service(scaffolds).service(oauth2_providers).service(dry_run_view).service(import);
    config.service(truncate).service(view).service(list).service(create).service(update).service(delete);
}

/// List collections
#[utoipa::path(tag = "collections", security(("superuser" = [])), params(ListParams, ShapeParams), responses((status = 200, description = "A page", body = Object), SuperuserRefusal))]
#[get("/api/collections")]
pub async fn list(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(collections::list(&ask.store, ask.ctx.clone()).await?)
}

/// View a collection
#[utoipa::path(tag = "collections", security(("superuser" = [])), params(ShapeParams), responses((status = 200, description = "The collection", body = Object), SuperuserRefusal))]
#[get("/api/collections/{collection}")]
pub async fn view(ask: Ask, path: web::Path<String>) -> Answer {
    ask.superuser()?;
    ask.json(collections::view(&ask.store, &path)?)
}

/// Create a collection
///
/// What is left out is as in the scaffold of its type.
#[utoipa::path(tag = "collections", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "The collection", body = Object), SuperuserRefusal))]
#[post("/api/collections")]
pub async fn create(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let submitted = raw.object(&ask, collections::BAD_TYPE).await?;
    ask.json(collections::create(&ask.store, submitted).await?)
}

/// Update a collection
///
/// Merged deeply into what is there; lists are replaced.
#[utoipa::path(tag = "collections", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "The collection", body = Object), SuperuserRefusal))]
#[patch("/api/collections/{collection}")]
pub async fn update(ask: Ask, path: web::Path<String>, raw: Raw) -> Answer {
    ask.superuser()?;
    // An unknown collection is answered before its body is looked at.
    collections::view(&ask.store, &path)?;
    let submitted = raw.object(&ask, collections::BAD_BODY).await?;
    let before = ask.store.catalog();
    let updated = collections::update(&ask.store, &path, submitted).await?;
    ask.follow_renames(&before).await?;
    ask.json(updated)
}

/// Delete a collection
///
/// With all its records and files.
#[utoipa::path(tag = "collections", security(("superuser" = [])), responses((status = 204, description = "Deleted"), SuperuserRefusal))]
#[delete("/api/collections/{collection}")]
pub async fn delete(ask: Ask, path: web::Path<String>) -> Answer {
    ask.superuser()?;
    let removed = collections::delete(&ask.store, &path).await?;
    uploads::remove_folders(&ask.records, removed.files_of.as_slice()).await;
    done()
}

/// Delete all records of a collection
#[utoipa::path(tag = "collections", security(("superuser" = [])), responses((status = 204, description = "Emptied"), SuperuserRefusal))]
#[delete("/api/collections/{collection}/truncate")]
pub async fn truncate(ask: Ask, path: web::Path<String>) -> Answer {
    ask.superuser()?;
    let records = ask.records.clone();
    let caller = ask.ctx.caller.clone();
    let empty = move |tx: &mut Tx, collection: &Arc<Collection>| {
        tx.act_for(&caller);
        records.delete_all(tx, collection)
    };
    let folders = collections::truncate(&ask.store, &path, empty).await?;
    uploads::remove_folders(&ask.records, &folders).await;
    done()
}

/// Import collections
///
/// Creates and updates several at once; with `deleteMissing` also deletes what is not listed.
#[utoipa::path(tag = "collections", security(("superuser" = [])), request_body = Object, responses((status = 204, description = "Imported"), SuperuserRefusal))]
#[put("/api/collections/import")]
pub async fn import(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let submitted = raw.object(&ask, collections::UNREADABLE).await?;
    let before = ask.store.catalog();
    let all_removed = collections::import(&ask.store, submitted).await?;
    ask.follow_renames(&before).await?;
    for removed in all_removed {
        uploads::remove_folders(&ask.records, removed.files_of.as_slice()).await;
    }
    done()
}

/// Empty collections of each type
#[utoipa::path(tag = "collections", security(("superuser" = [])), responses((status = 200, description = "By type", body = Object), SuperuserRefusal))]
#[get("/api/collections/meta/scaffolds")]
pub async fn scaffolds(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(collections::scaffolds(&ask.records.ids))
}

/// Known sign-in providers
#[utoipa::path(tag = "collections", security(("superuser" = [])), responses((status = 200, description = "In display order", body = Vec<Object>), SuperuserRefusal))]
#[get("/api/collections/meta/oauth2-providers")]
pub async fn oauth2_providers(ask: Ask) -> Answer {
    ask.superuser()?;
    ask.json(providers::list())
}

/// Try a view query
///
/// The fields it would have and some of its rows; nothing is saved.
#[utoipa::path(tag = "collections", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "Fields and sample", body = Object), SuperuserRefusal))]
#[post("/api/collections/meta/dry-run-view")]
pub async fn dry_run_view(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let submitted = raw.object(&ask, collections::UNREADABLE).await?;
    let found = collections::dry_run_view(&ask.store, submitted, ask.records.ids.clone()).await?;
    let fields = found.collection.fields.iter().map(|field| Json::Object(field.to_json())).collect();
    let sample = ask.records.present_rows(&found.collection, found.rows).await?;
    let mut out = b"{\"fields\":".to_vec();
    json::write(&mut out, &Json::Array(fields));
    out.extend_from_slice(b",\"sample\":[");
    out.extend_from_slice(&sample);
    out.extend_from_slice(b"]}");
    ask.json(out)
}
