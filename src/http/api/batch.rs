//! `/api/batch`: several writes in one transaction.

use actix_web::{HttpRequest, post};

use super::{Refusal, Routes};
use crate::error::{Error, Errors, FieldError, Result};
use crate::http::ask::Ask;
use crate::http::body::Raw;
use crate::http::error::Answer;
use crate::http::limits;
use crate::records::{BatchRequest, Body};
use crate::value::{Json, Object};

/// Bytes of a batch when the settings say 0: 128 MiB.
const LIMIT: u64 = 128 << 20;
/// Bytes of one URL.
const URL: usize = 2000;
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

pub fn routes(config: &mut impl Routes) {
    config.service(batch);
}

/// Batch
///
/// Creates, updates, upserts and deletes that succeed or fail together, each under its own rules.
#[utoipa::path(tag = "records", request_body = Object, responses((status = 200, description = "One answer per request", body = Vec<Object>), Refusal))]
#[post("/api/batch")]
pub async fn batch(ask: Ask, raw: Raw, request: HttpRequest) -> Answer {
    let settings = ask.settings();
    let max = usize::try_from(settings.batch.max_requests).unwrap_or(0);
    if !settings.batch.enabled || max == 0 {
        return Err(Error::forbidden("Batch requests are not allowed.").into());
    }
    let limit = u64::try_from(settings.batch.max_body_size).ok().filter(|n| *n > 0).unwrap_or(LIMIT);
    let unreadable = "Failed to read the submitted batch data.";
    let body = raw.body(&ask, limit).await.map_err(|e| e.under(unreadable))?;
    let requests = parse(body, max)?;
    if settings.rate_limits.enabled {
        let ip = ask.real_ip(&request);
        requests.iter().try_for_each(|item| limits::admit_item(&ask, item, &ask.ctx.caller, &ip))?;
    }
    ask.json(ask.records.batch(ask.ctx.clone(), requests).await?)
}

/// The requests, each with its files.
fn parse(mut body: Body, max: usize) -> Result<Vec<BatchRequest>> {
    let unreadable = || Error::bad_request("Failed to read the submitted batch data.");
    let items = match body.fields.remove("requests") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(items)) => items,
        Some(_) => return Err(unreadable()),
    };
    let requests: Option<Vec<BatchRequest>> = items.into_iter().map(request).collect();
    let mut requests = requests.ok_or_else(unreadable)?;
    check(&requests, max)?.into_result("Invalid batch request data.")?;
    for (key, upload) in body.uploads {
        let Some((index, field)) = address(&key) else { continue };
        // Parts for requests that are not there are ignored.
        if let Some(request) = requests.get_mut(index) {
            request.body.uploads.push((field.to_string(), upload));
        }
    }
    Ok(requests)
}

/// One request as submitted; `None` when a part has the wrong type. Whatever is missing or null is empty.
fn request(item: Json) -> Option<BatchRequest> {
    let mut item = match item {
        Json::Null => Object::new(),
        Json::Object(item) => item,
        _ => return None,
    };
    let text = |value| match value {
        None | Some(Json::Null) => Some(String::new()),
        Some(Json::String(text)) => Some(text),
        Some(_) => None,
    };
    let object = |value| match value {
        None | Some(Json::Null) => Some(Object::new()),
        Some(Json::Object(object)) => Some(object),
        Some(_) => None,
    };
    let headers = object(item.remove("headers"))?.into_iter();
    let headers: Option<Vec<(String, String)>> =
        headers.map(|(name, value)| Some((name, value.as_str()?.to_string()))).collect();
    Some(BatchRequest {
        method: text(item.remove("method"))?,
        url: text(item.remove("url"))?,
        headers: headers?,
        body: Body::of(object(item.remove("body"))?),
    })
}

/// What is wrong with the list itself is found before anything runs.
fn check(items: &[BatchRequest], max: usize) -> Result<Errors> {
    let mut errors = Errors::default();
    if items.is_empty() {
        errors.add("requests", FieldError::required());
        return Ok(errors);
    }
    if items.len() > max {
        errors.add("requests", FieldError::too_long(max));
        return Ok(errors);
    }
    for (index, item) in items.iter().enumerate() {
        let mut wrong = Errors::default();
        match item.method.as_str() {
            "" => wrong.add("method", FieldError::required()),
            method if METHODS.contains(&method) => {}
            _ => wrong.add("method", FieldError::new("validation_in_invalid", "Must be a valid value.")),
        }
        match item.url.as_str() {
            "" => wrong.add("url", FieldError::required()),
            url if url.len() > URL => wrong.add("url", FieldError::too_long(URL)),
            _ => {}
        }
        if !wrong.is_empty() {
            *errors.nested("requests").nested(index.to_string()) = wrong;
        }
    }
    Ok(errors)
}

/// `requests.3.field` or `requests[3].field`.
fn address(key: &str) -> Option<(usize, &str)> {
    let rest = key.strip_prefix("requests")?;
    let (index, field) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("].")?,
        None => rest.strip_prefix('.')?.split_once('.')?,
    };
    Some((index.parse().ok()?, field))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(body: Json) -> Result<Vec<BatchRequest>> {
        let Json::Object(fields) = body else { panic!("an object") };
        parse(Body { fields, uploads: vec![] }, 2)
    }

    fn refused(body: Json) -> Json {
        match parsed(body) {
            Err(Error::Invalid { message, errors }) => {
                assert_eq!(message, "Invalid batch request data.");
                errors.to_json()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files_find_their_request_in_both_spellings() {
        assert_eq!(address("requests.12.cover+"), Some((12, "cover+")));
        assert_eq!(address("requests[0].cover"), Some((0, "cover")));
        for key in ["requests", "requests.x.cover", "requests[0]cover", "other.0.cover", "requests.0"] {
            assert_eq!(address(key), None, "{key}");
        }
    }

    #[test]
    fn the_list_is_checked_before_anything_runs() {
        assert_eq!(refused(json!({}))["requests"]["code"], "validation_required");
        assert_eq!(refused(json!({"requests": []}))["requests"]["code"], "validation_required");
        let three = refused(json!({"requests": [{}, {}, {}]}));
        assert_eq!(three["requests"]["code"], "validation_length_too_long");
        assert_eq!(three["requests"]["params"], json!({"min": 0, "max": 2}));
        let items = refused(json!({"requests": [null, {"method": "post", "url": "/x"}]}));
        assert_eq!(items["requests"]["0"]["method"]["code"], "validation_required");
        assert_eq!(items["requests"]["0"]["url"]["code"], "validation_required");
        assert_eq!(items["requests"]["1"]["method"]["code"], "validation_in_invalid");
        assert!(parsed(json!({"requests": "x"})).is_err());
        assert_eq!(parsed(json!({"requests": [{"method": "GET", "url": "/x", "body": null}]})).unwrap().len(), 1);
    }
}
