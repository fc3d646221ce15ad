//! `/api/sql`: statements by hand, for superusers. They pass by rules, hooks and validation.

use std::time::{Duration, Instant};

use actix_web::post;

use super::{Routes, SuperuserRefusal};
use crate::error::{Error, FieldError, Result};
use crate::http::ask::Ask;
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::settings::LOADING;
use crate::store::StoreError;
use crate::store::console;
use crate::value::json::{write_int, write_str};
use crate::value::{Json, Object};

/// Characters of a query.
const LENGTH: usize = 5000;
/// How long it may run.
const LIMIT: Duration = Duration::from_secs(180);
const INVALID: &str = "An error occurred while validating the submitted data.";

pub fn routes(config: &mut impl Routes) {
    config.service(run);
}

/// Run SQL
///
/// `{"query": "…"}`. Statements that only read answer rows, a thousand at most, every cell as text or null; others run in
/// one transaction and answer how many rows they wrote. Records that change this way appear in the change feed.
#[utoipa::path(tag = "sql", security(("superuser" = [])), request_body = Object, responses((status = 200, description = "`{execTime, affectedRows, columns, rows}`", body = Object), SuperuserRefusal))]
#[post("/api/sql")]
pub async fn run(ask: Ask, raw: Raw) -> Answer {
    ask.superuser()?;
    let text = query(&raw.object(&ask, LOADING).await?)?;
    let began = Instant::now();
    let answer = ask.store.console(text, LIMIT).await.map_err(explain)?;
    ask.json(written(&answer, began.elapsed()))
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
        let message = format!("The length must be no more than {LENGTH}.");
        let error = FieldError::new("validation_length_too_long", message).with("min", 0).with("max", LENGTH);
        return Err(Error::invalid(INVALID, "query", error));
    }
    if text.trim().is_empty() {
        return Err(explain(StoreError::Sql("empty query".into())));
    }
    Ok(text.to_string())
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
