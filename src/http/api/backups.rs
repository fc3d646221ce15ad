//! `/api/backups`: archives of everything, for superusers.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, delete, get, post, web};

use super::files::{POLICY, disposition, want};
use super::{Routes, SuperuserRefusal};
use crate::backup::INVALID;
use crate::backup::folder::Stored;
use crate::backup::shelf::MEDIA_TYPE;
use crate::error::{Error, FieldError};
use crate::http::ask::{Ask, done};
use crate::http::body::Raw;
use crate::http::delivery::deliver;
use crate::http::error::Answer;
use crate::http::settings::LOADING;
use crate::value::{Json, json};

/// What only its owner may see is kept nowhere on its way.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("private, no-store");

pub fn routes(config: &mut impl Routes) {
    config.service(list).service(create).service(upload).service(download).service(remove).service(restore);
}

/// List backups
#[utoipa::path(tag = "backups", security(("superuser" = [])), responses((status = 200, description = "The archives: `{key, size, modified}`", body = Vec<Object>), SuperuserRefusal))]
#[get("/api/backups")]
pub async fn list(ask: Ask) -> Answer {
    ask.superuser()?;
    let item = |stored: &Stored| serde_json::json!({"key": stored.key, "size": stored.size, "modified": stored.modified.to_string()});
    let all: Json = ask.backups.list().await?.iter().map(item).collect();
    ask.json(json::text(&all).into_bytes())
}

/// Make a backup
///
/// `{"name": "…"}`, or nothing for a name that tells the moment. Answers when it is made.
#[utoipa::path(tag = "backups", security(("superuser" = [])), request_body = Object, responses((status = 204, description = "It is made"), SuperuserRefusal))]
#[post("/api/backups")]
pub async fn create(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let body = raw.object(&ask, LOADING).await?;
    let name = match body.get("name") {
        None | Some(Json::Null) => "",
        Some(Json::String(name)) => name,
        Some(_) => return Err(Error::bad_request(LOADING).into()),
    };
    ask.backups.create(name).await?;
    done()
}

/// Upload a backup
///
/// A form with the archive as `file`.
#[utoipa::path(tag = "backups", security(("superuser" = [])), responses((status = 204, description = "It is kept"), SuperuserRefusal))]
#[post("/api/backups/upload")]
pub async fn upload(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let body = raw.body(&ask, u64::MAX).await.map_err(|error| error.under(LOADING))?;
    let file = body.uploads.into_iter().find(|(key, _)| key == "file");
    let (_, file) = file.ok_or_else(|| Error::invalid(INVALID, "file", FieldError::required()))?;
    ask.backups.keep(file).await?;
    done()
}

/// Download a backup
///
/// With a superuser's file token in the address.
#[utoipa::path(tag = "backups", params(("token" = String, Query, description = "From `/api/files/token`")), responses((status = 200, description = "The archive, or a part of it"), SuperuserRefusal))]
#[get("/api/backups/{key}")]
pub async fn download(ask: Ask, key: web::Path<String>, request: HttpRequest) -> Answer {
    if !ask.file_caller(&request).await?.is_superuser() {
        return Err(Error::forbidden("Insufficient permissions to access the resource.").into());
    }
    let blob = ask.backups.open(&key, want(&request)).await?;
    // A name that is free again may be given to another archive.
    let version = format!("{key} {:?}", blob.modified);
    let mut answer = deliver(&request, blob, MEDIA_TYPE, &version).await?;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_DISPOSITION, disposition(MEDIA_TYPE, &key, true)?);
    headers.insert(CACHE_CONTROL, NOT_KEPT);
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(answer)
}

/// Delete a backup
#[utoipa::path(tag = "backups", security(("superuser" = [])), responses((status = 204, description = "Removed"), SuperuserRefusal))]
#[delete("/api/backups/{key}")]
pub async fn remove(ask: Ask, key: web::Path<String>) -> Answer {
    ask.superuser()?;
    ask.backups.remove(&key).await?;
    done()
}

/// Restore a backup
///
/// The archive is unpacked and checked; then the server restarts with it in the place of everything.
#[utoipa::path(tag = "backups", security(("superuser" = [])), responses((status = 204, description = "It is good, and the server restarts"), SuperuserRefusal))]
#[post("/api/backups/{key}/restore")]
pub async fn restore(ask: Ask, key: web::Path<String>) -> Answer {
    ask.superuser()?;
    ask.backups.restore(&key).await?;
    done()
}
