//! The requests of a batch as they arrive: shape, limits, and the four URLs they may name.

use std::sync::Arc;

use crate::context::Ctx;
use crate::error::{Error, Errors, FieldError, Result};
use crate::files::Upload;
use crate::value::{Json, Object};

const INVALID: &str = "Invalid batch request data.";
const UNREADABLE: &str = "Failed to read the submitted batch data.";
/// Characters.
const MAX_URL: usize = 2000;

/// One request of a batch.
#[derive(Debug, PartialEq)]
pub struct BatchRequest {
    method: &'static str,
    url: String,
    /// Snake-cased names.
    headers: Vec<(String, String)>,
    pub body: Object,
}

/// What a request asks for.
#[derive(Debug, PartialEq)]
pub enum Action {
    Create { collection: String },
    Upsert { collection: String },
    Update { collection: String, id: String },
    Delete { collection: String, id: String },
}

impl BatchRequest {
    /// Reads `requests` of a batch body and checks all of them.
    pub fn parse(body: &Object, max: i64) -> Result<Vec<Self>> {
        let list = match body.get("requests") {
            None | Some(Json::Null) => &Vec::new(),
            Some(Json::Array(list)) => list,
            Some(_) => return Err(Error::bad_request(UNREADABLE)),
        };
        if list.is_empty() {
            return Err(Error::invalid(INVALID, "requests", FieldError::required()));
        }
        if i64::try_from(list.len()).unwrap_or(i64::MAX) > max {
            let error = FieldError::new("validation_length_too_long", format!("The length must be no more than {max}."));
            return Err(Error::invalid(INVALID, "requests", error.with("min", 0).with("max", max)));
        }
        let mut errors = Errors::default();
        let mut requests = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            // A null item is an empty one: its missing parts are reported.
            let empty = Object::new();
            let item = match item {
                Json::Object(item) => item,
                Json::Null => &empty,
                _ => return Err(Error::bad_request(UNREADABLE)),
            };
            requests.push(Self::one(item, errors.nested("requests").nested(index.to_string()))?);
        }
        errors.into_result(INVALID)?;
        Ok(requests)
    }

    fn one(item: &Object, errors: &mut Errors) -> Result<Self> {
        let text = |key: &str| match item.get(key) {
            None | Some(Json::Null) => Ok(""),
            Some(Json::String(text)) => Ok(text.as_str()),
            Some(_) => Err(Error::bad_request(UNREADABLE)),
        };
        let object = |key: &str| match item.get(key) {
            None | Some(Json::Null) => Ok(Object::new()),
            Some(Json::Object(object)) => Ok(object.clone()),
            Some(_) => Err(Error::bad_request(UNREADABLE)),
        };
        let method = match text("method")? {
            "" => {
                errors.add("method", FieldError::required());
                ""
            }
            known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE") => intern(known),
            _ => {
                errors.add("method", FieldError::new("validation_in_invalid", "Must be a valid value."));
                ""
            }
        };
        let url = text("url")?;
        if url.is_empty() {
            errors.add("url", FieldError::required());
        } else if url.chars().count() > MAX_URL {
            let message = format!("The length must be no more than {MAX_URL}.");
            let error = FieldError::new("validation_length_too_long", message);
            errors.add("url", error.with("min", 0).with("max", i64::try_from(MAX_URL).unwrap_or_default()));
        }
        let mut headers = Vec::new();
        for (name, value) in object("headers")? {
            let Json::String(value) = value else { return Err(Error::bad_request(UNREADABLE)) };
            headers.push((name.to_ascii_lowercase().replace('-', "_"), value));
        }
        Ok(BatchRequest { method, url: url.to_string(), headers, body: object("body")? })
    }

    /// The outer request with this one's method, query and headers; who asks stays who asks.
    pub fn ctx(&self, outer: &Ctx) -> Ctx {
        let mut headers = outer.headers.as_ref().clone();
        for (name, value) in &self.headers {
            if name == "authorization" {
                continue;
            }
            headers.retain(|(known, _)| known != name);
            headers.push((name.clone(), value.clone()));
        }
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if pairs.iter().all(|(known, _)| *known != key) {
                pairs.push((key.into_owned(), value.into_owned()));
            }
        }
        Ctx { method: self.method, headers: Arc::new(headers), query: Arc::new(pairs), ..outer.clone() }
    }

    /// Which of the four shapes the URL has; `None` for any other.
    pub fn action(&self) -> Option<Action> {
        let path = self.url.split(['?', '#']).next()?;
        let mut parts = path.strip_prefix("/api/collections/")?.split('/');
        let collection = decode(parts.next().filter(|name| !name.is_empty())?)?;
        if parts.next() != Some("records") {
            return None;
        }
        let id = parts.next();
        if parts.next().is_some() {
            return None;
        }
        match (self.method, id) {
            ("POST", None) => Some(Action::Create { collection }),
            ("PUT", None) => Some(Action::Upsert { collection }),
            ("PATCH", Some(id)) if !id.is_empty() => Some(Action::Update { collection, id: decode(id)? }),
            ("DELETE", Some(id)) if !id.is_empty() => Some(Action::Delete { collection, id: decode(id)? }),
            _ => None,
        }
    }
}

fn intern(method: &str) -> &'static str {
    match method {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        _ => "DELETE",
    }
}

fn decode(segment: &str) -> Option<String> {
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned())
}

/// Hands each file part (`requests.N.field` or `requests[N].field`) to its request; others are dropped.
pub fn distribute(files: Vec<(String, Upload)>, len: usize) -> Vec<Vec<(String, Upload)>> {
    let mut parts: Vec<Vec<(String, Upload)>> = (0..len).map(|_| Vec::new()).collect();
    for (key, upload) in files {
        if let Some((index, field)) = part_name(&key)
            && let Some(slot) = parts.get_mut(index)
        {
            slot.push((field.to_string(), upload));
        }
    }
    parts
}

fn part_name(key: &str) -> Option<(usize, &str)> {
    let rest = key.strip_prefix("requests")?;
    let (index, field) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("].")?,
        None => rest.strip_prefix('.')?.split_once('.')?,
    };
    Some((index.parse().ok()?, field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, url: &str) -> Option<Action> {
        let mut item = Object::new();
        item.insert("method".into(), method.into());
        item.insert("url".into(), url.into());
        let mut body = Object::new();
        body.insert("requests".into(), Json::Array(vec![Json::Object(item)]));
        BatchRequest::parse(&body, 5).unwrap().remove(0).action()
    }

    #[test]
    fn only_the_four_shapes_are_actions() {
        let (collection, id) = ("posts".to_string(), "a1".to_string());
        let create = Action::Create { collection: collection.clone() };
        assert_eq!(request("POST", "/api/collections/posts/records?fields=id"), Some(create));
        let upsert = Action::Upsert { collection: collection.clone() };
        assert_eq!(request("PUT", "/api/collections/posts/records"), Some(upsert));
        let update = Action::Update { collection: collection.clone(), id: id.clone() };
        assert_eq!(request("PATCH", "/api/collections/posts/records/a1"), Some(update));
        let delete = Action::Delete { collection, id };
        assert_eq!(request("DELETE", "/api/collections/p%6fsts/records/a1?x=1"), Some(delete));
        for (method, url) in [
            ("GET", "/api/collections/posts/records"),
            ("POST", "/api/collections/posts/records/"),
            ("POST", "/api/collections/posts/records/a1"),
            ("PATCH", "/api/collections/posts/records"),
            ("DELETE", "/api/collections/posts/records/a1/b"),
            ("POST", "api/collections/posts/records"),
            ("POST", "http://x/api/collections/posts/records"),
            ("POST", "/api/collections//records"),
            ("POST", "/api/health"),
        ] {
            assert_eq!(request(method, url), None, "{method} {url}");
        }
    }

    #[test]
    fn problems_are_reported_by_index() {
        let body = crate::value::json::parse(br#"{"requests":[null,{"method":"get","url":"/x"}]}"#).unwrap();
        let Err(Error::Invalid { errors, .. }) = BatchRequest::parse(body.as_object().unwrap(), 5) else { panic!() };
        let data = errors.to_json();
        assert_eq!(data["requests"]["0"]["method"]["code"], "validation_required");
        assert_eq!(data["requests"]["0"]["url"]["code"], "validation_required");
        assert_eq!(data["requests"]["1"]["method"]["code"], "validation_in_invalid");
    }

    #[test]
    fn file_parts_find_their_request() {
        assert_eq!(part_name("requests.0.doc"), Some((0, "doc")));
        assert_eq!(part_name("requests[12].+doc"), Some((12, "+doc")));
        for key in ["requests.x.doc", "requests0.doc", "doc", "requests[1]doc", "requests."] {
            assert_eq!(part_name(key), None, "{key}");
        }
    }
}
