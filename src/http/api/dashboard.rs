//! `/api/dashboard`: documents the dashboard keeps for all superusers of an instance: groups, saved views, layouts.

use actix_web::{get, put, web};

use super::{Routes, SuperuserRefusal};
use crate::error::{Error, FieldError, Result};
use crate::http::ask::{Ask, done};
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::settings::LOADING;
use crate::value::json::write_str;

/// Before the key of a document, among the other documents of the store.
const PREFIX: &str = "dashboard.";
/// Bytes of a document.
const LIMIT: u64 = 256 << 10;
/// Letters of a key.
const KEY: usize = 32;
/// Documents at most.
const COUNT: usize = 64;

pub fn routes(config: &mut impl Routes) {
    config.service(list).service(put_document);
}

/// What the dashboard keeps
///
/// All documents by key.
#[utoipa::path(tag = "settings", security(("superuser" = [])), responses((status = 200, description = "`{key: document}`", body = Object), SuperuserRefusal))]
#[get("/api/dashboard")]
pub async fn list(ask: Ask) -> Answer {
    ask.superuser()?;
    let mut out = b"{".to_vec();
    for (index, (key, document)) in ask.store.params_under(PREFIX).await?.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_str(&mut out, &key);
        out.push(b':');
        out.extend_from_slice(document.as_bytes());
    }
    out.push(b'}');
    ask.json(out)
}

/// Keep a document for the dashboard
///
/// Any JSON of up to 256 KiB in the place of what was there; `null` removes it. The key is of small letters.
#[utoipa::path(tag = "settings", security(("superuser" = [])), request_body = Object, responses((status = 204, description = "Kept"), SuperuserRefusal))]
#[put("/api/dashboard/{key}")]
pub async fn put_document(ask: Ask, key: web::Path<String>, raw: Raw) -> Answer {
    ask.superuser()?;
    check(&key)?;
    let document = raw.json(&ask, LIMIT).await.map_err(|e| e.under(LOADING))?;
    if document.is_null() {
        ask.store.remove_param(&format!("{PREFIX}{key}")).await?;
        return done();
    }
    let now = ask.clock.now().to_string();
    if ask.store.set_param_under(PREFIX, &key, (document.to_string(), COUNT), now).await? {
        return done();
    }
    Err(refused(format!("There are {COUNT} documents already.")).into())
}

fn check(key: &str) -> Result<()> {
    if key.is_empty() || key.len() > KEY || !key.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return Err(refused(format!("Must be 1 to {KEY} letters from a to z.")));
    }
    Ok(())
}

fn refused(message: String) -> Error {
    Error::invalid(LOADING, "key", FieldError::new("validation_invalid_value", message))
}
