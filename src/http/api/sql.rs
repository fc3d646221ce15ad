//! `/api/sql`: statements by hand, for superusers. They pass by rules, hooks and validation.

use std::time::{Duration, Instant};

use actix_web::web::Path;
use actix_web::{delete, post};

use super::{Routes, SuperuserRefusal};
use crate::error::{Error, FieldError, Result};
use crate::http::ask::{Ask, done};
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::settings::LOADING;
use crate::store::StoreError;
use crate::store::console::{self, Script};
use crate::value::json::{write_int, write_str};
use crate::value::{Json, Object};

/// Characters of a query.
const LENGTH: usize = 5000;
/// Bytes of a name to cancel it by.
const ID_LENGTH: usize = 64;
/// How long it may run.
const LIMIT: Duration = Duration::from_secs(180);
const INVALID: &str = "An error occurred while validating the submitted data.";

pub fn routes(config: &mut impl Routes) {
    config.service(run).service(stop);
}

/// Run SQL
///
/// `{"query": "…"}`. Statements that only read answer rows, a thousand at most, every cell as text or null; others run in
/// one transaction and answer how many rows they wrote. Records that change this way appear in the change feed. With an
/// `id` of the caller's choice, 64 bytes at most, it can be cancelled.
#[utoipa::path(tag = "sql", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "`{execTime, affectedRows, columns, rows}`", body = Object), SuperuserRefusal))]
#[post("/api/sql")]
pub async fn run(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let body = raw.object(&ask, LOADING).await?;
    let (text, id) = (query(&body)?, id(&body)?);
    let began = Instant::now();
    let script = Script { text, name: id, author: ask.ctx.caller.record().cloned(), limit: LIMIT };
    let answer = ask.store.console(script).await.map_err(explain)?;
    ask.json(written(&answer, began.elapsed()))
}

/// Cancel SQL
///
/// What runs under that `id` ends with an error and leaves nothing behind; 404 when nothing does.
#[utoipa::path(tag = "sql", security(("superuser" = [])), params(("id" = String, Path)), responses((status = 204, description = "It ends"), SuperuserRefusal))]
#[delete("/api/sql/{id}")]
pub async fn stop(ask: Ask, id: Path<String>) -> Answer {
    ask.superuser()?;
    if !ask.store.stop_console(&id) {
        return Err(Error::not_found("").into());
    }
    done()
}

fn query(body: &Object) -> Result<String> {
    let text = match body.get("query") {
        None | Some(Json::Null) => "",
        Some(Json::String(text)) => text,
        Some(_) => return Err(Error::bad_request(LOADING)),
    };
    if text.is_empty() {
        return Err(Error::invalid(INVALID, "query", FieldError::required()));
    }
    if text.chars().count() > LENGTH {
        return Err(Error::invalid(INVALID, "query", FieldError::too_long(LENGTH)));
    }
    if text.trim().is_empty() {
        return Err(explain(StoreError::Sql("empty query".into())));
    }
    Ok(text.to_string())
}

fn id(body: &Object) -> Result<String> {
    match body.get("id") {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(id)) if id.len() > ID_LENGTH => {
            Err(Error::invalid(INVALID, "id", FieldError::too_long(ID_LENGTH)))
        }
        Some(Json::String(id)) => Ok(id.clone()),
        Some(_) => Err(Error::bad_request(LOADING)),
    }
}

/// Superusers may know what the database says.
fn explain(error: StoreError) -> Error {
    match error {
        StoreError::Full | StoreError::Closed | StoreError::NoSpace => error.into(),
        error => Error::bad_request(format!("Failed to execute query. Raw error:\n{error}")),
    }
}

fn written(answer: &console::Answer, took: Duration) -> Vec<u8> {
    let mut out = b"{\"execTime\":".to_vec();
    write_int(&mut out, i64::try_from(took.as_millis()).unwrap_or(i64::MAX));
    out.extend_from_slice(b",\"affectedRows\":");
    write_int(&mut out, i64::try_from(answer.affected).unwrap_or(i64::MAX));
    out.extend_from_slice(b",\"columns\":");
    write_list(&mut out, &answer.columns, |out, (name, kind)| {
        out.extend_from_slice(b"{\"name\":");
        write_str(out, name);
        out.extend_from_slice(b",\"type\":");
        write_str(out, kind);
        out.extend_from_slice(b",\"nullable\":true}");
    });
    out.extend_from_slice(b",\"rows\":");
    write_list(&mut out, &answer.rows, |out, row| {
        write_list(out, row, |out, cell| match cell {
            None => out.extend_from_slice(b"null"),
            Some(text) => write_str(out, text),
        });
    });
    out.push(b'}');
    out
}

fn write_list<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}
